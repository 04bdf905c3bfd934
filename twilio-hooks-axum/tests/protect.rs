//! Routes of an application's own under the signature check.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    response::Response,
    routing::{MethodRouter, post},
};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::Timestamp;
use tokio::{sync::Notify, time::Instant};
use tower::ServiceExt;
use twilio_hooks::{
    CompanyId, Hooks, LineId, MessageId, MessageStatus,
    signature::{
        AuthTokens, NamedAccount, PublicUrl, SignatureError, ValidateSignatureLayer, Verified,
    },
    store::{
        Change, Direction, Directory, Interaction, InteractionId, Line, Lines, MemoryStore,
        MessageChange, Outcome, Store,
    },
    testing::SignedRequest,
    twiml::{Say, VoiceResponse},
    webhook::{GatherAction, MessageStatusUpdate},
};
use twilio_hooks_axum::{Protect, Signed, SignedRejection, Twiml, WebhookFailure, Webhooks};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const BASE: &str = "https://hooks.example.com";
const FALLBACK: &str = "<Say>Please hold the line</Say>";

fn layer() -> ValidateSignatureLayer {
    let url = PublicUrl::fixed(BASE).unwrap();
    ValidateSignatureLayer::new(url, AuthTokens::single(ACCOUNT, TOKEN))
}

fn protect() -> Protect {
    Protect::new(layer())
        .with_call_fallback(VoiceResponse::new().with(Say::new("Please hold the line")))
}

fn request(path: &str) -> SignedRequest {
    SignedRequest::post(format!("{BASE}{path}"))
        .param("AccountSid", ACCOUNT)
        .param("CallSid", "CA00000000000000000000000000000001")
        .param("Digits", "1")
        .param("MessageSid", "SM00000000000000000000000000000001")
        .param("MessageStatus", "delivered")
        .param("From", "+12025550187")
        .param("To", "+12025550143")
}

async fn send<B: Into<Body>>(app: Router, request: Request<B>) -> (Response, String) {
    let response = app.oneshot(request.map(Into::into)).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (
        Response::from_parts(parts, Body::empty()),
        String::from_utf8(body.to_vec()).unwrap(),
    )
}

fn routed(path: &str, routes: MethodRouter) -> Router {
    Router::new().route(path, routes)
}

async fn pressed(Path(step): Path<u32>, gather: Signed<GatherAction>) -> Twiml<VoiceResponse> {
    let digits = gather.webhook.digits.unwrap_or_default();
    Twiml(VoiceResponse::new().with(Say::new(format!("Step {step}, key {digits}"))))
}

#[tokio::test]
async fn a_route_of_ones_own_may_have_parameters_and_be_nested() {
    let routes = routed("/menu/{step}", protect().call(post(pressed)));
    for (app, path) in [
        (routes.clone(), "/menu/7"),
        (Router::new().nest("/voice", routes), "/voice/menu/7"),
    ] {
        let (response, body) = send(app, request(path).sign(TOKEN)).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(body.contains("<Say>Step 7, key 1</Say>"), "{body}");
    }
}

#[tokio::test]
async fn strangers_reach_neither_handler_nor_fallback() {
    let reached = Arc::new(AtomicU32::new(0));
    let counted = {
        let reached = Arc::clone(&reached);
        move || {
            reached.fetch_add(1, Ordering::Relaxed);
            async {}
        }
    };
    for routes in [
        protect().call(post(counted.clone())),
        protect().webhook(post(counted)),
    ] {
        let app = routed("/own", routes);
        let mut unsigned = request("/own").sign(TOKEN);
        unsigned.headers_mut().remove("x-twilio-signature");
        for (request, status) in [
            (request("/own").sign("another token"), 403),
            (request("/other").sign(TOKEN).map_path("/own"), 403),
            (unsigned, 400),
        ] {
            let (response, body) = send(app.clone(), request).await;
            assert_eq!((response.status().as_u16(), &*body), (status, ""));
        }
    }
    assert_eq!(reached.load(Ordering::Relaxed), 0);
}

/// A genuine signature, sent to where it does not belong.
trait MapPath {
    fn map_path(self, path: &str) -> Self;
}

impl<B> MapPath for Request<B> {
    fn map_path(mut self, path: &str) -> Self {
        *self.uri_mut() = path.parse().unwrap();
        self
    }
}

