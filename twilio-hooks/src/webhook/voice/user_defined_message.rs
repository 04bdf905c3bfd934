//! [`UserDefinedMessage`]: an app on a call says something to our server.

use serde::de::DeserializeOwned;

use crate::{
    AccountSid, CallSid, UserDefinedMessageSid,
    webhook::{field, macros::webhook},
};

webhook! {
    /// An app with the Voice SDK sent our server a message about its call.
    ///
    /// See [Twilio's
    /// description](https://www.twilio.com/docs/voice/api/userdefinedmessagesubscription-resource).
    /// Twilio documents this poorly; fields may differ.
    ///
    /// Refused without `AccountSid` and `CallSid`.
    pub struct UserDefinedMessage: "user-defined-message" {
        /// The leg of the app.
        call_sid: CallSid = required "CallSid",
        /// The account or subaccount the call belongs to.
        account_sid: AccountSid = required "AccountSid",
        /// The message, as JSON text. The app chose it. See [`content_json`](Self::content_json).
        content: Option<String> = "Content",
        /// The message's identifier; on most requests.
        sid: Option<UserDefinedMessageSid> = "Sid",
        /// When it was sent, in a format that Twilio does not name; may be left out.
        date_created: Option<String> = "DateCreated",
    }
    families {}
}

impl UserDefinedMessage {
    /// Reads [`content`](Self::content) as JSON; `None` if it is absent, or is not what `T` expects.
    #[must_use]
    pub fn content_json<T: DeserializeOwned>(&self) -> Option<T> {
        field::json(self.content.as_deref())
    }
}
