//! What the routes answer, for every way a webhook can go.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    future::pending,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use axum::{Router, body::Body};
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use tokio::{sync::Notify, time::Instant};
use tower::ServiceExt;
use twilio_hooks::{
    BoxError, Hooks, NotificationId, Received,
    signature::{AuthTokens, PublicUrl, SignatureError, ValidateSignatureLayer},
    store::{
        Change, Claim, Claimed, MemoryStore, Outcome, Recorded, Settlement, Store, StoreError,
    },
    testing::SignedRequest,
    twiml::{Message, MessagingResponse, Say, VoiceResponse},
    webhook::{IncomingCall, IncomingMessage},
};
use twilio_hooks_axum::{SignedRejection, Webhooks};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const BASE: &str = "https://hooks.example.com";

fn layer() -> ValidateSignatureLayer {
    let url = PublicUrl::fixed(BASE).unwrap();
    ValidateSignatureLayer::new(url, AuthTokens::single(ACCOUNT, TOKEN)).with_body_limit(2000)
}

async fn thanks(message: Received<IncomingMessage>) -> MessagingResponse {
    MessagingResponse::new().with(Message::new(format!("Thanks for {}", message.webhook.body)))
}

async fn greet(_: Received<IncomingCall>) -> VoiceResponse {
    VoiceResponse::new().with(Say::new("Good morning"))
}

fn app(store: impl Store) -> Router {
    let hooks = Hooks::new(store).on_message(thanks).on_call(greet);
    Webhooks::new(hooks, layer()).into_router()
}

/// A request to `path` below the default prefix with everything any of the webhooks needs.
fn request(path: &str) -> SignedRequest {
    SignedRequest::post(format!("{BASE}/api/webhooks/twilio/{path}"))
        .param("AccountSid", ACCOUNT)
        .param("MessageSid", "SM00000000000000000000000000000001")
        .param("MessageStatus", "delivered")
        .param("CallSid", "CA00000000000000000000000000000001")
        .param("CallStatus", "ringing")
        .param("RecordingSid", "RE00000000000000000000000000000001")
        .param("RecordingStatus", "completed")
        .param("From", "+12025550143")
        .param("To", "+12025550187")
        .param("Body", "tea & cake")
}

async fn send<B: Into<Body>>(app: Router, request: Request<B>) -> (Response<Body>, String) {
    let response = app.oneshot(request.map(Into::into)).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (
        Response::from_parts(parts, Body::empty()),
        String::from_utf8(body.to_vec()).unwrap(),
    )
}

#[tokio::test]
async fn every_path_of_the_guide_answers() {
    for (path, status, end) in [
        (
            "sms/incoming",
            200,
            "<Message>Thanks for tea &amp; cake</Message></Response>",
        ),
        (
            "sms/fallback",
            200,
            "<Message>Thanks for tea &amp; cake</Message></Response>",
        ),
        ("sms/status", 204, ""),
        ("voice/incoming", 200, "<Say>Good morning</Say></Response>"),
        ("voice/fallback", 200, "<Say>Good morning</Say></Response>"),
        ("voice/status", 204, ""),
        ("voice/recording", 204, ""),
    ] {
        let (response, body) = send(app(MemoryStore::new()), request(path).sign(TOKEN)).await;
        assert_eq!(response.status(), status, "{path}");
        assert!(body.ends_with(end), "{path}: {body}");
        let content_type = response.headers().get("content-type");
        let expected = (status == 200).then_some("text/xml; charset=utf-8");
        assert_eq!(
            content_type.map(|value| value.to_str().unwrap()),
            expected,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_nested_router_checks_the_path_that_was_requested() {
    let app = Router::new().nest(
        "/outer",
        Router::new().nest("/inner", app(MemoryStore::new())),
    );
    let signed = |path: &str| {
        let url = format!("{BASE}{path}/api/webhooks/twilio/sms/status");
        let request = SignedRequest::post(url)
            .param("AccountSid", ACCOUNT)
            .param("MessageSid", "SM00000000000000000000000000000001")
            .param("MessageStatus", "sent");
        request.sign(TOKEN)
    };
    let (response, _) = send(app.clone(), signed("/outer/inner")).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);

    // A signature for the inner path alone is one for another URL.
    let mut forged = signed("");
    *forged.uri_mut() = "/outer/inner/api/webhooks/twilio/sms/status"
        .parse()
        .unwrap();
    let (response, _) = send(app, forged).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_prefix_can_be_set() {
    for (prefix, base) in [
        ("/hooks/", "/hooks"),
        ("hooks", "/hooks"),
        ("/", ""),
        ("", ""),
    ] {
        let app: Router = Webhooks::new(Hooks::new(MemoryStore::new()), layer())
            .with_prefix(prefix)
            .into_router();
        let request = SignedRequest::post(format!("{BASE}{base}/sms/status"))
            .param("AccountSid", ACCOUNT)
            .param("MessageSid", "SM00000000000000000000000000000001")
            .param("MessageStatus", "sent");
        let (response, _) = send(app, request.sign(TOKEN)).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT, "{prefix}");
    }
}

#[tokio::test]
async fn a_browser_gets_a_page() {
    let get = Request::get("/api/webhooks/twilio/voice/incoming")
        .body(Body::empty())
        .unwrap();
    let (response, body) = send(app(MemoryStore::new()), get).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()["allow"], "POST");
    assert!(body.contains("This URL takes POST from Twilio"), "{body}");

    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let mut other = Request::new(Body::empty());
        *other.method_mut() = method.clone();
        *other.uri_mut() = "/api/webhooks/twilio/sms/incoming".parse().unwrap();
        let (response, body) = send(app(MemoryStore::new()), other).await;
        assert_eq!(
            response.status(),
            StatusCode::METHOD_NOT_ALLOWED,
            "{method}"
        );
        assert_eq!(body, "");
    }
}

