//! Contacts: entered, found, merged, blocked, exported and erased.

use std::collections::BTreeSet;

use crm::{args, contacts};
use jiff::SignedDuration;
use serde_json::{Value, json};
use twilio_hooks::{Address, ContactId};
use uuid::Uuid;

use crate::{
    desk::{contact, texts},
    support::{ALPHA, ALPHA_LINE, BETA, BETA_LINE, Crm, SENDER, on_both_databases, sid},
};

const OTHER: &str = "+12025550144";
const THIRD: &str = "+12025550145";

async fn count(crm: &Crm, sql: &'static str) -> i64 {
    let row = crm.state.database.db.row(sql, args![]).await.unwrap();
    row.unwrap().get("count").unwrap()
}

on_both_databases! {
    async fn a_number_in_another_spelling_is_the_same_contact_lesson_20(crm: Crm) {
        let new = json!({ "address": "(202) 555-0143", "name": "Bob" });
        let made = crm.post(ALPHA, "/api/contacts", &new).await.json_with(201);
        assert_eq!(made["address"], SENDER);
        assert_eq!(made["phone"], "(202) 555-0143");
        for spelling in ["+1 202-555-0143", "2025550143", "tel:+12025550143", "whatsapp:+12025550143"] {
            let again = json!({ "address": spelling });
            let problem = crm.post(ALPHA, "/api/contacts", &again).await.problem(409);
            assert_eq!(problem["existing_id"], made["id"], "{spelling}");
        }
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
        let contacts = crm.get(ALPHA, "/api/contacts").await.items();
        assert_eq!(contacts.len(), 1);
        assert_eq!(contacts[0]["display_name"], "Bob");
        // The other company has its own.
        crm.post(BETA, "/api/contacts", &new).await.json_with(201);
    }

    async fn the_two_numbers_of_a_mexican_phone_are_one_contact(crm: Crm) {
        crm.text(&sid("SM", 1), "whatsapp:+5215512345678", ALPHA_LINE, "Hola").await;
        let id = contact(&crm, "+5215512345678").await;
        let new = json!({ "address": "+52 55 1234 5678" });
        let problem = crm.post(ALPHA, "/api/contacts", &new).await.problem(409);
        assert_eq!(problem["existing_id"], id);
    }

    async fn first_texts_at_the_same_time_make_one_contact_lesson_20(crm: Crm) {
        let sids: Vec<_> = (1..=8).map(|number| sid("SM", number)).collect();
        let texts = sids.iter().map(|sid| crm.text(sid, SENDER, ALPHA_LINE, "Hello"));
        let new = json!({ "address": SENDER });
        let (_, made) = tokio::join!(
            futures_util::future::join_all(texts),
            crm.post(ALPHA, "/api/contacts", &new),
        );
        assert!([201, 409].contains(&made.status), "{made:?}");
        assert_eq!(crm.get(ALPHA, "/api/contacts").await.items().len(), 1);
        assert_eq!(crm.get(ALPHA, "/api/messages").await.items().len(), 8);
    }

    async fn short_codes_and_names_are_contacts_too_lesson_19(crm: Crm) {
        crm.text(&sid("SM", 1), "12345", ALPHA_LINE, "Your code is 7").await;
        crm.text(&sid("SM", 2), "SUPPORT", ALPHA_LINE, "Hello").await;
        crm.text(&sid("SM", 3), "messenger:123456", ALPHA_LINE, "Hello").await;
        let contacts = crm.get(ALPHA, "/api/contacts").await.items();
        let names: Vec<_> = contacts.iter().map(|it| it["display_name"].as_str().unwrap()).collect();
        assert_eq!(names, ["123456", "SUPPORT", "12345"]);
        let threads = crm.get(ALPHA, "/api/threads").await.items();
        assert_eq!(threads.len(), 3);
        for address in ["555 1234", "415 555 1212 ext 3", "", "anonymous"] {
            let new = json!({ "address": address });
            crm.post(ALPHA, "/api/contacts", &new).await.problem(422);
        }
        let code = crm.post(ALPHA, "/api/contacts", &json!({ "address": "54321" })).await;
        assert_eq!(code.json_with(201)["address"], "54321");
    }

    async fn what_a_person_names_stays_named(crm: Crm) {
        let hello = |number, profile| {
            let crm = &crm;
            async move {
                let sid = sid("SM", number);
                let params = [
                    ("MessageSid", &*sid), ("From", "whatsapp:+12025550143"),
                    ("To", "whatsapp:+12025550187"), ("Body", "Hi"), ("ProfileName", profile),
                ];
                assert_eq!(crm.twilio("sms/incoming", &params).await.status, 200);
            }
        };
        hello(1, "bobby77").await;
        let path = format!("/api/contacts/{}", contact(&crm, SENDER).await);
        assert_eq!(crm.get(ALPHA, &path).await.json()["name"], "bobby77");
        let change = json!({
            "name": " Bob Builder ", "email": "bob@example.com", "labels": ["VIP", "VIP", " "],
            "notes": "Calls\nat noon", "company_name": "Builders",
        });
        let changed = crm.patch(ALPHA, &path, &change).await.json();
        assert_eq!(changed["name"], "Bob Builder");
        assert_eq!(changed["labels"], json!(["VIP"]));
        hello(2, "bobby99").await;
        let shown = crm.get(ALPHA, &path).await.json();
        assert_eq!((&shown["name"], &shown["email"]), (&json!("Bob Builder"), &json!("bob@example.com")));
        // Without a name of ours, theirs is taken again.
        crm.patch(ALPHA, &path, &json!({ "name": null })).await.json();
        hello(3, "bobby00").await;
        assert_eq!(crm.get(ALPHA, &path).await.json()["name"], "bobby00");
        for wrong in [json!({ "email": "bob" }), json!({ "nmae": "Bob" }), json!({ "name": 7 }),
            json!({ "name": "a\u{0}b" }), json!({ "notes": "x".repeat(10_001) })] {
            crm.patch(ALPHA, &path, &wrong).await.problem(400);
        }
        crm.patch(BETA, &path, &change).await.problem(404);
    }

    async fn contacts_are_found_by_any_part(crm: Crm) {
        for (address, name, email) in [
            (SENDER, "Bob Builder", "bob@example.com"),
            (OTHER, "Ana Özil", "ana@example.org"),
            ("+442079460958", "London", "l@example.com"),
        ] {
            let new = json!({ "address": address, "name": name, "email": email });
            crm.post(ALPHA, "/api/contacts", &new).await.json_with(201);
        }
        let find = async |q: &str| {
            let q: String = q.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let found = crm.get(ALPHA, &format!("/api/contacts?q={q}")).await.items();
            let names = found.iter().map(|it| it["name"].as_str().unwrap().to_owned());
            names.collect::<Vec<_>>().join(", ")
        };
        for (q, names) in [
            ("build", "Bob Builder"),
            ("BUILD bob", "Bob Builder"),
            ("bo", "Bob Builder"),
            ("(202) 555", "Ana Özil, Bob Builder"),
            ("0143", "Bob Builder"),
            ("020 7946", "London"),
            ("example.org", "Ana Özil"),
            ("özil", "Ana Özil"),
            ("Bob Özil", ""),
            ("50%", ""),
            ("\" OR 1", ""),
            ("*", ""),
        ] {
            assert_eq!(find(q).await, names, "{q}");
        }
        let one = crm.get(ALPHA, "/api/contacts?q=202555&limit=1").await.json();
        let rest = format!("/api/contacts?q=202555&limit=1&before={}", one["next"].as_str().unwrap());
        let rest = crm.get(ALPHA, &rest).await.json();
        assert_eq!(one["items"][0]["name"], "Ana Özil");
        assert_eq!(rest["items"][0]["name"], "Bob Builder");
        assert_eq!(rest["next"], Value::Null);
        assert!(crm.get(BETA, "/api/contacts?q=202555").await.items().is_empty());
        // What is changed is found as it is now.
        let path = format!("/api/contacts/{}", contact(&crm, SENDER).await);
        crm.patch(ALPHA, &path, &json!({ "name": "Robert", "email": null })).await.json();
        assert_eq!(find("build").await, "");
        assert_eq!(find("robert").await, "Robert");
    }

    async fn messages_are_found_by_their_words(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "The kitchen tap drips").await;
        crm.text(&sid("SM", 2), OTHER, ALPHA_LINE, "Kitchen: done. Naïve?").await;
        crm.text(&sid("SM", 3), OTHER, BETA_LINE, "kitchen of Beta").await;
        let find = async |q: &str| {
            let found = crm.get(ALPHA, &format!("/api/search?q={q}")).await.json();
            texts(&found["messages"]).join(" | ")
        };
        assert_eq!(find("kitchen").await, "Kitchen: done. Naïve? | The kitchen tap drips");
        assert_eq!(find("kitchen%20dri").await, "The kitchen tap drips");
        assert_eq!(find("dri%20kitchen").await, "");
        assert_eq!(find("%22kitchen%20OR%20tap").await, "");
        let company = crm.company("Beta").await.as_uuid().simple().to_string();
        assert_eq!(find(&format!("c{company}")).await, "");
        let page = crm.get(ALPHA, "/api/search?q=kitchen&limit=1").await.json();
        let next = format!("/api/search?q=kitchen&limit=1&before={}", page["next"].as_str().unwrap());
        let page = crm.get(ALPHA, &next).await.json();
        assert_eq!(texts(&page["messages"]), ["The kitchen tap drips"]);
        assert_eq!(page["next"], Value::Null);
        let both = crm.get(ALPHA, "/api/search?q=0143").await.json();
        assert_eq!(both["contacts"][0]["address"], SENDER);
        crm.get(ALPHA, "/api/search").await.problem(400);
        crm.get(ALPHA, "/api/search?q=%20").await.problem(400);
        assert_eq!(find("%2B%2B%2B").await, "");
    }

    async fn contacts_are_merged_and_taken_apart(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Mobile").await;
        crm.text(&sid("SM", 2), OTHER, ALPHA_LINE, "Office").await;
        crm.text(&sid("SM", 3), THIRD, ALPHA_LINE, "Home").await;
        let (bob, office, home) = (
            contact(&crm, SENDER).await, contact(&crm, OTHER).await, contact(&crm, THIRD).await,
        );
        let merge = async |id: &str, other: &str| {
            let body = json!({ "other_id": other });
            crm.post(ALPHA, &format!("/api/contacts/{id}/merge"), &body).await
        };
        let lines = async || crm.get(ALPHA, "/api/threads").await.items().len();
        // A chain becomes flat.
        merge(&office, &home).await.json();
        let whole = merge(&bob, &office).await.json();
        assert_eq!(whole["merged"].as_array().unwrap().len(), 2);
        assert_eq!(crm.get(ALPHA, "/api/contacts").await.items().len(), 1);
        assert_eq!(lines().await, 1);
        // What its numbers send comes to the whole, whichever is asked for.
        crm.text(&sid("SM", 4), THIRD, ALPHA_LINE, "Home again").await;
        for id in [&bob, &home] {
            let thread = crm.get(ALPHA, &format!("/api/threads/{id}")).await.json();
            assert_eq!(thread["contact_id"], *bob);
            assert_eq!(texts(&thread["items"]), ["Home again", "Home", "Office", "Mobile"]);
        }
        let listed = crm.get(ALPHA, "/api/threads").await.items();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0]["last"]["text"], "Home again");
        // No circles.
        for (id, other) in [(&home, &bob), (&bob, &home), (&bob, &bob), (&office, &home)] {
            merge(id, other).await.problem(409);
        }
        merge(&bob, &Uuid::now_v7().to_string()).await.problem(404);
        let foreign = json!({ "other_id": home });
        let path = format!("/api/contacts/{bob}/merge");
        crm.post(BETA, &path, &foreign).await.problem(404);
        // Undone, what was together before stays together.
        let path = format!("/api/contacts/{bob}/merge/{office}");
        crm.delete(BETA, &path).await.problem(404);
        let alone = crm.delete(ALPHA, &path).await.json();
        assert_eq!(alone["merged"], json!([]));
        crm.delete(ALPHA, &path).await.problem(409);
        let thread = crm.get(ALPHA, &format!("/api/threads/{office}")).await.json();
        assert_eq!(texts(&thread["items"]), ["Home again", "Home", "Office"]);
        let listed = crm.get(ALPHA, "/api/threads").await.items();
        let last: Vec<_> = listed.iter().map(|it| it["last"]["text"].as_str().unwrap()).collect();
        assert_eq!(last, ["Home again", "Mobile"]);
        assert_eq!(count(&crm, "select count(*) as count from audit_log
            where action in ('contact.merged', 'contact.unmerged')").await, 3);
    }

    async fn a_search_shows_messages_as_they_are_shown_alone(crm: Crm) {
        for (number, status) in (1..).zip(["sent", "delivered", "failed", "partially_delivered", "teleported"]) {
            let report = [
                ("MessageSid", &*sid("SM", number)), ("From", ALPHA_LINE), ("To", SENDER),
                ("MessageStatus", status), ("Body", "Good morning"), ("ErrorCode", "30003"),
            ];
            crm.twilio("sms/status", &report).await;
        }
        let picture = [
            ("MessageSid", &*sid("SM", 9)), ("From", SENDER), ("To", ALPHA_LINE),
            ("Body", "Good morning"), ("NumMedia", "1"), ("NumSegments", "2"),
            ("MediaUrl0", "https://api.twilio.com/file"), ("MediaContentType0", "image/jpeg"),
        ];
        crm.twilio("sms/incoming", &picture).await;
        let sql = "update sms set body = 'Good morning'";
        crm.state.database.db.execute(sql, args![]).await.unwrap();
        let found = crm.get(ALPHA, "/api/search?q=morning").await.json()["messages"].clone();
        let found = found.as_array().unwrap();
        assert_eq!(found.len(), 6);
        for message in found {
            let alone = format!("/api/messages/{}", message["id"].as_str().unwrap());
            assert_eq!(crm.get(ALPHA, &alone).await.json(), *message);
        }
        let mut ids: Vec<_> = found.iter().map(|it| it["id"].as_str().unwrap()).collect();
        let newest_first = ids.clone();
        ids.sort_unstable();
        ids.reverse();
        assert_eq!(newest_first, ids);
        assert_eq!(crm.get(BETA, "/api/search?q=morning").await.json()["messages"], json!([]));
    }

    async fn a_search_loses_nobody_behind_a_contact_with_two_numbers(crm: Crm) {
        for (number, address) in (1..).zip([SENDER, OTHER, THIRD]) {
            crm.text(&sid("SM", number), address, ALPHA_LINE, "Hello").await;
            crm.clock.advance(SignedDuration::from_secs(1));
        }
        let (first, last) = (contact(&crm, SENDER).await, contact(&crm, THIRD).await);
        let body = json!({ "other_id": last });
        crm.post(ALPHA, &format!("/api/contacts/{first}/merge"), &body).await.json();
        for q in ["202555", "14"] {
            let path = format!("/api/contacts?q={q}&limit=1");
            let newest = crm.get(ALPHA, &path).await.json();
            // By its second number.
            assert_eq!(newest["items"][0]["id"], first);
            let path = format!("{path}&before={}", newest["next"].as_str().unwrap());
            let older = crm.get(ALPHA, &path).await.json();
            assert_eq!(older["items"][0]["address"], OTHER);
        }
    }

    async fn a_person_has_twenty_contacts_at_most(crm: Crm) {
        let mut ids = Vec::new();
        for number in 0..22 {
            let new = json!({ "address": format!("+120255502{number:02}") });
            let made = crm.post(ALPHA, "/api/contacts", &new).await.json_with(201);
            ids.push(made["id"].as_str().unwrap().to_owned());
        }
        let merge = async |id: &str, other: &str| {
            let body = json!({ "other_id": other });
            crm.post(ALPHA, &format!("/api/contacts/{id}/merge"), &body).await
        };
        for id in &ids[1..20] {
            merge(&ids[0], id).await.json();
        }
        merge(&ids[0], &ids[20]).await.problem(409);
        // Nor as a part of a new one.
        merge(&ids[21], &ids[0]).await.problem(409);
        let whole = crm.get(ALPHA, &format!("/api/contacts/{}", ids[0])).await.json();
        assert_eq!(whole["merged"].as_array().unwrap().len(), 19);
    }

    async fn merges_at_the_same_time_make_no_circle(crm: Crm) {
        let addresses: Vec<_> = (10..16).map(|number| format!("+120255501{number}")).collect();
        let mut ids = Vec::new();
        for (number, address) in (1..).zip(&addresses) {
            crm.text(&sid("SM", number), address, ALPHA_LINE, "Hello").await;
            ids.push(contact(&crm, address).await);
        }
        let merges = ids.iter().enumerate().map(|(at, id)| {
            let other = &ids[(at + 1) % ids.len()];
            let (path, body) = (format!("/api/contacts/{id}/merge"), json!({ "other_id": other }));
            let crm = &crm;
            async move { crm.post(ALPHA, &path, &body).await.status }
        });
        let messages = (100..110).map(|number| {
            let address = &addresses[number as usize % addresses.len()];
            let crm = &crm;
            async move { crm.text(&sid("SM", number), address, ALPHA_LINE, "More").await }
        });
        let (statuses, _) = tokio::join!(
            futures_util::future::join_all(merges), futures_util::future::join_all(messages),
        );
        // The last one would close the circle.
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 1, "{statuses:?}");
        assert_eq!(crm.get(ALPHA, "/api/contacts").await.items().len(), 1);
        let threads = crm.get(ALPHA, "/api/threads").await.items();
        assert_eq!(threads.len(), 1);
        let id = threads[0]["contact_id"].as_str().unwrap();
        let thread = crm.get(ALPHA, &format!("/api/threads/{id}")).await.json();
        assert_eq!(thread["items"].as_array().unwrap().len(), 16);
        assert_eq!(threads[0]["last"]["id"], thread["items"][0]["id"]);
    }

    async fn nobody_hears_of_a_blocked_contact(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Buy now").await;
        crm.text(&sid("SM", 2), OTHER, ALPHA_LINE, "Hello").await;
        let (spam, part) = (contact(&crm, SENDER).await, contact(&crm, OTHER).await);
        let path = format!("/api/contacts/{spam}/block");
        crm.put(BETA, &path, &json!({})).await.problem(404);
        assert_eq!(crm.put(ALPHA, &path, &json!({})).await.json()["blocked"], true);
        crm.text(&sid("SM", 3), SENDER, ALPHA_LINE, "Buy more").await;
        crm.call(&sid("CA", 1), SENDER, ALPHA_LINE).await;
        crm.deliver().await;
        let told = crm.get(ALPHA, "/api/notifications").await.items();
        assert_eq!(told.len(), 2, "{told:?}");
        // The text is kept.
        let thread = crm.get(ALPHA, &format!("/api/threads/{spam}")).await.json();
        assert_eq!(texts(&thread["items"]), ["Buy more", "Buy now"]);
        // It is found where it belongs.
        let list = async |filter: &str| {
            let path = format!("/api/threads?filter={filter}");
            let items = crm.get(ALPHA, &path).await.items();
            items.iter().map(|it| it["contact_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(list("all").await, [part.as_str()]);
        assert_eq!(list("blocked").await, [spam.as_str()]);
        let blocked = crm.get(ALPHA, "/api/contacts?blocked=true").await.items();
        assert_eq!(blocked.len(), 1);
        assert_eq!(crm.get(ALPHA, "/api/contacts?blocked=false").await.items().len(), 1);
        assert_eq!(crm.get(ALPHA, "/api/contacts?blocked=true&q=555").await.items().len(), 1);
        // Whoever answers by itself asks this.
        let (db, company) = (&crm.state.database.db, crm.company("Alpha").await);
        let id: ContactId = spam.parse().unwrap();
        assert!(contacts::is_blocked(db, company, id).await.unwrap());
        let address = Address::from("whatsapp:+12025550143");
        assert!(contacts::is_address_blocked(db, company, &address).await.unwrap());
        assert!(!contacts::is_address_blocked(db, company, &Address::from(OTHER)).await.unwrap());
        // A part of a blocked contact is blocked.
        let merge = json!({ "other_id": part });
        crm.post(ALPHA, &format!("/api/contacts/{spam}/merge"), &merge).await.json();
        assert!(contacts::is_address_blocked(db, company, &Address::from(OTHER)).await.unwrap());
        crm.text(&sid("SM", 4), OTHER, ALPHA_LINE, "Me too").await;
        crm.deliver().await;
        assert_eq!(crm.get(ALPHA, "/api/notifications").await.items().len(), 2);
        // And all is well again.
        assert_eq!(crm.delete(ALPHA, &path).await.json()["blocked"], false);
        crm.text(&sid("SM", 5), OTHER, ALPHA_LINE, "Sorry").await;
        crm.deliver().await;
        assert_eq!(crm.get(ALPHA, "/api/notifications").await.items().len(), 3);
    }

    async fn a_blocked_contact_gets_no_automatic_reply(crm: Crm) {
        let new = json!({ "address": OTHER });
        let spam = crm.post(BETA, "/api/contacts", &new).await.json_with(201);
        let path = format!("/api/contacts/{}/block", spam["id"].as_str().unwrap());
        crm.put(BETA, &path, &json!({})).await.json();
        let reply = crm.text(&sid("SM", 1), SENDER, BETA_LINE, "Hello").await;
        assert!(reply.body.contains("Beta says thank you."), "{reply:?}");
        let reply = crm.text(&sid("SM", 2), OTHER, BETA_LINE, "Hello").await;
        assert!(reply.body.ends_with("<Response/>"), "{reply:?}");
    }

    async fn everything_of_a_contact_is_exported(crm: Crm) {
        for number in 1..=3 {
            crm.text(&sid("SM", number), SENDER, ALPHA_LINE, &format!("Text {number}")).await;
        }
        crm.call(&sid("CA", 1), SENDER, ALPHA_LINE).await;
        let id = contact(&crm, SENDER).await;
        let change = json!({ "name": "=HYPERLINK(1)", "notes": "a, \"b\"" });
        crm.patch(ALPHA, &format!("/api/contacts/{id}"), &change).await.json();
        let path = format!("/api/contacts/{id}/export");
        crm.get(BETA, &path).await.problem(404);
        let answer = crm.get(ALPHA, &path).await;
        assert_eq!(answer.headers["cache-control"], "private, no-store");
        let export = answer.json();
        assert_eq!(export["contacts"][0]["notes"], "a, \"b\"");
        let timeline = export["timeline"].as_array().unwrap();
        assert_eq!(timeline.len(), 4);
        assert_eq!(timeline[0]["kind"], "call");
        assert_eq!(timeline[3]["body"], "Text 1");
        let audit = export["audit"].as_array().unwrap();
        let actions: Vec<_> = audit.iter().map(|it| it["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["contact.changed", "contact.exported"]);
        assert_eq!(export["consent"], json!({ "states": [], "events": [] }));
        crm.text(&sid("SM", 4), SENDER, ALPHA_LINE, "STOP").await;
        let consent = crm.get(ALPHA, &path).await.json()["consent"].clone();
        let (state, event) = (&consent["states"][0], &consent["events"][0]);
        assert_eq!((&state["opted_out"], &state["source"]), (&json!(true), &json!("keyword")));
        assert_eq!((&event["opted_out"], &event["contact_id"]), (&json!(true), &json!(id)));
        assert!(event["message_id"].is_string() && event["at"].is_string());
        let csv = crm.get(ALPHA, "/api/export/contacts.csv").await;
        assert_eq!(csv.status, 200);
        let lines: Vec<_> = csv.body.lines().collect();
        assert!(lines[0].starts_with("id,address,name,"));
        assert_eq!(lines.len(), 2);
        assert!(lines[1].starts_with(&format!("{id},{SENDER},\"'=HYPERLINK(1)\",,")), "{}", lines[1]);
        assert!(lines[1].contains("\"a, \"\"b\"\"\""));
        assert!(!crm.get(BETA, "/api/export/contacts.csv").await.body.contains(SENDER));
    }

    async fn an_erased_contact_is_gone_everywhere(crm: Crm) {
        let body = "My secret is swordfish";
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, body).await;
        crm.text(&sid("SM", 2), THIRD, ALPHA_LINE, "I stay").await;
        crm.call(&sid("CA", 1), SENDER, ALPHA_LINE).await;
        let recording = [
            ("CallSid", &*sid("CA", 1)), ("RecordingSid", &sid("RE", 1)),
            ("RecordingStatus", "completed"), ("RecordingUrl", "https://api.twilio.com/recording"),
        ];
        assert_eq!(crm.twilio("voice/recording", &recording).await.status, 204);
        crm.deliver().await;
        let id = contact(&crm, SENDER).await;
        let path = format!("/api/contacts/{id}");
        crm.patch(ALPHA, &path, &json!({ "name": "Bob", "notes": "swordfish" })).await.json();
        crm.put(ALPHA, &format!("{path}/block"), &json!({})).await.json();
        crm.delete(BETA, &path).await.problem(404);
        assert_eq!(crm.delete(ALPHA, &path).await.status, 204);

        for path in [path.clone(), format!("{path}/timeline"), format!("{path}/export"),
            format!("/api/threads/{id}")] {
            crm.get(ALPHA, &path).await.problem(404);
        }
        crm.delete(ALPHA, &path).await.problem(404);
        assert_eq!(crm.get(ALPHA, "/api/contacts").await.items().len(), 1);
        assert_eq!(crm.get(ALPHA, "/api/threads").await.items().len(), 1);
        let found = crm.get(ALPHA, "/api/search?q=swordfish").await.json();
        assert_eq!(found["messages"], json!([]));
        assert_eq!(crm.get(ALPHA, "/api/contacts?q=bob").await.items().len(), 0);
        // The bare rows stay.
        let messages = crm.get(ALPHA, "/api/messages").await;
        assert!(!messages.body.contains("swordfish") && !messages.body.contains(SENDER));
        assert_eq!(messages.items().len(), 2);
        let calls = crm.get(ALPHA, "/api/calls").await;
        assert!(!calls.body.contains(SENDER));
        let told = crm.get(ALPHA, "/api/notifications").await;
        assert!(!told.body.contains(SENDER) && told.items().len() == 1, "{told:?}");
        let account = crm.account.0.as_str().into();
        for (sid, entries) in [(sid("SM", 1), 1), (sid("CA", 1), 1), (sid("RE", 1), 1)] {
            let history = crm.state.database.directory.history(&account, &sid).await.unwrap();
            assert_eq!(history.len(), entries);
            assert!(history.iter().all(|entry| entry.params.is_empty()));
        }
        assert_eq!(everywhere(&crm, SENDER).await, Vec::<String>::new());
        assert_eq!(everywhere(&crm, "swordfish").await, Vec::<String>::new());
        // What is elsewhere is to be deleted there.
        let sql = "select count(*) as count from erasures where kind <> 'words'";
        assert_eq!(count(&crm, sql).await, 3);
        assert_eq!(count(&crm, "select count(*) as count from recordings").await, 0);
        // A new text is a new contact.
        crm.text(&sid("SM", 3), SENDER, ALPHA_LINE, "Me again").await;
        let fresh = crm.get(ALPHA, "/api/contacts").await.items();
        assert_eq!((fresh.len(), &fresh[0]["name"]), (2, &Value::Null));
        assert_ne!(fresh[0]["id"], id);
    }

    async fn a_late_report_does_not_bring_an_erased_number_back_for_long(crm: Crm) {
        let status = |status: &'static str| {
            let crm = &crm;
            async move {
                let params = [
                    ("MessageSid", &*sid("SM", 1)), ("From", ALPHA_LINE), ("To", SENDER),
                    ("MessageStatus", status),
                ];
                assert_eq!(crm.twilio("sms/status", &params).await.status, 204);
            }
        };
        status("sent").await;
        let path = format!("/api/contacts/{}", contact(&crm, SENDER).await);
        assert_eq!(crm.delete(ALPHA, &path).await.status, 204);
        status("delivered").await;
        crm.work().await;
        assert!(crm.get(ALPHA, "/api/contacts").await.items().is_empty());
        assert_eq!(everywhere(&crm, SENDER).await, Vec::<String>::new());
        // Whoever writes again is somebody again.
        crm.text(&sid("SM", 2), SENDER, ALPHA_LINE, "Hello").await;
        crm.work().await;
        assert_eq!(crm.get(ALPHA, "/api/contacts").await.items().len(), 1);
    }

    async fn a_stop_survives_the_erasure_without_the_number(crm: Crm) {
        let opted_out = async || {
            let path = format!("/api/contacts/{}/consent", contact(&crm, SENDER).await);
            crm.get(ALPHA, &path).await.json()["lines"][0]["opted_out"].clone()
        };
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "STOP").await;
        assert_eq!(opted_out().await, true);
        let path = format!("/api/contacts/{}", contact(&crm, SENDER).await);
        assert_eq!(crm.delete(ALPHA, &path).await.status, 204);
        assert_eq!(everywhere(&crm, SENDER).await, Vec::<String>::new());
        // Somebody enters the number again.
        crm.post(ALPHA, "/api/contacts", &json!({ "address": SENDER })).await.json_with(201);
        assert_eq!(opted_out().await, true);
        let text = json!({ "to": SENDER, "body": "Welcome" });
        crm.post_with_key("again", ALPHA, &text).await.problem(409);
        let other = json!({ "address": OTHER });
        let other = crm.post(ALPHA, "/api/contacts", &other).await.json_with(201);
        let path = format!("/api/contacts/{}/consent", other["id"].as_str().unwrap());
        assert_eq!(crm.get(ALPHA, &path).await.json()["lines"][0]["opted_out"], false);
        // Only the contact takes it back.
        crm.text(&sid("SM", 2), SENDER, ALPHA_LINE, "Hello").await;
        assert_eq!(opted_out().await, true);
        crm.post_with_key("once more", ALPHA, &text).await.problem(409);
        crm.text(&sid("SM", 3), SENDER, ALPHA_LINE, "START").await;
        assert_eq!(opted_out().await, false);
        crm.post_with_key("now", ALPHA, &text).await.json_with(201);
    }

    async fn erasing_knows_every_table_that_has_something_of_contacts(crm: Crm) {
        let db = &crm.state.database.db;
        let sql = db.pick(
            "select distinct m.name || '.' || p.name as name
             from sqlite_master m join pragma_table_info(m.name) p
             where m.type = 'table'
               and p.name in ('contact_id', 'sms_id', 'call_id', 'message_id')",
            "select distinct table_name || '.' || column_name as name
             from information_schema.columns
             where table_schema = current_schema()
               and column_name in ('contact_id', 'sms_id', 'call_id', 'message_id')",
        );
        let rows = db.rows(sql, args![]).await.unwrap();
        let tables: BTreeSet<String> = rows.iter().map(|row| row.get("name").unwrap()).collect();
        let erased = contacts::erase::TABLES.iter().map(|name| (*name).to_owned());
        let forgotten: Vec<_> = tables.difference(&erased.collect()).cloned().collect();
        assert!(forgotten.is_empty(), "add to the statements of contacts::erase: {forgotten:?}");
    }

    async fn the_company_says_where_it_is_at_home(crm: Crm) {
        let path = "/api/settings/company";
        let settings = crm.get(ALPHA, path).await.json();
        assert_eq!(settings, json!({ "country": "US", "time_zone": null }));
        let change = json!({ "country": "gb", "time_zone": "Europe/London" });
        crm.patch(ALPHA, path, &change).await.json();
        let made = crm.post(ALPHA, "/api/contacts", &json!({ "address": "020 7946 0958" })).await;
        let made = made.json_with(201);
        assert_eq!((&made["address"], &made["phone"]), (&json!("+442079460958"), &json!("020 7946 0958")));
        for wrong in [json!({ "country": "XX" }), json!({ "time_zone": "Mars/Base" })] {
            crm.patch(ALPHA, path, &wrong).await.problem(422);
        }
        let settings = crm.patch(ALPHA, path, &json!({ "time_zone": null })).await.json();
        assert_eq!(settings, json!({ "country": "GB", "time_zone": null }));
        assert_eq!(crm.get(BETA, path).await.json()["country"], "US");
    }
}

/// The tables with a text in any column.
pub(crate) async fn everywhere(crm: &Crm, text: &str) -> Vec<String> {
    let db = &crm.state.database.db;
    let sql = db.pick(
        "select m.name as t, group_concat('coalesce(cast(\"' || p.name || '\" as text), '''')', ' || ') as c
         from sqlite_master m join pragma_table_info(m.name) p
         where m.type = 'table' and m.name not like 'sqlite_%' and m.name not like '%\\_words%' escape '\\'
         group by m.name",
        "select table_name::text as t,
             string_agg(case data_type
                 when 'bytea' then 'coalesce(encode(\"' || column_name || '\", ''escape''), '''')'
                 else 'coalesce(\"' || column_name || '\"::text, '''')'
             end, ' || ') as c
         from information_schema.columns where table_schema = current_schema() group by table_name",
    );
    let mut found = Vec::new();
    for row in db.rows(sql, args![]).await.unwrap() {
        let (table, columns): (String, String) = (row.get("t").unwrap(), row.get("c").unwrap());
        let sql = format!("select count(*) as count from \"{table}\" where {columns} like $1");
        let sql: &'static str = Box::leak(sql.into_boxed_str());
        let row = db.row(sql, args![format!("%{text}%")]).await.unwrap();
        if row.unwrap().get::<i64>("count").unwrap() > 0 {
            found.push(table);
        }
    }
    found
}
