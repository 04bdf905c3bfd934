//! Texts that Twilio does not have yet, or never got, are a part of the conversation.

use serde_json::{Value, json};
use twilio_hooks::testing::Fault;

use crate::{
    desk::{contact, texts},
    support::{ALPHA, Answer, BETA, Crm, SENDER, on_both_databases},
};

const OTHER: &str = "+12025550144";

/// Asks for a text of Alpha's.
async fn ask(crm: &Crm, body: &Value) -> Answer {
    let key = uuid::Uuid::new_v4().to_string();
    crm.post_with_key(&key, ALPHA, body).await
}

async fn say(crm: &Crm, to: &str, body: &str) -> String {
    crm.clock.advance(jiff::SignedDuration::from_secs(1));
    let wanted = ask(crm, &json!({"to": to, "body": body}))
        .await
        .json_with(201);
    wanted["id"].as_str().unwrap().to_owned()
}

/// All pages of a list, from the newest entry to the oldest.
async fn pages(crm: &Crm, path: &str, next: &str) -> Vec<Value> {
    let (mut all, mut before) = (Vec::new(), String::new());
    loop {
        let page = crm
            .get(ALPHA, &format!("{path}?limit=2&before={before}"))
            .await
            .json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        all.extend(items.iter().cloned());
        match page[next].as_str() {
            Some(cursor) => before = cursor.to_owned(),
            None => return all,
        }
    }
}

on_both_databases! {
    async fn what_waits_is_in_the_conversation_in_its_place(crm: Crm) {
        crm.patch(ALPHA, "/api/settings/messaging", &json!({"rate": 100})).await.json();
        let mut wanted = Vec::new();
        for number in 0..5 {
            wanted.push(say(&crm, SENDER, &format!("Text {number}")).await);
            say(&crm, OTHER, "To somebody else").await;
            // Twilio has every other one.
            if number % 2 == 0 {
                crm.work().await;
            }
        }
        let id = contact(&crm, SENDER).await;
        wanted.reverse();
        let thread = format!("/api/threads/{id}");
        let timeline = format!("/api/contacts/{id}/timeline");
        for (path, next) in [(&thread, "older"), (&timeline, "next")] {
            let all = pages(&crm, path, next).await;
            let ids: Vec<_> = all.iter().map(|it| it["id"].as_str().unwrap()).collect();
            assert_eq!(ids, wanted);
            assert!(all.iter().all(|it| it["kind"] == "message" && it["outgoing"]["automatic"] == false));
        }
        let last = say(&crm, SENDER, "One more").await;
        let page = crm.get(ALPHA, &format!("{thread}?after={}", wanted[0])).await.json();
        assert_eq!(texts(&page["items"]), ["One more"]);
        assert_eq!(page["items"][0]["outgoing"]["cancelable"], true);
        let around = crm.get(ALPHA, &format!("{thread}?around={last}&limit=2")).await.json();
        assert_eq!(around["items"][0]["id"], last);
        crm.get(BETA, &format!("{thread}?around={last}")).await.problem(404);
        // A page that was begun before Twilio had it goes on after it.
        let first = crm.get(ALPHA, &format!("{thread}?limit=1")).await.json();
        assert_eq!(first["items"][0]["message_sid"], Value::Null);
        for _ in 0..4 {
            crm.work().await;
            crm.clock.advance(jiff::SignedDuration::from_secs(1));
        }
        let rest = crm.get(ALPHA, &format!("{thread}?before={}", first["older"].as_str().unwrap())).await.json();
        let ids: Vec<_> = rest["items"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect();
        assert_eq!(ids, wanted);
        let whole = crm.get(ALPHA, &thread).await.json();
        assert_eq!(whole["items"].as_array().unwrap().len(), 6);
        assert!(whole["items"][0]["message_sid"].is_string());
    }

    async fn what_was_not_sent_says_why_and_shows_its_files(crm: Crm) {
        let file = crm.upload(ALPHA, "image/gif", "GIF89a and the rest of a picture").await;
        let file = file.json_with(201)["id"].clone();
        let body = json!({"to": SENDER, "body": "Look", "media": [file]});
        let wanted = ask(&crm, &body).await.json_with(201);
        let id = contact(&crm, SENDER).await;
        let entry = async || {
            let thread = crm.get(ALPHA, &format!("/api/threads/{id}")).await.json();
            let timeline = crm.get(ALPHA, &format!("/api/contacts/{id}/timeline")).await.json();
            assert_eq!(thread["items"], timeline["items"]);
            let items = thread["items"].as_array().unwrap().clone();
            <[Value; 1]>::try_from(items).unwrap()[0].clone()
        };
        assert_eq!(entry().await["media"], json!([{"id": file, "content_type": "image/gif"}]));
        // Nobody knows what came of it.
        crm.fake().fail_next(Fault::DropAfter);
        crm.work().await;
        let unknown = entry().await;
        assert_eq!((&unknown["id"], &unknown["status"]), (&wanted["id"], &json!("queued")));
        assert!(unknown["outgoing"]["delay"].as_str().unwrap().contains("looked up"));
        // Twilio refuses another one.
        crm.fake().opt_out(OTHER);
        let refused = say(&crm, OTHER, "Hello").await;
        crm.work().await;
        let id = contact(&crm, OTHER).await;
        let thread = crm.get(ALPHA, &format!("/api/threads/{id}")).await.json();
        let shown = &thread["items"][0];
        assert_eq!((&shown["id"], &shown["status"]), (&json!(refused), &json!("failed")));
        assert_eq!(shown["failure"]["code"], 21610);
        assert!(shown["failure"]["advice"].as_str().is_some_and(|advice| !advice.is_empty()));
        let export = crm.get(ALPHA, &format!("/api/contacts/{id}/export")).await.json();
        let exported = &export["timeline"][0];
        assert_eq!((&exported["body"], &exported["status"]), (&json!("Hello"), &json!("failed")));
        assert_eq!(exported["error_code"], 21610);
    }

    async fn what_waits_can_be_read_up_to(crm: Crm) {
        let ana = crate::desk::person(&crm, "Alpha", crm::people::Role::Agent).await;
        let text = say(&crm, SENDER, "Hello").await;
        let id = contact(&crm, SENDER).await;
        let path = format!("/api/threads/{id}/read");
        let read = ana.put(&path, &json!({"up_to": text})).await.json();
        assert_eq!(read["up_to"], text);
    }
}
