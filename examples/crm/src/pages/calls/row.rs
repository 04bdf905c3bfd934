//! [`CallRow`]: one call, as it is shown.

use std::collections::HashMap;

use askama::{Template, filters::HtmlSafe};
use twilio_hooks::{
    AddressKind, CallStatus, ContactId, UserId,
    store::{Call, Direction, PageRequest},
};

use crate::{
    app::AppState,
    calls::{CallOutcome, CallWithOutcome},
    contacts::{
        details::{self, Contact},
        phone,
    },
    pages::{
        PageError, Visitor, assets,
        layout::initials,
        messages::{self, LineChoice},
        player::{RecordingView, minutes},
        time::When,
    },
    people::Permission,
    recordings::{self, RecordingRow},
};

/// How many members have a name here; more are shown without one.
const MEMBERS: u32 = 200;

/// A call.
#[derive(Template)]
#[template(path = "calls/row.html")]
pub(super) struct CallRow {
    pub(super) assets: &'static str,
    pub(super) id: String,
    pub(super) way: Way,
    pub(super) contact: Option<ContactId>,
    pub(super) name: String,
    /// The number, if the name is another one.
    pub(super) phone: Option<String>,
    pub(super) initials: String,
    pub(super) tone: u8,
    /// Which number of ours.
    pub(super) line: String,
    /// Who of us has talked.
    pub(super) handled_by: Option<String>,
    pub(super) badge: Badge,
    pub(super) voicemail: bool,
    pub(super) at: When,
    /// `2:03`; a dash if nobody has talked.
    pub(super) duration: String,
    /// Since when, of a call that goes on.
    pub(super) since: Option<String>,
    pub(super) recordings: Vec<RecordingView>,
    pub(super) may_send: bool,
}

impl HtmlSafe for CallRow {}

/// Which way a call went: an icon, and the same in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) icon: &'static str,
    pub(super) word: &'static str,
}

/// Where a call stands: in words, and a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Badge {
    pub(super) word: &'static str,
    pub(super) kind: &'static str,
}

/// What rows are made with.
pub(super) struct Shown<'a> {
    state: &'a AppState,
    visitor: &'a Visitor,
    pub(super) lines: Vec<LineChoice>,
    /// The members of the company, newest first.
    pub(super) members: Vec<(UserId, String)>,
}

impl<'a> Shown<'a> {
    /// # Errors
    /// If the database fails.
    pub(super) async fn new(state: &'a AppState, visitor: &'a Visitor) -> Result<Self, PageError> {
        let company = visitor.caller.company;
        let lines = messages::lines(state, visitor).await?;
        let page = PageRequest::newest(MEMBERS);
        let members = state.people.users(company, page).await?.items;
        Ok(Self {
            state,
            visitor,
            lines,
            members: members.into_iter().map(|it| (it.id, it.name)).collect(),
        })
    }

    /// These calls, in this order.
    ///
    /// # Errors
    /// If the database fails.
    pub(super) async fn rows(
        &self,
        calls: Vec<CallWithOutcome>,
    ) -> Result<Vec<CallRow>, PageError> {
        let contacts = self.contacts(&calls).await?;
        let ids: Vec<_> = calls.iter().map(|it| it.call.id).collect();
        let company = self.visitor.caller.company;
        let recordings = recordings::of_calls(&self.state.database.db, company, &ids).await?;
        let row = |CallWithOutcome { call, outcome }: &CallWithOutcome| {
            let contact = call.contact_id.and_then(|id| contacts.get(&id));
            self.row(call, outcome, contact, &recordings)
        };
        Ok(calls.iter().map(row).collect())
    }

    /// One call alone.
    ///
    /// # Errors
    /// If the database fails.
    pub(super) async fn one(&self, call: Call, outcome: CallOutcome) -> Result<CallRow, PageError> {
        let rows = self.rows(vec![CallWithOutcome { call, outcome }]).await?;
        rows.into_iter().next().ok_or(PageError::NotFound)
    }

