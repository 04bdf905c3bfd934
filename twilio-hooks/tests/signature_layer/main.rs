//! The layer around services of all kinds.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{cell::RefCell, convert::Infallible, io};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use twilio_hooks::signature::{
    AuthTokens, Checked, Diagnose, Mode, PublicUrl, Reported, RequestTarget, SignatureError,
    SigningKey, ValidateSignatureLayer, Verified, VerifiedKey,
};

use self::signature_support::{SIGNATURE, sms};

mod bodies;
mod keys;
#[path = "../signature_support/mod.rs"]
mod signature_support;

fn layer() -> ValidateSignatureLayer {
    let url = PublicUrl::fixed(sms::BASE).unwrap();
    ValidateSignatureLayer::new(url, AuthTokens::single(sms::ACCOUNT, sms::TOKEN))
}

/// A good text message.
fn request<B>(body: B) -> Request<B> {
    Request::post(sms::PATH)
        .header("content-type", sms::FORM)
        .header(SIGNATURE, sms::SIGNATURE)
        .body(body)
        .unwrap()
}

fn good() -> Request<Full<Bytes>> {
    request(sms::body().into())
}

/// Answers with what it got: the body, and which extension in a header.
async fn echo(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let checked = match Checked::of(request.extensions()) {
        Some(Checked::Verified(_)) => "verified",
        Some(Checked::Reported(_)) => "reported",
        None => "unchecked",
    };
    let body = request.into_body();
    let response = Response::builder().header("checked", checked).body(body);
    Ok(response.unwrap())
}

async fn send<B>(layer: &ValidateSignatureLayer, request: Request<B>) -> Response<Full<Bytes>>
where
    B: Body,
{
    let service = layer.layer(service_fn(echo));
    service.oneshot(request).await.unwrap()
}

/// Sends and expects a refusal.
async fn refused<B: Body>(layer: &ValidateSignatureLayer, request: Request<B>) -> SignatureError {
    let response = send(layer, request).await;
    let error = *response.extensions().get::<SignatureError>().unwrap();
    assert_eq!(response.status(), error.status());
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(body.is_empty());
    error
}

#[tokio::test]
async fn a_good_request_passes_with_its_body_and_the_proof() {
    let service = layer().layer(service_fn(async |request: Request<Full<Bytes>>| {
        let verified = request.extensions().get::<Verified>().unwrap();
        assert_eq!(verified.account_sid().unwrap().as_str(), sms::ACCOUNT);
        assert_eq!(verified.url(), [sms::BASE, sms::PATH].concat());
        assert_eq!(verified.params().get("Body"), Some("Hello from the tests"));
        assert_eq!(*verified.key(), VerifiedKey::AuthToken { index: 0 });
        Ok::<_, Infallible>(Response::new(request.into_body()))
    }));
    let response = service.oneshot(good()).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, sms::body());
}

#[tokio::test]
async fn two_content_types_are_no_form() {
    let mut request = good();
    request
        .headers_mut()
        .append("content-type", sms::FORM.parse().unwrap());
    assert_eq!(
        refused(&layer(), request).await,
        SignatureError::UncoveredBody
    );
}

