//! Clauses 1 to 9: everything one webhook writes.

use twilio_hooks::{
    AccountSid, CallId, CompanyId, MessageId,
    store::{
        Call, CallChange, Change, Contact, HistoryEntry, Interaction, InteractionId, Line, Message,
        MessageChange, Outcome, Owner, Recorded, Recording, RecordingChange, StoreError,
    },
};

use crate::{
    outbox::tell,
    rows::RecordingRow,
    tables::{ALL, Result, Row, Writing, key},
};

/// Writes a change. A report may come without its line, or when the line is somebody else's by now:
/// the row says whose it is, if there is one.
pub(crate) fn record(tables: &mut Writing<'_>, change: &Change) -> Result<Recorded> {
    let line = line_of(tables, change)?;
    let ours = Owner::of_line(line.as_ref());
    let (mut recorded, owner) = match &change.interaction {
        Interaction::Message(report) => message(tables, change, report, ours)?,
        Interaction::Call(report) => call(tables, change, report, ours)?,
        Interaction::Recording(report) => recording(tables, change, report)?,
        _ => {
            return Err(StoreError::Unsupported {
                what: "this kind of interaction",
            }
            .into());
        }
    };
    remember(tables, change, owner.company_id)?;
    recorded.company_id = owner.company_id;
    recorded.line = line.filter(|line| Some(line.company_id) == owner.company_id);
    recorded.contact = contact_of(tables, owner)?;
    Ok(recorded)
}

/// The first line there is for the change's keys.
fn line_of(tables: &Writing<'_>, change: &Change) -> Result<Option<Line>> {
    for address in change.line_keys() {
        let line = tables.get(&key!["line", change.account_sid, address])?;
        if line.is_some() {
            return Ok(line);
        }
    }
    Ok(None)
}

fn message(
    tables: &mut Writing<'_>,
    change: &Change,
    report: &MessageChange,
    ours: Owner,
) -> Result<(Recorded, Owner)> {
    let (account, sid) = (change.account_sid.as_str(), report.message_sid.as_str());
    let old: Option<Message> = tables.get(&key!["message", account, sid])?;
    let owner = old.as_ref().map_or(ours, |old| old.owner().or(ours));
    let (owner, is_new) = with_contact(tables, change, owner)?;
    let (mut row, outcome) = merged(
        old,
        || Message::first(change, report, owner),
        |row| row.apply(report, owner, change.received_at),
    );
    if outcome == Outcome::Created && tables.has(&key!["message-ids"], row.id.as_uuid())? {
        row.id = MessageId::at(change.received_at);
    }
    let id = InteractionId::Message(row.id);
    if outcome != Outcome::Unchanged {
        tables.save(&row)?;
        tell_of(tables, change, id, owner)?;
    }
    let mut recorded = Recorded::new(outcome, id);
    recorded.new_contact = is_new;
    Ok((recorded, owner))
}

fn call(
    tables: &mut Writing<'_>,
    change: &Change,
    report: &CallChange,
    ours: Owner,
) -> Result<(Recorded, Owner)> {
    let old = call_of(tables, &change.account_sid, report.call_sid.as_str())?;
    let mut owner = old.as_ref().map_or(ours, |old| old.owner().or(ours));
    // A leg that comes before its parent stays nobody's until its next report: the contract has
    // recordings wait, and nothing else.
    if owner.company_id.is_none()
        && let Some(sid) = &report.parent_call_sid
        && let Some(parent) = call_of(tables, &change.account_sid, sid.as_str())?
    {
        owner = parent.owner_of_legs();
    }
    let (owner, is_new) = with_contact(tables, change, owner)?;
    let (mut row, outcome) = merged(
        old,
        || Call::first(change, report, owner),
        |row| row.apply(report, owner, change.received_at),
    );
    if outcome == Outcome::Created && tables.has(&key!["call-ids"], row.id.as_uuid())? {
        row.id = CallId::at(change.received_at);
    }
    let id = InteractionId::Call(row.id);
    if outcome != Outcome::Unchanged {
        adopt_recordings(tables, &mut row)?;
        tables.save(&row)?;
        tell_of(tables, change, id, owner)?;
    }
    let mut recorded = Recorded::new(outcome, id);
    recorded.new_contact = is_new;
    Ok((recorded, owner))
}

/// Gives a call that is new, or new to its company, the recordings that came before.
fn adopt_recordings(tables: &mut Writing<'_>, call: &mut Call) -> Result<()> {
    let list = key!["waiting", call.account_sid, call.call_sid];
    let waiting = tables.list(&list, ALL)?;
    for mut row in waiting.collect::<Result<Vec<RecordingRow>>>()? {
        let recording = &mut row.recording;
        if recording.call_id.is_some() && call.company_id.is_none() {
            continue;
        }
        if recording.call_id.is_none() {
            recording.call_id = Some(call.id);
            if recording.is_finished() {
                call.recording_url.clone_from(&recording.url);
            }
        }
        recording.company_id = call.company_id;
        recording.updated_at = call.updated_at;
        if let Some(company) = call.company_id {
            let sid = recording.recording_sid.as_str();
            route_history(tables, &call.account_sid, sid, company)?;
            for (status, draft) in row.waiting.drain(..) {
                let cause = [call.account_sid.as_str(), sid, &status];
                let about = InteractionId::Call(call.id);
                tell(tables, cause, &draft, about, call.owner(), call.updated_at)?;
            }
        }
        tables.save(&row)?;
    }
    Ok(())
}

