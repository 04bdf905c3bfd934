//! Recordings of calls.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    Client, ClientError, Download, DownloadOptions, Pages, RecordingChannels, TrimSilence,
    WebhookMethod,
    hosts::Product,
    macros::{params, resource},
    request::ApiRequest,
    retry::Repeat,
};
use crate::{
    AccountSid, CallSid, ConferenceSid, RecordingSid, RecordingStatus,
    webhook::{RecordingSource, RecordingTrack},
};

/// The format a recording is fetched in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordingFormat {
    /// MP3, small.
    Mp3,
    /// WAV, as it was recorded.
    Wav,
}

params! {
    /// Which recordings to list; the newest come first.
    pub struct ListRecordings new() {
        /// Only those of this call.
        call_sid: CallSid = "CallSid",
        /// Only those of this conference.
        conference_sid: ConferenceSid = "ConferenceSid",
        /// Only those made on the day of this time, in UTC.
        date_created: Timestamp = "DateCreated",
        /// Only those made at this time or before.
        date_created_before: Timestamp = "DateCreated<",
        /// Only those made at this time or after.
        date_created_after: Timestamp = "DateCreated>",
        /// Also those that were deleted within the last 40 days.
        include_soft_deleted: bool = "IncludeSoftDeleted",
        /// How many come in one request, up to 1000; 50 if not set.
        page_size: u32 = "PageSize",
    }
}

params! {
    /// Which recordings of one call to list.
    pub struct ListCallRecordings new() {
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

params! {
    /// A recording to start on a call that goes on.
    pub struct CreateCallRecording new() {
        /// The URL that is told when the recording is ready.
        recording_status_callback: String = "RecordingStatusCallback",
        /// What it is told of: `in-progress`, `completed`, `absent`; `completed` if nothing is set.
        recording_status_callback_event: [String] = "RecordingStatusCallbackEvent",
        /// The method for [`recording_status_callback`](Self::recording_status_callback).
        recording_status_callback_method: WebhookMethod = "RecordingStatusCallbackMethod",
        /// Whether silence at the ends is cut off.
        trim: TrimSilence = "Trim",
        /// How many channels it has.
        recording_channels: RecordingChannels = "RecordingChannels",
        /// Which side is recorded; both, if not set.
        recording_track: RecordingTrack = "RecordingTrack",
    }
}

params! {
    /// Pauses, goes on with, or stops a recording.
    pub struct UpdateCallRecording new(status: RecordingStatus) {
        /// `paused`, `in-progress` or `stopped`.
        status: RecordingStatus = "Status",
        /// Whether a pause is cut out (`skip`) or silent (`silence`); silent, if not set.
        pause_behavior: String = "PauseBehavior",
    }
}

resource! {
    /// A [recording](https://www.twilio.com/docs/voice/api/recording).
    pub struct Recording {
        [
            /// The recording.
            sid: RecordingSid
        ]
        /// The account it belongs to.
        account_sid: AccountSid,
        /// The call it was made of.
        call_sid: CallSid,
        /// The conference it was made of, if it was one.
        conference_sid: ConferenceSid,
        /// Where it stands.
        status: RecordingStatus,
        /// What started it.
        source: RecordingSource,
        /// Which side was recorded.
        track: RecordingTrack,
        /// How many channels it has.
        channels: u32,
        /// When it started.
        start_time: Timestamp,
        /// How many seconds it lasts; absent as long as it goes on.
        duration: u32,
        /// What it cost, a decimal fraction; known some time after its end.
        price: String,
        /// The currency of the price, such as `USD`.
        price_unit: String,
        /// How it is encrypted, if it is.
        encryption_details: Map<String, Value>,
        /// Why there is none: [a code](https://www.twilio.com/docs/api/errors).
        error_code: u32,
        /// Where the audio is; [`Recordings::download`] fetches it.
        media_url: String,
        /// When it was made.
        date_created: Timestamp,
        /// When it was changed last.
        date_updated: Timestamp,
    }
    debug: sid, account_sid, call_sid, conference_sid, status, source, channels, duration, error_code;
}

/// The recordings of an account: [`Client::recordings`].
#[derive(Debug, Clone, Copy)]
pub struct Recordings<'a> {
    client: &'a Client,
}

impl<'a> Recordings<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Reads what is known of a recording.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn fetch(&self, sid: &RecordingSid) -> Result<Recording, ClientError> {
        let path = self.path(sid)?;
        self.client
            .request(ApiRequest::get(Product::Api, path))
            .await
    }

    /// Lists recordings.
    pub fn list(&self, which: ListRecordings) -> Pages<Recording> {
        let path = self
            .client
            .account_path(&["Recordings"])
            .map(|path| path + ".json");
        Pages::new(
            self.client.clone(),
            Product::Api,
            "recordings",
            path,
            which.pairs,
        )
    }

    /// Lists the recordings of one call.
    pub fn list_of_call(&self, sid: &CallSid, which: ListCallRecordings) -> Pages<Recording> {
        let path = self.call_path(sid, &[]);
        Pages::new(
            self.client.clone(),
            Product::Api,
            "recordings",
            path,
            which.pairs,
        )
    }

    /// Starts to record a call that goes on.
    ///
    /// # Errors
    /// See [`ClientError`]; 21220 if the call is over.
    pub async fn create(
        &self,
        sid: &CallSid,
        recording: CreateCallRecording,
    ) -> Result<Recording, ClientError> {
        let path = self.call_path(sid, &[])?;
        self.client
            .request(ApiRequest::post(
                Product::Api,
                path,
                recording.pairs,
                Repeat::Once,
            ))
            .await
    }

    /// Pauses, goes on with, or stops a recording of a call that goes on.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn update(
        &self,
        call_sid: &CallSid,
        sid: &RecordingSid,
        change: UpdateCallRecording,
    ) -> Result<Recording, ClientError> {
        let path = self.call_path(call_sid, &[sid.as_str()])?;
        self.client
            .request(ApiRequest::post(
                Product::Api,
                path,
                change.pairs,
                Repeat::Once,
            ))
            .await
    }

    /// Reads the audio.
    ///
    /// # Errors
    /// See [`ClientError`]; 404 also as long as the recording is not ready.
    pub async fn download(
        &self,
        sid: &RecordingSid,
        format: RecordingFormat,
        options: DownloadOptions,
    ) -> Result<Download, ClientError> {
        let ending = match format {
            RecordingFormat::Mp3 => ".mp3",
            RecordingFormat::Wav => ".wav",
        };
        let path = self.client.account_path(&["Recordings", sid.as_str()])? + ending;
        self.client.download(&path, &options).await
    }

    /// Deletes a recording at Twilio.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn delete(&self, sid: &RecordingSid) -> Result<(), ClientError> {
        let path = self.path(sid)?;
        self.client.delete(Product::Api, path).await
    }

    fn path(&self, sid: &RecordingSid) -> Result<String, ClientError> {
        Ok(self.client.account_path(&["Recordings", sid.as_str()])? + ".json")
    }

    fn call_path(&self, sid: &CallSid, rest: &[&str]) -> Result<String, ClientError> {
        let segments = [&["Calls", sid.as_str(), "Recordings"], rest].concat();
        Ok(self.client.account_path(&segments)? + ".json")
    }
}
