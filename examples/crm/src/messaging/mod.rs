//! Texts that we send.
//!
//! What somebody wants to be sent is kept as a row of `outgoing` before Twilio is asked, under the id
//! that its message gets later, and with everything that speaks against it checked in the same
//! transaction ([`Messaging::queue`]). The [`Sender`] takes it from there, in the background:
//!
//! ```text
//! queued ─▶ sending ─▶ taken ─▶ sent          Twilio has it, then the store has it
//!    ▲          │  └──▶ failed                 Twilio refused it, with a code
//!    │          ▼
//!    └────── unknown ──▶ taken | failed        nobody knows: looked up before anything is sent again
//! ```
//!
//! A text is never sent twice because an answer was lost: whoever dies between asking and the
//! answer leaves `sending`, whose lease ends in `unknown`. The id is in the URL for status reports
//! (`callback`), so a report that comes before our own commit finds its row, or makes it.
//!
//! What is in our answer to a webhook is `taken` from the beginning ([`answer`]).
//!
//! Whoever changes several rows locks them in this order: the contact, the day's budget
//! (`outgoing_days`), the line's pace (`outgoing_lines`), the text. A text that is in nobody's queue may
//! come first.
//!
//! - [`intent`]: what may be sent, and the row of it; `parties`, [`channel`]: between
//!   whom, and how; [`outgoing`], [`lists`]: reading it
//! - `claim`, `sender`, `lookup`, `record`, `callback`: from the row to the store; `budget`: what it
//!   costs
//! - [`stored`]: many messages of the store at once
//! - [`segments`], [`failure`]: for people who write
//! - [`settings`], [`media`], [`recipient`]: what it depends on, beside [consent](crate::consent)

pub mod answer;
mod budget;
mod callback;
pub mod channel;
mod claim;
pub mod failure;
pub mod intent;
pub mod lists;
mod lookup;
pub mod media;
pub mod outgoing;
mod parties;
#[cfg(test)]
mod plans;
pub mod recipient;
mod record;
mod refusal;
pub mod retry;
pub mod segments;
mod sender;
pub mod settings;
pub mod stored;
mod tidy;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

pub(crate) use self::{callback::routes, claim::forget_pace};
pub use self::{
    intent::NewText,
    outgoing::{Outgoing, State},
    refusal::Refusal,
    sender::Sender,
    tidy::{Tidy, erase},
};
use crate::{
    accounts::Accounts,
    clock::Clock,
    database::Database,
    jobs::JobWake,
    metrics::Metrics,
    notices::{DeliveryFailed, Notices},
};
use twilio_hooks::{Hooks, notify::Wake};

/// What sending needs. Clones are cheap.
#[derive(Debug, Clone)]
pub struct Messaging {
    database: Database,
    hooks: Hooks,
    accounts: Accounts,
    clock: Clock,
    public_url: String,
    /// Wakes the sender.
    wake: JobWake,
    /// Wakes the dispatcher of notifications.
    notify: Wake,
    delivery: DeliveryFailed,
    grace: SignedDuration,
    metrics: Metrics,
}

impl Messaging {
    /// Sending over the lines in `database`, with status reports to `public_url`.
    #[must_use]
    pub fn new(
        database: Database,
        hooks: Hooks,
        accounts: Accounts,
        clock: Clock,
        public_url: &str,
        notify: Wake,
    ) -> Self {
        let notices = Notices::new(database.notices.clone(), notify.clone());
        let delivery = DeliveryFailed::new(database.clone(), notices, clock.clone());
        Self {
            delivery,
            database,
            hooks,
            accounts,
            clock,
            public_url: public_url.trim_end_matches('/').to_owned(),
            wake: JobWake::default(),
            notify,
            grace: SignedDuration::from_mins(2),
            metrics: Metrics::default(),
        }
    }

    /// How long a text whose outcome is unknown is looked for at Twilio before it is sent again; two
    /// minutes unless set.
    #[must_use]
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = SignedDuration::try_from(grace).unwrap_or(SignedDuration::MAX);
        self
    }

    /// Counts in `metrics` what was sent and what failed.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Metrics) -> Self {
        self.metrics = metrics;
        self
    }

    /// What wakes the job that sends.
    #[must_use]
    pub fn wake(&self) -> JobWake {
        self.wake.clone()
    }
}

/// So long after `time`.
fn after(time: Timestamp, pause: SignedDuration) -> Timestamp {
    time.checked_add(pause).unwrap_or(Timestamp::MAX)
}
