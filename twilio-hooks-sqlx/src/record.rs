//! Recording a change: the values, the answer, and the recordings that waited for their call.
//!
//! The statements for messages and calls are in `postgres/record.rs` and `sqlite/record.rs`. Both
//! number their placeholders as the functions here list the values.

use sqlx::Error;
use twilio_hooks::{
    Address, CallId, CallSid, CompanyId, ContactId, HistoryId, MessageId, NotificationId,
    RecordingId,
    notify::Topic,
    store::{
        CallChange, Change, Contact, HistoryEntry, Interaction, InteractionId, Line, MessageChange,
        Notification, NotificationDraft, Outcome, Recorded, RecordingChange, StoreError,
    },
    webhook::Media,
};
use uuid::Uuid;

use crate::{
    args::{Arg, Columns, Database},
    rank::{Ranked, direction_to_column},
};

/// What a later report of a message adds (a status further along, and whatever is missing), and
/// whether that is anything: if not, the row is not written. The table is called `s`, the report
/// `excluded`.
macro_rules! complete_message {
    (set) => {
        "status = case when excluded.status_rank > s.status_rank
             then excluded.status else s.status end,
         status_rank = case when excluded.status_rank > s.status_rank
             then excluded.status_rank else s.status_rank end,
         company_id = coalesce(s.company_id, excluded.company_id),
         user_id = coalesce(s.user_id, excluded.user_id),
         contact_id = coalesce(s.contact_id, excluded.contact_id),
         from_address = case when s.from_address = ''
             then excluded.from_address else s.from_address end,
         to_address = case when s.to_address = '' then excluded.to_address else s.to_address end,
         body = coalesce(s.body, excluded.body),
         media = case when s.media = '[]' then excluded.media else s.media end,
         num_segments = coalesce(s.num_segments, excluded.num_segments),
         error_code = coalesce(s.error_code, excluded.error_code),
         updated_at = excluded.updated_at"
    };
    (if) => {
        "(excluded.status_rank > s.status_rank
         or (s.company_id is null and excluded.company_id is not null)
         or (s.user_id is null and excluded.user_id is not null)
         or (s.contact_id is null and excluded.contact_id is not null)
         or (s.from_address = '' and excluded.from_address <> '')
         or (s.to_address = '' and excluded.to_address <> '')
         or (s.body is null and excluded.body is not null)
         or (s.media = '[]' and excluded.media <> '[]')
         or (s.num_segments is null and excluded.num_segments is not null)
         or (s.error_code is null and excluded.error_code is not null))"
    };
}
pub(crate) use complete_message;

/// The same for a call. The table is called `s`.
macro_rules! complete_call {
    (set) => {
        "status = case when excluded.status_rank > s.status_rank
             then excluded.status else s.status end,
         status_rank = case when excluded.status_rank > s.status_rank
             then excluded.status_rank else s.status_rank end,
         company_id = coalesce(s.company_id, excluded.company_id),
         user_id = coalesce(s.user_id, excluded.user_id),
         contact_id = coalesce(s.contact_id, excluded.contact_id),
         parent_call_sid = coalesce(s.parent_call_sid, excluded.parent_call_sid),
         from_number = case when s.from_number = ''
             then excluded.from_number else s.from_number end,
         to_number = case when s.to_number = '' then excluded.to_number else s.to_number end,
         duration = coalesce(s.duration, excluded.duration),
         recording_url = coalesce(s.recording_url, excluded.recording_url),
         error_code = coalesce(s.error_code, excluded.error_code),
         updated_at = excluded.updated_at"
    };
    (if) => {
        "(excluded.status_rank > s.status_rank
         or (s.company_id is null and excluded.company_id is not null)
         or (s.user_id is null and excluded.user_id is not null)
         or (s.contact_id is null and excluded.contact_id is not null)
         or (s.parent_call_sid is null and excluded.parent_call_sid is not null)
         or (s.from_number = '' and excluded.from_number <> '')
         or (s.to_number = '' and excluded.to_number <> '')
         or (s.duration is null and excluded.duration is not null)
         or (s.recording_url is null and excluded.recording_url is not null)
         or (s.error_code is null and excluded.error_code is not null))"
    };
}
pub(crate) use complete_call;

