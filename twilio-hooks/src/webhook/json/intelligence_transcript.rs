//! [`IntelligenceTranscript`]: a transcript of Conversational Intelligence is ready.

use crate::{
    AccountSid, IntelligenceServiceSid, TranscriptSid, json::json_object, string_enum::string_enum,
};

json_object! {
    /// A transcript of Conversational Intelligence is ready to be fetched.
    ///
    /// See [Twilio's description](https://www.twilio.com/docs/conversational-intelligence).
    ///
    /// Refused without `account_sid` and `transcript_sid`.
    pub struct IntelligenceTranscript: "intelligence-transcript" {
        /// The transcript.
        transcript_sid: TranscriptSid = required "transcript_sid",
        /// The account or subaccount of the service.
        account_sid: AccountSid = required "account_sid",
        /// The service that made it.
        service_sid: Option<IntelligenceServiceSid> = "service_sid",
        /// The key you gave the transcript when you asked for it; absent without one.
        customer_key: Option<String> = "customer_key",
        /// What has happened.
        event_type: Option<IntelligenceEventType> = "event_type",
        /// The key it is encrypted with; absent on plain transcripts.
        encryption_credential_sid: Option<String> = shown "encryption_credential_sid",
    }
}

string_enum! {
    /// What has happened to a transcript.
    pub enum IntelligenceEventType {
        /// It is ready.
        TranscriptAvailable => "voice_intelligence_transcript_available",
    }
}
