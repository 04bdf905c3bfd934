//! Requests that come twice.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use jiff::{SignedDuration, Timestamp};
use tower::{Layer, Service, ServiceExt, service_fn};
use twilio_hooks::{
    BoxError, async_trait,
    signature::{
        AuthTokens, Delivery, MemoryReplayGuard, Mode, OnRepeat, PublicUrl, ReplayGuard, Seen,
        SignatureError, ValidateSignatureLayer, Verified,
    },
};

use self::signature_support::{SIGNATURE, sms};

mod signature_support;

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
}

fn delivery(number: u8, seconds: i64) -> Delivery {
    Delivery::new([number; 32], at(seconds))
}

async fn note(guard: &MemoryReplayGuard, number: u8, seconds: i64) -> Seen {
    guard.note(&delivery(number, seconds)).await.unwrap()
}

#[tokio::test]
async fn a_request_is_repeated_within_the_window_and_new_after_it() {
    let guard = MemoryReplayGuard::new();
    assert_eq!(note(&guard, 1, 0).await, Seen::First);
    assert_eq!(note(&guard, 2, 1).await, Seen::First);
    assert_eq!(note(&guard, 1, 599).await, Seen::Repeated);
    // A repetition does not prolong it.
    assert_eq!(note(&guard, 1, 600).await, Seen::First);
    assert_eq!(note(&guard, 2, 600).await, Seen::Repeated);
    assert_eq!(note(&guard, 1, 1199).await, Seen::Repeated);

    let short = MemoryReplayGuard::new().with_window(Duration::from_secs(5));
    assert_eq!(note(&short, 1, 0).await, Seen::First);
    assert_eq!(note(&short, 1, 5).await, Seen::First);
}

#[tokio::test]
async fn a_clock_that_is_set_back_forgets_nothing() {
    let guard = MemoryReplayGuard::new();
    assert_eq!(note(&guard, 1, 1000).await, Seen::First);
    assert_eq!(note(&guard, 1, 10).await, Seen::Repeated);
}

#[tokio::test]
async fn the_oldest_makes_room_for_the_newest() {
    let guard = MemoryReplayGuard::new().with_capacity(3);
    for number in 1..=4 {
        assert_eq!(note(&guard, number, 0).await, Seen::First);
        assert!(guard.len() <= 3);
    }
    assert_eq!(note(&guard, 4, 1).await, Seen::Repeated);
    assert_eq!(note(&guard, 2, 1).await, Seen::Repeated);
    assert_eq!(note(&guard, 1, 1).await, Seen::First);

    let guard = MemoryReplayGuard::new();
    for number in 0..20_000_u32 {
        let mut digest = [0; 32];
        digest[..4].copy_from_slice(&number.to_le_bytes());
        guard.note(&Delivery::new(digest, at(0))).await.unwrap();
    }
    assert_eq!(guard.len(), MemoryReplayGuard::DEFAULT_CAPACITY);
}

#[tokio::test]
async fn what_is_forgotten_comes_for_the_first_time() {
    let guard = MemoryReplayGuard::new().with_capacity(2);
    let first = delivery(1, 0);
    assert_eq!(guard.note(&first).await.unwrap(), Seen::First);
    guard.forget(&first).await;
    assert!(guard.is_empty());
    assert_eq!(note(&guard, 1, 1).await, Seen::First);
    // The first one has gone long since.
    guard.forget(&first).await;
    assert_eq!(note(&guard, 1, 2).await, Seen::Repeated);
    // Its trace does not take the second one along.
    assert_eq!(note(&guard, 2, 3).await, Seen::First);
    assert_eq!(note(&guard, 1, 3).await, Seen::Repeated);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_one_is_the_first() {
    let guard = Arc::new(MemoryReplayGuard::new());
    for number in 0..50 {
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let guard = Arc::clone(&guard);
                tokio::spawn(async move { guard.note(&delivery(number, 0)).await.unwrap() })
            })
            .collect();
        let mut first = 0;
        for task in tasks {
            first += usize::from(task.await.unwrap() == Seen::First);
        }
        assert_eq!(first, 1);
    }
}

/// Keeps what it is told, and passes it on.
#[derive(Debug, Default)]
struct Listening {
    heard: Mutex<Vec<Delivery>>,
    guard: MemoryReplayGuard,
}

