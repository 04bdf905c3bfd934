use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tower::{Layer as _, ServiceExt as _, service_fn};
use twilio_hooks::{
    Params,
    client::CreateCall,
    signature::{AuthTokens, PublicUrl, ValidateSignatureLayer},
    testing::{CallbackFate, CallbackPlan, Delivery, FakeTwilio},
    webhook::{CallEvent, CallStatusUpdate, MessageStatusUpdate, RecordingStatusUpdate, Webhook},
};

use crate::{THEM, US, fake, hello};

const STATUS: &str = "https://hooks.example.com/status?line=1";

fn statuses(deliveries: &[Delivery], name: &str) -> Vec<String> {
    let status = |delivery: &Delivery| {
        Params::from_form(delivery.request.body())
            .get(name)
            .unwrap()
            .to_owned()
    };
    deliveries.iter().map(status).collect()
}

async fn message_statuses(fake: &FakeTwilio) -> Vec<String> {
    let message = hello().status_callback(STATUS);
    fake.client().messages().create(message).await.unwrap();
    statuses(&fake.settle().await, "MessageStatus")
}

#[tokio::test]
async fn callbacks_are_typed_webhooks_in_the_order_of_time() {
    let fake = fake().await;
    assert_eq!(message_statuses(&fake).await, ["sent", "delivered"]);
    let last = fake.deliveries().pop().unwrap();
    let update = MessageStatusUpdate::from_params(&Params::from_form(last.request.body())).unwrap();
    assert_eq!(update.message_sid, fake.messages()[0].sid);
    assert_eq!(last.status, None, "nothing leads to that URL");
}

#[tokio::test]
async fn a_call_tells_what_was_asked_for() {
    let fake = fake().await;
    let call = CreateCall::new(THEM, US)
        .twiml("<Response/>")
        .status_callback(STATUS)
        .status_callback_event(CallEvent::Initiated)
        .status_callback_event(CallEvent::Answered)
        .status_callback_event(CallEvent::Completed)
        .record(true)
        .recording_status_callback("https://hooks.example.com/recording");
    fake.client().calls().create(call).await.unwrap();
    let early = fake.advance(Duration::from_secs(5)).await;
    assert_eq!(statuses(&early, "CallStatus"), ["initiated", "in-progress"]);
    let late = fake.settle().await;
    let [completed, recorded] = &late[..] else {
        panic!("{} callbacks", late.len());
    };
    let params = Params::from_form(completed.request.body());
    let update = CallStatusUpdate::from_params(&params).unwrap();
    assert_eq!(params.get("SequenceNumber"), Some("2"));
    assert_eq!(update.call_sid, fake.calls()[0].sid);
    assert_eq!(params.get("CallDuration"), Some("10"));
    let params = Params::from_form(recorded.request.body());
    let update = RecordingStatusUpdate::from_params(&params).unwrap();
    assert_eq!(update.recording_sid, fake.recordings()[0].sid);
}

#[tokio::test]
async fn a_script_loses_repeats_and_reorders() {
    let fake = fake().await;
    fake.script_callbacks([
        CallbackFate::Late(Duration::from_secs(60)),
        CallbackFate::Twice,
    ]);
    assert_eq!(
        message_statuses(&fake).await,
        ["delivered", "delivered", "sent"]
    );
    fake.script_callbacks([CallbackFate::Lost]);
    assert_eq!(message_statuses(&fake).await, ["delivered"]);
}

#[tokio::test]
async fn the_same_seed_makes_the_same_day() {
    let mut days = Vec::new();
    for _ in 0..2 {
        let fake = fake().await;
        let plan = CallbackPlan::seeded(11)
            .with_loss(0.3)
            .with_duplicates(0.3)
            .with_delay(Duration::from_secs(20));
        fake.plan_callbacks(plan);
        for _ in 0..20 {
            let message = hello().status_callback(STATUS);
            fake.client().messages().create(message).await.unwrap();
        }
        days.push(statuses(&fake.settle().await, "MessageStatus"));
    }
    assert_eq!(days[0], days[1]);
    let mut sorted = days[0].clone();
    sorted.sort_by_key(|status| status == "delivered");
    assert_ne!(days[0], sorted, "some overtake others");
}

/// What an application answers behind the signature check.
async fn no_content(_: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

fn layer(fake: &FakeTwilio) -> ValidateSignatureLayer {
    let url = PublicUrl::fixed("https://hooks.example.com").unwrap();
    let tokens = AuthTokens::single(fake.account_sid(), fake.auth_token());
    ValidateSignatureLayer::new(url, tokens)
}

#[tokio::test]
async fn callbacks_reach_a_server_and_pass_its_signature_check() {
    let fake = fake().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    fake.route("https://hooks.example.com", listener.local_addr().unwrap());
    let layer = layer(&fake);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let layer = layer.clone();
            let service = hyper::service::service_fn(move |request| {
                layer.layer(service_fn(no_content)).oneshot(request)
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::spawn(async move { drop(connection.await) });
        }
    });
    assert_eq!(message_statuses(&fake).await, ["sent", "delivered"]);
    let statuses: Vec<_> = fake
        .deliveries()
        .iter()
        .map(|delivery| delivery.status)
        .collect();
    assert_eq!(statuses, [Some(StatusCode::NO_CONTENT); 2]);
}

#[tokio::test]
async fn callbacks_can_be_given_to_an_application_without_a_socket() {
    let fake = fake().await;
    message_statuses(&fake).await;
    let app = layer(&fake).layer(service_fn(no_content));
    for delivery in fake.deliveries() {
        let answer = app
            .clone()
            .oneshot(delivery.request.map(Full::new))
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    }
}
