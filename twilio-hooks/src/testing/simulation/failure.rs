//! [`Failure`]: why a simulation can't go on, and what has happened before.

use std::fmt;

use super::Transcript;
use crate::ErrorCode;

/// A simulated call or conversation did not go as the test says, or as Twilio would let it go.
///
/// As a text, and in `Debug` for tests that end with `?` or `unwrap`, it is one sentence and the
/// transcript so far.
#[derive(Clone, thiserror::Error)]
#[error("{message}\n\n{transcript}")]
#[non_exhaustive]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// The code under which Twilio would log it; absent if Twilio would see nothing wrong.
    pub code: Option<ErrorCode>,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What has happened until then.
    pub transcript: Transcript,
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// The call or conversation is somewhere else than the step of the test needs it to be.
    Unexpected,
    /// The application answered in a way that Twilio can't use: no success, no TwiML.
    Answer,
    /// The linter found an error in the application's TwiML.
    Lint,
    /// The documents follow each other without an end and without the person doing anything.
    Circles,
    /// The simulator doesn't play this: a URL of another host, a verb like `<Pay>`.
    Unsupported,
    /// The service itself failed, without a response.
    Service,
}
