//! [`Refusal`]: why a text is not kept to be sent.

use std::borrow::Cow;

use twilio_hooks::store::StoreError;

/// Why something is not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The company has no such thing.
    #[error("there is no such contact, line, message or file")]
    NotFound,
    /// It can never be done.
    #[error("{0}")]
    Invalid(Cow<'static, str>),
    /// It can't be done as things are.
    #[error("{0}")]
    Conflict(Cow<'static, str>),
    /// It is too much.
    #[error("{0}")]
    TooMany(Cow<'static, str>),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
}

impl Refusal {
    pub(super) fn invalid(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid(detail.into())
    }

    pub(super) fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Conflict(detail.into())
    }
}
