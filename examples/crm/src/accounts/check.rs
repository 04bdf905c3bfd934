//! [`CheckAccounts`]: asks Twilio once an hour whether accounts and lines are as they should be.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{
    AccountSid, CompanyId, HistoryId,
    client::{AccountStatus, Client},
    store::{Line, StoreError},
};
use uuid::Uuid;

use super::{
    AccountError, Accounts, Kind, Refused, SetupProblem, TwilioAccount, notice,
    webhooks::{Reason, Services, Setup, WebhookState},
};
use crate::{args, jobs::Job};

/// How often an account is looked at.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

/// How long an account that is new is left alone: whoever adds it looks at it anyway.
const AT_FIRST: SignedDuration = SignedDuration::from_mins(5);

/// How long it is until somebody looks whether an account is due.
const PAUSE: Duration = Duration::from_secs(60);

/// What counts as coming in just now.
const RECENTLY: SignedDuration = SignedDuration::from_hours(24);

/// The job. Several servers share the accounts: each takes one whose time has come.
#[derive(Debug, Clone)]
pub struct CheckAccounts {
    accounts: Accounts,
}

#[async_trait]
impl Job for CheckAccounts {
    fn name(&self) -> &'static str {
        "check-accounts"
    }

    async fn run(&self, now: Timestamp) -> anyhow::Result<Duration> {
        self.enlist(now).await?;
        while let Some(account) = self.claim(now).await? {
            self.check(&account, now).await?;
        }
        Ok(PAUSE)
    }
}

impl CheckAccounts {
    /// Checks these accounts.
    #[must_use]
    pub fn new(accounts: Accounts) -> Self {
        Self { accounts }
    }

    /// Gives accounts that are new their time.
    async fn enlist(&self, now: Timestamp) -> Result<(), StoreError> {
        let db = &self.accounts.inner.database.db;
        let first = now.checked_add(AT_FIRST).unwrap_or(Timestamp::MAX);
        let sql = "insert into account_checks (account_sid, next_at)
                   select account_sid, $1 from twilio_accounts
                   where account_sid not in (select account_sid from account_checks)
                   on conflict (account_sid) do nothing";
        db.execute(sql, args![first]).await?;
        let sql = "insert into account_checks (account_sid, next_at) values ($1, $2)
                   on conflict (account_sid) do nothing";
        for (sid, _) in self.accounts.configured() {
            db.execute(sql, args![sid.as_str(), first]).await?;
        }
        Ok(())
    }

