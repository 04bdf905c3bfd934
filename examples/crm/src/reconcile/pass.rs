//! [`Pass`]: one account's lists at Twilio, compared with what is stored.

use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{
    AccountSid, CallDirection, CallSid, MessageSid, MessageStatus, ReceiveError, RecordingSid,
    client::{
        Call, Client, ClientError, ListCalls, ListMedia, ListMessages, ListRecordings, Media,
        Message, MessageDirection, Recording,
    },
    store::{Interaction, StoreError},
};
use uuid::Uuid;

use super::{
    Reconcile, changes,
    known::{self, Ages, Known},
    record::Kind,
    runs::{self, Tally, later},
    untold::Untold,
};
use crate::{accounts::AccountError, messaging::answer};

/// Webhooks are on their way for so long; what is younger is left to them, so that they find it new
/// and answer it.
const ON_THE_WAY: SignedDuration = SignedDuration::from_mins(3);

/// For so long the end of something is waited for.
const WAITED_FOR: SignedDuration = SignedDuration::from_hours(3 * 24);

/// How many come with one request.
const PAGE: u32 = 500;

/// After how many entries the run says that it is alive.
const SIGN_OF_LIFE: u32 = 200;

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
    pub(super) reconcile: &'a Reconcile,
    pub(super) account: &'a AccountSid,
    twilio: Client,
    /// The run to keep alive; none if nothing is written.
    pub(super) run: Option<Uuid>,
    /// Whether it only tells of what is recorded, however little news it is.
    pub(super) again: bool,
    /// Whether a handler has failed.
    pub(super) is_unheard: bool,
    since: Timestamp,
    pub(super) now: Timestamp,
    pub(super) failures: u32,
    pub(super) tally: Tally,
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
            again: false,
            is_unheard: false,
            since,
            now,
            failures: 0,
            tally: Tally::default(),
        })
    }

    /// For telling what is recorded already.
    pub(super) async fn again(
        reconcile: &'a Reconcile,
        account: &'a AccountSid,
        now: Timestamp,
    ) -> Result<Self, AccountError> {
        Ok(Self {
            again: true,
            ..Self::new(reconcile, account, None, now, now).await?
        })
    }

    /// Asks Twilio for something once more and lets the handlers hear of it; says whether that is done.
    pub(super) async fn tell(&mut self, rest: &Untold) -> Result<bool, PassError> {
        let twilio = self.twilio.clone();
        if rest.kind == Kind::Call.as_str() {
            let sid = CallSid::from(rest.sid.as_str());
            if let Some(call) = there(twilio.calls().fetch(&sid).await)? {
                self.call(&call).await?;
            }
        } else {
            let sid = MessageSid::from(rest.sid.as_str());
            if let Some(message) = there(twilio.messages().fetch(&sid).await)? {
                self.message(&message).await?;
            }
        }
        Ok(!self.is_unheard && self.failures == 0)
    }

    /// Until when it looks.
    pub(super) fn until(now: Timestamp) -> Timestamp {
        later(now, -ON_THE_WAY)
    }

    /// Messages, calls, and then the recordings of calls.
    pub(super) async fn run(&mut self) -> Result<(), PassError> {
        let twilio = self.twilio.clone();
        let db = &self.reconcile.db;
        let mut unfinished = known::unfinished_messages(db, self.account, self.ages()).await?;
        let which = ListMessages::new()
            .date_sent_after(self.since)
            .page_size(PAGE);
        let mut messages = twilio.messages().list(which);
        while let Some(message) = messages.next().await {
            let message = message?;
            self.message(&message).await?;
            unfinished.remove(message.sid.as_str());
        }
        for sid in unfinished {
            let sid = MessageSid::from(sid);
            if let Some(message) = there(twilio.messages().fetch(&sid).await)? {
                self.message(&message).await?;
            }
        }

        let mut unfinished = known::unfinished_calls(db, self.account, self.ages()).await?;
        // By their end: those that nobody answered have no beginning.
        let which = ListCalls::new().end_time_after(self.since).page_size(PAGE);
        let mut calls = twilio.calls().list(which);
        while let Some(call) = calls.next().await {
            let call = call?;
            self.call(&call).await?;
            unfinished.remove(call.sid.as_str());
        }
        for sid in unfinished {
            let sid = CallSid::from(sid);
            if let Some(call) = there(twilio.calls().fetch(&sid).await)? {
                self.call(&call).await?;
            }
        }

        let mut unfinished = known::unfinished_recordings(db, self.account, self.ages()).await?;
        let which = ListRecordings::new()
            .date_created_after(self.since)
            .page_size(PAGE);
        let mut recordings = twilio.recordings().list(which);
        while let Some(recording) = recordings.next().await {
            let recording = recording?;
            self.recording(&recording).await?;
            unfinished.remove(recording.sid.as_str());
        }
        for sid in unfinished {
            let sid = RecordingSid::from(sid);
            if let Some(recording) = there(twilio.recordings().fetch(&sid).await)? {
                self.recording(&recording).await?;
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
        if !self.again && !is_news(known, status.rank(), message.body.is_some(), lacks_error) {
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
        if known.is_none() && self.writes() {
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
        if !self.again && !is_news(known, status.rank(), lacks_rest, false) {
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
