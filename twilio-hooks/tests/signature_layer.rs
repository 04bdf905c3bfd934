//! The layer around services of all kinds.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    cell::RefCell,
    collections::VecDeque,
    convert::Infallible,
    io,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use twilio_hooks::{
    AccountSid,
    signature::{
        AccountKeys, AuthTokens, Checked, Diagnose, KeyError, KeyProvider, Mode, PublicUrl,
        Reported, RequestTarget, SharedKey, SignatureError, SigningKey, ValidateSignatureLayer,
        Verified, VerifiedKey, with_body_hash,
    },
};

use self::signature_support::{SIGNATURE, sms};

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
            with(|h| drop(h.insert(signature_support::SETTINGS, "nonsense".parse().unwrap()))),
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
async fn one_account_cannot_sign_for_another() {
    let url = PublicUrl::fixed(sms::BASE).unwrap();
    let tokens = AuthTokens::new()
        .account(sms::ACCOUNT, [sms::TOKEN])
        .account("AC2", ["token of the second account"])
        .with_default_account("AC2");
    let layer = ValidateSignatureLayer::new(url, tokens);
    let key = SigningKey::auth_token("token of the second account".to_owned()).unwrap();
    let signed = |form: &str| {
        let params = twilio_hooks::Params::from_form(form.as_bytes());
        let signature = key.sign(&[sms::BASE, sms::PATH].concat(), &params);
        let mut request = request(Full::<Bytes>::from(form.to_owned()));
        request
            .headers_mut()
            .insert(SIGNATURE, signature.parse().unwrap());
        request
    };
    assert_eq!(
        send(&layer, signed("AccountSid=AC2&Body=x")).await.status(),
        StatusCode::OK
    );
    assert_eq!(
        send(&layer, signed("Body=x")).await.status(),
        StatusCode::OK
    );
    let foreign = format!("AccountSid={}&Body=x", sms::ACCOUNT);
    assert_eq!(
        refused(&layer, signed(&foreign)).await,
        SignatureError::Mismatch
    );
    assert_eq!(
        refused(&layer, signed("AccountSid=AC3&Body=x")).await,
        SignatureError::UnknownAccount
    );
    assert_eq!(
        refused(&layer, signed(&format!("AccountSid=AC2&{foreign}"))).await,
        SignatureError::AmbiguousAccount
    );
}

