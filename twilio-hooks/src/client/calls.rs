//! Calls: starting, changing, reading.

use jiff::Timestamp;

use super::{
    Client, ClientError, MachineDetection, Pages, RecordingChannels, TrimSilence, WebhookMethod,
    hosts::Product,
    macros::{params, resource},
    request::ApiRequest,
    retry::Repeat,
};
use crate::{
    AccountSid, Address, ApplicationSid, ByocTrunkSid, CallDirection, CallSid, CallStatus,
    GroupSid, PhoneNumberSid, TrunkSid,
    string_enum::string_enum,
    webhook::{AnsweredBy, CallEvent, RecordingTrack},
};

string_enum! {
    /// How a call is ended.
    pub enum CallEnd {
        /// Only if it is still waiting or ringing.
        Canceled => "canceled",
        /// Also if it has been answered.
        Completed => "completed",
    }
}

params! {
    /// [A call to start](https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource).
    ///
    /// It needs instructions: [`url`](Self::url), [`twiml`](Self::twiml) or
    /// [`application_sid`](Self::application_sid).
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::{client::CreateCall, webhook::CallEvent};
    ///
    /// let call = CreateCall::new("+12025550143", "+12025550100")
    ///     .url("https://hooks.example.com/api/webhooks/twilio/voice/menu")
    ///     .status_callback("https://hooks.example.com/api/webhooks/twilio/voice/status")
    ///     .status_callback_event(CallEvent::Ringing)
    ///     .status_callback_event(CallEvent::Completed)
    ///     .timeout(20);
    /// # let _ = call;
    /// ```
    pub struct CreateCall new(to: Address, from: Address) {
        /// Who is called: a phone number, `client:alice`, or `sip:…`.
        to: Address = "To",
        /// The caller: a number of the account or a verified one, or a client.
        from: Address = "From",
        /// The URL that is asked for TwiML when the call is answered.
        url: String = "Url",
        /// The TwiML itself.
        twiml: String = "Twiml",
        /// The TwiML application that has the URLs.
        application_sid: ApplicationSid = "ApplicationSid",
        /// The method for [`url`](Self::url); POST if not set.
        method: WebhookMethod = "Method",
        /// The URL that is asked if the first one fails.
        fallback_url: String = "FallbackUrl",
        /// The method for [`fallback_url`](Self::fallback_url).
        fallback_method: WebhookMethod = "FallbackMethod",
        /// The URL that is told how the call goes on.
        status_callback: String = "StatusCallback",
        /// What it is told of; the end only, if nothing is set.
        status_callback_event: [CallEvent] = "StatusCallbackEvent",
        /// The method for [`status_callback`](Self::status_callback).
        status_callback_method: WebhookMethod = "StatusCallbackMethod",
        /// Keys to press once the call is answered, `w` waits for half a second.
        send_digits: String = "SendDigits",
        /// For how many seconds it may ring; 60 if not set.
        timeout: u32 = "Timeout",
        /// Whether the whole call is recorded.
        record: bool = "Record",
        /// How many channels the recording has.
        recording_channels: RecordingChannels = "RecordingChannels",
        /// The URL that is told when the recording is ready.
        recording_status_callback: String = "RecordingStatusCallback",
        /// The method for [`recording_status_callback`](Self::recording_status_callback).
        recording_status_callback_method: WebhookMethod = "RecordingStatusCallbackMethod",
        /// What it is told of: `in-progress`, `completed`, `absent`; `completed` if nothing is set.
        recording_status_callback_event: [String] = "RecordingStatusCallbackEvent",
        /// Which side is recorded; both, if not set.
        recording_track: RecordingTrack = "RecordingTrack",
        /// Whether silence at the ends of the recording is cut off.
        trim: TrimSilence = "Trim",
        /// The user name for a SIP call.
        sip_auth_username: String = "SipAuthUsername",
        /// The password for a SIP call.
        sip_auth_password: String = "SipAuthPassword",
        /// Whether Twilio listens if a machine has answered.
        machine_detection: MachineDetection = "MachineDetection",
        /// For how many seconds it listens: 3 to 59; 30 if not set.
        machine_detection_timeout: u32 = "MachineDetectionTimeout",
        /// Speech longer than so many milliseconds is a machine: 1000 to 6000; 2400 if not set.
        machine_detection_speech_threshold: u32 = "MachineDetectionSpeechThreshold",
        /// Silence of so many milliseconds ends a greeting: 500 to 5000; 1200 if not set.
        machine_detection_speech_end_threshold: u32 = "MachineDetectionSpeechEndThreshold",
        /// After so many milliseconds of silence it gives up: 2000 to 10000; 5000 if not set.
        machine_detection_silence_timeout: u32 = "MachineDetectionSilenceTimeout",
        /// Whether the call goes on while Twilio listens for a machine.
        async_amd: bool = "AsyncAmd",
        /// The URL that is told who answered.
        async_amd_status_callback: String = "AsyncAmdStatusCallback",
        /// The method for [`async_amd_status_callback`](Self::async_amd_status_callback).
        async_amd_status_callback_method: WebhookMethod = "AsyncAmdStatusCallbackMethod",
        /// The trunk of one's own carrier.
        byoc: ByocTrunkSid = "Byoc",
        /// What the called person's phone shows as the reason (Branded Calls).
        call_reason: String = "CallReason",
        /// The token of an incoming call whose caller id is passed on.
        call_token: String = "CallToken",
        /// The caller id shown to a SIP or client endpoint.
        caller_id: String = "CallerId",
        /// After how many seconds the call is ended.
        time_limit: u32 = "TimeLimit",
        /// The URL that delivers the notification of a call to a client.
        client_notification_url: String = "ClientNotificationUrl",
    }
}

