//! Automatic replies, which Twilio gets with our answer to a text: texts like any other.

use jiff::SignedDuration;
use serde_json::{Value, json};
use twilio_hooks::testing::{MessageFate, texting::Texter};

use crate::support::{ALPHA, ALPHA_LINE, Crm, PUBLIC_URL, SENDER, on_both_databases, sid};

use super::OTHER;

impl Crm {
    /// Somebody who writes to Alpha.
    pub(crate) fn texter(&self, from: &str) -> Texter {
        let url = format!("{PUBLIC_URL}/api/webhooks/twilio/sms/incoming");
        self.fake()
            .texter(self.app.clone(), &url)
            .from(from)
            .to(ALPHA_LINE)
    }

    async fn always_answers(&self, text: &str) {
        let rule = json!({"enabled": true, "when": "always", "body": text, "every_minutes": 1,
            "per_day": 100});
        self.put(ALPHA, "/api/settings/auto-reply", &rule)
            .await
            .json();
    }

    /// What Alpha has sent, as it is listed.
    pub(crate) async fn outbound(&self) -> Vec<Value> {
        let mut items = self.get(ALPHA, "/api/messages").await.items();
        items.retain(|it| it["direction"] == "outbound");
        items
    }

    async fn used(&self) -> Value {
        let settings = self.get(ALPHA, "/api/settings/messaging").await.json();
        settings["used_today"].clone()
    }

    /// The bodies of what Twilio got from us, oldest first.
    fn sent_by_us(&self) -> Vec<String> {
        let mut messages = self.fake().messages();
        messages.retain(|it| {
            it.from
                .as_ref()
                .is_some_and(|from| from.as_str() == ALPHA_LINE)
        });
        messages.into_iter().filter_map(|it| it.body).collect()
    }

    /// The titles of what admins were told about automatic replies.
    async fn warned(&self) -> Vec<String> {
        let told = self.told().await.into_iter();
        told.filter(|(kind, _)| kind == "setup_problem")
            .map(|(_, title)| title)
            .collect()
    }
}

