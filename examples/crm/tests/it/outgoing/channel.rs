//! Answers go the way that the contact has written: by SMS or by WhatsApp.

use jiff::Timestamp;
use serde_json::{Value, json};
use twilio_hooks::store::{Change, Direction, Interaction, MessageChange};
use twilio_hooks::testing::{Fault, MessageFate};

use crate::support::{ALPHA, ALPHA_LINE, Crm, SENDER, on_both_databases, sid};

fn whatsapp(number: &str) -> String {
    format!("whatsapp:{number}")
}

impl Crm {
    /// Somebody has written by WhatsApp.
    async fn wrote_by_whatsapp(&self, number: u32, then: Timestamp) {
        let text = MessageChange::new(sid("SM", number), Direction::Inbound)
            .with_parties(whatsapp(SENDER), whatsapp(ALPHA_LINE))
            .with_body("Hi");
        let change = Change::new(self.account.0.clone(), Interaction::Message(text), then);
        self.state.hooks.record(change).await.unwrap();
    }

    /// Somebody writes by WhatsApp; gives the contact.
    async fn writes_by_whatsapp(&self) -> Value {
        self.text(
            &sid("SM", 0xfff1),
            &whatsapp(SENDER),
            &whatsapp(ALPHA_LINE),
            "Hi!",
        )
        .await;
        self.get(ALPHA, "/api/contacts").await.items()[0]["id"].clone()
    }

    async fn answer(&self, contact: &Value, body: &str) -> Value {
        self.ask(&json!({"contact_id": contact, "body": body}))
            .await
            .json_with(201)
    }

    /// Who sent the last message that Twilio has to whom.
    fn last_parties(&self) -> (String, String) {
        let message = self.fake().messages().pop().unwrap();
        (
            message.from.unwrap().as_str().to_owned(),
            message.to.unwrap().as_str().to_owned(),
        )
    }
}

