//! Reading: one company's rows, newest first.

use async_trait::async_trait;
use uuid::Uuid;

use super::MemoryStore;
use crate::{
    AccountSid, CallSid, MessageSid,
    ids::{CallId, CompanyId, ContactId, MessageId},
    store::{
        Call, Contact, Directory, HistoryEntry, Message, Notification, Page, PageRequest,
        Recording, StoreError, TimelineEntry,
    },
};

#[async_trait]
impl Directory for MemoryStore {
    async fn contact(
        &self,
        company: CompanyId,
        id: ContactId,
    ) -> Result<Option<Contact>, StoreError> {
        let state = self.state();
        Ok(state
            .contacts
            .get(&id)
            .filter(|contact| contact.company_id == company)
            .cloned())
    }

    async fn contacts(
        &self,
        company: CompanyId,
        page: PageRequest,
    ) -> Result<Page<Contact>, StoreError> {
        let state = self.state();
        let rows = state
            .contacts
            .values()
            .filter(|contact| contact.company_id == company);
        Ok(newest_first(rows, page, |contact| contact.id.as_uuid()))
    }

    async fn message(
        &self,
        company: CompanyId,
        id: MessageId,
    ) -> Result<Option<Message>, StoreError> {
        let state = self.state();
        Ok(state
            .messages
            .get(&id)
            .filter(|message| message.company_id == Some(company))
            .cloned())
    }

    async fn message_by_sid(
        &self,
        company: CompanyId,
        account: &AccountSid,
        sid: &MessageSid,
    ) -> Result<Option<Message>, StoreError> {
        let state = self.state();
        let id = state.message_sids.get(&(account.clone(), sid.clone()));
        Ok(id
            .and_then(|id| state.messages.get(id))
            .filter(|message| message.company_id == Some(company))
            .cloned())
    }

    async fn messages(
        &self,
        company: CompanyId,
        page: PageRequest,
    ) -> Result<Page<Message>, StoreError> {
        let state = self.state();
        let rows = state
            .messages
            .values()
            .filter(|message| message.company_id == Some(company));
        Ok(newest_first(rows, page, |message| message.id.as_uuid()))
    }

    async fn call(&self, company: CompanyId, id: CallId) -> Result<Option<Call>, StoreError> {
        let state = self.state();
        Ok(state
            .calls
            .get(&id)
            .filter(|call| call.company_id == Some(company))
            .cloned())
    }

    async fn call_by_sid(
        &self,
        company: CompanyId,
        account: &AccountSid,
        sid: &CallSid,
    ) -> Result<Option<Call>, StoreError> {
        let call = self.state().call_of(account, sid).cloned();
        Ok(call.filter(|call| call.company_id == Some(company)))
    }

    async fn calls(&self, company: CompanyId, page: PageRequest) -> Result<Page<Call>, StoreError> {
        let state = self.state();
        let rows = state
            .calls
            .values()
            .filter(|call| call.company_id == Some(company) && call.parent_call_sid.is_none());
        Ok(newest_first(rows, page, |call| call.id.as_uuid()))
    }

    async fn recordings(
        &self,
        company: CompanyId,
        call: CallId,
    ) -> Result<Vec<Recording>, StoreError> {
        let state = self.state();
        let rows = state.recordings.values();
        Ok(rows
            .filter(|row| row.company_id == Some(company) && row.call_id == Some(call))
            .cloned()
            .collect())
    }

    async fn timeline(
        &self,
        company: CompanyId,
        contact: ContactId,
        page: PageRequest,
    ) -> Result<Page<TimelineEntry>, StoreError> {
        let state = self.state();
        let is_theirs =
            |company_id, contact_id| company_id == Some(company) && contact_id == Some(contact);
        let messages = state
            .messages
            .values()
            .filter(|row| is_theirs(row.company_id, row.contact_id))
            .map(|row| TimelineEntry::Message(row.clone()));
        let calls = state
            .calls
            .values()
            .filter(|row| {
                is_theirs(row.company_id, row.contact_id) && row.parent_call_sid.is_none()
            })
            .map(|row| TimelineEntry::Call(row.clone()));
        let mut entries: Vec<_> = messages.chain(calls).collect();
        entries.sort_by_key(TimelineEntry::id);
        Ok(newest_first(entries.iter(), page, TimelineEntry::id))
    }

    async fn notifications_since(
        &self,
        company: CompanyId,
        seq: u64,
        limit: u32,
    ) -> Result<Vec<Notification>, StoreError> {
        let state = self.state();
        let mut rows: Vec<_> = state
            .outbox
            .values()
            .map(|outgoing| &outgoing.notification)
            .filter(|row| row.company_id == company && row.seq > seq)
            .cloned()
            .collect();
        rows.sort_by_key(|row| row.seq);
        rows.truncate(limit as usize);
        Ok(rows)
    }

    async fn history(
        &self,
        account: &AccountSid,
        sid: &str,
    ) -> Result<Vec<HistoryEntry>, StoreError> {
        let state = self.state();
        let rows = state.history.iter();
        Ok(rows
            .filter(|row| row.account_sid == *account && row.sid == sid)
            .cloned()
            .collect())
    }

    async fn unrouted(&self, page: PageRequest) -> Result<Page<HistoryEntry>, StoreError> {
        let state = self.state();
        let mut rows: Vec<_> = state
            .history
            .iter()
            .filter(|row| row.company_id.is_none())
            .collect();
        rows.sort_by_key(|row| row.id);
        Ok(newest_first(rows.into_iter(), page, |row| row.id.as_uuid()))
    }
}

/// The page `page` of rows that come oldest first.
fn newest_first<'a, T: Clone + 'a>(
    rows: impl DoubleEndedIterator<Item = &'a T>,
    page: PageRequest,
    id: impl Fn(&T) -> Uuid,
) -> Page<T> {
    let rows = rows
        .rev()
        .filter(|row| page.before.is_none_or(|before| id(row) < before))
        .take(page.limit as usize + 1)
        .cloned()
        .collect();
    Page::from_rows(rows, page.limit, id)
}
