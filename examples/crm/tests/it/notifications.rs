//! Notifications of each person: who is told of what, and what is read.

use crm::{notices::Notices, people::Role};
use serde_json::{Value, json};
use twilio_hooks::{notify::Topic, store::Notice};

use crate::{
    desk::{contact, person},
    support::{ALPHA, ALPHA_LINE, Crm, SENDER, on_both_databases, sid},
};

const MINE: &str = "/api/me/notifications";
const READ: &str = "/api/me/notifications/read";
const SETTINGS: &str = "/api/me/notification-settings";

async fn raise(crm: &Crm, topic: Topic, key: &str) {
    let notices: &Notices = &crm.state.notices;
    let company = crm.company("Alpha").await;
    let notice = Notice::new(company, topic, key, format!("About {key}"), crm.clock.now());
    notices.raise(&notice).await.unwrap();
}

fn titles(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|it| it["title"].as_str().unwrap())
        .collect()
}

async fn failed(crm: &Crm, number: u32, status: &str) {
    let params = [
        ("MessageSid", &*sid("SM", number)),
        ("From", ALPHA_LINE),
        ("To", SENDER),
        ("MessageStatus", status),
        ("ErrorCode", "30003"),
    ];
    assert_eq!(crm.twilio("sms/status", &params).await.status, 204);
}