on_both_databases! {
    async fn an_answer_to_whatsapp_goes_by_whatsapp(crm: Crm) {
        let contact = crm.writes_by_whatsapp().await;
        let answer = crm.answer(&contact, "Yes?").await;
        assert_eq!(answer["from_address"], whatsapp(ALPHA_LINE));
        assert_eq!(answer["to_address"], whatsapp(SENDER));
        crm.work().await;
        assert_eq!(crm.last_parties(), (whatsapp(ALPHA_LINE), whatsapp(SENDER)));
        crm.settle().await;
        let sent = crm.message(answer["id"].as_str().unwrap()).await;
        assert_eq!((&sent["status"], &sent["contact_id"]), (&json!("delivered"), &contact));
        assert_eq!(sent["to_address"], whatsapp(SENDER));
        assert_eq!(crm.get(ALPHA, "/api/contacts").await.items().len(), 1);
        assert_eq!(crm.get(ALPHA, "/api/messages").await.items().len(), 2);
    }

    async fn a_new_text_to_a_number_is_an_sms_and_so_is_an_answer_to_one(crm: Crm) {
        crm.configure(&json!({"rate": 10})).await;
        let contact = crm.writes_by_whatsapp().await;
        let text = crm.ask(&json!({"to": SENDER, "body": "By SMS"})).await.json_with(201);
        assert_eq!((&text["to_address"], &text["contact_id"]), (&json!(SENDER), &contact));
        crm.work().await;
        assert_eq!(crm.last_parties(), (ALPHA_LINE.to_owned(), SENDER.to_owned()));
        // They have not written otherwise meanwhile.
        crm.wait(1).await;
        assert_eq!(crm.answer(&contact, "And?").await["to_address"], whatsapp(SENDER));
        crm.text(&sid("SM", 0xfff2), SENDER, ALPHA_LINE, "No WhatsApp here").await;
        assert_eq!(crm.answer(&contact, "All right").await["to_address"], SENDER);
    }

    async fn another_line_has_a_conversation_of_its_own(crm: Crm) {
        let contact = crm.writes_by_whatsapp().await;
        let second = "+12025550188";
        let line = crm.add_line(&crm.account.0.clone(), second).await;
        let body = json!({"contact_id": contact, "line_id": line, "body": "From elsewhere"});
        let text = crm.ask(&body).await.json_with(201);
        assert_eq!((&text["from_address"], &text["to_address"]), (&json!(second), &json!(SENDER)));
    }

    async fn a_messaging_service_sends_by_whatsapp_too(crm: Crm) {
        let service = crm.fake().add_messaging_service("Shop");
        let number = crm.fake().add_number("+12025550190");
        crm.fake().client().messaging_services().add_phone_number(&service, &number).await.unwrap();
        let line = crm.add_line(&crm.account.0.clone(), service.as_str()).await;
        let params = [
            ("MessageSid", &*sid("SM", 0xfff1)),
            ("MessagingServiceSid", service.as_str()),
            ("From", &*whatsapp(SENDER)),
            ("To", "whatsapp:+12025550190"),
            ("Body", "Hi!"),
        ];
        assert_eq!(crm.twilio("sms/incoming", &params).await.status, 200);
        let contact = crm.get(ALPHA, "/api/contacts").await.items()[0]["id"].clone();
        let body = json!({"contact_id": contact, "line_id": line, "body": "Yes?"});
        crm.ask(&body).await.json_with(201);
        crm.work().await;
        let request = crm.fake().requests().pop().unwrap();
        assert_eq!(request.form.get("To"), Some(&*whatsapp(SENDER)));
        assert_eq!(request.form.get("MessagingServiceSid"), Some(service.as_str()));
    }

    async fn lesson_14_a_lost_whatsapp_message_is_found_and_not_sent_twice(crm: Crm) {
        crm.same_time().await;
        let contact = crm.writes_by_whatsapp().await;
        crm.fake().fail_next(Fault::DropAfter);
        let answer = crm.answer(&contact, "Yes?").await;
        crm.work().await;
        crm.minutes(1).await;
        let found = crm.message(answer["id"].as_str().unwrap()).await;
        assert_eq!(found["message_sid"], crm.fake().messages()[0].sid.as_str());
        crm.minutes(5).await;
        assert_eq!(crm.sent(), ["Yes?"]);
    }

    async fn whatsapp_outside_its_window_is_refused_with_a_clear_reason(crm: Crm) {
        crm.fake().set_message_fate(whatsapp(SENDER), MessageFate::Failed(63016));
        let contact = crm.writes_by_whatsapp().await;
        let answer = crm.answer(&contact, "Still there?").await;
        crm.work().await;
        crm.settle().await;
        let failed = crm.message(answer["id"].as_str().unwrap()).await;
        assert_eq!((&failed["status"], &failed["failure"]["code"]), (&json!("failed"), &json!(63016)));
        let said = |field: &str| failed["failure"][field].as_str().unwrap().to_owned();
        assert!(said("meaning").contains("WhatsApp") && said("meaning").contains("24 hours"), "{failed}");
        assert!(said("advice").contains("SMS"), "{failed}");
        assert_eq!(failed["failure"]["retryable"], false);
    }

    async fn whatsapp_is_sent_again_once_the_person_has_written_again(crm: Crm) {
        let long_ago = crm.clock.now() - jiff::SignedDuration::from_hours(25);
        crm.wrote_by_whatsapp(0xfff1, long_ago).await;
        crm.fake().set_message_fate(whatsapp(SENDER), MessageFate::Failed(63016));
        let contact = crm.get(ALPHA, "/api/contacts").await.items()[0]["id"].clone();
        let answer = crm.answer(&contact, "Your order is ready").await;
        crm.work().await;
        crm.settle().await;
        let id = answer["id"].as_str().unwrap();
        let refusal = crm.act(ALPHA, id, "retry").await.problem(409);
        assert!(refusal["detail"].as_str().unwrap().contains("24 hours"), "{refusal}");
        // An SMS opens no window.
        let text = MessageChange::new(sid("SM", 0xfff2), Direction::Inbound)
            .with_parties(SENDER, ALPHA_LINE)
            .with_body("Hi");
        let change = Change::new(crm.account.0.clone(), Interaction::Message(text), crm.clock.now());
        crm.state.hooks.record(change).await.unwrap();
        crm.act(ALPHA, id, "retry").await.problem(409);
        crm.wrote_by_whatsapp(0xfff3, crm.clock.now()).await;
        crm.fake().set_message_fate(whatsapp(SENDER), MessageFate::Delivered);
        let again = crm.act(ALPHA, id, "retry").await.json_with(201);
        assert_eq!(again["to_address"], whatsapp(SENDER));
        crm.clock.advance(jiff::SignedDuration::from_secs(5));
        crm.work().await;
        crm.settle().await;
        assert_eq!(crm.message(again["id"].as_str().unwrap()).await["status"], "delivered");
    }

    async fn what_is_sent_again_goes_the_same_way(crm: Crm) {
        crm.fake().set_message_fate(whatsapp(SENDER), MessageFate::Undelivered(30003));
        let contact = crm.writes_by_whatsapp().await;
        let answer = crm.answer(&contact, "Yes?").await;
        crm.work().await;
        crm.settle().await;
        crm.text(&sid("SM", 0xfff2), SENDER, ALPHA_LINE, "No WhatsApp here").await;
        let again = crm.act(ALPHA, answer["id"].as_str().unwrap(), "retry").await.json_with(201);
        assert_eq!(again["to_address"], whatsapp(SENDER));
    }

    async fn other_channels_are_refused_with_a_reason(crm: Crm) {
        let account = crm.account.0.clone();
        for (number, from, line, name) in [
            (0xfff1, "messenger:1001", "messenger:2002", "Messenger"),
            (0xfff2, "rcs:+12025550143", "rcs:example_agent", "RCS"),
        ] {
            crm.clock.advance(jiff::SignedDuration::from_secs(1));
            crm.add_line(&account, line).await;
            crm.text(&sid("SM", number), from, line, "Hi!").await;
            let contact = crm.get(ALPHA, "/api/contacts").await.items()[0]["id"].clone();
            let refusal = crm.ask(&json!({"contact_id": contact, "body": "Yes?"})).await.problem(422);
            assert!(refusal["detail"].as_str().unwrap().contains(name), "{refusal}");
        }
        // By SMS they can be written to as everybody else.
        let lines = crm.get(ALPHA, "/api/lines").await.items();
        let line = lines.iter().find(|line| line["number"] == ALPHA_LINE).unwrap();
        let body = json!({"to": SENDER, "line_id": line["id"], "body": "By SMS"});
        assert_eq!(crm.ask(&body).await.json_with(201)["to_address"], SENDER);
    }
}