    /// Takes an account whose time has come, so that nobody else does.
    async fn claim(&self, now: Timestamp) -> Result<Option<AccountSid>, StoreError> {
        let db = &self.accounts.inner.database.db;
        let sql = db.pick(
            "update account_checks set next_at = $2 where account_sid = (
                 select account_sid from account_checks where next_at <= $1
                 order by next_at limit 1)
             returning account_sid",
            "update account_checks set next_at = $2 where account_sid = (
                 select account_sid from account_checks where next_at <= $1
                 order by next_at limit 1 for update skip locked)
             returning account_sid",
        );
        let next = now.checked_add(EVERY).unwrap_or(Timestamp::MAX);
        let row = db.write_row(sql, args![now, next]).await?;
        row.map(|row| row.get::<String>("account_sid").map(Into::into))
            .transpose()
    }

    async fn check(&self, sid: &AccountSid, now: Timestamp) -> anyhow::Result<()> {
        let client = match self.accounts.client(sid).await {
            Ok(client) => client,
            Err(AccountError::Unknown) => {
                let sql = "delete from account_checks where account_sid = $1";
                let db = &self.accounts.inner.database.db;
                db.execute(sql, args![sid.as_str()]).await?;
                return Ok(());
            }
            Err(AccountError::Store(error)) => return Err(error.into()),
        };
        let lines = self.lines(sid).await?;
        let owner = self.owner(sid).await?;
        let mut companies: Vec<_> = lines.iter().map(|line| line.company_id).collect();
        companies.extend(owner);
        companies.sort();
        companies.dedup();
        let works = self.check_account(&client, sid, &companies, now).await?;
        if works {
            self.check_lines(&client, &lines, now).await?;
        }
        if let Some(owner) = owner {
            self.check_unrouted(sid, owner, now).await?;
        }
        Ok(())
    }

    /// Whose problem it is, if traffic of the account belongs to nobody.
    async fn owner(&self, sid: &AccountSid) -> Result<Option<CompanyId>, StoreError> {
        let mut configured = self.accounts.configured();
        if let Some((_, company)) = configured.find(|(known, _)| *known == sid) {
            return Ok(company);
        }
        let db = &self.accounts.inner.database.db;
        let account = TwilioAccount::find(db, sid).await?;
        Ok(account.map(|account| account.company))
    }

    /// The lines of the account, of whichever company.
    async fn lines(&self, sid: &AccountSid) -> Result<Vec<Line>, StoreError> {
        let sql = "select id, address, company_id from lines where account_sid = $1 order by id";
        let db = &self.accounts.inner.database.db;
        let rows = db.rows(sql, args![sid.as_str()]).await?;
        rows.iter()
            .map(|row| {
                let address: String = row.get("address")?;
                let (id, company) = (row.get("id")?, row.get("company_id")?);
                Ok(Line::new(id, sid.clone(), address, company))
            })
            .collect()
    }

    /// Says whether the account works.
    async fn check_account(
        &self,
        client: &Client,
        sid: &AccountSid,
        companies: &[CompanyId],
        now: Timestamp,
    ) -> anyhow::Result<bool> {
        let (refused, stopped) = match self.accounts.ask(client, sid).await? {
            Ok(account) => {
                let status = account.status;
                (
                    false,
                    status.is_some_and(|status| status != AccountStatus::Active),
                )
            }
            Err(Refused::Field { .. }) => (true, false),
            Err(Refused::Twilio(error)) => {
                // Twilio's trouble, not the company's.
                tracing::warn!(
                    account.sid = %sid,
                    reason = "twilio",
                    error = &error as &dyn std::error::Error,
                    "a Twilio account could not be checked"
                );
                return Ok(false);
            }
        };
        let name = format!("The Twilio account {sid}");
        for company in companies {
            let sentence = format!("{name} does not take its credentials any more.");
            let of = |kind| (*company, kind, sid.as_str());
            self.tell(of(Kind::CredentialsRefused), refused, &sentence, now)
                .await?;
            if !refused {
                let sentence = format!("{name} is suspended or closed at Twilio.");
                self.tell(of(Kind::AccountStopped), stopped, &sentence, now)
                    .await?;
            }
        }
        Ok(!refused && !stopped)
    }

    async fn check_lines(
        &self,
        client: &Client,
        lines: &[Line],
        now: Timestamp,
    ) -> anyhow::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        match Services::all(client).await {
            Ok(services) => {
                for line in lines {
                    self.check_line(client, &services, line, now).await?;
                }
            }
            Err(error) => tracing::warn!(
                reason = "twilio",
                error = &error as &dyn std::error::Error,
                "the webhooks of lines could not be checked"
            ),
        }
        Ok(())
    }

    async fn check_line(
        &self,
        client: &Client,
        services: &Services,
        line: &Line,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let setup = match Setup::read_with(client, &line.address, services).await {
            Ok(setup) => setup,
            Err(error) => {
                tracing::warn!(
                    line.id = %line.id,
                    reason = "twilio",
                    error = &error as &dyn std::error::Error,
                    "the webhooks of a line could not be checked"
                );
                return Ok(());
            }
        };
        let states = setup.states(|webhook| self.accounts.expected(webhook));
        let is = |reason| move |state: &WebhookState| state.reason == reason;
        let missing = states.iter().any(is(Reason::NotInAccount));
        let wrong = !missing && !states.iter().all(is(Reason::Ok));
        let id = line.id.to_string();
        let of = |kind| (line.company_id, kind, &*id);
        let address = &line.address;
        let sentence = format!("{address} is not in its Twilio account any more.");
        self.tell(of(Kind::NumberMissing), missing, &sentence, now)
            .await?;
        let sentence =
            format!("What comes in for {address} goes elsewhere at Twilio, in part at least.");
        self.tell(of(Kind::WebhooksElsewhere), wrong, &sentence, now)
            .await?;
        Ok(())
    }

    /// Counts what came in lately for numbers of the account that are no lines.
    async fn check_unrouted(
        &self,
        sid: &AccountSid,
        owner: CompanyId,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let sql = "select count(*) as webhooks from webhooks
                   where company_id is null and account_sid = $1 and id > $2";
        let since = now.checked_sub(RECENTLY).unwrap_or(Timestamp::MIN);
        let since = Uuid::from(HistoryId::at(since));
        let db = &self.accounts.inner.database.db;
        let row = db.row(sql, args![sid.as_str(), since]).await?;
        let count: i64 = row.map_or(Ok(0), |row| row.get("webhooks"))?;
        let sentence = format!(
            "The Twilio account {sid} has sent something for a number that is no line ({count} times \
             in the last 24 hours)."
        );
        let of = (owner, Kind::UnroutedTraffic, sid.as_str());
        self.tell(of, count > 0, &sentence, now).await
    }

    /// Notes that there is a problem, or that there is none, and tells people of a new one.
    async fn tell(
        &self,
        (company, kind, object): (CompanyId, Kind, &str),
        is_wrong: bool,
        sentence: &str,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let database = &self.accounts.inner.database;
        if is_wrong {
            let problem =
                SetupProblem::note(&database.db, company, kind, object, sentence, now).await?;
            notice::raise(database, &problem).await?;
        } else {
            SetupProblem::resolve(&database.db, company, kind, object, now).await?;
        }
        Ok(())
    }
}
