//! Recording a change in Postgres.
//!
//! A message is one statement, and so is a report of a call that is known and has an owner: one round
//! trip, one transaction. Inside it each part hands its rows to the next, and locks are taken in one
//! order by all (contact, then message or call, then history and notification), so two of them never
//! wait for each other in a circle.
//!
//! A statement sees what was committed before it began, except that `on conflict` waits for rows
//! that others are inserting. If that leaves it without the contact it needs, it writes nothing, says
//! that it was not `ready`, and is simply run again.
//!
//! A call and its recordings look for each other, and neither would see what the other is just about
//! to commit. So the first report of a call, and every report of a recording, holds an advisory lock
//! on the call until it commits.

use sqlx::{AssertSqlSafe, Connection, Error, PgConnection};
use twilio_hooks::{
    CallId, CallSid, MessageId,
    store::{CallChange, Change, Interaction, MessageChange, Outcome, Recorded},
};

use crate::{
    args::{Arg, Columns, Database},
    record::{
        adopt_recordings, call_args, complete_call, complete_message, message_args,
        record_recording, recorded, unknown_interaction,
    },
};

/// How often a statement is run until it sees the rows that others inserted meanwhile. Twice is
/// enough unless they vanish again.
const ATTEMPTS: u32 = 10;

/// Writes a change in a transaction of its own.
pub(super) async fn record(
    connection: &mut PgConnection,
    change: &Change,
) -> Result<Recorded, Error> {
    match &change.interaction {
        Interaction::Message(message) => record_message(connection, change, message).await,
        Interaction::Call(call) => {
            if let Some(recorded) = record_known_call(connection, change, call).await? {
                return Ok(recorded);
            }
            // Together in one round trip.
            let key = lock_key(change, call.call_sid.as_str());
            let begin = format!("begin; select pg_advisory_xact_lock({key})");
            let mut transaction = connection.begin_with(AssertSqlSafe(begin)).await?;
            let recorded = record_call(&mut transaction, change, call).await?;
            transaction.commit().await?;
            Ok(recorded)
        }
        _ => {
            let mut transaction = connection.begin().await?;
            let recorded = record_with(&mut transaction, change).await?;
            transaction.commit().await?;
            Ok(recorded)
        }
    }
}

/// Writes a change in the caller's transaction.
pub(super) async fn record_with(
    connection: &mut PgConnection,
    change: &Change,
) -> Result<Recorded, Error> {
    match &change.interaction {
        Interaction::Message(message) => record_message(connection, change, message).await,
        Interaction::Call(call) => {
            lock_call(connection, change, call.call_sid.as_str()).await?;
            record_call(connection, change, call).await
        }
        Interaction::Recording(recording) => {
            let sql = "select call_sid from recordings
                       where account_sid = $1 and recording_sid = $2 and call_sid is not null";
            let args = vec![
                Arg::text(change.account_sid.as_str()),
                Arg::text(recording.recording_sid.as_str()),
            ];
            let known = connection.rows(sql, args).await?;
            let known = known.first().map(|row| row.text("call_sid")).transpose()?;
            let told = recording.call_sid.as_ref().map(CallSid::as_str);
            if let Some(sid) = known.as_deref().or(told) {
                lock_call(connection, change, sid).await?;
            }
            record_recording(connection, change, recording).await
        }
        _ => Err(unknown_interaction()),
    }
}

/// The statements after this one see what was committed before the lock.
async fn lock_call(
    connection: &mut PgConnection,
    change: &Change,
    call_sid: &str,
) -> Result<(), Error> {
    let key = Arg::number(lock_key(change, call_sid));
    let sql = "select pg_advisory_xact_lock($1) is null as locked";
    connection.rows(sql, vec![key]).await?;
    Ok(())
}

/// Records a call that nobody else records, and gives it the recordings that wait for it.
async fn record_call(
    connection: &mut PgConnection,
    change: &Change,
    call: &CallChange,
) -> Result<Recorded, Error> {
    let id = CallId::at(change.received_at);
    let args = || {
        let mut args = call_args(change, id, call);
        args.push(Arg::number(1));
        args
    };
    let (recorded, row) = run_until_ready(connection, CALL, args, change).await?;
    if row.flag("waiting")? {
        adopt_recordings(connection, change, &recorded).await?;
    }
    Ok(recorded)
}

async fn record_message(
    connection: &mut PgConnection,
    change: &Change,
    message: &MessageChange,
) -> Result<Recorded, Error> {
    let id = MessageId::at(change.received_at);
    let args = || message_args(change, id, message);
    Ok(run_until_ready(connection, MESSAGE, args, change).await?.0)
}

