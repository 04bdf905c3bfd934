//! [`Sender`]: the job that hands texts to Twilio.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use twilio_hooks::{
    client::{Client, ClientError, ClientErrorKind, CreateMessage},
    store::StoreError,
};

use super::{
    Messaging, Outgoing, State, after, budget,
    claim::LEASE,
    failure::{Delay, GaveUp},
    record::{AtTwilio, RecordError},
};
use crate::{accounts::AccountError, args, consent, contacts::block::is_blocked, jobs::Job};

/// A text that could not be sent for so long is of no use any more.
pub(super) const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(12);

/// How many requests are under way to Twilio at once.
const AT_ONCE: usize = 32;

/// How long one text may take; less than its lease.
const TIME_LIMIT: Duration = Duration::from_secs(90);

/// How long a text waits at most because Twilio has asked for it.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(15);

/// How soon to look for more while requests are under way.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// How long to leave the job alone if nothing is known to be due: others may have put something in.
const IDLE: Duration = Duration::from_secs(15);

/// The code for somebody who has said STOP.
pub(super) const OPTED_OUT: u32 = 21610;

/// The codes for a sender with too many messages waiting.
const QUEUE_FULL: [u32; 2] = [21611, 30001];

/// Hands texts to Twilio: each recipient by itself, so that one that fails stops nobody else's.
#[derive(Debug)]
pub struct Sender {
    messaging: Messaging,
    is_stopping: AtomicBool,
}

impl Sender {
    /// Sends what `messaging` has kept.
    #[must_use]
    pub fn new(messaging: Messaging) -> Self {
        Self {
            messaging,
            is_stopping: AtomicBool::new(false),
        }
    }
}

#[async_trait]
impl Job for Sender {
    fn name(&self) -> &'static str {
        "messaging-sender"
    }

    async fn run(&self, _now: Timestamp) -> anyhow::Result<Duration> {
        let messaging = &self.messaging;
        let mut under_way = JoinSet::new();
        let mut is_odd = false;
        loop {
            is_odd = !is_odd;
            let room = AT_ONCE - under_way.len();
            if room > 0 && !self.is_stopping.load(Ordering::Relaxed) {
                match messaging.work(room, is_odd).await {
                    Ok(texts) => {
                        for text in texts {
                            let messaging = messaging.clone();
                            under_way.spawn(async move { messaging.work_on(text).await });
                        }
                    }
                    Err(error) => {
                        // Requests under way would be cut off, with an unknown outcome.
                        while under_way.join_next().await.is_some() {}
                        return Err(error.into());
                    }
                }
            }
            if under_way.is_empty() {
                return Ok(messaging.pause().await?);
            }
            tokio::select! {
                _ = under_way.join_next() => {}
                () = sleep(LOOK_AGAIN) => {}
            }
            while under_way.try_join_next().is_some() {}
        }
    }

    /// While there is always something to send, a run does not end.
    fn longest_run(&self) -> SignedDuration {
        SignedDuration::MAX
    }

    fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }
}

/// Why the work on a text came to nothing; it is due again when its lease ends.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    #[error("the database failed")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// What came of asking Twilio.
#[derive(Debug)]
enum Asked {
    Taken(AtTwilio),
    Refused(Option<u32>),
    Unknown,
    Later {
        why: Delay,
        pause: SignedDuration,
    },
    /// Twilio was not asked, because the text is somebody else's by now.
    NotOurs,
}

impl Messaging {
    /// Takes up what is due now, as much as there is room for: whoever waited for room would find its
    /// lease at an end.
    async fn work(&self, room: usize, is_odd: bool) -> Result<Vec<Outgoing>, StoreError> {
        self.end_leases().await?;
        // If there is room for one, it is for what is to be sent every other time.
        let mut texts = self.claim_due((room + usize::from(is_odd)) / 2).await?;
        let room = room.saturating_sub(texts.len());
        if room > 0 {
            texts.extend(self.claim(room).await?);
        }
        Ok(texts)
    }

