//! [`VerifyEvent`]: a factor or challenge of Verify has changed.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::{
    AccountSid, ChallengeSid, FactorSid, VerifyServiceSid, json::json_object,
    string_enum::string_enum,
};

json_object! {
    /// A factor or challenge of Verify has changed: push, TOTP or passkeys.
    ///
    /// What becomes of codes by SMS or voice is told by Event Streams instead. See
    /// [Twilio's description](https://www.twilio.com/docs/verify/push/webhooks). Its exact form rests
    /// on few sources: expect members without a field.
    ///
    /// Refused without `type`.
    pub struct VerifyEvent: "verify-event" {
        /// What has happened.
        event_type: VerifyEventType = required "type",
        /// The account or subaccount of the service.
        account_sid: Option<AccountSid> = "account_sid",
        /// The service of Verify.
        service_sid: Option<VerifyServiceSid> = "service_sid",
        /// The event, to know repetitions by; absent on older webhooks.
        uid: Option<String> = shown "uid",
        /// Your id of the user.
        entity_identity: Option<String> = "entity_identity",
        /// The factor.
        factor_sid: Option<FactorSid> = "factor_sid",
        /// What kind of factor it is.
        factor_type: Option<FactorType> = "factor_type",
        /// The factor's name, often that of a device.
        factor_friendly_name: Option<String> = "factor_friendly_name",
        /// The challenge; with the other `challenge_` fields on events of challenges.
        challenge_sid: Option<ChallengeSid> = "challenge_sid",
        /// What the user was shown, as JSON text.
        challenge_details: Option<String> = "challenge_details",
        /// What the user was not shown, as JSON text.
        challenge_hidden_details: Option<String> = "challenge_hidden_details",
        /// Until when it could be answered.
        challenge_expiration_date: Option<Timestamp> = "challenge_expiration_date",
        /// Where the challenge stands.
        challenge_status: Option<ChallengeStatus> = "challenge_status",
        /// When it happened.
        created_at: Option<Timestamp> = "created_at",
        /// Where the device was; rare.
        client_ip: Option<IpAddr> = "client_ip",
    }
}

string_enum! {
    /// What has happened to a factor or challenge.
    pub enum VerifyEventType {
        /// A factor was made, and is not proven yet.
        FactorCreated => "factor.created",
        /// A factor was proven.
        FactorVerified => "factor.verified",
        /// A factor is gone.
        FactorDeleted => "factor.deleted",
        /// The user has said yes.
        ChallengeApproved => "challenge.approved",
        /// The user has said no.
        ChallengeDenied => "challenge.denied",
    }
}

string_enum! {
    /// What a user proves themselves by.
    pub enum FactorType {
        /// A question on a device.
        Push => "push",
        /// A code that changes with time.
        Totp => "totp",
        /// A passkey.
        Passkeys => "passkeys",
    }
}

string_enum! {
    /// Where a challenge stands.
    pub enum ChallengeStatus {
        /// Not answered yet.
        Pending => "pending",
        /// Not answered in time.
        Expired => "expired",
        /// The user has said yes.
        Approved => "approved",
        /// The user has said no.
        Denied => "denied",
    }
}
