//! What a report makes of a row: the rules every store shares, as pure functions.
//!
//! A store that reads a row, changes it and writes it back uses them as they are. One that does it in
//! SQL writes the same rules there, and its tests hold it to them.

use jiff::Timestamp;

use super::{
    Call, CallChange, Change, Contact, ContactDetails, Line, Message, MessageChange, Recording,
    RecordingChange,
};
use crate::{
    Address, RecordingStatus,
    ids::{CallId, CompanyId, ContactId, MessageId, RecordingId, UserId},
};

/// Whose something is, and whom it is with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Owner {
    /// The company.
    pub company_id: Option<CompanyId>,
    /// The person in it who is responsible for the line.
    pub user_id: Option<UserId>,
    /// The other side.
    pub contact_id: Option<ContactId>,
}

impl Owner {
    /// The owner of what comes over a line; nobody, if there is no line.
    #[must_use]
    pub fn of_line(line: Option<&Line>) -> Self {
        line.map_or_else(Self::default, |line| Self {
            company_id: Some(line.company_id),
            user_id: line.user_id,
            contact_id: None,
        })
    }

    /// This owner, with what it lacks from `other`, unless that is another company's: what has a
    /// company stays there, and takes neither person nor contact from elsewhere.
    ///
    /// For a row that exists, `row.owner().or(Owner::of_line(line))` is whose it is.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self.company_id.is_some() && self.company_id != other.company_id {
            return self;
        }
        Self {
            company_id: other.company_id,
            user_id: self.user_id.or(other.user_id),
            contact_id: self.contact_id.or(other.contact_id),
        }
    }
}

/// Fills in the fields that row and report have under the same name; says whether any was missing.
macro_rules! fill {
    ($row:ident, $report:ident: $($field:ident),+) => {
        $(fill(&mut $row.$field, $report.$field.as_ref()))|+
    };
}

impl Message {
    /// For stores: the row that a first report makes, under the id that the report chooses. If that
    /// is another row's, the store has to take a new one ([`MessageId::at`]).
    #[must_use]
    pub fn first(change: &Change, report: &MessageChange, owner: Owner) -> Self {
        Self {
            id: report
                .id
                .unwrap_or_else(|| MessageId::at(change.received_at)),
            company_id: owner.company_id,
            user_id: owner.user_id,
            contact_id: owner.contact_id,
            account_sid: change.account_sid.clone(),
            message_sid: report.message_sid.clone(),
            direction: report.direction,
            status: report.status.clone(),
            from_address: report.from.clone(),
            to_address: report.to.clone(),
            body: report.body.clone(),
            media: report.media.clone(),
            num_segments: report.num_segments,
            error_code: report.error_code,
            created_at: change.received_at,
            updated_at: change.received_at,
        }
    }

    /// For stores: adds what a report says, its status if that is further along, and whatever the
    /// row lacks. Says whether anything changed.
    pub fn apply(&mut self, report: &MessageChange, owner: Owner, now: Timestamp) -> bool {
        let further = report.status.supersedes(&self.status);
        if further {
            self.status = report.status.clone();
        }
        let more_media = self.media.is_empty() && !report.media.is_empty();
        if more_media {
            self.media.clone_from(&report.media);
        }
        let changed = further
            | more_media
            | fill!(self, owner: company_id, user_id, contact_id)
            | fill_address(&mut self.from_address, &report.from)
            | fill_address(&mut self.to_address, &report.to)
            | fill!(self, report: body, num_segments, error_code);
        if changed {
            self.updated_at = now;
        }
        changed
    }

    /// Whose it is.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner {
            company_id: self.company_id,
            user_id: self.user_id,
            contact_id: self.contact_id,
        }
    }
}

impl Call {
    /// For stores: the row that a first report makes, under the id that the report chooses. If that
    /// is another row's, the store has to take a new one ([`CallId::at`]).
    #[must_use]
    pub fn first(change: &Change, report: &CallChange, owner: Owner) -> Self {
        Self {
            id: report.id.unwrap_or_else(|| CallId::at(change.received_at)),
            company_id: owner.company_id,
            user_id: owner.user_id,
            contact_id: owner.contact_id,
            account_sid: change.account_sid.clone(),
            call_sid: report.call_sid.clone(),
            parent_call_sid: report.parent_call_sid.clone(),
            direction: report.direction,
            status: report.status.clone(),
            from_number: report.from.clone(),
            to_number: report.to.clone(),
            duration: report.duration,
            recording_url: report.recording_url.clone(),
            error_code: report.error_code,
            created_at: change.received_at,
            updated_at: change.received_at,
        }
    }

