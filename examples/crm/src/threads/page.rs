//! What was said with a contact, a part at a time.

use twilio_hooks::{
    CompanyId, ContactId,
    store::{Directory, PageRequest, StoreError},
};
use uuid::Uuid;

use super::{
    entry::{Entry, complete, merged},
    reads::after,
};
use crate::{
    args,
    contacts::links,
    database::{Database, Db},
    messaging::lists,
};

/// A part of a thread, newest first.
#[derive(Debug, Clone)]
pub struct ThreadPage {
    /// Messages, texts that wait to be messages, and calls.
    pub items: Vec<Entry>,
    /// Where what is older begins.
    pub older: Option<Uuid>,
    /// Where what is newer begins.
    pub newer: Option<Uuid>,
}

/// Which part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What was said last.
    Newest,
    /// What is older than this entry.
    Before(Uuid),
    /// What is newer than this entry, and next to it.
    After(Uuid),
    /// What is around this entry, and the entry itself.
    Around(Uuid),
}

/// A part of the thread of a primary contact.
///
/// # Errors
/// If the database fails.
pub async fn page(
    database: &Database,
    company: CompanyId,
    contact: ContactId,
    part: Part,
    limit: u32,
) -> Result<ThreadPage, StoreError> {
    let group = links::group(&database.db, company, contact).await?;
    let thread = Parties {
        directory: &*database.directory,
        db: &database.db,
        company,
        group: &group,
    };
    match part {
        Part::Newest => thread.older(None, limit).await,
        Part::Before(id) => {
            let mut page = thread.older(Some(id), limit).await?;
            page.newer = page.items.first().map(Entry::id);
            Ok(page)
        }
        Part::After(id) => thread.newer(id, limit).await,
        Part::Around(id) => {
            let newer = thread.newer(id, limit / 2).await?;
            let count = u32::try_from(newer.items.len()).unwrap_or(limit);
            let older = thread
                .older(Some(after(id)), limit.saturating_sub(count).max(1))
                .await?;
            let mut items = newer.items;
            items.extend(older.items);
            Ok(ThreadPage {
                items,
                older: older.older,
                newer: newer.newer,
            })
        }
    }
}

/// The contacts that are one.
struct Parties<'a> {
    directory: &'a dyn Directory,
    db: &'a Db,
    company: CompanyId,
    group: &'a [ContactId],
}

impl Parties<'_> {
    async fn older(&self, before: Option<Uuid>, limit: u32) -> Result<ThreadPage, StoreError> {
        let request = PageRequest { limit, before };
        let (mut stored, mut pending) = (Vec::new(), Vec::new());
        let mut has_more = false;
        for contact in self.group {
            let waits = lists::pending(self.db, self.company, Some(*contact), request).await?;
            let page = self
                .directory
                .timeline(self.company, *contact, request)
                .await?;
            has_more |= page.next.is_some();
            stored.extend(page.items);
            pending.extend(waits);
        }
        let mut items = merged(stored, pending);
        let limit = limit as usize;
        has_more |= items.len() > limit;
        items.truncate(limit);
        complete(self.db, self.company, self.group, &mut items).await?;
        let older = items.last().map(Entry::id).filter(|_| has_more);
        Ok(ThreadPage {
            items,
            older,
            newer: None,
        })
    }

    /// The store reads only backwards, so the ids come first.
    async fn newer(&self, id: Uuid, limit: u32) -> Result<ThreadPage, StoreError> {
        let mut ids = Vec::new();
        for contact in self.group {
            let args = || args![self.company, *contact, id, limit + 1];
            for sql in [
                "select id from sms where company_id = $1 and contact_id = $2 and id > $3
                 order by id limit $4",
                "select id from calls
                 where company_id = $1 and contact_id = $2 and id > $3
                   and parent_call_sid is null
                 order by id limit $4",
                "select id from outgoing
                 where company_id = $1 and contact_id = $2 and id > $3 and state <> 'sent'
                 order by id limit $4",
            ] {
                for row in self.db.rows(sql, args()).await? {
                    ids.push(row.get::<Uuid>("id")?);
                }
            }
        }
        ids.sort_unstable();
        ids.dedup();
        let has_more = ids.len() > limit as usize;
        ids.truncate(limit as usize);
        let Some(last) = ids.last().copied() else {
            return Ok(ThreadPage {
                items: Vec::new(),
                older: Some(id),
                newer: None,
            });
        };
        let count = u32::try_from(ids.len()).unwrap_or(limit);
        let mut page = self.older(Some(after(last)), count).await?;
        page.newer = has_more.then_some(last);
        Ok(page)
    }
}
