//! [`Step`]: what happened in a call, in words.

use jiff::Timestamp;
use twilio_hooks::store::Direction;

use crate::{
    calls::CallEvent,
    pages::{Visitor, player::minutes, time::When},
};

/// How the phone of the other side is called in what is kept.
const CONTACT: &str = "contact";

/// Something that happened.
pub(super) struct Step {
    pub(super) icon: &'static str,
    pub(super) text: String,
    pub(super) at: When,
}

/// Who takes part, for sentences.
pub(super) struct Parties<'a> {
    pub(super) contact: &'a str,
    pub(super) line: &'a str,
    pub(super) direction: Direction,
}

impl Parties<'_> {
    /// What a phone is called: `Ana's mobile`, or the name of the contact.
    pub(super) fn phone(&self, name: &str) -> String {
        match name {
            CONTACT => self.contact.to_owned(),
            name => name.to_owned(),
        }
    }

    /// How the call began.
    pub(super) fn beginning(&self, visitor: &Visitor, at: Timestamp) -> Step {
        let (icon, text) = match self.direction {
            Direction::Inbound => ("call-in", format!("{} called {}", self.contact, self.line)),
            Direction::Outbound => (
                "call-out",
                format!("Call to {} from {}", self.contact, self.line),
            ),
        };
        Step {
            icon,
            text,
            at: visitor.when(at),
        }
    }

    /// What happened then.
    pub(super) fn step(&self, visitor: &Visitor, event: &CallEvent) -> Step {
        let (icon, text) = self.words(event);
        Step {
            icon,
            text,
            at: visitor.when(event.at),
        }
    }

    fn words(&self, event: &CallEvent) -> (&'static str, String) {
        let who = event.name.as_deref().map(|name| self.phone(name));
        let named = |with: &str, without: &str| match &who {
            Some(who) => format!("{who} {with}"),
            None => without.to_owned(),
        };
        match event.kind.as_str() {
            "forwarded" => (
                "phone",
                match &who {
                    Some(who) => format!("Rang {who}"),
                    None => "Rang a phone".to_owned(),
                },
            ),
            "answered" => ("check", named("answered", "Answered")),
            "not_accepted" => (
                "close",
                named("picked up, and did not take the call", "Not taken"),
            ),
            "no_answer" => ("call-missed", named("did not answer", "Nobody answered")),
            "busy" => ("close", named("was busy", "Busy")),
            "failed" => (
                "warning",
                named("could not be reached", "Could not be reached"),
            ),
            "menu" => (
                "template",
                match &event.name {
                    Some(menu) => format!("Heard the menu “{menu}”"),
                    None => "Heard a menu".to_owned(),
                },
            ),
            "key" => {
                let key = event.key.as_deref().unwrap_or("a key");
                ("check", format!("Pressed {key}"))
            }
            "no_key" => ("clock", "Pressed no key".to_owned()),
            "voicemail_offered" => ("voicemail", "Was asked to leave a message".to_owned()),
            "voicemail" => (
                "voicemail",
                match event.seconds {
                    Some(seconds) => format!("Left a message, {}", minutes(seconds)),
                    None => "Left a message".to_owned(),
                },
            ),
            "told" => ("message", "Heard the last sentence".to_owned()),
            "rejected" => ("close", "The call was refused".to_owned()),
            "hung_up" => ("close", "Hung up".to_owned()),
            other => ("clock", other.replace('_', " ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_is_said_in_words() {
        let parties = Parties {
            contact: "Bob",
            line: "Sales",
            direction: Direction::Inbound,
        };
        for (kind, name, key, seconds, text) in [
            (
                "forwarded",
                Some("Ana's mobile"),
                None,
                None,
                "Rang Ana's mobile",
            ),
            (
                "no_answer",
                Some("Ana's mobile"),
                None,
                None,
                "Ana's mobile did not answer",
            ),
            ("no_answer", None, None, None, "Nobody answered"),
            ("answered", Some("contact"), None, None, "Bob answered"),
            ("key", Some("Main"), Some("2"), None, "Pressed 2"),
            ("voicemail", None, None, Some(32), "Left a message, 0:32"),
            ("put_on_hold", None, None, None, "put on hold"),
        ] {
            let event = CallEvent {
                kind: kind.to_owned(),
                name: name.map(str::to_owned),
                key: key.map(str::to_owned),
                seconds,
                at: Timestamp::UNIX_EPOCH,
            };
            assert_eq!(parties.words(&event).1, text);
        }
    }
}
