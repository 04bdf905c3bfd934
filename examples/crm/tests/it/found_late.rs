//! What is found at Twilio late: whose it is, and that nobody is left who was not told.

use std::time::Duration;

use crm::args;
use jiff::SignedDuration;
use serde_json::{Value, json};
use twilio_hooks::{client::CreateMessage, store::Lines as _, testing::CallFate};

use crate::{
    reconcile::{an_hour_ago, at, list, reconcile},
    support::{ALPHA, ALPHA_LINE, BETA, Crm, SENDER, on_both_databases},
};

impl Crm {
    /// Alpha's line has been Beta's for half an hour.
    async fn line_was_given_away(&self) {
        let db = &self.state.database;
        let mut line = db.lines.lines(self.alpha().await).await.unwrap().remove(0);
        line.company_id = self.company("Beta").await;
        db.lines.put_line(&line).await.unwrap();
        let then = self.clock.now() - SignedDuration::from_mins(30);
        let sql = "update line_owners set since = $1 where address = $2 and company_id = $3";
        let args = args![then, ALPHA_LINE, line.company_id];
        assert_eq!(db.db.execute(sql, args).await.unwrap(), 1);
    }
}

async fn talk(crm: &Crm, words: &str) {
    let fake = crm.fake();
    fake.add_incoming_message(SENDER, ALPHA_LINE, words);
    let call = fake.add_incoming_call(
        SENDER,
        ALPHA_LINE,
        CallFate::Completed(Duration::from_secs(30)),
    );
    fake.add_recording(&call, Duration::from_secs(25));
    let sent = CreateMessage::new(SENDER).from(ALPHA_LINE).body(words);
    fake.client().messages().create(sent).await.unwrap();
    fake.settle().await;
}

on_both_databases! {
    async fn what_was_said_before_a_line_was_given_away_is_not_found_for_its_next_company(crm: Crm) {
        an_hour_ago(&crm).await;
        talk(&crm, "For Alpha").await;
        crm.line_was_given_away().await;
        at(&crm, SignedDuration::from_mins(20)).await;
        talk(&crm, "For Beta").await;
        at(&crm, SignedDuration::from_mins(5)).await;
        reconcile(&crm).await;
        for _ in 0..2 {
            let messages = crm.get(BETA, "/api/messages").await;
            assert!(!messages.body.contains("For Alpha"), "{messages:?}");
            let texts: Vec<_> = messages.items().iter().map(|it| it["body"].clone()).collect();
            assert_eq!(texts, ["For Beta", "For Beta"]);
            assert_eq!(crm.get(BETA, "/api/calls").await.items().len(), 1);
            assert_eq!(crm.get(BETA, "/api/recordings").await.items().len(), 1);
            assert_eq!(crm.get(BETA, "/api/threads").await.items().len(), 1);
            assert_eq!(list(&crm, "/api/messages").await, Vec::<Value>::new());
            // Looked at again, it is the same.
            crm.clock.advance(SignedDuration::from_mins(10));
            assert_eq!(reconcile(&crm).await, 0);
        }
    }

    async fn what_a_company_knows_already_is_completed_after_its_line_is_gone(crm: Crm) {
        an_hour_ago(&crm).await;
        let fake = crm.fake();
        let call = fake.add_incoming_call(SENDER, ALPHA_LINE, CallFate::Completed(Duration::from_secs(30)));
        crm.call(call.as_str(), SENDER, ALPHA_LINE).await;
        crate::reconcile::date(&crm, SignedDuration::from_mins(50)).await;
        crm.line_was_given_away().await;
        at(&crm, SignedDuration::from_mins(5)).await;
        assert_eq!(reconcile(&crm).await, 1);
        let calls = list(&crm, "/api/calls").await;
        assert_eq!((&calls[0]["status"], &calls[0]["duration"]), (&json!("completed"), &json!(30)));
        assert!(crm.get(BETA, "/api/calls").await.items().is_empty());
    }

    async fn what_nobody_owned_then_goes_to_who_has_the_line_now(crm: Crm) {
        an_hour_ago(&crm).await;
        let (lines, alpha) = (&crm.state.database.lines, crm.alpha().await);
        let line = lines.lines(alpha).await.unwrap().remove(0);
        lines.remove_line(alpha, line.id).await.unwrap();
        let sql = "update line_owners set since = $1 where company_id is null";
        let then = crm.clock.now() - SignedDuration::from_hours(2);
        crm.state.database.db.execute(sql, args![then]).await.unwrap();
        crm.fake().add_incoming_message(SENDER, ALPHA_LINE, "Is anybody there?");
        lines.put_line(&line).await.unwrap();
        at(&crm, SignedDuration::from_mins(5)).await;
        assert_eq!(reconcile(&crm).await, 1);
        assert_eq!(list(&crm, "/api/messages").await[0]["body"], "Is anybody there?");
        assert_eq!(crm.get(ALPHA, "/api/threads").await.items().len(), 1);
    }
}
