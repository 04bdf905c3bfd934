//! A fake whose time goes on by itself, and applications that listen at a real port. The time goes
//! a thousand times as fast as the clock.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tower::{Service, ServiceExt};
use twilio_hooks::{
    CallStatus, MessageStatus, Params,
    client::{CreateCall, CreateMessage},
    testing::{CallFate, Delivery, FailureKind, FakeTwilio, OverHttp},
    webhook::CallEvent,
};

use crate::support::{AGENT, Answer, Asked, THEM, US, app_at, nothing, told, twiml};

async fn fake() -> FakeTwilio {
    let fake = FakeTwilio::builder().with_speed(1000.0).start().await;
    let fake = fake.unwrap();
    fake.add_number(US);
    fake
}

/// Serves an application at a port; gives its URL.
async fn serve(fake: &FakeTwilio, answer: fn(&Asked) -> Answer) -> (SocketAddr, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let url = format!("http://{address}");
    tokio::spawn(listen(listener, app_at(&url, fake, answer)));
    (address, url)
}

async fn listen<S>(listener: TcpListener, app: S)
where
    S: Service<Request<Full<Bytes>>, Response = Answer, Error = Infallible> + Clone,
    S: Send + Sync + 'static,
    S::Future: Send,
{
    let app = Arc::new(app);
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let app = app.clone();
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let app = S::clone(&app);
            async move {
                let (head, body) = request.into_parts();
                let body = body.collect().await.unwrap().to_bytes();
                app.oneshot(Request::from_parts(head, Full::new(body)))
                    .await
            }
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move { drop(connection.await) });
    }
}

