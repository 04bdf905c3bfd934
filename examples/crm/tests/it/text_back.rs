//! The text for a missed call: once, and only to those who may get it.

use jiff::SignedDuration;
use serde_json::{Value, json};
use twilio_hooks::Address;

use crate::{
    desk::contact,
    support::{ALPHA, ALPHA_LINE, BETA_LINE, Crm, SENDER, on_both_databases, sid},
};

const BODY: &str = "Sorry we missed you. How can we help?";

/// Alpha's line rings in Ana's office, and who is missed there gets a text.
async fn texts_back(crm: &Crm) {
    let rule = json!({"mode": "office", "text_back": BODY});
    crm.ana(&rule).await;
}

/// Somebody calls and hangs up; what came of it is told, and nothing is sent yet.
async fn misses(crm: &Crm, from: &str) {
    let mut call = crm.caller().from(from).call().await.unwrap();
    call.hangs_up().await.unwrap();
    crm.clock.advance(SignedDuration::from_secs(30));
    crm.work().await;
}

/// The numbers that texts were kept for, in any state.
async fn kept(crm: &Crm) -> Vec<String> {
    let sql = "select to_address from outgoing where automatic order by id";
    let rows = crm.state.database.db.rows(sql, vec![]).await.unwrap();
    rows.iter()
        .map(|row| row.get("to_address").unwrap())
        .collect()
}

/// Who is known to have got one.
async fn noted(crm: &Crm) -> Vec<String> {
    let sql = "select address from text_backs order by address";
    let rows = crm.state.database.db.rows(sql, vec![]).await.unwrap();
    rows.iter().map(|row| row.get("address").unwrap()).collect()
}

/// How many calls are not settled.
async fn open(crm: &Crm) -> usize {
    let sql = "select call_id from call_flows where settled_at is null";
    let rows = crm.state.database.db.rows(sql, vec![]).await;
    rows.unwrap().len()
}

async fn told(crm: &Crm, topic: &str) -> usize {
    let topics = crm.topics().await;
    topics.iter().filter(|it| *it == topic).count()
}

