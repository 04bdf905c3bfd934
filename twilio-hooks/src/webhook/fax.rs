//! Fax, a product Twilio has shut down ([`FaxStatusUpdate`]).

use super::macros::webhook;
use crate::{AccountSid, Address, FaxSid, string_enum::string_enum};

webhook! {
    /// A fax comes in, or has got further.
    ///
    /// Twilio has shut this product down; the type is for requests that were kept. What is known of
    /// it is little and unconfirmed. The request for an incoming fax wanted an answer in TwiML
    /// (`<Receive>`); it has the parameters of a status report and differs only by its
    /// [`fax_status`](Self::fax_status), which is `receiving`. See
    /// [Twilio's description](https://www.twilio.com/docs/fax/api).
    ///
    /// Refused without `AccountSid` and `FaxSid`.
    pub struct FaxStatusUpdate: "fax-status" {
        /// The fax.
        fax_sid: FaxSid = required "FaxSid",
        /// The account or subaccount that owns the number.
        account_sid: AccountSid = required "AccountSid",
        /// Who sent it. Nearly always there; empty if Twilio leaves it out.
        from: Address = "From",
        /// Who it is for. Nearly always there; empty if Twilio leaves it out.
        to: Address = "To",
        /// How the other machine calls itself, if it does; often a phone number.
        remote_station_id: Option<String> = "RemoteStationId",
        /// Where the fax stands. Absent on some requests for incoming ones.
        fax_status: Option<FaxStatus> = "FaxStatus",
        /// The version of Twilio's REST API behind the fax, `v1`.
        api_version: Option<String> = "ApiVersion",
        /// How many pages there are; absent until they were received or sent.
        num_pages: Option<u32> = "NumPages",
        /// Where the document is; absent until it was received or sent.
        media_url: Option<String> = "MediaUrl",
        /// Where the document to be sent was taken from; on outgoing ones.
        original_media_url: Option<String> = "OriginalMediaUrl",
        /// Why it failed, an [error code](https://www.twilio.com/docs/api/errors); absent if it did
        /// not.
        error_code: Option<u32> = "ErrorCode",
        /// A text about `error_code`.
        error_message: Option<String> = "ErrorMessage",
    }
    families {}
}

string_enum! {
    /// Where a fax stands.
    pub enum FaxStatus {
        /// It waits for its turn.
        Queued => "queued",
        /// The document is fetched.
        Processing => "processing",
        /// It is being sent.
        Sending => "sending",
        /// It was sent.
        Delivered => "delivered",
        /// It is coming in.
        Receiving => "receiving",
        /// It came in.
        Received => "received",
        /// Nobody answered.
        NoAnswer => "no-answer",
        /// The line was busy.
        Busy => "busy",
        /// It could not be sent or received.
        Failed => "failed",
        /// It was called off.
        Canceled => "canceled",
    }
}
