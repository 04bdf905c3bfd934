//! Files that came with messages: which file a stored address means, and fetching it.
//!
//! `address.rs` reads the SID out of an address that a webhook has told, if it is one of Twilio's and of
//! that very message; nothing is ever fetched by the address itself. `kind.rs` says what a browser may
//! show.

mod address;
mod kind;

use std::{sync::Arc, time::Duration};

use http::Uri;
use jiff::{SignedDuration, Timestamp};
use tokio::time::{sleep, timeout};
use twilio_hooks::{
    MediaSid,
    client::{ClientError, Download, DownloadOptions},
    store::Message,
};

pub use self::kind::{Kind, Shown};
use crate::accounts::{AccountError, Accounts};

/// Twilio announces files before they can be had.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];

/// For so long after the message a file may still be on its way.
const ON_THE_WAY: SignedDuration = SignedDuration::from_hours(1);

/// How long Twilio may take to begin, all attempts together.
const PATIENCE: Duration = Duration::from_secs(9);

/// Fetches files of messages. Clones are cheap.
#[derive(Debug, Clone)]
pub struct MediaIn {
    accounts: Accounts,
    /// Where Twilio's API is, if not at Twilio.
    api: Option<Arc<Uri>>,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// The message has no such file, or its address is none of Twilio's.
    #[error("there is no such file")]
    None,
    /// There is no client for the account.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Twilio did not give it.
    #[error(transparent)]
    Twilio(#[from] ClientError),
    /// Twilio took too long.
    #[error("Twilio took too long")]
    TooSlow,
}

impl MediaIn {
    /// Files of these accounts. `api` is where Twilio's API is, if not at Twilio.
    #[must_use]
    pub fn new(accounts: Accounts, api: Option<&str>) -> Self {
        Self {
            accounts,
            api: api.and_then(|api| api.parse().ok()).map(Arc::new),
        }
    }

    /// Opens one of the files of a message, counted from 0, or the part of it that `options` name.
    ///
    /// # Errors
    /// See [`MediaError`].
    pub async fn open(
        &self,
        message: &Message,
        index: usize,
        options: DownloadOptions,
        now: Timestamp,
    ) -> Result<Download, MediaError> {
        let media = message.media.get(index).ok_or(MediaError::None)?;
        let sid = address::media_sid(
            &media.url,
            self.api.as_deref(),
            &message.account_sid,
            &message.message_sid,
        );
        let sid = sid.ok_or(MediaError::None)?;
        let fetch = self.fetch(message, &sid, options, now);
        timeout(PATIENCE, fetch)
            .await
            .unwrap_or(Err(MediaError::TooSlow))
    }

    async fn fetch(
        &self,
        message: &Message,
        sid: &MediaSid,
        options: DownloadOptions,
        now: Timestamp,
    ) -> Result<Download, MediaError> {
        let twilio = self.accounts.client(&message.account_sid).await?;
        let messages = twilio.messages();
        let media = messages.media(&message.message_sid);
        let is_young = now.duration_since(message.created_at) < ON_THE_WAY;
        let mut pauses = PAUSES.into_iter().filter(|_| is_young);
        loop {
            match media.download(sid, options.clone()).await {
                Err(error) if error.is_not_found() => match pauses.next() {
                    Some(pause) => sleep(pause).await,
                    None => return Err(MediaError::None),
                },
                result => return Ok(result?),
            }
        }
    }
}