/// The same for a recording. The table is called `r`.
macro_rules! complete_recording {
    (set) => {
        "status = case when excluded.status_rank > r.status_rank
             then excluded.status else r.status end,
         status_rank = case when excluded.status_rank > r.status_rank
             then excluded.status_rank else r.status_rank end,
         company_id = coalesce(r.company_id, excluded.company_id),
         call_id = coalesce(r.call_id, excluded.call_id),
         call_sid = coalesce(r.call_sid, excluded.call_sid),
         url = coalesce(r.url, excluded.url),
         duration = coalesce(r.duration, excluded.duration),
         channels = coalesce(r.channels, excluded.channels),
         source = coalesce(r.source, excluded.source),
         started_at = coalesce(r.started_at, excluded.started_at),
         error_code = coalesce(r.error_code, excluded.error_code),
         updated_at = excluded.updated_at"
    };
    (if) => {
        "(excluded.status_rank > r.status_rank
         or (r.company_id is null and excluded.company_id is not null)
         or (r.call_id is null and excluded.call_id is not null)
         or (r.call_sid is null and excluded.call_sid is not null)
         or (r.url is null and excluded.url is not null)
         or (r.duration is null and excluded.duration is not null)
         or (r.channels is null and excluded.channels is not null)
         or (r.source is null and excluded.source is not null)
         or (r.started_at is null and excluded.started_at is not null)
         or (r.error_code is null and excluded.error_code is not null))"
    };
}

/// `$1` to `$24`, the same for messages and calls.
fn common_args<'a, S: Ranked>(
    change: &'a Change,
    id: impl Into<Uuid>,
    status: &'a S,
) -> Vec<Arg<'a>> {
    let now = change.received_at;
    let keys = change.line_keys();
    let contact = change.contact.as_ref();
    let draft = change.notification.as_ref();
    // The title goes around the contact's name, which only the database knows.
    let title = draft.map(|draft| {
        draft
            .title
            .split_once(NotificationDraft::CONTACT)
            .map_or((draft.title.as_str(), None), |(head, tail)| {
                (head, Some(tail))
            })
    });
    let params = (!change.params.is_empty()).then(|| change.params.to_form());
    let mut args = Vec::with_capacity(32);
    args.extend([
        /*  $1 */ Arg::text(change.account_sid.as_str()),
        /*  $2 */ Arg::text(change.interaction.sid()),
        /*  $3 */ Arg::text(change.interaction.status()),
        /*  $4 */ Arg::time(now),
        /*  $5 */ Arg::opt_text(keys.first().copied()),
        /*  $6 */ Arg::opt_text(keys.get(1).copied()),
        /*  $7 */ Arg::id(ContactId::at(now)),
        /*  $8 */ Arg::opt_text(contact.map(|it| it.key.as_str())),
        /*  $9 */ Arg::opt_text(contact.and_then(|it| it.name.as_deref())),
        /* $10 */ Arg::opt_text(contact.and_then(|it| it.city.as_deref())),
        /* $11 */ Arg::opt_text(contact.and_then(|it| it.state.as_deref())),
        /* $12 */ Arg::opt_text(contact.and_then(|it| it.zip.as_deref())),
        /* $13 */ Arg::opt_text(contact.and_then(|it| it.country.as_deref())),
        /* $14 */ Arg::id(HistoryId::at(now)),
        /* $15 */ Arg::text(change.kind.as_str()),
        /* $16 */ Arg::opt_text(params),
        /* $17 */ Arg::id(NotificationId::at(now)),
        /* $18 */ Arg::opt_text(draft.map(|draft| draft.topic.as_str())),
        /* $19 */ Arg::opt_text(title.map(|(head, _)| head)),
        /* $20 */ Arg::opt_text(title.and_then(|(_, tail)| tail)),
        /* $21 */ Arg::opt_text(draft.map(|draft| draft.message.as_str())),
        /* $22 */ Arg::id(id),
        /* $23 */ Arg::text(status.to_column()),
        /* $24 */ Arg::number(status.rank()),
    ]);
    args
}