/// Records a call that has an owner, hence no recordings that wait for it; others are left alone.
async fn record_known_call(
    connection: &mut PgConnection,
    change: &Change,
    call: &CallChange,
) -> Result<Option<Recorded>, Error> {
    let mut args = call_args(change, CallId::at(change.received_at), call);
    args.push(Arg::number(0));
    let row = run(connection, CALL, args).await?;
    if !row.flag("ready")? {
        return Ok(None);
    }
    answer(&row, change).map(Some)
}

async fn run_until_ready<'a>(
    connection: &mut PgConnection,
    sql: &'static str,
    args: impl Fn() -> Vec<Arg<'a>>,
    change: &Change,
) -> Result<(Recorded, Row), Error> {
    let mut new_contact = false;
    for _ in 0..ATTEMPTS {
        let row = run(connection, sql, args()).await?;
        new_contact |= row.flag("new_contact")?;
        // Without an id everything is written, but the row itself was there already and came too
        // late to be seen.
        if row.flag("ready")? && row.opt_id("id")?.is_some() {
            let mut recorded = answer(&row, change)?;
            recorded.new_contact = new_contact;
            return Ok((recorded, row));
        }
    }
    Err(Error::RowNotFound)
}

type Row = <PgConnection as Database>::Row;

async fn run(
    connection: &mut PgConnection,
    sql: &'static str,
    args: Vec<Arg<'_>>,
) -> Result<Row, Error> {
    let mut rows = connection.rows(sql, args).await?;
    rows.pop().ok_or(Error::RowNotFound)
}

fn answer(row: &Row, change: &Change) -> Result<Recorded, Error> {
    let outcome = match (row.flag("written")?, row.flag("created")?) {
        (_, true) => Outcome::Created,
        (true, false) => Outcome::Updated,
        (false, false) => Outcome::Unchanged,
    };
    let mut recorded = recorded(row, change, outcome)?;
    recorded.new_contact = row.flag("new_contact")?;
    Ok(recorded)
}

/// The advisory lock of a call: FNV-1a, because every version of every process must find the same
/// one. Two calls that share a lock only wait for each other.
fn lock_key(change: &Change, call_sid: &str) -> i64 {
    let account = change.account_sid.as_str().bytes();
    let hash = account
        .chain(call_sid.bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    hash.cast_signed()
}

/// The line a change came over, the number before the messaging service.
macro_rules! line {
    () => {
        "line as (
             select id, address, company_id, user_id from lines
             where account_sid = $1 and address in ($5, $6)
             order by address <> $5
             limit 1
         ),
         "
    };
}

/// From the owner to the contact, which is written only if it is new or something is to be filled
/// in. Nothing goes on from `ready` while the contact can't be seen. `theirs` is the contact of the
/// row, once that has one.
macro_rules! contact {
    () => {
        "found as (
             select c.* from contacts c, owner
             where c.company_id = owner.company_id and c.address = $8
         ),
         made as (
             insert into contacts (id, company_id, address, name, city, state, zip, country,
                 created_at)
             select $7, company_id, $8, $9, $10, $11, $12, $13, $4 from owner
             where company_id is not null and $8 is not null and not exists (select from found)
             on conflict (company_id, address) do nothing
             returning *
         ),
         filled as (
             update contacts c set
                 name = coalesce(c.name, $9),
                 city = coalesce(c.city, $10),
                 state = coalesce(c.state, $11),
                 zip = coalesce(c.zip, $12),
                 country = coalesce(c.country, $13)
             from found
             where c.id = found.id
               and ((c.name is null and $9 is not null)
                 or (c.city is null and $10 is not null)
                 or (c.state is null and $11 is not null)
                 or (c.zip is null and $12 is not null)
                 or (c.country is null and $13 is not null))
             returning c.*
         ),
         contact as (
             select *, true as is_new from made
             union all
             select *, false from filled
             union all
             select *, false from found where not exists (select from filled)
         ),
         ready as (
             select owner.company_id, owner.user_id, contact.id as contact_id
             from owner left join contact on true
             where $8 is null or owner.company_id is null or contact.id is not null
         ),
         theirs as (
             select contact.* from contact left join known on true
             where known.contact_id is null or known.contact_id = contact.id
             union all
             select c.*, false from known
             join contacts c on c.company_id = known.company_id and c.id = known.contact_id
             where not exists (select from contact where contact.id = known.contact_id)
         ),
         "
    };
}

/// Keeps the raw parameters, and gives the company what was kept before.
macro_rules! history {
    () => {
        "history as (
             insert into webhooks as w (id, company_id, kind, account_sid, sid, status, params,
                 received_at)
             select $14, company_id, $15, $1, $2, $3, $16, $4 from ready where $16 is not null
             on conflict (account_sid, sid, status)
             do update set company_id = excluded.company_id
             where w.company_id is null and excluded.company_id is not null
         ),
         routed as (
             update webhooks w set company_id = ready.company_id from ready
             where w.account_sid = $1 and w.sid = $2 and (w.status <> $3 or $16 is null)
               and w.company_id is null and ready.company_id is not null
         ),
         "
    };
}

