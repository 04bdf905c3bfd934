//! Who there is.

use std::time::Duration;

use twilio_hooks::testing::{CallFate, FakeTwilio, MessageFate};

use crate::simulate::{people::PEOPLE, sender};

/// The phones of the owner.
pub(super) const MOBILE: &str = "+12025550101";
pub(super) const OFFICE: &str = "+12025550102";

/// Somebody outside of the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Person {
    Maya,
    Tom,
    Ana,
    /// Whose phone is off: texts are sent and not delivered.
    Jonas,
    Priya,
    /// Who has a landline: texts fail.
    Sam,
    /// Who does not want texts any more.
    Chloe,
    Kenji,
}

use Person::{Ana, Chloe, Jonas, Kenji, Maya, Priya, Sam, Tom};

/// Those who write and call while the demo runs.
pub(super) const LIVELY: [Person; 5] = [Maya, Tom, Ana, Priya, Kenji];

/// Those whom the owner writes to.
pub(super) const REACHED: [Person; 6] = [Maya, Tom, Ana, Jonas, Priya, Sam];

const EVERYBODY: [Person; 8] = [Maya, Tom, Ana, Jonas, Priya, Sam, Chloe, Kenji];

impl Person {
    /// Who has this number.
    pub(super) fn with_number(number: &str) -> Option<Self> {
        EVERYBODY
            .into_iter()
            .find(|person| person.number() == number)
    }

    pub(super) fn name(self) -> &'static str {
        PEOPLE[self as usize]
    }

    pub(super) fn number(self) -> String {
        sender(self as usize)
    }
}

/// What becomes of what the company sends and whom it calls.
pub(super) fn set_fates(fake: &FakeTwilio) {
    fake.set_message_fate(Jonas.number(), MessageFate::Undelivered(30003));
    fake.set_message_fate(Sam.number(), MessageFate::Failed(30006));
    fake.opt_out(Chloe.number());
    for person in EVERYBODY {
        let fate = match person {
            Jonas => CallFate::NoAnswer,
            Sam => CallFate::Busy,
            _ => CallFate::Completed(Duration::from_secs(20)),
        };
        fake.set_call_fate(person.number(), fate);
    }
    owner_is_at(fake, Some(MOBILE));
}

/// Which phone the owner answers, if any.
pub(super) fn owner_is_at(fake: &FakeTwilio, place: Option<&str>) {
    for phone in [MOBILE, OFFICE] {
        let fate = if place == Some(phone) {
            CallFate::Completed(Duration::from_secs(12))
        } else {
            CallFate::NoAnswer
        };
        fake.set_call_fate(phone, fate);
    }
}