params! {
    /// A [change of a call](https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource)
    /// that goes on: other instructions, or its end.
    pub struct UpdateCall new() {
        /// The URL that is asked for TwiML now.
        url: String = "Url",
        /// The method for [`url`](Self::url).
        method: WebhookMethod = "Method",
        /// The TwiML to go on with.
        twiml: String = "Twiml",
        /// Ends the call.
        status: CallEnd = "Status",
        /// The URL that is asked if the first one fails.
        fallback_url: String = "FallbackUrl",
        /// The method for [`fallback_url`](Self::fallback_url).
        fallback_method: WebhookMethod = "FallbackMethod",
        /// The URL that is told of the end.
        status_callback: String = "StatusCallback",
        /// The method for [`status_callback`](Self::status_callback).
        status_callback_method: WebhookMethod = "StatusCallbackMethod",
        /// After how many seconds the call is ended.
        time_limit: u32 = "TimeLimit",
    }
}

params! {
    /// Which calls to list; the newest come first.
    pub struct ListCalls new() {
        /// Only those to this address.
        to: Address = "To",
        /// Only those from this address.
        from: Address = "From",
        /// Only the legs that this call started.
        parent_call_sid: CallSid = "ParentCallSid",
        /// Only those that stand there.
        status: CallStatus = "Status",
        /// Only those started on the day of this time, in UTC.
        start_time: Timestamp = "StartTime",
        /// Only those started at this time or before.
        start_time_before: Timestamp = "StartTime<",
        /// Only those started at this time or after.
        start_time_after: Timestamp = "StartTime>",
        /// Only those ended on the day of this time, in UTC.
        end_time: Timestamp = "EndTime",
        /// Only those ended at this time or before.
        end_time_before: Timestamp = "EndTime<",
        /// Only those ended at this time or after.
        end_time_after: Timestamp = "EndTime>",
        /// How many come in one request, up to 1000; 50 if not set.
        page_size: u32 = "PageSize",
    }
}

