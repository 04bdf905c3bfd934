//! Recording a change in SQLite.
//!
//! Each kind is one text of several statements, which SQLite runs one after the other: sending them
//! apart would cost more than running them. Only one transaction writes at a time, so what one
//! statement saw still holds for the next.

use sqlx::{Error, SqliteConnection};
use twilio_hooks::{
    CallId, MessageId,
    store::{Change, Interaction, Outcome, Recorded},
};
use uuid::Uuid;

use crate::{
    args::{Arg, Columns, Database},
    record::{
        adopt_recordings, call_args, complete_call, complete_message, message_args,
        record_recording, recorded, route_history, unknown_interaction,
    },
};

/// Writes a change; the caller's transaction makes it all or nothing.
pub(super) async fn record(
    connection: &mut SqliteConnection,
    change: &Change,
) -> Result<Recorded, Error> {
    match &change.interaction {
        Interaction::Message(message) => {
            let id = free_id(connection, "select 1 from sms where id = $1", message.id)
                .await?
                .unwrap_or_else(|| MessageId::at(change.received_at));
            let args = message_args(change, id, message);
            Ok(run(connection, MESSAGE, args, change, id.as_uuid())
                .await?
                .0)
        }
        Interaction::Call(call) => {
            let id = free_id(connection, "select 1 from calls where id = $1", call.id)
                .await?
                .unwrap_or_else(|| CallId::at(change.received_at));
            let args = call_args(change, id, call);
            let (recorded, row) = run(connection, CALL, args, change, id.as_uuid()).await?;
            if row.flag("waiting")? {
                adopt_recordings(connection, change, &recorded).await?;
            }
            Ok(recorded)
        }
        Interaction::Recording(recording) => record_recording(connection, change, recording).await,
        _ => Err(unknown_interaction()),
    }
}

/// The chosen id, unless a row has it: then an update of that very row can't be taken for a new one,
/// and a new row does not collide.
async fn free_id<T: Copy + Into<Uuid>>(
    connection: &mut SqliteConnection,
    rows_with_id: &'static str,
    chosen: Option<T>,
) -> Result<Option<T>, Error> {
    let Some(id) = chosen else {
        return Ok(None);
    };
    let taken = connection.rows(rows_with_id, vec![Arg::id(id)]).await?;
    Ok(taken.is_empty().then_some(id))
}

/// The last row is the answer. One comes before it if the message or call was written.
async fn run(
    connection: &mut SqliteConnection,
    sql: &'static str,
    args: Vec<Arg<'_>>,
    change: &Change,
    new_id: Uuid,
) -> Result<(Recorded, <SqliteConnection as Database>::Row), Error> {
    let mut rows = connection.rows(sql, args).await?;
    let answer = rows.pop().ok_or(Error::RowNotFound)?;
    let outcome = if rows.is_empty() {
        Outcome::Unchanged
    } else if answer.id::<Uuid>("id")? == new_id {
        Outcome::Created
    } else {
        Outcome::Updated
    };
    let mut recorded = recorded(&answer, change, outcome)?;
    recorded.new_contact = answer.flag("new_contact")?;
    if answer.flag("unrouted")? {
        route_history(connection, change, recorded.company_id).await?;
    }
    Ok((recorded, answer))
}

/// The line a change came over, the number before the messaging service.
macro_rules! line {
    () => {
        "line as (
             select id, address, company_id, user_id from lines
             where account_sid = $1 and address in ($5, $6)
             order by address <> $5 limit 1)"
    };
}

/// Whose a message is: what is known of it counts before the line, which may have been given away.
macro_rules! owner_of_message {
    () => {
        concat!(
            "with known as (
                 select company_id from sms where account_sid = $1 and message_sid = $2), ",
            line!(),
            ", owner as (
                 select coalesce(known.company_id, line.company_id) as company_id,
                     case when known.company_id is null or known.company_id = line.company_id
                         then line.user_id end as user_id
                 from (select 1) one left join known on true left join line on true) "
        )
    };
}

/// The same for a call. A leg over a line that is nobody's belongs where its parent belongs.
macro_rules! owner_of_call {
    () => {
        concat!(
            "with known as (
                 select company_id from calls where account_sid = $1 and call_sid = $2), ",
            line!(),
            ", parent as (
                 select company_id, user_id from calls where account_sid = $1 and call_sid = $31),
             owner as (
                 select coalesce(known.company_id, line.company_id, parent.company_id) as company_id,
                     case when known.company_id is null
                             or known.company_id = coalesce(line.company_id, parent.company_id)
                         then coalesce(line.user_id, parent.user_id) end as user_id
                 from (select 1) one left join known on true left join line on true
                     left join parent on coalesce(known.company_id, line.company_id) is null) "
        )
    };
}

