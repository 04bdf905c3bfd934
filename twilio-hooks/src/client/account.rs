//! The account itself.

use jiff::Timestamp;

use super::{Client, ClientError, hosts::Product, macros::resource, request::ApiRequest};
use crate::{AccountSid, string_enum::string_enum};

string_enum! {
    /// Whether an account may be used.
    pub enum AccountStatus {
        /// It may.
        Active => "active",
        /// Stopped for now.
        Suspended => "suspended",
        /// Closed for good.
        Closed => "closed",
    }
}

string_enum! {
    /// Whether an account has been paid for.
    pub enum AccountType {
        /// Calls and messages go to verified numbers only.
        Trial => "Trial",
        /// Paid for.
        Full => "Full",
    }
}

resource! {
    /// An [account or subaccount](https://www.twilio.com/docs/iam/api/account).
    ///
    /// Twilio sends the auth token with it; this is dropped.
    pub struct Account {
        [
            /// The account.
            sid: AccountSid
        ]
        /// The name that was given to it.
        friendly_name: String,
        /// Whether it may be used.
        status: AccountStatus,
        /// Whether it has been paid for.
        account_type as "type": AccountType,
        /// The account that owns this one; itself, if it is no subaccount.
        owner_account_sid: AccountSid,
        /// When it was made.
        date_created: Timestamp,
        /// When it was changed last.
        date_updated: Timestamp,
    }
    debug: sid, status, account_type, owner_account_sid;
    drop: "auth_token";
}

impl Client {
    /// The account whose resources are used: a cheap way to try the credentials.
    ///
    /// # Errors
    /// See [`ClientError`]; wrong credentials are status 401 and code 20003.
    pub async fn account(&self) -> Result<Account, ClientError> {
        let path = self.account_path(&[])? + ".json";
        self.request(ApiRequest::get(Product::Api, path)).await
    }
}
