//! [`Pass`]: one account's lists at Twilio, compared with what is stored.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{
    AccountSid, CallDirection, CallSid, MessageSid, MessageStatus, ReceiveError, RecordingSid,
    client::{
        Call, Client, ClientError, ListCalls, ListMedia, ListMessages, ListRecordings, Media,
        Message, MessageDirection, Recording,
    },
    store::{Interaction, Outcome, StoreError},
};
use uuid::Uuid;

use super::{
    Reconcile,
    changes::{self, Report},
    known::{self, Ages, Known},
    owner::{Owner, owner},
    runs::{self, Found, Tally, later},
};
use crate::{accounts::AccountError, consent::LateStatement, messaging::answer};

/// Webhooks are on their way for so long; what is younger is left to them, so that they find it new
/// and answer it.
const ON_THE_WAY: SignedDuration = SignedDuration::from_mins(3);

/// Older than this nobody is told of it any more.
const NEWS: SignedDuration = SignedDuration::from_hours(24);

/// For so long the end of something is waited for.
const WAITED_FOR: SignedDuration = SignedDuration::from_hours(3 * 24);

/// How many come with one request.
const PAGE: u32 = 500;

/// After how many entries the run says that it is alive.
const SIGN_OF_LIFE: u32 = 200;

/// So many that can't be stored, one after the other, end the run.
const FAILURES: u32 = 5;

/// Why an account could not be looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PassError {
    /// There is no client for it.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Twilio did not answer as it should.
    #[error(transparent)]
    Twilio(#[from] ClientError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was found could not be stored.
    #[error(transparent)]
    Record(#[from] ReceiveError),
}

/// One look at an account.
pub(super) struct Pass<'a> {
    reconcile: &'a Reconcile,
    account: &'a AccountSid,
    twilio: Client,
    /// The run to keep alive; none if nothing is written.
    run: Option<Uuid>,
    since: Timestamp,
    now: Timestamp,
    failures: u32,
    pub(super) tally: Tally,
}

/// What kind of thing was found.
#[derive(Clone, Copy)]
enum Kind {
    Message,
    Call,
    Recording,
}

