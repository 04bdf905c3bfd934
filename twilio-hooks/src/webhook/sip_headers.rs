//! [`SipHeaders`]: headers that a SIP endpoint sent with its call.

use std::fmt::{self, Debug};

use super::field::{Family, Pair, Value};

/// The headers of a SIP request that Twilio hands on, in wire order.
///
/// These are the `X-` headers and a few standard ones such as `User-to-User`; see
/// [Twilio's list](https://www.twilio.com/docs/voice/api/sip-twiml). The other side chose
/// their content freely.
///
/// # Examples
/// ```
/// use twilio_hooks::{
///     Params,
///     webhook::{IncomingCall, Webhook},
/// };
///
/// let params = Params::from_pairs([
///     ("AccountSid", "AC00000000000000000000000000000001"),
///     ("CallSid", "CA00000000000000000000000000000001"),
///     ("SipHeader_X-Correlation-Id", "abc-123"),
/// ]);
/// let call = IncomingCall::from_params(&params)?;
/// assert_eq!(call.sip_headers.get("x-correlation-id"), Some("abc-123"));
/// # Ok::<_, twilio_hooks::ParamError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct SipHeaders(Vec<(String, String)>);

impl SipHeaders {
    /// The first value of a header. Letter case makes no difference in SIP.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// All headers in wire order, names in the spelling of the sender.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// How many headers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none, as on every call that is not SIP.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Shows the names; values are the other side's data.
impl Debug for SipHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.iter().map(|(name, _)| name))
            .finish()
    }
}

/// `{prefix}{header}`, repetitions included.
impl Family for SipHeaders {
    type Slots<'a> = Vec<(String, String)>;

    fn take<'a>(slots: &mut Self::Slots<'a>, rest: &'a str, (_, value): Pair<'a>) -> bool {
        let Some(value) = String::from_value(value).filter(|_| !rest.is_empty()) else {
            return false;
        };
        slots.push((rest.to_owned(), value));
        true
    }

    fn finish<'a>(slots: Self::Slots<'a>, _extra: &mut Vec<Pair<'a>>) -> Self {
        Self(slots)
    }

    fn shown(&self) -> Option<&dyn Debug> {
        (!self.is_empty()).then_some(self)
    }
}
