//! The audit log: who did what, and that nobody changes it.

use crm::people::Role;
use serde_json::{Value, json};

use super::{audit, choose, from, invite, user_path};
use crate::{
    browser::{Browser, PASSWORD, login},
    document::Document,
    support::{ALPHA, BETA, on_both_databases},
};

on_both_databases! {
    /// D.8: logins, changes of roles with before and after, passwords, sessions, tokens, invitations.
    async fn what_people_do_is_on_the_log(crm: Crm) {
        let (user, token) = invite(&crm, ALPHA, "ana@example.com", "agent").await;
        choose(&crm, &token, PASSWORD).await.json();
        let ana = Browser::sign_in(&crm, "ana@example.com").await;
        let there = Browser::sign_in(&crm, "ana@example.com").await;
        let path = user_path(&user);
        let body = json!({ "role": "admin", "name": "Ana", "mobile": "+12025550143" });
        crm.patch(ALPHA, &path, &body).await.json();
        let present = there.get("/api/session").await.json();
        let session = present["session_id"].as_str().unwrap();
        assert_eq!(ana.delete(&format!("/api/sessions/{session}")).await.status, 204);
        let body = json!({ "present": PASSWORD, "new": "another long password" });
        assert_eq!(ana.put("/api/session/password", &body).await.status, 204);
        let body = json!({ "name": "Export", "role": "agent" });
        let made = ana.post("/api/tokens", &body).await.json_with(201);
        let id = made["id"].as_str().unwrap();
        assert_eq!(ana.delete(&format!("/api/tokens/{id}")).await.status, 204);
        crm.post(ALPHA, &format!("{path}/token"), &json!({})).await.json_with(201);
        crm.post(ALPHA, &format!("{path}/disable"), &json!({})).await.json();
        crm.post(ALPHA, &format!("{path}/enable"), &json!({})).await.json();

        let mut log = audit(&crm, ALPHA).await;
        log.reverse();
        let empty = || json!({});
        let program = || json!({ "name": "Export", "role": "agent" });
        let expected = [
            ("user.invited", json!({ "email": "ana@example.com", "role": "agent" })),
            ("user.password_chosen", empty()),
            ("session.started", empty()),
            ("session.started", empty()),
            ("user.role_changed", json!({ "before": "agent", "after": "admin" })),
            (
                "user.changed",
                json!({
                    "before": { "name": "ana", "mobile": null },
                    "after": { "name": "Ana", "mobile": "+12025550143" },
                }),
            ),
            ("session.ended", empty()),
            ("user.password_changed", empty()),
            ("api_token.created", program()),
            ("api_token.revoked", empty()),
            ("user.token_renewed", empty()),
            ("user.disabled", empty()),
            ("user.enabled", empty()),
        ];
        let expected = expected.map(|(action, details)| (action.to_owned(), details));
        assert_eq!(log, expected);
    }

    async fn the_log_says_who_to_what_and_from_where(crm: Crm) {
        let ana = crm.add_person("Alpha", "ana@example.com", Role::Admin).await;
        let request = from("203.0.113.9:4711", login("ana@example.com", PASSWORD));
        let answer = crm.send(request).await.json();
        let entry = &crm.get(ALPHA, "/api/audit?limit=1").await.items()[0];
        assert_eq!(entry["action"], "session.started");
        assert_eq!(entry["user_id"], ana.id.to_string());
        assert_eq!(entry["ip"], "203.0.113.9");
        assert_eq!(entry["object_kind"], "session");
        assert_eq!(entry["object_id"], answer["session_id"]);
        assert_eq!(entry["created_at"], crm.clock.now().to_string());

        let admin = crm.token(ALPHA, Role::Admin).await;
        let tokens = crm.get(ALPHA, "/api/tokens").await.items();
        invite(&crm, &admin, "bob@example.com", "agent").await;
        let entry = &crm.get(ALPHA, "/api/audit?limit=1").await.items()[0];
        assert_eq!(entry["api_token_id"], tokens[0]["id"]);
        assert_eq!(entry["user_id"], Value::Null);
    }

    async fn the_log_comes_in_pages_and_only_to_who_may_read_it(crm: Crm) {
        for number in 1..=3 {
            invite(&crm, ALPHA, &format!("{number}@example.com"), "agent").await;
        }
        let agent = crm.token(BETA, Role::Agent).await;
        crm.get(&agent, "/api/audit").await.problem(403);
        assert_eq!(crm.get(BETA, "/api/audit").await.items().len(), 1);
        let first = crm.get(ALPHA, "/api/audit?limit=2").await.json();
        assert_eq!(first["items"][0]["details"]["email"], "3@example.com");
        let next = first["next"].as_str().unwrap();
        let path = format!("/api/audit?limit=2&before={next}");
        let second = crm.get(ALPHA, &path).await.json();
        assert_eq!(second["items"][0]["details"]["email"], "1@example.com");
        assert_eq!(second["next"], Value::Null);
    }

    /// What failed leaves no entry, because both are in one transaction.
    async fn what_was_not_done_is_not_on_the_log(crm: Crm) {
        let owner = crm.add_person("Alpha", "ana@example.com", Role::Owner).await;
        let before = audit(&crm, ALPHA).await;
        let path = format!("/api/users/{}", owner.id);
        crm.patch(ALPHA, &path, &json!({ "role": "agent" })).await.problem(409);
        crm.patch(ALPHA, &path, &json!({ "name": "ana" })).await.json();
        crm.delete(ALPHA, &path).await.problem(409);
        assert_eq!(audit(&crm, ALPHA).await, before);
    }
}

/// D.8: the log is not changed, not even by an owner: there is no route to.
#[test]
fn the_log_can_only_be_read() {
    let document = Document::load();
    let operations = document.operations();
    let of_audit = operations
        .iter()
        .filter(|it| it.path.starts_with("/api/audit"));
    let methods: Vec<_> = of_audit.map(|it| (&*it.method, &*it.path)).collect();
    assert_eq!(methods, [("GET", "/api/audit")]);
}
