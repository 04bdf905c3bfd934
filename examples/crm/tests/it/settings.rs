//! Settings as a whole: that they are kept together with their entry of the audit log.

use crm::args;
use serde_json::{Value, json};

use crate::{
    calls::MOBILE,
    support::{ALPHA, ALPHA_LINE, Crm, SENDER, on_both_databases, sid},
};

/// What can be changed: the request, its body, and where to see whether it was done.
async fn changes(crm: &Crm) -> Vec<(&'static str, String, Value, String)> {
    let line = crm.line_path().await;
    let ana = crm.person("Ana", Some(MOBILE), None).await;
    let user_rule = format!("/api/users/{ana}/call-rule");
    crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
    let contact = crm.get(ALPHA, "/api/contacts").await.items()[0].clone();
    let consent = format!("/api/contacts/{}/consent", id(&contact));
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
    let (line_reply, line_rule) = (format!("{line}/auto-reply"), format!("{line}/call-rule"));
    let (menus, templates) = ("/api/menus".to_owned(), "/api/templates".to_owned());
    // What there is to take away.
    crm.put(ALPHA, &line_reply, &reply("Old")).await.json();
    crm.put(ALPHA, &line_rule, &json!({"recording": "on"}))
        .await
        .json();
    crm.put(ALPHA, &user_rule, &rule("mobile")).await.json();

    let put = |path: &str, body: Value| ("PUT", path.to_owned(), body, path.to_owned());
    let delete =
        |path: &str, shown: &str| ("DELETE", path.to_owned(), Value::Null, shown.to_owned());
    vec![
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
}
