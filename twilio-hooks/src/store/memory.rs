//! [`MemoryStore`]: everything in memory, for a quick start, tests and as the reference.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Call, CallChange, Change, Claim, Claimed, Contact, Directory, HistoryEntry, Interaction,
    InteractionId, Line, Lines, Message, MessageChange, Notice, Notices, Notification,
    NotificationDraft, Outcome, Owner, Page, PageRequest, Recorded, Recording, RecordingChange,
    Settlement, Store, StoreError, TimelineEntry, merge::fill,
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

/// What a notification tells of, and a history entry reports: account, SID and status.
type Cause = (AccountSid, String, String);

struct Outgoing {
    notification: Notification,
    attempt: u32,
    /// When it may be claimed (again); `None` once it is settled for good.
    due: Option<Timestamp>,
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
        let mut state = self.state();
        if let Some(outgoing) = state.outbox.get_mut(&id)
            && outgoing.attempt == attempt
            && outgoing.due.is_some()
        {
            outgoing.due = match settlement {
                Settlement::RetryAt(time) => Some(time),
                Settlement::Delivered | Settlement::Abandoned => None,
            };
        }
        Ok(())
    }
}

impl State {
    fn record(&mut self, change: &Change) -> Recorded {
        let line = self.line(change);
        let ours = Owner::of_line(line.as_ref());
        let (mut recorded, owner) = match &change.interaction {
            Interaction::Message(report) => self.message(change, report, ours),
            Interaction::Call(report) => self.call(change, report, ours),
            Interaction::Recording(report) => self.recording(change, report),
        };
        self.remember(change, owner.company_id);
        recorded.company_id = owner.company_id;
        recorded.line = line.filter(|line| Some(line.company_id) == owner.company_id);
        recorded.contact = owner
            .contact_id
            .and_then(|id| self.contacts.get(&id).cloned());
        recorded
    }

    fn line(&self, change: &Change) -> Option<Line> {
        let key = |address: &str| (change.account_sid.clone(), address.to_owned());
        change
            .line_keys()
            .into_iter()
            .find_map(|address| self.lines.get(&key(address)).cloned())
    }

    fn message(
        &mut self,
        change: &Change,
        report: &MessageChange,
        ours: Owner,
    ) -> (Recorded, Owner) {
        let key = (change.account_sid.clone(), report.message_sid.clone());
        let known = self.message_sids.get(&key).copied();
        let owner = known.map_or(ours, |id| self.messages[&id].owner().or(ours));
        let (owner, new_contact) = self.with_contact(change, owner);
        let (id, outcome) = match known.and_then(|id| self.messages.get_mut(&id)) {
            Some(row) => (
                row.id,
                updated(row.apply(report, owner, change.received_at)),
            ),
            None => {
                let mut row = Message::first(change, report, owner);
                if self.messages.contains_key(&row.id) {
                    row.id = MessageId::at(change.received_at);
                }
                let id = row.id;
                self.message_sids.insert(key, id);
                self.messages.insert(id, row);
                (id, Outcome::Created)
            }
        };
        let id = InteractionId::Message(id);
        self.tell_if_changed(change, outcome, id, owner);
        (
            Recorded {
                new_contact,
                ..Recorded::new(outcome, id)
            },
            owner,
        )
    }

    fn call(&mut self, change: &Change, report: &CallChange, ours: Owner) -> (Recorded, Owner) {
        let key = (change.account_sid.clone(), report.call_sid.clone());
        let known = self.call_sids.get(&key).copied();
        let mut owner = known.map_or(ours, |id| self.calls[&id].owner().or(ours));
        if owner.company_id.is_none()
            && let Some(parent) = &report.parent_call_sid
            && let Some(parent) = self.call_of(&change.account_sid, parent)
        {
            owner = parent.owner_of_legs();
        }
        let (owner, new_contact) = self.with_contact(change, owner);
        let (id, outcome) = match known.and_then(|id| self.calls.get_mut(&id)) {
            Some(row) => (
                row.id,
                updated(row.apply(report, owner, change.received_at)),
            ),
            None => {
                let mut row = Call::first(change, report, owner);
                if self.calls.contains_key(&row.id) {
                    row.id = CallId::at(change.received_at);
                }
                let id = row.id;
                self.call_sids.insert(key, id);
                self.calls.insert(id, row);
                (id, Outcome::Created)
            }
        };
        if outcome != Outcome::Unchanged {
            self.adopt_recordings(id, change.received_at);
        }
        self.tell_if_changed(change, outcome, InteractionId::Call(id), owner);
        (
            Recorded {
                new_contact,
                ..Recorded::new(outcome, InteractionId::Call(id))
            },
            owner,
        )
    }