#[async_trait]
impl ReplayGuard for Listening {
    async fn note(&self, delivery: &Delivery) -> Result<Seen, BoxError> {
        self.heard.lock().unwrap().push(delivery.clone());
        // Others may run in between.
        tokio::task::yield_now().await;
        self.guard.note(delivery).await
    }

    async fn forget(&self, delivery: &Delivery) {
        tokio::task::yield_now().await;
        self.guard.forget(delivery).await;
    }
}

#[derive(Debug)]
struct Broken;

#[async_trait]
impl ReplayGuard for Broken {
    async fn note(&self, _: &Delivery) -> Result<Seen, BoxError> {
        Err("the cache is down".into())
    }

    async fn forget(&self, _: &Delivery) {}
}

fn layer(guard: impl ReplayGuard, on_repeat: OnRepeat) -> ValidateSignatureLayer {
    let url = PublicUrl::fixed(sms::BASE).unwrap();
    ValidateSignatureLayer::new(url, AuthTokens::single(sms::ACCOUNT, sms::TOKEN))
        .with_replay_guard(guard, on_repeat)
}

fn good(idempotency_token: &str) -> Request<Full<Bytes>> {
    Request::post(sms::PATH)
        .header("content-type", sms::FORM)
        .header(SIGNATURE, sms::SIGNATURE)
        .header("I-Twilio-Idempotency-Token", idempotency_token)
        .body(sms::body().into())
        .unwrap()
}

/// Says whether it is a repetition.
async fn handler(request: Request<Full<Bytes>>) -> Result<Response<String>, Infallible> {
    let verified = request.extensions().get::<Verified>().unwrap();
    let text = if verified.is_repeat() { "again" } else { "new" };
    Ok(Response::new(text.to_owned()))
}

async fn send(layer: &ValidateSignatureLayer, request: Request<Full<Bytes>>) -> Response<String> {
    layer
        .layer(service_fn(handler))
        .oneshot(request)
        .await
        .unwrap()
}

#[tokio::test]
async fn retries_are_marked_whatever_their_unsigned_token_says() {
    let layer = layer(MemoryReplayGuard::new(), OnRepeat::Mark);
    assert_eq!(send(&layer, good("one")).await.body(), "new");
    for token in ["one", "two", ""] {
        let response = send(&layer, good(token)).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.body(), "again");
    }
}

#[tokio::test]
async fn or_they_are_acknowledged_and_go_no_further() {
    let layer = layer(MemoryReplayGuard::new(), OnRepeat::Acknowledge);
    assert_eq!(send(&layer, good("one")).await.body(), "new");
    let response = send(&layer, good("one")).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert_eq!(response.body(), "");
    assert_eq!(response.extensions().get(), Some(&Seen::Repeated));
}

#[tokio::test]
async fn without_a_guard_nothing_is_a_repetition() {
    let url = PublicUrl::fixed(sms::BASE).unwrap();
    let tokens = AuthTokens::single(sms::ACCOUNT, sms::TOKEN);
    let layer = ValidateSignatureLayer::new(url, tokens);
    for _ in 0..2 {
        assert_eq!(send(&layer, good("one")).await.body(), "new");
    }
}

#[tokio::test]
async fn a_guard_hears_of_good_requests_only_and_sees_no_signature() {
    let guard = Arc::new(Listening::default());
    let layer = layer(Arc::clone(&guard), OnRepeat::Mark);
    let mut forged = good("one");
    *forged.body_mut() = "Body=forged".into();
    let response = send(&layer, forged).await;
    assert_eq!(response.extensions().get(), Some(&SignatureError::Mismatch));
    let reporting = layer.clone().with_mode(Mode::ReportOnly);
    let mut forged = good("one");
    *forged.body_mut() = "Body=forged".into();
    let service = reporting.layer(service_fn(async |_: Request<Full<Bytes>>| {
        Ok::<_, Infallible>(Response::new(String::new()))
    }));
    service.oneshot(forged).await.unwrap();
    assert!(guard.heard.lock().unwrap().is_empty());

    let before = Timestamp::now();
    send(&layer, good("one")).await;
    send(&layer, good(&"x".repeat(129))).await;
    let heard = guard.heard.lock().unwrap();
    let [first, second] = &heard[..] else {
        panic!("{heard:?}");
    };
    assert_eq!(first.account_sid.as_ref().unwrap().as_str(), sms::ACCOUNT);
    assert_eq!(first.idempotency_token.as_deref(), Some("one"));
    assert_eq!(second.idempotency_token, None);
    assert_eq!(first.digest, second.digest);
    assert!(before <= first.at && first.at <= second.at);
    let sid = "SM00000000000000000000000000000001";
    let names: Vec<_> = first.sids.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["SmsMessageSid", "SmsSid", "MessageSid"]);
    assert!(first.sids.iter().all(|(_, value)| &**value == sid));
    let shown = format!("{first:?}");
    assert!(!shown.contains(sms::SIGNATURE) && !shown.contains("Hello"));
}

