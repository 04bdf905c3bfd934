//! Where webhooks are kept: the [`Store`], [`Directory`], [`Lines`] and [`Notices`] traits.
//!
//! A [`Store`] has three methods. [`record`](Store::record) writes everything one webhook brings,
//! in one transaction; [`claim`](Store::claim) and [`settle`](Store::settle) hand out the
//! notifications that were written with it. A [`Directory`] reads what was written, for screens and
//! APIs; the webhook's path never needs it. [`Lines`] says which of our numbers belong to whom.
//! [`Notices`] takes what the application itself has to tell.
//!
//! Ready-made ones are [`MemoryStore`] here, and `SqliteStore` and `PgStore` in the crate
//! `twilio-hooks-sqlx`.
//!
//! # Writing a store
//! The core decides *what* is written: a [`Change`] is plain data, made by pure functions. A store
//! only has to write it well. What "well" means are the clauses below; the feature `testing` has a
//! test for each, and one line runs them all on a store of yours:
//!
//! ```text
//! twilio_hooks::store_tests!(make_store); // async fn make_store() -> MyStore
//! ```
//!
//! 1. **Owner.** `record` finds the [`Line`] that has the change's account and one of its
//!    [`line_keys`](Change::line_keys), the first key that has one. The line gives the company and
//!    the person. A recording, and a child leg whose own line is nobody's, belong where their call
//!    belongs, if that is known by then. What nobody owns is stored all the same, without company
//!    and contact. A row that has a company keeps it, with its person and contact, whatever becomes
//!    of the line: [`Owner::or`] is the rule. `Recorded` names the row's owner.
//! 2. **Contacts** are unique by company and [key](ContactDetails::key), also when many webhooks of
//!    a new sender come at the same moment. Details a contact lacks are filled in; what it has is
//!    never overwritten.
//! 3. **Keys.** Messages, calls and recordings are unique by account and SID. Two accounts never
//!    touch each other's rows, whatever SIDs they send. A new row takes the id that its change
//!    [chooses](MessageChange::with_id). If another row has that id, the new one gets an id of the
//!    store's and the other is not touched; a row that is there keeps its id, whatever a change
//!    chooses.
//! 4. **Forward only.** A status replaces the stored one if its rank is higher
//!    (`rank` of [`MessageStatus`](crate::MessageStatus::rank) and its siblings). Everything else
//!    (text, media, duration, URL, error code, parties, owner, contact, call) is filled in where it
//!    is missing and never replaced. So a report that overtakes its message or call creates the row,
//!    and the message or call completes it. The rules are there as code: `first` and `apply` of
//!    [`Message`], [`Call`], [`Recording`] and [`Contact`].
//! 5. **History.** The raw parameters are kept once for every account, SID and status, whether the
//!    change took effect or not, in the order in which the store got them. A change without
//!    parameters is the application's own and leaves no history. What was kept while nobody owned
//!    the SID becomes the company's as soon as a change of that SID is routed.
//! 6. **Outcome.** A new row is [`Created`](Outcome::Created), a row of a message, call or recording
//!    in which anything changed is [`Updated`](Outcome::Updated), everything else is
//!    [`Unchanged`](Outcome::Unchanged), and then `updated_at` stays as well.
//! 7. **Notifications.** If the outcome is not `Unchanged` and the row belongs to a company, the
//!    change's [draft](NotificationDraft) becomes a notification of that company in the same
//!    transaction, with the contact's name in the title; at most one for every account, SID, status
//!    and topic.
//! 8. **Recordings.** At the moment a recording [is finished](Recording::is_finished) and its call is
//!    known, the call's `recording_url` becomes its URL, so the latest finished one counts. A recording that comes
//!    before its call waits for it: recording the call adopts it, with call and company, and every
//!    draft for it becomes a notification then.
//! 9. **All or nothing.** A `record` that fails leaves nothing behind. One that is dropped half way
//!    may still take effect, all of it or nothing. (The suite can only test this with a value that
//!    the backend refuses.)
//! 10. **Claims.** `claim` gives each due notification to one caller for the time of the lease,
//!     the oldest first, and counts the attempt. At the first claim a notification gets the next
//!     number of its company, from 1 without gaps. After the lease it is due again. `settle` ends
//!     the attempt it names and ignores any other; what is delivered or abandoned is never claimed
//!     again.
//! 11. **Notices.** `put_notice` writes one notification for every company, topic and
//!     [key](Notice::key), whatever webhooks have told of, to be claimed like any other. A contact,
//!     message or call that is not the company's is [`StoreError::NotFound`], and nothing is written.
//!
//! A change may be of a kind that is newer than the store: answer [`StoreError::Unsupported`].
//!
//! Make uniqueness the database's work (`on conflict`), not a look-up before a write: webhooks of one
//! message arrive at the same instant. Where the database lets one transaction write at a time, a
//! look-up inside it is as good.