/// Makes the contact or fills in what it lacks; follows the owner.
macro_rules! contact {
    () => {
        "insert into contacts as c (id, company_id, address, name, city, state, zip, country,
             created_at)
         select $7, company_id, $8, $9, $10, $11, $12, $13, $4 from owner
         where company_id is not null and $8 is not null
         on conflict (company_id, address) do update set
             name = coalesce(c.name, excluded.name),
             city = coalesce(c.city, excluded.city),
             state = coalesce(c.state, excluded.state),
             zip = coalesce(c.zip, excluded.zip),
             country = coalesce(c.country, excluded.country)
         where (c.name is null and excluded.name is not null)
            or (c.city is null and excluded.city is not null)
            or (c.state is null and excluded.state is not null)
            or (c.zip is null and excluded.zip is not null)
            or (c.country is null and excluded.country is not null); "
    };
}

/// Keeps the raw parameters; follows the owner.
macro_rules! history {
    () => {
        "insert into webhooks (id, company_id, kind, account_sid, sid, status, params,
             received_at)
         select $14, company_id, $15, $1, $2, $3, $16, $4 from owner where $16 is not null
         on conflict (account_sid, sid, status) do nothing; "
    };
}

/// The line and the contact in the answer.
macro_rules! answer_columns {
    () => {
        "line.id as line_id, line.address as line_address, line.company_id as line_company_id,
         line.user_id as line_user_id,
         c.id as contact_id, c.company_id as contact_company_id, c.address as contact_address,
         c.name as contact_name, c.city as contact_city, c.state as contact_state,
         c.zip as contact_zip, c.country as contact_country, c.created_at as contact_created_at,
         exists (select 1 from contacts where id = $7) as new_contact,
         s.company_id is not null and exists (
             select 1 from webhooks
             where account_sid = $1 and sid = $2 and company_id is null) as unrouted"
    };
}

/// `changes()` is the number of rows that the statement right before has written.
const MESSAGE: &str = concat!(
    owner_of_message!(),
    contact!(),
    owner_of_message!(),
    "insert into sms as s (id, company_id, user_id, contact_id, account_sid, message_sid,
         direction, status, status_rank, from_address, to_address, body, media, num_segments,
         error_code, created_at, updated_at)
     select $22, company_id, user_id,
         (select c.id from contacts c where c.company_id = owner.company_id and c.address = $8),
         $1, $2, $25, $23, $24, $26, $27, $28, $29, $30, $31, $4, $4
     from owner where true
     on conflict (account_sid, message_sid) do update set ",
    complete_message!(set),
    " where ",
    complete_message!(if),
    " returning id;
     insert into notifications (id, company_id, topic, title, message, contact_id, sms_id,
         account_sid, sid, status, created_at, due_at)
     select $17, s.company_id, $18,
         $19 || coalesce(coalesce(c.name, c.address, 'hidden number') || $20, ''),
         $21, c.id, s.id, $1, $2, $3, $4, $4
     from sms s left join contacts c on c.company_id = s.company_id and c.id = s.contact_id
     where changes() > 0 and s.account_sid = $1 and s.message_sid = $2
       and s.company_id is not null and $18 is not null
     on conflict (account_sid, sid, status, topic) do nothing; ",
    owner_of_message!(),
    history!(),
    "with ",
    line!(),
    " select s.id, s.company_id, ",
    answer_columns!(),
    " from sms s left join line on true
     left join contacts c on c.company_id = s.company_id and c.id = s.contact_id
     where s.account_sid = $1 and s.message_sid = $2"
);

const CALL: &str = concat!(
    owner_of_call!(),
    contact!(),
    owner_of_call!(),
    "insert into calls as s (id, company_id, user_id, contact_id, account_sid, call_sid,
         parent_call_sid, direction, status, status_rank, from_number, to_number, duration,
         recording_url, error_code, created_at, updated_at)
     select $22, company_id, user_id,
         (select c.id from contacts c where c.company_id = owner.company_id and c.address = $8),
         $1, $2, $31, $25, $23, $24, $26, $27, $28, $29, $30, $4, $4
     from owner where true
     on conflict (account_sid, call_sid) do update set ",
    complete_call!(set),
    " where ",
    complete_call!(if),
    " returning id;
     insert into notifications (id, company_id, topic, title, message, contact_id, call_id,
         account_sid, sid, status, created_at, due_at)
     select $17, s.company_id, $18,
         $19 || coalesce(coalesce(c.name, c.address, 'hidden number') || $20, ''),
         $21, c.id, s.id, $1, $2, $3, $4, $4
     from calls s left join contacts c on c.company_id = s.company_id and c.id = s.contact_id
     where changes() > 0 and s.account_sid = $1 and s.call_sid = $2
       and s.company_id is not null and $18 is not null
     on conflict (account_sid, sid, status, topic) do nothing; ",
    owner_of_call!(),
    history!(),
    "with ",
    line!(),
    " select s.id, s.company_id,
         exists (select 1 from recordings r
             where r.account_sid = $1 and r.call_sid = $2 and r.company_id is null) as waiting, ",
    answer_columns!(),
    " from calls s left join line on true
     left join contacts c on c.company_id = s.company_id and c.id = s.contact_id
     where s.account_sid = $1 and s.call_sid = $2"
);
