//! What is found at Twilio late: whose it is, and that nobody is left who was not told.

use std::time::Duration;

use crm::args;
use jiff::SignedDuration;
use serde_json::{Value, json};
use twilio_hooks::{
    client::CreateMessage,
    store::Lines as _,
    testing::{CallFate, MessageFate},
};

use crate::{
    reconcile::{an_hour_ago, at, list, opted_out, reconcile, told},
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

/// How much handlers have still to hear of.
async fn untold(crm: &Crm) -> i64 {
    let sql = "select count(*) as count from reconcile_untold";
    let row = crm.state.database.db.row(sql, args![]).await.unwrap();
    row.unwrap().get("count").unwrap()
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

    async fn whoever_was_not_told_of_what_is_recorded_is_told_later_and_once(crm: Crm) {
        an_hour_ago(&crm).await;
        let fake = crm.fake();
        fake.set_message_fate(SENDER, MessageFate::Undelivered(30003));
        let sent = CreateMessage::new(SENDER).from(ALPHA_LINE).body("Hello");
        fake.client().messages().create(sent).await.unwrap();
        fake.settle().await;
        at(&crm, SignedDuration::from_mins(5)).await;
        let db = &crm.state.database.db;
        // The server stops between the record and the handler.
        db.execute("alter table company_settings rename to lost", args![]).await.unwrap();
        assert_eq!(reconcile(&crm).await, 1);
        db.execute("alter table lost rename to company_settings", args![]).await.unwrap();
        assert_eq!(list(&crm, "/api/messages").await[0]["status"], "undelivered");
        let failures = async || told(&crm).await.iter().filter(|it| *it == "delivery_failed").count();
        assert_eq!(failures().await, 0);
        // Whoever recorded it has some minutes to tell.
        crm.state.reconcile.tell_rest().await.unwrap();
        assert_eq!((failures().await, untold(&crm).await), (0, 1));
        for _ in 0..3 {
            crm.clock.advance(SignedDuration::from_mins(10));
            crm.state.reconcile.tell_rest().await.unwrap();
            assert_eq!((failures().await, untold(&crm).await), (1, 0));
        }
        assert_eq!(reconcile(&crm).await, 0);
        assert_eq!(failures().await, 1);
    }

    async fn a_stop_that_is_recorded_counts_although_the_server_stopped_right_then(crm: Crm) {
        an_hour_ago(&crm).await;
        crm.fake().add_incoming_message(SENDER, ALPHA_LINE, "STOP");
        at(&crm, SignedDuration::from_mins(5)).await;
        let db = &crm.state.database.db;
        db.execute("alter table consents rename to lost", args![]).await.unwrap();
        let since = crm.clock.now() - SignedDuration::from_hours(24);
        let account = crm.fake().account_sid();
        let run = crm.state.reconcile.run_now(&account, since).await.unwrap().unwrap();
        assert!(run.is_err());
        db.execute("alter table lost rename to consents", args![]).await.unwrap();
        assert!(!opted_out(&crm, ALPHA, SENDER).await);
        crm.clock.advance(SignedDuration::from_mins(10));
        crm.state.reconcile.tell_rest().await.unwrap();
        assert!(opted_out(&crm, ALPHA, SENDER).await);
        assert_eq!(untold(&crm).await, 0);
    }

    async fn handlers_that_hear_twice_tell_once(crm: Crm) {
        an_hour_ago(&crm).await;
        let fake = crm.fake();
        let call = fake.add_incoming_call(SENDER, ALPHA_LINE, CallFate::NoAnswer);
        crm.call(call.as_str(), SENDER, ALPHA_LINE).await;
        crate::reconcile::date(&crm, SignedDuration::from_mins(50)).await;
        assert_eq!(reconcile(&crm).await, 1);
        let seen = async || {
            crm.clock.advance(SignedDuration::from_secs(30));
            crm.work().await;
            let told = told(&crm).await;
            (told, list(&crm, "/api/calls").await)
        };
        let before = seen().await;
        assert!(before.0.iter().any(|it| it == "missed_call"), "{before:?}");
        assert_eq!(untold(&crm).await, 0);
        // It has told, and died before it noted that.
        let sql = "insert into reconcile_untold (account_sid, kind, sid, due_at)
                   values ($1, 'call', $2, $3)";
        let account = fake.account_sid();
        let args = args![account.as_str(), call.as_str(), crm.clock.now()];
        crm.state.database.db.execute(sql, args).await.unwrap();
        crm.state.reconcile.tell_rest().await.unwrap();
        assert_eq!((seen().await, untold(&crm).await), (before, 0));
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