/// The row as it was and as it is, with line and contact.
macro_rules! answer {
    () => {
        "exists (select from ready) as ready,
         coalesce(written.id, known.id) as id,
         coalesce(written.company_id, known.company_id) as company_id,
         written.id is not null as written,
         coalesce(written.id = $22, false) as created,
         line.id as line_id, line.address as line_address, line.company_id as line_company_id,
         line.user_id as line_user_id,
         theirs.id as contact_id, theirs.company_id as contact_company_id,
         theirs.address as contact_address, theirs.name as contact_name,
         theirs.city as contact_city, theirs.state as contact_state,
         theirs.zip as contact_zip, theirs.country as contact_country,
         theirs.created_at as contact_created_at, exists (select from made) as new_contact
         from (select 1) one
         left join known on true
         left join written on true
         left join line on true
         left join theirs on true"
    };
}

/// What is known of a message counts before the line, which may have been given away.
const MESSAGE: &str = concat!(
    "with known as (
         select id, company_id, contact_id from sms where account_sid = $1 and message_sid = $2
     ),
     ",
    line!(),
    "owner as (
         select coalesce(known.company_id, line.company_id) as company_id,
             case when known.company_id is null or known.company_id = line.company_id
                 then line.user_id end as user_id
         from (select 1) one left join known on true left join line on true
     ),
     ",
    contact!(),
    "written as (
         insert into sms as s (id, company_id, user_id, contact_id, account_sid, message_sid,
             direction, status, status_rank, from_address, to_address, body, media, num_segments,
             error_code, created_at, updated_at)
         select $22, company_id, user_id, contact_id, $1, $2, $25, $23, $24, $26, $27, $28,
             $29::jsonb, $30, $31, $4, $4
         from ready
         on conflict (account_sid, message_sid) do update set ",
    complete_message!(),
    "    returning s.id, s.company_id
     ),
     ",
    history!(),
    "told as (
         insert into notifications (id, company_id, topic, title, message, contact_id, sms_id,
             account_sid, sid, status, created_at, due_at)
         select $17, written.company_id, $18,
             $19 || coalesce(coalesce(theirs.name, theirs.address, 'hidden number') || $20, ''),
             $21, theirs.id, written.id, $1, $2, $3, $4, $4
         from written left join theirs on true
         where written.company_id is not null and $18 is not null
         on conflict (account_sid, sid, status, topic) do nothing
     )
     select ",
    answer!()
);

/// `$32` is 1 while the call is locked. Else only a call that is known and has an owner is recorded.
/// A leg over a line that is nobody's belongs where its parent belongs.
const CALL: &str = concat!(
    "with known as (
         select id, company_id, contact_id from calls where account_sid = $1 and call_sid = $2
     ),
     ",
    line!(),
    "parent as (
         select company_id, user_id from calls where account_sid = $1 and call_sid = $31
     ),
     owner as (
         select coalesce(known.company_id, line.company_id, parent.company_id) as company_id,
             case when known.company_id is null
                     or known.company_id = coalesce(line.company_id, parent.company_id)
                 then coalesce(line.user_id, parent.user_id) end as user_id
         from (select 1) one
         left join known on true
         left join line on true
         left join parent on coalesce(known.company_id, line.company_id) is null
         where $32 = 1 or known.company_id is not null
     ),
     ",
    contact!(),
    "written as (
         insert into calls as s (id, company_id, user_id, contact_id, account_sid, call_sid,
             parent_call_sid, direction, status, status_rank, from_number, to_number, duration,
             recording_url, error_code, created_at, updated_at)
         select $22, company_id, user_id, contact_id, $1, $2, $31, $25, $23, $24, $26, $27, $28,
             $29, $30, $4, $4
         from ready
         on conflict (account_sid, call_sid) do update set ",
    complete_call!(),
    "    returning s.id, s.company_id
     ),
     ",
    history!(),
    "told as (
         insert into notifications (id, company_id, topic, title, message, contact_id, call_id,
             account_sid, sid, status, created_at, due_at)
         select $17, written.company_id, $18,
             $19 || coalesce(coalesce(theirs.name, theirs.address, 'hidden number') || $20, ''),
             $21, theirs.id, written.id, $1, $2, $3, $4, $4
         from written left join theirs on true
         where written.company_id is not null and $18 is not null
         on conflict (account_sid, sid, status, topic) do nothing
     )
     select
         exists (select from recordings r
             where r.account_sid = $1 and r.call_sid = $2 and r.company_id is null) as waiting,
         ",
    answer!()
);
