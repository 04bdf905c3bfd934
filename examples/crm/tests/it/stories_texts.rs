//! Stories of texts, from the first one that somebody sends to what the team sees of them.

use std::net::SocketAddr;

use crm::{app::app, people::Role};
use futures_util::StreamExt as _;
use http::{Request, header};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};
use twilio_hooks::testing::MessageFate;

use crate::{
    browser::Browser,
    desk::{contact, person, texts},
    support::{ALPHA, ALPHA_LINE, Answer, Crm, SENDER, on_both_databases, soon},
};

/// Somebody who hears live what happens in Alpha.
struct Listener(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Listener {
    async fn connect(crm: &Crm) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let service = app(crm.state.clone());
        tokio::spawn(async move { axum::serve(listener, service).await });
        let url = format!("ws://{address}/api/live?since=0");
        let mut request = url.into_client_request().unwrap();
        let bearer = format!("Bearer {ALPHA}").parse().unwrap();
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
        Self(soon(connect_async(request)).await.unwrap().0)
    }

    /// The type and title of the next notification.
    async fn hears(&mut self) -> (String, String) {
        loop {
            match soon(self.0.next()).await.unwrap().unwrap() {
                Message::Text(text) => {
                    let heard: Value = serde_json::from_str(&text).unwrap();
                    let word = |name: &str| heard[name].as_str().unwrap().to_owned();
                    return (word("type"), word("title"));
                }
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Office hours in New York, and an answer when nobody is there.
async fn open_an_office(crm: &Crm) {
    let day = json!([{ "from": "09:00", "to": "17:00" }]);
    let week =
        json!({ "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day });
    let hours = json!({ "hours": { "time_zone": "America/New_York", "week": week } });
    crm.put(ALPHA, "/api/settings/hours", &hours).await.json();
    let rule =
        json!({ "enabled": true, "when": "closed", "body": "{{company.name}} opens at nine." });
    crm.put(ALPHA, "/api/settings/auto-reply", &rule)
        .await
        .json();
}

/// Writes a text as somebody who is signed in.
async fn writes(who: &Browser<'_>, body: &Value) -> Answer {
    let key = uuid::Uuid::new_v4().to_string();
    let request = Request::post("/api/messages").header("idempotency-key", key);
    who.send(request, Some(body)).await
}

async fn thread(crm: &Crm) -> Vec<Value> {
    let path = format!("/api/threads/{}", contact(crm, SENDER).await);
    crm.get(ALPHA, &path).await.items()
}

/// Brings the clock of Twilio to that of the server.
async fn same_time(crm: &Crm) {
    let ahead = crm.clock.now().duration_since(crm.fake().now());
    crm.fake().advance(ahead.try_into().unwrap()).await;
}

async fn told(crm: &Crm, kind: &str) -> Vec<Value> {
    crm.deliver().await;
    let mut told = crm.get(ALPHA, "/api/notifications").await.items();
    told.retain(|it| it["type"] == kind);
    told
}

on_both_databases! {
    async fn lesson_23_a_new_customer_writes_at_night_and_is_answered_in_the_morning(crm: Crm) {
        open_an_office(&crm).await;
        let ana = person(&crm, "Alpha", Role::Agent).await;
        crm.clock.set("2026-11-24T03:30:00Z".parse().unwrap());
        same_time(&crm).await;
        let mut customer = crm.texter(SENDER);
        customer.texts("Do you repair taps?").await.unwrap().receives("Alpha opens at nine.").unwrap();

        // Somebody new, whose name is the number until somebody enters one.
        let contacts = crm.get(ALPHA, "/api/contacts").await.items();
        assert_eq!(contacts.len(), 1);
        assert_eq!((&contacts[0]["name"], &contacts[0]["address"]), (&Value::Null, &json!(SENDER)));
        assert_eq!(contacts[0]["display_name"], "(202) 555-0143");
        let news = told(&crm, "sms_received").await;
        assert_eq!(news.len(), 1);
        assert_eq!(news[0]["message"], "Do you repair taps?");
        assert_eq!(news[0]["contact_id"], contacts[0]["id"]);

        // The answer arrives, and is seen as one that nobody has written.
        crm.settle().await;
        let answers = crm.outbound().await;
        assert_eq!(answers.len(), 1);
        assert_eq!((&answers[0]["status"], &answers[0]["body"]), (&json!("delivered"), &json!("Alpha opens at nine.")));
        assert_eq!(answers[0]["outgoing"]["automatic"], true);
        let mut said = texts(&json!(thread(&crm).await)).into_iter().map(str::to_owned).collect::<Vec<_>>();
        said.sort_unstable();
        assert_eq!(said, ["Alpha opens at nine.", "Do you repair taps?"]);

        // One is enough in a night.
        for minutes in [1, 60, 300] {
            crm.clock.advance(SignedDuration::from_mins(minutes));
            customer.texts(&format!("Hello? {minutes}")).await.unwrap().receives_nothing().unwrap();
        }
        assert_eq!(crm.outbound().await.len(), 1);

        crm.clock.set("2026-11-24T14:05:00Z".parse().unwrap());
        same_time(&crm).await;
        let threads = ana.get("/api/threads?filter=unread").await.items();
        assert_eq!((threads.len(), &threads[0]["unread"]), (1, &json!(4)));
        let body = json!({ "contact_id": contacts[0]["id"], "body": "Good morning! We do." });
        let written = writes(&ana, &body).await.json_with(201);
        assert_eq!(written["from_address"], ALPHA_LINE);
        crm.work().await;
        crm.settle().await;
        customer.receives("Good morning!").unwrap();
        let newest = thread(&crm).await.into_iter().find(|it| it["id"] == written["id"]).unwrap();
        assert_eq!((&newest["status"], &newest["outgoing"]["automatic"]), (&json!("delivered"), &json!(false)));
        assert!(newest["user_id"].is_string());
        customer.texts("Great").await.unwrap().receives_nothing().unwrap();
    }

    async fn lesson_29_a_text_that_does_not_arrive_is_told_and_tried_again(crm: Crm) {
        let ana = person(&crm, "Alpha", Role::Agent).await;
        let mut customer = crm.texter(SENDER);
        customer.texts("When do you come?").await.unwrap();
        let mut live = Listener::connect(&crm).await;
        crm.deliver().await;
        assert_eq!(live.hears().await.0, "sms_received");
        let id = contact(&crm, SENDER).await;

        // Each step is seen when it happens.
        let written = writes(&ana, &json!({ "contact_id": id, "body": "At ten." })).await.json_with(201);
        let message = format!("/api/messages/{}", written["id"].as_str().unwrap());
        let status = async || crm.get(ALPHA, &message).await.json()["status"].clone();
        assert_eq!(status().await, "queued");
        crm.work().await;
        crm.deliver().await;
        assert_eq!(live.hears().await, ("sms_status_update".into(), format!("SMS to {SENDER} queued")));
        let sid = crm.get(ALPHA, &message).await.json()["message_sid"].clone();
        let report = [("MessageSid", sid.as_str().unwrap()), ("MessageStatus", "sending"),
            ("From", ALPHA_LINE), ("To", SENDER)];
        let path = format!("sms/status/{}", written["id"].as_str().unwrap());
        assert_eq!(crm.twilio(&path, &report).await.status, 204);
        assert_eq!(status().await, "sending");
        crm.settle().await;
        crm.deliver().await;
        for word in ["is being sent", "sent", "delivered"] {
            let (kind, title) = live.hears().await;
            assert_eq!((&*kind, title), ("sms_status_update", format!("SMS to {SENDER} {word}")));
        }
        assert_eq!(status().await, "delivered");
        customer.receives("At ten.").unwrap();
        customer.texts("Perfect").await.unwrap();
        crm.deliver().await;
        assert_eq!(live.hears().await.0, "sms_received");

        // Then the phone is off.
        crm.fake().set_message_fate(SENDER, MessageFate::Undelivered(30003));
        crm.clock.advance(SignedDuration::from_mins(5));
        let second = writes(&ana, &json!({ "contact_id": id, "body": "We are here." })).await.json_with(201);
        crm.work().await;
        crm.settle().await;
        let failed = thread(&crm).await.into_iter().find(|it| it["id"] == second["id"]).unwrap();
        assert_eq!((&failed["status"], &failed["failure"]["code"]), (&json!("undelivered"), &json!(30003)));
        assert_eq!(failed["failure"]["retryable"], true);
        for words in ["meaning", "advice"] {
            assert!(!failed["failure"][words].as_str().unwrap().is_empty());
        }
        let notices = told(&crm, "delivery_failed").await;
        assert_eq!(notices.len(), 1);
        assert!(notices[0]["message"].as_str().unwrap().contains("30003"));
        assert_eq!(notices[0]["sms_id"], second["id"]);
        let heard = loop {
            let heard = live.hears().await;
            if heard.0 == "delivery_failed" {
                break heard;
            }
        };
        assert!(heard.1.contains("not delivered"), "{heard:?}");
        let threads = ana.get("/api/threads?filter=failed").await.items();
        assert_eq!(threads.len(), 1);

        // It is on again.
        crm.fake().set_message_fate(SENDER, MessageFate::Delivered);
        let path = format!("/api/messages/{}/retry", second["id"].as_str().unwrap());
        let again = ana.post(&path, &json!({})).await.json_with(201);
        assert_eq!(again["outgoing"]["retry_of"], second["id"]);
        crm.clock.advance(SignedDuration::from_secs(5));
        crm.work().await;
        crm.settle().await;
        customer.receives("We are here.").unwrap();
        let arrived = thread(&crm).await.into_iter().find(|it| it["id"] == again["id"]).unwrap();
        assert_eq!(arrived["status"], "delivered");
        assert_eq!(ana.get("/api/threads?filter=failed").await.items().len(), 0);
    }

    async fn lesson_21_a_stop_ends_the_conversation_and_a_start_begins_it_again(crm: Crm) {
        let ana = person(&crm, "Alpha", Role::Agent).await;
        let rule = json!({ "enabled": true, "when": "always", "body": "We have got it.",
            "every_minutes": 1, "per_day": 100 });
        crm.put(ALPHA, "/api/settings/auto-reply", &rule).await.json();
        let mut customer = crm.texter(SENDER);
        customer.texts("Hello").await.unwrap().receives("We have got it.").unwrap();
        let id = contact(&crm, SENDER).await;
        let consent = async || {
            let path = format!("/api/contacts/{id}/consent");
            crm.get(ALPHA, &path).await.json()["lines"][0].clone()
        };
        assert_eq!(consent().await["opted_out"], false);
        // This one was wanted before, and is not sent after.
        crm.clock.advance(SignedDuration::from_mins(10));
        let body = json!({ "contact_id": id, "body": "An offer for you" });
        let waiting = writes(&ana, &body).await.json_with(201);

        customer.texts("STOP").await.unwrap().receives_nothing().unwrap();
        assert_eq!(consent().await["opted_out"], true);
        crm.work().await;
        let shown = thread(&crm).await.into_iter().find(|it| it["id"] == waiting["id"]).unwrap();
        assert_eq!(shown["status"], "failed");
        assert!(shown["failure"]["meaning"].as_str().unwrap().contains("STOP"), "{shown}");
        let refused = writes(&ana, &body).await.problem(409);
        assert!(refused["detail"].as_str().unwrap().contains("STOP"), "{refused}");
        crm.clock.advance(SignedDuration::from_mins(10));
        customer.texts("Still there?").await.unwrap().receives_nothing().unwrap();
        assert_eq!(told(&crm, "sms_received").await.len(), 3);

        customer.texts("START").await.unwrap().receives_nothing().unwrap();
        assert_eq!(consent().await["opted_out"], false);
        let sent = writes(&ana, &json!({ "contact_id": id, "body": "Welcome back" })).await.json_with(201);
        crm.work().await;
        crm.settle().await;
        customer.receives("Welcome back").unwrap();
        let shown = thread(&crm).await.into_iter().find(|it| it["id"] == sent["id"]).unwrap();
        assert_eq!(shown["status"], "delivered");
        crm.clock.advance(SignedDuration::from_hours(1));
        customer.texts("Thanks").await.unwrap().receives("We have got it.").unwrap();
    }
}
