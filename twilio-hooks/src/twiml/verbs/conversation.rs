use crate::twiml::element::element;
use crate::twiml::values::attribute_enum;
use crate::twiml::{DialRecord, HttpMethod, RecordingEvent, Text, Trim};

element! {
    /// Connects the call with a conversation of Twilio Conversations or Flex; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/connect).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Conversation, DialRecord};
    ///
    /// let conversation = Conversation::new().inbound_timeout(30).record(DialRecord::RecordFromAnswer);
    /// assert_eq!(
    ///     conversation.to_string(),
    ///     r#"<Conversation inboundTimeout="30" record="record-from-answer"/>"#,
    /// );
    /// ```
    pub struct Conversation = "Conversation" inside [Connect] {
        /// Whether a conversation is made if there is none.
        inbound_autocreation: bool = "inboundAutocreation",
        /// Seconds to wait for the incoming side.
        inbound_timeout: u32 = "inboundTimeout",
        /// The HTTP method for `url`, POST by default.
        method: HttpMethod = "method",
        /// Whether and from when the call is recorded.
        record: DialRecord = "record",
        /// The URL that is told about the recording, also when it can be downloaded.
        recording_status_callback: Text = "recordingStatusCallback",
        /// What to tell `recordingStatusCallback`, by default [`RecordingEvent::Completed`].
        recording_status_callback_event: [RecordingEvent] = "recordingStatusCallbackEvent",
        /// The HTTP method for `recordingStatusCallback`, POST by default.
        recording_status_callback_method: HttpMethod = "recordingStatusCallbackMethod",
        /// Seconds to wait until someone is assigned.
        routing_assignment_timeout: u32 = "routingAssignmentTimeout",
        /// The SID (`IS…`) of the Conversations service.
        service_instance_sid: Text = "serviceInstanceSid",
        /// The URL that is told how the call goes.
        status_callback: Text = "statusCallback",
        /// What to tell `statusCallback`.
        status_callback_event: [ConversationEvent] = "statusCallbackEvent",
        /// The HTTP method for `statusCallback`, POST by default.
        status_callback_method: HttpMethod = "statusCallbackMethod",
        /// Whether silence is cut from both ends of the recording.
        trim: Trim = "trim",
        /// Where to get TwiML for the call.
        url: Text = "url",
    }
}

attribute_enum! {
    /// A state of a call in a conversation that is reported to `statusCallback`.
    pub enum ConversationEvent {
        /// Twilio began to dial.
        CallInitiated = "call-initiated",
        /// The phone rings.
        CallRinging = "call-ringing",
        /// The call was answered.
        CallAnswered = "call-answered",
        /// The call ended.
        CallCompleted = "call-completed",
    }
}
