//! [`Scenario`]: the webhooks of one message, call or recording, in order.

use std::fmt;

use jiff::Timestamp;
use twilio_hooks::{AccountSid, Params};

use super::Random;

/// Below the prefix, where Twilio asks about an incoming message.
pub const SMS_INCOMING: &str = "sms/incoming";
/// Below the prefix, where Twilio reports on a sent message.
pub const SMS_STATUS: &str = "sms/status";
/// Below the prefix, where Twilio asks about an incoming call.
pub const VOICE_INCOMING: &str = "voice/incoming";
/// Below the prefix, where Twilio reports on a call.
pub const VOICE_STATUS: &str = "voice/status";
/// Below the prefix, where Twilio reports on a recording.
pub const VOICE_RECORDING: &str = "voice/recording";

/// Whose webhooks are made, at what time, and where chance comes from.
///
/// With equal origins, the constructors of [`Scenario`] give equal webhooks.
#[derive(Debug, Clone)]
pub struct Origin {
    pub(super) account_sid: AccountSid,
    pub(super) now: Timestamp,
    pub(super) random: Random,
}

impl Origin {
    /// Webhooks of an account, made at `now`.
    pub fn new(account_sid: impl Into<AccountSid>, random: Random, now: Timestamp) -> Self {
        Self {
            account_sid: account_sid.into(),
            now,
            random,
        }
    }

    /// When the webhooks are made.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The source of chance, for choices such as the next sender.
    pub fn random(&mut self) -> &mut Random {
        &mut self.random
    }
}

/// The webhooks of one message, call or recording, in the order of the events.
///
/// The constructors give the bodies the parameters that Twilio sends, in its order: see
/// [`incoming_sms`](Self::incoming_sms), [`incoming_mms`](Self::incoming_mms),
/// [`outgoing_sms`](Self::outgoing_sms), [`incoming_call`](Self::incoming_call),
/// [`recording`](Self::recording) and [`recorded_call`](Self::recorded_call).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// The requests, first event first.
    pub steps: Vec<Step>,
}

/// One webhook: a request that Twilio would make.
#[derive(Clone, PartialEq, Eq)]
pub struct Step {
    /// Where it goes, below the prefix and without a slash in front.
    pub path: &'static str,
    /// What it is about: the SID of a message, call or recording.
    pub sid: String,
    /// Names this delivery; Twilio keeps it when it tries again.
    pub token: String,
    /// The parameters, in Twilio's order.
    pub params: Params,
}

impl Step {
    pub(super) fn new(path: &'static str, sid: &str, form: Form, random: &mut Random) -> Self {
        Self {
            path,
            sid: sid.to_owned(),
            token: random.token(),
            params: Params::from_pairs(form.pairs),
        }
    }

    /// The body as Twilio writes it: a blank is `+` about messages and `%20` about calls.
    #[must_use]
    pub fn body(&self) -> String {
        let form = self.params.to_form();
        if self.path.starts_with("voice/") {
            form.replace('+', "%20")
        } else {
            form
        }
    }
}

/// Leaves out the values of the parameters.
impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step")
            .field("path", &self.path)
            .field("sid", &self.sid)
            .finish_non_exhaustive()
    }
}

/// Pairs on their way to [`Params`].
#[derive(Debug, Default)]
pub(super) struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    pub(super) fn add(&mut self, name: impl Into<String>, value: &(impl fmt::Display + ?Sized)) {
        self.pairs.push((name.into(), value.to_string()));
    }

    pub(super) fn add_all<const N: usize>(&mut self, pairs: [(&str, &str); N]) {
        for (name, value) in pairs {
            self.add(name, value);
        }
    }

    pub(super) fn add_some(&mut self, name: &str, value: Option<impl fmt::Display>) {
        if let Some(value) = value {
            self.add(name, &value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_written_as_the_product_does() {
        let step = |path| {
            let mut form = Form::default();
            form.add_all([("A", "b c+d"), ("E", "")]);
            Step::new(path, "X", form, &mut Random::new(1))
        };
        assert_eq!(step(SMS_INCOMING).body(), "A=b+c%2Bd&E=");
        let call = step(VOICE_STATUS);
        assert_eq!(call.body(), "A=b%20c%2Bd&E=");
        assert_eq!(Params::from_form(call.body().as_bytes()), call.params);
    }

    #[test]
    fn debug_hides_what_people_write() {
        let mut form = Form::default();
        form.add("Body", "hello");
        let step = Step::new(SMS_INCOMING, "SM1", form, &mut Random::new(1));
        assert!(!format!("{step:?}").contains("hello"));
    }
}
