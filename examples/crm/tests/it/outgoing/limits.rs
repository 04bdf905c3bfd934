//! Pace and budget.

use jiff::SignedDuration;
use serde_json::{Value, json};
use twilio_hooks::{store::Lines as _, testing::Fault};

use crate::support::{ALPHA, ALPHA_LINE, BETA, SENDER, on_both_databases, sid};

use super::{OTHER, THIRD};

on_both_databases! {
    async fn lesson_24_a_line_sends_at_its_pace(crm: Crm) {
        for to in [SENDER, OTHER, THIRD] {
            crm.want(to, "Hello").await;
        }
        crm.work().await;
        assert_eq!(crm.sent().len(), 1);
        crm.work().await;
        assert_eq!(crm.sent().len(), 1);
        crm.wait(1).await;
        crm.work().await;
        assert_eq!(crm.sent().len(), 2);
        // A second line has a pace of its own, and a higher rate works at once.
        crm.configure(&json!({"rate": 4})).await;
        for number in 0..6 {
            crm.want(&format!("+120255501{}", 50 + number), "Hello").await;
        }
        crm.wait(1).await;
        crm.work().await;
        assert_eq!(crm.sent().len(), 6);
        crm.wait(1).await;
        crm.work().await;
        assert_eq!(crm.sent().len(), 9);
    }

    async fn a_budget_is_of_one_day_and_of_one_company(crm: Crm) {
        crm.configure(&json!({"daily_budget": 2})).await;
        crm.want(SENDER, "One").await;
        let id = crm.want(SENDER, "Two").await;
        let refusal = crm.ask(&json!({"to": SENDER, "body": "Three"})).await.problem(429);
        assert!(refusal["detail"].as_str().unwrap().contains("budget of 2"));
        let beta = json!({"to": SENDER, "body": "Of Beta"});
        crm.post_with_key("beta-1", BETA, &beta).await.json_with(201);
        // What is taken back is not spent.
        crm.act(ALPHA, &id, "cancel").await.json();
        assert_eq!(crm.get(ALPHA, "/api/settings/messaging").await.json()["used_today"], 1);
        crm.want(SENDER, "Three").await;
        crm.ask(&json!({"to": SENDER, "body": "Four"})).await.problem(429);
        crm.clock.advance(SignedDuration::from_hours(24));
        crm.want(SENDER, "Four").await;
        // A budget of none sends none.
        crm.configure(&json!({"daily_budget": 0})).await;
        crm.ask(&json!({"to": SENDER, "body": "Five"})).await.problem(429);
    }

    /// The budget first, then the text: whoever takes texts up waits for no one who waits for a budget.
    async fn taking_a_text_back_holds_it_only_once_it_has_the_budget(crm: Crm) {
        let id = crm.want(SENDER, "Hello").await;
        let mut tx = crm.state.database.db.begin().await.unwrap();
        let sql = "update outgoing_days set messages = messages where company_id = $1";
        tx.execute(sql, crm::args![crm.alpha().await]).await.unwrap();
        let other = async {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            let sql = "update outgoing set updated_at = updated_at where id = $1";
            let id: uuid::Uuid = id.parse().unwrap();
            tx.execute(sql, crm::args![id]).await.unwrap();
            tx.commit().await.unwrap();
        };
        let (canceled, ()) = tokio::join!(crm.act(ALPHA, &id, "cancel"), other);
        assert_eq!(canceled.json()["status"], "canceled");
        assert_eq!(crm.get(ALPHA, "/api/settings/messaging").await.json()["used_today"], 0);
    }

    async fn a_budget_holds_when_all_ask_at_once(crm: Crm) {
        crm.configure(&json!({"daily_budget": 3})).await;
        let body = json!({"to": SENDER, "body": "Hello"});
        let ask = || crm.ask(&body);
        let answers: [_; 6] = tokio::join!(ask(), ask(), ask(), ask(), ask(), ask()).into();
        let mut statuses = answers.map(|answer| answer.status);
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 201, 201, 429, 429, 429]);
    }

    async fn what_twilio_never_got_is_not_spent(crm: Crm) {
        crm.same_time().await;
        crm.configure(&json!({"rate": 100, "time_zone": "Pacific/Honolulu"})).await;
        let spent = async || {
            let settings = crm.get(ALPHA, "/api/settings/messaging").await.json();
            settings["used_today"].as_i64().unwrap()
        };
        let block = async |contact: &Value| {
            let path = format!("/api/contacts/{}/block", contact.as_str().unwrap());
            assert!(crm.request("PUT", ALPHA, &path, None).await.status < 300);
        };
        let blocked = crm.want(SENDER, "To somebody who is blocked then").await;
        block(&crm.message(&blocked).await["contact_id"]).await;
        crm.want(OTHER, "To somebody who says STOP then").await;
        crm.text(&sid("SM", 0xfff1), OTHER, ALPHA_LINE, "STOP").await;
        crm.work().await;
        assert!(crm.sent().is_empty());
        assert_eq!(spent().await, 0);
        // What Twilio has refused it has got; and what it may have got is spent.
        let refused = "+12025550146";
        crm.fake().opt_out(refused);
        crm.want(refused, "Refused").await;
        crm.wait(1).await;
        crm.work().await;
        assert_eq!(spent().await, 1);
        let lost = crm.want(THIRD, "Lost").await;
        crm.fake().fail_next(Fault::DropBefore);
        crm.wait(1).await;
        crm.work().await;
        block(&crm.message(&lost).await["contact_id"]).await;
        crm.minutes(5).await;
        assert_eq!(crm.message(&lost).await["status"], "failed");
        assert_eq!(spent().await, 2);
        // Too late; and without its line.
        crm.want("+12025550147", "Too late").await;
        crm.clock.advance(SignedDuration::from_hours(13));
        crm.work().await;
        assert_eq!(spent().await, 2);
        crm.want("+12025550148", "Without a line").await;
        let (lines, alpha) = (&crm.state.database.lines, crm.alpha().await);
        let line = lines.lines(alpha).await.unwrap().remove(0);
        lines.remove_line(alpha, line.id).await.unwrap();
        crm.clock.advance(SignedDuration::from_secs(1));
        crm.work().await;
        assert_eq!(spent().await, 2);
        assert!(crm.sent().is_empty());
    }

    async fn days_begin_where_the_company_is_unless_set_otherwise(crm: Crm) {
        let home = async |zone: Value| {
            let body = json!({"time_zone": zone});
            crm.patch(ALPHA, "/api/settings/company", &body).await.json()
        };
        let used = async || crm.get(ALPHA, "/api/settings/messaging").await.json()["used_today"].clone();
        home(json!("America/New_York")).await;
        crm.want(SENDER, "Hello").await;
        assert_eq!(used().await, 1);
        // It is 23:00 in New York, and 5:00 on the next day in Berlin.
        crm.clock.advance(SignedDuration::from_hours(13));
        assert_eq!(used().await, 1);
        crm.configure(&json!({"time_zone": "Europe/Berlin"})).await;
        assert_eq!(used().await, 0);
        crm.configure(&json!({"time_zone": null})).await;
        assert_eq!(used().await, 1);
        home(Value::Null).await;
        assert_eq!(used().await, 0, "UTC");
    }

    async fn settings_are_changed_one_by_one(crm: Crm) {
        let defaults = json!({
            "rate": 1, "daily_budget": 1000, "used_today": 0, "default_line_id": null,
            "time_zone": null,
        });
        let path = "/api/settings/messaging";
        assert_eq!(crm.get(ALPHA, path).await.json(), defaults);
        let line = crm.get(ALPHA, "/api/lines").await.items()[0]["id"].clone();
        crm.configure(&json!({"rate": 3, "time_zone": "Europe/Berlin"})).await;
        let changed = crm.configure(&json!({"default_line_id": line})).await;
        assert_eq!(changed["rate"], 3);
        assert_eq!((&changed["default_line_id"], &changed["time_zone"]), (&line, &json!("Europe/Berlin")));
        let back = crm.configure(&json!({"rate": null, "time_zone": null, "default_line_id": null})).await;
        assert_eq!(back, defaults);
        for wrong in [
            json!({"rate": 0}),
            json!({"rate": 226}),
            json!({"daily_budget": 1_000_001}),
            json!({"time_zone": "Mars/Olympus"}),
        ] {
            crm.patch(ALPHA, path, &wrong).await.problem(422);
        }
        for wrong in [json!({"rate": -1}), json!({"rate": "fast"}), json!({"pace": 1})] {
            crm.patch(ALPHA, path, &wrong).await.problem(400);
        }
        assert_eq!(crm.get(ALPHA, path).await.json(), defaults);
        assert_eq!(crm.get(BETA, path).await.json()["default_line_id"], Value::Null);
        crm.get("x", path).await.problem(401);
    }
}
