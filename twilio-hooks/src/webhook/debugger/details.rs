//! [`DebuggerDetails`]: the JSON inside a debugger event.

use std::fmt::{self, Debug};

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::Params;

/// What went wrong, read from the `Payload` of a [`DebuggerEvent`](super::DebuggerEvent).
///
/// Whatever Twilio leaves out, or writes in a way not known yet, is `None` or empty here; the whole
/// text is in [`payload`](super::DebuggerEvent::payload).
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DebuggerDetails {
    /// The call, message or other thing that it happened to; absent if there is none.
    pub resource_sid: Option<String>,
    /// The service that thing belongs to; absent for most.
    pub service_sid: Option<String>,
    /// What went wrong, an [error code](https://www.twilio.com/docs/api/errors). Twilio writes it as
    /// text.
    pub error_code: Option<u32>,
    /// The message in `more_info`, in English; it may quote URLs and numbers. Absent if there is
    /// none.
    pub message: Option<String>,
    /// What else Twilio says, by name (`more_info`): texts, and other values as JSON text.
    pub more_info: Params,
    /// What Twilio asked us; absent unless it went wrong in a webhook.
    pub request: Option<FailedRequest>,
    /// What we answered; absent unless it went wrong in a webhook, or if there was no answer.
    pub response: Option<FailedResponse>,
}

/// What Twilio asked us when it went wrong.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedRequest {
    /// The URL.
    pub url: Option<String>,
    /// `POST` or `GET`.
    pub method: Option<String>,
    /// The headers.
    pub headers: Params,
    /// The parameters of the webhook, which can be read like those of a new one. They carry no
    /// signature of their own: the signature of the debugger's request vouches for them.
    pub parameters: Params,
}

/// What we answered when it went wrong.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedResponse {
    /// The HTTP status.
    pub status_code: Option<u16>,
    /// The headers.
    pub headers: Params,
    /// The body, perhaps cut off.
    pub body: Option<String>,
}

impl<'de> Deserialize<'de> for DebuggerDetails {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let payload = Map::deserialize(deserializer)?;
        let more_info = payload.get("more_info");
        let webhook = payload.get("webhook").and_then(Value::as_object);
        let part = |name| webhook.and_then(|part| part.get(name)?.as_object());
        Ok(Self {
            resource_sid: text(payload.get("resource_sid")),
            service_sid: text(payload.get("service_sid")),
            error_code: text(payload.get("error_code")).and_then(|code| code.parse().ok()),
            message: match more_info {
                Some(Value::Object(more)) => text(more.get("Msg").or_else(|| more.get("msg"))),
                other => text(other),
            },
            more_info: pairs(more_info),
            request: part("request").map(|request| FailedRequest {
                url: text(request.get("url")),
                method: text(request.get("method")),
                headers: pairs(request.get("headers")),
                parameters: pairs(request.get("parameters")),
            }),
            response: part("response").map(|response| FailedResponse {
                status_code: text(response.get("status_code")).and_then(|code| code.parse().ok()),
                headers: pairs(response.get("headers")),
                body: text(response.get("body")),
            }),
        })
    }
}

/// A text as it is, any other value as JSON; `None` for what is absent, null or empty.
fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null => None,
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        other => Some(other.to_string()),
    }
}

/// The members of an object.
fn pairs(value: Option<&Value>) -> Params {
    let members = value.and_then(Value::as_object).into_iter().flatten();
    Params::from_pairs(
        members.map(|(name, value)| (name.as_str(), text(Some(value)).unwrap_or_default())),
    )
}

/// Shows identifiers, codes, and the names of headers and parameters.
impl Debug for DebuggerDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DebuggerDetails")
            .field("resource_sid", &self.resource_sid)
            .field("service_sid", &self.service_sid)
            .field("error_code", &self.error_code)
            .field("request", &self.request)
            .field("response", &self.response)
            .finish_non_exhaustive()
    }
}

/// Leaves the URL out, which may name people.
impl Debug for FailedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailedRequest")
            .field("method", &self.method)
            .field("parameters", &self.parameters)
            .finish_non_exhaustive()
    }
}

/// Leaves the body out.
impl Debug for FailedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailedResponse")
            .field("status_code", &self.status_code)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<DebuggerDetails> {
        serde_json::from_str(json).ok()
    }

    #[test]
    fn odd_members_are_left_out_and_the_rest_is_read() {
        let odd = r#"{"error_code":11200,"resource_sid":null,"service_sid":"","more_info":"broken",
            "webhook":{"request":[],"response":{"status_code":"502","headers":null,"body":{"a":1}}}}"#;
        let details = read(odd).unwrap();
        assert_eq!(details.error_code, Some(11200));
        assert_eq!((details.resource_sid, details.service_sid), (None, None));
        assert_eq!(details.message.as_deref(), Some("broken"));
        assert_eq!(details.request, None);
        let response = details.response.unwrap();
        assert_eq!(response.status_code, Some(502));
        assert_eq!(response.body.as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(read("{}").unwrap(), DebuggerDetails::default());
    }

    #[test]
    fn what_is_no_object_is_an_error() {
        for json in ["", "[]", "null", "\"text\"", "{", &"[".repeat(10_000)] {
            assert_eq!(read(json), None);
        }
    }
}
