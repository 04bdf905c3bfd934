//! Opening a recording to listen to it: the copy of ours, or Twilio's.

use std::{io, time::Duration};

use axum::body::Body;
use http::StatusCode;
use tokio::time::timeout;
use twilio_hooks::{
    ReceiveError, RecordingStatus,
    client::{ClientError, DownloadOptions, RecordingFormat},
    store::StoreError,
};

use super::{ByteRange, RecordingRow, Recordings, files::pieces};
use crate::{accounts::AccountError, reconcile::changes};

/// How long Twilio may take to begin.
const PATIENCE: Duration = Duration::from_secs(8);

/// The sound of a recording, on its way.
#[derive(Debug)]
pub struct Sound {
    /// The bytes.
    pub body: Body,
    /// How many will come, if that is known.
    pub length: Option<u64>,
    /// Which part of what it is, if it is one: `bytes 0-1023/146515`.
    pub content_range: Option<String>,
}

/// Why there is nothing to hear.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlayError {
    /// Twilio is still making it.
    #[error("the recording is not ready yet")]
    NotReady,
    /// Nothing was recorded: silence, too short, or it failed.
    #[error("nothing was recorded")]
    Absent,
    /// It was deleted.
    #[error("the recording was deleted")]
    Gone,
    /// It was deleted at Twilio, and the copy is in another format.
    #[error("only mp3 is kept")]
    OnlyMp3,
    /// It has no such part; its length, if that is known.
    #[error("the recording has no such part")]
    BadRange(Option<u64>),
    /// There is no client for its account.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Twilio did not give it.
    #[error(transparent)]
    Twilio(#[from] ClientError),
    /// Twilio took too long.
    #[error("Twilio took too long")]
    TooSlow,
    /// The copy can't be read.
    #[error("the copy can't be read")]
    File(#[from] io::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What Twilio said of it could not be kept.
    #[error(transparent)]
    Record(#[from] ReceiveError),
}

impl Recordings {
    /// Opens a recording: the copy of ours if there is one, else at Twilio, by its SID, whatever URL
    /// a webhook has told.
    ///
    /// # Errors
    /// See [`PlayError`].
    pub async fn open(
        &self,
        row: &RecordingRow,
        format: RecordingFormat,
        range: Option<ByteRange>,
    ) -> Result<Sound, PlayError> {
        if row.status == RecordingStatus::Deleted {
            return Err(PlayError::Gone);
        }
        let may_be_copy = format == RecordingFormat::Mp3;
        if let Some(length) = row.copied_bytes.filter(|_| may_be_copy) {
            let file = self.files.open(row.company, row.id, length).await?;
            if let Some(file) = file {
                return part_of_file(file, length, range).await;
            }
            tracing::error!(recording.id = %row.id, reason = "copy-lost", "the copy of a recording is not where it was put");
        }
        let opened = timeout(PATIENCE, self.open_at_twilio(row, format, range)).await;
        match opened.unwrap_or(Err(PlayError::TooSlow)) {
            Err(PlayError::Gone) if row.copied_bytes.is_some() && !may_be_copy => {
                Err(PlayError::OnlyMp3)
            }
            opened => opened,
        }
    }

    async fn open_at_twilio(
        &self,
        row: &RecordingRow,
        format: RecordingFormat,
        range: Option<ByteRange>,
    ) -> Result<Sound, PlayError> {
        playable(&self.ask_again(row).await?)?;
        let twilio = self.accounts.client(&row.account_sid).await?;
        let mut options = DownloadOptions::new();
        if let Some(range) = range {
            options = options.with_range(range.to_header());
        }
        let download = twilio
            .recordings()
            .download(&row.recording_sid, format, options)
            .await;
        match download {
            Ok(download) => Ok(Sound {
                length: download.content_length(),
                content_range: download
                    .content_range()
                    .filter(|_| download.status() == StatusCode::PARTIAL_CONTENT)
                    .map(str::to_owned),
                body: Body::new(download),
            }),
            Err(error) if error.status() == Some(StatusCode::RANGE_NOT_SATISFIABLE) => {
                Err(PlayError::BadRange(None))
            }
            // There is no file: because it is not ready, or because nothing is left of it.
            Err(error) if error.is_not_found() => {
                match twilio.recordings().fetch(&row.recording_sid).await {
                    Ok(recording) => {
                        let status = recording.status.unwrap_or(RecordingStatus::Processing);
                        playable(&status)?;
                        Err(PlayError::NotReady)
                    }
                    Err(error) if error.is_not_found() => Err(PlayError::Gone),
                    Err(error) => Err(error.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Where the recording stands. If it was not ready the last time we heard of it, Twilio is asked:
    /// the report that it is ready may have been lost.
    async fn ask_again(&self, row: &RecordingRow) -> Result<RecordingStatus, PlayError> {
        if row.status == RecordingStatus::Completed {
            return Ok(RecordingStatus::Completed);
        }
        let twilio = self.accounts.client(&row.account_sid).await?;
        let recording = match twilio.recordings().fetch(&row.recording_sid).await {
            Ok(recording) => recording,
            // Of nothing there is nothing left.
            Err(error) if error.is_not_found() && row.status.is_terminal() => {
                return Ok(row.status.clone());
            }
            Err(error) if error.is_not_found() => return Ok(RecordingStatus::Deleted),
            Err(error) => return Err(error.into()),
        };
        let now = self.clock.now();
        if let Some(report) = changes::recording(&row.account_sid, &recording, now) {
            self.hooks.record(report.change).await?;
        }
        Ok(recording.status.unwrap_or(RecordingStatus::Processing))
    }
}

fn playable(status: &RecordingStatus) -> Result<(), PlayError> {
    match status {
        RecordingStatus::Completed => Ok(()),
        RecordingStatus::Absent | RecordingStatus::Failed => Err(PlayError::Absent),
        RecordingStatus::Deleted => Err(PlayError::Gone),
        _ => Err(PlayError::NotReady),
    }
}

async fn part_of_file(
    file: tokio::fs::File,
    length: u64,
    range: Option<ByteRange>,
) -> Result<Sound, PlayError> {
    let Some(range) = range else {
        return Ok(Sound {
            body: Body::from_stream(pieces(file, 0, length).await?),
            length: Some(length),
            content_range: None,
        });
    };
    let (first, last) = range
        .within(length)
        .ok_or(PlayError::BadRange(Some(length)))?;
    let count = last - first + 1;
    Ok(Sound {
        body: Body::from_stream(pieces(file, first, count).await?),
        length: Some(count),
        content_range: Some(format!("bytes {first}-{last}/{length}")),
    })
}
