//! Connect apps: acting for the accounts of customers ([`ConnectAppDeauthorized`]).

use super::macros::webhook;
use crate::{AccountSid, ConnectAppSid};

webhook! {
    /// A customer has removed our Connect app: we may no longer act for the account.
    ///
    /// What is known of it is little and unconfirmed. See
    /// [Twilio's description](https://www.twilio.com/docs/iam/connect).
    ///
    /// Refused without `AccountSid` and `ConnectAppSid`.
    pub struct ConnectAppDeauthorized: "connect-app-deauthorize" {
        /// The customer's account.
        account_sid: AccountSid = required "AccountSid",
        /// Our app.
        connect_app_sid: ConnectAppSid = required "ConnectAppSid",
    }
    families {}
}
