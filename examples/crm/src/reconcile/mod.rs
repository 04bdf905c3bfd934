//! Looking for what was missed: webhooks get lost, and Twilio's lists still have what they told.
//!
//! [`Reconcile`] compares the lists of an account with what is stored and records the difference, as the
//! webhooks would have. `pass.rs` does that for one account and
//! `record.rs` for one thing, `known.rs` says what is stored, `owner.rs`
//! whose it is, `changes.rs` is what is written, `runs.rs` remembers when and what, `untold.rs` what is still
//! to be told, and `job.rs` does it by itself.

pub mod changes;
mod job;
mod known;
mod owner;
mod pass;
mod record;
mod runs;
mod untold;

use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{AccountSid, CompanyId, Hooks, store::StoreError};

pub use self::{
    job::ReconcileJob,
    pass::PassError,
    runs::{Found, RunRow, Tally},
};
use self::{
    pass::Pass,
    runs::{Run, later},
};
use crate::{
    accounts::Accounts, args, clock::Clock, config::ReconcileTimes, database::Db, jobs::JobWake,
};

/// How many runs are shown.
const SHOWN: i64 = 50;

/// Finds what was missed. Clones are cheap.
#[derive(Debug, Clone)]
pub struct Reconcile {
    db: Db,
    accounts: Accounts,
    hooks: Hooks,
    clock: Clock,
    times: ReconcileTimes,
    wake: JobWake,
}

impl Reconcile {
    /// For these accounts; what is found goes to `hooks`. `wake` wakes the job up that does it.
    #[must_use]
    pub fn new(
        db: Db,
        accounts: Accounts,
        hooks: Hooks,
        clock: Clock,
        times: ReconcileTimes,
        wake: JobWake,
    ) -> Self {
        Self {
            db,
            accounts,
            hooks,
            clock,
            times,
            wake,
        }
    }

    /// Starts a run of every account whose time has come.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn start_due(&self, now: Timestamp) -> Result<(), StoreError> {
        let Some(every) = self.times.every else {
            return Ok(());
        };
        for account in self.accounts.all().await? {
            let last = runs::last_started(&self.db, &account).await?;
            if last.is_none_or(|last| last <= later(now, -every)) {
                self.start(&account, now).await?;
            }
        }
        Ok(())
    }

    async fn start(&self, account: &AccountSid, now: Timestamp) -> Result<(), StoreError> {
        let since = runs::since(&self.db, account, self.times.look_back, now).await?;
        runs::open(&self.db, account, since, now).await
    }

    /// Starts a run of the accounts in which a company has lines, in the background. Says how long ago
    /// one was started already, if none is started because of that.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn start_for(
        &self,
        company: CompanyId,
        now: Timestamp,
        at_most_each: SignedDuration,
    ) -> Result<Option<SignedDuration>, StoreError> {
        let sql = "select distinct account_sid from lines where company_id = $1";
        let rows = self.db.rows(sql, args![company]).await?;
        let known = self.accounts.all().await?;
        let mut refused = None;
        let mut started = false;
        for row in &rows {
            let account = AccountSid::from(row.get::<String>("account_sid")?);
            if !known.contains(&account) {
                continue;
            }
            let last = runs::last_started(&self.db, &account).await?;
            match last.map(|last| now.duration_since(last)) {
                Some(ago) if ago < at_most_each => refused = Some(ago),
                _ => {
                    self.start(&account, now).await?;
                    started = true;
                }
            }
        }
        self.wake.wake();
        Ok(refused.filter(|_| !started))
    }

    /// The last runs of the accounts in which a company has lines, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn runs(&self, company: CompanyId) -> Result<Vec<RunRow>, StoreError> {
        runs::of_company(&self.db, company, SHOWN).await
    }

    /// Does the runs that were started. One that fails does not keep the others from being done.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn run_open(&self) -> Result<(), StoreError> {
        while let Some(run) = runs::claim(&self.db, None, self.clock.now()).await? {
            self.run(&run).await?.ok();
        }
        Ok(())
    }

    /// Tells the handlers what they have not heard of, although it is recorded: because a server died
    /// before it told them, or because they failed. They hear of everything at least once, as of
    /// webhooks.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn tell_rest(&self) -> Result<(), StoreError> {
        while let Some(rest) = untold::claim(&self.db, self.clock.now()).await? {
            let told = match Pass::again(self, &rest.account, self.clock.now()).await {
                Ok(mut pass) => pass.tell(&rest).await,
                Err(error) => Err(error.into()),
            };
            match told {
                Ok(true) => untold::forget(&self.db, &rest.account, &rest.sid).await?,
                Ok(false) => {}
                Err(error) => tracing::error!(
                    account = %rest.account,
                    error = &error as &dyn std::error::Error,
                    reason = "reconcile",
                    "what was missed could not be told yet"
                ),
            }
        }
        Ok(())
    }

    /// Looks at one account now, from `since` on. `None` if somebody else is at it.
    ///
    /// # Errors
    /// If the database fails; inside, why the account could not be looked at.
    pub async fn run_now(
        &self,
        account: &AccountSid,
        since: Timestamp,
    ) -> Result<Option<Result<Tally, PassError>>, StoreError> {
        let now = self.clock.now();
        runs::open(&self.db, account, since, now).await?;
        let Some(run) = runs::claim(&self.db, Some(account), now).await? else {
            return Ok(None);
        };
        let run = Run {
            since: run.since.min(since),
            ..run
        };
        self.run(&run).await.map(Some)
    }

    /// Says what would be found in an account from `since` on, and writes nothing.
    ///
    /// # Errors
    /// If the account can't be looked at.
    pub async fn dry_run(
        &self,
        account: &AccountSid,
        since: Timestamp,
    ) -> Result<Tally, PassError> {
        let now = self.clock.now();
        let mut pass = Pass::new(self, account, None, since, now).await?;
        pass.run().await?;
        Ok(pass.tally)
    }

    async fn run(&self, run: &Run) -> Result<Result<Tally, PassError>, StoreError> {
        let now = self.clock.now();
        let (tally, result) =
            match Pass::new(self, &run.account, Some(run.id), run.since, now).await {
                Ok(mut pass) => {
                    let result = pass.run().await;
                    (pass.tally, result)
                }
                Err(error) => (Tally::default(), Err(error.into())),
            };
        let error = result.as_ref().err().map(ToString::to_string);
        match &result {
            Ok(()) => tracing::info!(
                account = %run.account,
                looked_at = tally.looked_at,
                found = tally.found.sum(),
                unrouted = tally.unrouted,
                "account reconciled"
            ),
            Err(error) => tracing::error!(
                account = %run.account,
                error = error as &dyn std::error::Error,
                reason = "reconcile",
                "account not reconciled"
            ),
        }
        let until = Pass::until(now);
        let now = self.clock.now();
        runs::finish(&self.db, run, until, &tally, error.as_deref(), now).await?;
        Ok(result.map(|()| tally))
    }

    async fn forget(&self, now: Timestamp) -> Result<(), StoreError> {
        runs::forget(&self.db, now).await
    }
}
