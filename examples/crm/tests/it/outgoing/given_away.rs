//! The line of a text goes to another company, or away, before it is known what became of the text.

use crm::messaging::{NewText, intent::To};
use serde_json::{Value, json};
use twilio_hooks::{store::Lines as _, testing::Fault};

use crate::support::{ALPHA, ALPHA_LINE, BETA, Crm, SENDER, on_both_databases, sid};

impl Crm {
    /// Alpha's line is Beta's from now on.
    async fn give_line_away(&self) {
        let lines = &self.state.database.lines;
        let mut line = lines.lines(self.alpha().await).await.unwrap().remove(0);
        let companies = self.state.database.settings.companies().await.unwrap();
        line.company_id = companies.iter().find(|it| it.name == "Beta").unwrap().id;
        lines.put_line(&line).await.unwrap();
    }

    async fn beta_learns_nothing_of(&self, text: &str) {
        let messages = self.get(BETA, "/api/messages").await;
        assert!(
            !messages.body.contains(text) && !messages.body.contains(SENDER),
            "{messages:?}"
        );
        assert!(
            messages
                .items()
                .iter()
                .all(|item| item["contact_id"] == Value::Null)
        );
        assert!(self.get(BETA, "/api/contacts").await.items().is_empty());
        self.deliver().await;
        assert!(
            self.get(BETA, "/api/notifications")
                .await
                .items()
                .is_empty()
        );
    }

    /// Twilio has taken a text, and the store does not have it yet.
    async fn has_taken(&self, id: &str, sid: &str) {
        let sql = "update outgoing set state = 'taken', due_at = $2, attempts = 1,
                       message_sid = $3 where id = $1";
        let id = id.parse::<uuid::Uuid>().unwrap();
        let args = crm::args![id, self.clock.now(), sid];
        self.state.database.db.execute(sql, args).await.unwrap();
    }

    /// It failed for good, and nobody works on it any more.
    async fn is_over_without_its_line(&self, id: &str, sid: &str) {
        let failed = self.message(id).await;
        assert_eq!(
            (&failed["status"], &failed["message_sid"]),
            (&json!("failed"), &json!(sid))
        );
        let meaning = failed["failure"]["meaning"].as_str().unwrap();
        assert!(meaning.contains("Twilio took it"), "{meaning}");
        assert_eq!(failed["failure"]["retryable"], false);
        self.minutes(10).await;
        assert_eq!(self.message(id).await, failed);
    }
}