#[tokio::test]
async fn json_events_and_gets_are_checked_with_the_default_account() {
    let key = SigningKey::auth_token(sms::TOKEN.to_owned()).unwrap();
    let body = r#"[{"type":"com.twilio.messaging.message.sent"}]"#;
    let target = with_body_hash("/events", body.as_bytes());
    let url = [sms::BASE, &target].concat();
    let signature = key.sign(&url, &twilio_hooks::Params::default());
    let event = |body: &str| {
        Request::post(&target)
            .header("content-type", "application/json")
            .header(SIGNATURE, &signature)
            .body(Full::<Bytes>::from(body.to_owned()))
            .unwrap()
    };
    assert_eq!(send(&layer(), event(body)).await.status(), StatusCode::OK);
    assert_eq!(
        refused(&layer(), event("[]")).await,
        SignatureError::BodyHash
    );

    let signature = key.sign("https://hooks.example.com/get?Body=hi", &Default::default());
    let get = Request::get("/get?Body=hi").header(SIGNATURE, signature);
    let service = layer().layer(service_fn(async |request: Request<Full<Bytes>>| {
        let verified = request.extensions().get::<Verified>().unwrap();
        assert_eq!(verified.params().get("Body"), Some("hi"));
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    }));
    let response = service
        .oneshot(get.body(Full::<Bytes>::default()).unwrap())
        .await;
    assert_eq!(response.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_route_checks_its_events_with_the_keys_of_its_account() {
    const OTHER: &str = "AC000000000000000000000000000000b2";
    let tokens = AuthTokens::single(sms::ACCOUNT, sms::TOKEN).account(OTHER, ["other token"]);
    let url = PublicUrl::fixed(sms::BASE).unwrap();
    let default = ValidateSignatureLayer::new(url, tokens);
    let of_other = default.clone().with_account(OTHER);

    // The body may say what it likes about accounts.
    let body = format!(r#"{{"AccountSid":"{}"}}"#, sms::ACCOUNT);
    let event = |path: &str, token: &str| {
        let target = with_body_hash(path, body.as_bytes());
        let key = SigningKey::auth_token(token.to_owned()).unwrap();
        let url = [sms::BASE, &target].concat();
        Request::post(target)
            .header("content-type", "application/json")
            .header(SIGNATURE, key.sign(&url, &Default::default()))
            .body(Full::<Bytes>::from(body.clone()))
            .unwrap()
    };
    let account_of = async |layer: &ValidateSignatureLayer, request| {
        let service = layer.layer(service_fn(async |request: Request<Full<Bytes>>| {
            let verified = request.extensions().get::<Verified>().unwrap();
            let account_sid = verified.account_sid().unwrap().to_string();
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(account_sid)))
        }));
        let response = service.oneshot(request).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    };
    assert_eq!(
        account_of(&default, event("/events", sms::TOKEN)).await,
        sms::ACCOUNT
    );
    assert_eq!(
        account_of(&of_other, event("/events", "other token")).await,
        OTHER
    );
    // The query string chooses as well.
    let named = format!("/events?AccountSid={OTHER}");
    assert_eq!(
        account_of(&default, event(&named, "other token")).await,
        OTHER
    );

    // The key of one account signs for no other.
    for (layer, path, token) in [
        (&default, "/events", "other token"),
        (&of_other, "/events", sms::TOKEN),
        (&default, &*named, sms::TOKEN),
    ] {
        let error = refused(layer, event(path, token)).await;
        assert_eq!(error, SignatureError::Mismatch);
    }
    // Nor does the form of one account pass on the route of another.
    let error = refused(&of_other, good()).await;
    assert_eq!(error, SignatureError::UnknownAccount);
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

/// Tokens that change while the server runs.
#[derive(Debug, Default)]
struct Changing {
    token: Mutex<Option<String>>,
    asked: AtomicUsize,
}

#[async_trait]
impl KeyProvider for Changing {
    async fn account_keys(
        &self,
        account_sid: Option<&AccountSid>,
    ) -> Result<AccountKeys, KeyError> {
        tokio::task::yield_now().await;
        self.asked.fetch_add(1, Ordering::Relaxed);
        match account_sid.map(AccountSid::as_str) {
            Some("AC-down") => Err(KeyError::lookup("the database is down")),
            Some("AC-other") => Ok(AccountKeys::new(sms::ACCOUNT, [sms::TOKEN])),
            Some(sms::ACCOUNT) => {
                let token = self.token.lock().unwrap().clone();
                Ok(AccountKeys::new(sms::ACCOUNT, token))
            }
            _ => Err(KeyError::UnknownAccount),
        }
    }
}

#[tokio::test]
async fn a_changed_token_counts_from_the_next_request_on() {
    let provider = Arc::new(Changing::default());
    let url = PublicUrl::fixed(sms::BASE).unwrap();
    let layer = ValidateSignatureLayer::with_key_provider(url, Arc::clone(&provider));
    assert_eq!(refused(&layer, good()).await, SignatureError::NoKey);
    *provider.token.lock().unwrap() = Some("another token".to_owned());
    assert_eq!(refused(&layer, good()).await, SignatureError::Mismatch);
    *provider.token.lock().unwrap() = Some(sms::TOKEN.to_owned());
    assert_eq!(send(&layer, good()).await.status(), StatusCode::OK);

    let of = |account: &str| request(Full::<Bytes>::from(format!("AccountSid={account}")));
    assert_eq!(
        refused(&layer, of("AC-down")).await,
        SignatureError::KeyLookup
    );
    assert_eq!(
        refused(&layer, of("AC-other")).await,
        SignatureError::KeyLookup
    );
    assert_eq!(
        refused(&layer, of("AC-strange")).await,
        SignatureError::UnknownAccount
    );
    let mut shared = good();
    let settings = "key=webhooks_sharedkey_1".parse().unwrap();
    shared
        .headers_mut()
        .insert(signature_support::SETTINGS, settings);
    assert_eq!(
        refused(&layer, shared).await,
        SignatureError::UnknownSharedKey
    );
    assert_eq!(provider.asked.load(Ordering::Relaxed), 6);
}

/// A database that never answers.
#[derive(Debug)]
struct Hanging;

#[async_trait]
impl KeyProvider for Hanging {
    async fn account_keys(&self, _: Option<&AccountSid>) -> Result<AccountKeys, KeyError> {
        std::future::pending().await
    }

    async fn shared_key(&self, _: &str) -> Result<SharedKey, KeyError> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_ends_the_request_in_time() {
    let url = PublicUrl::fixed(sms::BASE).unwrap();
    let layer = ValidateSignatureLayer::with_key_provider(url, Hanging);
    let mut shared = good();
    let settings = "key=webhooks_sharedkey_1".parse().unwrap();
    shared
        .headers_mut()
        .insert(signature_support::SETTINGS, settings);
    for request in [good(), shared] {
        let start = tokio::time::Instant::now();
        assert_eq!(refused(&layer, request).await, SignatureError::KeyLookup);
        let waited = start.elapsed();
        assert!(waited >= Duration::from_secs(2) && waited < Duration::from_secs(3));
    }

    let patient = layer.with_look_up_timeout(None);
    let hour = Duration::from_secs(3600);
    let never = tokio::time::timeout(hour, send(&patient, good()));
    assert!(never.await.is_err());
}

#[tokio::test]
async fn the_second_token_is_told_from_the_first() {
    let url = PublicUrl::fixed(sms::BASE).unwrap();
    let tokens = AuthTokens::new().account(sms::ACCOUNT, ["", "new token", sms::TOKEN]);
    let service = ValidateSignatureLayer::new(url, tokens).layer(service_fn(
        async |request: Request<Full<Bytes>>| {
            let verified = request.extensions().get::<Verified>().unwrap();
            assert_eq!(*verified.key(), VerifiedKey::AuthToken { index: 2 });
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        },
    ));
    assert_eq!(
        service.oneshot(good()).await.unwrap().status(),
        StatusCode::OK
    );
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
