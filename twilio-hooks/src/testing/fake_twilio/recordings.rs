//! Recordings: planned, started, finished.

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal, bad_request},
    callback::Callback,
    calls::is_over,
    routes::ApiCall,
    rows::NewRecording,
    state::{File, Listener, State},
    table::text,
};

/// Twilio's code for a recording of nothing.
const SILENT: u32 = 16101;

impl State {
    /// A recording of a call that starts when it is answered.
    pub(super) fn plan_recording(&mut self, call_sid: &str, call: &ApiCall, source: &str) -> Value {
        let sid = self.new_sid("RE");
        let channels = if call.form.get("RecordingChannels") == Some("mono") {
            1
        } else {
            2
        };
        let recording = self.insert_recording(&NewRecording {
            sid: &sid,
            account_sid: &call.account_sid,
            call_sid,
            source,
            track: call.form.get("RecordingTrack").unwrap_or("both"),
            channels,
        });
        if let Some(url) = call.form.get("RecordingStatusCallback") {
            let get = call.form.get("RecordingStatusCallbackMethod") == Some("GET");
            let listener = Listener {
                url: url.to_owned(),
                get,
                ..Listener::default()
            };
            self.listeners.insert(sid, listener);
        }
        recording
    }

    pub(super) fn create_recording(
        &mut self,
        call_sid: &str,
        call: &ApiCall,
    ) -> Result<Answer, Refusal> {
        let row = self.calls.get(call_sid).ok_or_else(|| call.not_found())?;
        if text(row, "status") != "in-progress" {
            return Err(bad_request(21220, "The call can't be recorded now."));
        }
        Ok(Answer::created(&self.plan_recording(
            call_sid,
            call,
            "StartCallRecordingAPI",
        )))
    }

    pub(super) fn update_recording(
        &mut self,
        sid: &str,
        call: &ApiCall,
    ) -> Result<Answer, Refusal> {
        let status = call.form.get("Status").unwrap_or_default().to_owned();
        if !matches!(&*status, "paused" | "in-progress" | "stopped") {
            return Err(bad_request(
                21220,
                "Status must be paused, in-progress or stopped",
            ));
        }
        let date = self.date();
        let row = self
            .recordings
            .get_mut(sid)
            .ok_or_else(|| call.not_found())?;
        if is_done(text(row, "status")) {
            return Err(bad_request(21220, "The call can't be recorded now."));
        }
        row["status"] = json!(status);
        row["date_updated"] = json!(date);
        Ok(Answer::ok(&Value::Object(row.clone())))
    }

    pub(super) fn delete_recording(&mut self, sid: &str) -> Option<Answer> {
        self.files.remove(sid);
        self.recordings.remove(sid)?;
        Some(Answer::empty(StatusCode::NO_CONTENT))
    }

    /// The call is over: its recordings are ready, and those who want to know are told.
    pub(super) fn finish_recordings(&mut self, call_sid: &str, seconds: i64) {
        let of_call: Vec<String> = self
            .recordings
            .rows()
            .filter(|row| text(row, "call_sid") == call_sid && !is_done(text(row, "status")))
            .map(|row| text(row, "sid").to_owned())
            .collect();
        for sid in of_call {
            self.finish_recording(&sid, "completed", seconds);
        }
    }

    /// A recording is ready, or nothing was recorded; who wants to know is told.
    pub(super) fn finish_recording(&mut self, sid: &str, status: &str, seconds: i64) {
        let date = self.date();
        let Some(row) = self.recordings.get_mut(sid) else {
            return;
        };
        row["status"] = json!(status);
        row["date_updated"] = json!(date);
        if status != "completed" {
            row["duration"] = json!("-1");
            row["error_code"] = json!(SILENT);
            return;
        }
        row["duration"] = json!(seconds.to_string());
        row["price"] = json!("-0.00250");
        let field = |name| text(row, name).to_owned();
        let params = vec![
            ("AccountSid", field("account_sid")),
            ("CallSid", field("call_sid")),
            ("RecordingSid", field("sid")),
            ("RecordingUrl", field("media_url")),
            ("RecordingStatus", "completed".to_owned()),
            ("RecordingDuration", seconds.to_string()),
            ("RecordingChannels", row["channels"].to_string()),
            ("RecordingStartTime", field("start_time")),
            ("RecordingSource", field("source")),
            ("RecordingTrack", field("track")),
            ("ErrorCode", "0".to_owned()),
        ];
        let file = File {
            content_type: "audio/x-wav".to_owned(),
            bytes: sound(seconds),
        };
        self.files.insert(sid.to_owned(), file);
        if let Some(listener) = self.listeners.get(sid) {
            let callback = Callback {
                url: listener.url.clone(),
                get: listener.get,
                params,
            };
            self.tell(&callback);
        }
    }
}

/// Whether nothing more is recorded.
fn is_done(status: &str) -> bool {
    is_over(status) || status == "absent"
}

/// A tone, as a file that browsers play: one channel, 8000 samples of eight bits in a second.
fn sound(seconds: i64) -> Bytes {
    let length = u32::try_from(seconds.clamp(1, 600)).unwrap_or(1) * RATE;
    let mut file = Vec::new();
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + length).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    // Samples as they are, in one channel.
    file.extend_from_slice(&1_u16.to_le_bytes());
    file.extend_from_slice(&1_u16.to_le_bytes());
    file.extend_from_slice(&RATE.to_le_bytes());
    file.extend_from_slice(&RATE.to_le_bytes());
    file.extend_from_slice(&1_u16.to_le_bytes());
    file.extend_from_slice(&8_u16.to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&length.to_le_bytes());
    let wave = TONE.iter().copied().cycle();
    file.extend(wave.take(length as usize));
    file.into()
}

/// Samples in a second.
const RATE: u32 = 8000;
/// One wave of a soft tone of 400 Hz.
const TONE: [u8; 20] = [
    128, 134, 140, 144, 147, 148, 147, 144, 140, 134, 128, 122, 116, 112, 109, 108, 109, 112, 116,
    122,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_a_file_of_its_length() {
        let file = sound(12);
        assert_eq!(&file[..4], b"RIFF");
        assert_eq!(&file[8..16], b"WAVEfmt ");
        let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
        assert_eq!(number(4) as usize, file.len() - 8);
        assert_eq!(number(40), 12 * RATE);
        assert_eq!(file.len(), 44 + 12 * 8000);
    }
}
