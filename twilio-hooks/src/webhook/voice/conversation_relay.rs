//! [`ConversationRelayAction`]: a conversation with our own assistant is over.

use serde::de::DeserializeOwned;

use crate::{
    ConversationRelaySid,
    string_enum::string_enum,
    webhook::{
        field,
        macros::{call_question, error_code},
    },
};

call_question! {
    /// A session of `ConversationRelay` is over; what next for the call?
    ///
    /// It comes to the `action` of the `<Connect>` around a `<ConversationRelay>`. See [Twilio's
    /// description](https://www.twilio.com/docs/voice/twiml/connect/conversationrelay).
    ///
    /// Refused without `AccountSid`, `CallSid`, `SessionId` and `SessionStatus`.
    pub struct ConversationRelayAction: "conversation-relay-action" {
        /// The session.
        session_id: ConversationRelaySid = required "SessionId",
        /// How it ended.
        session_status: ConversationRelayStatus = required "SessionStatus",
        /// How long it lasted, in seconds. Nearly always there.
        session_duration: Option<u32> = "SessionDuration",
        /// What our own server handed over when it ended the session, byte for byte; absent if it
        /// handed nothing over. Often JSON: see [`handoff_json`](Self::handoff_json).
        handoff_data: Option<String> = "HandoffData",
        /// Why it failed, an [error code](https://www.twilio.com/docs/api/errors) such as 64105; on
        /// failures. Ask [`error`](Self::error), which also knows 0.
        error_code: Option<u32> = "ErrorCode",
        /// A text about `error_code`; on failures.
        error_message: Option<String> = "ErrorMessage",
    }
}

error_code!(ConversationRelayAction: error_code);

impl ConversationRelayAction {
    /// Reads [`handoff_data`](Self::handoff_data) as JSON; `None` if it is absent, or is not what
    /// `T` expects.
    ///
    /// # Examples
    /// ```
    /// use std::collections::BTreeMap;
    ///
    /// use twilio_hooks::{
    ///     Params,
    ///     webhook::{ConversationRelayAction, Webhook},
    /// };
    ///
    /// let params = Params::from_pairs([
    ///     ("AccountSid", "AC00000000000000000000000000000001"),
    ///     ("CallSid", "CA00000000000000000000000000000001"),
    ///     ("SessionId", "VX00000000000000000000000000000001"),
    ///     ("SessionStatus", "ended"),
    ///     ("HandoffData", r#"{"reason":"wants a human"}"#),
    /// ]);
    /// let relay = ConversationRelayAction::from_params(&params)?;
    /// let handoff: BTreeMap<String, String> = relay.handoff_json().expect("JSON");
    /// assert_eq!(handoff["reason"], "wants a human");
    /// # Ok::<_, twilio_hooks::ParamError>(())
    /// ```
    #[must_use]
    pub fn handoff_json<T: DeserializeOwned>(&self) -> Option<T> {
        field::json(self.handoff_data.as_deref())
    }
}

string_enum! {
    /// How a session of `ConversationRelay` ended.
    pub enum ConversationRelayStatus {
        /// Our server ended it.
        Ended => "ended",
        /// The caller ended it.
        Completed => "completed",
        /// It failed; see the error code.
        Failed => "failed",
    }
}