on_both_databases! {
    async fn the_text_waits_in_the_queue_and_is_sent_by_the_line_that_was_called(crm: Crm) {
        texts_back(&crm).await;
        misses(&crm, SENDER).await;
        let messages = crm.get(ALPHA, "/api/messages").await.items();
        assert_eq!(messages.len(), 1, "{messages:?}");
        let waiting = &messages[0];
        assert_eq!((&waiting["status"], &waiting["body"]), (&json!("queued"), &json!(BODY)));
        assert_eq!(waiting["message_sid"], Value::Null);
        assert_eq!(waiting["outgoing"]["automatic"], true);
        assert_eq!(waiting["contact_id"], contact(&crm, SENDER).await);
        assert_eq!(crm.fake().messages().len(), 0);
        assert_eq!((noted(&crm).await, open(&crm).await), (vec![SENDER.to_owned()], 0));

        crm.work().await;
        let sent = crm.fake().messages();
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].body.as_deref(), Some(BODY));
        assert_eq!(sent[0].from, Some(Address::from(ALPHA_LINE)));
        assert_eq!(sent[0].to, Some(Address::from(SENDER)));
        crm.settle().await;
        let messages = crm.get(ALPHA, "/api/messages").await.items();
        assert_eq!(messages.len(), 1);
        assert_eq!((&messages[0]["id"], &messages[0]["status"]), (&waiting["id"], &json!("delivered")));
        assert_eq!(kept(&crm).await, [SENDER]);
    }

    async fn a_missed_caller_gets_one_text_in_an_hour(crm: Crm) {
        texts_back(&crm).await;
        let missed = async |from: &str| {
            misses(&crm, from).await;
            crm.work().await;
            crm.fake().messages().len()
        };
        assert_eq!(missed(SENDER).await, 1);
        assert_eq!(missed(SENDER).await, 1, "not again at once");
        assert_eq!(missed("+12025550144").await, 2);
        crm.clock.advance(SignedDuration::from_hours(1));
        assert_eq!(missed(SENDER).await, 3);
        // Who has talked is not texted.
        let mut call = crm.caller().from("+12025550145").call().await.unwrap();
        call.somebody_answers().await.unwrap();
        call.hangs_up().await.unwrap();
        crm.work().await;
        crm.work().await;
        assert_eq!(crm.fake().messages().len(), 3);
        assert_eq!(kept(&crm).await, [SENDER, "+12025550144", SENDER]);
    }

    async fn the_text_is_an_sms_also_to_who_once_wrote_by_whatsapp(crm: Crm) {
        texts_back(&crm).await;
        let whatsapp = |number| format!("whatsapp:{number}");
        crm.text(&sid("SM", 1), &whatsapp(SENDER), &whatsapp(ALPHA_LINE), "Hi!").await;
        crm.clock.advance(SignedDuration::from_hours(72));
        misses(&crm, SENDER).await;
        crm.work().await;
        let sent = crm.fake().messages().pop().unwrap();
        assert_eq!((sent.from, sent.to), (Some(Address::from(ALPHA_LINE)), Some(Address::from(SENDER))));
    }

    async fn several_servers_send_one_text(crm: Crm) {
        texts_back(&crm).await;
        let mut call = crm.caller().call().await.unwrap();
        call.hangs_up().await.unwrap();
        let work = || crm.state.jobs.run_once(crm.clock.now());
        let (one, other, third) = tokio::join!(work(), work(), work());
        one.and(other).and(third).unwrap();
        assert_eq!(kept(&crm).await, [SENDER]);
        // Long after, the call is still settled.
        crm.clock.advance(SignedDuration::from_hours(2));
        for _ in 0..3 {
            crm.work().await;
        }
        assert_eq!(kept(&crm).await, [SENDER]);
        assert_eq!(crm.fake().messages().len(), 1);
        assert_eq!(told(&crm, "missed_call").await, 1);
    }

    async fn nobody_is_texted_who_has_no_number_for_it(crm: Crm) {
        texts_back(&crm).await;
        let nowhere = ["+266696687", "anonymous", "12345", BETA_LINE, ALPHA_LINE];
        for from in nowhere {
            misses(&crm, from).await;
            assert_eq!((kept(&crm).await, open(&crm).await), (vec![], 0), "{from}");
        }
        assert_eq!(noted(&crm).await, [""; 0]);
        assert_eq!(told(&crm, "missed_call").await, nowhere.len());
    }

    async fn who_wants_no_texts_gets_none_and_the_next_one_when_that_ends(crm: Crm) {
        texts_back(&crm).await;
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "STOP").await;
        misses(&crm, SENDER).await;
        assert_eq!((kept(&crm).await, noted(&crm).await), (vec![], vec![]));
        assert_eq!(told(&crm, "missed_call").await, 1, "our people call back");
        crm.text(&sid("SM", 2), SENDER, ALPHA_LINE, "START").await;
        misses(&crm, SENDER).await;
        assert_eq!(kept(&crm).await, [SENDER]);

        let other = "+12025550144";
        crm.text(&sid("SM", 3), other, ALPHA_LINE, "Please do not text me.").await;
        let path = format!("/api/contacts/{}/consent", contact(&crm, other).await);
        crm.put(ALPHA, &path, &json!({"opted_out": true})).await.json();
        misses(&crm, other).await;
        assert_eq!(kept(&crm).await, [SENDER]);
        assert_eq!(noted(&crm).await, [SENDER]);
    }

    async fn who_is_blocked_while_it_rings_gets_no_text(crm: Crm) {
        texts_back(&crm).await;
        let mut call = crm.caller().call().await.unwrap();
        let path = format!("/api/contacts/{}/block", contact(&crm, SENDER).await);
        crm.put(ALPHA, &path, &json!({})).await.json();
        call.hangs_up().await.unwrap();
        assert_eq!(told(&crm, "missed_call").await, 0);
        assert_eq!((kept(&crm).await, noted(&crm).await, open(&crm).await), (vec![], vec![], 0));
        crm.delete(ALPHA, &path).await;
        misses(&crm, SENDER).await;
        assert_eq!(kept(&crm).await, [SENDER]);
    }

    async fn without_budget_the_call_is_told_and_the_text_is_not_made_up_for(crm: Crm) {
        texts_back(&crm).await;
        let path = "/api/settings/messaging";
        crm.patch(ALPHA, path, &json!({"daily_budget": 0})).await.json();
        misses(&crm, SENDER).await;
        assert_eq!((kept(&crm).await, noted(&crm).await, open(&crm).await), (vec![], vec![], 0));
        assert_eq!(told(&crm, "missed_call").await, 1);
        crm.patch(ALPHA, path, &json!({"daily_budget": 9})).await.json();
        crm.work().await;
        assert_eq!(kept(&crm).await, [""; 0]);
        misses(&crm, SENDER).await;
        assert_eq!(kept(&crm).await, [SENDER]);
    }
}