mod change;
mod memory;
mod merge;
mod model;
mod notice;

use std::{error::Error, fmt, sync::Arc};

use async_trait::async_trait;

pub use self::{
    change::{
        CallChange, Change, ContactDetails, Interaction, InteractionId, MessageChange,
        NotificationDraft, Outcome, Recorded, RecordingChange,
    },
    memory::MemoryStore,
    merge::Owner,
    model::{
        Call, Claim, Claimed, Contact, Direction, HistoryEntry, Line, Message, Notification, Page,
        PageRequest, Recording, Settlement, TimelineEntry,
    },
    notice::Notice,
};
use crate::{
    AccountSid, BoxError, CallSid, MessageSid,
    ids::{CallId, CompanyId, ContactId, LineId, MessageId, NotificationId},
};

/// Durable state behind the webhooks.
///
/// The [module docs](self) list what an implementation promises.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Writes everything one webhook brings, or nothing.
    ///
    /// When this returns `Ok`, the change survives a crash. Recording the same change again gives
    /// [`Outcome::Unchanged`] with the same ids.
    ///
    /// # Errors
    /// If the backend fails; nothing is written then.
    async fn record(&self, change: &Change) -> Result<Recorded, StoreError>;

    /// Leases up to `claim.limit` due notifications to the caller, oldest first.
    ///
    /// # Errors
    /// If the backend fails; nothing is leased then.
    async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>, StoreError>;

    /// Ends attempt `attempt` to deliver notification `id`. If another attempt has begun since, or
    /// the notification is settled already, nothing happens.
    ///
    /// # Errors
    /// If the backend fails; the lease then runs out by itself.
    async fn settle(
        &self,
        id: NotificationId,
        attempt: u32,
        settlement: Settlement,
    ) -> Result<(), StoreError>;
}

/// Reads for screens and APIs.
///
/// Every read names the company, so that no caller can forget to ask whose it is; what belongs to
/// another company is `None`, just as what does not exist. Lists are newest first.
#[async_trait]
pub trait Directory: fmt::Debug + Send + Sync + 'static {
    /// One contact.
    ///
    /// # Errors
    /// If the backend fails.
    async fn contact(
        &self,
        company: CompanyId,
        id: ContactId,
    ) -> Result<Option<Contact>, StoreError>;

    /// The contacts of a company.
    ///
    /// # Errors
    /// If the backend fails.
    async fn contacts(
        &self,
        company: CompanyId,
        page: PageRequest,
    ) -> Result<Page<Contact>, StoreError>;

    /// One message.
    ///
    /// # Errors
    /// If the backend fails.
    async fn message(
        &self,
        company: CompanyId,
        id: MessageId,
    ) -> Result<Option<Message>, StoreError>;

    /// One message, by Twilio's identifier.
    ///
    /// # Errors
    /// If the backend fails.
    async fn message_by_sid(
        &self,
        company: CompanyId,
        account: &AccountSid,
        sid: &MessageSid,
    ) -> Result<Option<Message>, StoreError>;

    /// The messages of a company.
    ///
    /// # Errors
    /// If the backend fails.
    async fn messages(
        &self,
        company: CompanyId,
        page: PageRequest,
    ) -> Result<Page<Message>, StoreError>;

    /// One call.
    ///
    /// # Errors
    /// If the backend fails.
    async fn call(&self, company: CompanyId, id: CallId) -> Result<Option<Call>, StoreError>;

    /// One call, by Twilio's identifier.
    ///
    /// # Errors
    /// If the backend fails.
    async fn call_by_sid(
        &self,
        company: CompanyId,
        account: &AccountSid,
        sid: &CallSid,
    ) -> Result<Option<Call>, StoreError>;

    /// The calls of a company, without their child legs.
    ///
    /// # Errors
    /// If the backend fails.
    async fn calls(&self, company: CompanyId, page: PageRequest) -> Result<Page<Call>, StoreError>;

    /// The recordings of a call, oldest first.
    ///
    /// # Errors
    /// If the backend fails.
    async fn recordings(
        &self,
        company: CompanyId,
        call: CallId,
    ) -> Result<Vec<Recording>, StoreError>;

    /// The messages and calls of a contact, without child legs of calls.
    ///
    /// # Errors
    /// If the backend fails.
    async fn timeline(
        &self,
        company: CompanyId,
        contact: ContactId,
        page: PageRequest,
    ) -> Result<Page<TimelineEntry>, StoreError>;

    /// The notifications of a company with a number above `seq`, lowest number first, at most
    /// `limit`. Those that were never claimed have no number yet and are not among them.
    ///
    /// # Errors
    /// If the backend fails.
    async fn notifications_since(
        &self,
        company: CompanyId,
        seq: u64,
        limit: u32,
    ) -> Result<Vec<Notification>, StoreError>;

    /// Every webhook that reported on a SID, in the order received.
    ///
    /// # Errors
    /// If the backend fails.
    async fn history(
        &self,
        account: &AccountSid,
        sid: &str,
    ) -> Result<Vec<HistoryEntry>, StoreError>;

    /// The webhooks that nobody owns. They belong to no company, so only an operator may see them.
    ///
    /// # Errors
    /// If the backend fails.
    async fn unrouted(&self, page: PageRequest) -> Result<Page<HistoryEntry>, StoreError>;
}

