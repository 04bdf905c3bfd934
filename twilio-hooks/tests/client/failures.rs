use std::time::{Duration, Instant};

use http::StatusCode;
use tokio::net::TcpListener;
use twilio_hooks::{
    client::{
        Client, ClientErrorKind, Credentials, ListCalls, ListMessages, RetryPolicy,
        UpdateIncomingPhoneNumber,
    },
    testing::{Fault, InstantClock},
};

use crate::{SOON, fake, hello, twice};

const UNAVAILABLE: Fault = Fault::Status(StatusCode::SERVICE_UNAVAILABLE);

#[tokio::test]
async fn a_message_is_sent_again_after_429_as_late_as_twilio_asked() {
    let fake = fake().await;
    fake.fail_next(Fault::RateLimit {
        retry_after: Some(Duration::from_secs(3)),
    });
    fake.fail_next(Fault::RateLimit { retry_after: None });
    fake.client().messages().create(hello()).await.unwrap();
    assert_eq!(fake.messages().len(), 1);
    assert_eq!(fake.requests().len(), 3);
    let [first, second] = fake.pauses()[..] else {
        panic!("{:?}", fake.pauses());
    };
    assert_eq!(first, Duration::from_secs(3));
    assert!((Duration::from_millis(500)..=Duration::from_secs(1)).contains(&second));
}

#[tokio::test]
async fn what_twilio_asks_for_beyond_the_time_is_an_error_at_once() {
    let fake = fake().await;
    let wait = Duration::from_secs(600);
    fake.fail_next(Fault::RateLimit {
        retry_after: Some(wait),
    });
    let error = fake.client().messages().create(hello()).await.unwrap_err();
    assert!(error.is_rate_limited() && !error.outcome_is_unknown());
    assert_eq!(
        (error.code(), error.retry_after()),
        (Some(20429), Some(wait))
    );
    assert_eq!(error.attempts(), 1);
    assert!(fake.pauses().is_empty());
}

#[tokio::test]
async fn a_fault_for_one_path_leaves_the_others_alone() {
    let fake = fake().await;
    let twilio = fake.client();
    for _ in 0..4 {
        fake.fail_next_at("/Calls", UNAVAILABLE);
    }
    let sid = twilio.messages().create(hello()).await.unwrap().sid;
    fake.fail_next(Fault::Garbage);
    let error = twilio.messages().fetch(&sid).await.unwrap_err();
    assert_eq!(error.kind(), &ClientErrorKind::Decode);
    twilio.messages().fetch(&sid).await.unwrap();
    let calls = || twilio.calls().list(ListCalls::new()).all();
    let error = calls().await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::SERVICE_UNAVAILABLE));
    calls().await.unwrap();
}

#[tokio::test]
async fn reading_is_repeated_after_5xx_up_to_the_limit() {
    let fake = fake().await;
    let twilio = fake.client();
    let sid = twilio.messages().create(hello()).await.unwrap().sid;
    for _ in 0..3 {
        fake.fail_next(UNAVAILABLE);
    }
    assert_eq!(twilio.messages().fetch(&sid).await.unwrap().sid, sid);
    for _ in 0..4 {
        fake.fail_next(UNAVAILABLE);
    }
    let error = twilio.messages().fetch(&sid).await.unwrap_err();
    assert_eq!(
        (error.attempts(), error.status().unwrap()),
        (4, StatusCode::SERVICE_UNAVAILABLE)
    );
    assert!(!error.outcome_is_unknown());
}

#[tokio::test]
async fn creating_is_not_repeated_after_5xx_and_the_outcome_is_unknown() {
    let fake = fake().await;
    fake.fail_next(UNAVAILABLE);
    let error = fake.client().messages().create(hello()).await.unwrap_err();
    assert!(error.outcome_is_unknown());
    assert_eq!((error.attempts(), fake.requests().len()), (1, 1));
}

#[tokio::test]
async fn setting_webhooks_is_repeated_as_twice_is_the_same_as_once() {
    let fake = fake().await;
    let number = fake.phone_numbers()[0].sid.clone();
    fake.fail_next(Fault::DropAfter);
    let change = UpdateIncomingPhoneNumber::new().sms_url("https://hooks.example.com/sms");
    let twilio = fake.client();
    let updated = twilio
        .incoming_phone_numbers()
        .update(&number, change)
        .await
        .unwrap();
    assert_eq!(
        updated.sms_url.as_deref(),
        Some("https://hooks.example.com/sms")
    );
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test]
async fn a_message_whose_answer_got_lost_is_not_sent_twice() {
    for (fault, sent) in [(Fault::DropBefore, 0), (Fault::DropAfter, 1)] {
        let fake = fake().await;
        fake.fail_next(fault);
        let error = fake.client().messages().create(hello()).await.unwrap_err();
        let kind = ClientErrorKind::Transport {
            may_have_been_received: true,
        };
        assert_eq!(error.kind(), &kind);
        assert!(error.outcome_is_unknown());
        assert_eq!((fake.messages().len(), fake.requests().len()), (sent, 1));
    }
}