impl<'a> Pass<'a> {
    pub(super) async fn new(
        reconcile: &'a Reconcile,
        account: &'a AccountSid,
        run: Option<Uuid>,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Self, AccountError> {
        Ok(Self {
            reconcile,
            account,
            twilio: reconcile.accounts.client(account).await?,
            run,
            since,
            now,
            failures: 0,
            tally: Tally::default(),
        })
    }

    /// Until when it looks.
    pub(super) fn until(now: Timestamp) -> Timestamp {
        later(now, -ON_THE_WAY)
    }

    /// Messages, calls, and then the recordings of calls.
    pub(super) async fn run(&mut self) -> Result<(), PassError> {
        let twilio = self.twilio.clone();
        let mut seen = HashSet::new();
        let which = ListMessages::new()
            .date_sent_after(self.since)
            .page_size(PAGE);
        let mut messages = twilio.messages().list(which);
        while let Some(message) = messages.next().await {
            let message = message?;
            self.message(&message).await?;
            seen.insert(message.sid.as_str().to_owned());
        }
        let db = &self.reconcile.db;
        for sid in known::unfinished_messages(db, self.account, self.ages()).await? {
            if !seen.contains(&sid) {
                let sid = MessageSid::from(sid);
                if let Some(message) = there(twilio.messages().fetch(&sid).await)? {
                    self.message(&message).await?;
                }
            }
        }

        let mut seen = HashSet::new();
        // By their end: those that nobody answered have no beginning.
        let which = ListCalls::new().end_time_after(self.since).page_size(PAGE);
        let mut calls = twilio.calls().list(which);
        while let Some(call) = calls.next().await {
            let call = call?;
            self.call(&call).await?;
            seen.insert(call.sid.as_str().to_owned());
        }
        for sid in known::unfinished_calls(db, self.account, self.ages()).await? {
            if !seen.contains(&sid) {
                let sid = CallSid::from(sid);
                if let Some(call) = there(twilio.calls().fetch(&sid).await)? {
                    self.call(&call).await?;
                }
            }
        }

        let mut seen = HashSet::new();
        let which = ListRecordings::new()
            .date_created_after(self.since)
            .page_size(PAGE);
        let mut recordings = twilio.recordings().list(which);
        while let Some(recording) = recordings.next().await {
            let recording = recording?;
            self.recording(&recording).await?;
            seen.insert(recording.sid.as_str().to_owned());
        }
        for sid in known::unfinished_recordings(db, self.account, self.ages()).await? {
            if !seen.contains(&sid) {
                let sid = RecordingSid::from(sid);
                if let Some(recording) = there(twilio.recordings().fetch(&sid).await)? {
                    self.recording(&recording).await?;
                }
            }
        }
        Ok(())
    }

    fn ages(&self) -> Ages {
        Ages {
            oldest: later(self.now, -WAITED_FOR),
            newest: Self::until(self.now),
            sent: self.since,
        }
    }

    async fn message(&mut self, message: &Message) -> Result<(), PassError> {
        self.count().await?;
        let when = message.date_sent.or(message.date_created);
        let when = when.unwrap_or(self.now);
        let Some(status) = &message.status else {
            return Ok(());
        };
        if when > Self::until(self.now) || *status == MessageStatus::Receiving {
            return Ok(());
        }
        let db = &self.reconcile.db;
        let known = known::message(db, self.account, message.sid.as_str()).await?;
        let lacks_error = message.error_code.is_some_and(|code| code != 0);
        if !is_news(known, status.rank(), message.body.is_some(), lacks_error) {
            return Ok(());
        }
        let is_new = known.is_none_or(|known| !known.is_complete);
        let files = if is_new && message.num_media.is_some_and(|count| count > 0) {
            self.files(&message.sid).await?
        } else {
            Vec::new()
        };
        let inbound = message.direction == Some(MessageDirection::Inbound);
        let failed = matches!(status, MessageStatus::Failed | MessageStatus::Undelivered);
        let at = known.map_or(when, |_| self.now);
        let mut report = changes::message(self.account, message, &files, at);
        if known.is_none() && self.run.is_some() {
            let answer = answer::find(db, self.account, message, self.now).await?;
            if let Some(report) = &mut report
                && let Interaction::Message(sent) = &mut report.change.interaction
            {
                sent.id = answer;
            }
        }
        let told = inbound || known.is_some() || failed;
        let began = message.date_created.unwrap_or(when).min(when);
        let Some(report) = self.owned(report, known, began).await? else {
            return Ok(());
        };
        self.record(Kind::Message, report, when, told).await
    }

    /// The files in the order in which they came.
    async fn files(&self, sid: &MessageSid) -> Result<Vec<Media>, ClientError> {
        let media = self.twilio.messages();
        let mut files = media.media(sid).list(ListMedia::new()).all().await?;
        files.reverse();
        Ok(files)
    }

    async fn call(&mut self, call: &Call) -> Result<(), PassError> {
        self.count().await?;
        // Legs belong to the call that has dialled them.
        let is_leg =
            call.parent_call_sid.is_some() || call.direction == Some(CallDirection::OutboundDial);
        let Some(status) = call.status.as_ref().filter(|_| !is_leg) else {
            return Ok(());
        };
        let db = &self.reconcile.db;
        let known = known::call(db, self.account, call.sid.as_str()).await?;
        let began = call.start_time.or(call.date_created).unwrap_or(self.now);
        let when = call.end_time.unwrap_or(began);
        if when > Self::until(self.now) || (known.is_none() && !status.is_terminal()) {
            return Ok(());
        }
        let lacks_rest = status.is_terminal() && call.duration.is_some();
        if !is_news(known, status.rank(), lacks_rest, false) {
            return Ok(());
        }
        let inbound = call
            .direction
            .as_ref()
            .is_some_and(CallDirection::is_inbound);
        let at = known.map_or(began, |_| self.now);
        let report = changes::call(self.account, call, at);
        let told = inbound || known.is_some();
        let came = call.date_created.unwrap_or(began).min(began);
        let Some(report) = self.owned(report, known, came).await? else {
            return Ok(());
        };
        self.record(Kind::Call, report, when, told).await
    }

    async fn recording(&mut self, recording: &Recording) -> Result<(), PassError> {
        self.count().await?;
        let when = recording.date_created.unwrap_or(self.now);
        let Some(status) = &recording.status else {
            return Ok(());
        };
        if when > Self::until(self.now) {
            return Ok(());
        }
        let db = &self.reconcile.db;
        let known = known::recording(db, self.account, recording.sid.as_str()).await?;
        let lacks_call = recording.call_sid.is_some();
        if !is_news(known, status.rank(), lacks_call, false) {
            return Ok(());
        }
        // Now, and not when it was made: what copies recordings looks for what has changed lately.
        let Some(report) = changes::recording(self.account, recording, self.now) else {
            self.tally.not_stored += 1;
            return Ok(());
        };
        self.record(Kind::Recording, report, when, true).await
    }

    /// What of a report may be recorded, of something that began `at` a time.
    async fn owned(
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

    async fn record(
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
        if self.run.is_none() {
            self.tally.found.add(kind);
            return Ok(());
        }
        let said = LateStatement::of(&report.change);
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
        if recorded.outcome == Outcome::Unchanged {
            return Ok(());
        }
        self.tally.found.add(kind);
        match recorded.company_id {
            Some(company) => self.tally.by_company.entry(company).or_default().add(kind),
            None => self.tally.unrouted += 1,
        }
        // Who has said STOP gets nothing any more, however long ago that was.
        if let Some(said) = said {
            said.apply(&self.reconcile.db, &recorded).await?;
        }
        // The flow of a call has to come to its end, however old it is.
        if (!is_old || matches!(kind, Kind::Call))
            && let Err(error) = report.tell(&self.reconcile.hooks).await
        {
            tracing::error!(
                account = %self.account,
                error = &error as &dyn std::error::Error,
                reason = error.code(),
                "what was missed is recorded, and its handler has failed"
            );
        }
        Ok(())
    }

    async fn count(&mut self) -> Result<(), StoreError> {
        self.tally.looked_at += 1;
        match self.run {
            Some(run) if self.tally.looked_at.is_multiple_of(SIGN_OF_LIFE) => {
                runs::renew(&self.reconcile.db, run, self.reconcile.clock.now()).await
            }
            _ => Ok(()),
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

/// Whether Twilio says more than is stored: a status further along, the rest, or why it failed.
fn is_news(known: Option<Known>, rank: i16, has_rest: bool, has_error: bool) -> bool {
    known.is_none_or(|known| {
        i64::from(rank) > known.rank
            || (has_rest && !known.is_complete)
            || (has_error && !known.has_error)
    })
}

/// What is not there any more has nothing to tell.
fn there<T>(fetched: Result<T, ClientError>) -> Result<Option<T>, ClientError> {
    match fetched {
        Ok(thing) => Ok(Some(thing)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