/// The lines: which of our numbers belong to whom.
///
/// An application manages them; a change works on the next webhook.
#[async_trait]
pub trait Lines: fmt::Debug + Send + Sync + 'static {
    /// Adds a line, or replaces the one with this account and address, id and owner included. What
    /// came over it before stays where it is.
    ///
    /// # Errors
    /// If the backend fails.
    async fn put_line(&self, line: &Line) -> Result<(), StoreError>;

    /// Removes a line of a company; what came over it stays. Says whether there was one.
    ///
    /// # Errors
    /// If the backend fails.
    async fn remove_line(&self, company: CompanyId, id: LineId) -> Result<bool, StoreError>;

    /// The lines of a company, oldest first.
    ///
    /// # Errors
    /// If the backend fails.
    async fn lines(&self, company: CompanyId) -> Result<Vec<Line>, StoreError>;
}

/// Takes what the application itself tells its people.
#[async_trait]
pub trait Notices: fmt::Debug + Send + Sync + 'static {
    /// Makes a notification of a notice, unless one with its company, topic and key was put before:
    /// then it is `None`, and nothing changes, whatever else is different.
    ///
    /// Putting is not delivering. [Wake](crate::notify::Wake::wake) the
    /// [`Dispatcher`](crate::notify::Dispatcher) afterwards, or it finds the notification at its
    /// next look, after a second at most unless set otherwise. What
    /// [`Hooks::notify_on`](crate::Hooks::notify_on) names does not matter here.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the company has no such contact, message or call, otherwise if the
    /// backend fails. Nothing is written then.
    async fn put_notice(&self, notice: &Notice) -> Result<Option<NotificationId>, StoreError>;
}

/// Why a store could not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The backend failed or can't be reached; trying again may help.
    #[error("storage backend failed")]
    Backend(#[source] BoxError),
    /// The store is older than what it is asked to store.
    #[error("store does not know {what}")]
    Unsupported {
        /// What it does not know.
        what: &'static str,
    },
    /// Something names a row that is not there, or not the company's.
    #[error("the company has no such {what}")]
    NotFound {
        /// What there is none of: `contact`, `message` or `call`.
        what: &'static str,
    },
    /// Something that was stored can't be read.
    #[error("stored {what} is not readable")]
    Corrupt {
        /// What was being read.
        what: &'static str,
        /// Why it could not be.
        #[source]
        source: BoxError,
    },
}

impl StoreError {
    /// A failure of the backend.
    pub fn backend(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Backend(source.into())
    }

