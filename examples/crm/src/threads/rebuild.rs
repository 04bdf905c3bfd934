//! Making a thread's row anew, after contacts were made one or taken apart.

use twilio_hooks::{CompanyId, ContactId, store::StoreError};
use uuid::Uuid;

use crate::{
    args,
    database::{Row, Tx},
};

/// Makes the row of a contact's thread from what was said; a contact that is a part of another has
/// none.
pub(crate) async fn rebuild(
    tx: &mut Tx,
    company: CompanyId,
    contact: ContactId,
) -> Result<(), StoreError> {
    for sql in [
        "delete from thread_lines where company_id = $1 and contact_id = $2",
        "delete from threads where company_id = $1 and contact_id = $2",
    ] {
        tx.execute(sql, args![company, contact]).await?;
    }
    let sql = "select other_id as id from contact_links where company_id = $1 and primary_id = $2
               union all
               select id from contacts where company_id = $1 and id = $2
                 and not exists (select 1 from contact_links where company_id = $1 and other_id = $2)";
    let mut latest = Latest::default();
    for row in tx.rows(sql, args![company, contact]).await? {
        let member: ContactId = row.get("id")?;
        latest.add(tx, company, member).await?;
        let sql = tx.pick(LINES_SQLITE, LINES_POSTGRES);
        tx.execute(sql, args![company, contact, member]).await?;
    }
    let Some(last) = latest.last else {
        return Ok(());
    };
    let sql = "insert into threads (company_id, contact_id, last_id, last_in_id, last_out_id,
                   last_out_failed)
               values ($1, $2, $3, $4, $5, $6)
               on conflict (company_id, contact_id) do nothing";
    let failed = latest.outgoing.is_some_and(|(_, failed)| failed);
    let outgoing = latest.outgoing.map(|(id, _)| id);
    let args = args![company, contact, last, latest.incoming, outgoing, failed];
    tx.execute(sql, args).await?;
    Ok(())
}

/// The newest of everybody's.
#[derive(Default)]
struct Latest {
    last: Option<Uuid>,
    incoming: Option<Uuid>,
    outgoing: Option<(Uuid, bool)>,
}

impl Latest {
    async fn add(
        &mut self,
        tx: &mut Tx,
        company: CompanyId,
        member: ContactId,
    ) -> Result<(), StoreError> {
        let args = || args![company, member];
        let id = |row: Option<Row>| row.map(|row| row.get::<Uuid>("id")).transpose();
        let sql = "select id from calls
                   where company_id = $1 and contact_id = $2 and parent_call_sid is null
                   order by id desc limit 1";
        let call = id(tx.row(sql, args()).await?)?;
        let sql = "select id from sms
                   where company_id = $1 and contact_id = $2 and direction = 'INBOUND'
                   order by id desc limit 1";
        let incoming = id(tx.row(sql, args()).await?)?;
        let sql = "select id, status in ('FAILED', 'UNDELIVERED') as failed from sms
                   where company_id = $1 and contact_id = $2 and direction = 'OUTBOUND'
                   order by id desc limit 1";
        let outgoing = match tx.row(sql, args()).await? {
            Some(row) => Some((row.get("id")?, row.get("failed")?)),
            None => None,
        };
        let sql = "select id from outgoing
                   where company_id = $1 and contact_id = $2 and state <> 'sent'
                   order by id desc limit 1";
        let pending = id(tx.row(sql, args()).await?)?;
        let sql = "select id from outgoing
                   where company_id = $1 and contact_id = $2 and state <> 'sent'
                     and state = 'failed'
                   order by id desc limit 1";
        let failed = id(tx.row(sql, args()).await?)?.map(|id| (id, true));
        self.incoming = self.incoming.max(incoming);
        self.outgoing = self.outgoing.max(outgoing).max(failed);
        self.last = self
            .last
            .max(call)
            .max(pending)
            .max(incoming)
            .max(outgoing.map(|(id, _)| id));
        Ok(())
    }
}

const LINES_SQLITE: &str = "insert into thread_lines (company_id, contact_id, address, last_id)
    select $1, $2, replace(replace(address, 'whatsapp:', ''), 'rcs:', '') as line, max(id)
    from (
        select id, case direction when 'INBOUND' then to_address else from_address end as address
        from sms where company_id = $1 and contact_id = $3
        union all
        select id, case direction when 'INBOUND' then to_number else from_number end
        from calls where company_id = $1 and contact_id = $3 and parent_call_sid is null
        union all
        select id, sender from outgoing where company_id = $1 and contact_id = $3)
    where true
    group by line
    on conflict (company_id, contact_id, address) do update
    set last_id = max(last_id, excluded.last_id)";

const LINES_POSTGRES: &str =
    "insert into thread_lines as t (company_id, contact_id, address, last_id)
    select $1, $2, thread_line(address), max(id::text)::uuid
    from (
        select id, case direction when 'INBOUND' then to_address else from_address end as address
        from sms where company_id = $1 and contact_id = $3
        union all
        select id, case direction when 'INBOUND' then to_number else from_number end
        from calls where company_id = $1 and contact_id = $3 and parent_call_sid is null
        union all
        select id, sender from outgoing where company_id = $1 and contact_id = $3) entries
    group by thread_line(address)
    on conflict (company_id, contact_id, address) do update
    set last_id = greatest(t.last_id, excluded.last_id)";

/// What people have read of a contact's thread, they have read of the one it is a part of now.
pub(crate) async fn take_reads(
    tx: &mut Tx,
    company: CompanyId,
    part: ContactId,
    whole: ContactId,
) -> Result<(), StoreError> {
    let sql = tx.pick(
        "insert into thread_reads (user_id, contact_id, company_id, last_read_id)
         select user_id, $3, company_id, last_read_id from thread_reads
         where company_id = $1 and contact_id = $2
         on conflict (user_id, contact_id) do update
         set last_read_id = max(last_read_id, excluded.last_read_id)",
        "insert into thread_reads as r (user_id, contact_id, company_id, last_read_id)
         select user_id, $3, company_id, last_read_id from thread_reads
         where company_id = $1 and contact_id = $2
         on conflict (user_id, contact_id) do update
         set last_read_id = greatest(r.last_read_id, excluded.last_read_id)",
    );
    tx.execute(sql, args![company, part, whole]).await?;
    Ok(())
}