resource! {
    /// A [call](https://www.twilio.com/docs/voice/api/call-resource), or rather one leg of it.
    pub struct Call {
        [
            /// The call.
            sid: CallSid
        ]
        /// The account it belongs to.
        account_sid: AccountSid,
        /// The call that started this leg, if one did.
        parent_call_sid: CallSid,
        /// The number of the account that was called or that calls; absent for clients and SIP.
        phone_number_sid: PhoneNumberSid,
        /// Where it stands.
        status: CallStatus,
        /// Who started it.
        direction: CallDirection,
        /// Who called.
        from: Address,
        /// The caller as it is written in the country.
        from_formatted: String,
        /// Who was called.
        to: Address,
        /// The called one as it is written in the country.
        to_formatted: String,
        /// Who answered, with machine detection.
        answered_by: AnsweredBy,
        /// The number that the call was forwarded from, if the carrier tells.
        forwarded_from: Address,
        /// The caller's name, with caller id look-up.
        caller_name: String,
        /// When it was answered.
        start_time: Timestamp,
        /// When it ended.
        end_time: Timestamp,
        /// How many seconds it lasted; absent before its end.
        duration: u32,
        /// How many milliseconds it waited to be dialled.
        queue_time: u32,
        /// What it cost, a decimal fraction and mostly negative; known some time after its end.
        price: String,
        /// The currency of the price, such as `USD`.
        price_unit: String,
        /// The group of Twilio's it belonged to.
        group_sid: GroupSid,
        /// The SIP trunk it came or went through.
        trunk_sid: TrunkSid,
        /// When it was made.
        date_created: Timestamp,
        /// When it was changed last.
        date_updated: Timestamp,
    }
    debug: sid, account_sid, parent_call_sid, direction, status, duration, answered_by;
}

/// The calls of an account: [`Client::calls`].
#[derive(Debug, Clone, Copy)]
pub struct Calls<'a> {
    client: &'a Client,
}

impl<'a> Calls<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Starts a call.
    ///
    /// It is never started twice: if nobody knows whether Twilio took it, the error says so.
    ///
    /// # Errors
    /// See [`ClientError`]. Frequent codes are 21211 (no valid number), 21210 (the caller is not
    /// verified) and 21219 (a trial account).
    pub async fn create(&self, call: CreateCall) -> Result<Call, ClientError> {
        let path = self.client.account_path(&["Calls"])? + ".json";
        self.client
            .request(ApiRequest::post(
                Product::Api,
                path,
                call.pairs,
                Repeat::Once,
            ))
            .await
    }

    /// Reads one call.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn fetch(&self, sid: &CallSid) -> Result<Call, ClientError> {
        let path = self.path(sid)?;
        self.client
            .request(ApiRequest::get(Product::Api, path))
            .await
    }

    /// Lists calls.
    pub fn list(&self, which: ListCalls) -> Pages<Call> {
        let path = self
            .client
            .account_path(&["Calls"])
            .map(|path| path + ".json");
        Pages::new(
            self.client.clone(),
            Product::Api,
            "calls",
            path,
            which.pairs,
        )
    }

    /// Gives a call other instructions, or ends it. This is repeated only if Twilio has surely not
    /// taken it, because instructions given twice start again.
    ///
    /// # Errors
    /// See [`ClientError`]; 21220 if the call is over.
    pub async fn update(&self, sid: &CallSid, change: UpdateCall) -> Result<Call, ClientError> {
        let path = self.path(sid)?;
        self.client
            .request(ApiRequest::post(
                Product::Api,
                path,
                change.pairs,
                Repeat::Once,
            ))
            .await
    }

    /// Ends a call, answered or not.
    ///
    /// # Errors
    /// See [`update`](Self::update).
    pub async fn end(&self, sid: &CallSid) -> Result<Call, ClientError> {
        self.update(sid, UpdateCall::new().status(CallEnd::Completed))
            .await
    }

    /// Deletes what Twilio knows of a call that is over.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn delete(&self, sid: &CallSid) -> Result<(), ClientError> {
        let path = self.path(sid)?;
        self.client.delete(Product::Api, path).await
    }

    fn path(&self, sid: &CallSid) -> Result<String, ClientError> {
        Ok(self.client.account_path(&["Calls", sid.as_str()])? + ".json")
    }
}