    /// Something stored that can't be read.
    pub fn corrupt(what: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Corrupt {
            what,
            source: source.into(),
        }
    }
}

/// Passes every method of the four traits on to what a pointer points to.
macro_rules! forward {
    ($Pointer:ident) => {
        #[async_trait]
        impl<T: Store + ?Sized> Store for $Pointer<T> {
            async fn record(&self, change: &Change) -> Result<Recorded, StoreError> {
                (**self).record(change).await
            }

            async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>, StoreError> {
                (**self).claim(claim).await
            }

            async fn settle(
                &self,
                id: NotificationId,
                attempt: u32,
                settlement: Settlement,
            ) -> Result<(), StoreError> {
                (**self).settle(id, attempt, settlement).await
            }
        }

        #[async_trait]
        impl<T: Lines + ?Sized> Lines for $Pointer<T> {
            async fn put_line(&self, line: &Line) -> Result<(), StoreError> {
                (**self).put_line(line).await
            }

            async fn remove_line(
                &self,
                company: CompanyId,
                id: LineId,
            ) -> Result<bool, StoreError> {
                (**self).remove_line(company, id).await
            }

            async fn lines(&self, company: CompanyId) -> Result<Vec<Line>, StoreError> {
                (**self).lines(company).await
            }
        }

        #[async_trait]
        impl<T: Notices + ?Sized> Notices for $Pointer<T> {
            async fn put_notice(
                &self,
                notice: &Notice,
            ) -> Result<Option<NotificationId>, StoreError> {
                (**self).put_notice(notice).await
            }
        }

        #[async_trait]
        impl<T: Directory + ?Sized> Directory for $Pointer<T> {
            async fn contact(
                &self,
                company: CompanyId,
                id: ContactId,
            ) -> Result<Option<Contact>, StoreError> {
                (**self).contact(company, id).await
            }

            async fn contacts(
                &self,
                company: CompanyId,
                page: PageRequest,
            ) -> Result<Page<Contact>, StoreError> {
                (**self).contacts(company, page).await
            }

            async fn message(
                &self,
                company: CompanyId,
                id: MessageId,
            ) -> Result<Option<Message>, StoreError> {
                (**self).message(company, id).await
            }

            async fn message_by_sid(
                &self,
                company: CompanyId,
                account: &AccountSid,
                sid: &MessageSid,
            ) -> Result<Option<Message>, StoreError> {
                (**self).message_by_sid(company, account, sid).await
            }

            async fn messages(
                &self,
                company: CompanyId,
                page: PageRequest,
            ) -> Result<Page<Message>, StoreError> {
                (**self).messages(company, page).await
            }

            async fn call(
                &self,
                company: CompanyId,
                id: CallId,
            ) -> Result<Option<Call>, StoreError> {
                (**self).call(company, id).await
            }

            async fn call_by_sid(
                &self,
                company: CompanyId,
                account: &AccountSid,
                sid: &CallSid,
            ) -> Result<Option<Call>, StoreError> {
                (**self).call_by_sid(company, account, sid).await
            }

            async fn calls(
                &self,
                company: CompanyId,
                page: PageRequest,
            ) -> Result<Page<Call>, StoreError> {
                (**self).calls(company, page).await
            }

            async fn recordings(
                &self,
                company: CompanyId,
                call: CallId,
            ) -> Result<Vec<Recording>, StoreError> {
                (**self).recordings(company, call).await
            }

            async fn timeline(
                &self,
                company: CompanyId,
                contact: ContactId,
                page: PageRequest,
            ) -> Result<Page<TimelineEntry>, StoreError> {
                (**self).timeline(company, contact, page).await
            }

            async fn notifications_since(
                &self,
                company: CompanyId,
                seq: u64,
                limit: u32,
            ) -> Result<Vec<Notification>, StoreError> {
                (**self).notifications_since(company, seq, limit).await
            }

            async fn history(
                &self,
                account: &AccountSid,
                sid: &str,
            ) -> Result<Vec<HistoryEntry>, StoreError> {
                (**self).history(account, sid).await
            }

            async fn unrouted(&self, page: PageRequest) -> Result<Page<HistoryEntry>, StoreError> {
                (**self).unrouted(page).await
            }
        }
    };
}

forward!(Arc);
forward!(Box);
