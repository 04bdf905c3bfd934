//! The files that came or went with a message.

use jiff::Timestamp;

use super::{
    Client, ClientError, Download, DownloadOptions, Pages,
    hosts::Product,
    macros::{params, resource},
    request::ApiRequest,
};
use crate::{AccountSid, MediaSid, MessageSid};

params! {
    /// Which files of a message to list.
    pub struct ListMedia new() {
        /// Only those made on the day of this time, in UTC.
        date_created: Timestamp = "DateCreated",
        /// Only those made at this time or before.
        date_created_before: Timestamp = "DateCreated<",
        /// Only those made at this time or after.
        date_created_after: Timestamp = "DateCreated>",
        /// How many come in one request, up to 1000; 50 if not set.
        page_size: u32 = "PageSize",
    }
}

resource! {
    /// A [file of a message](https://www.twilio.com/docs/messaging/api/media-resource).
    pub struct Media {
        [
            /// The file.
            sid: MediaSid
        ]
        /// The account it belongs to.
        account_sid: AccountSid,
        /// The message it belongs to.
        parent_sid: MessageSid,
        /// Its type, such as `image/jpeg`.
        content_type: String,
        /// When it was made.
        date_created: Timestamp,
        /// When it was changed last.
        date_updated: Timestamp,
    }
    debug: sid, account_sid, parent_sid, content_type;
}

/// The files of one message: [`Messages::media`](super::Messages::media).
#[derive(Debug, Clone, Copy)]
pub struct MessageMedia<'a> {
    client: &'a Client,
    message_sid: &'a MessageSid,
}

impl<'a> MessageMedia<'a> {
    pub(super) fn new(client: &'a Client, message_sid: &'a MessageSid) -> Self {
        Self {
            client,
            message_sid,
        }
    }

    /// Lists the files.
    pub fn list(&self, which: ListMedia) -> Pages<Media> {
        let path = self.path(&[]).map(|path| path + ".json");
        Pages::new(
            self.client.clone(),
            Product::Api,
            "media_list",
            path,
            which.pairs,
        )
    }

    /// Reads what is known of a file.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn fetch(&self, sid: &MediaSid) -> Result<Media, ClientError> {
        let path = self.path(&[sid.as_str()])? + ".json";
        self.client
            .request(ApiRequest::get(Product::Api, path))
            .await
    }

    /// Reads the file itself, from the store that Twilio redirects to.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn download(
        &self,
        sid: &MediaSid,
        options: DownloadOptions,
    ) -> Result<Download, ClientError> {
        let path = self.path(&[sid.as_str()])?;
        self.client.download(&path, &options).await
    }

    /// Deletes a file at Twilio.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn delete(&self, sid: &MediaSid) -> Result<(), ClientError> {
        let path = self.path(&[sid.as_str()])? + ".json";
        self.client.delete(Product::Api, path).await
    }

    fn path(&self, rest: &[&str]) -> Result<String, ClientError> {
        let segments = [&["Messages", self.message_sid.as_str(), "Media"], rest].concat();
        self.client.account_path(&segments)
    }
}
