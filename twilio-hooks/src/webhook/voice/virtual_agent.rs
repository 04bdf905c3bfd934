//! What virtual agents ask and tell: [`VirtualAgentAction`] and [`VirtualAgentStatusUpdate`].

use serde::de::DeserializeOwned;

use crate::{
    AccountSid, CallSid,
    string_enum::string_enum,
    webhook::{
        field,
        macros::{call_question, error_code, webhook},
    },
};

call_question! {
    /// A conversation with a virtual agent is over; what next for the call?
    ///
    /// It comes to the `action` of the `<Connect>` around a `<VirtualAgent>`. See
    /// [Twilio's description](https://www.twilio.com/docs/voice/twiml/connect/virtualagent). Twilio
    /// documents this poorly; fields may differ.
    ///
    /// Refused without `AccountSid` and `CallSid`.
    pub struct VirtualAgentAction: "virtual-agent-action" {
        /// How it ended; on most requests.
        virtual_agent_status: Option<VirtualAgentStatus> = "VirtualAgentStatus",
        /// What the agent's platform hands over, as JSON text; may be left out. See
        /// [`provider_json`](Self::provider_json).
        virtual_agent_provider_data: Option<String> = "VirtualAgentProviderData",
        /// A text about `virtual_agent_error_code`; on failures.
        virtual_agent_error: Option<String> = "VirtualAgentError",
        /// Why it failed, an [error code](https://www.twilio.com/docs/api/errors) such as 32601; on
        /// failures.
        virtual_agent_error_code: Option<u32> = "VirtualAgentErrorCode",
        /// What the agent's platform said about it; if the code is 32601.
        virtual_agent_provider_error: Option<String> = "VirtualAgentProviderError",
    }
}

error_code!(VirtualAgentAction: virtual_agent_error_code);

impl VirtualAgentAction {
    /// Reads [`virtual_agent_provider_data`](Self::virtual_agent_provider_data) as JSON; `None` if
    /// it is absent, or is not what `T` expects.
    #[must_use]
    pub fn provider_json<T: DeserializeOwned>(&self) -> Option<T> {
        field::json(self.virtual_agent_provider_data.as_deref())
    }
}

string_enum! {
    /// How a conversation with a virtual agent ended.
    pub enum VirtualAgentStatus {
        /// The agent hands over to a person.
        LiveAgentHandoff => "live-agent-handoff",
        /// The conversation has come to its end.
        Completed => "completed",
        /// It failed; see the error code.
        Failed => "failed",
    }
}

webhook! {
    /// Something happened in a conversation with a virtual agent.
    ///
    /// It comes to the `statusCallback` of a `<VirtualAgent>`. See
    /// [Twilio's description](https://www.twilio.com/docs/voice/twiml/connect/virtualagent). Twilio
    /// documents this poorly; fields may differ.
    ///
    /// Refused without `AccountSid` and `CallSid`.
    pub struct VirtualAgentStatusUpdate: "virtual-agent-status" {
        /// The leg of the call that this is about.
        call_sid: CallSid = required "CallSid",
        /// The account or subaccount the call belongs to.
        account_sid: AccountSid = required "AccountSid",
        /// What happened; Twilio does not list the values. On most reports.
        virtual_agent_event: Option<String> = "VirtualAgentEvent",
        /// What the agent's platform tells, as JSON text; may be left out. See
        /// [`provider_json`](Self::provider_json).
        virtual_agent_provider_data: Option<String> = "VirtualAgentProviderData",
        /// When it happened, in a format that Twilio does not name; on most reports.
        timestamp: Option<String> = "Timestamp",
    }
    families {}
}

impl VirtualAgentStatusUpdate {
    /// Reads [`virtual_agent_provider_data`](Self::virtual_agent_provider_data) as JSON; `None` if
    /// it is absent, or is not what `T` expects.
    #[must_use]
    pub fn provider_json<T: DeserializeOwned>(&self) -> Option<T> {
        field::json(self.virtual_agent_provider_data.as_deref())
    }
}
