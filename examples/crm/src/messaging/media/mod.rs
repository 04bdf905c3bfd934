//! Files to send: [uploaded](Upload), attached to a text, and fetched by Twilio.
//!
//! Twilio fetches a file from a public URL, so it gets one that nobody can guess, that ends after
//! some hours, and that serves a file of a known, harmless type and nothing else. People see
//! the file by the API, signed in.

mod kind;
mod link;
mod upload;

pub(super) use self::upload::{attach, check};
pub use self::{
    kind::Kind,
    link::LINK_LIFE,
    upload::{File, Upload},
};

/// How large a file may be, and all files of one message together:
/// [what Twilio takes](https://www.twilio.com/docs/messaging/guides/accepted-mime-types).
pub const MAX_BYTES: usize = 5 * 1024 * 1024;

/// How many files a message may have.
pub const MAX_FILES: usize = 10;