    async fn work_on(&self, text: Outgoing) {
        let done = match text.state {
            State::Sending => self.send(&text).await,
            State::Unknown => self.look_up(&text).await,
            State::Taken => self.record_again(&text).await,
            State::Failed => self.tell_end(&text).await.map_err(SendError::from),
            State::Queued | State::Sent | State::Canceled => Ok(()),
        };
        if let Err(error) = done {
            tracing::error!(
                outgoing.id = %text.id,
                error = &error as &dyn std::error::Error,
                reason = "send",
                "a text was not worked on to its end; it is taken up again"
            );
        }
    }

    async fn pause(&self) -> Result<Duration, StoreError> {
        let due = [self.next_claim().await?, self.next_due().await?];
        let Some(next) = due.into_iter().flatten().min() else {
            return Ok(IDLE);
        };
        let pause = next.duration_since(self.clock.now());
        Ok(Duration::try_from(pause).unwrap_or_default().clamp(
            // Somebody else may be at it.
            Duration::from_millis(50),
            IDLE,
        ))
    }

    /// Asks Twilio to send one text that was taken up for it.
    async fn send(&self, text: &Outgoing) -> Result<(), SendError> {
        if let Some(why) = self.reason_against(text).await? {
            return Ok(self.give_up(text, why).await?);
        }
        let asked = match self.accounts.client(&text.account_sid).await {
            Ok(client) => self.ask(&client, text).await?,
            Err(AccountError::Store(error)) => return Err(error.into()),
            Err(_) => Asked::Later {
                why: Delay::AccountUnknown,
                pause: SignedDuration::from_mins(5),
            },
        };
        match asked {
            Asked::Taken(message) => {
                self.metrics.text_sent();
                Ok(self.keep(text, &message).await?)
            }
            Asked::Refused(code) => {
                if code == Some(OPTED_OUT) {
                    self.note_stop(text).await?;
                }
                Ok(self.refused(text, code).await?)
            }
            Asked::Unknown => Ok(self.outcome_unknown(text).await?),
            Asked::NotOurs => Ok(()),
            Asked::Later { why, pause } => {
                let due = after(self.clock.now(), pause);
                // The next text of the line would fare no better.
                self.slow_down(text.line_id, due).await?;
                Ok(self.send_later(text, why, due).await?)
            }
        }
    }

    /// What has come up since somebody wanted it.
    async fn reason_against(&self, text: &Outgoing) -> Result<Option<GaveUp>, StoreError> {
        if after(text.created_at, LONGEST_WAIT) < self.clock.now() {
            return Ok(Some(GaveUp::Expired));
        }
        if !self.has_its_line(text).await? {
            return Ok(Some(GaveUp::LineGone));
        }
        if is_blocked(self.db(), text.company_id, text.contact_id).await? {
            return Ok(Some(GaveUp::Blocked));
        }
        let said = consent::state(self.db(), text.between()).await?;
        Ok(said.opted_out.then_some(GaveUp::OptedOut))
    }

    async fn ask(&self, client: &Client, text: &Outgoing) -> Result<Asked, StoreError> {
        let mut message = CreateMessage::new(text.to_address()).status_callback(format!(
            "{}/api/webhooks/twilio/sms/status/{}",
            self.public_url, text.id
        ));
        if !text.body.is_empty() {
            message = message.body(text.body.as_str());
        }
        message = if text.is_of_service() {
            message.messaging_service_sid(text.sender.as_str())
        } else {
            message.from(text.from_address())
        };
        for link in self.links(text).await? {
            message = message.media_url(link);
        }
        // Whoever was held up for long may find that it is somebody else's by now.
        if !self.renew(text).await? {
            return Ok(Asked::NotOurs);
        }
        Ok(
            match timeout(TIME_LIMIT, client.messages().create(message)).await {
                Ok(Ok(message)) => Asked::Taken(AtTwilio::of(&message)),
                Ok(Err(error)) => {
                    tracing::warn!(
                        outgoing.id = %text.id,
                        error = &error as &dyn std::error::Error,
                        reason = "twilio",
                        "Twilio did not take a text"
                    );
                    judge(&error, text.attempts)
                }
                Err(_) => Asked::Unknown,
            },
        )
    }

