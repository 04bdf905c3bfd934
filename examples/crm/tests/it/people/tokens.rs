//! Tokens that a company makes for its programs.

use crm::people::Role;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    browser::Browser,
    support::{ALPHA, BETA, on_both_databases},
};

on_both_databases! {
    /// D.10: keys are scoped, hashed, and shown once.
    async fn a_token_is_shown_once_and_works_in_its_role(crm: Crm) {
        let body = json!({ "name": "Nightly export", "role": "agent" });
        let made = crm.post(ALPHA, "/api/tokens", &body).await.json_with(201);
        let secret = made["secret"].as_str().unwrap();
        assert!(secret.starts_with("crm_") && secret.len() == 47, "{secret}");
        let list = crm.get(ALPHA, "/api/tokens").await;
        assert!(!list.body.contains(secret));
        assert_eq!(list.items()[0]["name"], "Nightly export");
        assert!(list.items()[0].get("secret").is_none());

        let who = crm.get(secret, "/api/session").await.json();
        assert_eq!(who["role"], "agent");
        assert_eq!(who["api_token_id"], made["id"]);
        crm.get(secret, "/api/contacts").await.json();
        crm.get(secret, "/api/tokens").await.problem(403);
        crm.get(&secret[..46], "/api/contacts").await.problem(401);
        crm.get("crm_", "/api/contacts").await.problem(401);
        assert!(crm.get(BETA, "/api/tokens").await.items().is_empty());
    }

    async fn a_revoked_token_is_worth_nothing(crm: Crm) {
        let secret = crm.token(ALPHA, Role::Owner).await;
        let tokens = crm.get(ALPHA, "/api/tokens").await.items();
        let path = format!("/api/tokens/{}", tokens[0]["id"].as_str().unwrap());
        // An admin who finds it in a wrong place does not wait for an owner.
        let admin = crm.token(ALPHA, Role::Admin).await;
        assert_eq!(crm.delete(&admin, &path).await.status, 204);
        crm.get(&secret, "/api/contacts").await.problem(401);
        assert_eq!(crm.delete(ALPHA, &path).await.status, 204, "it stays revoked");
        let tokens = crm.get(ALPHA, "/api/tokens").await.items();
        assert!(tokens[1]["revoked_at"].is_string());
        crm.delete(BETA, &path).await.problem(404);
    }

    async fn no_token_may_more_than_who_makes_it(crm: Crm) {
        let ana = crm.add_person("Alpha", "ana@example.com", Role::Admin).await;
        let browser = Browser::sign_in(&crm, "ana@example.com").await;
        let make = |role: &str| json!({ "name": "x", "role": role });
        browser.post("/api/tokens", &make("owner")).await.problem(403);
        let made = browser.post("/api/tokens", &make("admin")).await.json_with(201);
        assert_eq!(made["created_by"], ana.id.to_string());
        let program = made["secret"].as_str().unwrap();
        crm.post(program, "/api/tokens", &make("owner")).await.problem(403);
        crm.post(program, "/api/tokens", &make("admin")).await.json_with(201);
        crm.post(ALPHA, "/api/tokens", &json!({ "name": " ", "role": "agent" })).await.problem(422);
    }

    async fn when_a_token_was_used_is_written_once_a_minute(crm: Crm) {
        let secret = crm.token(ALPHA, Role::Agent).await;
        let used_at = async || crm.get(ALPHA, "/api/tokens").await.items()[0]["used_at"].clone();
        assert_eq!(used_at().await, Value::Null);
        crm.get(&secret, "/api/contacts").await.json();
        let first = used_at().await;
        assert!(first.is_string());
        crm.clock.advance(SignedDuration::from_secs(59));
        crm.get(&secret, "/api/contacts").await.json();
        assert_eq!(used_at().await, first);
        crm.clock.advance(SignedDuration::from_secs(1));
        crm.get(&secret, "/api/contacts").await.json();
        assert_ne!(used_at().await, first);
    }
}
