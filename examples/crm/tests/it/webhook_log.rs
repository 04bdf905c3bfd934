//! The log of webhooks: what came, for whom, and what came of it.

use axum::body::Body;
use crm::people::Role;
use http::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    support::{
        ACCOUNT, ALPHA, ALPHA_LINE, AUTH_TOKEN, BETA, BETA_LINE, Crm, OPERATOR, SENDER, Storage,
        on_both_databases, sid, signed_by,
    },
    twilios::{ALPHA_ACCOUNT, ALPHA_NUMBER, ALPHA_TOKEN, BETA_TOKEN, in_a_world},
};

const LOG: &str = "/api/webhook-log";

async fn logged(crm: &Crm, token: &str, query: &str) -> Vec<Value> {
    crm.work().await;
    crm.get(token, &format!("{LOG}{query}")).await.items()
}

async fn show(crm: &Crm, token: &str, entry: &Value) -> Value {
    let path = format!("{LOG}/{}", entry["id"].as_str().unwrap());
    crm.get(token, &path).await.json()
}

async fn post(crm: &Crm, token: &str, entry: &Value, what: &str) -> crate::support::Answer {
    let path = format!("{LOG}/{}/{what}", entry["id"].as_str().unwrap());
    crm.post(token, &path, &json!({})).await
}

on_both_databases! {
    async fn each_company_sees_what_came_for_its_lines(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
        crm.call(&sid("CA", 1), SENDER, BETA_LINE).await;
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;

        let alphas = logged(&crm, ALPHA, "").await;
        assert_eq!(alphas.len(), 2, "once more for what came twice: {alphas:?}");
        for entry in &alphas {
            assert_eq!(entry["route"], "sms/incoming");
            assert_eq!((&entry["result"], &entry["status"]), (&json!("taken"), &json!(200)));
            assert_eq!(entry["sid"], sid("SM", 1));
            assert_eq!(entry["reason"], Value::Null);
            assert!(entry["milliseconds"].as_i64().unwrap() >= 0);
        }
        let betas = logged(&crm, BETA, "").await;
        assert_eq!(betas.len(), 1);
        assert_eq!(betas[0]["route"], "voice/incoming");
        assert_eq!(betas[0]["event"], "ringing");
        assert!(logged(&crm, ALPHA, "?result=problems").await.is_empty());

        let path = format!("{LOG}/{}", betas[0]["id"].as_str().unwrap());
        crm.get(ALPHA, &path).await.problem(404);
        crm.get(ALPHA, &format!("{LOG}?result=good")).await.problem(400);
    }

    async fn what_twilio_said_is_for_those_who_may_see_it_and_is_erased_with_the_contact(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Is it ready?").await;
        let entry = logged(&crm, ALPHA, "").await.remove(0);
        let shown = show(&crm, ALPHA, &entry).await;
        let parameters = shown["parameters"].as_array().unwrap();
        assert_eq!(parameters[0]["name"], "AccountSid", "in Twilio's order");
        assert!(parameters.contains(&json!({"name": "Body", "value": "Is it ready?"})));
        assert_eq!(shown["line"], Value::Null);

        for role in [Role::ReadOnly, Role::Agent] {
            let token = crm.token(ALPHA, role).await;
            crm.get(&token, LOG).await.problem(403);
            let path = format!("{LOG}/{}", entry["id"].as_str().unwrap());
            crm.get(&token, &path).await.problem(403);
        }
        let list = crm.get(ALPHA, LOG).await.body;
        assert!(!list.contains("ready") && !list.contains(SENDER), "{list}");

        let contact = crm.get(ALPHA, "/api/contacts").await.items().remove(0);
        let path = format!("/api/contacts/{}", contact["id"].as_str().unwrap());
        assert_eq!(crm.delete(ALPHA, &path).await.status, 204);
        crm.work().await;
        assert_eq!(show(&crm, ALPHA, &entry).await["parameters"], Value::Null);
        post(&crm, ALPHA, &entry, "replay").await.problem(409);
    }

    async fn a_step_of_a_call_is_its_calls_and_keeps_nothing_of_what_was_pressed(crm: Crm) {
        crm.call(&sid("CA", 1), SENDER, ALPHA_LINE).await;
        let call = crm.get(ALPHA, "/api/calls").await.items().remove(0);
        let path = format!("voice/menu/{}/1", call["id"].as_str().unwrap());
        let call = sid("CA", 1);
        let params = [
            ("CallSid", &*call),
            ("CallStatus", "in-progress"),
            ("From", SENDER),
            ("To", ALPHA_LINE),
            ("Digits", "4"),
        ];
        assert_eq!(crm.twilio(&path, &params).await.status, 200);
        let entry = logged(&crm, ALPHA, "").await.remove(0);
        assert_eq!(entry["route"], "voice/menu/{call}/{number}");
        assert_eq!((&entry["result"], &entry["sid"]), (&json!("taken"), &json!(call)));
        assert_eq!(show(&crm, ALPHA, &entry).await["parameters"], Value::Null);
    }

    async fn what_is_old_is_forgotten(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
        assert_eq!(logged(&crm, ALPHA, "").await.len(), 1);
        crm.clock.advance(SignedDuration::from_hours(6 * 24));
        crm.text(&sid("SM", 2), SENDER, ALPHA_LINE, "Still there?").await;
        assert_eq!(logged(&crm, ALPHA, "").await.len(), 2);
        crm.clock.advance(SignedDuration::from_hours(2 * 24));
        let left = logged(&crm, ALPHA, "").await;
        assert_eq!(left.len(), 1);
        assert_eq!(left[0]["sid"], sid("SM", 2));
    }

    async fn an_owner_records_again_what_came(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
        let entry = logged(&crm, ALPHA, "").await.remove(0);
        let admin = crm.token(ALPHA, Role::Admin).await;
        post(&crm, &admin, &entry, "replay").await.problem(403);
        let replayed = post(&crm, ALPHA, &entry, "replay").await.json();
        assert_eq!(replayed, json!({"outcome": "unchanged", "routed": true}));
        assert_eq!(crm.get(ALPHA, "/api/messages").await.items().len(), 1);
        let audit = crm.get(ALPHA, "/api/audit").await.items();
        assert_eq!(audit[0]["action"], "webhook.replayed");
        assert_eq!(audit[0]["object_id"], entry["id"]);
        post(&crm, ALPHA, &entry, "take-line").await.problem(409);
    }
}

