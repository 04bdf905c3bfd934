//! Lines: the same SQL in both databases.

use sqlx::Error;
use twilio_hooks::{CompanyId, LineId, store::Line};

use crate::{
    args::{Arg, Database},
    rows::columns,
};

pub(crate) async fn put(db: &mut impl Database, line: &Line) -> Result<(), Error> {
    let sql = "insert into lines (id, account_sid, address, company_id, user_id)
               values ($1, $2, $3, $4, $5)
               on conflict (account_sid, address) do update set
                   id = excluded.id,
                   company_id = excluded.company_id,
                   user_id = excluded.user_id";
    let args = vec![
        Arg::id(line.id),
        Arg::text(line.account_sid.as_str()),
        Arg::text(line.address.as_str()),
        Arg::id(line.company_id),
        Arg::opt_id(line.user_id),
    ];
    db.rows(sql, args).await?;
    Ok(())
}

pub(crate) async fn remove(
    db: &mut impl Database,
    company: CompanyId,
    id: LineId,
) -> Result<bool, Error> {
    let sql = "delete from lines where company_id = $1 and id = $2 returning id";
    let removed = db.rows(sql, vec![Arg::id(company), Arg::id(id)]).await?;
    Ok(!removed.is_empty())
}

pub(crate) const OF_COMPANY: &str = concat!(
    "select ",
    columns!(lines),
    " from lines where company_id = $1 order by id"
);
