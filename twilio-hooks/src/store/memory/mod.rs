//! [`MemoryStore`]: everything in memory, for a quick start, tests and as the reference.
//!
//! `record` writes what a webhook reported, `outbox` keeps what is told of it, and `directory` reads.

mod directory;
mod outbox;
mod record;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use self::outbox::{Cause, Outgoing};
use super::{
    Call, Change, Claim, Claimed, Contact, HistoryEntry, Line, Lines, Message, Notice, Notices,
    NotificationDraft, Recorded, Recording, Settlement, Store, StoreError,
};
use crate::{
    AccountSid, CallSid, MessageSid, RecordingSid,
    ids::{CallId, CompanyId, ContactId, LineId, MessageId, NotificationId, RecordingId},
    notify::Topic,
};

/// A [`Store`] with all its siblings that keeps everything in memory and forgets it at the end.
///
/// It is the shortest complete implementation, so it is also the one to read before writing another.
/// Clones share the same data.
///
/// # Examples
/// ```
/// use twilio_hooks::{
///     CompanyId, LineId,
///     store::{Line, Lines, MemoryStore},
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let company = CompanyId::at(jiff::Timestamp::now());
/// let line = LineId::at(jiff::Timestamp::now());
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let store = MemoryStore::new();
/// let line = Line::new(line, "AC00000000000000000000000000000001", "+12025550187", company);
/// store.put_line(&line).await?;
/// assert_eq!(store.lines(company).await?, [line]);
/// # Ok(()) })
/// # }
/// ```
#[derive(Clone, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

/// Rows by id, which is also the order of time; unique keys beside them.
#[derive(Default)]
struct State {
    lines: HashMap<(AccountSid, String), Line>,
    contacts: BTreeMap<ContactId, Contact>,
    contact_keys: HashMap<(CompanyId, String), ContactId>,
    messages: BTreeMap<MessageId, Message>,
    message_sids: HashMap<(AccountSid, MessageSid), MessageId>,
    calls: BTreeMap<CallId, Call>,
    call_sids: HashMap<(AccountSid, CallSid), CallId>,
    recordings: BTreeMap<RecordingId, Recording>,
    recording_sids: HashMap<(AccountSid, RecordingSid), RecordingId>,
    recordings_of: HashMap<(AccountSid, CallSid), BTreeSet<RecordingId>>,
    history: Vec<HistoryEntry>,
    history_of: HashMap<(AccountSid, String), Vec<usize>>,
    /// Statuses and drafts of recordings whose call is nobody's yet.
    waiting: HashMap<RecordingId, Vec<(String, NotificationDraft)>>,
    outbox: BTreeMap<NotificationId, Outgoing>,
    told: HashSet<(Cause, Topic)>,
    noticed: HashSet<(CompanyId, Topic, String)>,
    numbers: HashMap<CompanyId, u64>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A panic elsewhere leaves the data as it is: every change here is complete or not begun.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn record(&self, change: &Change) -> Result<Recorded, StoreError> {
        Ok(self.state().record(change))
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>, StoreError> {
        Ok(self.state().claim(claim))
    }

    async fn settle(
        &self,
        id: NotificationId,
        attempt: u32,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        self.state().settle(id, attempt, settlement);
        Ok(())
    }
}

#[async_trait]
impl Lines for MemoryStore {
    async fn put_line(&self, line: &Line) -> Result<(), StoreError> {
        let key = (line.account_sid.clone(), line.address.clone());
        self.state().lines.insert(key, line.clone());
        Ok(())
    }

    async fn remove_line(&self, company: CompanyId, id: LineId) -> Result<bool, StoreError> {
        let lines = &mut self.state().lines;
        let before = lines.len();
        lines.retain(|_, line| line.id != id || line.company_id != company);
        Ok(lines.len() < before)
    }

    async fn lines(&self, company: CompanyId) -> Result<Vec<Line>, StoreError> {
        let state = self.state();
        let mut lines: Vec<_> = state
            .lines
            .values()
            .filter(|line| line.company_id == company)
            .cloned()
            .collect();
        lines.sort_by_key(|line| line.id);
        Ok(lines)
    }
}

#[async_trait]
impl Notices for MemoryStore {
    async fn put_notice(&self, notice: &Notice) -> Result<Option<NotificationId>, StoreError> {
        self.state().put_notice(notice)
    }
}
