//! Settings as a whole: that they are kept together with their entry of the audit log, and where a
//! company's time zone counts.

use crm::args;
use serde_json::{Value, json};

use crate::{
    browser::Browser,
    calls::MOBILE,
    support::{ALPHA, ALPHA_LINE, Crm, SENDER, on_both_databases, sid},
};

const COMPANY: &str = "/api/settings/company";
const HOURS: &str = "/api/settings/hours";

/// Makes a contact, and gives its id.
async fn enter(crm: &Crm, address: &str) -> String {
    let new = json!({"address": address});
    let made = crm.post(ALPHA, "/api/contacts", &new).await.json_with(201);
    id(&made).to_owned()
}

/// What can be changed: the request, its body, and where to see whether it was done.
async fn changes(crm: &Crm) -> Vec<(&'static str, String, Value, String)> {
    let line = crm.line_path().await;
    let ana = crm.person("Ana", Some(MOBILE), None).await;
    let user_rule = format!("/api/users/{ana}/call-rule");
    crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
    let contact = crm.get(ALPHA, "/api/contacts").await.items()[0].clone();
    let whole = format!("/api/contacts/{}", id(&contact));
    let (block, consent) = (format!("{whole}/block"), format!("{whole}/consent"));
    let (part, old_part) = (
        enter(crm, "+12025550177").await,
        enter(crm, "+12025550176").await,
    );
    crm.call(&sid("CA", 1), SENDER, ALPHA_LINE).await;
    let made = [
        ("CallSid", &*sid("CA", 1)),
        ("RecordingSid", &*sid("RE", 1)),
        ("RecordingStatus", "completed"),
        ("RecordingUrl", "https://api.twilio.com/recording"),
        ("RecordingDuration", "7"),
    ];
    let path = "voice/recording";
    assert_eq!(crm.twilio(path, &made).await.status, 204);
    let recording = crm.get(ALPHA, "/api/recordings").await.items()[0].clone();
    let recording = format!("/api/recordings/{}", id(&recording));
    let menu = |name: &str| json!({"name": name, "prompt": {"text": "Hello."}, "keys": {"1": {"do": "repeat"}}});
    let template = |name: &str| json!({"name": name, "body": "Hello."});
    let old_menu = crm
        .post(ALPHA, "/api/menus", &menu("Old"))
        .await
        .json_with(201);
    let old_menu = format!("/api/menus/{}", id(&old_menu));
    let old_template = crm
        .post(ALPHA, "/api/templates", &template("Old"))
        .await
        .json_with(201);
    let old_template = format!("/api/templates/{}", id(&old_template));
    let reply = |text: &str| json!({"enabled": true, "when": "always", "body": text});
    let rule = |mode: &str| json!({"mode": mode});
    let week = json!({"monday": [{"from": "09:00", "to": "17:00"}]});
    let (line_reply, line_rule) = (format!("{line}/auto-reply"), format!("{line}/call-rule"));
    let (menus, templates) = ("/api/menus".to_owned(), "/api/templates".to_owned());
    // What there is to take away.
    let merge = format!("{whole}/merge");
    crm.post(ALPHA, &merge, &json!({"other_id": old_part}))
        .await
        .json();
    crm.put(ALPHA, &line_reply, &reply("Old")).await.json();
    crm.put(ALPHA, &line_rule, &json!({"recording": "on"}))
        .await
        .json();
    crm.put(ALPHA, &user_rule, &rule("mobile")).await.json();

    let put = |path: &str, body: Value| ("PUT", path.to_owned(), body, path.to_owned());
    let delete =
        |path: &str, shown: &str| ("DELETE", path.to_owned(), Value::Null, shown.to_owned());
    vec![
        put(HOURS, json!({"hours": {"time_zone": "UTC", "week": week}})),
        put("/api/settings/auto-reply", reply("New")),
        put(&line_reply, reply("New")),
        (
            "PATCH",
            line.clone(),
            json!({"text_reply": "New", "greeting": "Hi", "name": "A"}),
            line.clone(),
        ),
        (
            "PATCH",
            line.clone(),
            json!({"text_reply": "Newer"}),
            line_reply.clone(),
        ),
        (
            "PATCH",
            line.clone(),
            json!({"greeting": "New"}),
            line.clone(),
        ),
        delete(&line_reply, &line_reply),
        put("/api/settings/calls", json!({"recording": "on"})),
        put(&user_rule, rule("voicemail")),
        delete(&user_rule, &user_rule),
        put(&line_rule, json!({"rule": rule("voicemail")})),
        delete(&line_rule, &line_rule),
        ("POST", menus.clone(), menu("New"), menus.clone()),
        put(&old_menu, menu("Newer")),
        delete(&old_menu, &menus),
        (
            "POST",
            templates.clone(),
            template("New"),
            templates.clone(),
        ),
        put(&old_template, template("Newer")),
        delete(&old_template, &templates),
        put(&consent, json!({"opted_out": true})),
        (
            "POST",
            "/api/contacts".to_owned(),
            json!({"address": "+12025550178", "name": "Bob"}),
            "/api/contacts".to_owned(),
        ),
        (
            "PATCH",
            whole.clone(),
            json!({"name": "Ana", "notes": "Likes tea"}),
            whole.clone(),
        ),
        ("PUT", block.clone(), Value::Null, whole.clone()),
        delete(&block, &whole),
        (
            "POST",
            merge.clone(),
            json!({"other_id": part}),
            whole.clone(),
        ),
        delete(&format!("{merge}/{old_part}"), &whole),
        delete(&recording, &recording),
        delete(&whole, "/api/contacts"),
    ]
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

async fn count(crm: &Crm) -> usize {
    crm.get(ALPHA, "/api/audit?limit=200").await.items().len()
}

on_both_databases! {
    async fn nothing_changes_that_is_not_on_the_audit_log(crm: Crm) {
        let changes = changes(&crm).await;
        let db = &crm.state.database.db;
        for (method, path, body, shown) in &changes {
            let before = crm.get(ALPHA, shown).await.json();
            // As if the server stopped before the entry was there.
            db.execute("alter table audit_log rename to lost", args![]).await.unwrap();
            let answer = crm.request(method, ALPHA, path, Some(&body.to_string())).await;
            db.execute("alter table lost rename to audit_log", args![]).await.unwrap();
            assert!(answer.status >= 500, "{method} {path}: {answer:?}");
            assert_eq!(crm.get(ALPHA, shown).await.json(), before, "{method} {path} {body}");
        }
        for (method, path, body, shown) in &changes {
            let (before, entries) = (crm.get(ALPHA, shown).await.json(), count(&crm).await);
            let answer = crm.request(method, ALPHA, path, Some(&body.to_string())).await;
            assert!((200..300).contains(&answer.status), "{method} {path}: {answer:?}");
            assert_ne!(crm.get(ALPHA, shown).await.json(), before, "{method} {path} {body}");
            assert_eq!(count(&crm).await, entries + 1, "{method} {path} {body}");
        }
    }

    async fn what_a_line_says_is_on_the_audit_log(crm: Crm) {
        let line = crm.line_path().await;
        let change = json!({"greeting": "Good day", "text_reply": "Thank you.", "name": "Reception"});
        crm.patch(ALPHA, &line, &change).await.json();
        crm.patch(ALPHA, &line, &json!({"greeting": null})).await.json();
        let entries = crm.get(ALPHA, "/api/audit").await.items();
        let details = |index: usize| entries[index]["details"].clone();
        assert_eq!(entries.len(), 2);
        assert!(entries.iter().all(|it| it["action"] == "line.changed"));
        assert_eq!(details(0), json!({"greeting": {"was": "Good day", "is": null}}));
        assert_eq!(details(1), json!({
            "greeting": {"was": null, "is": "Good day"},
            "text_reply": {"was": null, "is": "Thank you."},
            "name": "Reception",
        }));
        // What changes nothing is no entry.
        crm.patch(ALPHA, &line, &json!({})).await.json();
        assert_eq!(count(&crm).await, 2);
    }

    async fn hours_without_a_time_zone_are_those_of_the_company(crm: Crm) {
        let week = json!({"monday": [{"from": "09:00", "to": "17:00"}]});
        let hours = json!({"hours": {"week": week}});
        let problem = crm.put(ALPHA, HOURS, &hours).await.problem(400);
        assert!(problem["detail"].as_str().unwrap().contains("time zone"), "{problem}");
        crm.patch(ALPHA, COMPANY, &json!({"time_zone": "America/New_York"})).await.json();
        let kept = crm.put(ALPHA, HOURS, &hours).await.json();
        assert_eq!(kept["hours"]["time_zone"], Value::Null);
        let check = async || crm.get(ALPHA, &format!("{HOURS}/check")).await.json();
        assert_eq!(check().await["local_time"], "2026-11-23T10:00:00");
        assert_eq!(check().await["open"], true);
        // It is midnight in Tokyo.
        crm.patch(ALPHA, COMPANY, &json!({"time_zone": "Asia/Tokyo"})).await.json();
        assert_eq!(check().await["local_time"], "2026-11-24T00:00:00");
        assert_eq!(check().await["open"], false);
        let reply = json!({"enabled": true, "when": "closed", "body": "We are closed."});
        crm.put(ALPHA, "/api/settings/auto-reply", &reply).await.json();
        let shown = crm.post(ALPHA, "/api/settings/auto-reply/preview", &json!({})).await.json();
        assert_eq!(shown["would_send"], true);
        // The hours go by it.
        crm.patch(ALPHA, COMPANY, &json!({"time_zone": null})).await.problem(409);
        assert_eq!(check().await["local_time"], "2026-11-24T00:00:00");
        // Hours of their own stay where they are.
        let own = json!({"hours": {"time_zone": "america/new_york", "week": week}});
        assert_eq!(crm.put(ALPHA, HOURS, &own).await.json()["hours"]["time_zone"], "America/New_York");
        crm.patch(ALPHA, COMPANY, &json!({"time_zone": null})).await.json();
        assert_eq!(check().await["open"], true);
    }

    async fn times_are_shown_in_the_zone_of_the_person_or_of_the_company(crm: Crm) {
        crm.add_person("Alpha", "ana@example.com", crm::people::Role::Agent).await;
        let ana = Browser::sign_in(&crm, "ana@example.com").await;
        let zone = async || ana.get("/api/session").await.json()["time_zone"].clone();
        assert_eq!(zone().await, "UTC");
        crm.patch(ALPHA, COMPANY, &json!({"time_zone": "America/New_York"})).await.json();
        assert_eq!(zone().await, "America/New_York");
        let who = ana.get("/api/session").await.json();
        let own = format!("/api/users/{}", id(&who["user"]));
        ana.patch(&own, &json!({"time_zone": "America/Lima"})).await.json();
        assert_eq!(zone().await, "America/Lima");
        assert_eq!(crm.get(ALPHA, "/api/session").await.json()["time_zone"], "America/New_York");
    }
}