#[tokio::test]
async fn strangers_are_refused_and_told_nothing() {
    let good = || request("sms/incoming").sign(TOKEN);
    let unsigned = {
        let mut request = good();
        request.headers_mut().remove("x-twilio-signature");
        request
    };
    let other_account = SignedRequest::post(format!("{BASE}/api/webhooks/twilio/sms/incoming"))
        .param("AccountSid", "AC000000000000000000000000000000ff")
        .param("MessageSid", "SM00000000000000000000000000000001")
        .sign(TOKEN);
    let too_large = request("sms/incoming")
        .param("More", "x".repeat(3000))
        .sign(TOKEN);
    for (request, status, reason) in [
        (unsigned, 400, SignatureError::Missing),
        (
            request("sms/incoming").sign("another token"),
            403,
            SignatureError::Mismatch,
        ),
        (other_account, 403, SignatureError::UnknownAccount),
        (too_large, 413, SignatureError::TooLarge),
    ] {
        let (response, body) = send(app(Refusing), request).await;
        assert_eq!(response.status(), status, "{reason}");
        assert_eq!(response.extensions().get::<SignatureError>(), Some(&reason));
        assert_eq!(body, "");
    }
}

#[tokio::test]
async fn a_webhook_without_its_identifier_is_refused() {
    let request = SignedRequest::post(format!("{BASE}/api/webhooks/twilio/voice/status"))
        .param("AccountSid", ACCOUNT)
        .param("CallStatus", "completed");
    let (response, body) = send(app(MemoryStore::new()), request.sign(TOKEN)).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(body, "");
    let Some(SignedRejection::Params(error)) = response.extensions().get() else {
        panic!("no reason in the extensions")
    };
    assert_eq!(error.name(), "CallSid");
}

/// A store whose backend is gone.
#[derive(Debug)]
struct Refusing;

#[async_trait]
impl Store for Refusing {
    async fn record(&self, _: &Change) -> Result<Recorded, StoreError> {
        Err(StoreError::backend("connection refused"))
    }

    async fn claim(&self, _: Claim) -> Result<Vec<Claimed>, StoreError> {
        Err(StoreError::backend("connection refused"))
    }

    async fn settle(&self, _: NotificationId, _: u32, _: Settlement) -> Result<(), StoreError> {
        Err(StoreError::backend("connection refused"))
    }
}

/// A store whose backend does not answer.
#[derive(Debug)]
struct Hanging;

#[async_trait]
impl Store for Hanging {
    async fn record(&self, _: &Change) -> Result<Recorded, StoreError> {
        pending().await
    }

