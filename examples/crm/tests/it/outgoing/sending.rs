//! The usual way: wanted, sent, reported.

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use twilio_hooks::testing::{CallbackFate, MessageFate};

use crate::support::{
    ALPHA, ALPHA_LINE, BETA, BETA_LINE, PUBLIC_URL, SENDER, on_both_databases, sid,
};

use super::{OTHER, THIRD};

on_both_databases! {
    async fn lesson_28_a_text_is_started_to_a_number_that_has_never_written(crm: Crm) {
        let wanted = crm.ask(&json!({"to": "(202) 555-0143", "body": "Hello <you>"})).await;
        let wanted = wanted.json_with(201);
        assert_eq!(wanted["status"], "queued");
        assert_eq!(wanted["message_sid"], Value::Null);
        assert_eq!(wanted["to_address"], SENDER);
        assert_eq!(wanted["from_address"], ALPHA_LINE);
        assert_eq!(wanted["outgoing"]["cancelable"], true);
        let id = wanted["id"].as_str().unwrap();
        // It is there before Twilio has it, in the list, alone, and with its contact.
        let listed = crm.get(ALPHA, "/api/messages").await.items();
        assert_eq!(listed, std::slice::from_ref(&wanted));
        assert_eq!(crm.message(id).await, wanted);
        let contacts = crm.get(ALPHA, "/api/contacts").await.items();
        assert_eq!(contacts.len(), 1);
        assert_eq!(contacts[0]["address"], SENDER);
        assert_eq!(contacts[0]["id"], wanted["contact_id"]);
        assert!(crm.fake().messages().is_empty());

        crm.work().await;
        let at_twilio = &crm.fake().messages()[0];
        assert_eq!(at_twilio.body.as_deref(), Some("Hello <you>"));
        assert_eq!(at_twilio.to.as_ref().unwrap().as_str(), SENDER);
        let sent = crm.message(id).await;
        assert_eq!(sent["id"], wanted["id"]);
        assert_eq!(sent["message_sid"], at_twilio.sid.as_str());
        assert_eq!(sent["contact_id"], wanted["contact_id"]);
        assert_eq!(sent["outgoing"]["cancelable"], false);
        assert_eq!(crm.get(ALPHA, "/api/messages").await.items(), [sent]);

        crm.settle().await;
        assert_eq!(crm.message(id).await["status"], "delivered");
        assert!(crm.get(BETA, "/api/messages").await.items().is_empty());
        crm.get(BETA, &format!("/api/messages/{id}")).await.problem(404);
        // Nothing more to do.
        crm.work().await;
        assert_eq!(crm.fake().messages().len(), 1);
    }

    async fn its_statuses_are_told_live_and_in_order(crm: Crm) {
        crm.want(SENDER, "Hello").await;
        crm.work().await;
        crm.settle().await;
        let expected = ["queued", "sent", "delivered"]
            .map(|word| ("sms_status_update".to_owned(), format!("SMS to {SENDER} {word}")));
        assert_eq!(crm.told().await, expected);
    }

    async fn reports_that_come_late_or_twice_change_nothing(crm: Crm) {
        let late = CallbackFate::Late(std::time::Duration::from_secs(60));
        crm.fake().script_callbacks([late, CallbackFate::Twice]);
        let id = crm.want(SENDER, "Hello").await;
        crm.work().await;
        crm.settle().await;
        assert_eq!(crm.fake().deliveries().len(), 3);
        assert_eq!(crm.message(&id).await["status"], "delivered");
        assert_eq!(crm.get(ALPHA, "/api/messages").await.items().len(), 1);
    }

    async fn an_answer_goes_out_on_the_line_of_the_conversation(crm: Crm) {
        let account = crm.account.0.clone();
        let second = "+12025550188";
        crm.fake().add_number(second);
        let second_id = crm.add_line(&account, second).await;
        // Nobody can know which of the two lines to take.
        crm.ask(&json!({"to": SENDER, "body": "Hello"})).await.problem(422);
        crm.text(&sid("SM", 0xfff1), SENDER, second, "Hi!").await;
        let contact = crm.get(ALPHA, "/api/contacts").await.items()[0]["id"].clone();
        let answer = crm.ask(&json!({"contact_id": contact, "body": "Yes?"})).await.json_with(201);
        assert_eq!(answer["from_address"], second);
        assert_eq!(answer["outgoing"]["line_id"], second_id.to_string());
        // The default line is for those who have not written.
        let lines = crm.get(ALPHA, "/api/lines").await.items();
        let first = lines.iter().find(|line| line["number"] == ALPHA_LINE).unwrap();
        crm.configure(&json!({"default_line_id": first["id"]})).await;
        let other = crm.ask(&json!({"to": OTHER, "body": "Hello"})).await.json_with(201);
        assert_eq!(other["from_address"], ALPHA_LINE);
        // Said is said.
        let body = json!({"contact_id": contact, "line_id": first["id"], "body": "And here?"});
        let chosen = crm.ask(&body).await.json_with(201);
        assert_eq!(chosen["from_address"], ALPHA_LINE);
        // From now on this is the last conversation.
        crm.clock.advance(jiff::SignedDuration::from_secs(1));
        let next = crm.ask(&json!({"contact_id": contact, "body": "Well"})).await.json_with(201);
        assert_eq!(next["from_address"], ALPHA_LINE);
    }

    async fn a_messaging_service_chooses_the_number(crm: Crm) {
        let account = crm.account.0.clone();
        let service = crm.fake().add_messaging_service("Shop");
        let number = crm.fake().add_number("+12025550190");
        crm.fake().client().messaging_services().add_phone_number(&service, &number).await.unwrap();
        let line = crm.add_line(&account, service.as_str()).await;
        let body = json!({"to": "+1 202 555 0143", "line_id": line, "body": "Hello"});
        let wanted = crm.ask(&body).await.json_with(201);
        assert_eq!(wanted["from_address"], "");
        let id = wanted["id"].as_str().unwrap();
        crm.work().await;
        assert_eq!(crm.message(id).await["status"], "accepted");
        crm.settle().await;
        let sent = crm.message(id).await;
        assert_eq!(sent["status"], "delivered");
        assert_eq!(sent["from_address"], "+12025550190");
        assert_eq!(crm.get(ALPHA, "/api/messages").await.items().len(), 1);
        // The service is the line of the conversation, though its number is no line.
        let contact = &sent["contact_id"];
        let again = crm.ask(&json!({"contact_id": contact, "body": "Again"})).await.json_with(201);
        assert_eq!(again["outgoing"]["line_id"], line.to_string());
    }

    async fn lesson_24_one_bad_recipient_stops_nobody_else(crm: Crm) {
        crm.configure(&json!({"rate": 10})).await;
        crm.fake().opt_out(SENDER);
        crm.fake().set_message_fate(OTHER, MessageFate::Undelivered(30005));
        let mut ids = Vec::new();
        for to in [SENDER, OTHER, THIRD, "+12025550146"] {
            ids.push(crm.want(to, "To everybody").await);
        }
        crm.work().await;
        crm.settle().await;
        let mut statuses = Vec::new();
        for id in &ids {
            statuses.push(crm.message(id).await["status"].clone());
        }
        assert_eq!(statuses, ["failed", "undelivered", "delivered", "delivered"]);
    }

    async fn people_are_told_of_a_failure_even_if_that_did_not_work_at_once(crm: Crm) {
        crm.fake().opt_out(SENDER);
        let id = crm.want(SENDER, "Hello").await;
        let db = &crm.state.database.db;
        db.execute("alter table notifications rename to lost", vec![]).await.unwrap();
        crm.work().await;
        db.execute("alter table lost rename to notifications", vec![]).await.unwrap();
        assert_eq!(crm.message(&id).await["status"], "failed");
        let failures = async || {
            let told = crm.told().await.into_iter();
            told.filter(|(topic, _)| topic == "delivery_failed").count()
        };
        assert_eq!(failures().await, 0);
        for _ in 0..2 {
            crm.minutes(3).await;
            assert_eq!(failures().await, 1);
        }
    }

    async fn a_conversation_keeps_its_order(crm: Crm) {
        crm.configure(&json!({"rate": 10})).await;
        for number in 1..=5 {
            crm.want(SENDER, &format!("Part {number}")).await;
        }
        for _ in 0..5 {
            crm.work().await;
            crm.wait(1).await;
        }
        let parts: Vec<_> = (1..=5).map(|number| format!("Part {number}")).collect();
        assert_eq!(crm.sent(), parts);
    }

    async fn lesson_14_a_repeated_request_is_the_first_one(crm: Crm) {
        let body = json!({"to": SENDER, "body": "Hello"});
        let first = crm.post_with_key("order-1", ALPHA, &body).await.json_with(201);
        let again = crm.post_with_key("order-1", ALPHA, &body).await.json_with(201);
        assert_eq!(first, again);
        crm.work().await;
        // Written otherwise, it is the same; and now it has gone further.
        let same = json!({"body": "Hello", "to": SENDER, "media": []});
        let later = crm.post_with_key("order-1", ALPHA, &same).await.json_with(201);
        assert_eq!(later["id"], first["id"]);
        assert!(later["message_sid"].is_string());
        let other = json!({"to": SENDER, "body": "Hello!"});
        crm.post_with_key("order-1", ALPHA, &other).await.problem(422);
        crm.work().await;
        assert_eq!(crm.sent(), ["Hello"]);
        // A key is one of its company.
        let beta = json!({"to": SENDER, "body": "From Beta"});
        let beta = crm.post_with_key("order-1", BETA, &beta).await.json_with(201);
        assert_eq!(beta["from_address"], BETA_LINE);
        // And it is needed, once, and not endless.
        crm.post(ALPHA, "/api/messages", &body).await.problem(400);
        crm.post_with_key("", ALPHA, &body).await.problem(400);
        crm.post_with_key(&"k".repeat(201), ALPHA, &body).await.problem(400);
        let key = "k".repeat(200);
        crm.post_with_key(&key, ALPHA, &body).await.json_with(201);
    }

    async fn lesson_14_requests_that_come_at_once_make_one_text(crm: Crm) {
        crm.configure(&json!({"daily_budget": 1})).await;
        let body = json!({"to": SENDER, "body": "Hello"});
        let same = || crm.post_with_key("double-click", ALPHA, &body);
        let (a, b, c) = tokio::join!(same(), same(), same());
        let a = a.json_with(201);
        assert_eq!((&a, &a), (&b.json_with(201), &c.json_with(201)));
        crm.work().await;
        assert_eq!(crm.sent(), ["Hello"]);
    }

    async fn reports_are_for_twilio_alone_and_a_strange_id_does_no_harm(crm: Crm) {
        let id = crm.want(SENDER, "Hello").await;
        let params = [
            ("MessageSid", &*sid("SM", 0xfff1)),
            ("MessageStatus", "delivered"),
            ("From", ALPHA_LINE),
            ("To", OTHER),
        ];
        let path = format!("sms/status/{id}");
        let mut forged = crate::support::signed_by(&crm.account.0, "another token", &path, &params);
        assert_eq!(crm.send(forged).await.status, 403);
        forged = Request::post(format!("/api/webhooks/twilio/{path}"))
            .body(Body::empty())
            .unwrap();
        assert_eq!(crm.send(forged).await.status, 400);
        assert_eq!(crm.message(&id).await["status"], "queued");
        // Of a message that is not from here: kept as any other.
        for strange in ["nonsense".to_owned(), uuid::Uuid::now_v7().to_string()] {
            let path = format!("sms/status/{strange}");
            assert_eq!(crm.twilio(&path, &params).await.status, 204);
        }
        let items = crm.get(ALPHA, "/api/messages").await.items();
        assert_eq!(items.len(), 2);
        let stranger = items.iter().find(|item| item["id"] != *id).unwrap();
        assert_eq!((&stranger["status"], &stranger["body"]), (&json!("delivered"), &Value::Null));
        assert!(stranger.get("outgoing").is_none());
        // The URL that Twilio got names the text and nothing else.
        crm.work().await;
        let requests = crm.fake().requests();
        let callback = requests.last().unwrap().form.get("StatusCallback").unwrap().to_owned();
        assert_eq!(callback, format!("{PUBLIC_URL}/api/webhooks/twilio/sms/status/{id}"));
    }

    async fn lists_have_pages_with_what_waits(crm: Crm) {
        crm.configure(&json!({"rate": 100})).await;
        let mut wanted = Vec::new();
        for number in 0..7 {
            let to = format!("+120255501{:02}", 50 + number);
            wanted.push(crm.want(&to, &format!("Text {number}")).await);
            if number % 2 == 0 {
                crm.work().await;
            }
            crm.wait(1).await;
        }
        let (mut seen, mut next) = (Vec::new(), String::new());
        loop {
            let page = crm.get(ALPHA, &format!("/api/messages?limit=2&before={next}")).await.json();
            let items = page["items"].as_array().unwrap().clone();
            assert!(items.len() <= 2);
            seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            match &page["next"] {
                Value::String(cursor) => next = cursor.clone(),
                _ => break,
            }
        }
        wanted.reverse();
        assert_eq!(seen, wanted);
    }
}