#[tokio::test]
async fn what_failed_may_be_tried_again() {
    let guard = Arc::new(Listening::default());
    let layer = layer(Arc::clone(&guard), OnRepeat::Acknowledge);
    let times = AtomicUsize::new(0);
    let service = layer.layer(service_fn(async |_: Request<Full<Bytes>>| {
        let mut response = Response::new(String::new());
        match times.fetch_add(1, Ordering::Relaxed) {
            0 => *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE,
            1 => return Err("broken"),
            2 => *response.status_mut() = StatusCode::NOT_FOUND,
            _ => panic!("it was answered already"),
        }
        Ok(response)
    }));
    let response = service.clone().oneshot(good("one")).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    service.clone().oneshot(good("one")).await.unwrap_err();
    let response = service.clone().oneshot(good("one")).await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let response = service.oneshot(good("one")).await.unwrap();
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_repetition_that_fails_is_still_a_repetition() {
    let layer = layer(MemoryReplayGuard::new(), OnRepeat::Mark);
    assert_eq!(send(&layer, good("one")).await.body(), "new");
    let mut failing = layer.layer(service_fn(async |_: Request<Full<Bytes>>| {
        let mut response = Response::new(String::new());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        Ok::<_, Infallible>(response)
    }));
    failing.call(good("one")).await.unwrap();
    assert_eq!(send(&layer, good("one")).await.body(), "again");
}

#[tokio::test]
async fn a_guard_that_fails_loses_no_webhook() {
    for on_repeat in [OnRepeat::Mark, OnRepeat::Acknowledge] {
        let layer = layer(Broken, on_repeat);
        for _ in 0..2 {
            assert_eq!(send(&layer, good("one")).await.body(), "new");
        }
    }
}

/// A cache that never answers.
#[derive(Debug)]
struct Hanging;

#[async_trait]
impl ReplayGuard for Hanging {
    async fn note(&self, _: &Delivery) -> Result<Seen, BoxError> {
        std::future::pending().await
    }

    async fn forget(&self, _: &Delivery) {
        std::future::pending::<()>().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_guard_that_hangs_loses_no_webhook_and_no_caller() {
    let layer = layer(Hanging, OnRepeat::Acknowledge);
    let start = tokio::time::Instant::now();
    assert_eq!(send(&layer, good("a")).await.body(), "new");
    assert!(start.elapsed() < Duration::from_secs(3));
}

/// A cache that takes in, and never gives out again.
#[derive(Debug)]
struct Keeping;

#[async_trait]
impl ReplayGuard for Keeping {
    async fn note(&self, _: &Delivery) -> Result<Seen, BoxError> {
        Ok(Seen::First)
    }

    async fn forget(&self, _: &Delivery) {
        std::future::pending::<()>().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_guard_that_hangs_while_it_forgets_keeps_no_answer_back() {
    let mut failing =
        layer(Keeping, OnRepeat::Mark).layer(service_fn(async |_: Request<Full<Bytes>>| {
            let mut response = Response::new(String::new());
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            Ok::<_, Infallible>(response)
        }));
    let start = tokio::time::Instant::now();
    let response = failing.call(good("a")).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(start.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn of_equal_requests_at_once_one_is_handled() {
    let layer = layer(Listening::default(), OnRepeat::Acknowledge);
    let responses = tokio::join!(
        send(&layer, good("one")),
        send(&layer, good("one")),
        send(&layer, good("one")),
    );
    let mut statuses = [responses.0, responses.1, responses.2].map(|response| response.status());
    statuses.sort();
    let (ok, dropped) = (StatusCode::OK, StatusCode::NO_CONTENT);
    assert_eq!(statuses, [ok, dropped, dropped]);
}
