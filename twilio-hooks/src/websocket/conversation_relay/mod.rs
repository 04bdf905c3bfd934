//! ConversationRelay: what a caller says as text, and text that is spoken to the caller.
//!
//! A [`<ConversationRelay>`](https://www.twilio.com/docs/voice/twiml/connect/conversationrelay) makes
//! Twilio open a socket. It says `setup`, then a `prompt` for what the caller says, `dtmf` for keys,
//! and `interrupt` when the caller speaks while being spoken to. It can be told `text`, `play`,
//! `sendDigits`, `language` and `end`. A message that Twilio can't read is answered by `error`; ten in
//! a row close the socket, and Twilio does not open another. See
//! [Twilio's description](https://www.twilio.com/docs/voice/conversationrelay/websocket-messages).
//!
//! # Examples
//! ```
//! use twilio_hooks::{
//!     JsonError,
//!     websocket::conversation_relay::{RelayCommand, RelayMessage, Text},
//! };
//!
//! fn answer(text: &str) -> Result<Option<RelayCommand>, JsonError> {
//!     Ok(match RelayMessage::from_json(text)? {
//!         RelayMessage::Prompt(prompt) if prompt.is_complete() => {
//!             let reply = format!("You said: {}", prompt.voice_prompt);
//!             Some(Text::new(reply).last(true).into())
//!         }
//!         _ => None,
//!     })
//! }
//!
//! let said = answer(r#"{"type":"prompt","voicePrompt":"Hello","lang":"en-US","last":true}"#)?;
//! assert_eq!(
//!     said.map(|command| command.to_json()).as_deref(),
//!     Some(r#"{"type":"text","token":"You said: Hello","last":true}"#),
//! );
//! assert_eq!(answer(r#"{"type":"prompt","voicePrompt":"Hel","last":false}"#)?, None);
//! # Ok::<_, JsonError>(())
//! ```

mod command;

pub use self::command::{End, Language, Play, RelayCommand, SendDigits, Text};
use super::{CustomParameters, messages};
use crate::{
    AccountSid, Address, CallDirection, CallSid, CallStatus, ConversationRelaySid,
    json::json_object, string_enum::string_enum,
};

messages! {
    /// What Twilio says over the socket of a ConversationRelay.
    ///
    /// The [module documentation](self) has an example.
    pub enum RelayMessage: "conversation-relay-ws" by "type" {
        /// What the session is about; the first message.
        Setup = "setup",
        /// What the caller says.
        Prompt = "prompt",
        /// A key was pressed.
        Dtmf = "dtmf",
        /// The caller has interrupted.
        Interrupt = "interrupt",
        /// Something that was sent could not be used.
        Error = "error",
        /// Details for debugging, if the TwiML asks for them.
        Info = "info",
    }
}

json_object! {
    /// What the session is about.
    ///
    /// Unknown without `sessionId` and `callSid`.
    pub struct Setup {
        /// The session.
        session_id: ConversationRelaySid = required "sessionId",
        /// The call.
        call_sid: CallSid = required "callSid",
        /// The account the call belongs to.
        account_sid: Option<AccountSid> = "accountSid",
        /// The leg that started this one; absent on calls without one.
        parent_call_sid: Option<CallSid> = "parentCallSid",
        /// The calling side.
        from: Option<Address> = "from",
        /// The called side.
        to: Option<Address> = "to",
        /// Who the call was diverted from; absent on direct calls.
        forwarded_from: Option<Address> = "forwardedFrom",
        /// The network the call came over.
        call_type: Option<CallType> = "callType",
        /// The caller's registered name; absent without caller name lookup. Text of others: escape
        /// it.
        caller_name: Option<String> = "callerName",
        /// Who started the call.
        direction: Option<CallDirection> = "direction",
        /// Where the call stands. Twilio writes it in capitals here.
        call_status: Option<CallStatus> = upper "callStatus",
        /// The `<Parameter>`s of the TwiML.
        custom_parameters: CustomParameters = "customParameters",
    }
}

json_object! {
    /// What the caller says.
    pub struct Prompt {
        /// The words. With partial prompts each repeats the whole utterance so far.
        voice_prompt: String = "voicePrompt",
        /// Their language, such as `en-US`.
        lang: Option<String> = shown "lang",
        /// Whether the utterance is over; see [`is_complete`](Self::is_complete).
        last: Option<bool> = "last",
    }
}

impl Prompt {
    /// Whether the utterance is over, so that it can be answered. Prompts that do not say are: only
    /// partial prompts, which the TwiML has to ask for, are not.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.last.unwrap_or(true)
    }
}

json_object! {
    /// A key was pressed.
    ///
    /// Unknown without `digit`.
    pub struct Dtmf {
        /// The key: `0` to `9`, `*` or `#`. Keys can be a secret, so `Debug` leaves it out.
        digit: String = required "digit",
    }
}

json_object! {
    /// The caller has interrupted what was being spoken.
    pub struct Interrupt {
        /// What the caller has heard before. What was sent beyond it was not spoken: a language
        /// model should be told.
        utterance_until_interrupt: String = "utteranceUntilInterrupt",
        /// How long it was spoken before, in milliseconds.
        duration_until_interrupt_ms: Option<u32> = "durationUntilInterruptMs",
    }
}

json_object! {
    /// Something that was sent could not be used, or the session has a problem.
    pub struct Error {
        /// What is wrong, in words. It may quote what was sent.
        description: String = "description",
    }
}

json_object! {
    /// A detail for debugging, if the TwiML asks for it with `debug` or `events`.
    pub struct Info {
        /// Which detail.
        name: Option<InfoName> = "name",
        /// Its value: `on`, `off`, a number of milliseconds, or the words that were played.
        value: Option<String> = "value",
    }
}

string_enum! {
    /// The network a call came over.
    pub enum CallType {
        /// The telephone network.
        Pstn => "PSTN",
        /// SIP.
        Sip => "SIP",
        /// A client of the Voice SDK.
        Client => "CLIENT",
    }
}

string_enum! {
    /// A detail for debugging.
    pub enum InfoName {
        /// How long a message takes to the server and back, in milliseconds.
        RoundTripDelayMs => "roundTripDelayMs",
        /// Whether the caller is being spoken to: `on` or `off`.
        AgentSpeaking => "agentSpeaking",
        /// Whether the caller speaks: `on` or `off`.
        ClientSpeaking => "clientSpeaking",
        /// The words that have been spoken.
        TokensPlayed => "tokensPlayed",
    }
}
