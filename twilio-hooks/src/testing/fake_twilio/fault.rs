//! Faults that a test asks for.

use std::time::Duration;

use http::{StatusCode, header};

use super::{
    answer::{Answer, refusal},
    state::State,
};

/// What goes wrong with the next request to the API.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It is answered with this status, and nothing is done.
    Status(StatusCode),
    /// It is refused with 429 and code 20429, and nothing is done.
    RateLimit {
        /// What `Retry-After` says, in whole seconds.
        retry_after: Option<Duration>,
    },
    /// The connection is closed before anything is done.
    DropBefore,
    /// Everything is done, and the connection is closed without an answer.
    DropAfter,
    /// Nothing is done, and there is never an answer.
    HangBefore,
    /// Everything is done, and there is never an answer.
    HangAfter,
    /// Everything is done, and the answer is a page of HTML with status 200.
    Garbage,
}

/// What is done about a request, in a fault or without.
#[derive(Debug)]
pub(super) enum Course {
    Answer(Answer),
    Close,
    Hang,
}

impl State {
    /// The fault that a request to this path meets.
    pub(super) fn next_fault(&mut self, path: &str) -> Option<Fault> {
        let mut faults = self.faults.iter();
        let place = faults.position(|(part, _)| path.contains(part.as_str()))?;
        self.faults.remove(place).map(|(_, fault)| fault)
    }
}

impl Fault {
    /// The course of a request; `handle` does what it asks for.
    pub(super) fn course(self, handle: impl FnOnce() -> Answer) -> Course {
        match self {
            Self::Status(status) => Course::Answer(refusal(
                status,
                20000 + u32::from(status.as_u16()),
                "As the test asked for",
            )),
            Self::RateLimit { retry_after } => {
                let answer = refusal(
                    StatusCode::TOO_MANY_REQUESTS,
                    20429,
                    "There are too many requests.",
                );
                Course::Answer(match retry_after {
                    Some(time) => answer.with(header::RETRY_AFTER, time.as_secs().to_string()),
                    None => answer,
                })
            }
            Self::DropBefore => Course::Close,
            Self::HangBefore => Course::Hang,
            Self::DropAfter => {
                handle();
                Course::Close
            }
            Self::HangAfter => {
                handle();
                Course::Hang
            }
            Self::Garbage => {
                handle();
                Course::Answer(Answer {
                    status: StatusCode::OK,
                    headers: vec![(header::CONTENT_TYPE, "text/html".to_owned())],
                    body: "<html>".into(),
                })
            }
        }
    }
}
