//! Recording a change in Postgres.
//!
//! A message is one statement, and so is a report of a call that is known and has an owner: one round
//! trip, one transaction. Inside it each part hands its rows to the next, and locks are taken in one
//! order by all (message or call if it is known, contact, a new message or call, then history and
//! notification), so two of them never wait for each other in a circle.
//!
//! A statement sees what was committed before it began, and the message or call as it is now, because
//! it locks that first (`for update`: a weaker lock would have to be raised when the row is updated,
//! and two can't raise theirs at once). It may not see a contact, or a message, that others are just inserting. Then
//! it says that it was not `ready`, or names no row, and is simply run again; until it knows the row
//! it writes nothing but the contact.
//!
//! Two things need to see everything that others have committed before the row was locked. When a
//! message gets its owner, so does its history. A call and its recordings look for each other. So the
//! first is done by a second statement that runs while the row is locked, and the first report of a
//! call, like every report of a recording, holds an advisory lock on the call until it commits.

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
    let recorded = match &change.interaction {
        Interaction::Message(message) => {
            record_message(connection, change, message, Locked::No).await?
        }
        Interaction::Call(call) => record_call(connection, change, call, Locked::No).await?,
        _ => None,
    };
    if let Some(recorded) = recorded {
        return Ok(recorded);
    }
    // Together in one round trip.
    let begin = match first_lock(change) {
        Some(key) => format!("begin; select pg_advisory_xact_lock({key})"),
        None => "begin".to_owned(),
    };
    let mut transaction = connection.begin_with(AssertSqlSafe(begin)).await?;
    let recorded = record_locked(&mut transaction, change).await?;
    transaction.commit().await?;
    Ok(recorded)
}

/// Writes a change in the caller's transaction.
pub(super) async fn record_with(
    connection: &mut PgConnection,
    change: &Change,
) -> Result<Recorded, Error> {
    if let Some(key) = first_lock(change) {
        lock(connection, key).await?;
    }
    record_locked(connection, change).await
}

/// The lock that everybody takes who may write what others look for. A message's row is its lock.
fn first_lock(change: &Change) -> Option<i64> {
    let is_message = matches!(change.interaction, Interaction::Message(_));
    (!is_message).then(|| lock_key(change, change.interaction.sid()))
}

async fn record_locked(connection: &mut PgConnection, change: &Change) -> Result<Recorded, Error> {
    let recorded = match &change.interaction {
        Interaction::Message(message) => {
            let recorded = record_message(connection, change, message, Locked::No).await?;
            if recorded.is_some() {
                recorded
            } else {
                record_message(connection, change, message, Locked::Yes).await?
            }
        }
        Interaction::Call(call) => record_call(connection, change, call, Locked::Yes).await?,
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
                lock(connection, lock_key(change, sid)).await?;
            }
            Some(record_recording(connection, change, recording).await?)
        }
        _ => return Err(unknown_interaction()),
    };
    recorded.ok_or(Error::RowNotFound)
}

/// The statements after this one see what was committed before the lock.
async fn lock(connection: &mut PgConnection, key: i64) -> Result<(), Error> {
    let sql = "select pg_advisory_xact_lock($1) is null as locked";
    connection.rows(sql, vec![Arg::number(key)]).await?;
    Ok(())
}

/// Whether an earlier statement of this transaction has locked the message or call.
#[derive(Clone, Copy)]
enum Locked {
    No,
    Yes,
}

/// `None` if the message has to be locked first. Then this has done nothing else.
async fn record_message(
    connection: &mut PgConnection,
    change: &Change,
    message: &MessageChange,
    locked: Locked,
) -> Result<Option<Recorded>, Error> {
    let fresh = MessageId::at(change.received_at);
    let args = |choice| {
        let id = match choice {
            Id::Chosen => message.id.unwrap_or(fresh),
            Id::Fresh => fresh,
        };
        let mut args = message_args(change, id, message);
        args.push(Arg::number(locked as i32));
        args
    };
    let recorded = run_until_ready(connection, MESSAGE, args, change).await?;
    Ok(recorded.map(|(recorded, _)| recorded))
}

/// `None` if the call has to be locked first. It is then given the recordings that wait for it; one
/// that has an owner already has none of those.
async fn record_call(
    connection: &mut PgConnection,
    change: &Change,
    call: &CallChange,
    locked: Locked,
) -> Result<Option<Recorded>, Error> {
    let fresh = CallId::at(change.received_at);
    let args = |choice| {
        let id = match choice {
            Id::Chosen => call.id.unwrap_or(fresh),
            Id::Fresh => fresh,
        };
        let mut args = call_args(change, id, call);
        args.push(Arg::number(locked as i32));
        args
    };
    let Some((recorded, row)) = run_until_ready(connection, CALL, args, change).await? else {
        return Ok(None);
    };
    if matches!(locked, Locked::Yes) && row.flag("waiting")? {
        adopt_recordings(connection, change, &recorded).await?;
    }
    Ok(Some(recorded))
}

/// The id for a new row: the one its change chooses, or one that nobody has.
#[derive(Clone, Copy)]
enum Id {
    Chosen,
    Fresh,
}