#[tokio::test]
async fn an_upgrade_is_signed_with_wss_and_refused_before_it_happens() {
    let key = SigningKey::auth_token(sms::TOKEN.to_owned()).unwrap();
    let upgrade = |url: &str| {
        Request::get("/media")
            .header("upgrade", "WebSocket")
            .header("connection", "keep-alive, Upgrade")
            .header(SIGNATURE, key.sign(url, &Default::default()))
            .body(Full::<Bytes>::default())
            .unwrap()
    };
    for url in [
        "wss://hooks.example.com/media",
        "wss://hooks.example.com/media/",
    ] {
        assert_eq!(send(&layer(), upgrade(url)).await.status(), StatusCode::OK);
    }
    let error = refused(&layer(), upgrade("https://hooks.example.com/media")).await;
    assert_eq!(error, SignatureError::Mismatch);

    // Over HTTP/2.
    let mut connect = upgrade("wss://hooks.example.com/media");
    *connect.method_mut() = Method::CONNECT;
    *connect.version_mut() = http::Version::HTTP_2;
    connect.headers_mut().remove("upgrade");
    connect.headers_mut().remove("connection");
    assert_eq!(send(&layer(), connect).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn reporting_lets_requests_through_but_not_as_verified() {
    let reporting = layer().with_mode(Mode::ReportOnly);
    let response = send(&reporting, good()).await;
    assert_eq!(response.headers()["checked"], "verified");

    let mut forged = good();
    forged
        .headers_mut()
        .insert(SIGNATURE, "A".repeat(28).parse().unwrap());
    // Left by a layer outside, which is not asked.
    let trusting = layer();
    let mut nested = ServiceBuilder::new()
        .layer(trusting)
        .layer(layer().with_mode(Mode::ReportOnly))
        .service(service_fn(echo));
    assert_eq!(
        nested.call(good()).await.unwrap().headers()["checked"],
        "verified"
    );

    for (request, expected) in [
        (forged, SignatureError::Mismatch),
        (
            Request::post("/x")
                .body("Body=hi".to_owned().into())
                .unwrap(),
            SignatureError::Missing,
        ),
    ] {
        let service = reporting.layer(service_fn(async |request: Request<Full<Bytes>>| {
            assert!(request.extensions().get::<Verified>().is_none());
            let reported = request.extensions().get::<Reported>().unwrap();
            let error = reported.error();
            let mut response = Response::new(request.into_body());
            response.extensions_mut().insert(error);
            Ok::<_, Infallible>(response)
        }));
        let response = service.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.extensions().get(), Some(&expected));
        assert!(
            !response
                .into_body()
                .collect()
                .await
                .unwrap()
                .to_bytes()
                .is_empty()
        );
    }

    // There is nothing to let through.
    let tight = reporting.with_body_limit(3);
    assert_eq!(refused(&tight, good()).await, SignatureError::TooLarge);
}

#[tokio::test]
async fn the_ready_service_is_the_one_that_is_called() {
    let mut service = ServiceBuilder::new()
        .layer(layer())
        .concurrency_limit(1)
        .service(service_fn(echo));
    for _ in 0..3 {
        let ready = ServiceExt::<Request<Full<Bytes>>>::ready(&mut service)
            .await
            .unwrap();
        assert_eq!(ready.call(good()).await.unwrap().status(), StatusCode::OK);
        let mut forged = good();
        forged.headers_mut().remove(SIGNATURE);
        let ready = ServiceExt::<Request<Full<Bytes>>>::ready(&mut service)
            .await
            .unwrap();
        assert_eq!(
            ready.call(forged).await.unwrap().status(),
            StatusCode::BAD_REQUEST
        );
    }
}

#[tokio::test]
async fn it_fits_into_an_axum_router() {
    use axum::{Extension, Router, body::Body, extract::OriginalUri, middleware, routing::post};

    async fn reply(Extension(verified): Extension<Verified>, body: Bytes) -> String {
        assert_eq!(body, sms::body());
        verified.params().get("Body").unwrap().to_owned()
    }
    // What the axum crate does: the router takes the prefix off the URI.
    async fn keep_target(
        OriginalUri(uri): OriginalUri,
        mut request: axum::extract::Request,
        next: middleware::Next,
    ) -> axum::response::Response {
        request.extensions_mut().insert(RequestTarget(uri));
        next.run(request).await
    }
    let hooks = Router::new()
        .route("/sms", post(reply))
        .layer(layer())
        .layer(middleware::from_fn(keep_target));
    let app = Router::new().nest("/twilio", hooks);

    let response = app
        .clone()
        .oneshot(request(Body::from(sms::body())))
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "Hello from the tests");

    let response = app
        .oneshot(request(Body::from("Body=forged")))
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert!(response.extensions().get::<SignatureError>().is_some());
}

#[tokio::test]
async fn one_event_is_logged_and_it_shows_no_secret() {
    thread_local! {
        static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    /// What this test's own thread logs; the others' events are theirs.
    struct Log;
    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    // For the whole process: a subscriber of one thread is passed over where another thread has found
    // before that nobody listens.
    let subscriber = tracing_subscriber::fmt()
        .with_writer(|| Log)
        .with_ansi(false)
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let mut forged = good();
    let signature = format!("AAAA{}", &sms::SIGNATURE[4..]);
    forged
        .headers_mut()
        .insert(SIGNATURE, signature.parse().unwrap());
    *forged.uri_mut() = "/twilio/sms?caller=hidden".parse().unwrap();
    let looking_into = layer().with_diagnosis(Diagnose::new());
    let error = refused(&looking_into, forged).await;
    assert_eq!(error, SignatureError::Mismatch);

    let log = String::from_utf8(LOG.take()).unwrap();
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(
        log.contains("WARN") && log.contains(r#"reason="mismatch""#),
        "{log}"
    );
    assert!(
        log.contains("https://hooks.example.com/twilio/sms\""),
        "{log}"
    );
    let advice = r#"diagnosis="unknown" advice=At https://hooks.example.com/twilio/sms, none of"#;
    assert!(log.contains(advice), "{log}");
    for secret in [sms::TOKEN, &signature, "hidden", "Hello", "2025550143"] {
        assert!(!log.contains(secret), "{log}");
    }
}