fn recording(
    tables: &mut Writing<'_>,
    change: &Change,
    report: &RecordingChange,
) -> Result<(Recorded, Owner)> {
    let (account, sid) = (change.account_sid.as_str(), report.recording_sid.as_str());
    let (old, mut waiting) = match tables.get(&key!["recording", account, sid])? {
        Some(RecordingRow { recording, waiting }) => (Some(recording), waiting),
        None => (None, Vec::new()),
    };
    let call_sid = old.as_ref().and_then(|old| old.call_sid.as_ref());
    let mut call = match call_sid.or(report.call_sid.as_ref()) {
        Some(sid) => call_of(tables, &change.account_sid, sid.as_str())?,
        None => None,
    };
    let owner = call.as_ref().map_or_else(Owner::default, Call::owner);
    // Finished and known to its call: then the call has its URL.
    let was_finished = old
        .as_ref()
        .is_some_and(|old| old.is_finished() && old.call_id.is_some());
    let (mut row, outcome) = merged(
        old,
        || Recording::first(change, report, owner),
        |row| row.apply(report, owner, change.received_at),
    );
    let id = InteractionId::Recording(row.id);
    if outcome != Outcome::Unchanged {
        if let Some(call) = &mut call {
            row.call_id = Some(call.id);
            if row.is_finished() && !was_finished {
                call.recording_url.clone_from(&row.url);
                call.updated_at = change.received_at;
                tables.save(call)?;
            }
        }
        match (&call, &change.notification) {
            (Some(call), _) if owner.company_id.is_some() => {
                for (status, draft) in waiting.drain(..) {
                    let cause = [account, sid, &status];
                    let about = InteractionId::Call(call.id);
                    tell(tables, cause, &draft, about, owner, change.received_at)?;
                }
                tell_of(tables, change, InteractionId::Call(call.id), owner)?;
            }
            (_, Some(draft)) => waiting.push((report.status.to_string(), draft.clone())),
            _ => {}
        }
        tables.save(&RecordingRow {
            recording: row,
            waiting,
        })?;
    }
    Ok((Recorded::new(outcome, id), owner))
}

/// What a report makes of the row there was, if any.
fn merged<T>(
    old: Option<T>,
    first: impl FnOnce() -> T,
    apply: impl FnOnce(&mut T) -> bool,
) -> (T, Outcome) {
    match old {
        None => (first(), Outcome::Created),
        Some(mut row) => match apply(&mut row) {
            true => (row, Outcome::Updated),
            false => (row, Outcome::Unchanged),
        },
    }
}

fn call_of(tables: &Writing<'_>, account: &AccountSid, sid: &str) -> Result<Option<Call>> {
    tables.get(&key!["call", account, sid])
}

/// The contact that an owner names.
pub(crate) fn contact_of(tables: &Writing<'_>, owner: Owner) -> Result<Option<Contact>> {
    match (owner.company_id, owner.contact_id) {
        (Some(company), Some(id)) => tables.find(&key!["contacts", company], id.as_uuid()),
        _ => Ok(None),
    }
}

/// Finds or makes the contact; says whether it is new.
fn with_contact(
    tables: &mut Writing<'_>,
    change: &Change,
    mut owner: Owner,
) -> Result<(Owner, bool)> {
    let (Some(company), Some(details)) = (owner.company_id, &change.contact) else {
        return Ok((owner, false));
    };
    let old = tables.get(&key!["contact", company, details.key])?;
    let is_new = old.is_none();
    let mut contact = old.unwrap_or_else(|| Contact::first(company, details, change.received_at));
    if contact.apply(details) | is_new {
        tables.save(&contact)?;
    }
    owner.contact_id = owner.contact_id.or(Some(contact.id));
    Ok((owner, is_new))
}

/// Keeps the parameters, and gives a company what was received while nobody owned it.
fn remember(
    tables: &mut Writing<'_>,
    change: &Change,
    company_id: Option<CompanyId>,
) -> Result<()> {
    let sid = change.interaction.sid();
    if let Some(entry) = HistoryEntry::of(change, company_id)
        && tables.get::<HistoryEntry>(&entry.key())?.is_none()
    {
        tables.save(&entry)?;
    }
    match company_id {
        Some(company) => route_history(tables, &change.account_sid, sid, company),
        None => Ok(()),
    }
}

/// A SID has a handful of statuses, so its history is read whole.
fn route_history(
    tables: &mut Writing<'_>,
    account: &AccountSid,
    sid: &str,
    company: CompanyId,
) -> Result<()> {
    let entries = tables.list(&key!["history", account, sid], ALL)?;
    for mut entry in entries.collect::<Result<Vec<HistoryEntry>>>()? {
        if entry.company_id.is_none() {
            entry.company_id = Some(company);
            tables.save(&entry)?;
        }
    }
    Ok(())
}

/// Tells of a change that took effect, if there is something to tell.
fn tell_of(
    tables: &mut Writing<'_>,
    change: &Change,
    about: InteractionId,
    owner: Owner,
) -> Result<()> {
    let Some(draft) = &change.notification else {
        return Ok(());
    };
    let interaction = &change.interaction;
    let cause = [
        change.account_sid.as_str(),
        interaction.sid(),
        interaction.status(),
    ];
    tell(tables, cause, draft, about, owner, change.received_at)
}