#[tokio::test]
async fn a_browser_gets_a_page_and_other_methods_an_empty_refusal() {
    let app = routed("/menu/{step}", protect().call(post(pressed)));
    for (method, has_page) in [(Method::GET, true), (Method::PUT, false)] {
        let mut request = Request::new(Body::empty()).map_path("/menu/7");
        *request.method_mut() = method;
        let (response, body) = send(app.clone(), request).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()["allow"], "POST");
        assert_eq!(body.contains("This URL takes POST"), has_page, "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_hears_an_answer_whatever_becomes_of_the_handler() {
    async fn fails(_: Signed<GatherAction>) -> StatusCode {
        StatusCode::SERVICE_UNAVAILABLE
    }
    async fn panics(gather: Signed<GatherAction>) -> Twiml<VoiceResponse> {
        panic!("{}", gather.webhook.call_sid)
    }
    async fn hangs(_: Signed<GatherAction>) -> Twiml<VoiceResponse> {
        pending().await
    }
    let started = Instant::now();
    let app = Router::new()
        .route("/fails", protect().call(post(fails)))
        .route("/panics", protect().call(post(panics)))
        .route("/hangs", protect().call(post(hangs)))
        .route("/menu/{step}", protect().call(post(pressed)));
    for path in ["/fails", "/panics", "/hangs", "/menu/seven"] {
        let (response, body) = send(app.clone(), request(path).sign(TOKEN)).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(
            response.headers()["content-type"],
            "text/xml; charset=utf-8"
        );
        assert!(body.contains(FALLBACK), "{path}: {body}");
    }
    assert!(
        started.elapsed() < Duration::from_secs(15),
        "Twilio waits so long"
    );

    // What is no call, signed as it may be.
    let nameless = SignedRequest::post(format!("{BASE}/menu/7")).param("AccountSid", ACCOUNT);
    let (response, body) = send(app, nameless.sign(TOKEN)).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(body.contains(FALLBACK), "{body}");
    let Some(SignedRejection::Params(error)) = response.extensions().get() else {
        panic!("no reason in the extensions")
    };
    assert_eq!(error.name(), "CallSid");
}

#[tokio::test(start_paused = true)]
async fn where_nobody_listens_a_failure_is_one() {
    async fn fails(_: Signed<MessageStatusUpdate>) -> StatusCode {
        StatusCode::SERVICE_UNAVAILABLE
    }
    async fn panics(report: Signed<MessageStatusUpdate>) {
        panic!("{}", report.webhook.message_sid)
    }
    async fn hangs(_: Signed<MessageStatusUpdate>) {
        pending::<()>().await;
    }
    let protect = protect().with_handler_timeout(Duration::from_secs(3));
    let started = Instant::now();
    let app = Router::new()
        .route("/fails", protect.webhook(post(fails)))
        .route("/panics", protect.webhook(post(panics)))
        .route("/hangs", protect.webhook(post(hangs)));
    for (path, status) in [("/fails", 503), ("/panics", 500), ("/hangs", 500)] {
        let (response, body) = send(app.clone(), request(path).sign(TOKEN)).await;
        assert_eq!((response.status().as_u16(), &*body), (status, ""), "{path}");
    }
    assert_eq!(started.elapsed().as_secs(), 3);
}

/// What a layer around the routes learns of a response.
fn learnt(response: &Response) -> (Option<&str>, Option<&str>) {
    let verified = response.extensions().get::<Verified>();
    let failure = response.extensions().get::<WebhookFailure>();
    (
        verified.and_then(|verified| verified.params().get("CallSid")),
        failure.map(|failure| failure.reason()),
    )
}

#[tokio::test(start_paused = true)]
async fn a_layer_around_the_routes_learns_what_came_of_them() {
    let fails = async |_: Signed<GatherAction>| StatusCode::SERVICE_UNAVAILABLE;
    async fn panics(gather: Signed<GatherAction>) -> Twiml<VoiceResponse> {
        panic!("{}", gather.webhook.call_sid)
    }
    let hangs = async |_: Signed<GatherAction>| pending::<Twiml<VoiceResponse>>().await;
    let hooks = Hooks::new(MemoryStore::new()).on_call(async |_| {
        Err::<VoiceResponse, twilio_hooks::BoxError>("the number of an office is missing".into())
    });
    let app = Router::new()
        .route("/fails", protect().call(post(fails)))
        .route("/panics", protect().call(post(panics)))
        .route("/hangs", protect().call(post(hangs)))
        .route("/menu/{step}", protect().call(post(pressed)))
        .merge(Webhooks::new(hooks, layer()).into_router());
    for (path, reason) in [
        ("/menu/7", None),
        ("/fails", Some("handler")),
        ("/panics", Some("panic")),
        ("/hangs", Some("handler-timeout")),
        ("/api/webhooks/twilio/voice/incoming", Some("handler")),
        ("/api/webhooks/twilio/sms/status", None),
    ] {
        let (response, _) = send(app.clone(), request(path).sign(TOKEN)).await;
        let call = Some("CA00000000000000000000000000000001");
        assert!(response.status().is_success(), "{path}");
        assert_eq!(learnt(&response), (call, reason), "{path}");
    }

    let (response, _) = send(app, request("/menu/7").sign("another token")).await;
    assert_eq!(learnt(&response), (None, None));
    let extensions = response.extensions();
    assert_eq!(extensions.get(), Some(&SignatureError::Mismatch));
    assert_eq!(extensions.get(), Some(&NamedAccount(ACCOUNT.into())));
}

#[tokio::test]
async fn the_work_is_done_even_if_twilio_hangs_up() {
    let (begun, go_on, done) = (
        Arc::new(Notify::new()),
        Arc::new(Notify::new()),
        Arc::new(Notify::new()),
    );
    let work = {
        let (begun, go_on, done) = (begun.clone(), go_on.clone(), done.clone());
        async move |_: Signed<MessageStatusUpdate>| {
            begun.notify_one();
            go_on.notified().await;
            done.notify_one();
        }
    };
    let app = routed("/own", protect().webhook(post(work)));
    let answer = tokio::spawn(app.oneshot(request("/own").sign(TOKEN).map(Body::from)));
    begun.notified().await;
    answer.abort();
    assert!(answer.await.unwrap_err().is_cancelled());
    go_on.notify_one();
    done.notified().await;
}

#[tokio::test]
async fn a_caller_hears_the_fallback_of_the_hooks() {
    let reply = VoiceResponse::new().with(Say::new("Please hold the line"));
    let hooks = Hooks::new(MemoryStore::new()).with_call_fallback(reply);
    let webhooks = Webhooks::new(hooks, layer());
    let fails = async || StatusCode::INTERNAL_SERVER_ERROR;
    let app = routed("/own", webhooks.protect().call(post(fails))).merge(webhooks.into_router());
    for path in ["/own", "/api/webhooks/twilio/voice/incoming"] {
        let (_, body) = send(app.clone(), request(path).sign(TOKEN)).await;
        assert!(body.contains(FALLBACK), "{path}: {body}");
    }
}

async fn status(
    State(hooks): State<Hooks>,
    Path(id): Path<MessageId>,
    report: Signed<MessageStatusUpdate>,
) -> Response {
    let chosen = |change: Change| change.with_message_id(id);
    report.receive(&hooks, chosen).await
}

/// The application chose the id before it asked Twilio; the report is faster than Twilio's answer.
#[tokio::test]
async fn a_report_is_stored_under_the_id_in_its_path() {
    let now = Timestamp::now();
    let (store, company, id) = (MemoryStore::new(), CompanyId::at(now), MessageId::at(now));
    let line = Line::new(LineId::at(now), ACCOUNT, "+12025550187", company);
    store.put_line(&line).await.unwrap();
    let app: Router = Router::new()
        .route("/sms/status/{id}", protect().webhook(post(status)))
        .with_state(Hooks::new(store.clone()));

    let report = request(&format!("/sms/status/{id}")).sign(TOKEN);
    let (response, body) = send(app.clone(), report).await;
    assert_eq!((response.status().as_u16(), &*body), (204, ""));
    let message = store.message(company, id).await.unwrap().unwrap();
    assert_eq!(message.status, MessageStatus::Delivered);

    let sent = MessageChange::new("SM00000000000000000000000000000001", Direction::Outbound)
        .with_id(id)
        .with_parties("+12025550187", "+12025550143")
        .with_body("Hello");
    let recorded = store
        .record(&Change::new(ACCOUNT, Interaction::Message(sent), now))
        .await
        .unwrap();
    assert_eq!(
        (recorded.outcome, recorded.id),
        (Outcome::Updated, InteractionId::Message(id))
    );

    let (response, _) = send(app, request("/sms/status/none").sign(TOKEN)).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}
