//! What is stored: the unique key of each row, and the lists it is in.
//!
//! The keys are clauses 2, 3, 5 and 7. A list is there because a method of the contract reads it; a
//! row changes lists when it changes, so [`Writing::save`](crate::tables::Writing) moves it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twilio_hooks::{
    CompanyId,
    store::{
        Call, Contact, HistoryEntry, Line, Message, Notification, NotificationDraft, Recording,
    },
};
use uuid::Uuid;

use crate::tables::{Row, key};

/// A recording, and what to tell of it once its call is somebody's.
#[derive(Serialize, Deserialize)]
pub(crate) struct RecordingRow {
    pub(crate) recording: Recording,
    /// Drafts, each with the status that caused it.
    pub(crate) waiting: Vec<(String, NotificationDraft)>,
}

/// A notification with the state of its delivery.
#[derive(Serialize, Deserialize)]
pub(crate) struct Outgoing {
    /// Made of account, SID, status and topic; a notice's of company, topic and its own key.
    pub(crate) key: String,
    /// Kept beside the notification, whose JSON leaves it out.
    pub(crate) company_id: CompanyId,
    pub(crate) notification: Notification,
    pub(crate) attempt: u32,
    /// When it may be claimed (again); `None` once it is settled for good.
    pub(crate) due: Option<Timestamp>,
}

impl Outgoing {
    /// A notification that is to be delivered, from the time it was made on.
    pub(crate) fn new(key: String, notification: Notification) -> Self {
        Self {
            key,
            company_id: notification.company_id,
            due: Some(notification.created_at),
            notification,
            attempt: 0,
        }
    }

    pub(crate) fn into_notification(self) -> Notification {
        Notification {
            company_id: self.company_id,
            ..self.notification
        }
    }
}

impl Row for Line {
    const WHAT: &'static str = "line";

    fn key(&self) -> String {
        key!["line", self.account_sid, self.address]
    }

    fn lists(&self) -> Vec<(String, Uuid)> {
        vec![(key!["lines", self.company_id], self.id.into())]
    }
}

impl Row for Contact {
    const WHAT: &'static str = "contact";

    fn key(&self) -> String {
        key!["contact", self.company_id, self.address]
    }

    fn lists(&self) -> Vec<(String, Uuid)> {
        vec![(key!["contacts", self.company_id], self.id.into())]
    }
}

impl Row for Message {
    const WHAT: &'static str = "message";

    fn key(&self) -> String {
        key!["message", self.account_sid, self.message_sid]
    }

    fn lists(&self) -> Vec<(String, Uuid)> {
        let mut lists = vec![(key!["message-ids"], self.id.into())];
        if let Some(company) = self.company_id {
            lists.push((key!["messages", company], self.id.into()));
            if let Some(contact) = self.contact_id {
                lists.push((key!["messages", company, contact], self.id.into()));
            }
        }
        lists
    }
}

impl Row for Call {
    const WHAT: &'static str = "call";

    fn key(&self) -> String {
        key!["call", self.account_sid, self.call_sid]
    }

    /// `legs` has every leg, to find it by id; `calls` has those without a parent, to look at.
    fn lists(&self) -> Vec<(String, Uuid)> {
        let mut lists = vec![(key!["call-ids"], self.id.into())];
        if let Some(company) = self.company_id {
            lists.push((key!["legs", company], self.id.into()));
            if self.parent_call_sid.is_none() {
                lists.push((key!["calls", company], self.id.into()));
                if let Some(contact) = self.contact_id {
                    lists.push((key!["calls", company, contact], self.id.into()));
                }
            }
        }
        lists
    }
}

impl Row for RecordingRow {
    const WHAT: &'static str = "recording";

    fn key(&self) -> String {
        let row = &self.recording;
        key!["recording", row.account_sid, row.recording_sid]
    }

    fn lists(&self) -> Vec<(String, Uuid)> {
        let row = &self.recording;
        match (row.company_id, row.call_id, &row.call_sid) {
            (Some(company), Some(call), _) => {
                vec![(key!["recordings", company, call], row.id.into())]
            }
            (None, _, Some(sid)) => vec![(key!["waiting", row.account_sid, sid], row.id.into())],
            _ => Vec::new(),
        }
    }
}

impl Row for HistoryEntry {
    const WHAT: &'static str = "history";

    fn key(&self) -> String {
        key!["history", self.account_sid, self.sid, self.status]
    }

    fn lists(&self) -> Vec<(String, Uuid)> {
        let mut lists = vec![(key!["history", self.account_sid, self.sid], self.id.into())];
        if self.company_id.is_none() {
            lists.push((key!["unrouted"], self.id.into()));
        }
        lists
    }
}

impl Row for Outgoing {
    const WHAT: &'static str = "notification";

    fn key(&self) -> String {
        self.key.clone()
    }

    /// Numbered notifications are listed by their number, which is why a list takes any id.
    fn lists(&self) -> Vec<(String, Uuid)> {
        let mut lists = Vec::new();
        if self.due.is_some() {
            lists.push((key!["pending"], self.notification.id.into()));
        }
        if self.notification.seq > 0 {
            let number = Uuid::from_u128(self.notification.seq.into());
            lists.push((key!["notifications", self.company_id], number));
        }
        lists
    }
}
