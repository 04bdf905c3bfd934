//! Reads, each a key or a range of keys; and the lines.

use async_trait::async_trait;
use twilio_hooks::{
    AccountSid, CallId, CallSid, CompanyId, ContactId, LineId, MessageId, MessageSid,
    store::{
        Call, Contact, Directory, HistoryEntry, Line, Lines, Message, Notification, Page,
        PageRequest, Recording, StoreError, TimelineEntry,
    },
};
use uuid::Uuid;

use crate::{
    RedbStore,
    rows::{Outgoing, RecordingRow},
    tables::{ALL, Reading, Result, Row, key},
};

/// Up to `limit + 1` rows, newest first: [`Page::from_rows`] tells by the last if there are more.
fn newest<T: Row>(tables: &Reading, list: &str, page: PageRequest) -> Result<Vec<T>> {
    let before = page.before.map_or(ALL.end, |id| id.as_u128());
    let rows = tables.list(list, ALL.start..before)?;
    rows.rev().take(page.limit as usize + 1).collect()
}

impl RedbStore {
    /// A row that is in a list of the company; in another company's list it is not found.
    async fn find<T>(
        &self,
        list: &'static str,
        company: CompanyId,
        id: Uuid,
    ) -> Result<Option<T>, StoreError>
    where
        T: Row + Send + 'static,
    {
        self.read(move |tables| tables.find(&key![list, company], id))
            .await
    }

    /// A page of a list of the company.
    async fn page<T>(
        &self,
        list: &'static str,
        company: CompanyId,
        page: PageRequest,
        id: impl Fn(&T) -> Uuid + Send,
    ) -> Result<Page<T>, StoreError>
    where
        T: Row + Send + 'static,
    {
        let rows = self
            .read(move |tables| newest(tables, &key![list, company], page))
            .await?;
        Ok(Page::from_rows(rows, page.limit, id))
    }
}

#[async_trait]
impl Directory for RedbStore {
    async fn contact(
        &self,
        company: CompanyId,
        id: ContactId,
    ) -> Result<Option<Contact>, StoreError> {
        self.find("contacts", company, id.as_uuid()).await
    }

    async fn contacts(
        &self,
        company: CompanyId,
        page: PageRequest,
    ) -> Result<Page<Contact>, StoreError> {
        self.page("contacts", company, page, |row: &Contact| row.id.as_uuid())
            .await
    }

    async fn message(
        &self,
        company: CompanyId,
        id: MessageId,
    ) -> Result<Option<Message>, StoreError> {
        self.find("messages", company, id.as_uuid()).await
    }

    async fn message_by_sid(
        &self,
        company: CompanyId,
        account: &AccountSid,
        sid: &MessageSid,
    ) -> Result<Option<Message>, StoreError> {
        let key = key!["message", account, sid];
        let row: Option<Message> = self.read(move |tables| tables.get(&key)).await?;
        Ok(row.filter(|row| row.company_id == Some(company)))
    }

    async fn messages(
        &self,
        company: CompanyId,
        page: PageRequest,
    ) -> Result<Page<Message>, StoreError> {
        self.page("messages", company, page, |row: &Message| row.id.as_uuid())
            .await
    }

    async fn call(&self, company: CompanyId, id: CallId) -> Result<Option<Call>, StoreError> {
        self.find("legs", company, id.as_uuid()).await
    }

    async fn call_by_sid(
        &self,
        company: CompanyId,
        account: &AccountSid,
        sid: &CallSid,
    ) -> Result<Option<Call>, StoreError> {
        let key = key!["call", account, sid];
        let row: Option<Call> = self.read(move |tables| tables.get(&key)).await?;
        Ok(row.filter(|row| row.company_id == Some(company)))
    }

    async fn calls(&self, company: CompanyId, page: PageRequest) -> Result<Page<Call>, StoreError> {
        self.page("calls", company, page, |row: &Call| row.id.as_uuid())
            .await
    }

    async fn recordings(
        &self,
        company: CompanyId,
        call: CallId,
    ) -> Result<Vec<Recording>, StoreError> {
        self.read(move |tables| {
            let list = key!["recordings", company, call];
            let rows = tables.list(&list, ALL)?;
            rows.map(|row| row.map(|row: RecordingRow| row.recording))
                .collect()
        })
        .await
    }

    /// A page of messages and a page of calls; the newest of both are the page of the timeline.
    async fn timeline(
        &self,
        company: CompanyId,
        contact: ContactId,
        page: PageRequest,
    ) -> Result<Page<TimelineEntry>, StoreError> {
        let mut entries: Vec<_> = self
            .read(move |tables| {
                let messages = newest(tables, &key!["messages", company, contact], page)?;
                let calls = newest(tables, &key!["calls", company, contact], page)?;
                let messages = messages.into_iter().map(TimelineEntry::Message);
                let calls = calls.into_iter().map(TimelineEntry::Call);
                Ok(messages.chain(calls).collect())
            })
            .await?;
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.id()));
        Ok(Page::from_rows(entries, page.limit, TimelineEntry::id))
    }

    async fn notifications_since(
        &self,
        company: CompanyId,
        seq: u64,
        limit: u32,
    ) -> Result<Vec<Notification>, StoreError> {
        self.read(move |tables| {
            let list = key!["notifications", company];
            let rows = tables.list(&list, u128::from(seq) + 1..ALL.end)?;
            let rows = rows.take(limit as usize);
            rows.map(|row| row.map(Outgoing::into_notification))
                .collect()
        })
        .await
    }

    async fn history(
        &self,
        account: &AccountSid,
        sid: &str,
    ) -> Result<Vec<HistoryEntry>, StoreError> {
        let (account, sid) = (account.clone(), sid.to_owned());
        self.read(move |tables| tables.list(&key!["history", account, sid], ALL)?.collect())
            .await
    }

    async fn unrouted(&self, page: PageRequest) -> Result<Page<HistoryEntry>, StoreError> {
        let rows = self
            .read(move |tables| newest(tables, &key!["unrouted"], page))
            .await?;
        Ok(Page::from_rows(rows, page.limit, |row: &HistoryEntry| {
            row.id.as_uuid()
        }))
    }
}

#[async_trait]
impl Lines for RedbStore {
    async fn put_line(&self, line: &Line) -> Result<(), StoreError> {
        let line = line.clone();
        self.write(move |tables| tables.save(&line)).await
    }

    async fn remove_line(&self, company: CompanyId, id: LineId) -> Result<bool, StoreError> {
        self.write(move |tables| {
            let line: Option<Line> = tables.find(&key!["lines", company], id.as_uuid())?;
            if let Some(line) = &line {
                tables.delete::<Line>(&line.key())?;
            }
            Ok(line.is_some())
        })
        .await
    }

    async fn lines(&self, company: CompanyId) -> Result<Vec<Line>, StoreError> {
        self.read(move |tables| tables.list(&key!["lines", company], ALL)?.collect())
            .await
    }
}