on_both_databases! {
    async fn a_text_that_is_entered_while_its_line_is_removed_fails(crm: Crm) {
        let second = "+12025550188";
        crm.fake().add_number(second);
        let line = crm.add_line(&crm.account.0, second).await;
        let body = json!({"to": SENDER, "line_id": line, "body": "Hello"});
        crm.ask(&body).await.json_with(201);
        crm.work().await;
        let mut tx = crm.state.database.db.begin().await.unwrap();
        let to = To::Number(SENDER.to_owned());
        let text = NewText::new(crm.alpha().await, to, "And").with_line(line);
        let entered = crm.state.messaging.queue_in(&mut tx, &text).await.unwrap();
        let path = format!("/api/lines/{line}");
        let commit = async {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            tx.commit().await.unwrap();
        };
        let (removed, ()) = tokio::join!(crm.delete(ALPHA, &path), commit);
        assert_eq!(removed.status, 200);
        crm.wait(1).await;
        crm.work().await;
        assert_eq!(crm.message(&entered.id.to_string()).await["status"], "failed");
        assert_eq!(crm.sent(), ["Hello"]);
    }

    async fn a_text_of_unknown_outcome_fails_when_its_line_was_removed(crm: Crm) {
        crm.same_time().await;
        let second = "+12025550188";
        crm.fake().add_number(second);
        let line = crm.add_line(&crm.account.0, second).await;
        crm.fake().fail_next(Fault::DropBefore);
        let body = json!({"to": SENDER, "line_id": line, "body": "Hello"});
        let id = crm.ask(&body).await.json_with(201)["id"].as_str().unwrap().to_owned();
        crm.work().await;
        assert!(crm.message(&id).await["outgoing"]["delay"].as_str().unwrap().contains("looked up"));
        assert_eq!(crm.delete(ALPHA, &format!("/api/lines/{line}")).await.status, 200);
        crm.minutes(5).await;
        let failed = crm.message(&id).await;
        assert_eq!(failed["status"], "failed", "{failed}");
        assert!(failed["failure"]["meaning"].as_str().unwrap().contains("not yours"), "{failed}");
        assert!(crm.sent().is_empty());
    }

    async fn a_text_that_is_found_is_not_written_into_the_company_that_has_its_line_now(crm: Crm) {
        crm.same_time().await;
        crm.fake().fail_next(Fault::DropAfter);
        let id = crm.want(SENDER, "For Alpha's eyes only").await;
        crm.work().await;
        crm.give_line_away().await;
        crm.minutes(1).await;
        crm.beta_learns_nothing_of("eyes").await;
        let sid = crm.fake().messages()[0].sid.to_string();
        crm.is_over_without_its_line(&id, &sid).await;
        // Nor by the report.
        let params = [
            ("MessageSid", &*sid),
            ("MessageStatus", "failed"),
            ("From", ALPHA_LINE),
            ("To", SENDER),
        ];
        assert_eq!(crm.twilio(&format!("sms/status/{id}"), &params).await.status, 204);
        crm.beta_learns_nothing_of("eyes").await;
    }

    async fn a_text_is_not_written_there_by_what_is_found_in_twilios_list(crm: Crm) {
        crm.same_time().await;
        crm.fake().fail_next(Fault::DropAfter);
        let id = crm.want(SENDER, "For Alpha's eyes only").await;
        crm.work().await;
        crm.give_line_away().await;
        crm.minutes(1).await;
        let sid = crm.fake().messages()[0].sid.to_string();
        crm.is_over_without_its_line(&id, &sid).await;
        let reconcile = async || {
            let since = crm.clock.now() - jiff::SignedDuration::from_hours(24);
            let account = crm.fake().account_sid();
            crm.state.reconcile.run_now(&account, since).await.unwrap().unwrap().unwrap();
            crm.beta_learns_nothing_of("eyes").await;
        };
        reconcile().await;
        // Nor if nothing of it is there.
        let sql = "delete from sms where message_sid = $1";
        crm.state.database.db.execute(sql, crm::args![sid.as_str()]).await.unwrap();
        reconcile().await;
        assert!(crm.get(BETA, "/api/messages").await.items().is_empty());
    }

    async fn a_text_that_twilio_took_is_not_written_there_either(crm: Crm) {
        crm.same_time().await;
        let id = crm.want(SENDER, "For Alpha's eyes only").await;
        crm.has_taken(&id, &sid("SM", 0xfff1)).await;
        crm.give_line_away().await;
        crm.work().await;
        crm.beta_learns_nothing_of("eyes").await;
        crm.is_over_without_its_line(&id, &sid("SM", 0xfff1)).await;
    }

    async fn a_text_whose_line_is_nobodys_is_not_recorded_for_ever(crm: Crm) {
        crm.same_time().await;
        let id = crm.want(SENDER, "Hello").await;
        crm.has_taken(&id, &sid("SM", 0xfff1)).await;
        let (lines, alpha) = (&crm.state.database.lines, crm.alpha().await);
        let line = lines.lines(alpha).await.unwrap().remove(0);
        assert!(lines.remove_line(alpha, line.id).await.unwrap());
        crm.work().await;
        crm.is_over_without_its_line(&id, &sid("SM", 0xfff1)).await;
    }

    async fn a_text_that_was_recorded_before_its_line_went_stays_sent(crm: Crm) {
        crm.same_time().await;
        let id = crm.want(SENDER, "Hello").await;
        crm.work().await;
        let sid = crm.message(&id).await["message_sid"].as_str().unwrap().to_owned();
        // As if the process had died between the store and the last step.
        crm.has_taken(&id, &sid).await;
        crm.give_line_away().await;
        crm.work().await;
        let sent = crm.message(&id).await;
        assert_eq!((&sent["status"], &sent["body"]), (&json!("queued"), &json!("Hello")));
        crm.beta_learns_nothing_of("Hello").await;
        crm.minutes(5).await;
        assert_eq!(crm.message(&id).await, sent);
    }
    async fn a_line_that_was_removed_and_added_again_has_its_texts(crm: Crm) {
        crm.same_time().await;
        let id = crm.want(SENDER, "Hello").await;
        let contact = crm.message(&id).await["contact_id"].clone();
        crm.has_taken(&id, &sid("SM", 0xfff1)).await;
        let (lines, alpha) = (&crm.state.database.lines, crm.alpha().await);
        let line = lines.lines(alpha).await.unwrap().remove(0);
        lines.remove_line(alpha, line.id).await.unwrap();
        crm.add_line(line.account_sid.as_str(), ALPHA_LINE).await;
        crm.work().await;
        let sent = crm.message(&id).await;
        assert_eq!((&sent["status"], &sent["body"]), (&json!("queued"), &json!("Hello")));
        assert_eq!((&sent["message_sid"], &sent["contact_id"]), (&json!(sid("SM", 0xfff1)), &contact));
    }
}
