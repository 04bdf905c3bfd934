//! Writing what was missed, and letting the handlers of webhooks hear of it.

use jiff::{SignedDuration, Timestamp};
use twilio_hooks::store::{Outcome, StoreError};

use super::{
    changes::Report,
    known::Known,
    owner::{Owner, owner},
    pass::{Pass, PassError},
    runs::{Found, later},
    untold,
};
use crate::consent::LateStatement;

/// Older than this nobody is told of it any more.
const NEWS: SignedDuration = SignedDuration::from_hours(24);

/// So many that can't be stored, one after the other, end the run.
const FAILURES: u32 = 5;

/// What kind of thing was found.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Message,
    Call,
    Recording,
}

impl Pass<'_> {
    /// What of a report may be recorded, of something that began `at` a time.
    pub(super) async fn owned(
        &mut self,
        report: Option<Report>,
        known: Option<Known>,
        at: Timestamp,
    ) -> Result<Option<Report>, StoreError> {
        let owned = match report {
            Some(report) => match owner(&self.reconcile.db, &report.change, known, at).await? {
                Owner::Same => Some(report),
                Owner::Former => Some(report.bare()),
                Owner::FormerOfNothing => None,
            },
            None => None,
        };
        if owned.is_none() {
            self.tally.not_stored += 1;
        }
        Ok(owned)
    }

    pub(super) async fn record(
        &mut self,
        kind: Kind,
        mut report: Report,
        when: Timestamp,
        told: bool,
    ) -> Result<(), PassError> {
        let is_old = when < later(self.now, -NEWS);
        if !told || is_old {
            report.change.notification = None;
        }
        if !self.writes() {
            self.tally.found.add(kind);
            return Ok(());
        }
        let said = LateStatement::of(&report.change);
        // The flow of a call has to come to its end, however old it is.
        let is_heard = report.is_for_handlers() && (!is_old || matches!(kind, Kind::Call));
        let db = &self.reconcile.db;
        let sid = report.change.interaction.sid().to_owned();
        let is_owed = is_heard || said.is_some();
        let is_new = is_owed
            && !self.again
            && untold::remember(db, self.account, (kind.as_str(), &sid), self.now).await?;
        let recorded = match self.reconcile.hooks.record(report.change.clone()).await {
            Ok(recorded) => recorded,
            Err(error) => {
                self.failures += 1;
                self.tally.not_stored += 1;
                return if self.failures < FAILURES {
                    Ok(())
                } else {
                    Err(error.into())
                };
            }
        };
        self.failures = 0;
        let is_unchanged = recorded.outcome == Outcome::Unchanged;
        if is_unchanged && !self.again {
            if is_new {
                untold::forget(db, self.account, &sid).await?;
            }
            return Ok(());
        }
        if !is_unchanged {
            self.tally.found.add(kind);
            match recorded.company_id {
                Some(company) => self.tally.by_company.entry(company).or_default().add(kind),
                None => self.tally.unrouted += 1,
            }
        }
        // Who has said STOP gets nothing any more, however long ago that was.
        if let Some(said) = said {
            said.apply(db, &recorded).await?;
        }
        if is_heard && let Err(error) = report.tell(&self.reconcile.hooks).await {
            self.is_unheard = true;
            tracing::error!(
                account = %self.account,
                error = &error as &dyn std::error::Error,
                reason = error.code(),
                "what was missed is recorded, and its handler has failed"
            );
            return Ok(());
        }
        if is_owed {
            untold::forget(db, self.account, &sid).await?;
        }
        Ok(())
    }

    /// Whether it is more than a look.
    pub(super) fn writes(&self) -> bool {
        self.run.is_some() || self.again
    }
}

impl Kind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Call => "call",
            Self::Recording => "recording",
        }
    }
}

impl Found {
    fn add(&mut self, kind: Kind) {
        match kind {
            Kind::Message => self.messages += 1,
            Kind::Call => self.calls += 1,
            Kind::Recording => self.recordings += 1,
        }
    }
}