    /// Makes the lease of a text a whole one again; says `false` if it has ended.
    async fn renew(&self, text: &Outgoing) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let sql = "update outgoing set due_at = $3, asked_at = $4
                   where id = $1 and attempts = $2 and state = 'sending'";
        let args = args![text.id, text.attempts, after(now, LEASE), now];
        Ok(self.db().execute(sql, args).await? > 0)
    }

    async fn refused(&self, text: &Outgoing, code: Option<u32>) -> Result<(), StoreError> {
        let why = code.is_none().then_some(GaveUp::Refused);
        self.fail(text, code, why).await
    }

    /// It will not be sent, for a reason of ours.
    pub(super) async fn give_up(&self, text: &Outgoing, why: GaveUp) -> Result<(), StoreError> {
        self.fail(text, None, Some(why)).await
    }

    async fn fail(
        &self,
        text: &Outgoing,
        code: Option<u32>,
        why: Option<GaveUp>,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        // It is due until somebody was told.
        let sql = "update outgoing set state = 'failed', due_at = $6, error_code = $3,
                       problem = $4, updated_at = $5
                   where id = $1 and attempts = $2 and (state in ('sending', 'unknown')
                       or state = 'taken' and message_sid is null)
                   returning *";
        let args = args![
            text.id,
            text.attempts,
            code,
            why.map(GaveUp::as_str),
            now,
            after(now, LEASE)
        ];
        let mut tx = self.db().begin().await?;
        let row = tx.row(sql, args).await?;
        let Some(failed) = row.as_ref().map(Outgoing::read).transpose()? else {
            return Ok(());
        };
        if budget::is_unspent(&failed, why) {
            budget::give_back(&mut tx, &failed).await?;
        }
        tx.commit().await?;
        self.metrics.text_failed();
        self.tell_end(&failed).await
    }

    async fn outcome_unknown(&self, text: &Outgoing) -> Result<(), StoreError> {
        let now = self.clock.now();
        let sql = "update outgoing set state = 'unknown', unknowns = unknowns + 1, checks = 0,
                       problem = $4, due_at = $3, updated_at = $5
                   where id = $1 and attempts = $2 and state = 'sending'";
        let due = after(now, SignedDuration::from_secs(20));
        let args = args![text.id, text.attempts, due, Delay::Unknown.as_str(), now];
        self.db().execute(sql, args).await?;
        Ok(())
    }

    async fn send_later(
        &self,
        text: &Outgoing,
        why: Delay,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "update outgoing set state = 'queued', problem = $3, due_at = $4, updated_at = $5
                   where id = $1 and attempts = $2 and state = 'sending'";
        let args = args![text.id, text.attempts, why.as_str(), due, self.clock.now()];
        self.db().execute(sql, args).await?;
        Ok(())
    }

    async fn record_again(&self, text: &Outgoing) -> Result<(), SendError> {
        let Some(sid) = &text.message_sid else {
            // An answer that Twilio has never reported on.
            return Ok(self.give_up(text, GaveUp::Unreported).await?);
        };
        let message = AtTwilio::named(text, sid.clone());
        Ok(self.record(text, &message).await?)
    }
}

/// What an error means for the text.
fn judge(error: &ClientError, attempts: i64) -> Asked {
    if error.outcome_is_unknown() {
        return Asked::Unknown;
    }
    let soon = SignedDuration::from_secs(15 << attempts.clamp(0, 5));
    let pause = error
        .retry_after()
        .and_then(|asked| SignedDuration::try_from(asked).ok())
        .map_or(soon, |asked| {
            asked.clamp(SignedDuration::from_secs(1), LONGEST_PAUSE)
        });
    let later = |why| Asked::Later { why, pause };
    match error.kind() {
        ClientErrorKind::Transport { .. } | ClientErrorKind::Timeout { .. } => {
            later(Delay::Unreachable)
        }
        ClientErrorKind::Api { status, code } => match (status.as_u16(), code) {
            (429, _) => later(Delay::TooMany),
            (_, Some(code)) if QUEUE_FULL.contains(code) => later(Delay::TooMany),
            // Of the account and its credentials, not of the message.
            (401, _) | (403 | 404, None | Some(20000..21000)) => Asked::Later {
                why: Delay::LoginRefused,
                pause: SignedDuration::from_mins(5),
            },
            (_, code) => Asked::Refused(*code),
        },
        _ => Asked::Refused(None),
    }
}