/// `None` if the statement is not allowed to do it without a lock.
async fn run_until_ready<'a>(
    connection: &mut PgConnection,
    sql: &'static str,
    args: impl Fn(Id) -> Vec<Arg<'a>>,
    change: &Change,
) -> Result<Option<(Recorded, Row)>, Error> {
    let mut new_contact = false;
    let mut id = Id::Chosen;
    for _ in 0..ATTEMPTS {
        let row = run(connection, sql, args(id)).await?;
        if !row.flag("allowed")? {
            return Ok(None);
        }
        new_contact |= row.flag("new_contact")?;
        if !row.flag("ready")? {
            continue;
        }
        if row.opt_id("id")?.is_some() {
            let mut recorded = answer(&row, change)?;
            recorded.new_contact = new_contact;
            return Ok(Some((recorded, row)));
        }
        // Somebody else has inserted this message or call, or has the id that was chosen for it.
        id = Id::Fresh;
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
    recorded(row, change, outcome)
}

/// The advisory lock of a call or recording: FNV-1a, because every version of every process must find
/// the same one. Two that share a lock only wait for each other.
fn lock_key(change: &Change, sid: &str) -> i64 {
    let account = change.account_sid.as_str().bytes();
    let hash = account
        .chain(sid.bytes())
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
/// in. `theirs` is the contact of the row, once that has one. Nothing goes on from `ready` while
/// either can't be seen.
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
         theirs as (
             select contact.* from contact left join known on true
             where known.contact_id is null or known.contact_id = contact.id
             union all
             select c.*, false from known
             join contacts c on c.company_id = known.company_id and c.id = known.contact_id
             where not exists (select from contact where contact.id = known.contact_id)
         ),
         ready as (
             select owner.company_id, owner.user_id, theirs.id as contact_id
             from owner left join known on true left join theirs on true
             where (known.contact_id is null or theirs.id is not null)
               and ($8 is null or owner.company_id is null or exists (select from contact))
         ),
         "
    };
}

/// From the report to the row and its history: a row that is not known is inserted, and left alone if
/// somebody else has just done so; nothing else is written then.
macro_rules! written {
    ($columns:literal, $table:literal, $set:expr, $if:expr) => {
        concat!(
            "inserted as (
                 insert into ",
            $columns,
            " select * from report where not exists (select from known)
                 on conflict do nothing
                 returning id, company_id
             ),
             updated as (
                 update ",
            $table,
            " s set ",
            $set,
            " from known, report as excluded where s.id = known.id and ",
            $if,
            "    returning s.id, s.company_id
             ),
             written as (
                 select * from inserted union all select * from updated
             ),
             kept as (
                 select company_id from ready
                 where exists (select from known) or exists (select from inserted)
             ),
             history as (
                 insert into webhooks (id, company_id, kind, account_sid, sid, status, params,
                     received_at)
                 select $14, company_id, $15, $1, $2, $3, $16, $4 from kept where $16 is not null
                 on conflict (account_sid, sid, status) do nothing
             ),
             routed as (
                 update webhooks w set company_id = kept.company_id from kept, known
                 where known.company_id is null and kept.company_id is not null
                   and w.account_sid = $1 and w.sid = $2 and w.company_id is null
             ),
             "
        )
    };
}

/// The row as it was and as it is, with line and contact.
macro_rules! answer {
    () => {
        "exists (select from ready) as ready, exists (select from owner) as allowed,
         coalesce(written.id, known.id) as id,
         coalesce(written.company_id, known.company_id) as company_id,
         written.id is not null as written,
         exists (select from inserted) as created,
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

/// What is known of a message counts before the line, which may have been given away. `$32` is 1 once
/// the message is locked. Else one that is known and nobody's is not given to anybody.
const MESSAGE: &str = concat!(
    "with known as (
         select id, company_id, contact_id from sms where account_sid = $1 and message_sid = $2
         for update
     ),
     ",
    line!(),
    "owner as (
         select coalesce(known.company_id, line.company_id) as company_id,
             case when known.company_id is null or known.company_id = line.company_id
                 then line.user_id end as user_id
         from (select 1) one left join known on true left join line on true
         where $32 = 1 or known.id is null or known.company_id is not null
            or line.company_id is null
     ),
     ",
    contact!(),
    "report as (
         select $22 as id, company_id, user_id, contact_id, $1 as account_sid,
             $2 as message_sid, $25 as direction, $23 as status, $24 as status_rank,
             $26 as from_address, $27 as to_address, $28 as body, $29::jsonb as media,
             $30 as num_segments, $31 as error_code, $4 as created_at, $4 as updated_at
         from ready
     ),
     ",
    written!(
        "sms (id, company_id, user_id, contact_id, account_sid, message_sid, direction, status,
             status_rank, from_address, to_address, body, media, num_segments, error_code,
             created_at, updated_at)",
        "sms",
        complete_message!(set),
        complete_message!(if)
    ),
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
         for update
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
    "report as (
         select $22 as id, company_id, user_id, contact_id, $1 as account_sid, $2 as call_sid,
             $31 as parent_call_sid, $25 as direction, $23 as status, $24 as status_rank,
             $26 as from_number, $27 as to_number, $28 as duration, $29 as recording_url,
             $30 as error_code, $4 as created_at, $4 as updated_at
         from ready
     ),
     ",
    written!(
        "calls (id, company_id, user_id, contact_id, account_sid, call_sid, parent_call_sid,
             direction, status, status_rank, from_number, to_number, duration, recording_url,
             error_code, created_at, updated_at)",
        "calls",
        complete_call!(set),
        complete_call!(if)
    ),
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