    async fn claim(&self, _: Claim) -> Result<Vec<Claimed>, StoreError> {
        pending().await
    }

    async fn settle(&self, _: NotificationId, _: u32, _: Settlement) -> Result<(), StoreError> {
        pending().await
    }
}

async fn is_answered_without_a_store(app: Router) {
    let started = Instant::now();
    for path in [
        "sms/incoming",
        "sms/status",
        "voice/status",
        "voice/recording",
    ] {
        let (response, body) = send(app.clone(), request(path).sign(TOKEN)).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(body, "");
    }
    let (response, body) = send(app, request("voice/incoming").sign(TOKEN)).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(body.contains("<Say>We are sorry"), "{body}");
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "a second for each"
    );
}

#[tokio::test]
async fn without_a_store_messages_get_503_and_callers_a_human_answer() {
    is_answered_without_a_store(app(Refusing)).await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_is_given_up_within_a_second() {
    is_answered_without_a_store(app(Hanging)).await;
}

async fn handler_fails(hooks: Hooks) {
    let app: Router = Webhooks::new(hooks, layer()).into_router();
    let (response, body) = send(app.clone(), request("sms/incoming").sign(TOKEN)).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(body, "");
    let (response, body) = send(app, request("voice/incoming").sign(TOKEN)).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(body.contains("<Say>Please hold the line</Say>"), "{body}");
}

fn with_fallback() -> Hooks {
    Hooks::new(MemoryStore::new())
        .with_call_fallback(VoiceResponse::new().with(Say::new("Please hold the line")))
}

#[tokio::test]
async fn a_failing_handler_costs_no_caller_an_answer() {
    async fn text(_: Received<IncomingMessage>) -> Result<MessagingResponse, BoxError> {
        Err("no idea".into())
    }
    async fn call(_: Received<IncomingCall>) -> Result<VoiceResponse, BoxError> {
        Err("no idea".into())
    }
    handler_fails(with_fallback().on_message(text).on_call(call)).await;
}

#[tokio::test]
async fn a_panicking_handler_costs_no_caller_an_answer() {
    async fn text(message: Received<IncomingMessage>) -> MessagingResponse {
        panic!("{}", message.webhook.message_sid)
    }
    async fn call(call: Received<IncomingCall>) -> VoiceResponse {
        panic!("{}", call.webhook.call_sid)
    }
    handler_fails(with_fallback().on_message(text).on_call(call)).await;
}

#[tokio::test(start_paused = true)]
async fn a_hanging_handler_costs_no_caller_an_answer() {
    async fn text(_: Received<IncomingMessage>) -> MessagingResponse {
        pending().await
    }
    async fn call(_: Received<IncomingCall>) -> VoiceResponse {
        pending().await
    }
    handler_fails(with_fallback().on_message(text).on_call(call)).await;
}

/// A store that takes its time, and tells when it is done.
#[derive(Debug, Clone, Default)]
struct Slow {
    inner: MemoryStore,
    begun: Arc<Notify>,
    go_on: Arc<Notify>,
    done: Arc<Notify>,
    outcome: Arc<Mutex<Option<Outcome>>>,
}

#[async_trait]
impl Store for Slow {
    async fn record(&self, change: &Change) -> Result<Recorded, StoreError> {
        self.begun.notify_one();
        self.go_on.notified().await;
        let recorded = self.inner.record(change).await?;
        *self.outcome.lock().unwrap() = Some(recorded.outcome);
        self.done.notify_one();
        Ok(recorded)
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>, StoreError> {
        self.inner.claim(claim).await
    }

    async fn settle(&self, id: NotificationId, n: u32, end: Settlement) -> Result<(), StoreError> {
        self.inner.settle(id, n, end).await
    }
}

#[tokio::test]
async fn a_webhook_is_stored_even_if_twilio_hangs_up() {
    let store = Slow::default();
    let answer = app(store.clone()).oneshot(request("sms/incoming").sign(TOKEN).map(Body::from));
    let answer = tokio::spawn(answer);
    store.begun.notified().await;
    answer.abort();
    assert!(answer.await.unwrap_err().is_cancelled());

    store.go_on.notify_one();
    store.done.notified().await;
    assert_eq!(*store.outcome.lock().unwrap(), Some(Outcome::Created));
}