pub(crate) fn message_args<'a>(
    change: &'a Change,
    id: MessageId,
    message: &'a MessageChange,
) -> Vec<Arg<'a>> {
    let mut args = common_args(change, id, &message.status);
    args.extend([
        /* $25 */ Arg::text(direction_to_column(message.direction)),
        /* $26 */ Arg::text(message.from.as_str()),
        /* $27 */ Arg::text(message.to.as_str()),
        /* $28 */ Arg::opt_text(message.body.as_deref()),
        /* $29 */ Arg::text(media_column(&message.media)),
        /* $30 */ Arg::opt_number(message.num_segments),
        /* $31 */ Arg::opt_number(message.error_code),
    ]);
    args
}

pub(crate) fn call_args<'a>(change: &'a Change, id: CallId, call: &'a CallChange) -> Vec<Arg<'a>> {
    let mut args = common_args(change, id, &call.status);
    args.extend([
        /* $25 */ Arg::text(direction_to_column(call.direction)),
        /* $26 */ Arg::text(call.from.as_str()),
        /* $27 */ Arg::text(call.to.as_str()),
        /* $28 */ Arg::opt_number(call.duration),
        /* $29 */ Arg::opt_text(call.recording_url.as_deref()),
        /* $30 */ Arg::opt_number(call.error_code),
        /* $31 */ Arg::opt_text(call.parent_call_sid.as_ref().map(CallSid::as_str)),
    ]);
    args
}

