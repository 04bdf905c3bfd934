//! What fails, why, and what may be done about it.

use serde_json::{Value, json};
use twilio_hooks::testing::MessageFate;
use uuid::Uuid;

use crate::support::{ALPHA, ALPHA_LINE, BETA, Crm, SENDER, on_both_databases, sid};

use super::{OTHER, THIRD};

on_both_databases! {
    async fn lesson_29_a_failure_has_a_code_a_meaning_and_an_advice(crm: Crm) {
        crm.configure(&json!({"rate": 10})).await;
        let fates = [
            (SENDER, MessageFate::Undelivered(30003), true),
            (OTHER, MessageFate::Undelivered(30006), false),
            (THIRD, MessageFate::Failed(30034), false),
            ("+12025550146", MessageFate::Failed(39_999), false),
        ];
        let mut ids = Vec::new();
        for (to, fate, _) in fates {
            crm.fake().set_message_fate(to, fate);
            ids.push(crm.want(to, "Hello").await);
        }
        crm.work().await;
        crm.settle().await;
        for (id, (_, fate, retryable)) in ids.iter().zip(fates) {
            let (status, code) = match fate {
                MessageFate::Undelivered(code) => ("undelivered", code),
                MessageFate::Failed(code) => ("failed", code),
                _ => unreachable!(),
            };
            let message = crm.message(id).await;
            let failure = &message["failure"];
            assert_eq!((&message["status"], &failure["code"]), (&json!(status), &json!(code)));
            assert_eq!(failure["retryable"], retryable, "{code}");
            for text in ["meaning", "advice"] {
                assert!(!failure[text].as_str().unwrap().is_empty(), "{code}");
            }
        }
        let listed = crm.get(ALPHA, "/api/messages").await.items();
        assert!(listed.iter().all(|message| message["failure"].is_object()));
    }

    async fn lesson_29_a_refusal_of_twilio_is_shown_and_told(crm: Crm) {
        // No such line at Twilio: it was released there.
        let account = crm.account.0.clone();
        let line = crm.add_line(&account, "+12025550192").await;
        let body = json!({"to": SENDER, "line_id": line, "body": "Hello"});
        let id = crm.ask(&body).await.json_with(201)["id"].as_str().unwrap().to_owned();
        crm.work().await;
        let failed = crm.message(&id).await;
        assert_eq!(failed["status"], "failed");
        assert!(failed["error_code"].is_number());
        assert_eq!(failed["failure"]["code"], failed["error_code"]);
        assert_eq!(crm.get(ALPHA, "/api/messages").await.items(), [failed]);
        let expected = ("delivery_failed".to_owned(), format!("SMS to {SENDER} was not sent"));
        assert_eq!(crm.told().await, [expected]);
    }

    async fn who_has_said_stop_to_twilio_gets_nothing_more_from_this_line(crm: Crm) {
        crm.fake().opt_out(SENDER);
        let id = crm.want(SENDER, "Hello").await;
        // Wanted before anybody knew, and not sent after.
        let second = crm.want(SENDER, "Hello?").await;
        crm.work().await;
        let failed = crm.message(&id).await;
        assert_eq!(failed["failure"]["code"], 21610);
        crm.ask(&json!({"to": SENDER, "body": "Once more"})).await.problem(409);
        crm.act(ALPHA, &id, "retry").await.problem(409);
        crm.wait(2).await;
        crm.work().await;
        let failed = crm.message(&second).await;
        assert!(failed["failure"]["meaning"].as_str().unwrap().contains("STOP"));
        let asked = crm.fake().requests().iter().filter(|request| request.method == "POST").count();
        assert_eq!(asked, 1);
        // Another line of ours was not meant.
        let account = crm.account.0.clone();
        let line = crm.add_line(&account, "+12025550188").await;
        let body = json!({"to": SENDER, "line_id": line, "body": "Hello"});
        crm.ask(&body).await.json_with(201);
    }

    async fn who_is_blocked_gets_nothing(crm: Crm) {
        let id = crm.want(SENDER, "Hello").await;
        let contact = crm.message(&id).await["contact_id"].as_str().unwrap().to_owned();
        let path = format!("/api/contacts/{contact}/block");
        assert!(crm.request("PUT", ALPHA, &path, None).await.status < 300);
        crm.ask(&json!({"contact_id": contact, "body": "Hello?"})).await.problem(409);
        crm.work().await;
        assert!(crm.sent().is_empty());
        let failed = crm.message(&id).await;
        assert!(failed["failure"]["meaning"].as_str().unwrap().contains("blocked"));
    }

    async fn a_failure_that_may_have_passed_is_tried_again_once(crm: Crm) {
        crm.fake().set_message_fate(SENDER, MessageFate::Undelivered(30003));
        let id = crm.want(SENDER, "Hello").await;
        crm.act(ALPHA, &id, "retry").await.problem(409);
        crm.work().await;
        crm.act(ALPHA, &id, "retry").await.problem(409);
        crm.settle().await;
        crm.wait(1).await;
        crm.fake().set_message_fate(SENDER, MessageFate::Delivered);
        let again = crm.act(ALPHA, &id, "retry").await.json_with(201);
        assert_eq!(again["body"], "Hello");
        assert_eq!(again["outgoing"]["retry_of"], *id);
        let same = crm.act(ALPHA, &id, "retry").await.json_with(201);
        assert_eq!(again["id"], same["id"]);
        assert_eq!(crm.message(&id).await["outgoing"]["retried_by"], again["id"]);
        crm.work().await;
        crm.settle().await;
        assert_eq!(crm.sent(), ["Hello", "Hello"]);
        let again = crm.message(again["id"].as_str().unwrap()).await;
        assert_eq!(again["status"], "delivered");
        // What has arrived is not tried again.
        crm.act(ALPHA, again["id"].as_str().unwrap(), "retry").await.problem(409);
    }

    async fn a_failure_that_stays_is_not_tried_again_and_says_why(crm: Crm) {
        crm.fake().set_message_fate(SENDER, MessageFate::Undelivered(30006));
        let id = crm.want(SENDER, "Hello").await;
        crm.work().await;
        crm.settle().await;
        let refusal = crm.act(ALPHA, &id, "retry").await.problem(409);
        let advice = crm.message(&id).await["failure"]["advice"].clone();
        assert!(refusal["detail"].as_str().unwrap().contains(advice.as_str().unwrap()));
        // What was not sent from here can't be sent from here again.
        crm.text(&sid("SM", 0xfff1), OTHER, ALPHA_LINE, "Hi").await;
        let items = crm.get(ALPHA, "/api/messages").await.items();
        let incoming = items.iter().find(|item| item["direction"] == "inbound").unwrap();
        crm.act(ALPHA, incoming["id"].as_str().unwrap(), "retry").await.problem(409);
        crm.act(ALPHA, incoming["id"].as_str().unwrap(), "cancel").await.problem(409);
    }

    async fn a_carrier_without_a_reason_is_asked_once_more_and_not_twice(crm: Crm) {
        crm.fake().set_message_fate(SENDER, MessageFate::Undelivered(30008));
        let id = crm.want(SENDER, "Hello").await;
        crm.work().await;
        crm.settle().await;
        let again = crm.act(ALPHA, &id, "retry").await.json_with(201);
        crm.wait(1).await;
        crm.work().await;
        crm.settle().await;
        crm.act(ALPHA, again["id"].as_str().unwrap(), "retry").await.problem(409);
    }

    async fn a_text_is_taken_back_until_twilio_has_it(crm: Crm) {
        let id = crm.want(SENDER, "Oops").await;
        crm.act(BETA, &id, "cancel").await.problem(404);
        let canceled = crm.act(ALPHA, &id, "cancel").await.json();
        assert_eq!(canceled["status"], "canceled");
        assert_eq!(canceled["outgoing"]["cancelable"], false);
        crm.act(ALPHA, &id, "cancel").await.problem(409);
        crm.work().await;
        assert!(crm.sent().is_empty());
        assert_eq!(crm.message(&id).await["status"], "canceled");
        let id = crm.want(SENDER, "Right").await;
        crm.work().await;
        crm.act(ALPHA, &id, "cancel").await.problem(409);
        crm.act(ALPHA, &Uuid::now_v7().to_string(), "cancel").await.problem(404);
    }

    async fn what_is_another_companys_is_not_found_in_a_body_either(crm: Crm) {
        let beta = json!({"to": SENDER, "body": "Of Beta"});
        let beta = crm.post_with_key("beta-1", BETA, &beta).await.json_with(201);
        let (id, contact) = (beta["id"].as_str().unwrap(), &beta["contact_id"]);
        let line = crm.get(BETA, "/api/lines").await.items()[0]["id"].clone();
        for body in [
            json!({"contact_id": contact, "body": "Hello"}),
            json!({"to": SENDER, "line_id": line, "body": "Hello"}),
            json!({"to": SENDER, "media": [Uuid::now_v7()], "body": "Hello"}),
            json!({"contact_id": Uuid::now_v7(), "body": "Hello"}),
        ] {
            crm.ask(&body).await.problem(404);
        }
        let settings = json!({"default_line_id": line});
        crm.patch(ALPHA, "/api/settings/messaging", &settings).await.problem(404);
        for what in ["retry", "cancel"] {
            crm.act(ALPHA, id, what).await.problem(404);
        }
        crm.get(ALPHA, &format!("/api/messages/{id}")).await.problem(404);
        // Nothing was left behind by what was refused.
        assert!(crm.get(ALPHA, "/api/messages").await.items().is_empty());
        assert!(crm.get(ALPHA, "/api/contacts").await.items().is_empty());
        assert_eq!(crm.get(ALPHA, "/api/settings/messaging").await.json()["used_today"], 0);
    }

    async fn lesson_28_a_template_is_filled_in_or_not_sent(crm: Crm) {
        let template = json!({
            "name": "Ready", "body": "Hi {{contact.first_name | default: \"there\"}}, {{what}} is ready.",
        });
        let template = crm.post(ALPHA, "/api/templates", &template).await.json_with(201)["id"].clone();
        let filled = json!({"to": SENDER, "template_id": template, "values": {"what": "{{it}}"}});
        let wanted = crm.ask(&filled).await.json_with(201);
        assert_eq!(wanted["body"], "Hi there, {{it}} is ready.");
        let refusal = crm.ask(&json!({"to": SENDER, "template_id": template})).await.problem(422);
        assert!(refusal["detail"].as_str().unwrap().contains("what"));
        crm.ask(&json!({"to": SENDER, "template_id": template, "body": "Both"})).await.problem(422);
        let long = json!({"to": SENDER, "template_id": template, "values": {"what": "x".repeat(1600)}});
        crm.ask(&long).await.problem(422);
        // The key stands for the values, too.
        let other = json!({"to": SENDER, "template_id": template, "values": {"what": "All"}});
        crm.post_with_key("one", ALPHA, &filled).await.json_with(201);
        crm.post_with_key("one", ALPHA, &other).await.problem(422);
        crm.post_with_key("beta", BETA, &filled).await.problem(404);
        crm.work().await;
        assert_eq!(crm.sent(), ["Hi there, {{it}} is ready."]);
    }

    async fn what_a_contact_was_sent_can_be_forgotten(crm: Crm) {
        let file = crm.upload(ALPHA, "image/gif", "GIF89a").await.json_with(201)["id"].clone();
        let shared = crm.upload(ALPHA, "image/gif", "GIF89a!").await.json_with(201)["id"].clone();
        crm.fake().set_message_fate(SENDER, MessageFate::Undelivered(30003));
        let body = json!({"to": SENDER, "body": "Secret", "media": [file, shared]});
        let wanted = crm.ask(&body).await.json_with(201);
        crm.work().await;
        crm.settle().await;
        let id = wanted["id"].as_str().unwrap();
        crm.act(ALPHA, id, "retry").await.json_with(201);
        crm.ask(&json!({"to": OTHER, "media": [shared]})).await.json_with(201);
        let contact: Uuid = wanted["contact_id"].as_str().unwrap().parse().unwrap();
        let mut tx = crm.state.database.db.begin().await.unwrap();
        crm::messaging::erase(&mut tx, crm.alpha().await, contact.into()).await.unwrap();
        tx.commit().await.unwrap();
        // What the store has is the store's to forget.
        let items = crm.get(ALPHA, "/api/messages").await.items();
        assert_eq!(items.len(), 2);
        assert_eq!(items.iter().filter(|item| item.get("outgoing").is_some()).count(), 1);
        let path = |id: &Value| format!("/api/media/{}", id.as_str().unwrap());
        crm.get(ALPHA, &path(&file)).await.problem(404);
        assert_eq!(crm.get(ALPHA, &path(&shared)).await.status, 200);
    }

    async fn a_typed_number_is_of_the_companys_country(crm: Crm) {
        crm.patch(ALPHA, "/api/settings/company", &json!({"country": "DE"})).await.json();
        // The line is of another one.
        let text = crm.ask(&json!({"to": "0151 23456789", "body": "Hallo"})).await.json_with(201);
        assert_eq!(text["to_address"], "+4915123456789");
        let text = crm.ask(&json!({"to": "(202) 555-0143", "body": "Hallo"})).await.json_with(201);
        assert_eq!(text["to_address"], "+492025550143", "in Wuppertal, and not in Washington");
        let abroad = crm.ask(&json!({"to": "+1 202 555 0143", "body": "Hello"})).await.json_with(201);
        assert_eq!(abroad["to_address"], SENDER);
    }

    async fn another_spelling_of_a_number_is_the_same_contact(crm: Crm) {
        crm.text(&sid("SM", 0xfff1), "+5215512345678", ALPHA_LINE, "Hola").await;
        let contact = crm.get(ALPHA, "/api/contacts").await.items()[0]["id"].clone();
        let text = crm.ask(&json!({"to": "+52 55 1234 5678", "body": "Hola"})).await.json_with(201);
        assert_eq!((&text["contact_id"], &text["to_address"]), (&contact, &json!("+5215512345678")));
        crm.work().await;
        assert_eq!(crm.get(ALPHA, "/api/contacts").await.items().len(), 1);
        assert_eq!(crm.message(text["id"].as_str().unwrap()).await["contact_id"], contact);
    }

    async fn a_number_of_a_merged_contact_is_texted_itself(crm: Crm) {
        crm.text(&sid("SM", 0xfff1), "+5215512345678", ALPHA_LINE, "Hola").await;
        let other = crm.get(ALPHA, "/api/contacts").await.items()[0]["id"].clone();
        let one = crm.post(ALPHA, "/api/contacts", &json!({"address": SENDER})).await;
        let one = one.json_with(201)["id"].clone();
        let path = format!("/api/contacts/{}/merge", one.as_str().unwrap());
        crm.post(ALPHA, &path, &json!({"other_id": other})).await.json();
        for typed in ["+52 1 55 1234 5678", "+52 55 1234 5678"] {
            let text = crm.ask(&json!({"to": typed, "body": "Hola"})).await.json_with(201);
            assert_eq!(text["to_address"], "+5215512345678");
        }
        assert_eq!(crm.get(ALPHA, "/api/contacts").await.items().len(), 1);
    }

    async fn what_can_not_be_sent_is_refused(crm: Crm) {
        for body in [
            json!({"to": SENDER}),
            json!({"to": SENDER, "body": " \n"}),
            json!({"to": SENDER, "body": "a\u{0}b"}),
            json!({"to": SENDER, "body": "a".repeat(1601)}),
            json!({"to": SENDER, "body": "😀".repeat(801)}),
            json!({"to": "ACME", "body": "Hello"}),
            json!({"to": "12", "body": "Hello"}),
            json!({"body": "Hello"}),
            json!({"to": SENDER, "contact_id": Uuid::now_v7(), "body": "Hello"}),
            json!({"to": SENDER, "body": "Hello", "media": vec![Uuid::now_v7(); 11]}),
        ] {
            crm.ask(&body).await.problem(422);
        }
        crm.ask(&json!({"to": SENDER, "boddy": "Hello"})).await.problem(400);
        crm.ask(&json!({"to": SENDER, "body": "a".repeat(1600)})).await.json_with(201);
        // A contact that is no number.
        crm.text(&sid("SM", 0xfff1), "ACME Corp", ALPHA_LINE, "Buy!").await;
        let contacts = crm.get(ALPHA, "/api/contacts").await.items();
        let acme = contacts.iter().find(|contact| contact["address"] == "ACME Corp").unwrap();
        crm.ask(&json!({"contact_id": acme["id"], "body": "No"})).await.problem(422);
    }
}

#[tokio::test]
async fn a_preview_counts_as_twilio_does() {
    let crm = Crm::start().await;
    let preview = async |body: &str| {
        crm.post(ALPHA, "/api/messages/preview", &json!({"body": body}))
            .await
            .json()
    };
    let plain = preview("Hello").await;
    assert_eq!(
        plain,
        json!({
            "encoding": "GSM-7", "segments": 1, "units": 5, "left": 155, "length": 5,
            "limit": 1600, "too_long": false, "culprit": null,
        })
    );
    let fancy = preview(&format!("It’s {}", "a".repeat(70))).await;
    assert_eq!(
        (&fancy["encoding"], &fancy["segments"]),
        (&json!("UCS-2"), &json!(2))
    );
    assert_eq!(fancy["culprit"], json!({"character": "’", "position": 2}));
    assert_eq!(
        preview(&"a".repeat(1601)).await["too_long"],
        Value::Bool(true)
    );
    crm.post("x", "/api/messages/preview", &json!({"body": ""}))
        .await
        .problem(401);
}
