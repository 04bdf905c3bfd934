//! [`Download`]: the files behind recordings and media.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep};

use super::{
    Client, ClientError, ClientErrorKind,
    hosts::{Hosts, Product},
    retry::Repeat,
    transport::{Outgoing, reading_failed, refusal},
};

/// Twilio's API redirects once; a store may once more.
const MOST_REDIRECTS: usize = 3;

/// What part of a file is wanted.
///
/// # Examples
/// ```
/// use twilio_hooks::client::DownloadOptions;
///
/// let first_kilobyte = DownloadOptions::new().with_range("bytes=0-1023");
/// # let _ = first_kilobyte;
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DownloadOptions {
    range: Option<Box<str>>,
}

impl DownloadOptions {
    /// The whole file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A value of the header `Range`, such as a browser sent it: `bytes=0-1023`.
    ///
    /// A value that is none makes the download fail before anything is sent.
    #[must_use]
    pub fn with_range(mut self, range: impl Into<Box<str>>) -> Self {
        self.range = Some(range.into());
        self
    }

    fn range(&self) -> Result<Option<HeaderValue>, ClientError> {
        let Some(range) = &self.range else {
            return Ok(None);
        };
        range
            .strip_prefix("bytes=")
            .filter(|rest| {
                rest.bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b',' | b' '))
            })
            .and_then(|_| HeaderValue::from_str(range).ok())
            .map(Some)
            .ok_or_else(|| {
                ClientError::because(ClientErrorKind::InvalidRequest, "not a range of bytes")
            })
    }
}

/// A file that is being read: a recording, or the media of a message.
///
/// It is a [`Body`], so a web server can pass it on as it comes; [`chunk`](Self::chunk) and
/// [`bytes`](Self::bytes) read it without that. Each piece must come within the client's time limit.
///
/// # Examples
/// ```
/// use twilio_hooks::{
///     RecordingSid,
///     client::{Client, ClientError, DownloadOptions, RecordingFormat},
/// };
///
/// async fn audio(twilio: &Client, sid: &RecordingSid) -> Result<Vec<u8>, ClientError> {
///     let recording = twilio
///         .recordings()
///         .download(sid, RecordingFormat::Mp3, DownloadOptions::new())
///         .await?;
///     Ok(recording.bytes(50_000_000).await?.to_vec())
/// }
/// ```
pub struct Download {
    status: StatusCode,
    headers: HeaderMap,
    body: Incoming,
    idle: Pin<Box<Sleep>>,
    limit: Duration,
}

impl Download {
    fn new(answer: Response<Incoming>, limit: Duration) -> Self {
        let (head, body) = answer.into_parts();
        Self {
            status: head.status,
            headers: head.headers,
            body,
            idle: Box::pin(tokio::time::sleep(limit)),
            limit,
        }
    }