fn crm(asked: &Asked) -> Answer {
    match &*asked.path {
        "/agent" => twiml(
            r#"<Gather numDigits="1" action="/accepted"><Say>Press 1 to call the customer.</Say></Gather>"#,
        ),
        "/voice" => {
            twiml(r#"<Dial action="/dialled"><Number url="/whisper">+12025550102</Number></Dial>"#)
        }
        "/whisper" => {
            twiml(r#"<Gather numDigits="1" action="/taken"><Say>Press 1.</Say></Gather><Hangup/>"#)
        }
        "/taken" => twiml(""),
        "/accepted" if asked.get("Digits") == "1" => {
            twiml(r#"<Dial action="/dialled">+12025550143</Dial>"#)
        }
        "/dialled" if asked.get("DialCallStatus") == "completed" => twiml("<Hangup/>"),
        "/dialled" => twiml(r#"<Say>Leave a message.</Say><Record action="/left"/>"#),
        "/left" => twiml("<Say>Thank you.</Say>"),
        "/sms" => twiml(r#"<Message statusCallback="/status">Hello yourself</Message>"#),
        "/broken" => Answer::new(Full::default()),
        _ => nothing(),
    }
}

fn statuses(deliveries: &[Delivery], name: &str) -> Vec<String> {
    let status = deliveries.iter().map(|delivery| {
        assert_eq!(delivery.status, Some(StatusCode::NO_CONTENT));
        let params = Params::from_form(delivery.request.body());
        params.get(name).unwrap().to_owned()
    });
    status.collect()
}

fn click(url: &str) -> CreateCall {
    CreateCall::new(AGENT, US)
        .url(format!("{url}/agent"))
        .status_callback(format!("{url}/status"))
        .status_callback_event(CallEvent::Answered)
        .status_callback_event(CallEvent::Completed)
}

#[tokio::test]
async fn a_message_is_reported_with_nobody_driving() {
    let fake = fake().await;
    let (_, url) = serve(&fake, crm).await;
    let hello = CreateMessage::new(THEM).from(US).body("Hello");
    let hello = hello.status_callback(format!("{url}/status"));
    let before = fake.now();
    fake.client().messages().create(hello).await.unwrap();
    let told = statuses(&fake.settle().await, "MessageStatus");
    assert_eq!(told, ["sent", "delivered"]);
    assert_eq!(fake.messages()[0].status, Some(MessageStatus::Delivered));
    assert!(fake.now() > before);
}

#[tokio::test]
async fn a_call_of_the_application_is_answered_and_goes_on_by_itself() {
    let fake = fake().await;
    let (_, url) = serve(&fake, crm).await;
    fake.set_call_fate(THEM, CallFate::Completed(Duration::from_secs(45)));
    fake.client().calls().create(click(&url)).await.unwrap();
    fake.settle().await;
    let [agent, customer] = &fake.calls()[..] else {
        panic!("{:?}", fake.calls());
    };
    assert_eq!(agent.status, Some(CallStatus::Completed));
    assert_eq!(customer.status, Some(CallStatus::Completed));
    assert_eq!(customer.to.as_ref().unwrap().as_str(), THEM);
    assert!(customer.duration >= Some(45), "{:?}", customer.duration);
    assert!(agent.duration >= customer.duration);
    assert!(fake.failures().is_empty());
}

#[tokio::test]
async fn fates_decide_who_answers() {
    let fake = fake().await;
    let (_, url) = serve(&fake, crm).await;
    fake.set_call_fate(AGENT, CallFate::NoAnswer);
    fake.client().calls().create(click(&url)).await.unwrap();
    let told = statuses(&fake.settle().await, "CallStatus");
    assert_eq!(told, ["no-answer"]);

    fake.set_call_fate(AGENT, CallFate::Completed(Duration::ZERO));
    fake.set_call_fate(THEM, CallFate::Busy);
    fake.client().calls().create(click(&url)).await.unwrap();
    fake.settle().await;
    assert_eq!(fake.calls()[2].status, Some(CallStatus::Busy));
    assert_eq!(fake.recordings()[0].duration, Some(10), "a message");
    assert_eq!(fake.calls()[1].status, Some(CallStatus::Completed));
}

#[tokio::test]
async fn a_call_whose_twiml_is_broken_ends() {
    let fake = fake().await;
    let (_, url) = serve(&fake, crm).await;
    let call = CreateCall::new(AGENT, US).url(format!("{url}/nowhere"));
    fake.client().calls().create(call).await.unwrap();
    let call = CreateCall::new(AGENT, US).url("https://nowhere.example.com/");
    fake.client().calls().create(call).await.unwrap();
    fake.settle().await;
    let kinds: Vec<_> = fake.failures().iter().map(|failure| failure.kind).collect();
    assert_eq!(kinds, [FailureKind::Service], "204 is an empty document");
    for call in fake.calls() {
        assert_eq!(call.status, Some(CallStatus::Completed));
    }
}

#[tokio::test]
async fn people_call_and_write_to_a_port() {
    let fake = fake().await;
    let (address, url) = serve(&fake, crm).await;
    let caller = fake.caller(OverHttp::new(address), &format!("{url}/voice"));
    let mut call = caller.from(THEM).to(US).call().await.unwrap();
    call.goes_on_by_itself().await.unwrap();
    let told = told(call.transcript(), "/dialled", "DialCallStatus");
    assert_eq!(told, ["completed"]);
    assert_eq!(fake.calls()[1].status, Some(CallStatus::Completed));

    let mut texter = fake.texter(OverHttp::new(address), &format!("{url}/sms"));
    let step = texter.texts("Hello").await.unwrap();
    step.receives("Hello yourself").unwrap();
    fake.settle().await;
    assert_eq!(fake.messages()[1].status, Some(MessageStatus::Delivered));
}

#[tokio::test]
async fn a_public_url_can_lead_to_a_port() {
    let fake = fake().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let base = "https://crm.example.com";
    tokio::spawn(listen(listener, app_at(base, &fake, crm)));
    fake.route(base, address);
    fake.client().calls().create(click(base)).await.unwrap();
    let caller = fake.caller(OverHttp::new(address), "https://crm.example.com/voice");
    let mut call = caller.call().await.unwrap();
    call.goes_on_by_itself().await.unwrap();
    fake.settle().await;
    assert!(fake.failures().is_empty(), "{:?}", fake.failures());
    assert_eq!(fake.calls().len(), 4);
}

#[tokio::test]
async fn the_port_can_be_chosen() {
    let fake = FakeTwilio::start().await.unwrap();
    let url = fake.base_url();
    let port = url.rsplit(':').next().unwrap().parse().unwrap();
    drop(fake);
    let again = FakeTwilio::builder().with_port(port).live().start().await;
    // Another test may have got it in between.
    if let Ok(again) = again {
        assert_eq!(again.base_url(), url);
        assert!(again.now() > jiff::Timestamp::UNIX_EPOCH);
    }
}
