//! Reads: the same SQL in both databases.

use twilio_hooks::store::{Call, Message, Page, PageRequest, TimelineEntry};
use uuid::Uuid;

use crate::args::Arg;

/// Where a page starts. No id is as large as this one, so the first page needs no statement of its
/// own, and no `or` that would keep the index from being used.
pub(crate) fn before(page: PageRequest) -> Arg<'static> {
    Arg::id(page.before.unwrap_or(Uuid::max()))
}

/// One more than the page holds; it tells whether there is another page.
pub(crate) fn one_more(page: PageRequest) -> Arg<'static> {
    Arg::number(i64::from(page.limit) + 1)
}

/// Both halves of a contact's timeline, each newest first, as one page.
pub(crate) fn merge(
    messages: Vec<Message>,
    calls: Vec<Call>,
    page: PageRequest,
) -> Page<TimelineEntry> {
    let messages = messages.into_iter().map(TimelineEntry::Message);
    let mut entries: Vec<_> = messages
        .chain(calls.into_iter().map(TimelineEntry::Call))
        .collect();
    entries.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.id()));
    Page::from_rows(entries, page.limit, TimelineEntry::id)
}

/// Implements `Directory` for a store with a method `rows` that runs a statement.
macro_rules! directory {
    ($Store:ident) => {
        #[async_trait]
        impl Directory for $Store {
            async fn contact(
                &self,
                company: CompanyId,
                id: ContactId,
            ) -> Result<Option<Contact>, StoreError> {
                let sql = concat!(
                    "select ",
                    columns!(contacts),
                    " from contacts where company_id = $1 and id = $2"
                );
                let args = vec![Arg::id(company), Arg::id(id)];
                Ok(self.read(sql, args, rows::contact).await?.pop())
            }

            async fn contacts(
                &self,
                company: CompanyId,
                page: PageRequest,
            ) -> Result<Page<Contact>, StoreError> {
                let sql = concat!(
                    "select ",
                    columns!(contacts),
                    " from contacts where company_id = $1 and id < $2
                           order by id desc limit $3"
                );
                let args = vec![Arg::id(company), before(page), one_more(page)];
                let found = self.read(sql, args, rows::contact).await?;
                Ok(Page::from_rows(found, page.limit, |it| it.id.as_uuid()))
            }

            async fn message(
                &self,
                company: CompanyId,
                id: MessageId,
            ) -> Result<Option<Message>, StoreError> {
                let sql = concat!(
                    "select ",
                    columns!(sms),
                    " from sms where company_id = $1 and id = $2"
                );
                let args = vec![Arg::id(company), Arg::id(id)];
                Ok(self.read(sql, args, rows::message).await?.pop())
            }

            async fn message_by_sid(
                &self,
                company: CompanyId,
                account: &AccountSid,
                sid: &MessageSid,
            ) -> Result<Option<Message>, StoreError> {
                let sql = concat!(
                    "select ",
                    columns!(sms),
                    " from sms where account_sid = $1 and message_sid = $2 and company_id = $3"
                );
                let args = vec![
                    Arg::text(account.as_str()),
                    Arg::text(sid.as_str()),
                    Arg::id(company),
                ];
                Ok(self.read(sql, args, rows::message).await?.pop())
            }

            async fn messages(
                &self,
                company: CompanyId,
                page: PageRequest,
            ) -> Result<Page<Message>, StoreError> {
                let sql = concat!(
                    "select ",
                    columns!(sms),
                    " from sms where company_id = $1 and id < $2
                           order by id desc limit $3"
                );
                let args = vec![Arg::id(company), before(page), one_more(page)];
                let found = self.read(sql, args, rows::message).await?;
                Ok(Page::from_rows(found, page.limit, |it| it.id.as_uuid()))
            }

            async fn call(
                &self,
                company: CompanyId,
                id: CallId,
            ) -> Result<Option<Call>, StoreError> {
                let sql = concat!(
                    "select ",
                    columns!(calls),
                    " from calls where company_id = $1 and id = $2"
                );
                let args = vec![Arg::id(company), Arg::id(id)];
                Ok(self.read(sql, args, rows::call).await?.pop())
            }

            async fn call_by_sid(
                &self,
                company: CompanyId,
                account: &AccountSid,
                sid: &CallSid,
            ) -> Result<Option<Call>, StoreError> {
                let sql = concat!(
                    "select ",
                    columns!(calls),
                    " from calls where account_sid = $1 and call_sid = $2 and company_id = $3"
                );
                let args = vec![
                    Arg::text(account.as_str()),
                    Arg::text(sid.as_str()),
                    Arg::id(company),
                ];
                Ok(self.read(sql, args, rows::call).await?.pop())
            }

            async fn calls(
                &self,
                company: CompanyId,
                page: PageRequest,
            ) -> Result<Page<Call>, StoreError> {
                let sql = concat!(
                    "select ",
                    columns!(calls),
                    " from calls
                           where company_id = $1 and id < $2 and parent_call_sid is null
                           order by id desc limit $3"
                );
                let args = vec![Arg::id(company), before(page), one_more(page)];
                let found = self.read(sql, args, rows::call).await?;
                Ok(Page::from_rows(found, page.limit, |it| it.id.as_uuid()))
            }

            async fn recordings(
                &self,
                company: CompanyId,
                call: CallId,
            ) -> Result<Vec<Recording>, StoreError> {
                let sql = concat!(
                    "select ",
                    columns!(recordings),
                    " from recordings where company_id = $1 and call_id = $2
                           order by id"
                );
                let args = vec![Arg::id(company), Arg::id(call)];
                self.read(sql, args, rows::recording).await
            }

            async fn timeline(
                &self,
                company: CompanyId,
                contact: ContactId,
                page: PageRequest,
            ) -> Result<Page<TimelineEntry>, StoreError> {
                let args = || {
                    vec![
                        Arg::id(company),
                        Arg::id(contact),
                        before(page),
                        one_more(page),
                    ]
                };
                let sql = concat!(
                    "select ",
                    columns!(sms),
                    " from sms
                           where company_id = $1 and contact_id = $2 and id < $3
                           order by id desc limit $4"
                );
                let messages = self.read(sql, args(), rows::message).await?;
                let sql = concat!(
                    "select ",
                    columns!(calls),
                    " from calls
                           where company_id = $1 and contact_id = $2 and id < $3
                             and parent_call_sid is null
                           order by id desc limit $4"
                );
                let calls = self.read(sql, args(), rows::call).await?;
                Ok(merge(messages, calls, page))
            }

            async fn notifications_since(
                &self,
                company: CompanyId,
                seq: u64,
                limit: u32,
            ) -> Result<Vec<Notification>, StoreError> {
                let sql = concat!(
                    "select ",
                    columns!(notifications),
                    " from notifications where company_id = $1 and seq > $2
                           order by seq limit $3"
                );
                let args = vec![
                    Arg::id(company),
                    Arg::number(i64::try_from(seq).unwrap_or(i64::MAX)),
                    Arg::number(limit),
                ];
                self.read(sql, args, rows::notification).await
            }

            async fn history(
                &self,
                account: &AccountSid,
                sid: &str,
            ) -> Result<Vec<HistoryEntry>, StoreError> {
                let sql = concat!(
                    "select ",
                    columns!(webhooks),
                    " from webhooks where account_sid = $1 and sid = $2 order by number"
                );
                let args = vec![Arg::text(account.as_str()), Arg::text(sid)];
                self.read(sql, args, rows::history_entry).await
            }

            async fn unrouted(&self, page: PageRequest) -> Result<Page<HistoryEntry>, StoreError> {
                let sql = concat!(
                    "select ",
                    columns!(webhooks),
                    " from webhooks where company_id is null and id < $1
                           order by id desc limit $2"
                );
                let args = vec![before(page), one_more(page)];
                let found = self.read(sql, args, rows::history_entry).await?;
                Ok(Page::from_rows(found, page.limit, |it| it.id.as_uuid()))
            }
        }
    };
}
pub(crate) use directory;
