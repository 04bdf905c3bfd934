//! One request and its response: signature, cookies, credentials, HTTP redirects.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Response, header};
use uuid::Uuid;

use super::{Failure, FailureKind, Form, Happening, SentRequest, Session, Target, answer::Refused};
use crate::{Params, testing::SignedRequest, twiml::HttpMethod};

/// How many HTTP redirects Twilio follows.
const MOST_REDIRECTS: usize = 10;
/// Twilio's code for more of them.
const TOO_MANY_REDIRECTS: u32 = 11215;
/// Twilio's code for a request without a response.
const NO_RESPONSE: u32 = 11200;
const IDEMPOTENCY_TOKEN: HeaderName = HeaderName::from_static("i-twilio-idempotency-token");

impl Session {
    /// Sends a request and follows HTTP redirects; gives the response and where it came from.
    pub(super) async fn send(
        &mut self,
        target: &Target,
        form: Form,
    ) -> Result<Result<(Response<Bytes>, Target), Refused>, Failure> {
        let mut target = target.clone();
        for _ in 0..=MOST_REDIRECTS {
            let response = self.send_once(&target, &form).await?;
            let location = response.headers().get(header::LOCATION);
            let location = location.and_then(|value| value.to_str().ok());
            target = match (response.status().as_u16(), location) {
                (301..=303, Some(location)) => target.join(Some(location), Some(HttpMethod::Get)),
                (307 | 308, Some(location)) => target.join(Some(location), Some(target.method)),
                _ => return Ok(Ok((response, target))),
            };
        }
        let reason = format!("more than {MOST_REDIRECTS} HTTP redirects follow each other");
        Ok(Err(Refused::new(TOO_MANY_REDIRECTS, reason)))
    }

    async fn send_once(
        &mut self,
        target: &Target,
        form: &Form,
    ) -> Result<Response<Bytes>, Failure> {
        self.keep_pace().await;
        let (url, credentials) = without_credentials(target.without_fragment());
        let signed = match target.method {
            HttpMethod::Get => SignedRequest::get(&url),
            HttpMethod::Post => SignedRequest::post(&url),
        };
        let signed = form
            .iter()
            .fold(signed, |signed, (name, value)| signed.param(name, value));
        let mut request = signed.sign(&self.auth_token);
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        let cookies = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let more = [
            (
                header::COOKIE,
                Some(cookies).filter(|cookies| !cookies.is_empty()),
            ),
            (header::AUTHORIZATION, credentials),
            (IDEMPOTENCY_TOKEN, Some(Uuid::new_v4().to_string())),
        ];
        for (name, value) in more {
            if let Some(Ok(value)) = value.map(HeaderValue::try_from) {
                headers.insert(name, value);
            }
        }
        let answered = self.application.answer(request).await;
        let sent = SentRequest {
            method: match target.method {
                HttpMethod::Get => Method::GET,
                HttpMethod::Post => Method::POST,
            },
            url,
            params: Params::from_pairs(form.iter()),
            status: answered.as_ref().ok().map(Response::status),
        };
        self.transcript.push(self.elapsed, Happening::Request(sent));
        let response = answered.map_err(|error| {
            let message = format!("{target}: the application failed: {error}");
            self.failure(FailureKind::Service, Some(NO_RESPONSE.into()), message)
        })?;
        self.keep_cookies(&response);
        Ok(response)
    }

    /// Cookies come back within the same call, whatever their path.
    fn keep_cookies(&mut self, response: &Response<Bytes>) {
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let mut parts = cookie
                .to_str()
                .unwrap_or_default()
                .split(';')
                .map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            if parts.any(|part| part.eq_ignore_ascii_case("Max-Age=0")) {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// The URL without its user and password, and the header that says them.
fn without_credentials(url: &str) -> (String, Option<String>) {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..]
        .find(['/', '?'])
        .map_or(url.len(), |at| start + at);
    match url[start..end].rsplit_once('@') {
        Some((credentials, host)) => (
            format!("{}{host}{}", &url[..start], &url[end..]),
            Some(format!("Basic {}", BASE64_STANDARD.encode(credentials))),
        ),
        None => (url.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_password_go_into_a_header() {
        let (url, header) = without_credentials("https://me:secret@h.example/a?b=c@d");
        assert_eq!(url, "https://h.example/a?b=c@d");
        assert_eq!(header.as_deref(), Some("Basic bWU6c2VjcmV0"));
        let url = "https://h.example?mail=a@b.example";
        assert_eq!(without_credentials(url), (url.to_owned(), None));
    }
}
