//! Proofs of who uses a number: regulatory bundles and Trust Hub ([`BundleStatusUpdate`]).

use jiff::Timestamp;

use super::macros::webhook;
use crate::{AccountSid, BundleSid, string_enum::string_enum};

webhook! {
    /// A regulatory bundle, or a customer profile or trust product of Trust Hub, was reviewed.
    ///
    /// All three send the same parameters, and their SIDs look alike, so one type reads them; use
    /// different routes to tell them apart. What is known of them is little and unconfirmed. See
    /// Twilio's description of [bundles](https://www.twilio.com/docs/phone-numbers/regulatory) and of
    /// [Trust Hub](https://www.twilio.com/docs/trust-hub).
    ///
    /// Refused without `AccountSid`, `BundleSid` and `Status`.
    pub struct BundleStatusUpdate: "bundle-status" {
        /// The bundle, profile or product.
        bundle_sid: BundleSid = required "BundleSid",
        /// The account or subaccount it belongs to.
        account_sid: AccountSid = required "AccountSid",
        /// Where it stands.
        status: BundleStatus = required "Status",
        /// Why it was rejected, in English; on `twilio-rejected`.
        failure_reason: Option<String> = "FailureReason",
        /// When the approval ends; on regulatory bundles for which it does.
        valid_until: Option<Timestamp> = "ValidUntil",
    }
    families {}
}

string_enum! {
    /// Where a bundle, customer profile or trust product stands.
    pub enum BundleStatus {
        /// Not handed in yet.
        Draft => "draft",
        /// Handed in.
        PendingReview => "pending-review",
        /// Being looked at.
        InReview => "in-review",
        /// Refused.
        TwilioRejected => "twilio-rejected",
        /// Approved.
        TwilioApproved => "twilio-approved",
        /// Approved for now; something is still to be handed in.
        ProvisionallyApproved => "provisionally-approved",
    }
}
