//! [`Ledger`]: the account that a simulation takes place in, which keeps what is made.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use uuid::Uuid;

use super::Target;
use crate::{Params, async_trait, testing::CallFate};

/// The account of a simulation, which keeps what is made if it is a `FakeTwilio`'s.
#[derive(Clone, Default)]
pub(in crate::testing) struct Account(Option<Arc<dyn Ledger>>);

impl Account {
    #[cfg(feature = "client")]
    pub(in crate::testing) fn of(ledger: Arc<dyn Ledger>) -> Self {
        Self(Some(ledger))
    }

    pub(in crate::testing) fn ledger(&self) -> Option<&dyn Ledger> {
        self.0.as_deref()
    }

    /// A SID that is not in use.
    pub(in crate::testing) fn sid(&self, prefix: &str) -> String {
        match self.ledger() {
            Some(ledger) => ledger.new_sid(prefix),
            None => format!("{prefix}{}", Uuid::new_v4().simple()),
        }
    }
}

/// An account that lists the calls, messages and recordings of simulations: `FakeTwilio`.
#[async_trait]
pub(in crate::testing) trait Ledger: Send + Sync {
    /// The time in the account, which goes on for all simulations in it.
    fn now(&self) -> Timestamp;

    /// The time has come to there.
    fn pass_to(&self, now: Timestamp);

    /// Waits until it is so late, if time can't be passed at will.
    async fn wait_until(&self, time: Timestamp);

    /// A SID that is not in use.
    fn new_sid(&self, prefix: &str) -> String;

    /// Where a recording can be had.
    fn recording_url(&self, account_sid: &str, sid: &str) -> String;

    /// A leg begins, or gets further.
    fn call(&self, leg: &LegEntry<'_>);

    /// Takes a call that the account has made, by its SID or the address that is called, and that
    /// nobody has answered yet. From now on it goes as the simulation says.
    fn pick_up(&self, wanted: &str) -> Option<PlacedCall>;

    /// What becomes of a call to this address.
    fn fate_of_call(&self, to: &str) -> CallFate;

    /// Machine detection has come to its verdict on a call.
    fn answered_by(&self, call_sid: &str, by: &str);

    /// What the API was asked to do with a call, since it was asked last.
    fn take_order(&self, call_sid: &str) -> Option<Order>;

    /// A recording begins, or is over.
    fn recording(&self, recording: &RecordingEntry<'_>);

    /// Somebody writes to the account.
    fn incoming_message(&self, message: &MessageEntry<'_>);

    /// Keeps a file of a message; gives its URL.
    fn media(&self, message_sid: &str, content_type: &str, bytes: Bytes) -> String;

    /// The account writes to somebody; what becomes of it is told to the target. It is not
    /// delivered if there is a reason.
    fn reply(&self, message: &MessageEntry<'_>, report: Option<&Target>, undelivered: Option<u32>);

    /// The messages of the account that somebody has or will have: SID, text, URLs of files.
    fn messages_to(&self, address: &str) -> Vec<(String, String, Vec<String>)>;
}

/// One leg of a call as it is now.
pub(in crate::testing) struct LegEntry<'a> {
    pub(in crate::testing) sid: &'a str,
    pub(in crate::testing) account_sid: &'a str,
    pub(in crate::testing) parent: Option<&'a str>,
    pub(in crate::testing) from: &'a str,
    pub(in crate::testing) to: &'a str,
    pub(in crate::testing) direction: &'a str,
    pub(in crate::testing) status: &'a str,
}

/// A recording as it is now.
pub(in crate::testing) struct RecordingEntry<'a> {
    pub(in crate::testing) sid: &'a str,
    pub(in crate::testing) account_sid: &'a str,
    pub(in crate::testing) call_sid: &'a str,
    pub(in crate::testing) source: &'a str,
    pub(in crate::testing) channels: u32,
    pub(in crate::testing) status: &'a str,
    pub(in crate::testing) seconds: u64,
}

/// A message to or from the account.
pub(in crate::testing) struct MessageEntry<'a> {
    pub(in crate::testing) sid: &'a str,
    pub(in crate::testing) account_sid: &'a str,
    pub(in crate::testing) from: &'a str,
    pub(in crate::testing) to: &'a str,
    pub(in crate::testing) body: &'a str,
    /// URLs of files, as many as there are.
    pub(in crate::testing) media: &'a [String],
}

/// A call that the account has made, before it is answered.
pub(in crate::testing) struct PlacedCall {
    pub(in crate::testing) sid: String,
    pub(in crate::testing) account_sid: String,
    pub(in crate::testing) from: String,
    pub(in crate::testing) to: String,
    /// What the API was asked with.
    pub(in crate::testing) form: Params,
    /// What to do when it is answered.
    pub(in crate::testing) first: Order,
    pub(in crate::testing) fallback: Option<Target>,
    /// Who is told how it goes, of which events, and of how many it was told already.
    pub(in crate::testing) reports: Option<(Target, Vec<String>, u32)>,
    /// How far it had got.
    pub(in crate::testing) reached: &'static str,
    /// The recording that begins when it is answered.
    pub(in crate::testing) recording: Option<String>,
}

/// What the API was asked to do with a call that is going on.
pub(in crate::testing) enum Order {
    End,
    /// Go on with the document there.
    GoTo(Target),
    /// Go on with this document.
    Twiml(String),
}
