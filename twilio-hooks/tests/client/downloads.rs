use std::{
    future::{pending, ready},
    io,
};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, Response, header};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use twilio_hooks::{
    RecordingSid,
    client::{Client, ClientErrorKind, CreateCall, Credentials, DownloadOptions, RecordingFormat},
    testing::{FakeTwilio, Fault},
};

use crate::{SOON, THEM, US, fake, hello};

const SOUND: &str = "0123456789";

/// A call that is over, and its recording.
async fn recording(fake: &FakeTwilio, twilio: &Client) -> RecordingSid {
    let call = CreateCall::new(THEM, US).twiml("<Response/>").record(true);
    twilio.calls().create(call).await.unwrap();
    fake.settle().await;
    let sid = fake.recordings()[0].sid.clone();
    fake.set_recording_media(&sid, "audio/mpeg", SOUND);
    sid
}

fn credentials(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION)
}

#[tokio::test]
async fn a_recording_comes_from_the_store_which_sees_no_credentials() {
    let fake = fake().await;
    let twilio = fake.client();
    let sid = recording(&fake, &twilio).await;
    let options = DownloadOptions::new();
    let download = twilio
        .recordings()
        .download(&sid, RecordingFormat::Mp3, options)
        .await
        .unwrap();
    assert_eq!(download.status(), 200);
    assert_eq!(download.content_type(), Some("audio/mpeg"));
    assert_eq!(download.content_length(), Some(10));
    assert_eq!(download.bytes(100).await.unwrap(), SOUND);

    let asked = fake.requests().pop().unwrap();
    assert!(asked.path.ends_with(".mp3") && credentials(&asked.headers));
    let stored = fake.storage_requests();
    assert_eq!(stored.len(), 1);
    assert!(!credentials(&stored[0].headers));
}

#[tokio::test]
async fn a_range_is_passed_on() {
    let fake = fake().await;
    let twilio = fake.client();
    let sid = recording(&fake, &twilio).await;
    let part = async |range: &str| {
        let options = DownloadOptions::new().with_range(range);
        let recordings = twilio.recordings();
        recordings
            .download(&sid, RecordingFormat::Wav, options)
            .await
    };
    let download = part("bytes=2-4").await.unwrap();
    assert_eq!(download.status(), 206);
    assert_eq!(download.content_range(), Some("bytes 2-4/10"));
    assert_eq!(download.collect().await.unwrap().to_bytes(), "234");
    let error = part("bytes=99-").await.unwrap_err();
    assert_eq!(error.status().unwrap(), 416);
    let before = fake.requests().len();
    let error = part("lines=1").await.unwrap_err();
    assert_eq!(error.kind(), &ClientErrorKind::InvalidRequest);
    assert_eq!(fake.requests().len(), before);
}

#[tokio::test]
async fn media_of_a_message_are_streamed_in_pieces() {
    let fake = fake().await;
    let twilio = fake.client();
    let message = twilio.messages().create(hello()).await.unwrap().sid;
    let picture = vec![7_u8; 300_000];
    let sid = fake.add_media(&message, "image/png", picture.clone());
    let options = DownloadOptions::new();
    let mut download = twilio
        .messages()
        .media(&message)
        .download(&sid, options)
        .await
        .unwrap();
    let (mut pieces, mut all) = (0, Vec::new());
    while let Some(piece) = download.chunk().await.unwrap() {
        pieces += 1;
        all.extend_from_slice(&piece);
    }
    assert!(pieces > 1);
    assert_eq!(all, picture);

    let download = twilio
        .messages()
        .media(&message)
        .download(&sid, DownloadOptions::new())
        .await;
    let error = download.unwrap().bytes(1000).await.unwrap_err();
    assert_eq!(error.kind(), &ClientErrorKind::TooLarge);
}

