//! One request over HTTP and its answer, without repeats.

use std::{error::Error, io, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy,
    rt::{TokioExecutor, TokioTimer},
};
use jiff::Timestamp;
use serde_json::Value;

use super::{ClientError, ClientErrorKind, connector::Connector, retry::parse_retry_after};

const USER_AGENT: HeaderValue =
    HeaderValue::from_static(concat!("twilio-hooks/", env!("CARGO_PKG_VERSION")));

/// Errors of the API are short; more of one is not read.
const ERROR_LIMIT: usize = 64 * 1024;

#[derive(Debug, Clone)]
pub(super) struct Transport {
    http: legacy::Client<Connector, Full<Bytes>>,
}

/// A request that is ready to go; it can go several times.
#[derive(Debug, Clone)]
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) url: Uri,
    pub(super) form: Option<Bytes>,
    pub(super) authorization: Option<HeaderValue>,
    pub(super) range: Option<HeaderValue>,
}

impl Transport {
    pub(super) fn new(connect: Duration, plain: bool) -> Self {
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(50))
            .build(Connector::new(connect, plain));
        Self { http }
    }

    /// Sends a request and gives the head of its answer, whatever its status.
    pub(super) async fn send(
        &self,
        outgoing: &Outgoing,
    ) -> Result<Response<Incoming>, ClientError> {
        let mut request = Request::new(Full::new(outgoing.form.clone().unwrap_or_default()));
        *request.method_mut() = outgoing.method.clone();
        *request.uri_mut() = outgoing.url.clone();
        let headers = request.headers_mut();
        headers.insert(header::USER_AGENT, USER_AGENT);
        if outgoing.form.is_some() {
            headers.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/x-www-form-urlencoded"),
            );
        }
        for (name, value) in [
            (header::AUTHORIZATION, &outgoing.authorization),
            (header::RANGE, &outgoing.range),
        ] {
            if let Some(value) = value {
                headers.insert(name, value.clone());
            }
        }
        self.http.request(request).await.map_err(sending_failed)
    }
}

/// Reads a body up to `limit` bytes.
pub(super) async fn collect(mut body: Incoming, limit: usize) -> Result<Bytes, ClientError> {
    if body.size_hint().lower() > limit as u64 {
        return Err(ClientError::new(ClientErrorKind::TooLarge));
    }
    let mut collected = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(reading_failed)?.into_data() else {
            continue;
        };
        if collected.len() + data.len() > limit {
            return Err(ClientError::new(ClientErrorKind::TooLarge));
        }
        collected.extend_from_slice(&data);
    }
    Ok(collected.freeze())
}

/// The error that an answer with a status other than 2xx tells of.
pub(super) async fn refusal(answer: Response<Incoming>) -> ClientError {
    let (head, body) = answer.into_parts();
    // A status without a readable body is still that status.
    let body = collect(body, ERROR_LIMIT).await.unwrap_or_default();
    refused(head.status, &head.headers, &body)
}

fn refused(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ClientError {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let code = body
        .get("code")
        .and_then(Value::as_u64)
        .and_then(|code| code.try_into().ok());
    let retry_after = headers
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| parse_retry_after(value, Timestamp::now()));
    ClientError::new(ClientErrorKind::Api { status, code }).with_answer(
        text("message"),
        text("more_info"),
        retry_after,
    )
}

fn sending_failed(error: legacy::Error) -> ClientError {
    let may_have_been_received = !error.is_connect();
    let kind = if is_timeout(&error) {
        ClientErrorKind::Timeout {
            may_have_been_received,
        }
    } else {
        ClientErrorKind::Transport {
            may_have_been_received,
        }
    };
    ClientError::new(kind).with_source(error)
}

pub(super) fn reading_failed(error: hyper::Error) -> ClientError {
    ClientError::new(ClientErrorKind::Transport {
        may_have_been_received: true,
    })
    .with_source(error)
}

fn is_timeout(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return error.kind() == io::ErrorKind::TimedOut;
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_read_from_json_and_survives_anything_else() {
        let read =
            |body: &str| refused(StatusCode::BAD_REQUEST, &HeaderMap::new(), body.as_bytes());
        let error = read(
            r#"{"code":21211,"message":"no","more_info":"https://www.twilio.com/docs/errors/21211","status":400}"#,
        );
        assert_eq!(error.code(), Some(21211));
        assert_eq!(error.message(), Some("no"));
        assert_eq!(
            error.more_info(),
            Some("https://www.twilio.com/docs/errors/21211")
        );
        for odd in [
            "",
            "<html>",
            "[]",
            r#"{"code":"x"}"#,
            r#"{"code":99999999999}"#,
        ] {
            assert_eq!(read(odd).status(), Some(StatusCode::BAD_REQUEST), "{odd}");
            assert_eq!(read(odd).code(), None, "{odd}");
        }
    }
}