    /// Gives a call that is new, or new to its company, the recordings that came before.
    fn adopt_recordings(&mut self, id: CallId, now: Timestamp) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let mut adopted = Vec::new();
        let key = (call.account_sid.clone(), call.call_sid.clone());
        for id_of_recording in self.recordings_of.get(&key).into_iter().flatten() {
            let Some(recording) = self.recordings.get_mut(id_of_recording) else {
                continue;
            };
            let is_waiting = recording.call_id.is_none()
                || (recording.company_id.is_none() && call.company_id.is_some());
            if !is_waiting {
                continue;
            }
            if recording.call_id.is_none() && recording.is_finished() {
                call.recording_url.clone_from(&recording.url);
            }
            recording.call_id = Some(id);
            recording.company_id = call.company_id;
            recording.updated_at = now;
            adopted.push((recording.id, recording.recording_sid.clone()));
        }
        let (account, owner) = (call.account_sid.clone(), call.owner());
        let Some(company_id) = owner.company_id else {
            return;
        };
        for (recording_id, sid) in adopted {
            self.route_history(&account, sid.as_str(), company_id);
            self.tell_waiting(recording_id, (&account, sid.as_str()), id, owner, now);
        }
    }

    /// Tells of a recording whose call has an owner by now.
    fn tell_waiting(
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

    fn recording(&mut self, change: &Change, report: &RecordingChange) -> (Recorded, Owner) {
        let now = change.received_at;
        let key = (change.account_sid.clone(), report.recording_sid.clone());
        let known = self.recording_sids.get(&key).copied();
        let call_sid = known.and_then(|id| self.recordings[&id].call_sid.clone());
        let is_new_to_call = call_sid.is_none();
        let call_sid = call_sid.or_else(|| report.call_sid.clone());
        let call = call_sid
            .as_ref()
            .and_then(|sid| self.call_of(&change.account_sid, sid).cloned());
        let owner = call.as_ref().map_or_else(Owner::default, Call::owner);
        // Finished and known to its call: then the call has its URL.
        let was_finished = known
            .map(|id| &self.recordings[&id])
            .is_some_and(|old| old.is_finished() && old.call_id.is_some());
        let (id, outcome) = match known.and_then(|id| self.recordings.get_mut(&id)) {
            Some(row) => (row.id, updated(row.apply(report, owner, now))),
            None => {
                let row = Recording::first(change, report, owner);
                let id = row.id;
                self.recording_sids.insert(key, id);
                self.recordings.insert(id, row);
                (id, Outcome::Created)
            }
        };
        if let (true, Some(sid)) = (is_new_to_call, call_sid) {
            self.recordings_of
                .entry((change.account_sid.clone(), sid))
                .or_default()
                .insert(id);
        }
        if outcome != Outcome::Unchanged
            && let Some(row) = self.recordings.get_mut(&id)
        {
            row.call_id = call.as_ref().map(|call| call.id);
            if row.is_finished()
                && !was_finished
                && let Some(call) = row.call_id.and_then(|id| self.calls.get_mut(&id))
            {
                call.recording_url.clone_from(&row.url);
                call.updated_at = now;
            }
            match (call, &change.notification) {
                (Some(call), _) if owner.company_id.is_some() => {
                    let key = (&change.account_sid, report.recording_sid.as_str());
                    self.tell_waiting(id, key, call.id, owner, now);
                    self.tell_if_changed(change, outcome, InteractionId::Call(call.id), owner);
                }
                (_, Some(draft)) => {
                    let waiting = (report.status.to_string(), draft.clone());
                    self.waiting.entry(id).or_default().push(waiting);
                }
                _ => {}
            }
        }
        (Recorded::new(outcome, InteractionId::Recording(id)), owner)
    }

    fn call_of(&self, account: &AccountSid, sid: &CallSid) -> Option<&Call> {
        let id = self.call_sids.get(&(account.clone(), sid.clone()))?;
        self.calls.get(id)
    }

    /// Finds or makes the contact; says whether it is new.
    fn with_contact(&mut self, change: &Change, mut owner: Owner) -> (Owner, bool) {
        let (Some(company_id), Some(details)) = (owner.company_id, &change.contact) else {
            return (owner, false);
        };
        let key = (company_id, details.key.clone());
        let (id, is_new) = match self.contact_keys.get(&key) {
            Some(id) => (*id, false),
            None => {
                let contact = Contact::first(company_id, details, change.received_at);
                let id = contact.id;
                self.contact_keys.insert(key, id);
                self.contacts.insert(id, contact);
                (id, true)
            }
        };
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.apply(details);
        }
        owner.contact_id = owner.contact_id.or(Some(id));
        (owner, is_new)
    }

    fn remember(&mut self, change: &Change, company_id: Option<CompanyId>) {
        let (sid, status) = (change.interaction.sid(), change.interaction.status());
        let key = (change.account_sid.clone(), sid.to_owned());
        let entries = self.history_of.entry(key).or_default();
        let is_known = entries
            .iter()
            .any(|&index| self.history[index].status == status);
        if !is_known && let Some(entry) = HistoryEntry::of(change, company_id) {
            entries.push(self.history.len());
            self.history.push(entry);
        }
        if let Some(company_id) = company_id {
            self.route_history(&change.account_sid, sid, company_id);
        }
    }

    /// Gives a company what was received while nobody owned it.
    fn route_history(&mut self, account: &AccountSid, sid: &str, company_id: CompanyId) {
        let entries = self.history_of.get(&(account.clone(), sid.to_owned()));
        for &index in entries.into_iter().flatten() {
            fill(&mut self.history[index].company_id, Some(&company_id));
        }
    }

    fn tell_if_changed(
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

    fn put_notice(&mut self, notice: &Notice) -> Result<Option<NotificationId>, StoreError> {
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

    fn claim(&mut self, claim: Claim) -> Vec<Claimed> {
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

fn updated(changed: bool) -> Outcome {
    if changed {
        Outcome::Updated
    } else {
        Outcome::Unchanged
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
