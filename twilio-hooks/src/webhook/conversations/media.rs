//! [`MediaFile`]: a file of a conversation's message.

use std::fmt::{self, Debug};

use serde::Deserialize;

use crate::ChatMediaSid;

/// A file of a conversation's message.
///
/// It is fetched by its SID; see
/// [Twilio's description](https://www.twilio.com/docs/conversations/media-support-conversations).
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct MediaFile {
    /// The file.
    pub sid: ChatMediaSid,
    /// The name the sender gave it; absent on most files that came by a channel.
    pub filename: Option<String>,
    /// The media type, as the sender states it.
    pub content_type: Option<String>,
    /// How large it is, in bytes.
    pub size: Option<u64>,
}

/// Leaves the name out.
impl Debug for MediaFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaFile")
            .field("sid", &self.sid)
            .field("content_type", &self.content_type)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}