    /// Whose the calls are: of those who are a part of another, that one.
    async fn contacts(
        &self,
        calls: &[CallWithOutcome],
    ) -> Result<HashMap<ContactId, Contact>, PageError> {
        let (db, company) = (&self.state.database.db, self.visitor.caller.company);
        let mut ids: Vec<_> = calls.iter().filter_map(|it| it.call.contact_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let found = details::by_ids(db, company, &ids).await?;
        let wholes: Vec<_> = found.iter().filter_map(|it| it.merged_into).collect();
        let wholes = details::by_ids(db, company, &wholes).await?;
        let whole = |contact: Contact| {
            let whole = wholes.iter().find(|it| Some(it.id) == contact.merged_into);
            (contact.id, whole.cloned().unwrap_or(contact))
        };
        Ok(found.into_iter().map(whole).collect())
    }

    fn row(
        &self,
        call: &Call,
        outcome: &CallOutcome,
        contact: Option<&Contact>,
        recordings: &[RecordingRow],
    ) -> CallRow {
        let visitor = self.visitor;
        let (ours, theirs) = match call.direction {
            Direction::Inbound => (&call.to_number, &call.from_number),
            Direction::Outbound => (&call.from_number, &call.to_number),
        };
        let number = match theirs.kind() {
            AddressKind::Hidden | AddressKind::Empty => "Hidden number".to_owned(),
            _ => phone::format(theirs.as_str(), visitor.country),
        };
        let name = contact.map(|it| it.display_name(visitor.country));
        let name = name.unwrap_or_else(|| number.clone());
        let badge = badge(call, outcome);
        let is_running = call.status == CallStatus::InProgress;
        let may_play = visitor.caller.role.may(Permission::PlayRecordings);
        let recordings = recordings.iter().filter(|it| it.call_id == Some(call.id));
        CallRow {
            assets: assets::root(),
            id: call.id.to_string(),
            way: way(call, outcome),
            contact: contact.map(|it| it.id),
            phone: (name != number).then_some(number),
            initials: contact
                .and_then(|it| it.name.as_deref())
                .map(initials)
                .unwrap_or_default(),
            tone: contact.map_or(7, |it| messages::tone(it.id)),
            name,
            line: self.line(ours.as_str()),
            handled_by: outcome.handled_by.and_then(|id| self.member(id)),
            badge,
            voicemail: outcome.voicemail,
            at: visitor.when(call.created_at),
            duration: match (&call.status, call.duration) {
                (CallStatus::Completed, Some(seconds)) if !outcome.is_missed(call) => {
                    minutes(seconds)
                }
                _ => "–".to_owned(),
            },
            since: is_running.then(|| call.created_at.to_string()),
            recordings: recordings
                .map(|it| RecordingView::new(it, may_play))
                .collect(),
            may_send: visitor.caller.role.may(Permission::Send),
        }
    }

    fn line(&self, address: &str) -> String {
        let line = self.lines.iter().find(|line| line.address == address);
        line.map_or_else(
            || phone::format(address, self.visitor.country),
            |line| line.name.clone(),
        )
    }

    fn member(&self, id: UserId) -> Option<String> {
        if id == self.visitor.user.id {
            return Some("You".to_owned());
        }
        let member = self.members.iter().find(|(member, _)| *member == id);
        member.map(|(_, name)| name.clone())
    }
}

fn way(call: &Call, outcome: &CallOutcome) -> Way {
    let (icon, word) = match call.direction {
        Direction::Outbound => ("call-out", "Outgoing"),
        Direction::Inbound if outcome.is_missed(call) => ("call-missed", "Missed"),
        Direction::Inbound => ("call-in", "Incoming"),
    };
    Way { icon, word }
}

fn badge(call: &Call, outcome: &CallOutcome) -> Badge {
    let (word, kind) = match &call.status {
        CallStatus::InProgress => ("In progress", ""),
        CallStatus::Busy => ("Busy", "warn"),
        CallStatus::Failed => ("Failed", "danger"),
        _ if outcome.is_missed(call) => ("Missed", "danger"),
        CallStatus::Completed => ("Completed", "good"),
        CallStatus::NoAnswer => ("No answer", "warn"),
        CallStatus::Canceled => ("Canceled", "warn"),
        CallStatus::Ringing => ("Ringing", "quiet"),
        CallStatus::Queued | CallStatus::Initiated => ("Queued", "quiet"),
        _ => ("Unknown", "quiet"),
    };
    Badge { word, kind }
}