    /// 200 for the whole file, 206 for a part of it.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The type of the file, such as `audio/mpeg`, as its sender named it: don't let a browser
    /// show it without a thought.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.header(&header::CONTENT_TYPE)
    }

    /// How many bytes will come, if that is known.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.header(&header::CONTENT_LENGTH)?.parse().ok()
    }

    /// Which bytes will come, and of how many, if a part was asked for: `bytes 0-1023/146515`.
    #[must_use]
    pub fn content_range(&self) -> Option<&str> {
        self.header(&header::CONTENT_RANGE)
    }

    /// All headers of the answer.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The next piece, or `None` at the end.
    ///
    /// # Errors
    /// If the connection breaks, or nothing comes within the time limit.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ClientError> {
        loop {
            let frame = poll_fn(|cx| Pin::new(&mut *self).poll_frame(cx)).await;
            match frame.transpose()?.map(Frame::into_data) {
                None => return Ok(None),
                Some(Ok(data)) => return Ok(Some(data)),
                Some(Err(_trailers)) => {}
            }
        }
    }

    /// The rest of the file, if it is not longer than `limit` bytes.
    ///
    /// # Errors
    /// [`ClientErrorKind::TooLarge`], and those of [`chunk`](Self::chunk).
    pub async fn bytes(mut self, limit: usize) -> Result<Bytes, ClientError> {
        let mut all = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            if all.len() + chunk.len() > limit {
                return Err(ClientError::new(ClientErrorKind::TooLarge));
            }
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }

    fn header(&self, name: &header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Body for Download {
    type Data = Bytes;
    type Error = ClientError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ClientError>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            this.idle.as_mut().reset(Instant::now() + this.limit);
            return Poll::Ready(frame.map(|frame| frame.map_err(reading_failed)));
        }
        ready!(this.idle.as_mut().poll(cx));
        Poll::Ready(Some(Err(ClientError::new(ClientErrorKind::Timeout {
            may_have_been_received: true,
        }))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("status", &self.status)
            .field("content_type", &self.content_type())
            .field("content_length", &self.content_length())
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Reads the file at a URL that a webhook named, such as `MediaUrl0` or `RecordingUrl`.
    ///
    /// Only the path of the URL is used, and only if it is one of the API: the request goes to the
    /// host that this client calls, and credentials go nowhere else.
    ///
    /// # Errors
    /// [`ClientErrorKind::InvalidRequest`] if it is no URL of Twilio's API, and all others of
    /// [`ClientError`].
    pub async fn download_url(
        &self,
        url: &str,
        options: DownloadOptions,
    ) -> Result<Download, ClientError> {
        let path = api_file(&self.inner.hosts, url).ok_or_else(|| {
            ClientError::because(
                ClientErrorKind::InvalidRequest,
                "not a file of Twilio's API",
            )
        })?;
        self.download(&path, &options).await
    }

    /// Reads the file at a path of the API; where that redirects to a store, from there.
    pub(super) async fn download(
        &self,
        path: &str,
        options: &DownloadOptions,
    ) -> Result<Download, ClientError> {
        let range = &options.range()?;
        let first = &self
            .inner
            .hosts
            .url(Product::Api, path)
            .ok_or_else(|| ClientError::new(ClientErrorKind::InvalidRequest))?;
        let (answer, _) = self
            .with_repeats(Repeat::Reads, || async move {
                self.follow(first.clone(), range.clone()).await
            })
            .await?;
        Ok(Download::new(answer, self.inner.time_limit))
    }

    async fn follow(
        &self,
        mut url: Uri,
        range: Option<HeaderValue>,
    ) -> Result<Response<Incoming>, ClientError> {
        let hosts = &self.inner.hosts;
        for _ in 0..=MOST_REDIRECTS {
            let outgoing = Outgoing {
                method: Method::GET,
                form: None,
                authorization: hosts
                    .may_have_credentials(&url)
                    .then(|| self.inner.authorization.clone()),
                range: range.clone(),
                url: url.clone(),
            };
            let answer = self.inner.transport.send(&outgoing).await?;
            if answer.status().is_success() {
                return Ok(answer);
            }
            if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Err(refusal(answer).await);
            }
            url = location(&url, answer.headers())
                .ok_or_else(|| redirect_refused("its target is no URL"))?;
            if !hosts.is_storage(&url) {
                return Err(redirect_refused(
                    "its target is not a trusted host over https",
                ));
            }
        }
        Err(redirect_refused("there were too many"))
    }
}

fn redirect_refused(reason: &'static str) -> ClientError {
    ClientError::because(ClientErrorKind::Redirect, reason)
}

/// The absolute target of a redirect from `url`.
fn location(url: &Uri, headers: &HeaderMap) -> Option<Uri> {
    let target: Uri = headers.get(header::LOCATION)?.to_str().ok()?.parse().ok()?;
    match (target.scheme(), target.authority()) {
        (Some(_), Some(_)) => return Some(target),
        (None, None) => {}
        _ => return None,
    }
    let path = target.path_and_query()?;
    Uri::builder()
        .scheme(url.scheme()?.clone())
        .authority(url.authority()?.clone())
        .path_and_query(path.clone())
        .build()
        .ok()
}

/// The path of a file of the API, which has letters, digits and the dot of an ending only.
fn api_file(hosts: &Hosts, url: &str) -> Option<String> {
    let url: Uri = url.parse().ok()?;
    let host = url.host()?;
    let is_twilio = host == "api.twilio.com"
        || host.starts_with("api.") && host.ends_with(".twilio.com")
        || hosts.may_have_credentials(&url);
    let plain = |segment: &str| {
        !segment.is_empty()
            && !segment.starts_with('.')
            && segment
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
    };
    let rest = url.path().strip_prefix("/2010-04-01/Accounts/")?;
    (is_twilio && rest.split('/').all(plain)).then(|| url.path().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_api_are_read_from_urls() {
        let hosts = Hosts::twilio(None, None).unwrap();
        let api_file = |url| api_file(&hosts, url);
        let media = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1";
        assert_eq!(
            api_file(media).as_deref(),
            Some("/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1")
        );
        assert!(
            api_file("https://api.ie1.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1.mp3")
                .is_some()
        );
        for odd in [
            "https://example.com/2010-04-01/Accounts/AC1/Recordings/RE1",
            "https://api.twilio.com.example.com/2010-04-01/Accounts/AC1",
            "https://api.twilio.com@example.com/2010-04-01/Accounts/AC1",
            "https://api.twilio.com/2010-04-01/Accounts/../x",
            "https://api.twilio.com/2010-04-01/Accounts/%2e%2e/x",
            "https://api.twilio.com/v1/Keys",
            "/2010-04-01/Accounts/AC1",
            "",
        ] {
            assert_eq!(api_file(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_redirect_is_absolute_or_starts_at_the_root() {
        let from: Uri = "https://api.twilio.com/a/b".parse().unwrap();
        let to = |target: &'static str| {
            let headers =
                HeaderMap::from_iter([(header::LOCATION, HeaderValue::from_static(target))]);
            location(&from, &headers).map(|url| url.to_string())
        };
        assert_eq!(
            to("https://x.test/c?d").as_deref(),
            Some("https://x.test/c?d")
        );
        assert_eq!(to("/c?d").as_deref(), Some("https://api.twilio.com/c?d"));
        assert_eq!(to("c"), None);
    }

    #[test]
    fn ranges_are_checked() {
        let range = |text: &str| DownloadOptions::new().with_range(text).range();
        assert!(range("bytes=0-99").is_ok());
        assert!(range("bytes=-5, 7-").is_ok());
        for odd in ["", "0-99", "bytes=a", "bytes=0-1\r\nX: y"] {
            assert!(range(odd).is_err(), "{odd:?}");
        }
    }
}
