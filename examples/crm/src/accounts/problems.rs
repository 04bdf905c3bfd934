//! [`SetupProblem`]: what is not right with accounts and lines, kept until it is.

use jiff::Timestamp;
use twilio_hooks::{
    CompanyId, HistoryId,
    store::{Page, PageRequest, StoreError},
};
use uuid::Uuid;

use crate::{
    args,
    database::{Db, Row, Tx},
};

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Twilio does not take the credentials of an account.
    CredentialsRefused,
    /// Twilio has suspended or closed an account.
    AccountStopped,
    /// Twilio sends what comes in over a line elsewhere, or nowhere.
    WebhooksElsewhere,
    /// The account does not have the number any more.
    NumberMissing,
    /// Something came in for numbers that are no lines.
    UnroutedTraffic,
}

impl Kind {
    /// How it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CredentialsRefused => "credentials_refused",
            Self::AccountStopped => "account_stopped",
            Self::WebhooksElsewhere => "webhooks_elsewhere",
            Self::NumberMissing => "number_missing",
            Self::UnroutedTraffic => "unrouted_traffic",
        }
    }

    /// What to do about it.
    pub(super) fn remedy(self) -> &'static str {
        match self {
            Self::CredentialsRefused => {
                "Copy the auth token (and the API key) from Twilio's console into the settings again. If \
                 the secondary token was promoted there, promote it here as well."
            }
            Self::AccountStopped => {
                "Sign in at Twilio's console; it says why. Often the balance is used up."
            }
            Self::WebhooksElsewhere => {
                "Look at the webhooks of the line and let them be set, or remove the line."
            }
            Self::NumberMissing => {
                "If the number was given up, remove the line; if it was moved, add its new account."
            }
            Self::UnroutedTraffic => {
                "Take the number into use as a line; what has come in is kept and can be routed then."
            }
        }
    }
}

/// Something that is not right, or was not.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SetupProblem {
    /// The row.
    pub id: Uuid,
    /// Whose it is.
    pub company: CompanyId,
    /// What kind of problem it is; a [`Kind`], as text.
    pub kind: String,
    /// The SID of the account, or the id of the line.
    pub object: String,
    /// What is wrong.
    pub sentence: String,
    /// What to do about it.
    pub remedy: String,
    /// When it was found.
    pub since: Timestamp,
    /// When it was found to be gone.
    pub resolved_at: Option<Timestamp>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, company_id, kind, object, sentence, remedy, since, resolved_at
             from setup_problems ",
            $rest
        )
    };
}

impl SetupProblem {
    /// The problems of a company that go on, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn of_company(
        db: &Db,
        company: CompanyId,
        page: PageRequest,
    ) -> Result<Page<Self>, StoreError> {
        let sql = select!(
            "where company_id = $1 and id < $2 and resolved_at is null
             order by id desc limit $3"
        );
        let before = page.before.unwrap_or(Uuid::max());
        let args = args![company, before, page.limit + 1];
        let rows = db.rows(sql, args).await?;
        let found = rows.iter().map(problem).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::from_rows(found, page.limit, |it| it.id))
    }

    /// The problem of an object that goes on.
    pub(super) async fn find(
        db: &Db,
        company: CompanyId,
        kind: Kind,
        object: &str,
    ) -> Result<Option<Self>, StoreError> {
        let sql =
            select!("where company_id = $1 and kind = $2 and object = $3 and resolved_at is null");
        let row = db.row(sql, args![company, kind.as_str(), object]).await?;
        row.as_ref().map(problem).transpose()
    }

    /// Notes a problem; one that is noted already goes on, with what is known of it now.
    pub(super) async fn note(
        db: &Db,
        company: CompanyId,
        kind: Kind,
        object: &str,
        sentence: &str,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let sql =
            "insert into setup_problems (id, company_id, kind, object, sentence, remedy, since)
                   values ($1, $2, $3, $4, $5, $6, $7)
                   on conflict (company_id, kind, object) where resolved_at is null
                   do update set sentence = excluded.sentence, remedy = excluded.remedy
                   returning id, company_id, kind, object, sentence, remedy, since, resolved_at";
        let id = Uuid::from(HistoryId::at(now));
        let args = args![
            id,
            company,
            kind.as_str(),
            object,
            sentence,
            kind.remedy(),
            now
        ];
        let row = db.write_row(sql, args).await?;
        problem(&row.ok_or_else(|| StoreError::corrupt("setup problem", "it is gone"))?)
    }

    /// Notes that a problem is gone, if there was one.
    pub(super) async fn resolve(
        db: &Db,
        company: CompanyId,
        kind: Kind,
        object: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "update setup_problems set resolved_at = $4
                   where company_id = $1 and kind = $2 and object = $3 and resolved_at is null";
        let args = args![company, kind.as_str(), object, now];
        db.execute(sql, args).await?;
        Ok(())
    }
}

/// Notes that an object is gone, with its problems.
pub(super) async fn resolve_all(
    tx: &mut Tx,
    company: CompanyId,
    object: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "update setup_problems set resolved_at = $3
               where company_id = $1 and object = $2 and resolved_at is null";
    tx.execute(sql, args![company, object, now]).await?;
    Ok(())
}

fn problem(row: &Row) -> Result<SetupProblem, StoreError> {
    Ok(SetupProblem {
        id: row.get("id")?,
        company: row.get("company_id")?,
        kind: row.get("kind")?,
        object: row.get("object")?,
        sentence: row.get("sentence")?,
        remedy: row.get("remedy")?,
        since: row.get("since")?,
        resolved_at: row.get("resolved_at")?,
    })
}
