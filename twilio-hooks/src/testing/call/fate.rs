//! [`CallFate`]: what becomes of a call.

use std::time::Duration;

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallFate {
    /// It is answered, and lasts for so long.
    Completed(Duration),
    /// The line is busy.
    Busy,
    /// Nobody answers before the time is over.
    NoAnswer,
    /// It can't be put through.
    Failed,
}