/// Records a report of a recording. These are rare, so plain statements do; both databases run the
/// same ones.
///
/// Nobody else may be recording the same call or its recordings at the same time.
pub(crate) async fn record_recording(
    db: &mut impl Database,
    change: &Change,
    report: &RecordingChange,
) -> Result<Recorded, Error> {
    let now = change.received_at;
    let new_id = RecordingId::at(now);
    let account = || Arg::text(change.account_sid.as_str());
    let sid = || Arg::text(report.recording_sid.as_str());

    let was_finished = is_finished(db, account(), sid()).await?;
    let sql = concat!(
        "insert into recordings as r (id, company_id, call_id, account_sid, call_sid,
             recording_sid, status, status_rank, url, duration, channels, source, started_at,
             error_code, created_at, updated_at)
         select $1, c.company_id, c.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13
         from (select coalesce(
             (select call_sid from recordings where account_sid = $2 and recording_sid = $4), $3
         ) as sid) call
         left join calls c on c.account_sid = $2 and c.call_sid = call.sid
         where true
         on conflict (account_sid, recording_sid) do update set ",
        complete_recording!(set),
        " where ",
        complete_recording!(if),
        " returning id",
    );
    let args = vec![
        Arg::id(new_id),
        account(),
        Arg::opt_text(report.call_sid.as_ref().map(CallSid::as_str)),
        sid(),
        Arg::text(report.status.to_column()),
        Arg::number(report.status.rank()),
        Arg::opt_text(report.url.as_deref()),
        Arg::opt_number(report.duration),
        Arg::opt_number(report.channels),
        Arg::opt_text(report.source.as_deref()),
        Arg::Time(report.started_at),
        Arg::opt_number(report.error_code),
        Arg::time(now),
    ];
    let outcome = match db.rows(sql, args).await?.first() {
        None => Outcome::Unchanged,
        Some(row) if row.id::<RecordingId>("id")? == new_id => Outcome::Created,
        Some(_) => Outcome::Updated,
    };

    if !was_finished && is_finished(db, account(), sid()).await? {
        let sql = "update calls set recording_url = r.url, updated_at = $3
                   from recordings r
                   where r.account_sid = $1 and r.recording_sid = $2 and calls.id = r.call_id";
        db.rows(sql, vec![account(), sid(), Arg::time(now)]).await?;
    }

    let sql = "select r.id, r.company_id, r.call_id, l.id as line_id, l.address as line_address,
                   l.company_id as line_company_id, l.user_id as line_user_id,
                   k.id as contact_id, k.company_id as contact_company_id,
                   k.address as contact_address, k.name as contact_name, k.city as contact_city,
                   k.state as contact_state, k.zip as contact_zip, k.country as contact_country,
                   k.created_at as contact_created_at,
                   exists (select 1 from recording_drafts where recording_id = r.id) as waiting
               from recordings r
               left join calls c on c.id = r.call_id
               left join contacts k on k.company_id = c.company_id and k.id = c.contact_id
               left join lines l on l.id = (
                   select id from lines where account_sid = $1 and address in ($3, $4)
                   order by address <> $3
                   limit 1)
               where r.account_sid = $1 and r.recording_sid = $2";
    let keys = change.line_keys();
    let args = vec![
        account(),
        sid(),
        Arg::opt_text(keys.first().copied()),
        Arg::opt_text(keys.get(1).copied()),
    ];
    let found = db.rows(sql, args).await?;
    let row = found.first().ok_or(Error::RowNotFound)?;
    let recorded = recorded(row, change, outcome)?;

    remember(db, change, recorded.company_id).await?;
    if outcome == Outcome::Unchanged {
        return Ok(recorded);
    }
    // It may have come without its call at first.
    if recorded.company_id.is_some() && row.flag("waiting")? {
        tell_waiting(db, change, row.id("call_id")?, &recorded).await?;
    }
    let Some(draft) = &change.notification else {
        return Ok(recorded);
    };
    match recorded.company_id {
        Some(company_id) => {
            let contact = recorded.contact.as_ref();
            let about = InteractionId::Call(row.id("call_id")?);
            let notification = Notification::first(draft, company_id, contact, about, now);
            let status = report.status.as_str();
            tell(db, change, sid(), Arg::text(status), &notification).await?;
        }
        None => {
            let sql = "insert into recording_drafts (id, recording_id, status, topic, title,
                           message)
                       values ($1, $2, $3, $4, $5, $6)
                       on conflict (recording_id, status, topic) do nothing";
            let args = vec![
                Arg::id(NotificationId::at(now)),
                Arg::Id(row.opt_id("id")?),
                Arg::text(report.status.as_str()),
                Arg::text(draft.topic.as_str()),
                Arg::text(draft.title.as_str()),
                Arg::text(draft.message.as_str()),
            ];
            db.rows(sql, args).await?;
        }
    }
    Ok(recorded)
}

/// Whether a recording is there, has something to hear, and a call to hear it at.
async fn is_finished(
    db: &mut impl Database,
    account: Arg<'_>,
    sid: Arg<'_>,
) -> Result<bool, Error> {
    let sql = "select id from recordings
               where account_sid = $1 and recording_sid = $2
                 and status = 'COMPLETED' and status_rank > 0 and url is not null
                 and call_id is not null";
    Ok(!db.rows(sql, vec![account, sid]).await?.is_empty())
}

/// Keeps the raw parameters, and gives the company what was kept before.
async fn remember(
    db: &mut impl Database,
    change: &Change,
    company: Option<CompanyId>,
) -> Result<(), Error> {
    if let Some(entry) = HistoryEntry::of(change, company) {
        let sql = "insert into webhooks (id, company_id, kind, account_sid, sid, status, params,
                       received_at)
                   values ($1, $2, $3, $4, $5, $6, $7, $8)
                   on conflict (account_sid, sid, status) do nothing";
        let args = vec![
            Arg::id(entry.id),
            Arg::opt_id(company),
            Arg::text(change.kind.as_str()),
            Arg::text(change.account_sid.as_str()),
            Arg::text(change.interaction.sid()),
            Arg::text(change.interaction.status()),
            Arg::text(change.params.to_form()),
            Arg::time(change.received_at),
        ];
        db.rows(sql, args).await?;
    }
    route_history(db, change, company).await
}

