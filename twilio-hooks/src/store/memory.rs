//! [`MemoryStore`]: everything in memory, for a quick start, tests and as the reference.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    Call, CallChange, Change, Claim, Claimed, Contact, ContactDetails, Directory, HistoryEntry,
    Interaction, InteractionId, Line, Lines, Message, MessageChange, Notification,
    NotificationDraft, Outcome, Page, PageRequest, Recorded, Recording, RecordingChange,
    Settlement, Store, StoreError, TimelineEntry,
};
use crate::{
    AccountSid, Address, RecordingStatus,
    ids::{
        CallId, CompanyId, ContactId, HistoryId, LineId, MessageId, NotificationId, RecordingId,
        UserId,
    },
};

/// A [`Store`] and [`Directory`] that keeps everything in memory and forgets it at the end.
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
    calls: BTreeMap<CallId, Call>,
    recordings: BTreeMap<RecordingId, Recording>,
    sids: HashMap<(AccountSid, String), InteractionId>,
    history: Vec<HistoryEntry>,
    history_keys: HashMap<(AccountSid, String, String), usize>,
    /// Drafts of recordings whose call is not known yet.
    waiting: HashMap<RecordingId, (NotificationDraft, String)>,
    outbox: BTreeMap<NotificationId, Outgoing>,
    /// One notification for each account, SID, status and topic.
    told: HashSet<(AccountSid, String, String, String)>,
    numbers: HashMap<CompanyId, u64>,
}

struct Outgoing {
    notification: Notification,
    attempt: u32,
    /// When it may be claimed (again); `None` once it is settled for good.
    due: Option<Timestamp>,
}

