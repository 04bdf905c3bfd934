//! Claiming in SQLite.

use sqlx::{Error, SqliteConnection};
use twilio_hooks::store::{Claim, Claimed};

use crate::{
    args::Database,
    outbox::claim_args,
    rows::{self, columns},
};

/// The caller's transaction is the only one that writes.
pub(super) async fn claim(
    connection: &mut SqliteConnection,
    claim: Claim,
) -> Result<Vec<Claimed>, Error> {
    let claimed = connection.rows(CLAIM, claim_args(claim)).await?;
    let mut claimed: Vec<_> = claimed
        .iter()
        .map(rows::claimed)
        .collect::<Result<_, _>>()?;
    // The rows of an update come in any order.
    claimed.sort_unstable_by_key(|it| it.notification.id);
    Ok(claimed)
}

/// What is claimed, in two statements: the first one takes numbers for those that have none yet.
const CLAIM: &str = concat!(
    "with due as (
         select company_id, seq from notifications where due_at <= $1 order by id limit $2)
     insert into notification_counters as c (company_id, last)
     select company_id, count(*) from due where seq is null group by company_id
     on conflict (company_id) do update set last = c.last + excluded.last;
     with due as (
         select id, company_id, seq from notifications where due_at <= $1 order by id limit $2),
     numbered as (
         select due.id,
             c.last + 1 - row_number() over (partition by due.company_id order by due.id desc)
                 as seq
         from due join notification_counters c on c.company_id = due.company_id
         where due.seq is null)
     update notifications set
         seq = coalesce(notifications.seq, claimed.seq),
         attempt = attempt + 1,
         due_at = $3
     from (select due.id, numbered.seq from due left join numbered on numbered.id = due.id) claimed
     where notifications.id = claimed.id
     returning ",
    columns!(notifications)
);