/// Gives a company what was kept of the change's SID while nobody owned it.
pub(crate) async fn route_history(
    db: &mut impl Database,
    change: &Change,
    company: Option<CompanyId>,
) -> Result<(), Error> {
    let Some(company) = company else {
        return Ok(());
    };
    let sql = "update webhooks set company_id = $1
               where account_sid = $2 and sid = $3 and company_id is null";
    let args = vec![
        Arg::id(company),
        Arg::text(change.account_sid.as_str()),
        Arg::text(change.interaction.sid()),
    ];
    db.rows(sql, args).await?;
    Ok(())
}

/// Writes a notification about a recording, if this status was not told of yet.
async fn tell(
    db: &mut impl Database,
    change: &Change,
    sid: Arg<'_>,
    status: Arg<'_>,
    notification: &Notification,
) -> Result<(), Error> {
    let sql = "insert into notifications (id, company_id, topic, title, message, contact_id,
                   call_id, account_sid, sid, status, created_at, due_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
               on conflict (account_sid, sid, status, topic) do nothing";
    let args = vec![
        Arg::id(notification.id),
        Arg::id(notification.company_id),
        Arg::text(notification.topic.as_str()),
        Arg::text(notification.title.as_str()),
        Arg::text(notification.message.as_str()),
        Arg::opt_id(notification.contact_id),
        Arg::opt_id(notification.call_id),
        Arg::text(change.account_sid.as_str()),
        sid,
        status,
        Arg::time(notification.created_at),
    ];
    db.rows(sql, args).await?;
    Ok(())
}

/// Media as JSON. A NUL, which `jsonb` can't hold, becomes U+FFFD.
fn media_column(media: &[Media]) -> String {
    let clean = |text: &str| text.replace('\0', "\u{fffd}");
    let mut media = media.to_vec();
    for file in &mut media {
        file.url = clean(&file.url);
        file.content_type = file.content_type.as_deref().map(clean);
    }
    serde_json::to_string(&media).expect("plain data serialises")
}

/// The answer to a change, from a row with the columns `id`, `company_id`, `line_…` and `contact_…`.
pub(crate) fn recorded(
    row: &impl Columns,
    change: &Change,
    outcome: Outcome,
) -> Result<Recorded, Error> {
    let id: Uuid = row.id("id")?;
    let id = match &change.interaction {
        Interaction::Message(_) => InteractionId::Message(id.into()),
        Interaction::Call(_) => InteractionId::Call(id.into()),
        Interaction::Recording(_) => InteractionId::Recording(id.into()),
        _ => return Err(unknown_interaction()),
    };
    let mut recorded = Recorded::new(outcome, id);
    recorded.company_id = row.opt_id("company_id")?.map(CompanyId::from);
    if let Some(line_id) = row.opt_id("line_id")? {
        let mut line = Line::new(
            line_id.into(),
            change.account_sid.clone(),
            Address::from(""),
            row.id("line_company_id")?,
        );
        line.address = row.text("line_address")?;
        line.user_id = row.opt_id("line_user_id")?.map(Into::into);
        // What had a company before the line was given away is not the new owner's.
        recorded.line = Some(line).filter(|line| Some(line.company_id) == recorded.company_id);
    }
    if let Some(contact_id) = row.opt_id("contact_id")? {
        recorded.contact = Some(Contact {
            id: contact_id.into(),
            company_id: row.id("contact_company_id")?,
            address: row.text("contact_address")?,
            name: row.opt_text("contact_name")?,
            city: row.opt_text("contact_city")?,
            state: row.opt_text("contact_state")?,
            zip: row.opt_text("contact_zip")?,
            country: row.opt_text("contact_country")?,
            created_at: row.time("contact_created_at")?,
        });
    }
    Ok(recorded)
}

