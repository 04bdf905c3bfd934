//! [`OutOfSession`]: a message or call for a proxy number outside of any session.

use std::{
    collections::HashMap,
    fmt::{self, Debug},
};

use crate::{
    AccountSid, ParamError, Params, ProxySessionSid,
    webhook::{
        IncomingCall, IncomingMessage, Webhook,
        field::{self, Value},
        sealed::Sealed,
    },
};

/// The parameters that Proxy adds to those of a message or call.
const SESSION_SID: &str = "sessionSid";
const SESSION_STATUS: &str = "sessionStatus";

/// Somebody wrote to or called a proxy number, and no session is open between the two.
///
/// Twilio sends the parameters of a message or a call and wants TwiML of that sort; see
/// [its description](https://www.twilio.com/docs/proxy/api/service), which says little.
///
/// Refused without `AccountSid`.
///
/// # Examples
/// ```
/// use twilio_hooks::{
///     Params,
///     webhook::{Webhook, proxy::OutOfSession},
/// };
///
/// let params = Params::from_form(
///     b"AccountSid=AC00000000000000000000000000000001\
///       &MessageSid=SM00000000000000000000000000000001&From=%2B12025550143&Body=Still+there%3F\
///       &sessionSid=KC00000000000000000000000000000001&sessionStatus=closed",
/// );
/// let stray = OutOfSession::from_params(&params)?;
/// assert_eq!(stray.message.unwrap().body, "Still there?");
/// assert!(stray.call.is_none());
/// # Ok::<_, twilio_hooks::ParamError>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct OutOfSession {
    /// The account or subaccount that owns the proxy number.
    pub account_sid: AccountSid,
    /// The session that was open between the two before, if there was one.
    #[doc(alias = "sessionSid")]
    pub session_sid: Option<ProxySessionSid>,
    /// Where that session stands.
    #[doc(alias = "sessionStatus")]
    pub session_status: Option<String>,
    /// The message; absent for a call.
    pub message: Option<IncomingMessage>,
    /// The call; absent for a message.
    pub call: Option<IncomingCall>,
    /// The pairs that fill no field, here or in `message` and `call`. The `extra` of those two have
    /// what fills no field of theirs.
    pub extra: Params,
}

impl Sealed for OutOfSession {}

impl Webhook for OutOfSession {
    const KIND: &'static str = "proxy-out-of-session";
    const REQUIRED: &'static [&'static str] = &["AccountSid"];

    fn from_params(params: &Params) -> Result<Self, ParamError> {
        let mut session_sid = None;
        let mut session_status = None;
        let mut rest = Vec::new();
        for pair in params.iter_bytes() {
            let taken = match pair.0 {
                name if name == SESSION_SID.as_bytes() => field::fill(&mut session_sid, pair.1),
                name if name == SESSION_STATUS.as_bytes() => {
                    field::fill(&mut session_status, pair.1)
                }
                _ => false,
            };
            if !taken {
                rest.push(pair);
            }
        }
        let account_sid = field::required(&[params.get_bytes("AccountSid")], "AccountSid")?;
        let rest = Params::from_pairs(rest);
        let message = IncomingMessage::from_params(&rest).ok();
        let call = IncomingCall::from_params(&rest).ok();

        let mut extra: Vec<_> = match (&message, &call) {
            (Some(message), Some(call)) => common(&message.extra, &call.extra),
            (Some(message), None) => message.extra.iter_bytes().collect(),
            (None, Some(call)) => call.extra.iter_bytes().collect(),
            (None, None) => {
                let mut account = None;
                rest.iter_bytes()
                    .filter(|pair| pair.0 != b"AccountSid" || !field::fill(&mut account, pair.1))
                    .collect()
            }
        };
        Ok(Self {
            account_sid,
            session_sid: field::optional(session_sid, SESSION_SID, &mut extra),
            session_status: field::optional(session_status, SESSION_STATUS, &mut extra),
            extra: Params::from_pairs(extra),
            message,
            call,
        })
    }
}

/// The pairs that are in both, as often as they are in both.
fn common<'a>(one: &'a Params, other: &Params) -> Vec<field::Pair<'a>> {
    let mut others = HashMap::new();
    for pair in other.iter_bytes() {
        *others.entry(pair).or_insert(0_usize) += 1;
    }
    one.iter_bytes()
        .filter(|pair| match others.get_mut(pair) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        })
        .collect()
}

/// Shows what the message or call shows.
impl Debug for OutOfSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("OutOfSession");
        out.field("account_sid", &self.account_sid);
        field::show(&mut out, "session_sid", self.session_sid.shown());
        if let Some(message) = &self.message {
            out.field("message", message);
        }
        if let Some(call) = &self.call {
            out.field("call", call);
        }
        if !self.extra.is_empty() {
            out.field("extra", &self.extra);
        }
        out.finish_non_exhaustive()
    }
}
