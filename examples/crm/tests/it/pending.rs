//! Texts that Twilio does not have yet, or never got, are a part of the conversation.

use serde_json::{Value, json};
use twilio_hooks::testing::Fault;

use crate::{
    desk::{contact, texts},
    support::{ALPHA, ALPHA_LINE, Answer, BETA, Crm, SENDER, on_both_databases},
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

/// Whose threads these are.
fn ids(threads: &[Value]) -> Vec<&str> {
    let ids = threads.iter().map(|it| it["contact_id"].as_str().unwrap());
    ids.collect()
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

    async fn a_contact_to_whom_only_a_text_waits_has_its_place_in_the_list(crm: Crm) {
        say(&crm, OTHER, "Hello").await;
        crm.work().await;
        let wanted = say(&crm, SENDER, "Good morning").await;
        let (first, second) = (contact(&crm, SENDER).await, contact(&crm, OTHER).await);
        let list = async |query: &str| crm.get(ALPHA, &format!("/api/threads{query}")).await.items();
        let threads = list("").await;
        assert_eq!(ids(&threads), [&*first, &second]);
        let thread = &threads[0];
        assert_eq!((&thread["lines"], &thread["failed"]), (&json!([ALPHA_LINE]), &json!(false)));
        let page = crm.get(ALPHA, &format!("/api/threads/{first}")).await.json();
        let last = json!({
            "id": wanted, "kind": "message", "direction": "outbound", "status": "queued",
            "text": "Good morning", "has_media": false, "at": page["items"][0]["created_at"],
        });
        assert_eq!(thread["last"], last);
        let line = crm.get(ALPHA, "/api/lines").await.items()[0]["id"].clone();
        let line = line.as_str().unwrap();
        for query in ["?q=0143", &format!("?line={line}&limit=1"), &format!("?line={line}&q=0143")] {
            assert_eq!(ids(&list(query).await), [&*first], "{query}");
        }
        assert!(crm.get(BETA, "/api/threads").await.items().is_empty());
        // Twilio takes it: the same entry, in the same place, with Twilio's status.
        crm.work().await;
        crm.settle().await;
        let sent = list("").await;
        assert_eq!(ids(&sent), [&*first, &second]);
        assert_eq!(sent[0]["last"]["id"], wanted);
        assert_eq!(sent[0]["last"]["status"], "delivered");
        assert_eq!(sent[0]["lines"], json!([ALPHA_LINE]));
    }

    async fn pages_of_threads_stay_whole_while_texts_are_sent(crm: Crm) {
        crm.patch(ALPHA, "/api/settings/messaging", &json!({"rate": 100})).await.json();
        let mut wanted = Vec::new();
        for number in 0..6 {
            let to = format!("+1202555015{number}");
            say(&crm, &to, "Hello").await;
            if number % 3 == 0 {
                crm.work().await;
            }
            wanted.push(contact(&crm, &to).await);
        }
        wanted.reverse();
        let (mut seen, mut before) = (Vec::new(), String::new());
        loop {
            let page = crm.get(ALPHA, &format!("/api/threads?limit=2&before={before}")).await.json();
            seen.extend(ids(page["items"].as_array().unwrap()).into_iter().map(str::to_owned));
            crm.work().await;
            crm.clock.advance(jiff::SignedDuration::from_secs(1));
            match page["next"].as_str() {
                Some(next) => before = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(seen, wanted);
        let threads = crm.get(ALPHA, "/api/threads").await.items();
        assert_eq!(ids(&threads), wanted);
    }

    async fn a_text_that_can_not_be_sent_is_the_last_thing_of_a_failed_thread(crm: Crm) {
        crm.fake().opt_out(OTHER);
        let refused = say(&crm, OTHER, "Hello").await;
        crm.work().await;
        let canceled = say(&crm, SENDER, "No, wait").await;
        crm.request("POST", ALPHA, &format!("/api/messages/{canceled}/cancel"), None).await.json();
        let threads = crm.get(ALPHA, "/api/threads").await.items();
        let last = |index: usize| (&threads[index]["last"]["id"], &threads[index]["last"]["status"]);
        assert_eq!(last(0), (&json!(canceled), &json!("canceled")));
        assert_eq!(last(1), (&json!(refused), &json!("failed")));
        assert_eq!((&threads[0]["failed"], &threads[1]["failed"]), (&json!(false), &json!(true)));
        let failed = crm.get(ALPHA, "/api/threads?filter=failed").await.items();
        assert_eq!(ids(&failed), [contact(&crm, OTHER).await]);
    }

    async fn what_waits_is_in_the_thread_of_the_whole(crm: Crm) {
        say(&crm, SENDER, "Hello").await;
        crm.work().await;
        let wanted = say(&crm, OTHER, "From the desk").await;
        let (whole, part) = (contact(&crm, SENDER).await, contact(&crm, OTHER).await);
        let merge = format!("/api/contacts/{whole}/merge");
        crm.post(ALPHA, &merge, &json!({"other_id": part})).await.json();
        let list = async || crm.get(ALPHA, "/api/threads").await.items();
        let threads = list().await;
        assert_eq!((ids(&threads), &threads[0]["last"]["id"]), (vec![&*whole], &json!(wanted)));
        let later = say(&crm, OTHER, "And again").await;
        let threads = list().await;
        assert_eq!((ids(&threads), &threads[0]["last"]["id"]), (vec![&*whole], &json!(later)));
        crm.delete(ALPHA, &format!("/api/contacts/{whole}/merge/{part}")).await.json();
        let threads = list().await;
        assert_eq!(ids(&threads), [&*part, &whole]);
        assert_eq!(threads[0]["last"]["id"], json!(later));
        assert_eq!(threads[0]["lines"], json!([ALPHA_LINE]));
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
