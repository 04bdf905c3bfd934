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
        CallChange, Change, Contact, Interaction, InteractionId, Line, MessageChange,
        NotificationDraft, Outcome, Recorded, RecordingChange,
    },
    webhook::Media,
};
use uuid::Uuid;

use crate::{
    args::{Arg, Columns, Database},
    rank::{Ranked, direction_to_column},
};

/// What a later report of a message adds: a status further along, and whatever is missing. If it
/// adds nothing, the row is not written. The table is called `s`.
macro_rules! complete_message {
    () => {
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
         updated_at = excluded.updated_at
         where excluded.status_rank > s.status_rank
            or (s.company_id is null and excluded.company_id is not null)
            or (s.user_id is null and excluded.user_id is not null)
            or (s.contact_id is null and excluded.contact_id is not null)
            or (s.from_address = '' and excluded.from_address <> '')
            or (s.to_address = '' and excluded.to_address <> '')
            or (s.body is null and excluded.body is not null)
            or (s.media = '[]' and excluded.media <> '[]')
            or (s.num_segments is null and excluded.num_segments is not null)
            or (s.error_code is null and excluded.error_code is not null)"
    };
}
pub(crate) use complete_message;

/// The same for a call. The table is called `s`.
macro_rules! complete_call {
    () => {
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
         updated_at = excluded.updated_at
         where excluded.status_rank > s.status_rank
            or (s.company_id is null and excluded.company_id is not null)
            or (s.user_id is null and excluded.user_id is not null)
            or (s.contact_id is null and excluded.contact_id is not null)
            or (s.parent_call_sid is null and excluded.parent_call_sid is not null)
            or (s.from_number = '' and excluded.from_number <> '')
            or (s.to_number = '' and excluded.to_number <> '')
            or (s.duration is null and excluded.duration is not null)
            or (s.recording_url is null and excluded.recording_url is not null)
            or (s.error_code is null and excluded.error_code is not null)"
    };
}
pub(crate) use complete_call;

/// The same for a recording. The table is called `r`.
macro_rules! complete_recording {
    () => {
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
         draft_topic = coalesce(excluded.draft_topic, r.draft_topic),
         draft_title = coalesce(excluded.draft_title, r.draft_title),
         draft_message = coalesce(excluded.draft_message, r.draft_message),
         draft_status = case when excluded.draft_topic is null
             then r.draft_status else excluded.draft_status end,
         updated_at = excluded.updated_at
         where excluded.status_rank > r.status_rank
            or (r.company_id is null and excluded.company_id is not null)
            or (r.call_id is null and excluded.call_id is not null)
            or (r.call_sid is null and excluded.call_sid is not null)
            or (r.url is null and excluded.url is not null)
            or (r.duration is null and excluded.duration is not null)
            or (r.channels is null and excluded.channels is not null)
            or (r.source is null and excluded.source is not null)
            or (r.started_at is null and excluded.started_at is not null)
            or (r.error_code is null and excluded.error_code is not null)"
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
    let draft = change.notification.as_ref();

    // While the recording is nobody's, the notification waits in the row.
    let sql = concat!(
        "insert into recordings as r (id, company_id, call_id, account_sid, call_sid,
             recording_sid, status, status_rank, url, duration, channels, source, started_at,
             error_code, draft_topic, draft_title, draft_message, draft_status, created_at,
             updated_at)
         select $1, c.company_id, c.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
             case when c.company_id is null then $13 end,
             case when c.company_id is null then $14 end,
             case when c.company_id is null then $15 end,
             case when c.company_id is null then $16 end,
             $17, $17
         from (select 1) one
         left join calls c on c.account_sid = $2 and c.call_sid = $3
         where true
         on conflict (account_sid, recording_sid) do update set ",
        complete_recording!(),
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
        Arg::opt_text(draft.map(|draft| draft.topic.as_str())),
        Arg::opt_text(draft.map(|draft| draft.title.as_str())),
        Arg::opt_text(draft.map(|draft| draft.message.as_str())),
        Arg::text(report.status.as_str()),
        Arg::time(now),
    ];
    let outcome = match db.rows(sql, args).await?.first() {
        None => Outcome::Unchanged,
        Some(row) if row.id::<RecordingId>("id")? == new_id => Outcome::Created,
        Some(_) => Outcome::Updated,
    };

    if outcome != Outcome::Unchanged {
        let sql = "update calls set recording_url = r.url, updated_at = $3
                   from recordings r
                   where r.account_sid = $1 and r.recording_sid = $2
                     and r.status = 'COMPLETED' and r.status_rank > 0 and r.url is not null
                     and calls.id = r.call_id";
        db.rows(sql, vec![account(), sid(), Arg::time(now)]).await?;
    }

    let sql = "select r.id, r.company_id, r.call_id, null as line_id, k.id as contact_id,
                   k.company_id as contact_company_id, k.address as contact_address,
                   k.name as contact_name, k.city as contact_city, k.state as contact_state,
                   k.zip as contact_zip, k.country as contact_country,
                   k.created_at as contact_created_at
               from recordings r
               left join calls c on c.id = r.call_id
               left join contacts k on k.company_id = c.company_id and k.id = c.contact_id
               where r.account_sid = $1 and r.recording_sid = $2";
    let found = db.rows(sql, vec![account(), sid()]).await?;
    let row = found.first().ok_or(Error::RowNotFound)?;
    let recorded = recorded(row, change, outcome)?;

    if !change.params.is_empty() {
        let sql = "insert into webhooks as w (id, company_id, kind, account_sid, sid, status,
                       params, received_at)
                   values ($1, $2, $3, $4, $5, $6, $7, $8)
                   on conflict (account_sid, sid, status)
                   do update set company_id = excluded.company_id
                   where w.company_id is null and excluded.company_id is not null";
        let args = vec![
            Arg::id(HistoryId::at(now)),
            Arg::opt_id(recorded.company_id),
            Arg::text(change.kind.as_str()),
            account(),
            sid(),
            Arg::text(report.status.as_str()),
            Arg::text(change.params.to_form()),
            Arg::time(now),
        ];
        db.rows(sql, args).await?;
    }

    if outcome != Outcome::Unchanged
        && let (Some(draft), Some(company)) = (draft, recorded.company_id)
    {
        let told = Told {
            company,
            draft,
            contact: recorded
                .contact
                .as_ref()
                .map(|it| (it.id, it.display_name())),
            call: row.opt_id("call_id")?.map(CallId::from),
            sid: report.recording_sid.as_str(),
            status: report.status.as_str(),
        };
        tell(db, change, told).await?;
    }
    Ok(recorded)
}

