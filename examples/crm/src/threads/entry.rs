//! [`Entry`]: one thing in a conversation, with what we know of it ourselves.

use std::collections::HashMap;

use twilio_hooks::{
    CompanyId, ContactId, MessageId,
    store::{Call, Message, StoreError, TimelineEntry},
};
use uuid::Uuid;

use crate::{
    database::Db,
    messaging::{
        Outgoing,
        lists::{self, Attachment, Range},
    },
};

/// One thing in a conversation.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Entry {
    /// A message of the store.
    Message(Message, Option<Box<Sent>>),
    /// A text that the store has no message of: it waits, or was never sent.
    Pending(Sent),
    /// A call.
    Call(Call),
    /// Something a newer store has.
    Other(Uuid),
}

/// What is known of a text that was sent from here, or is to be.
#[derive(Debug, Clone)]
pub struct Sent {
    /// What somebody wanted to be sent.
    pub text: Outgoing,
    /// Its files.
    pub files: Vec<Attachment>,
}

impl Entry {
    /// What entries are ordered by. A text keeps its id when the store gets its message.
    #[must_use]
    pub fn id(&self) -> Uuid {
        match self {
            Self::Message(message, _) => message.id.as_uuid(),
            Self::Pending(sent) => sent.text.id.as_uuid(),
            Self::Call(call) => call.id.as_uuid(),
            Self::Other(id) => *id,
        }
    }

    fn stored(entry: TimelineEntry) -> Self {
        match entry {
            TimelineEntry::Message(message) => Self::Message(message, None),
            TimelineEntry::Call(call) => Self::Call(call),
            other => Self::Other(other.id()),
        }
    }
}

/// What the store has, and the texts that were pending before it was read, newest first.
#[must_use]
pub fn merged(
    stored: impl IntoIterator<Item = TimelineEntry>,
    pending: Vec<Outgoing>,
) -> Vec<Entry> {
    let mut entries: Vec<Entry> = stored.into_iter().map(Entry::stored).collect();
    for text in pending {
        let files = Vec::new();
        entries.push(Entry::Pending(Sent { text, files }));
    }
    // Of one that is in both, the store's comes first and stays.
    entries.sort_by_key(|entry| {
        let is_pending = matches!(entry, Entry::Pending(_));
        (std::cmp::Reverse(entry.id()), is_pending)
    });
    entries.dedup_by_key(|entry| entry.id());
    entries
}

/// Adds what is known of those that were sent from here: of these contacts, or of all if there is none.
///
/// # Errors
/// If the database fails.
pub async fn complete(
    db: &Db,
    company: CompanyId,
    contacts: &[ContactId],
    entries: &mut [Entry],
) -> Result<(), StoreError> {
    let (Some(newest), Some(oldest)) = (entries.first(), entries.last()) else {
        return Ok(());
    };
    let all = Range {
        company,
        contact: None,
        oldest: oldest.id(),
        newest: newest.id(),
    };
    let of_each = contacts.iter().map(|contact| Range {
        contact: Some(*contact),
        ..all
    });
    let ranges: Vec<_> = match contacts {
        [] => vec![all],
        _ => of_each.collect(),
    };
    let (mut texts, mut files) = (HashMap::new(), HashMap::new());
    for range in ranges {
        let found = lists::behind(db, range).await?;
        if !found.is_empty() {
            files.extend(lists::attachments(db, range).await?);
        }
        texts.extend(found);
    }
    let mut take = |id: &MessageId| files.remove(id).unwrap_or_default();
    for entry in entries {
        match entry {
            Entry::Message(message, sent) => {
                *sent = texts.remove(&message.id).map(|text| {
                    let files = take(&text.id);
                    Box::new(Sent { text, files })
                });
            }
            Entry::Pending(sent) => sent.files = take(&sent.text.id),
            Entry::Call(_) | Entry::Other(_) => {}
        }
    }
    Ok(())
}
