//! Hosted numbers: numbers of other carriers with messages through Twilio
//! ([`HostedNumberStatusUpdate`]).

use super::macros::webhook;
use crate::{
    AccountSid, Address, HostedNumberOrderSid, SigningDocumentSid, string_enum::string_enum,
};

webhook! {
    /// An order to host a number has got further.
    ///
    /// What is known of it is little and unconfirmed. See
    /// [Twilio's description](https://www.twilio.com/docs/phone-numbers/hosted-numbers).
    ///
    /// Refused without `AccountSid` and `Status`.
    pub struct HostedNumberStatusUpdate: "hosted-number-status" {
        /// The account or subaccount that ordered.
        account_sid: AccountSid = required "AccountSid",
        /// Where the order, or its letter, stands.
        status: HostedNumberStatus = required "Status",
        /// The order; absent on reports about a letter for several.
        hosted_number_order_sid: Option<HostedNumberOrderSid> = "HostedNumberOrderSid",
        /// The letter of authorisation; absent until there is one.
        signing_document_sid: Option<SigningDocumentSid> = "SigningDocumentSid",
        /// The number; absent on reports about a letter for several.
        phone_number: Option<Address> = "PhoneNumber",
        /// Why it failed, in English; absent if it did not.
        failure_reason: Option<String> = "FailureReason",
    }
    families {}
}

string_enum! {
    /// Where an order to host a number stands.
    pub enum HostedNumberStatus {
        /// Twilio is at work.
        TwilioProcessing => "twilio-processing",
        /// Twilio has the order.
        Received => "received",
        /// The owner must prove to own the number.
        PendingVerification => "pending-verification",
        /// The owner has proved it.
        Verified => "verified",
        /// The letter of authorisation is to be signed.
        PendingLoa => "pending-loa",
        /// The carrier is at work.
        CarrierProcessing => "carrier-processing",
        /// Twilio tries the number out.
        Testing => "testing",
        /// The number is hosted.
        Completed => "completed",
        /// It could not be done.
        Failed => "failed",
        /// We must do something.
        ActionRequired => "action-required",
    }
}
