//! [`Statement`]: one yes or no, and what it changes. Nothing in here knows a database.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a yes or no comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The contact wrote one of Twilio's words.
    Keyword,
    /// The contact wrote a word that advanced opt-out knows.
    OptOutType,
    /// Twilio refused a message with [error 21610](https://www.twilio.com/docs/api/errors/21610): the
    /// contact had said STOP, to Twilio if not to us.
    Refused,
    /// One of our people entered it, or a program of ours.
    Person,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 4] = [Self::Keyword, Self::OptOutType, Self::Refused, Self::Person];

    /// How it is written in the database and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::OptOutType => "opt_out_type",
            Self::Refused => "refused",
            Self::Person => "person",
        }
    }

    /// Whether the contact has said it, so that only the contact can take it back.
    #[must_use]
    pub fn is_contact(self) -> bool {
        self != Self::Person
    }

    /// How well it says why a contact is out; a better reason replaces a worse one.
    fn weight(self) -> u8 {
        match self {
            Self::Person => 0,
            Self::Refused => 1,
            Self::Keyword | Self::OptOutType => 2,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Source {
    type Err = UnknownSource;

    fn from_str(text: &str) -> Result<Self, UnknownSource> {
        Self::ALL
            .into_iter()
            .find(|source| source.as_str() == text)
            .ok_or(UnknownSource)
    }
}

/// A text that names no source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a source of consent")]
pub struct UnknownSource;

/// A yes or a no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// Whether it is a no.
    pub opted_out: bool,
    /// Where it comes from.
    pub source: Source,
    /// When it was received.
    pub at: Timestamp,
}

/// Whether we may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Consent {
    /// Whether we may not.
    pub opted_out: bool,
    /// What made it so; none if nobody has said anything.
    pub source: Option<Source>,
    /// Since when; none if nobody has said anything.
    pub since: Option<Timestamp>,
}

impl Consent {
    /// Nobody has said anything: we may write.
    pub const UNSAID: Self = Self {
        opted_out: false,
        source: None,
        since: None,
    };

    /// Whether one of our people may change it to a yes. What the contact has said, only the contact
    /// can take back, by START.
    #[must_use]
    pub fn can_opt_in(&self) -> bool {
        !(self.opted_out && self.source.is_some_and(Source::is_contact))
    }

    /// Why a message must not be sent, for the person who wants to send it.
    #[must_use]
    pub fn refusal(&self) -> Option<&'static str> {
        self.opted_out.then_some(match self.source {
            Some(Source::Person) => "this contact was opted out by one of your people",
            _ => "this contact texted STOP to this number; only START from the contact undoes it",
        })
    }
}

/// What is known of one contact in one scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) opted_out: bool,
    pub(super) source: Source,
    pub(super) since: Timestamp,
    /// When the latest statement was received; older ones change nothing any more.
    pub(super) said_at: Timestamp,
}

impl Known {
    /// What is known after a statement, and whether that is something new for the history.
    pub(super) fn after(known: Option<Self>, said: Statement) -> (Self, bool) {
        let fresh = Self {
            opted_out: said.opted_out,
            source: said.source,
            since: said.at,
            said_at: said.at,
        };
        match known {
            Some(known) if said.at < known.said_at => (known, false),
            // Who is in from the start can't come in.
            None => (fresh, said.opted_out),
            Some(known) if known.opted_out != said.opted_out => (fresh, true),
            Some(known) => {
                let is_better = said.opted_out && said.source.weight() > known.source.weight();
                let source = if is_better { said.source } else { known.source };
                let known = Self {
                    source,
                    said_at: said.at,
                    ..known
                };
                (known, is_better)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn said(opted_out: bool, source: Source, second: i64) -> Statement {
        Statement {
            opted_out,
            source,
            at: at(second),
        }
    }

    fn after(statements: &[Statement]) -> (Known, Vec<bool>) {
        let mut known = None;
        let mut changes = Vec::new();
        for statement in statements {
            let (next, changed) = Known::after(known, *statement);
            known = Some(next);
            changes.push(changed);
        }
        (known.unwrap(), changes)
    }

    const STOP: bool = true;
    const START: bool = false;

    #[test]
    fn the_latest_statement_counts_in_whatever_order_they_come() {
        let statements = [
            said(STOP, Source::Keyword, 1),
            said(START, Source::Keyword, 2),
            said(STOP, Source::OptOutType, 3),
        ];
        for order in [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ] {
            let (known, _) = after(&order.map(|index| statements[index]));
            assert!(known.opted_out, "{order:?}");
            assert_eq!(known.said_at, at(3), "{order:?}");
        }
        let (known, _) = after(&[statements[1], statements[0]]);
        assert!(!known.opted_out);
    }

    #[test]
    fn a_start_from_somebody_who_is_in_is_no_news() {
        let (known, changes) = after(&[said(START, Source::Keyword, 1)]);
        assert!(!known.opted_out);
        assert_eq!(changes, [false]);
    }

    #[test]
    fn a_repeated_stop_keeps_the_time_of_the_first() {
        let (known, changes) = after(&[
            said(STOP, Source::Keyword, 1),
            said(STOP, Source::Keyword, 5),
            said(STOP, Source::Refused, 6),
        ]);
        assert_eq!((known.since, known.source), (at(1), Source::Keyword));
        assert_eq!(changes, [true, false, false]);
    }

    #[test]
    fn a_stop_of_the_contact_replaces_what_a_person_had_entered() {
        let (known, changes) = after(&[
            said(STOP, Source::Person, 1),
            said(STOP, Source::Keyword, 2),
            said(STOP, Source::Person, 3),
        ]);
        assert_eq!(known.source, Source::Keyword);
        assert_eq!(changes, [true, true, false]);
    }

    #[test]
    fn only_the_contact_takes_back_what_the_contact_said() {
        for source in Source::ALL {
            let consent = Consent {
                opted_out: true,
                source: Some(source),
                since: None,
            };
            assert_eq!(consent.can_opt_in(), source == Source::Person);
            assert!(consent.refusal().is_some());
        }
        assert!(Consent::UNSAID.can_opt_in());
        assert_eq!(Consent::UNSAID.refusal(), None);
    }
}
