//! [`AssistantResponse`]: an AI assistant has answered.

use crate::{AccountSid, json::json_object, string_enum::string_enum};

json_object! {
    /// An AI assistant has answered a message that was sent to it with a webhook to call.
    ///
    /// See [Twilio's description](https://www.twilio.com/docs/alpha/ai-assistants). Its form is known
    /// from Twilio's samples alone: expect members without a field.
    ///
    /// Refused without `SessionId`.
    pub struct AssistantResponse: "ai-assistant-response" {
        /// Your id of the session behind `webhook:`.
        session_id: String = required "SessionId",
        /// What became of it.
        status: Option<AssistantStatus> = "Status",
        /// The user, such as `phone:+12025550143`.
        identity: Option<String> = "Identity",
        /// The answer; absent on failures. It is made by a machine from what a stranger wrote.
        body: Option<String> = "Body",
        /// The assistant.
        assistant_sid: Option<String> = shown "AssistantSid",
        /// The account of the assistant.
        account_sid: Option<AccountSid> = "AccountSid",
    }
}

string_enum! {
    /// What became of a message to an assistant.
    pub enum AssistantStatus {
        /// It was answered.
        Success => "Success",
        /// It was not.
        Failed => "Failed",
    }
}
