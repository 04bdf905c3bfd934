//! Queues and services.

use std::time::Duration;

use twilio_hooks::webhook::EventKind;

use crate::support::{Answer, Asked, caller, kinds, told, twiml};

fn queue(asked: &Asked) -> Answer {
    match (&*asked.path, asked.get("QueueTime")) {
        ("/voice", _) => {
            twiml(r#"<Enqueue waitUrl="/wait" action="/left">support</Enqueue><Say>Never.</Say>"#)
        }
        ("/wait", "20") => twiml("<Say>Too long.</Say><Leave/>"),
        ("/wait", time) => twiml(&format!(
            "<Pause length='0'/><Say>You wait {time} seconds.</Say>"
        )),
        _ => twiml(&format!("<Say>It was {}.</Say>", asked.get("QueueResult"))),
    }
}

#[tokio::test]
async fn a_caller_waits_and_is_served() {
    let mut call = caller(queue).call().await.unwrap();
    call.hears("You wait 0").await.unwrap();
    call.somebody_answers()
        .await
        .unwrap()
        .talks_for(Duration::from_secs(30))
        .await
        .unwrap();
    assert!(call.stays_silent().await.is_err());
    call.they_hang_up()
        .await
        .unwrap()
        .hears("It was bridged")
        .await
        .unwrap();
    assert_eq!(
        kinds(call.transcript()),
        [
            ("/voice", EventKind::IncomingCall),
            ("/wait", EventKind::EnqueueWait),
            ("/left", EventKind::EnqueueAction),
        ]
    );
}

#[tokio::test]
async fn a_caller_hangs_up_in_the_queue() {
    let mut call = caller(queue).call().await.unwrap();
    call.hears("You wait")
        .await
        .unwrap()
        .stays_silent()
        .await
        .unwrap()
        .hangs_up()
        .await
        .unwrap();
    assert_eq!(told(call.transcript(), "/left", "QueueResult"), ["hangup"]);
    assert_eq!(
        told(call.transcript(), "/left", "CallStatus"),
        ["completed"]
    );
}

#[tokio::test]
async fn the_application_takes_a_caller_out_of_the_queue() {
    let answer = |asked: &Asked| match asked.path.as_str() {
        "/voice" => twiml(r#"<Enqueue waitUrl="/wait">support</Enqueue><Say>Call back.</Say>"#),
        _ => twiml("<Say>All are busy.</Say><Leave/>"),
    };
    let mut call = caller(answer).call().await.unwrap();
    call.hears("All are busy")
        .await
        .unwrap()
        .hears("Call back")
        .await
        .unwrap();
    call.is_over().await.unwrap();
}

#[tokio::test]
async fn a_service_has_the_call_for_a_while() {
    for (service, kind) in [
        (
            r#"<Stream url="wss://hooks.example.com/audio"/>"#,
            EventKind::ConnectStreamAction,
        ),
        (
            r#"<ConversationRelay url="wss://hooks.example.com/relay"/>"#,
            EventKind::ConversationRelayAction,
        ),
    ] {
        let answer = move |asked: &Asked| match &*asked.path {
            "/voice" => twiml(&format!(r#"<Connect action="/done">{service}</Connect>"#)),
            _ => twiml("<Say>Welcome back.</Say>"),
        };
        let mut call = caller(answer).call().await.unwrap();
        assert!(call.hears("Welcome").await.is_err());
        call.talks_for(Duration::from_secs(5)).await.unwrap();
        call.they_hang_up()
            .await
            .unwrap()
            .hears("Welcome back")
            .await
            .unwrap();
        assert_eq!(kinds(call.transcript())[1], ("/done", kind));
    }
}
