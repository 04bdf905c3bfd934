//! Calls that come in, and what is recorded of them.

use std::time::Duration;

use twilio_hooks::{
    CallSid,
    testing::{CallFate, call::Caller},
};

use crate::{
    office::Office,
    support::{ALPHA_LINE, SENDER},
};

/// How long recordings are.
const LASTS: Duration = Duration::from_secs(20);

impl Office {
    /// Twilio tells of a call to Alpha: what it is, first.
    pub(crate) async fn call(&self, sid: &str, from: &str, statuses: &[&str]) {
        self.call_to(ALPHA_LINE, sid, from, statuses).await;
    }

    pub(crate) async fn call_to(&self, line: &str, sid: &str, from: &str, statuses: &[&str]) {
        for status in statuses {
            let path = match *status {
                "ringing" => "voice/incoming",
                _ => "voice/status",
            };
            self.report(path, line, sid, from, status).await;
        }
    }

    async fn report(&self, path: &str, line: &str, sid: &str, from: &str, status: &str) {
        let params = [
            ("CallSid", sid),
            ("From", from),
            ("To", line),
            ("CallStatus", status),
            ("Direction", "inbound"),
        ];
        self.twilio(path, &params).await;
    }

    /// A call to a line that was recorded, and what the recording sounds like.
    pub(crate) async fn recorded(&self, line: &str) -> Vec<u8> {
        let fake = self.crm.fake();
        let call = fake.add_incoming_call(SENDER, line, CallFate::Completed(LASTS));
        let recording = fake.add_recording(&call, LASTS);
        let sound = tone(LASTS);
        fake.set_recording_media(&recording, "audio/mpeg", sound.clone());
        self.call_to(line, call.as_str(), SENDER, &["ringing", "completed"])
            .await;
        self.tell_of(&call, recording.as_str(), "completed").await;
        sound
    }

    async fn tell_of(&self, call: &CallSid, recording: &str, status: &str) {
        let params = [
            ("CallSid", call.as_str()),
            ("RecordingSid", recording),
            ("RecordingUrl", "https://api.twilio.com/not-to-be-called"),
            ("RecordingStatus", status),
            ("RecordingDuration", "20"),
            ("RecordingSource", "RecordVerb"),
            ("RecordingStartTime", "Mon, 23 Nov 2026 15:00:00 +0000"),
        ];
        self.twilio("voice/recording", &params).await;
    }

    /// Somebody calls Alpha, is asked for a message, and leaves one: what it sounds like.
    pub(crate) async fn voicemail(&self, from: &str) -> Vec<u8> {
        let mut call = self.caller().from(from).call().await.unwrap();
        call.leaves_voicemail(LASTS).await.unwrap();
        call.is_over().await.unwrap();
        let fake = self.crm.fake();
        let recording = fake.recordings().last().unwrap().sid.clone();
        let sound = tone(LASTS);
        fake.set_recording_media(&recording, "audio/mpeg", sound.clone());
        self.crm.work().await;
        sound
    }

    /// The page of the only call that a company has.
    pub(crate) async fn call_page(&self, token: &str) -> String {
        self.call_of(token, "").await
    }

    /// The page of the only call that is like this.
    pub(crate) async fn call_of(&self, token: &str, query: &str) -> String {
        let path = format!("/api/calls{query}");
        let calls = self.crm.get(token, &path).await.items();
        assert_eq!(calls.len(), 1);
        format!("/calls/{}", calls[0]["id"].as_str().unwrap())
    }

    /// The sound of the only recording that a company has.
    pub(crate) async fn sound(&self, token: &str) -> String {
        let recordings = self.crm.get(token, "/api/recordings").await.items();
        assert_eq!(recordings.len(), 1);
        format!(
            "/api/recordings/{}/audio",
            recordings[0]["id"].as_str().unwrap()
        )
    }

    /// Somebody who calls Alpha's line, and does what people do.
    pub(crate) fn caller(&self) -> Caller {
        let url = format!("{}/api/webhooks/twilio/voice/incoming", self.url);
        let caller = self.crm.fake().caller(self.crm.app.clone(), &url);
        caller
            .from(SENDER)
            .to(ALPHA_LINE)
            .status_callback("/api/webhooks/twilio/voice/status")
    }
}

/// A WAV file that hums: one channel, 8,000 times a second a byte.
fn tone(lasts: Duration) -> Vec<u8> {
    let bytes = u32::try_from(lasts.as_secs()).unwrap() * 8_000;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt ");
    for number in [16, 0x0001_0001, 8_000, 8_000, 0x0008_0001_u32] {
        file.extend(number.to_le_bytes());
    }
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    file.extend((0..bytes).map(|n| if n % 20 < 10 { 120 } else { 136 }));
    file
}
