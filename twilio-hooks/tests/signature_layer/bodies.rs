//! Bodies: whole, in pieces, too long, too slow, broken.

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Method, StatusCode};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use twilio_hooks::signature::SignatureError;

use super::{
    good, layer, refused, request, send,
    signature_support::{SETTINGS, SIGNATURE, sms},
};

/// A body out of given frames; it waits for ever where there is none.
struct Frames(VecDeque<Poll<Result<Frame<Bytes>, io::Error>>>);

impl Frames {
    fn data(chunks: impl IntoIterator<Item = impl Into<Bytes>>) -> Self {
        let frames = chunks
            .into_iter()
            .map(|chunk| Poll::Ready(Ok(Frame::data(chunk.into()))));
        Self(frames.collect())
    }

    fn then(mut self, frame: Poll<Result<Frame<Bytes>, io::Error>>) -> Self {
        self.0.push_back(frame);
        self
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.0.front() {
            None => Poll::Ready(None),
            Some(Poll::Pending) => Poll::Pending,
            Some(Poll::Ready(_)) => self.0.pop_front().unwrap().map(Some),
        }
    }
}

#[tokio::test]
async fn chunks_and_trailers_make_no_difference() {
    let body = sms::body();
    let mut trailers = http::HeaderMap::new();
    trailers.insert(SIGNATURE, "x".parse().unwrap());
    for size in [1, 7, 1000] {
        let chunks = body.as_bytes().chunks(size).map(Bytes::copy_from_slice);
        let frames = Frames::data(chunks).then(Poll::Ready(Ok(Frame::trailers(trailers.clone()))));
        let response = send(&layer(), request(frames)).await;
        assert_eq!(response.status(), StatusCode::OK);
        let received = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(received, body);
    }
    // Empty frames in front.
    let frames = Frames::data([Bytes::new(), Bytes::new(), body.into()]);
    assert_eq!(
        send(&layer(), request(frames)).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_by_its_size_by_its_header_and_while_it_comes() {
    let body = sms::body();
    let exact = layer().with_body_limit(body.len());
    assert_eq!(send(&exact, good()).await.status(), StatusCode::OK);

    let tight = layer().with_body_limit(body.len() - 1);
    assert_eq!(refused(&tight, good()).await, SignatureError::TooLarge);

    let mut announced = request(Frames::data([""; 0]).then(Poll::Pending));
    announced
        .headers_mut()
        .insert("content-length", (body.len() as u64).into());
    assert_eq!(refused(&tight, announced).await, SignatureError::TooLarge);

    let chunks = body.as_bytes().chunks(10).map(Bytes::copy_from_slice);
    let endless = request(Frames::data(chunks).then(Poll::Pending));
    assert_eq!(refused(&tight, endless).await, SignatureError::TooLarge);
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_is_refused_in_time() {
    let start = tokio::time::Instant::now();
    let slow = request(Frames::data(["Body="]).then(Poll::Pending));
    assert_eq!(refused(&layer(), slow).await, SignatureError::Timeout);
    let waited = start.elapsed();
    assert!(waited >= Duration::from_secs(10) && waited < Duration::from_secs(11));

    let patient = layer().with_read_timeout(None);
    let never = send(
        &patient,
        request(Frames::data(["Body="]).then(Poll::Pending)),
    );
    let hour = Duration::from_secs(3600);
    assert!(tokio::time::timeout(hour, never).await.is_err());
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let broken = Frames::data(["Body="]).then(Poll::Ready(Err(io::Error::other("reset"))));
    assert_eq!(
        refused(&layer(), request(broken)).await,
        SignatureError::BrokenBody
    );
}

#[tokio::test]
async fn headers_are_refused_before_the_body_is_read() {
    let unread = || Frames::data([""; 0]).then(Poll::Pending);
    let with = |edit: fn(&mut http::HeaderMap)| {
        let mut request = request(unread());
        edit(request.headers_mut());
        request
    };
    for (request, error) in [
        (with(|h| drop(h.remove(SIGNATURE))), SignatureError::Missing),
        (
            with(|h| drop(h.insert(SIGNATURE, "".parse().unwrap()))),
            SignatureError::Missing,
        ),
        (
            with(|h| drop(h.insert(SIGNATURE, "x".parse().unwrap()))),
            SignatureError::Malformed,
        ),
        (
            with(|h| assert!(h.append(SIGNATURE, sms::SIGNATURE.parse().unwrap()))),
            SignatureError::Malformed,
        ),
        (
            with(|h| drop(h.insert(SETTINGS, "nonsense".parse().unwrap()))),
            SignatureError::UnknownSharedKey,
        ),
    ] {
        assert_eq!(refused(&layer(), request).await, error);
    }
    let mut connect = request(unread());
    *connect.method_mut() = Method::CONNECT;
    *connect.uri_mut() = "hooks.example.com:443".parse().unwrap();
    assert_eq!(
        refused(&layer(), connect).await,
        SignatureError::MalformedUrl
    );
}