/// Whose something is, and whom it is with.
#[derive(Clone, Copy, Default)]
struct Owner {
    company_id: Option<CompanyId>,
    user_id: Option<UserId>,
    contact_id: Option<ContactId>,
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
        let (contact_id, new_contact) = match (&line, &change.contact) {
            (Some(line), Some(details)) => {
                let (id, new) = self.contact(line.company_id, details, change.received_at);
                (Some(id), new)
            }
            _ => (None, false),
        };
        let mut owner = Owner {
            company_id: line.as_ref().map(|line| line.company_id),
            user_id: line.as_ref().and_then(|line| line.user_id),
            contact_id,
        };
        let (id, outcome) = match &change.interaction {
            Interaction::Message(message) => self.message(change, message, owner),
            Interaction::Call(call) => {
                if owner.company_id.is_none()
                    && let Some(parent) = &call.parent_call_sid
                {
                    owner = self.owner_of_call(&change.account_sid, parent.as_str()).1;
                    owner.contact_id = None;
                }
                self.call(change, call, owner)
            }
            Interaction::Recording(recording) => {
                let call_sid = recording.call_sid.as_ref().map_or("", |sid| sid.as_str());
                let (call_id, call_owner) = self.owner_of_call(&change.account_sid, call_sid);
                owner = call_owner;
                self.recording(change, recording, call_id, owner)
            }
        };
        self.remember(change, owner.company_id);
        if outcome != Outcome::Unchanged
            && let Some(draft) = &change.notification
        {
            self.tell(change, draft, id, owner);
        }
        let mut recorded = Recorded::new(outcome, id);
        recorded.company_id = owner.company_id;
        recorded.line = line;
        recorded.contact = owner
            .contact_id
            .and_then(|id| self.contacts.get(&id).cloned());
        recorded.new_contact = new_contact;
        recorded
    }

    fn line(&self, change: &Change) -> Option<Line> {
        let key = |address: &str| (change.account_sid.clone(), address.to_owned());
        change
            .line_keys()
            .into_iter()
            .find_map(|address| self.lines.get(&key(address)).cloned())
    }

    fn contact(
        &mut self,
        company_id: CompanyId,
        details: &ContactDetails,
        now: Timestamp,
    ) -> (ContactId, bool) {
        let mut new = false;
        let id = *self
            .contact_keys
            .entry((company_id, details.key.clone()))
            .or_insert_with(|| {
                new = true;
                ContactId::at(now)
            });
        let contact = self.contacts.entry(id).or_insert_with(|| Contact {
            id,
            company_id,
            address: details.key.clone(),
            name: None,
            city: None,
            state: None,
            zip: None,
            country: None,
            created_at: now,
        });
        fill(&mut contact.name, details.name.as_ref());
        fill(&mut contact.city, details.city.as_ref());
        fill(&mut contact.state, details.state.as_ref());
        fill(&mut contact.zip, details.zip.as_ref());
        fill(&mut contact.country, details.country.as_ref());
        (id, new)
    }

    fn message(
        &mut self,
        change: &Change,
        report: &MessageChange,
        owner: Owner,
    ) -> (InteractionId, Outcome) {
        let key = (
            change.account_sid.clone(),
            report.message_sid.as_str().to_owned(),
        );
        let id = match self.sids.get(&key) {
            Some(InteractionId::Message(id)) => *id,
            _ => {
                let id = MessageId::at(change.received_at);
                self.sids.insert(key, InteractionId::Message(id));
                self.messages.insert(
                    id,
                    Message {
                        id,
                        company_id: owner.company_id,
                        user_id: owner.user_id,
                        contact_id: owner.contact_id,
                        account_sid: change.account_sid.clone(),
                        message_sid: report.message_sid.clone(),
                        direction: report.direction,
                        status: report.status.clone(),
                        from_address: report.from.clone(),
                        to_address: report.to.clone(),
                        body: report.body.clone(),
                        media: report.media.clone(),
                        num_segments: report.num_segments,
                        error_code: report.error_code,
                        created_at: change.received_at,
                        updated_at: change.received_at,
                    },
                );
                return (InteractionId::Message(id), Outcome::Created);
            }
        };
        let Some(message) = self.messages.get_mut(&id) else {
            unreachable!("every message SID has its row");
        };
        let mut changed = false;
        if report.status.supersedes(&message.status) {
            message.status = report.status.clone();
            changed = true;
        }
        changed |= fill(&mut message.company_id, owner.company_id.as_ref());
        changed |= fill(&mut message.user_id, owner.user_id.as_ref());
        changed |= fill(&mut message.contact_id, owner.contact_id.as_ref());
        changed |= fill_address(&mut message.from_address, &report.from);
        changed |= fill_address(&mut message.to_address, &report.to);
        changed |= fill(&mut message.body, report.body.as_ref());
        changed |= fill(&mut message.num_segments, report.num_segments.as_ref());
        changed |= fill(&mut message.error_code, report.error_code.as_ref());
        if message.media.is_empty() && !report.media.is_empty() {
            message.media.clone_from(&report.media);
            changed = true;
        }
        if changed {
            message.updated_at = change.received_at;
        }
        (InteractionId::Message(id), outcome(changed))
    }

    fn call(
        &mut self,
        change: &Change,
        report: &CallChange,
        owner: Owner,
    ) -> (InteractionId, Outcome) {
        let key = (
            change.account_sid.clone(),
            report.call_sid.as_str().to_owned(),
        );
        let (id, created) = match self.sids.get(&key) {
            Some(InteractionId::Call(id)) => (*id, false),
            _ => (CallId::at(change.received_at), true),
        };
        self.sids.insert(key, InteractionId::Call(id));
        let call = self.calls.entry(id).or_insert_with(|| Call {
            id,
            company_id: owner.company_id,
            user_id: owner.user_id,
            contact_id: owner.contact_id,
            account_sid: change.account_sid.clone(),
            call_sid: report.call_sid.clone(),
            parent_call_sid: report.parent_call_sid.clone(),
            direction: report.direction,
            status: report.status.clone(),
            from_number: report.from.clone(),
            to_number: report.to.clone(),
            duration: report.duration,
            recording_url: report.recording_url.clone(),
            error_code: report.error_code,
            created_at: change.received_at,
            updated_at: change.received_at,
        });
        let mut changed = false;
        if report.status.supersedes(&call.status) {
            call.status = report.status.clone();
            changed = true;
        }
        changed |= fill(&mut call.company_id, owner.company_id.as_ref());
        changed |= fill(&mut call.user_id, owner.user_id.as_ref());
        changed |= fill(&mut call.contact_id, owner.contact_id.as_ref());
        changed |= fill(&mut call.parent_call_sid, report.parent_call_sid.as_ref());
        changed |= fill_address(&mut call.from_number, &report.from);
        changed |= fill_address(&mut call.to_number, &report.to);
        changed |= fill(&mut call.duration, report.duration.as_ref());
        changed |= fill(&mut call.recording_url, report.recording_url.as_ref());
        changed |= fill(&mut call.error_code, report.error_code.as_ref());
        if changed {
            call.updated_at = change.received_at;
        }
        self.adopt_recordings(id, change.received_at);
        (
            InteractionId::Call(id),
            if created {
                Outcome::Created
            } else {
                outcome(changed)
            },
        )
    }

    /// Gives recordings that came before their call to it.
    fn adopt_recordings(&mut self, id: CallId, now: Timestamp) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let owner = Owner {
            company_id: call.company_id,
            user_id: call.user_id,
            contact_id: call.contact_id,
        };
        let mut adopted = Vec::new();
        for recording in self.recordings.values_mut() {
            let is_ours = recording.account_sid == call.account_sid
                && recording.call_sid.as_ref() == Some(&call.call_sid);
            let is_waiting = recording.call_id.is_none()
                || (recording.company_id.is_none() && owner.company_id.is_some());
            if is_ours && is_waiting {
                recording.call_id = Some(id);
                recording.company_id = owner.company_id;
                recording.updated_at = now;
                if recording.status == RecordingStatus::Completed {
                    fill(&mut call.recording_url, recording.url.as_ref());
                }
                adopted.push((recording.id, recording.recording_sid.clone()));
            }
        }
        for (recording_id, sid) in adopted {
            for entry in &mut self.history {
                if entry.account_sid == self.calls[&id].account_sid && entry.sid == sid.as_str() {
                    fill(&mut entry.company_id, owner.company_id.as_ref());
                }
            }
            if owner.company_id.is_some()
                && let Some((draft, status)) = self.waiting.remove(&recording_id)
            {
                let account = self.calls[&id].account_sid.clone();
                let key = (account, sid.as_str().to_owned(), status);
                self.push_notification(key, &draft, InteractionId::Call(id), owner, now);
            }
        }
    }

    fn recording(
        &mut self,
        change: &Change,
        report: &RecordingChange,
        call_id: Option<CallId>,
        owner: Owner,
    ) -> (InteractionId, Outcome) {
        let now = change.received_at;
        let key = (
            change.account_sid.clone(),
            report.recording_sid.as_str().to_owned(),
        );
        let (id, created) = match self.sids.get(&key) {
            Some(InteractionId::Recording(id)) => (*id, false),
            _ => (RecordingId::at(now), true),
        };
        self.sids.insert(key, InteractionId::Recording(id));
        let recording = self.recordings.entry(id).or_insert_with(|| Recording {
            id,
            company_id: owner.company_id,
            call_id,
            account_sid: change.account_sid.clone(),
            call_sid: report.call_sid.clone(),
            recording_sid: report.recording_sid.clone(),
            status: report.status.clone(),
            url: report.url.clone(),
            duration: report.duration,
            channels: report.channels,
            source: report.source.clone(),
            started_at: report.started_at,
            error_code: report.error_code,
            created_at: now,
            updated_at: now,
        });
        let mut changed = false;
        if report.status.supersedes(&recording.status) {
            recording.status = report.status.clone();
            changed = true;
        }
        changed |= fill(&mut recording.company_id, owner.company_id.as_ref());
        changed |= fill(&mut recording.call_id, call_id.as_ref());
        changed |= fill(&mut recording.call_sid, report.call_sid.as_ref());
        changed |= fill(&mut recording.url, report.url.as_ref());
        changed |= fill(&mut recording.duration, report.duration.as_ref());
        changed |= fill(&mut recording.channels, report.channels.as_ref());
        changed |= fill(&mut recording.source, report.source.as_ref());
        changed |= fill(&mut recording.started_at, report.started_at.as_ref());
        changed |= fill(&mut recording.error_code, report.error_code.as_ref());
        if changed {
            recording.updated_at = now;
        }
        let finished = recording.status == RecordingStatus::Completed && (created || changed);
        if finished
            && recording.url.is_some()
            && let Some(call) = call_id.and_then(|id| self.calls.get_mut(&id))
        {
            call.recording_url.clone_from(&recording.url);
            call.updated_at = now;
        }
        let outcome = if created {
            Outcome::Created
        } else {
            outcome(changed)
        };
        if owner.company_id.is_none()
            && outcome != Outcome::Unchanged
            && let Some(draft) = &change.notification
        {
            self.waiting
                .insert(id, (draft.clone(), report.status.as_str().to_owned()));
        }
        (InteractionId::Recording(id), outcome)
    }

    fn owner_of_call(&self, account: &AccountSid, call_sid: &str) -> (Option<CallId>, Owner) {
        let call = match self.sids.get(&(account.clone(), call_sid.to_owned())) {
            Some(InteractionId::Call(id)) => self.calls.get(id),
            _ => None,
        };
        call.map_or((None, Owner::default()), |call| {
            let owner = Owner {
                company_id: call.company_id,
                user_id: call.user_id,
                contact_id: call.contact_id,
            };
            (Some(call.id), owner)
        })
    }

    fn remember(&mut self, change: &Change, company_id: Option<CompanyId>) {
        if change.params.is_empty() {
            return;
        }
        let sid = change.interaction.sid();
        let status = change.interaction.status();
        let key = (
            change.account_sid.clone(),
            sid.to_owned(),
            status.to_owned(),
        );
        match self.history_keys.get(&key) {
            Some(&index) => {
                fill(&mut self.history[index].company_id, company_id.as_ref());
            }
            None => {
                self.history_keys.insert(key, self.history.len());
                self.history.push(HistoryEntry {
                    id: HistoryId::at(change.received_at),
                    company_id,
                    kind: change.kind.clone(),
                    account_sid: change.account_sid.clone(),
                    sid: sid.to_owned(),
                    status: status.to_owned(),
                    params: change.params.clone(),
                    received_at: change.received_at,
                });
            }
        }
    }

    fn tell(
        &mut self,
        change: &Change,
        draft: &NotificationDraft,
        id: InteractionId,
        owner: Owner,
    ) {
        let about = match id {
            InteractionId::Recording(id) => match self.recordings[&id].call_id {
                Some(call_id) => InteractionId::Call(call_id),
                None => return,
            },
            other => other,
        };
        let interaction = &change.interaction;
        let key = (
            change.account_sid.clone(),
            interaction.sid().to_owned(),
            interaction.status().to_owned(),
        );
        self.push_notification(key, draft, about, owner, change.received_at);
    }

    fn push_notification(
        &mut self,
        (account, sid, status): (AccountSid, String, String),
        draft: &NotificationDraft,
        about: InteractionId,
        owner: Owner,
        now: Timestamp,
    ) {
        let Some(company_id) = owner.company_id else {
            return;
        };
        if !self
            .told
            .insert((account, sid, status, draft.topic.as_str().to_owned()))
        {
            return;
        }
        let contact = owner.contact_id.and_then(|id| self.contacts.get(&id));
        let id = NotificationId::at(now);
        let notification = Notification {
            id,
            company_id,
            seq: 0,
            topic: draft.topic.clone(),
            title: draft
                .title_for(contact.map_or(NotificationDraft::NOBODY, Contact::display_name)),
            message: draft.message.clone(),
            contact_id: owner.contact_id,
            sms_id: if let InteractionId::Message(id) = about {
                Some(id)
            } else {
                None
            },
            call_id: if let InteractionId::Call(id) = about {
                Some(id)
            } else {
                None
            },
            created_at: now,
        };
        self.outbox.insert(
            id,
            Outgoing {
                notification,
                attempt: 0,
                due: Some(now),
            },
        );
    }

    fn claim(&mut self, claim: Claim) -> Vec<Claimed> {
        let lease = SignedDuration::try_from(claim.lease).unwrap_or(SignedDuration::MAX);
        let until = claim.now.checked_add(lease).unwrap_or(Timestamp::MAX);
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
            outgoing.due = Some(until);
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

/// Takes what is not known yet; says whether it took something.
fn fill<T: Clone>(known: &mut Option<T>, reported: Option<&T>) -> bool {
    match (known.is_none(), reported) {
        (true, Some(reported)) => {
            *known = Some(reported.clone());
            true
        }
        _ => false,
    }
}

fn fill_address(known: &mut Address, reported: &Address) -> bool {
    let takes = known.as_str().is_empty() && !reported.as_str().is_empty();
    if takes {
        *known = reported.clone();
    }
    takes
}

fn outcome(changed: bool) -> Outcome {
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
