use std::{convert::Infallible, env, fs, path::PathBuf, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    response::Response,
};
use http::{Request, header};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::oneshot,
    time::{sleep, timeout},
};
use tower::ServiceExt as _;
use twilio_hooks::{MessageStatus, store::PageRequest};
use uuid::Uuid;

use super::{
    cast::{MOBILE, OFFICE, Person},
    life::{ANSWERS, Life},
    set_up::TEXT_BACK,
    *,
};
use crate::{
    app::app,
    messaging::{NewText, intent::To},
    server::serve,
};

struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        let path = env::temp_dir().join(format!("crm-demo-test-{}", Uuid::new_v4().simple()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn there_are_some_days_behind_it_with_names_and_recordings() {
    let directory = Directory::new();
    let address = "127.0.0.1:9".parse().unwrap();
    let (demo, _) = Demo::new(address, &directory.0, 1.0).await.unwrap();
    let all = PageRequest::newest(200);
    let kept = &demo.state.database.directory;
    let contacts = kept.contacts(demo.company, all).await.unwrap().items;
    assert_eq!(contacts.len(), 8);
    assert!(contacts.iter().all(|contact| contact.name.is_some()));

    let messages = kept.messages(demo.company, all).await.unwrap().items;
    let days_ago = |days: i64| Timestamp::now() - jiff::SignedDuration::from_hours(24 * days);
    assert!(
        messages
            .iter()
            .any(|message| message.created_at < days_ago(3))
    );
    assert!(
        messages
            .iter()
            .all(|message| message.created_at > days_ago(4))
    );
    for status in [
        MessageStatus::Delivered,
        MessageStatus::Undelivered,
        MessageStatus::Failed,
    ] {
        assert!(messages.iter().any(|message| message.status == status));
    }
    let pictures = messages.iter().filter(|message| !message.media.is_empty());
    assert_eq!(pictures.count(), 1);

    let mut voicemails = 0;
    for call in kept.calls(demo.company, all).await.unwrap().items {
        for recording in kept.recordings(demo.company, call.id).await.unwrap() {
            let at_twilio = demo.fake.recordings();
            let mut at_twilio = at_twilio.iter();
            assert!(at_twilio.any(|other| other.sid == recording.recording_sid));
            voicemails += 1;
        }
    }
    assert_eq!(voicemails, 2);

    let api = Api::new(&demo);
    let count = async |filter: &str| {
        let list = api.get(&format!("/api/calls?limit=200&{filter}")).await;
        list["items"].as_array().unwrap().len()
    };
    assert_eq!(count("voicemail=true").await, 2);
    assert_eq!(count("missed=true&voicemail=false").await, 4);
    assert_eq!(count("missed=false").await, 4);
    // Nobody is told of it now.
    let told = kept.notifications_since(demo.company, 0, 10).await.unwrap();
    assert!(told.is_empty());
}

/// Time passes so much faster.
const SPEED: f64 = 60.0;

/// How long a test waits for what people do.
const PATIENCE: Duration = Duration::from_secs(90);

/// The JSON API of a demo, as a program uses it.
struct Api {
    app: Router,
    token: String,
    since: Timestamp,
}

impl Api {
    fn new(demo: &Demo) -> Self {
        Self {
            app: app(demo.state()),
            token: demo.api_token.clone(),
            since: Timestamp::now(),
        }
    }

    async fn send(&self, path: &str) -> Response {
        let request = Request::get(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .body(Body::empty())
            .unwrap();
        self.app.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let response = self.send(path).await;
        assert_eq!(response.status(), 200, "{path}");
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    /// The first of a list that is as wanted, of what has happened since the demo began.
    async fn waits_for(&self, path: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
        let is_new = |it: &Value| {
            let at: Timestamp = it["created_at"].as_str().unwrap().parse().unwrap();
            at >= self.since
        };
        let mut seen = Value::Null;
        let found = async {
            loop {
                seen = self.get(path).await;
                let items = seen["items"].as_array().unwrap();
                if let Some(found) = items.iter().find(|it| is_new(it) && is_wanted(it)) {
                    return found.clone();
                }
                sleep(Duration::from_millis(100)).await;
            }
        };
        match timeout(PATIENCE, found).await {
            Ok(found) => found,
            Err(_) => panic!("{path} never has it: {seen}"),
        }
    }
}

/// Runs a demo until its API shows what is to be seen. Only a part of its life goes on: the company
/// sends a text a second however fast time passes, so whoever waits for one must not wait behind all
/// that the others would have written by then.
async fn run(part: impl AsyncFnOnce(Life<'_>) -> Infallible, see: impl AsyncFnOnce(&Demo, &Api)) {
    let directory = Directory::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (demo, dispatcher) = Demo::new(address, &directory.0, SPEED).await.unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, demo.state(), dispatcher, async {
        let _ = stopped.await;
    }));
    let api = Api::new(&demo);
    tokio::select! {
        never = part(Life { demo: &demo, speed: SPEED }) => match never {},
        () = see(&demo, &api) => {}
    }
    let failures = demo.fake.failures();
    assert!(failures.is_empty(), "{failures:?}");
    drop(stop);
    server.await.unwrap().unwrap();
}

#[tokio::test]
async fn who_is_written_to_answers() {
    run(
        async |life| life.answer().await,
        async |demo, api| {
            let text = NewText::new(
                demo.company,
                To::Number(Person::Maya.number()),
                "Can you come at nine?",
            );
            demo.state.messaging.queue(&text).await.unwrap();
            let maya = Person::Maya.number();
            api.waits_for("/api/messages", |it| {
                let is_answer = |body: &str| ANSWERS.contains(&body);
                it["from_address"] == maya && it["body"].as_str().is_some_and(is_answer)
            })
            .await;
        },
    )
    .await;
}

#[tokio::test]
async fn texts_go_out_and_some_of_them_fail_for_a_reason() {
    run(
        async |life| life.serve().await,
        async |_, api| {
            let with = |status: &'static str| {
                move |it: &Value| it["outgoing"].is_object() && it["status"] == status
            };
            let arrived = api
                .waits_for("/api/messages?limit=200", with("delivered"))
                .await;
            assert_eq!(arrived["failure"], Value::Null);
            for (status, code) in [("undelivered", 30003), ("failed", 30006)] {
                let failed = api.waits_for("/api/messages?limit=200", with(status)).await;
                assert_eq!(failed["failure"]["code"], code);
                assert!(failed["failure"]["meaning"].is_string());
                assert!(failed["failure"]["advice"].is_string());
            }
            api.waits_for("/api/notifications?limit=200", |it| {
                it["type"] == "delivery_failed"
            })
            .await;
        },
    )
    .await;
}

#[tokio::test]
async fn calls_are_forwarded_recorded_missed_and_returned() {
    run(
        async |life| life.call().await,
        async |demo, api| {
            let path = "/api/calls?direction=inbound&missed=false&limit=200";
            let is_talk = |it: &Value| it["has_recording"] == true && it["handled_by"].is_string();
            let call = api.waits_for(path, is_talk).await;
            assert_eq!(call["handled_by"], demo.owner.to_string());
            let path = format!("/api/calls/{}", call["id"].as_str().unwrap());
            let call = api.get(&path).await;
            assert_eq!(call["keys"][0]["key"], "1");
            let leg = call["legs"].as_array().unwrap().last().unwrap();
            assert!([MOBILE, OFFICE].contains(&leg["number"].as_str().unwrap()));
            assert!(leg["name"].as_str().unwrap().starts_with("Robin Berg's"));

            let path = "/api/calls?direction=inbound&voicemail=true&limit=200";
            let call = api.waits_for(path, |it| it["has_recording"] == true).await;
            assert_eq!(call["missed"], true);
            let call = api
                .get(&format!("/api/calls/{}", call["id"].as_str().unwrap()))
                .await;
            let recording = call["recordings"][0]["id"].as_str().unwrap();
            let path = format!("/api/recordings/{recording}/audio");
            let audio = api.send(&path).await;
            assert_eq!(audio.status(), 200);
            let kind = audio.headers()[header::CONTENT_TYPE].to_str().unwrap();
            assert!(kind.starts_with("audio/"), "{kind}");

            let path = "/api/calls?direction=outbound&limit=200";
            let back = api.waits_for(path, |it| it["status"] == "completed").await;
            let path = "/api/calls?direction=inbound&missed=true&voicemail=false&limit=200";
            api.waits_for(path, |it| it["from_number"] == back["to_number"])
                .await;
            api.waits_for("/api/messages?limit=200", |it| {
                it["body"] == TEXT_BACK && it["status"] == "delivered"
            })
            .await;
            for kind in ["missed_call", "voicemail_received"] {
                let path = "/api/notifications?limit=200";
                api.waits_for(path, |it| it["type"] == kind).await;
            }
        },
    )
    .await;
}

#[tokio::test]
async fn only_what_the_api_has_is_told_of() {
    let directory = Directory::new();
    let address = "127.0.0.1:9".parse().unwrap();
    let (demo, _) = Demo::new(address, &directory.0, 1.0).await.unwrap();
    let text = demo.welcome().await.unwrap();
    let document = crate::api::document();
    for (method, path, line) in [
        ("post", "/api/messages", "Text Maya"),
        ("post", "/api/calls", "Call Tom"),
        ("get", "/api/recordings/{id}/audio", "Listen to a message"),
        ("post", "/api/session", "Sign in by a program"),
        ("get", "/api/docs/", "/api/docs/\n"),
    ] {
        let is_there = document["paths"][path].get(method).is_some();
        assert_eq!(text.contains(line), is_there, "{path}");
    }
}
