//! [`TrunkDisasterRecovery`]: our own telephone system can't be reached.

use crate::webhook::macros::call_question;

call_question! {
    /// A call came to an elastic SIP trunk, and our own telephone system can't be reached; what next?
    ///
    /// It comes to the disaster recovery URL of the trunk. See
    /// [Twilio's description](https://www.twilio.com/docs/sip-trunking). Twilio
    /// documents this poorly; fields may differ. Nothing in it tells it from an
    /// [`IncomingCall`](crate::webhook::IncomingCall), so it needs a route of its own.
    ///
    /// Refused without `AccountSid` and `CallSid`.
    pub struct TrunkDisasterRecovery: "trunk-disaster-recovery" {}
}