in_a_world! {
    async fn a_refused_request_says_why_to_whose_account_it_names(world: World) {
        let crm = &world.crm;
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        world.add_line(ALPHA, ALPHA_ACCOUNT, ALPHA_NUMBER).await;
        let message = sid("SM", 1);
        let params = [("MessageSid", &*message), ("From", SENDER), ("To", ALPHA_NUMBER)];
        let mut request = signed_by(ALPHA_ACCOUNT, ALPHA_TOKEN, "sms/incoming/", &params);
        *request.uri_mut() = "/api/webhooks/twilio/sms/incoming".parse().unwrap();
        assert_eq!(crm.send(request).await.status, 403);
        assert_eq!(world.text(2, ALPHA_ACCOUNT, BETA_TOKEN, ALPHA_NUMBER).await, 403);

        let refused = logged(crm, ALPHA, "?result=refused").await;
        assert_eq!(refused.len(), 2);
        let entry = &refused[1];
        assert_eq!((&entry["reason"], &entry["status"]), (&json!("mismatch"), &json!(403)));
        assert_eq!(entry["account_sid"], ALPHA_ACCOUNT);
        let diagnosis = entry["diagnosis"].as_str().unwrap();
        assert!(diagnosis.contains("/sms/incoming/"), "{diagnosis}");
        assert_eq!(show(crm, ALPHA, entry).await["parameters"], Value::Null);
        post(crm, ALPHA, entry, "replay").await.problem(409);
        assert!(logged(crm, BETA, "").await.is_empty());
    }

    async fn an_unrouted_line_is_taken_into_use_with_what_came_for_it(world: World) {
        let crm = &world.crm;
        world.add_account(ALPHA, ALPHA_ACCOUNT, ALPHA_TOKEN).await;
        for number in [1, 2] {
            assert_eq!(world.text(number, ALPHA_ACCOUNT, ALPHA_TOKEN, ALPHA_NUMBER).await, 200);
        }
        // Of the account that both share, only the operator says whose the lines are.
        assert_eq!(world.text(3, ACCOUNT, AUTH_TOKEN, "+12025550111").await, 200);
        let unrouted = logged(crm, ALPHA, "?result=unrouted").await;
        assert_eq!(unrouted.len(), 2);
        assert!(logged(crm, BETA, "").await.is_empty());
        assert_eq!(show(crm, ALPHA, &unrouted[0]).await["line"], ALPHA_NUMBER);

        let agent = crm.token(ALPHA, Role::Agent).await;
        post(crm, &agent, &unrouted[0], "take-line").await.problem(403);
        post(crm, BETA, &unrouted[0], "take-line").await.problem(404);
        let taken = post(crm, ALPHA, &unrouted[0], "take-line").await.json_with(201);
        assert_eq!(taken["line"]["number"], ALPHA_NUMBER);
        assert_eq!(taken["webhooks"]["routed"], 2);
        assert_eq!(world.messages(ALPHA).await, 2);
        assert!(logged(crm, ALPHA, "?result=problems").await.is_empty());
        assert_eq!(logged(crm, ALPHA, "").await.len(), 2);
        post(crm, ALPHA, &unrouted[1], "take-line").await.problem(409);
    }
}

#[tokio::test]
async fn what_is_nobodys_only_the_operator_sees() {
    let first = format!("operator_token = \"{OPERATOR}\"");
    let crm = Crm::with_fake_and(Storage::sqlite(), &first).await;
    let opened = Request::get("/api/webhooks/twilio/sms/incoming")
        .body(Body::empty())
        .unwrap();
    assert_eq!(crm.send(opened).await.status, 405);
    let stranger = "AC000000000000000000000000000000ee";
    let request = signed_by(
        stranger,
        "a token",
        "sms/incoming",
        &[("MessageSid", "SM1")],
    );
    assert_eq!(crm.send(request).await.status, 403);
    crm.work().await;

    let path = "/api/operator/webhook-log";
    let items = crm.get(OPERATOR, path).await.items();
    let reasons: Vec<_> = items.iter().map(|item| &item["reason"]).collect();
    assert_eq!(reasons, ["unknown-account", "wrong-method"]);
    assert_eq!(items[0]["account_sid"], stranger);
    assert!(logged(&crm, ALPHA, "").await.is_empty());
    crm.get(ALPHA, path).await.problem(401);
}