#[tokio::test]
async fn a_message_that_times_out_is_not_sent_twice() {
    for (fault, sent) in [(Fault::HangBefore, 0), (Fault::HangAfter, 1)] {
        let fake = fake().await;
        let twilio = fake.client_builder().with_time_limit(SOON).build().unwrap();
        fake.fail_next(fault);
        let error = twilio.messages().create(hello()).await.unwrap_err();
        let kind = ClientErrorKind::Timeout {
            may_have_been_received: true,
        };
        assert_eq!(error.kind(), &kind);
        assert!(error.outcome_is_unknown());
        assert_eq!((fake.messages().len(), fake.requests().len()), (sent, 1));
    }
}

#[tokio::test]
async fn reading_is_repeated_after_a_timeout_and_a_broken_connection() {
    let fake = fake().await;
    let twilio = fake.client_builder().with_time_limit(SOON).build().unwrap();
    fake.fail_next(Fault::HangBefore);
    fake.fail_next(Fault::DropBefore);
    assert!(twilio.account().await.is_ok());
    assert_eq!(fake.requests().len(), 3);
}

#[tokio::test]
async fn a_deletion_whose_answer_got_lost_is_done() {
    let fake = fake().await;
    let twilio = fake.client();
    let sid = twilio.messages().create(hello()).await.unwrap().sid;
    fake.fail_next(Fault::DropAfter);
    twilio.messages().delete(&sid).await.unwrap();
    // A refusal before it tells nothing of a deletion.
    fake.fail_next(Fault::RateLimit { retry_after: None });
    assert!(
        twilio
            .messages()
            .delete(&sid)
            .await
            .unwrap_err()
            .is_not_found()
    );
}

#[tokio::test]
async fn an_unknown_outcome_stays_unknown_when_later_attempts_fail_otherwise() {
    let fake = fake().await;
    let number = fake.phone_numbers()[0].sid.clone();
    let twilio = fake.client_builder().with_retries(twice()).build().unwrap();
    fake.fail_next(Fault::DropAfter);
    fake.fail_next(Fault::RateLimit { retry_after: None });
    let change = UpdateIncomingPhoneNumber::new().friendly_name("Desk");
    let error = twilio
        .incoming_phone_numbers()
        .update(&number, change)
        .await
        .unwrap_err();
    assert!(error.is_rate_limited() && error.outcome_is_unknown());
}

#[tokio::test]
async fn a_server_that_is_not_there_has_got_nothing() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    for scheme in ["http", "https"] {
        let clock = InstantClock::new();
        let twilio = Client::builder(Credentials::auth_token("AC1", "secret"))
            .with_base_url(format!("{scheme}://127.0.0.1:{port}"))
            .with_clock(clock.clone())
            .build()
            .unwrap();
        let error = twilio.messages().create(hello()).await.unwrap_err();
        let kind = ClientErrorKind::Transport {
            may_have_been_received: false,
        };
        assert_eq!(error.kind(), &kind);
        assert!(!error.outcome_is_unknown());
        assert_eq!((error.attempts(), clock.pauses().len()), (4, 3));
    }
}

#[tokio::test]
async fn a_connection_that_takes_too_long_has_transported_nothing() {
    // It accepts and never says a word of TLS.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let twilio = Client::builder(Credentials::auth_token("AC1", "secret"))
        .with_base_url(format!("https://{}", listener.local_addr().unwrap()))
        .with_connect_limit(SOON)
        .with_retries(RetryPolicy::never())
        .build()
        .unwrap();
    let start = Instant::now();
    let error = twilio.messages().create(hello()).await.unwrap_err();
    let kind = ClientErrorKind::Timeout {
        may_have_been_received: false,
    };
    assert_eq!(error.kind(), &kind);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn an_answer_that_is_no_json_or_too_long_is_an_error() {
    let fake = fake().await;
    fake.fail_next(Fault::Garbage);
    let error = fake.client().messages().create(hello()).await.unwrap_err();
    assert_eq!(error.kind(), &ClientErrorKind::Decode);
    assert!(error.outcome_is_unknown());

    let twilio = fake
        .client_builder()
        .with_response_limit(100)
        .build()
        .unwrap();
    let error = twilio
        .messages()
        .list(ListMessages::new())
        .all()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), &ClientErrorKind::TooLarge);
}
