//! [`decide`]: whether a text is answered by itself. Nothing in here knows a database or a clock.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use twilio_hooks::{Address, AddressKind};
use utoipa::ToSchema;

use super::rule::{Occasion, Rule};
use crate::hours::ClosedPeriod;

/// How long an agent who wrote is left alone with the contact.
pub const AFTER_AGENT: SignedDuration = SignedDuration::from_mins(5);

/// How long a conversation lives: an agent has answered the contact since.
pub const CONVERSATION: SignedDuration = SignedDuration::from_mins(30);

/// How many texts that are the same one sender may send in an hour; more are a loop.
pub const SAME_TEXTS: u32 = 3;

/// How many texts one sender may send in an hour; more are a loop.
pub const TEXTS_PER_HOUR: u32 = 20;

/// What was decided for a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It was answered.
    Sent,
    /// It is about consent, and Twilio has answered.
    Keyword,
    /// The sender is a short code, a name, hidden, or an agent of a company.
    NoPerson,
    /// The sender is a line of this server, whichever company's.
    OwnLine,
    /// The contact is blocked.
    Blocked,
    /// The contact wants no messages from this line.
    OptedOut,
    /// The sender sends the same text again and again, or too many.
    Loop,
    /// The company is open.
    Open,
    /// An agent has just written to this contact.
    Agent,
    /// A conversation is going on.
    Conversation,
    /// The contact had the answer in this closed period.
    ThisPeriod,
    /// The contact had an answer not long ago.
    Recently,
    /// The contact had as many answers in a day as are allowed.
    DailyLimit,
    /// The answer has a blank that can't be filled in, or is too long.
    Template,
    /// The company has sent as many messages today as it may.
    Budget,
}

impl Decision {
    /// Every decision.
    pub const ALL: [Self; 15] = [
        Self::Sent,
        Self::Keyword,
        Self::NoPerson,
        Self::OwnLine,
        Self::Blocked,
        Self::OptedOut,
        Self::Loop,
        Self::Open,
        Self::Agent,
        Self::Conversation,
        Self::ThisPeriod,
        Self::Recently,
        Self::DailyLimit,
        Self::Template,
        Self::Budget,
    ];

    /// How it is written in the database and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Keyword => "keyword",
            Self::NoPerson => "no_person",
            Self::OwnLine => "own_line",
            Self::Blocked => "blocked",
            Self::OptedOut => "opted_out",
            Self::Loop => "loop",
            Self::Open => "open",
            Self::Agent => "agent",
            Self::Conversation => "conversation",
            Self::ThisPeriod => "this_period",
            Self::Recently => "recently",
            Self::DailyLimit => "daily_limit",
            Self::Template => "template",
            Self::Budget => "budget",
        }
    }

    /// The reason, for people.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Sent => "The text was answered.",
            Self::Keyword => "The text is STOP, START, HELP or the like, which Twilio answers.",
            Self::NoPerson => "The sender is a short code or a name, or hides the number.",
            Self::OwnLine => "The sender is one of the lines of this server.",
            Self::Blocked => "The contact is blocked.",
            Self::OptedOut => "The contact wants no messages from this line.",
            Self::Loop => "The sender sends the same text again and again, or too many texts.",
            Self::Open => "The company is open.",
            Self::Agent => "Somebody has just written to this contact.",
            Self::Conversation => "Somebody is in a conversation with this contact.",
            Self::ThisPeriod => "The contact has had the answer since the company closed.",
            Self::Recently => "The contact has had an answer not long ago.",
            Self::DailyLimit => "The contact has had enough answers for a day.",
            Self::Template => "The answer has a blank that can't be filled in, or is too long.",
            Self::Budget => "The company has sent as many messages today as it may.",
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Decision {
    type Err = UnknownDecision;

    fn from_str(text: &str) -> Result<Self, UnknownDecision> {
        Self::ALL
            .into_iter()
            .find(|decision| decision.as_str() == text)
            .ok_or(UnknownDecision)
    }
}

/// A text that names no decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a decision on an automatic reply")]
pub struct UnknownDecision;

/// What is known when a text comes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) is_own_line: bool,
    pub(super) is_blocked: bool,
    pub(super) is_opted_out: bool,
    /// Texts of this sender in the last hour, without this one.
    pub(super) texts: u32,
    /// And those with the same words.
    pub(super) same_texts: u32,
    /// Answers to this contact in the rule's minutes, in 24 hours, and in the closed period.
    pub(super) recent_answers: u32,
    pub(super) answers_today: u32,
    pub(super) answers_in_period: u32,
    /// When an agent last wrote to this contact, and when the contact had written before that.
    pub(super) agent_wrote: Option<Timestamp>,
    pub(super) contact_wrote: Option<Timestamp>,
}

/// Whether the rule answers a person's text, as far as the facts go.
///
/// `closed` is the closed period, unless the company is open.
pub(super) fn decide(
    rule: &Rule,
    closed: Option<ClosedPeriod>,
    facts: &Facts,
    now: Timestamp,
) -> Decision {
    let within = |time: Option<Timestamp>, of: Timestamp, length: SignedDuration| {
        time.is_some_and(|time| of.duration_since(time) < length)
    };
    if facts.is_own_line {
        Decision::OwnLine
    } else if facts.is_blocked {
        Decision::Blocked
    } else if facts.is_opted_out {
        Decision::OptedOut
    } else if facts.same_texts >= SAME_TEXTS || facts.texts >= TEXTS_PER_HOUR {
        Decision::Loop
    } else if rule.occasion == Occasion::Closed && closed.is_none() {
        Decision::Open
    } else if within(facts.agent_wrote, now, AFTER_AGENT) {
        Decision::Agent
    } else if let Some(agent) = facts.agent_wrote
        && within(Some(agent), now, CONVERSATION)
        && within(facts.contact_wrote, agent, CONVERSATION)
    {
        Decision::Conversation
    } else if rule.occasion == Occasion::Closed && facts.answers_in_period > 0 {
        Decision::ThisPeriod
    } else if rule.occasion == Occasion::Always && facts.recent_answers > 0 {
        Decision::Recently
    } else if rule.occasion == Occasion::Always && facts.answers_today >= rule.per_day {
        Decision::DailyLimit
    } else {
        Decision::Sent
    }
}