on_both_databases! {
    async fn each_person_reads_their_own_lesson_27(crm: Crm) {
        let (ana, bob) = (
            person(&crm, "Alpha", Role::Agent).await,
            person(&crm, "Alpha", Role::Agent).await,
        );
        let eve = person(&crm, "Beta", Role::Owner).await;
        for number in 1..=4 {
            crm.text(&sid("SM", number), SENDER, ALPHA_LINE, &format!("Text {number}")).await;
        }
        crm.deliver().await;
        let page = ana.get(&format!("{MINE}?limit=3")).await.json();
        assert_eq!(page["items"][0]["message"], "Text 4");
        assert_eq!(page["items"][0]["display_name"], "(202) 555-0143");
        let target = &page["items"][0]["target"];
        assert_eq!((&target["kind"], &target["contact_id"]),
            (&json!("thread"), &json!(contact(&crm, SENDER).await)));
        let rest = ana.get(&format!("{MINE}?before={}", page["next"])).await.json();
        assert_eq!(rest["items"].as_array().unwrap().len(), 1);
        assert_eq!(rest["next"], Value::Null);
        // One out of turn, then all up to a number.
        let one = json!({ "ids": [page["items"][0]["id"]] });
        let counts = ana.put(READ, &one).await.json();
        assert_eq!(counts["notifications"], 3);
        let counts = ana.put(READ, &json!({ "up_to": 2 })).await.json();
        assert_eq!(counts["notifications"], 1);
        let unread = ana.get(&format!("{MINE}?unread=true")).await.json();
        assert_eq!(unread["items"][0]["message"], "Text 3");
        assert_eq!(unread["items"].as_array().unwrap().len(), 1);
        // Going back is not reading again, and what is to come can't be read.
        ana.put(READ, &json!({ "up_to": 1 })).await.json();
        assert_eq!(ana.get("/api/me/unread").await.json()["notifications"], 1);
        ana.put(READ, &json!({ "up_to": 4_000_000 })).await.json();
        crm.text(&sid("SM", 5), SENDER, ALPHA_LINE, "Text 5").await;
        crm.deliver().await;
        assert_eq!(ana.get("/api/me/unread").await.json()["notifications"], 1);
        assert_eq!(bob.get("/api/me/unread").await.json()["notifications"], 5);
        assert!(titles(&eve.get(MINE).await.json()).is_empty());
        eve.put(READ, &one).await.problem(404);
        for wrong in [json!({}), json!({ "up_to": -1 }), json!({ "up_to": 1, "ids": [] })] {
            ana.put(READ, &wrong).await.problem(400);
        }
        // A program has the company's list, and nothing of its own.
        assert_eq!(crm.get(ALPHA, "/api/notifications").await.items().len(), 5);
        for path in [MINE, "/api/me/unread", SETTINGS] {
            crm.get(ALPHA, path).await.problem(400);
        }
    }

    async fn whoever_reads_a_thread_has_read_what_told_of_it(crm: Crm) {
        let ana = person(&crm, "Alpha", Role::Agent).await;
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
        crm.text(&sid("SM", 2), "+12025550144", ALPHA_LINE, "Hello").await;
        crm.deliver().await;
        let id = contact(&crm, SENDER).await;
        let entry = ana.get(&format!("/api/threads/{id}")).await.json()["items"][0]["id"].clone();
        let path = format!("/api/threads/{id}/read");
        ana.put(&path, &json!({ "up_to": entry })).await.json();
        let counts = ana.get("/api/me/unread").await.json();
        assert_eq!(counts, json!({ "notifications": 1, "threads": 1, "voicemails": 0 }));
    }

    async fn setup_problems_are_for_those_who_set_up_lesson_28(crm: Crm) {
        let (agent, admin) = (
            person(&crm, "Alpha", Role::Agent).await,
            person(&crm, "Alpha", Role::Admin).await,
        );
        raise(&crm, Topic::SetupProblem, "line").await;
        raise(&crm, Topic::SetupProblem, "line").await;
        raise(&crm, Topic::MissedCall, "call").await;
        crm.deliver().await;
        let page = admin.get(MINE).await.json();
        assert_eq!(titles(&page), ["About call", "About line"]);
        assert_eq!(page["items"][1]["target"], json!({ "kind": "settings" }));
        assert_eq!(titles(&agent.get(MINE).await.json()), ["About call"]);
        assert_eq!(agent.get("/api/me/unread").await.json()["notifications"], 1);
        assert_eq!(titles(&agent.get("/api/notifications").await.json()), ["About call"]);
        assert_eq!(titles(&admin.get("/api/notifications").await.json()).len(), 2);
    }

    async fn a_message_that_did_not_arrive_is_told_once_with_its_reason(crm: Crm) {
        let ana = person(&crm, "Alpha", Role::Agent).await;
        for status in ["sent", "undelivered", "undelivered", "failed"] {
            failed(&crm, 1, status).await;
        }
        // This one has arrived, whatever comes late.
        failed(&crm, 2, "delivered").await;
        failed(&crm, 2, "failed").await;
        crm.deliver().await;
        let page = ana.get(MINE).await.json();
        assert_eq!(titles(&page), ["Message to (202) 555-0143 not delivered"]);
        let told = &page["items"][0];
        assert_eq!(told["type"], "delivery_failed");
        assert!(told["message"].as_str().unwrap().contains("30003"), "{told}");
        assert_eq!(told["target"]["kind"], "thread");
    }

    async fn each_person_says_what_to_hear_of_lesson_28(crm: Crm) {
        let (ana, bob) = (
            person(&crm, "Alpha", Role::Agent).await,
            person(&crm, "Alpha", Role::Agent).await,
        );
        raise(&crm, Topic::MissedCall, "call").await;
        raise(&crm, Topic::VoicemailReceived, "voicemail").await;
        crm.deliver().await;
        let settings = ana.get(SETTINGS).await.json();
        let topics = settings["topics"].as_array().unwrap();
        assert_eq!(topics.len(), Topic::KNOWN.len());
        let missed = json!({ "topic": "missed_call", "in_app": true, "sound": true });
        assert!(topics.contains(&missed));
        let quiet = json!({ "topics": [{ "topic": "missed_call", "in_app": false, "sound": false }] });
        let changed = ana.put(SETTINGS, &quiet).await.json();
        assert!(changed["topics"].as_array().unwrap().contains(&quiet["topics"][0]));
        assert_eq!(titles(&ana.get(MINE).await.json()), ["About voicemail"]);
        assert_eq!(ana.get("/api/me/unread").await.json()["notifications"], 1);
        assert_eq!(bob.get("/api/me/unread").await.json()["notifications"], 2);
        let unknown = json!({ "topics": [{ "topic": "x", "in_app": true, "sound": true }] });
        ana.put(SETTINGS, &unknown).await.problem(400);
        let often = vec![&quiet["topics"][0]; 100];
        ana.put(SETTINGS, &json!({ "topics": often })).await.problem(400);
    }

    async fn a_blocked_contact_is_out_of_every_list(crm: Crm) {
        let ana = person(&crm, "Alpha", Role::Agent).await;
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Before").await;
        crm.deliver().await;
        let id = contact(&crm, SENDER).await;
        crm.put(ALPHA, &format!("/api/contacts/{id}/block"), &json!({})).await.json();
        assert!(titles(&ana.get(MINE).await.json()).is_empty());
        let company = crm.company("Alpha").await;
        let contact = id.parse().unwrap();
        let notice = Notice::new(company, Topic::MissedCall, "CA1", "Missed", crm.clock.now())
            .with_contact(Some(contact));
        assert_eq!(crm.state.notices.raise(&notice).await.unwrap(), None);
        failed(&crm, 1, "failed").await;
        crm.deliver().await;
        let counts = ana.get("/api/me/unread").await.json();
        assert_eq!(counts, json!({ "notifications": 0, "threads": 0, "voicemails": 0 }));
    }
}