    /// For stores: adds what a report says, its status if that is further along, and whatever the
    /// row lacks. Says whether anything changed.
    pub fn apply(&mut self, report: &CallChange, owner: Owner, now: Timestamp) -> bool {
        let further = report.status.supersedes(&self.status);
        if further {
            self.status = report.status.clone();
        }
        let changed = further
            | fill!(self, owner: company_id, user_id, contact_id)
            | fill!(self, report: parent_call_sid)
            | fill_address(&mut self.from_number, &report.from)
            | fill_address(&mut self.to_number, &report.to)
            | fill!(self, report: duration, recording_url, error_code);
        if changed {
            self.updated_at = now;
        }
        changed
    }

    /// Whose it is.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner {
            company_id: self.company_id,
            user_id: self.user_id,
            contact_id: self.contact_id,
        }
    }

    /// Whose its child legs are: the same, without the contact, because the other side of a leg is
    /// often one of our own phones.
    #[must_use]
    pub fn owner_of_legs(&self) -> Owner {
        Owner {
            contact_id: None,
            ..self.owner()
        }
    }
}

/// The call of a recording is the store's to find: it sets `call_id`.
impl Recording {
    /// For stores: the row that a first report makes.
    #[must_use]
    pub fn first(change: &Change, report: &RecordingChange, owner: Owner) -> Self {
        Self {
            id: RecordingId::at(change.received_at),
            company_id: owner.company_id,
            call_id: None,
            account_sid: change.account_sid.clone(),
            call_sid: report.call_sid.clone(),
            recording_sid: report.recording_sid.clone(),
            status: report.status.clone(),
            url: report.url.clone(),
            duration: report.duration,
            channels: report.channels,
            source: report.source.clone(),
            started_at: report.started_at,
            error_code: report.error_code,
            created_at: change.received_at,
            updated_at: change.received_at,
        }
    }

    /// For stores: adds what a report says, its status if that is further along, and whatever the
    /// row lacks. Says whether anything changed.
    pub fn apply(&mut self, report: &RecordingChange, owner: Owner, now: Timestamp) -> bool {
        let further = report.status.supersedes(&self.status);
        if further {
            self.status = report.status.clone();
        }
        let changed = further
            | fill!(self, owner: company_id)
            | fill!(self, report: call_sid, url, duration, channels, source, started_at, error_code);
        if changed {
            self.updated_at = now;
        }
        changed
    }

    /// For stores: whether there is something to hear. At the moment this becomes true, the call's
    /// `recording_url` becomes this one's.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.status == RecordingStatus::Completed && self.url.is_some()
    }
}

impl Contact {
    /// For stores: the contact that a first message or call makes.
    #[must_use]
    pub fn first(company_id: CompanyId, details: &ContactDetails, now: Timestamp) -> Self {
        Self {
            id: ContactId::at(now),
            company_id,
            address: details.key.clone(),
            name: details.name.clone(),
            city: details.city.clone(),
            state: details.state.clone(),
            zip: details.zip.clone(),
            country: details.country.clone(),
            created_at: now,
        }
    }

    /// For stores: adds the details the contact lacks; says whether there were any.
    pub fn apply(&mut self, details: &ContactDetails) -> bool {
        fill!(self, details: name, city, state, zip, country)
    }
}

/// Takes what is not known yet; says whether it took something.
pub(super) fn fill<T: Clone>(known: &mut Option<T>, reported: Option<&T>) -> bool {
    let takes = known.is_none() && reported.is_some();
    if takes {
        *known = reported.cloned();
    }
    takes
}

fn fill_address(known: &mut Address, reported: &Address) -> bool {
    let takes = known.as_str().is_empty() && !reported.as_str().is_empty();
    if takes {
        known.clone_from(reported);
    }
    takes
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn owner(company: Option<u128>, user: Option<u128>) -> Owner {
        Owner {
            company_id: company.map(|id| Uuid::from_u128(id).into()),
            user_id: user.map(|id| Uuid::from_u128(id).into()),
            contact_id: None,
        }
    }

    #[test]
    fn what_has_a_company_stays_there() {
        let ours = owner(Some(1), None);
        assert_eq!(ours.or(owner(Some(2), Some(3))), ours);
        assert_eq!(ours.or(Owner::default()), ours);
    }

    #[test]
    fn what_is_lacking_comes_from_the_same_company() {
        assert_eq!(
            owner(Some(1), None).or(owner(Some(1), Some(3))),
            owner(Some(1), Some(3))
        );
        assert_eq!(
            owner(Some(1), Some(2)).or(owner(Some(1), Some(3))),
            owner(Some(1), Some(2))
        );
        assert_eq!(
            Owner::default().or(owner(Some(1), Some(3))),
            owner(Some(1), Some(3))
        );
    }
}
