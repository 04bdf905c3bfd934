//! [`TwilioAccount`]: the accounts that companies have added.

use jiff::Timestamp;
use twilio_hooks::{AccountSid, CompanyId, store::StoreError};
use uuid::Uuid;

use crate::{
    args,
    database::{Db, Row, Tx},
};

/// An account in the database, without its secrets.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TwilioAccount {
    /// The row.
    pub id: Uuid,
    /// Whose it is.
    pub company: CompanyId,
    /// `AC…`.
    pub account_sid: AccountSid,
    /// What people call it.
    pub friendly_name: Option<String>,
    /// `SK…`: the API key that REST requests are made with.
    pub api_key_sid: Option<String>,
    /// Where Twilio keeps it.
    pub region: Option<String>,
    /// Where requests enter Twilio's network.
    pub edge: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When Twilio has accepted it last.
    pub verified_at: Timestamp,
    /// Grows with each change.
    pub revision: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, company_id, account_sid, friendly_name, api_key_sid, region, edge,
                    created_at, verified_at, revision
             from twilio_accounts ",
            $rest
        )
    };
}

impl TwilioAccount {
    /// The account of this SID.
    pub(super) async fn find(db: &Db, sid: &AccountSid) -> Result<Option<Self>, StoreError> {
        let sql = select!("where account_sid = $1");
        let row = db.row(sql, args![sid.as_str()]).await?;
        row.as_ref().map(account).transpose()
    }

    /// The accounts of a company, oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn of_company(db: &Db, company: CompanyId) -> Result<Vec<Self>, StoreError> {
        let sql = select!("where company_id = $1 order by id");
        let rows = db.rows(sql, args![company]).await?;
        rows.iter().map(account).collect()
    }

    /// One account of a company.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn get(db: &Db, company: CompanyId, id: Uuid) -> Result<Option<Self>, StoreError> {
        let sql = select!("where company_id = $1 and id = $2");
        let row = db.row(sql, args![company, id]).await?;
        row.as_ref().map(account).transpose()
    }

    /// A part of all accounts, in the order of their ids.
    pub(super) async fn after(db: &Db, id: Uuid, limit: i64) -> Result<Vec<Self>, StoreError> {
        let sql = select!("where id > $1 order by id limit $2");
        let rows = db.rows(sql, args![id, limit]).await?;
        rows.iter().map(account).collect()
    }

    /// Adds the account, if nobody has it. Says whether it was added.
    pub(super) async fn insert(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let sql = "insert into twilio_accounts (id, company_id, account_sid, friendly_name,
                       api_key_sid, region, edge, created_at, verified_at, revision)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                   on conflict (account_sid) do nothing";
        let args = args![
            self.id,
            self.company,
            self.account_sid.as_str(),
            self.friendly_name.as_deref(),
            self.api_key_sid.as_deref(),
            self.region.as_deref(),
            self.edge.as_deref(),
            self.created_at,
            self.verified_at,
            self.revision,
        ];
        Ok(tx.execute(sql, args).await? == 1)
    }

    /// Writes what has changed, if nobody else has changed it meanwhile. Says whether it was written.
    pub(super) async fn update(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let sql = "update twilio_accounts set friendly_name = $4, api_key_sid = $5, region = $6,
                       edge = $7, verified_at = $8, revision = revision + 1
                   where company_id = $1 and id = $2 and revision = $3";
        let args = args![
            self.company,
            self.id,
            self.revision,
            self.friendly_name.as_deref(),
            self.api_key_sid.as_deref(),
            self.region.as_deref(),
            self.edge.as_deref(),
            self.verified_at,
        ];
        Ok(tx.execute(sql, args).await? == 1)
    }

    /// Keeps the account from being removed until the transaction ends. Says whether it is there.
    pub(super) async fn hold(
        tx: &mut Tx,
        company: CompanyId,
        sid: &AccountSid,
    ) -> Result<bool, StoreError> {
        // The first update of a transaction locks the row in both databases.
        let sql = "update twilio_accounts set revision = revision
                   where company_id = $1 and account_sid = $2";
        Ok(tx.execute(sql, args![company, sid.as_str()]).await? == 1)
    }

    /// Removes the account.
    pub(super) async fn delete(
        tx: &mut Tx,
        company: CompanyId,
        id: Uuid,
    ) -> Result<(), StoreError> {
        let sql = "delete from twilio_accounts where company_id = $1 and id = $2";
        tx.execute(sql, args![company, id]).await?;
        Ok(())
    }
}

fn account(row: &Row) -> Result<TwilioAccount, StoreError> {
    let sid: String = row.get("account_sid")?;
    Ok(TwilioAccount {
        id: row.get("id")?,
        company: row.get("company_id")?,
        account_sid: sid.into(),
        friendly_name: row.get("friendly_name")?,
        api_key_sid: row.get("api_key_sid")?,
        region: row.get("region")?,
        edge: row.get("edge")?,
        created_at: row.get("created_at")?,
        verified_at: row.get("verified_at")?,
        revision: row.get("revision")?,
    })
}