/// Whether an answer can reach a person: a phone or a messenger.
pub(super) fn is_person(sender: &Address) -> bool {
    match sender.kind() {
        AddressKind::PhoneNumber | AddressKind::WhatsApp | AddressKind::Messenger => true,
        // A name is a company's agent.
        AddressKind::Rcs => sender.e164().is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replies::rule::Answer;

    fn rule(occasion: Occasion) -> Rule {
        Rule {
            enabled: true,
            occasion,
            answer: Answer::Body("Hi".to_owned()),
            ..Rule::off()
        }
    }

    fn now() -> Timestamp {
        "2026-11-23T15:00:00Z".parse().unwrap()
    }

    fn ago(minutes: i64) -> Option<Timestamp> {
        Some(now() - SignedDuration::from_mins(minutes))
    }

    const CLOSED: Option<ClosedPeriod> = Some(ClosedPeriod {
        since: Timestamp::UNIX_EPOCH,
    });

    #[test]
    fn people_may_be_answered() {
        for from in [
            "+12025550143",
            "whatsapp:+12025550143",
            "messenger:123",
            "rcs:+12025550143",
        ] {
            assert!(is_person(&from.into()), "{from}");
        }
    }

    #[test]
    fn machines_and_hidden_senders_are_not_answered() {
        for from in [
            "12345",
            "ACME Corp",
            "rcs:acme_agent",
            "+266696687",
            "",
            "sip:a@example.com",
        ] {
            assert!(!is_person(&from.into()), "{from}");
        }
    }

    #[test]
    fn each_fact_speaks_against_an_answer() {
        let facts = Facts::default;
        let (always, closed) = (Occasion::Always, Occasion::Closed);
        for (occasion, period, facts, expected) in [
            (always, None, facts(), Decision::Sent),
            (closed, CLOSED, facts(), Decision::Sent),
            (closed, None, facts(), Decision::Open),
            (
                always,
                None,
                Facts {
                    is_own_line: true,
                    ..facts()
                },
                Decision::OwnLine,
            ),
            (
                always,
                None,
                Facts {
                    is_blocked: true,
                    ..facts()
                },
                Decision::Blocked,
            ),
            (
                always,
                None,
                Facts {
                    is_opted_out: true,
                    ..facts()
                },
                Decision::OptedOut,
            ),
            (
                always,
                None,
                Facts {
                    same_texts: 2,
                    texts: 19,
                    ..facts()
                },
                Decision::Sent,
            ),
            (
                always,
                None,
                Facts {
                    same_texts: 3,
                    ..facts()
                },
                Decision::Loop,
            ),
            (
                always,
                None,
                Facts {
                    texts: 20,
                    ..facts()
                },
                Decision::Loop,
            ),
            (
                always,
                None,
                Facts {
                    agent_wrote: ago(4),
                    ..facts()
                },
                Decision::Agent,
            ),
            (
                always,
                None,
                Facts {
                    agent_wrote: ago(-1),
                    ..facts()
                },
                Decision::Agent,
            ),
            (
                always,
                None,
                Facts {
                    agent_wrote: ago(5),
                    ..facts()
                },
                Decision::Sent,
            ),
            (
                closed,
                CLOSED,
                Facts {
                    agent_wrote: ago(29),
                    contact_wrote: ago(58),
                    ..facts()
                },
                Decision::Conversation,
            ),
            (
                closed,
                CLOSED,
                Facts {
                    agent_wrote: ago(30),
                    contact_wrote: ago(31),
                    ..facts()
                },
                Decision::Sent,
            ),
            (
                closed,
                CLOSED,
                Facts {
                    agent_wrote: ago(20),
                    contact_wrote: ago(50),
                    ..facts()
                },
                Decision::Sent,
            ),
            (
                closed,
                CLOSED,
                Facts {
                    answers_in_period: 1,
                    ..facts()
                },
                Decision::ThisPeriod,
            ),
            (
                closed,
                CLOSED,
                Facts {
                    recent_answers: 1,
                    answers_today: 9,
                    ..facts()
                },
                Decision::Sent,
            ),
            (
                always,
                None,
                Facts {
                    answers_in_period: 1,
                    answers_today: 2,
                    ..facts()
                },
                Decision::Sent,
            ),
            (
                always,
                None,
                Facts {
                    recent_answers: 1,
                    ..facts()
                },
                Decision::Recently,
            ),
            (
                always,
                None,
                Facts {
                    answers_today: 3,
                    ..facts()
                },
                Decision::DailyLimit,
            ),
        ] {
            let decided = decide(&rule(occasion), period, &facts, now());
            assert_eq!(decided, expected, "{occasion} {facts:?}");
        }
    }

    #[test]
    fn decisions_are_read_as_they_are_written() {
        for decision in Decision::ALL {
            assert_eq!(decision.as_str().parse(), Ok(decision));
            assert!(decision.sentence().ends_with('.'));
        }
        assert_eq!("maybe".parse::<Decision>(), Err(UnknownDecision));
    }
}
