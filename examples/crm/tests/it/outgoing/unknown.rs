//! Twilio's answer is lost, or ours to ourselves: nothing is sent twice, and nothing is forgotten.

use std::time::Duration;

use crm::{app::AppState, database::Database};
use serde_json::{Value, json};
use twilio_hooks::testing::{Fault, MessageFate};

use crate::support::{ALPHA, ALPHA_LINE, BETA, Crm, SENDER, on_both_databases, sid, soon};

use super::{OTHER, THIRD};

impl Crm {
    /// Lets everything be done that is due within some minutes, at Twilio and here. Reports get lost.
    pub(crate) async fn minutes(&self, minutes: i64) {
        for _ in 0..minutes * 6 {
            self.wait(10).await;
            self.work().await;
        }
    }

    /// Starts the work and kills it as soon as Twilio has been asked.
    async fn die_while_asking(&self) {
        let asked = self.fake().requests().len();
        let (jobs, now) = (self.state.jobs.clone(), self.clock.now());
        let server = tokio::spawn(async move { jobs.run_once(now).await });
        soon(async {
            while self.fake().requests().len() == asked {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
        server.abort();
        assert!(server.await.unwrap_err().is_cancelled());
    }
}

on_both_databases! {
    async fn lesson_14_a_text_that_twilio_took_without_an_answer_is_found(crm: Crm) {
        crm.same_time().await;
        for fault in [Fault::DropAfter, Fault::Garbage] {
            let before = crm.fake().messages().len();
            crm.fake().fail_next(fault);
            let id = crm.want(SENDER, &format!("Hello {before}")).await;
            crm.work().await;
            let waiting = crm.message(&id).await;
            assert_eq!(waiting["status"], "queued");
            assert!(waiting["outgoing"]["delay"].as_str().unwrap().contains("looked up"));
            assert_eq!(waiting["outgoing"]["cancelable"], false);
            crm.act(ALPHA, &id, "cancel").await.problem(409);
            crm.minutes(1).await;
            assert_eq!(crm.fake().messages().len(), before + 1);
            let found = crm.message(&id).await;
            assert_eq!(found["message_sid"], crm.fake().messages()[before].sid.as_str());
            assert_eq!(found["status"], "delivered");
            assert_eq!(found["outgoing"]["delay"], Value::Null);
            crm.minutes(5).await;
            assert_eq!(crm.fake().messages().len(), before + 1);
        }
    }

    async fn lesson_14_a_text_that_twilio_never_got_is_sent_again_after_a_while(crm: Crm) {
        crm.same_time().await;
        crm.fake().fail_next(Fault::DropBefore);
        let id = crm.want(SENDER, "Hello").await;
        crm.work().await;
        crm.minutes(1).await;
        assert!(crm.fake().messages().is_empty(), "it may still be on its way");
        crm.minutes(3).await;
        assert_eq!(crm.sent(), ["Hello"]);
        let looks = crm.fake().requests().iter().filter(|request| request.method == "GET").count();
        assert!(looks >= 2, "{looks}");
        assert!(crm.message(&id).await["message_sid"].is_string());
        crm.minutes(5).await;
        assert_eq!(crm.sent(), ["Hello"]);
    }

    async fn lesson_14_a_server_error_of_twilio_is_no_reason_to_send_twice(crm: Crm) {
        crm.same_time().await;
        crm.fake().fail_next(Fault::Status(http::StatusCode::BAD_GATEWAY));
        let id = crm.want(SENDER, "Hello").await;
        crm.work().await;
        assert!(crm.message(&id).await["outgoing"]["delay"].is_string());
        crm.minutes(4).await;
        assert_eq!(crm.sent(), ["Hello"]);
        assert!(crm.message(&id).await["message_sid"].is_string());
    }

    async fn lesson_14_who_dies_between_asking_and_the_answer_sends_nothing_twice(crm: Crm) {
        crm.same_time().await;
        crm.fake().fail_next(Fault::HangAfter);
        let taken = crm.want(SENDER, "Taken").await;
        crm.die_while_asking().await;
        crm.wait(2).await;
        crm.fake().fail_next(Fault::HangBefore);
        let lost = crm.want(OTHER, "Lost").await;
        crm.die_while_asking().await;
        assert_eq!(crm.sent(), ["Taken"]);
        crm.minutes(10).await;
        assert_eq!(crm.sent(), ["Taken", "Lost"]);
        for id in [taken, lost] {
            assert!(crm.message(&id).await["message_sid"].is_string());
        }
    }

    async fn lesson_12_a_report_that_overtakes_our_own_commit_finds_its_row(crm: Crm) {
        crm.same_time().await;
        crm.fake().fail_next(Fault::HangAfter);
        let id = crm.want(SENDER, "Hello").await;
        let contact = crm.message(&id).await["contact_id"].clone();
        // Twilio has taken and delivered it, and we have no answer yet; then we die.
        crm.die_while_asking().await;
        crm.settle().await;
        let message = crm.message(&id).await;
        assert_eq!(message["id"], *id);
        assert_eq!(message["status"], "delivered");
        assert_eq!(message["body"], "Hello");
        assert_eq!(message["contact_id"], contact);
        assert_eq!(message["from_address"], ALPHA_LINE);
        assert_eq!(message["outgoing"]["delay"], Value::Null);
        assert_eq!(crm.get(ALPHA, "/api/messages").await.items(), [message]);
        crm.minutes(10).await;
        assert_eq!(crm.sent(), ["Hello"]);
        let titles: Vec<_> = crm.told().await.into_iter().map(|(_, title)| title).collect();
        assert_eq!(titles, [format!("SMS to {SENDER} sent"), format!("SMS to {SENDER} delivered")]);
    }

    async fn lesson_12_a_report_comes_while_twilio_is_still_answering(crm: Crm) {
        crm.same_time().await;
        let id = crm.want(SENDER, "Hello").await;
        // As if the report came between the request and our commit.
        let params = [
            ("MessageSid", "SM00000000000000000000000000000002"),
            ("MessageStatus", "sent"),
        ];
        let path = format!("sms/status/{id}");
        assert_eq!(crm.twilio(&path, &params).await.status, 204);
        let message = crm.message(&id).await;
        assert_eq!((&message["status"], &message["body"]), (&json!("sent"), &json!("Hello")));
        assert_eq!((&message["from_address"], &message["to_address"]), (&json!(ALPHA_LINE), &json!(SENDER)));
        // It has been sent, so it is not sent now.
        crm.work().await;
        assert!(crm.sent().is_empty());
        // A report of another message under this id stays by itself.
        let params = [("MessageSid", &*sid("SM", 0xfff1)), ("MessageStatus", "delivered")];
        assert_eq!(crm.twilio(&path, &params).await.status, 204);
        assert_eq!(crm.message(&id).await["status"], "sent");
    }

    async fn a_report_over_another_account_or_a_line_that_was_given_away_tells_nothing(crm: Crm) {
        let id = crm.want(SENDER, "For Alpha's eyes only").await;
        // The line goes to Beta before the report comes.
        let lines = crm.state.database.lines.clone();
        let mut line = lines.lines(crm.alpha().await).await.unwrap().remove(0);
        let companies = crm.state.database.settings.companies().await.unwrap();
        line.company_id = companies.iter().find(|it| it.name == "Beta").unwrap().id;
        lines.put_line(&line).await.unwrap();
        let params = [
            ("MessageSid", &*sid("SM", 0xfff1)),
            ("MessageStatus", "delivered"),
            ("From", ALPHA_LINE),
            ("To", SENDER),
        ];
        assert_eq!(crm.twilio(&format!("sms/status/{id}"), &params).await.status, 204);
        assert!(!crm.get(BETA, "/api/messages").await.body.contains("eyes"));
        // And it is not sent over Beta's line.
        crm.work().await;
        assert!(crm.sent().is_empty());
        let failed = crm.message(&id).await;
        assert_eq!(failed["status"], "failed");
        assert!(failed["failure"]["meaning"].as_str().unwrap().contains("not yours"));
    }

    async fn several_that_could_be_it_are_a_question_for_people(crm: Crm) {
        crm.same_time().await;
        crm.fake().fail_next(Fault::DropAfter);
        let id = crm.want(SENDER, "Hello").await;
        crm.work().await;
        // Another program sends the same.
        let message = twilio_hooks::client::CreateMessage::new(SENDER).from(ALPHA_LINE).body("Hello");
        crm.fake().client().messages().create(message).await.unwrap();
        crm.minutes(5).await;
        assert_eq!(crm.sent().len(), 2);
        let failed = crm.message(&id).await;
        assert_eq!(failed["status"], "failed");
        assert!(failed["failure"]["meaning"].as_str().unwrap().contains("may have been sent"));
        assert_eq!(failed["failure"]["retryable"], false);
        crm.act(ALPHA, &id, "retry").await.problem(409);
        assert_eq!(crm.told().await.last().unwrap().0, "delivery_failed");
        // A late report knows better.
        crm.settle().await;
        let lost = crm.fake().messages()[0].sid.to_string();
        let params = [("MessageSid", &*lost), ("MessageStatus", "delivered")];
        assert_eq!(crm.twilio(&format!("sms/status/{id}"), &params).await.status, 204);
        assert_eq!(crm.message(&id).await["status"], "delivered");
    }

    async fn what_is_anothers_is_not_taken_for_the_lost_one(crm: Crm) {
        crm.same_time().await;
        crm.configure(&json!({"rate": 10})).await;
        // The same text to the same person, a moment before; and others that only look alike.
        crm.want(SENDER, "Hello").await;
        crm.want(OTHER, "Hello").await;
        crm.work().await;
        crm.wait(1).await;
        crm.fake().add_incoming_message(SENDER, ALPHA_LINE, "Hello");
        crm.fake().fail_next(Fault::DropBefore);
        let id = crm.want(SENDER, "Hello").await;
        crm.work().await;
        crm.minutes(4).await;
        let sids: Vec<_> = crm.fake().messages().iter().map(|message| message.sid.to_string()).collect();
        assert_eq!(sids.len(), 4);
        assert_eq!(crm.message(&id).await["message_sid"], *sids[3]);
    }

    async fn lesson_14_two_servers_at_work_send_each_text_once(crm: Crm) {
        crm.configure(&json!({"rate": 100})).await;
        let mut wanted = Vec::new();
        for number in 0..20 {
            let to = format!("+120255501{:02}", 50 + number);
            wanted.push(crm.want(&to, &format!("Text {number}")).await);
        }
        let database = Database::connect(&crm.config.database_url).await.unwrap();
        let (second, _dispatcher) =
            AppState::with_clock(&crm.config, database, crm.clock.clone()).await.unwrap();
        let now = crm.clock.now();
        let work = |state: &AppState| {
            let jobs = state.jobs.clone();
            async move { jobs.run_once(now).await }
        };
        let (one, other) = tokio::join!(work(&crm.state), work(&second));
        one.unwrap();
        other.unwrap();
        let mut sent = crm.sent();
        sent.sort_unstable();
        sent.dedup();
        assert_eq!((sent.len(), crm.fake().messages().len()), (20, 20));
        crm.settle().await;
        for id in &wanted {
            assert_eq!(crm.message(id).await["status"], "delivered");
        }
    }

    async fn a_busy_twilio_is_asked_again_later_and_the_line_waits(crm: Crm) {
        crm.configure(&json!({"rate": 10})).await;
        crm.fake().fail_next(Fault::RateLimit { retry_after: Some(Duration::from_secs(90)) });
        let first = crm.want(SENDER, "First").await;
        crm.work().await;
        assert!(crm.message(&first).await["outgoing"]["delay"].as_str().unwrap().contains("too many"));
        crm.want(SENDER, "Second").await;
        crm.want(THIRD, "Third").await;
        crm.wait(60).await;
        crm.work().await;
        assert!(crm.sent().is_empty());
        crm.wait(31).await;
        crm.work().await;
        crm.wait(2).await;
        crm.work().await;
        let sent = crm.sent();
        let place = |text: &str| sent.iter().position(|body| body == text).unwrap();
        assert_eq!(sent.len(), 3);
        assert!(place("First") < place("Second"));
    }

    async fn an_account_that_does_not_work_keeps_the_texts(crm: Crm) {
        crm.fake().fail_next(Fault::Status(http::StatusCode::UNAUTHORIZED));
        let refused = crm.want(SENDER, "Hello").await;
        let line = crm.add_line("AC0000000000000000000000000000dead", "+12025550191").await;
        let body = json!({"to": OTHER, "line_id": line, "body": "Nobody knows the account"});
        let unknown = crm.ask(&body).await.json_with(201);
        let unknown = unknown["id"].as_str().unwrap();
        crm.work().await;
        let delay = |message: &Value| message["outgoing"]["delay"].as_str().unwrap().to_owned();
        let (a, b) = (crm.message(&refused).await, crm.message(unknown).await);
        assert!(delay(&a).contains("credentials"), "{a}");
        assert!(delay(&b).contains("not set up"), "{b}");
        assert_eq!((&a["status"], &a["outgoing"]["cancelable"]), (&json!("queued"), &json!(true)));
        crm.wait(301).await;
        crm.work().await;
        assert!(crm.message(&refused).await["message_sid"].is_string());
        // But not for ever.
        crm.wait(13 * 3600).await;
        crm.work().await;
        let late = crm.message(unknown).await;
        assert_eq!((&late["status"], &late["failure"]["retryable"]), (&json!("failed"), &json!(true)));
    }

    async fn a_message_that_could_not_be_recorded_is_recorded_later(crm: Crm) {
        let id = crm.want(SENDER, "Hello").await;
        // Twilio took it, and the process died before the store had it.
        let sql = "update outgoing set state = 'taken', due_at = $2, attempts = 1,
                       message_sid = $3 where id = $1";
        let args = crm::args![
            id.parse::<uuid::Uuid>().unwrap(),
            crm.clock.now(),
            sid("SM", 0xfff1)
        ];
        crm.state.database.db.execute(sql, args).await.unwrap();
        crm.work().await;
        let message = crm.message(&id).await;
        assert_eq!((&message["message_sid"], &message["body"]), (&json!(sid("SM", 0xfff1)), &json!("Hello")));
        assert!(crm.sent().is_empty());
    }

    async fn a_text_that_fails_while_it_is_looked_for_says_why(crm: Crm) {
        crm.same_time().await;
        crm.fake().set_message_fate(SENDER, MessageFate::Failed(30007));
        crm.fake().fail_next(Fault::DropAfter);
        let id = crm.want(SENDER, "Hello").await;
        crm.work().await;
        crm.minutes(1).await;
        let failed = crm.message(&id).await;
        assert_eq!((&failed["status"], &failed["failure"]["code"]), (&json!("failed"), &json!(30007)));
        let failures = async || {
            let told = crm.told().await.into_iter();
            let of_failures = told.filter(|(topic, _)| topic == "delivery_failed");
            of_failures.map(|(_, title)| title).collect::<Vec<_>>()
        };
        let once = ["Message to (202) 555-0143 not delivered"];
        assert_eq!(failures().await, once);
        // The report that comes late says nothing new.
        let sid = failed["message_sid"].as_str().unwrap();
        let params = [("MessageSid", sid), ("MessageStatus", "failed"), ("ErrorCode", "30007")];
        assert_eq!(crm.twilio(&format!("sms/status/{id}"), &params).await.status, 204);
        assert_eq!(failures().await, once);
    }

    async fn lesson_14_a_server_that_was_paused_over_its_lease_sends_nothing(crm: Crm) {
        crm.same_time().await;
        let file = crm.upload(ALPHA, "image/gif", "GIF89a").await.json_with(201)["id"].clone();
        let body = json!({"to": SENDER, "body": "Hello", "media": [file]});
        let wanted = crm.ask(&body).await.json_with(201);
        // The lease ends after the server has taken the text up and before it asks Twilio.
        let db = &crm.state.database.db;
        let pause = [
            db.pick(
                "create trigger pause after insert on media_links begin
                     update outgoing set state = 'unknown', unknowns = unknowns + 1, checks = 0
                     where state = 'sending';
                 end",
                "create function pause() returns trigger language plpgsql as $$ begin
                     update outgoing set state = 'unknown', unknowns = unknowns + 1, checks = 0
                     where state = 'sending';
                     return new;
                 end $$",
            ),
            db.pick(
                "select 1",
                "create trigger pause after insert on media_links
                     for each row execute function pause()",
            ),
        ];
        for sql in pause {
            db.execute(sql, crm::args![]).await.unwrap();
        }
        crm.work().await;
        assert!(crm.sent().is_empty(), "it is somebody else's by now");
        let go_on = db.pick("drop trigger pause", "drop trigger pause on media_links");
        db.execute(go_on, crm::args![]).await.unwrap();
        crm.minutes(6).await;
        assert_eq!(crm.sent(), ["Hello"]);
        assert!(crm.message(wanted["id"].as_str().unwrap()).await["message_sid"].is_string());
    }
}

/// Nothing here may show in logs.
#[tokio::test]
async fn neither_texts_nor_numbers_are_in_debug_outputs() {
    let crm = Crm::with_fake(crate::support::Storage::sqlite()).await;
    let id = crm.want(SENDER, "About zebras").await;
    let text = crm
        .state
        .messaging
        .outgoing(crm.alpha().await, id.parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    let shown = format!("{text:?} {:?}", crm.state.messaging);
    assert!(
        !shown.contains("zebra") && !shown.contains("2025550143"),
        "{shown}"
    );
}
