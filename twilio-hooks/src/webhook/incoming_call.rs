//! [`IncomingCall`]: somebody calls, or a call goes on.

use super::macros::call_question;

call_question! {
    /// Somebody calls one of our numbers, SIP domains or applications.
    ///
    /// Twilio wants to be told in TwiML what to do; see
    /// [its description of the request](https://www.twilio.com/docs/voice/twiml#request-parameters).
    /// The same parameters come again whenever the call goes on at another URL, with another
    /// [`call_status`](Self::call_status), and to the fallback URL of a number, with
    /// [`error_code`](Self::error_code) and [`error_url`](Self::error_url) telling why. Parameters
    /// of one's own (those of a Voice SDK client, a `<Parameter>`, or the URL's query) are in
    /// [`extra`](Self::extra).
    ///
    /// Refused without `AccountSid` and `CallSid`.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::{
    ///     AddressKind, Params,
    ///     webhook::{IncomingCall, Webhook},
    /// };
    ///
    /// let params = Params::from_form(
    ///     b"AccountSid=AC00000000000000000000000000000001\
    ///       &CallSid=CA00000000000000000000000000000001&CallStatus=ringing\
    ///       &From=%2B266696687&To=%2B12025550102&FromCountry=US&customerId=42",
    /// );
    /// let call = IncomingCall::from_params(&params)?;
    /// assert_eq!(call.from.kind(), AddressKind::Hidden);
    /// assert_eq!(call.from_place.country.as_deref(), Some("US"));
    /// assert_eq!(call.extra.parse::<u32>("customerId")?, Some(42));
    /// # Ok::<_, twilio_hooks::ParamError>(())
    /// ```
    pub struct IncomingCall: "voice-incoming" {
        /// Why the primary URL gave no usable answer, an
        /// [error code](https://www.twilio.com/docs/api/errors); on requests to the fallback URL only.
        error_code: Option<u32> = "ErrorCode",
        /// The primary URL that gave no usable answer; on requests to the fallback URL only.
        error_url: Option<String> = "ErrorUrl",
    }
}