/// A notification about a recording.
struct Told<'a> {
    company: CompanyId,
    draft: &'a NotificationDraft,
    contact: Option<(ContactId, &'a str)>,
    call: Option<CallId>,
    sid: &'a str,
    status: &'a str,
}

async fn tell(db: &mut impl Database, change: &Change, told: Told<'_>) -> Result<(), Error> {
    let sql = "insert into notifications (id, company_id, topic, title, message, contact_id,
                   call_id, account_sid, sid, status, created_at, due_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
               on conflict (account_sid, sid, status, topic) do nothing";
    let name = told
        .contact
        .map_or(NotificationDraft::NOBODY, |(_, name)| name);
    let args = vec![
        Arg::id(NotificationId::at(change.received_at)),
        Arg::id(told.company),
        Arg::text(told.draft.topic.as_str()),
        Arg::text(told.draft.title_for(name)),
        Arg::text(told.draft.message.as_str()),
        Arg::opt_id(told.contact.map(|(id, _)| id)),
        Arg::opt_id(told.call),
        Arg::text(change.account_sid.as_str()),
        Arg::text(told.sid),
        Arg::text(told.status),
        Arg::time(change.received_at),
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
        recorded.line = Some(line);
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

/// A kind of interaction that a newer core has and this crate does not.
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
    let now = change.received_at;

    let sql = "update recordings set call_id = $1, company_id = $2, updated_at = $3
               where account_sid = $4 and call_sid = $5 and company_id is null
                 and (call_id is null or $2 is not null)";
    let sid = Arg::text(change.interaction.sid());
    let args = vec![
        Arg::id(call),
        Arg::opt_id(recorded.company_id),
        Arg::time(now),
        account(),
        sid,
    ];
    db.rows(sql, args).await?;

    let sql = "update calls set recording_url = (
                   select url from recordings
                   where call_id = $1 and status = 'COMPLETED' and status_rank > 0
                     and url is not null
                   order by id limit 1)
               where id = $1 and recording_url is null";
    db.rows(sql, vec![Arg::id(call)]).await?;

    let Some(company) = recorded.company_id else {
        return Ok(());
    };
    let sql = "update webhooks set company_id = $1
               where account_sid = $2 and company_id is null
                 and sid in (select recording_sid from recordings where call_id = $3)";
    db.rows(sql, vec![Arg::id(company), account(), Arg::id(call)])
        .await?;

    // The contact may have come with an earlier report, so it is the row that knows it.
    let sql = "select r.id, r.recording_sid, r.draft_topic, r.draft_title, r.draft_message,
                   r.draft_status, c.contact_id, coalesce(k.name, k.address) as contact_name
               from recordings r
               join calls c on c.id = r.call_id
               left join contacts k on k.company_id = c.company_id and k.id = c.contact_id
               where r.call_id = $1 and r.draft_topic is not null
               order by r.id";
    for row in db.rows(sql, vec![Arg::id(call)]).await? {
        let draft = NotificationDraft::new(
            Topic::from(row.text("draft_topic")?.as_str()),
            row.text("draft_title")?,
            row.text("draft_message")?,
        );
        let contact_id: Option<ContactId> = row.opt_id("contact_id")?.map(Into::into);
        let contact_name = row.opt_text("contact_name")?;
        let told = Told {
            company,
            draft: &draft,
            contact: contact_id.zip(contact_name.as_deref()),
            call: Some(call),
            sid: &row.text("recording_sid")?,
            status: &row.text("draft_status")?,
        };
        tell(db, change, told).await?;
    }
    let sql = "update recordings set draft_topic = null, draft_title = null,
                   draft_message = null, draft_status = null
               where call_id = $1 and draft_topic is not null";
    db.rows(sql, vec![Arg::id(call)]).await?;
    Ok(())
}
