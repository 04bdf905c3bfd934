//! [`ReferAction`]: a call was handed to another SIP address, or not.

use crate::{CallStatus, webhook::macros::call_question};

call_question! {
    /// A `<Refer>` is over; what next?
    ///
    /// It comes to the `action` of the `<Refer>`. See
    /// [Twilio's description](https://www.twilio.com/docs/voice/twiml/refer).
    ///
    /// Refused without `AccountSid` and `CallSid`.
    pub struct ReferAction: "refer-action" {
        /// How the new call went: `in-progress` means that it works, so ask
        /// [`is_transferred`](Self::is_transferred). Absent if the SIP side never reported on it.
        refer_call_status: Option<CallStatus> = "ReferCallStatus",
        /// The SIP status in answer to the `REFER`: 202 if it was accepted. Nearly always there.
        refer_sip_response_code: Option<u16> = "ReferSipResponseCode",
        /// The last SIP status of the new call; absent if the SIP side never reported on it.
        notify_sip_response_code: Option<u16> = "NotifySipResponseCode",
    }
}

impl ReferAction {
    /// Whether the SIP side reported that the new call was answered.
    #[must_use]
    pub fn is_transferred(&self) -> bool {
        matches!(
            self.refer_call_status,
            Some(CallStatus::InProgress | CallStatus::Completed)
        )
    }
}
