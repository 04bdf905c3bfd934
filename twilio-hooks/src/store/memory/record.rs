//! What a webhook reported is written: the row of its message, call or recording, the contact, the
//! history, and what is to be told.

use jiff::Timestamp;

use super::State;
use crate::{
    AccountSid, CallSid,
    ids::{CallId, CompanyId, MessageId},
    store::{
        Call, CallChange, Change, Contact, HistoryEntry, Interaction, InteractionId, Line, Message,
        MessageChange, Outcome, Owner, Recorded, Recording, RecordingChange, merge::fill,
    },
};

impl State {
    pub(super) fn record(&mut self, change: &Change) -> Recorded {
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

    pub(super) fn call_of(&self, account: &AccountSid, sid: &CallSid) -> Option<&Call> {
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
}

fn updated(changed: bool) -> Outcome {
    if changed {
        Outcome::Updated
    } else {
        Outcome::Unchanged
    }
}
