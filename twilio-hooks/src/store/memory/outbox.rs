//! What is told: each notification once, numbered for its company at its first claim.

use jiff::Timestamp;

use super::State;
use crate::{
    AccountSid,
    ids::{CallId, NotificationId, RecordingId},
    store::{
        Change, Claim, Claimed, InteractionId, Notice, Notification, NotificationDraft, Outcome,
        Owner, Settlement, StoreError,
    },
};

/// What a notification tells of, and a history entry reports: account, SID and status.
pub(super) type Cause = (AccountSid, String, String);

pub(super) struct Outgoing {
    pub(super) notification: Notification,
    attempt: u32,
    /// When it may be claimed (again); `None` once it is settled for good.
    due: Option<Timestamp>,
}

impl State {
    pub(super) fn tell_if_changed(
        &mut self,
        change: &Change,
        outcome: Outcome,
        about: InteractionId,
        owner: Owner,
    ) {
        if let (true, Some(draft)) = (outcome != Outcome::Unchanged, &change.notification) {
            let interaction = &change.interaction;
            let (sid, status) = (
                interaction.sid().to_owned(),
                interaction.status().to_owned(),
            );
            let cause = (change.account_sid.clone(), sid, status);
            self.tell(cause, draft, about, owner, change.received_at);
        }
    }

    /// Tells of a recording whose call has an owner by now.
    pub(super) fn tell_waiting(
        &mut self,
        id: RecordingId,
        (account, sid): (&AccountSid, &str),
        call: CallId,
        owner: Owner,
        now: Timestamp,
    ) {
        for (status, draft) in self.waiting.remove(&id).unwrap_or_default() {
            let cause = (account.clone(), sid.to_owned(), status);
            self.tell(cause, &draft, InteractionId::Call(call), owner, now);
        }
    }

    fn tell(
        &mut self,
        cause: Cause,
        draft: &NotificationDraft,
        about: InteractionId,
        owner: Owner,
        now: Timestamp,
    ) {
        let Some(company_id) = owner.company_id else {
            return;
        };
        if !self.told.insert((cause, draft.topic.clone())) {
            return;
        }
        let contact = owner.contact_id.and_then(|id| self.contacts.get(&id));
        self.send(Notification::first(draft, company_id, contact, about, now));
    }

    fn send(&mut self, notification: Notification) {
        let outgoing = Outgoing {
            due: Some(notification.created_at),
            notification,
            attempt: 0,
        };
        self.outbox.insert(outgoing.notification.id, outgoing);
    }

    pub(super) fn put_notice(
        &mut self,
        notice: &Notice,
    ) -> Result<Option<NotificationId>, StoreError> {
        let company = notice.company_id;
        let contact = notice.contact_id.map(|id| self.contacts.get(&id));
        let message = notice.sms_id.map(|id| self.messages.get(&id));
        let call = notice.call_id.map(|id| self.calls.get(&id));
        for (what, is_missing) in [
            (
                "contact",
                contact.is_some_and(|row| row.is_none_or(|row| row.company_id != company)),
            ),
            (
                "message",
                message.is_some_and(|row| row.is_none_or(|row| row.company_id != Some(company))),
            ),
            (
                "call",
                call.is_some_and(|row| row.is_none_or(|row| row.company_id != Some(company))),
            ),
        ] {
            if is_missing {
                return Err(StoreError::NotFound { what });
            }
        }
        let key = (company, notice.topic.clone(), notice.key.clone());
        if !self.noticed.insert(key) {
            return Ok(None);
        }
        let notification = Notification::of_notice(notice);
        let id = notification.id;
        self.send(notification);
        Ok(Some(id))
    }

    pub(super) fn claim(&mut self, claim: Claim) -> Vec<Claimed> {
        let mut claimed = Vec::new();
        for outgoing in self.outbox.values_mut() {
            if claimed.len() == claim.limit as usize {
                break;
            }
            if outgoing.due.is_none_or(|due| due > claim.now) {
                continue;
            }
            if outgoing.notification.seq == 0 {
                let number = self
                    .numbers
                    .entry(outgoing.notification.company_id)
                    .or_default();
                *number += 1;
                outgoing.notification.seq = *number;
            }
            outgoing.attempt += 1;
            outgoing.due = Some(claim.until());
            claimed.push(Claimed::new(
                outgoing.notification.clone(),
                outgoing.attempt,
            ));
        }
        claimed
    }

    pub(super) fn settle(&mut self, id: NotificationId, attempt: u32, settlement: Settlement) {
        if let Some(outgoing) = self.outbox.get_mut(&id)
            && outgoing.attempt == attempt
            && outgoing.due.is_some()
        {
            outgoing.due = match settlement {
                Settlement::RetryAt(time) => Some(time),
                Settlement::Delivered | Settlement::Abandoned => None,
            };
        }
    }
}
