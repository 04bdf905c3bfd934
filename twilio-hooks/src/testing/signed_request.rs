//! [`SignedRequest`]: requests signed as Twilio signs them.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use serde::Serialize;

use crate::{
    Params,
    signature::{Algorithm, SigningKey, with_body_hash},
};

/// Makes requests that carry a good signature, for tests of applications.
///
/// # Examples
/// ```
/// use twilio_hooks::testing::SignedRequest;
///
/// let request = SignedRequest::post("https://hooks.example.com/sms?line=1")
///     .param("AccountSid", "AC00000000000000000000000000000001")
///     .param("Body", "Hello")
///     .sign("the auth token");
///
/// assert_eq!(request.uri(), "/sms?line=1");
/// assert_eq!(request.headers()["host"], "hooks.example.com");
/// assert!(request.headers().contains_key("x-twilio-signature"));
/// assert_eq!(&request.body()[..], b"AccountSid=AC00000000000000000000000000000001&Body=Hello");
/// ```
#[derive(Debug, Clone)]
pub struct SignedRequest {
    method: Method,
    url: String,
    params: Vec<(Vec<u8>, Vec<u8>)>,
    json: Option<Bytes>,
}

impl SignedRequest {
    /// A POST to the public `url`, the one that Twilio knows.
    #[must_use]
    pub fn post(url: impl Into<String>) -> Self {
        Self {
            method: Method::POST,
            url: url.into(),
            params: Vec::new(),
            json: None,
        }
    }

    /// A GET, which carries the parameters in its query string.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            ..Self::post(url)
        }
    }

    /// Adds a parameter after those that are there.
    #[must_use]
    pub fn param(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.params.push((name.into(), value.as_ref().into()));
        self
    }

    /// Adds parameters that were received or built elsewhere.
    #[must_use]
    pub fn params(mut self, params: &Params) -> Self {
        self.params.extend(
            params
                .iter_bytes()
                .map(|(name, value)| (name.into(), value.into())),
        );
        self
    }

    /// Adds the fields of a struct as parameters.
    ///
    /// # Errors
    /// If the fields are no texts, numbers or truth values.
    pub fn fields(self, fields: impl Serialize) -> Result<Self, serde_urlencoded::ser::Error> {
        let form = serde_urlencoded::to_string(fields)?;
        Ok(self.params(&Params::from_form(form.as_bytes())))
    }

    /// Sends a JSON body instead of a form; the URL then carries its hash.
    #[must_use]
    pub fn json(mut self, body: impl Into<Bytes>) -> Self {
        self.json = Some(body.into());
        self
    }

    /// Signs with an auth token and gives the request as it arrives at the server: the path as its
    /// target, the host as a header.
    ///
    /// # Panics
    /// If the token is blank, or the URL is none.
    #[must_use]
    pub fn sign(self, auth_token: &str) -> Request<Bytes> {
        let params = Params::from_pairs(self.params);
        let (url, form, body, content_type) = match (self.json, self.method == Method::GET) {
            (Some(json), _) => (
                with_body_hash(&self.url, &json),
                Params::default(),
                json,
                Some("application/json"),
            ),
            (None, true) if !params.is_empty() => {
                let separator = if self.url.contains('?') { '&' } else { '?' };
                let url = format!("{}{separator}{}", self.url, params.to_form());
                (url, Params::default(), Bytes::new(), None)
            }
            (None, true) => (self.url, Params::default(), Bytes::new(), None),
            (None, false) => {
                let body = Bytes::from(params.to_form());
                (
                    self.url,
                    params,
                    body,
                    Some("application/x-www-form-urlencoded"),
                )
            }
        };
        let key = SigningKey::new(auth_token.to_owned(), Algorithm::HmacSha1)
            .expect("the auth token is not blank");
        let (_, rest) = url.split_once("://").expect("an absolute URL");
        let (host, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let target = if target.starts_with('/') {
            target.to_owned()
        } else {
            format!("/{target}")
        };
        let mut request = Request::builder()
            .method(self.method)
            .uri(target)
            .header(header::HOST, host)
            .header(header::USER_AGENT, "TwilioProxy/1.1")
            .header("x-twilio-signature", key.sign(&url, &form))
            .body(body)
            .expect("a URL of plain characters");
        if let Some(content_type) = content_type {
            let value = HeaderValue::from_static(content_type);
            request.headers_mut().insert(header::CONTENT_TYPE, value);
        }
        request
    }
}