on_both_databases! {
    async fn an_automatic_reply_is_a_text_with_a_status(crm: Crm) {
        crm.same_time().await;
        crm.always_answers("Thanks").await;
        let mut ana = crm.texter(SENDER);
        ana.texts("Hello").await.unwrap().receives("Thanks").unwrap();
        let [waiting] = <[Value; 1]>::try_from(crm.outbound().await).unwrap();
        assert_eq!((&waiting["status"], &waiting["body"]), (&json!("queued"), &json!("Thanks")));
        assert_eq!((&waiting["from_address"], &waiting["to_address"]), (&json!(ALPHA_LINE), &json!(SENDER)));
        assert_eq!((&waiting["outgoing"]["automatic"], &waiting["user_id"]), (&json!(true), &Value::Null));
        assert_eq!(waiting["message_sid"], Value::Null);
        assert!(waiting["outgoing"]["delay"].as_str().unwrap().contains("has not said yet"));
        assert_eq!(crm.used().await, 1);
        crm.settle().await;
        let [sent] = <[Value; 1]>::try_from(crm.outbound().await).unwrap();
        assert_eq!((&sent["id"], &sent["status"]), (&waiting["id"], &json!("delivered")));
        assert_eq!((&sent["outgoing"]["automatic"], &sent["outgoing"]["delay"]), (&json!(true), &Value::Null));
        assert_eq!((&sent["contact_id"], &sent["body"]), (&waiting["contact_id"], &json!("Thanks")));
        assert!(sent["message_sid"].is_string());
        // Nobody sends it again.
        crm.work().await;
        assert_eq!(crm.sent_by_us(), ["Thanks"]);
        assert_eq!(crm.used().await, 1);
    }

    async fn an_automatic_reply_that_fails_says_why(crm: Crm) {
        crm.same_time().await;
        crm.always_answers("Thanks").await;
        crm.fake().set_message_fate(SENDER, MessageFate::Undelivered(30005));
        crm.texter(SENDER).texts("Hello").await.unwrap();
        crm.settle().await;
        let [failed] = <[Value; 1]>::try_from(crm.outbound().await).unwrap();
        assert_eq!((&failed["status"], &failed["failure"]["code"]), (&json!("undelivered"), &json!(30005)));
        for words in ["meaning", "advice"] {
            assert!(!failed["failure"][words].as_str().unwrap().is_empty());
        }
        let told = crm.told().await;
        assert_eq!(told.iter().filter(|(kind, _)| kind == "delivery_failed").count(), 1, "{told:?}");
    }

    async fn lesson_14_a_reply_that_twilio_never_reports_on_is_not_sent_again(crm: Crm) {
        crm.same_time().await;
        crm.always_answers("Thanks").await;
        crm.texter(SENDER).texts("Hello").await.unwrap();
        let id = crm.outbound().await[0]["id"].as_str().unwrap().to_owned();
        // What Twilio reports gets lost.
        for minutes in [1, 5, 60, 10 * 60] {
            crm.wait(minutes * 60).await;
            crm.work().await;
        }
        crm.act(ALPHA, &id, "retry").await.problem(409);
        crm.act(ALPHA, &id, "cancel").await.problem(409);
        assert_eq!(crm.sent_by_us(), ["Thanks"]);
        assert_eq!(crm.outbound().await.len(), 1);
        assert_eq!(crm.message(&id).await["status"], "queued");
        // People do not wait for it for ever.
        for minutes in [60, 12 * 60] {
            crm.wait(minutes * 60).await;
            crm.work().await;
            let failed = crm.message(&id).await;
            assert_eq!((&failed["status"], &failed["failure"]["retryable"]), (&json!("failed"), &json!(false)));
            assert!(failed["failure"]["meaning"].as_str().unwrap().contains("may not have been sent"));
            let told = crm.told().await.into_iter();
            assert_eq!(told.filter(|(kind, _)| kind == "delivery_failed").count(), 1);
        }
        crm.act(ALPHA, &id, "retry").await.problem(409);
        assert_eq!(crm.sent_by_us(), ["Thanks"]);
        // In Twilio's list it is found, and is not there twice.
        let since = crm.clock.now() - SignedDuration::from_hours(48);
        let account = crm.fake().account_sid();
        crm.state.reconcile.run_now(&account, since).await.unwrap();
        for _ in 0..2 {
            let [found] = <[Value; 1]>::try_from(crm.outbound().await).unwrap();
            assert_eq!((&found["id"], &found["status"]), (&json!(id), &json!("delivered")));
            assert_eq!(found["outgoing"]["automatic"], true);
            crm.work().await;
        }
        assert_eq!(crm.message(&id).await["outgoing"]["delay"], Value::Null);
        assert_eq!(crm.sent_by_us(), ["Thanks"]);
    }

    async fn a_report_after_a_day_is_still_of_the_reply(crm: Crm) {
        crm.same_time().await;
        crm.always_answers("Thanks").await;
        crm.texter(SENDER).texts("Hello").await.unwrap();
        let id = crm.outbound().await[0]["id"].as_str().unwrap().to_owned();
        crm.clock.advance(SignedDuration::from_hours(24));
        crm.work().await;
        assert_eq!(crm.message(&id).await["status"], "failed");
        crm.settle().await;
        crm.work().await;
        let [reply] = <[Value; 1]>::try_from(crm.outbound().await).unwrap();
        assert_eq!((&reply["id"], &reply["status"]), (&json!(id), &json!("delivered")));
        assert_eq!(reply["failure"], Value::Null);
    }

    async fn reports_to_both_urls_of_a_reply_are_of_one_text(crm: Crm) {
        crm.same_time().await;
        crm.always_answers("Thanks").await;
        crm.texter(SENDER).texts("Hello").await.unwrap();
        crm.settle().await;
        let [reply] = <[Value; 1]>::try_from(crm.outbound().await).unwrap();
        let (id, sid) = (reply["id"].as_str().unwrap(), reply["message_sid"].as_str().unwrap());
        // What `action` is asked, after `statusCallback` was.
        for status in ["sent", "delivered"] {
            let params = [
                ("MessageSid", sid),
                ("SmsSid", sid),
                ("MessageStatus", status),
                ("SmsStatus", status),
                ("From", ALPHA_LINE),
                ("To", SENDER),
            ];
            assert_eq!(crm.twilio(&format!("sms/status/{id}"), &params).await.status, 204);
        }
        assert_eq!(crm.outbound().await, [reply]);
    }

    async fn automatic_replies_are_of_the_budget_that_all_texts_share(crm: Crm) {
        crm.always_answers("Thanks").await;
        crm.configure(&json!({"daily_budget": 2})).await;
        crm.want(OTHER, "Hello").await;
        let mut ana = crm.texter(SENDER);
        ana.texts("One").await.unwrap().receives("Thanks").unwrap();
        assert_eq!(crm.used().await, 2);
        crm.ask(&json!({"to": OTHER, "body": "Again"})).await.problem(429);
        for text in ["Two", "Three"] {
            crm.clock.advance(SignedDuration::from_mins(2));
            ana.texts(text).await.unwrap().receives_nothing().unwrap();
        }
        assert_eq!(crm.used().await, 2);
        let preview = crm.post(ALPHA, "/api/settings/auto-reply/preview", &json!({})).await.json();
        assert_eq!(preview["decision"], "budget");
        // It is told once a day.
        let warned = crm.warned().await;
        assert_eq!(warned.len(), 1, "{warned:?}");
        crm.clock.advance(SignedDuration::from_hours(24));
        ana.texts("Four").await.unwrap().receives("Thanks").unwrap();
        crm.configure(&json!({"daily_budget": 0})).await;
        crm.clock.advance(SignedDuration::from_mins(2));
        ana.texts("Five").await.unwrap().receives_nothing().unwrap();
        assert_eq!(crm.warned().await.len(), 2);
    }

    async fn lesson_22_a_loop_is_told_once_in_a_period(crm: Crm) {
        crm.always_answers("Thanks").await;
        let mut robot = crm.texter(SENDER);
        for _ in 0..6 {
            robot.texts("I am not here").await.unwrap();
            crm.clock.advance(SignedDuration::from_mins(2));
        }
        let warned = crm.warned().await;
        assert_eq!(warned.len(), 1, "{warned:?}");
        assert!(!warned[0].contains("I am not here"));
        crm.clock.advance(SignedDuration::from_hours(24));
        for _ in 0..5 {
            robot.texts("I am not here").await.unwrap();
            crm.clock.advance(SignedDuration::from_mins(2));
        }
        assert_eq!(crm.warned().await.len(), 2);
    }

    async fn lesson_24_an_automatic_reply_is_of_the_pace_of_its_line(crm: Crm) {
        crm.always_answers("Thanks").await;
        crm.texter(SENDER).texts("Hello").await.unwrap();
        crm.want(OTHER, "After that").await;
        crm.work().await;
        assert_eq!(crm.sent_by_us(), ["Thanks"]);
        crm.wait(1).await;
        crm.work().await;
        assert_eq!(crm.sent_by_us(), ["Thanks", "After that"]);
    }

    async fn lesson_23_who_writes_is_not_interrupted_before_twilio_has_the_text(crm: Crm) {
        crm.always_answers("Thanks").await;
        crm.want(SENDER, "I am looking into it").await;
        let mut ana = crm.texter(SENDER);
        ana.texts("Any news?").await.unwrap().receives_nothing().unwrap();
        // What no person has written interrupts nobody.
        let mut bo = crm.texter(OTHER);
        bo.texts("Hello").await.unwrap().receives("Thanks").unwrap();
        crm.settle().await;
        crm.clock.advance(SignedDuration::from_mins(1));
        bo.texts("Hello?").await.unwrap().receives("Thanks").unwrap();
    }

    async fn who_was_answered_can_be_erased(crm: Crm) {
        crm.always_answers("Thanks swordfish").await;
        let mut ana = crm.texter(SENDER);
        ana.texts("Hello").await.unwrap();
        let contact = crm.outbound().await[0]["contact_id"].clone();
        let path = format!("/api/contacts/{}", contact.as_str().unwrap());
        assert_eq!(crm.delete(ALPHA, &path).await.status, 204);
        assert!(!crm.get(ALPHA, "/api/messages").await.body.contains("swordfish"));
        // What Twilio says of the answer after that does not bring the number back for long.
        crm.settle().await;
        crm.work().await;
        assert!(crm.get(ALPHA, "/api/contacts").await.items().is_empty());
        let messages = crm.get(ALPHA, "/api/messages").await;
        assert!(!messages.body.contains(SENDER), "{messages:?}");
    }

    async fn an_automatic_reply_by_whatsapp_that_failed_is_sent_again_by_whatsapp(crm: Crm) {
        crm.same_time().await;
        crm.always_answers("Thanks").await;
        let (ours, theirs) = (format!("whatsapp:{ALPHA_LINE}"), format!("whatsapp:{SENDER}"));
        let incoming = [
            ("MessageSid", &*sid("SM", 0xfff1)), ("From", &theirs), ("To", &ours), ("Body", "Hello"),
        ];
        assert_eq!(crm.twilio("sms/incoming", &incoming).await.status, 200);
        let id = crm.outbound().await[0]["id"].as_str().unwrap().to_owned();
        let report = [
            ("MessageSid", &*sid("SM", 0xfff2)), ("From", &ours), ("To", &theirs),
            ("MessageStatus", "undelivered"), ("ErrorCode", "30003"),
        ];
        assert_eq!(crm.twilio(&format!("sms/status/{id}"), &report).await.status, 204);
        assert_eq!(crm.message(&id).await["failure"]["retryable"], true);
        let again = crm.act(ALPHA, &id, "retry").await.json_with(201);
        assert_eq!((&again["from_address"], &again["to_address"]), (&json!(ours), &json!(theirs)));
        assert_eq!((&again["body"], &again["outgoing"]["automatic"]), (&json!("Thanks"), &json!(false)));
        crm.clock.advance(SignedDuration::from_secs(5));
        crm.work().await;
        crm.settle().await;
        assert_eq!(crm.message(again["id"].as_str().unwrap()).await["status"], "delivered");
    }
}