#[tokio::test]
async fn a_url_of_a_webhook_is_read_from_the_clients_own_host() {
    let fake = fake().await;
    let twilio = fake.client();
    let sid = recording(&fake, &twilio).await;
    let path = format!(
        "/2010-04-01/Accounts/{}/Recordings/{sid}",
        fake.account_sid()
    );
    let url = format!("https://api.twilio.com{path}");
    let download = twilio
        .download_url(&url, DownloadOptions::new())
        .await
        .unwrap();
    assert_eq!(download.bytes(100).await.unwrap(), SOUND);
    let own = fake.recordings()[0].media_url.clone().unwrap();
    assert!(
        twilio
            .download_url(&own, DownloadOptions::new())
            .await
            .is_ok()
    );

    let before = fake.requests().len();
    for foreign in [
        format!("https://example.com{path}"),
        "http://127.0.0.1:1/x".to_owned(),
    ] {
        let error = twilio
            .download_url(&foreign, DownloadOptions::new())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), &ClientErrorKind::InvalidRequest);
    }
    assert_eq!(fake.requests().len(), before);
}

#[tokio::test]
async fn a_redirect_to_a_strange_host_is_not_followed() {
    let fake = fake().await;
    let twilio = fake.client();
    let sid = recording(&fake, &twilio).await;
    for strange in [
        "http://storage.example.com",
        "https://example.com",
        "ftp://127.0.0.1",
    ] {
        fake.redirect_files_to(strange);
        let options = DownloadOptions::new();
        let refused = twilio
            .recordings()
            .download(&sid, RecordingFormat::Mp3, options)
            .await;
        assert_eq!(
            refused.unwrap_err().kind(),
            &ClientErrorKind::Redirect,
            "{strange}"
        );
    }
    // A redirect that leads back here for ever.
    fake.redirect_files_to(format!(
        "{}/2010-04-01/Accounts/{}/Recordings",
        fake.base_url(),
        fake.account_sid()
    ));
    let options = DownloadOptions::new();
    let refused = twilio
        .recordings()
        .download(&sid, RecordingFormat::Mp3, options)
        .await;
    assert_eq!(refused.unwrap_err().kind(), &ClientErrorKind::Redirect);
}

#[tokio::test]
async fn a_download_is_repeated_and_a_missing_file_is_not_found() {
    let fake = fake().await;
    let twilio = fake.client();
    let sid = recording(&fake, &twilio).await;
    fake.fail_next(Fault::DropBefore);
    fake.fail_next(Fault::Status(http::StatusCode::BAD_GATEWAY));
    let options = DownloadOptions::new;
    let download = twilio
        .recordings()
        .download(&sid, RecordingFormat::Mp3, options())
        .await;
    assert_eq!(download.unwrap().bytes(100).await.unwrap(), SOUND);
    let missing = RecordingSid::from("RE00000000000000000000000000000099");
    let error = twilio
        .recordings()
        .download(&missing, RecordingFormat::Mp3, options())
        .await;
    assert!(error.unwrap_err().is_not_found());
}

/// A server whose only file announces ten bytes and sends three; then it closes, or hangs.
async fn breaks_off(then_close: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = move |_request| {
        let start = stream::iter([Ok(Frame::data(Bytes::from("012")))]);
        let end = stream::once(async move {
            // The server sends what it has when nothing else is ready.
            tokio::task::yield_now().await;
            if !then_close {
                pending::<()>().await;
            }
            Err(io::Error::from(io::ErrorKind::ConnectionReset))
        });
        let body = BodyExt::boxed_unsync(StreamBody::new(start.chain(end)));
        let answer = Response::builder().header(header::CONTENT_LENGTH, 10);
        ready(answer.body(body))
    };
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let service = hyper::service::service_fn(answer);
        let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        drop(served.await);
    });
    url
}

#[tokio::test]
async fn a_download_that_stops_on_its_way_is_an_error() {
    for (then_close, kind) in [
        (
            true,
            ClientErrorKind::Transport {
                may_have_been_received: true,
            },
        ),
        (
            false,
            ClientErrorKind::Timeout {
                may_have_been_received: true,
            },
        ),
    ] {
        let twilio = Client::builder(Credentials::auth_token("AC1", "secret"))
            .with_base_url(breaks_off(then_close).await)
            .with_time_limit(SOON)
            .build()
            .unwrap();
        let sid = RecordingSid::from("RE1");
        let options = DownloadOptions::new();
        let download = twilio
            .recordings()
            .download(&sid, RecordingFormat::Mp3, options)
            .await;
        let mut download = download.unwrap();
        assert_eq!(download.chunk().await.unwrap().unwrap(), "012");
        assert_eq!(download.chunk().await.unwrap_err().kind(), &kind);
    }
}
