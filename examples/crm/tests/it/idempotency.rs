//! `Idempotency-Key`: what is asked for twice is made once.

use axum::body::Body;
use crm::people::Role;
use http::{Request, header};
use serde_json::{Value, json};

use crate::support::{ALPHA, Answer, BETA, Crm, on_both_databases};

/// What makes something and takes no key, and why.
const WITHOUT: &[(&str, &str)] = &[
    (
        "/api/first-run",
        "a server is set up once, whoever asks how often",
    ),
    (
        "/api/media",
        "a file is large, and one that no message has goes away by itself",
    ),
    (
        "/api/messages/{id}/retry",
        "a message is tried again once, whoever asks how often",
    ),
    ("/api/tokens", "the answer is a secret, which is not kept"),
    ("/api/users", "the answer has a secret, which is not kept"),
    (
        "/api/users/{id}/token",
        "the answer is a secret, which is not kept",
    ),
];

async fn post(crm: &Crm, (token, key): (&str, &str), path: &str, body: &Value) -> Answer {
    let request = Request::post(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", key)
        .body(Body::from(body.to_string()))
        .unwrap();
    crm.send(request).await
}

#[test]
fn what_makes_something_takes_a_key_or_has_a_reason() {
    let document = crm::api::document();
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for (path, item) in document["paths"].as_object().unwrap() {
        let operation = &item["post"];
        if operation["responses"].get("201").is_none() {
            continue;
        }
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let has_key = parameters
            .filter(|it| it["in"] == "header")
            .any(|it| it["name"] == "Idempotency-Key");
        if has_key {
            with.push(path.as_str());
        } else {
            without.push(path.as_str());
        }
    }
    let expected: Vec<_> = WITHOUT.iter().map(|(path, _)| *path).collect();
    assert_eq!(without, expected);
    assert!(with.len() >= 7, "{with:?}");
}

on_both_databases! {
    async fn what_is_asked_for_twice_is_made_once(crm: Crm) {
        let menu = json!({
            "name": "Main", "prompt": { "text": "Press 1." }, "keys": { "1": { "do": "voicemail" } },
        });
        for (path, body) in [
            ("/api/contacts", json!({ "address": "+12025550150", "name": "Maya" })),
            ("/api/templates", json!({ "name": "Hours", "body": "We are back at nine." })),
            ("/api/menus", menu),
        ] {
            let before = crm.get(ALPHA, path).await.items().len();
            let first = post(&crm, (ALPHA, "one"), path, &body).await;
            let made = first.json_with(201);
            assert!(!first.headers.contains_key("idempotency-replayed"));

            let again = post(&crm, (ALPHA, "one"), path, &body).await;
            assert_eq!(again.json_with(201), made, "{path}");
            assert_eq!(again.headers["idempotency-replayed"], "true");
            assert_eq!(crm.get(ALPHA, path).await.items().len(), before + 1, "{path}");

            let other = json!({ "name": "Another" });
            post(&crm, (ALPHA, "one"), path, &other).await.problem(422);
        }
    }

    async fn a_key_is_the_callers_own(crm: Crm) {
        let body = json!({ "address": "+12025550150" });
        let first = post(&crm, (ALPHA, "one"), "/api/contacts", &body).await;
        let theirs = post(&crm, (BETA, "one"), "/api/contacts", &body).await;
        assert_ne!(first.json_with(201)["id"], theirs.json_with(201)["id"]);

        // A colleague asks for what is there already, and is told so.
        let agent = crm.token(ALPHA, Role::Agent).await;
        post(&crm, (&agent, "one"), "/api/contacts", &body)
            .await
            .problem(409);
    }
}