/// Refuses a kind of interaction that a newer core has and this crate does not.
pub(crate) fn supported(change: &Change) -> Result<(), StoreError> {
    match change.interaction {
        Interaction::Message(_) | Interaction::Call(_) | Interaction::Recording(_) => Ok(()),
        _ => Err(StoreError::Unsupported {
            what: "this kind of interaction",
        }),
    }
}

/// For the arms that [`supported`] leaves unreachable.
pub(crate) fn unknown_interaction() -> Error {
    Error::Protocol("this kind of interaction can't be stored by this version".to_owned())
}

/// Gives the recordings that came before their call, or before anybody owned it, to the call, and
/// writes the notifications that waited with them.
///
/// Nobody else may be recording this call or its recordings at the same time.
pub(crate) async fn adopt_recordings(
    db: &mut impl Database,
    change: &Change,
    recorded: &Recorded,
) -> Result<(), Error> {
    let InteractionId::Call(call) = recorded.id else {
        return Ok(());
    };
    let account = || Arg::text(change.account_sid.as_str());
    let call_sid = || Arg::text(change.interaction.sid());
    let now = change.received_at;

    // The latest one that is finished counts, unless the call has had it already.
    let sql = "update calls set recording_url = r.url
               from recordings r
               where calls.id = $1 and r.id = (
                   select id from recordings
                   where account_sid = $2 and call_sid = $3 and call_id is null
                     and status = 'COMPLETED' and status_rank > 0 and url is not null
                   order by id desc
                   limit 1)";
    db.rows(sql, vec![Arg::id(call), account(), call_sid()])
        .await?;

    let sql = "update recordings set call_id = $1, company_id = $2, updated_at = $3
               where account_sid = $4 and call_sid = $5 and company_id is null
                 and (call_id is null or $2 is not null)";
    let args = vec![
        Arg::id(call),
        Arg::opt_id(recorded.company_id),
        Arg::time(now),
        account(),
        call_sid(),
    ];
    db.rows(sql, args).await?;

    let Some(company) = recorded.company_id else {
        return Ok(());
    };
    let sql = "update webhooks set company_id = $1
               where account_sid = $2 and company_id is null
                 and sid in (select recording_sid from recordings where call_id = $3)";
    let args = vec![Arg::id(company), account(), Arg::id(call)];
    db.rows(sql, args).await?;

    tell_waiting(db, change, call, recorded).await
}

/// Writes the notifications that wait with the recordings of a call.
async fn tell_waiting(
    db: &mut impl Database,
    change: &Change,
    call: CallId,
    recorded: &Recorded,
) -> Result<(), Error> {
    let Some(company) = recorded.company_id else {
        return Ok(());
    };
    let now = change.received_at;
    let sql = "select d.status, d.topic, d.title, d.message, r.recording_sid
               from recordings r join recording_drafts d on d.recording_id = r.id
               where r.call_id = $1
               order by d.id";
    for row in db.rows(sql, vec![Arg::id(call)]).await? {
        let draft = NotificationDraft::new(
            Topic::from(row.text("topic")?.as_str()),
            row.text("title")?,
            row.text("message")?,
        );
        let contact = recorded.contact.as_ref();
        let about = InteractionId::Call(call);
        let notification = Notification::first(&draft, company, contact, about, now);
        let sid = Arg::text(row.text("recording_sid")?);
        let status = Arg::text(row.text("status")?);
        tell(db, change, sid, status, &notification).await?;
    }
    let sql = "delete from recording_drafts
               where recording_id in (select id from recordings where call_id = $1)";
    db.rows(sql, vec![Arg::id(call)]).await?;
    Ok(())
}
