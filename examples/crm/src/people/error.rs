//! [`PeopleError`]: why something about people could not be done.

use std::time::Duration;

use twilio_hooks::store::StoreError;

/// Why something about people could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PeopleError {
    /// There is no such person, session or token in the company.
    #[error("there is nothing here")]
    NotFound,
    /// Somebody's role is not enough.
    #[error("the role does not allow it")]
    Forbidden,
    /// Nobody would be left to do what only an owner may.
    #[error("the company would have no owner")]
    LastOwner,
    /// Each email address is one person's.
    #[error("the email address is in use")]
    EmailInUse,
    /// It can't be done as things are; the text says why.
    #[error("{0}")]
    Conflict(&'static str),
    /// Something that was given can't be; the text says what.
    #[error("{0}")]
    Invalid(&'static str),
    /// What was given as a phone is none that can ring; the text says which one and why.
    #[error("{0}")]
    Phone(String),
    /// The email address or the password is wrong, and nobody is told which.
    #[error("the email address or the password is not right")]
    WrongLogin,
    /// The present password is another one.
    #[error("the present password is not right")]
    WrongPassword,
    /// Too many attempts; the next one may be made after this time.
    #[error("too many attempts")]
    TooMany(Duration),
    /// Too many passwords are being checked at once.
    #[error("too many passwords are being checked")]
    Busy,
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
}
