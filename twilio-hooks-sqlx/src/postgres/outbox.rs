//! Claiming in Postgres.

use sqlx::{Error, PgConnection};
use twilio_hooks::store::{Claim, Claimed};

use crate::{
    args::Database,
    outbox::claim_args,
    rows::{self, columns},
};

pub(super) async fn claim(
    connection: &mut PgConnection,
    claim: Claim,
) -> Result<Vec<Claimed>, Error> {
    let claimed = connection.rows(CLAIM, claim_args(claim)).await?;
    claimed.iter().map(rows::claimed).collect()
}

/// Claims and numbers in one statement.
///
/// What another claim holds is skipped, so nobody waits for rows. Counters are taken in the order of
/// their companies, so claims that need the same ones don't wait for each other in a circle. A
/// counter stays locked until its numbers are committed: who sees a number sees all below it.
const CLAIM: &str = concat!(
    "with due as (
         select id, company_id, seq from notifications
         where due_at <= $1
         order by id
         limit $2
         for update skip locked
     ),
     fresh as (
         select company_id, count(*) as total from due where seq is null group by company_id
     ),
     counters as (
         insert into notification_counters as c (company_id, last)
         select company_id, total from fresh order by company_id
         on conflict (company_id) do update set last = c.last + excluded.last
         returning company_id, last
     ),
     numbered as (
         select due.id, counters.last + 1
             - row_number() over (partition by due.company_id order by due.id desc) as seq
         from due join counters using (company_id)
         where due.seq is null
     ),
     claimed as (
         update notifications n set
             seq = coalesce(n.seq, numbered.seq),
             attempt = n.attempt + 1,
             due_at = $3
         from due left join numbered using (id)
         where n.id = due.id
         returning n.*
     )
     select ",
    columns!(notifications),
    " from claimed order by id"
);
