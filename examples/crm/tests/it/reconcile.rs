//! What was missed is found at Twilio.

use std::time::Duration;

use crm::{app::AppState, config::Config, people::Role, secret::Secret};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use twilio_hooks::{
    AccountSid,
    client::{CreateCall, CreateMessage},
    testing::{CallFate, Fault, MessageFate},
};

use crate::support::{
    ACCOUNT, ALPHA, ALPHA_LINE, AUTH_TOKEN, BETA, BETA_LINE, Crm, OPERATOR, SENDER, Storage,
    config, on_both_databases, sid,
};

const TALK: CallFate = CallFate::Completed(Duration::from_secs(30));

/// Brings Twilio's time to that of the server, so long ago.
pub(crate) async fn at(crm: &Crm, ago: SignedDuration) {
    let then = crm.clock.now() - ago;
    let ahead = Duration::try_from(then.duration_since(crm.fake().now())).unwrap();
    crm.fake().advance(ahead).await;
}

pub(crate) async fn an_hour_ago(crm: &Crm) {
    at(crm, SignedDuration::from_hours(1)).await;
}

/// What a message or call that came by webhook is dated; webhooks are received by the system's clock.
pub(crate) async fn date(crm: &Crm, ago: SignedDuration) {
    let then = crm.clock.now() - ago;
    for sql in [
        "update sms set created_at = $1, updated_at = $1",
        "update calls set created_at = $1, updated_at = $1",
        "update recordings set created_at = $1, updated_at = $1",
    ] {
        let db = &crm.state.database.db;
        db.execute(sql, vec![then.into()]).await.unwrap();
    }
}

/// Looks at the account, as far back as a day.
pub(crate) async fn reconcile(crm: &Crm) -> u32 {
    let since = crm.clock.now() - SignedDuration::from_hours(24);
    let account = crm.fake().account_sid();
    let tally = crm.state.reconcile.run_now(&account, since).await.unwrap();
    tally.unwrap().unwrap().found.sum()
}

pub(crate) async fn list(crm: &Crm, path: &str) -> Vec<Value> {
    crm.get(ALPHA, path).await.items()
}

/// Whether a contact wants no texts from the company's line.
pub(crate) async fn opted_out(crm: &Crm, token: &str, address: &str) -> bool {
    let contacts = crm.get(token, "/api/contacts").await.items();
    let found = contacts.iter().find(|it| it["address"] == address);
    let path = format!(
        "/api/contacts/{}/consent",
        found.unwrap()["id"].as_str().unwrap()
    );
    let consent = crm.get(token, &path).await.json();
    consent["lines"][0]["opted_out"].as_bool().unwrap()
}

/// Everything that Alpha sees.
async fn everything(crm: &Crm) -> Vec<Vec<Value>> {
    crm.deliver().await;
    let mut all = Vec::new();
    for path in [
        "/api/messages",
        "/api/calls",
        "/api/recordings",
        "/api/contacts",
        "/api/notifications",
    ] {
        all.push(list(crm, path).await);
    }
    all
}

/// What people were told, oldest first.
pub(crate) async fn told(crm: &Crm) -> Vec<String> {
    crm.deliver().await;
    let told = list(crm, "/api/notifications").await;
    let kind = |it: &Value| it["type"].as_str().unwrap().to_owned();
    told.iter().map(kind).collect()
}

on_both_databases! {
    async fn lesson_18_all_that_nobody_was_told_of_is_found(crm: Crm) {
        an_hour_ago(&crm).await;
        let fake = crm.fake();
        let text = fake.add_incoming_message(SENDER, ALPHA_LINE, "Is anybody there?");
        for bytes in ["one", "two"] {
            fake.add_media(&text, "image/png", bytes);
        }
        let call = fake.add_incoming_call(SENDER, ALPHA_LINE, TALK);
        fake.add_recording(&call, Duration::from_secs(25));
        fake.add_incoming_call(SENDER, ALPHA_LINE, CallFate::NoAnswer);
        let sent = CreateMessage::new(SENDER).from(ALPHA_LINE).body("From elsewhere");
        fake.client().messages().create(sent).await.unwrap();
        fake.settle().await;
        at(&crm, SignedDuration::from_mins(10)).await;

        assert_eq!(reconcile(&crm).await, 5);
        let messages = list(&crm, "/api/messages").await;
        assert_eq!(messages.len(), 2);
        let incoming = messages.iter().find(|it| it["direction"] == "inbound").unwrap();
        assert_eq!(incoming["body"], "Is anybody there?");
        assert_eq!(incoming["from_address"], SENDER);
        assert_eq!(incoming["to_address"], ALPHA_LINE);
        assert_eq!(incoming["status"], "received");
        assert_eq!(incoming["media"].as_array().unwrap().len(), 2);
        let came: Timestamp = incoming["created_at"].as_str().unwrap().parse().unwrap();
        assert!(crm.clock.now().duration_since(came) >= SignedDuration::from_mins(59));
        let path = format!("/api/messages/{}/media", incoming["id"].as_str().unwrap());
        for (index, bytes) in ["one", "two"].into_iter().enumerate() {
            assert_eq!(crm.get(ALPHA, &format!("{path}/{index}")).await.body, bytes);
        }
        let outgoing = messages.iter().find(|it| it["direction"] == "outbound").unwrap();
        assert_eq!((&outgoing["body"], &outgoing["status"]), (&json!("From elsewhere"), &json!("delivered")));
        assert_eq!(outgoing["from_address"], ALPHA_LINE);

        let calls = list(&crm, "/api/calls").await;
        assert_eq!(calls.len(), 2);
        let talked = calls.iter().find(|it| it["status"] == "completed").unwrap();
        assert_eq!((&talked["duration"], &talked["has_recording"]), (&json!(30), &json!(true)));
        assert!(calls.iter().any(|it| it["status"] == "no-answer"));
        assert_eq!(list(&crm, "/api/recordings").await[0]["duration"], 25);
        assert_eq!(list(&crm, "/api/contacts").await.len(), 1);

        let mut kinds = told(&crm).await;
        kinds.sort();
        let expected = ["call_status_update", "call_status_update", "recording_available", "sms_received"];
        assert_eq!(kinds, expected);
    }

    async fn a_second_look_changes_nothing(crm: Crm) {
        an_hour_ago(&crm).await;
        let fake = crm.fake();
        fake.add_incoming_message(SENDER, ALPHA_LINE, "Hello");
        let call = fake.add_incoming_call(SENDER, ALPHA_LINE, TALK);
        fake.add_recording(&call, Duration::from_secs(25));
        fake.add_incoming_call(SENDER, ALPHA_LINE, CallFate::Busy);
        assert_eq!(reconcile(&crm).await, 4);
        let before = everything(&crm).await;
        crm.clock.advance(SignedDuration::from_mins(30));
        assert_eq!(reconcile(&crm).await, 0);
        assert_eq!(everything(&crm).await, before);
    }

    async fn what_webhooks_told_is_not_doubled(crm: Crm) {
        an_hour_ago(&crm).await;
        let fake = crm.fake();
        let text = fake.add_incoming_message(SENDER, ALPHA_LINE, "Hello");
        let call = fake.add_incoming_call(SENDER, ALPHA_LINE, TALK);
        crm.text(text.as_str(), SENDER, ALPHA_LINE, "Hello").await;
        let ended = [
            ("CallSid", call.as_str()),
            ("From", SENDER),
            ("To", ALPHA_LINE),
            ("Direction", "inbound"),
            ("CallStatus", "completed"),
            ("CallDuration", "30"),
        ];
        crm.twilio("voice/status", &ended).await;
        let before = everything(&crm).await;
        assert_eq!(reconcile(&crm).await, 0);
        assert_eq!(everything(&crm).await, before);
        // And a webhook that comes after all says nothing new.
        let late = fake.add_incoming_message(SENDER, ALPHA_LINE, "Late");
        assert_eq!(reconcile(&crm).await, 1);
        let before = everything(&crm).await;
        crm.text(late.as_str(), SENDER, ALPHA_LINE, "Late").await;
        assert_eq!(everything(&crm).await, before);
    }

    async fn ends_that_were_not_reported_are_asked_for(crm: Crm) {
        // Older than what is listed: they are asked for one by one.
        at(&crm, SignedDuration::from_hours(30)).await;
        let fake = crm.fake();
        fake.set_message_fate(SENDER, MessageFate::Undelivered(30003));
        let sent = CreateMessage::new(SENDER).from(ALPHA_LINE).body("Your table is ready");
        let message = fake.client().messages().create(sent).await.unwrap();
        let called = CreateCall::new(SENDER, ALPHA_LINE).url("https://crm.example.com/x");
        let call = fake.client().calls().create(called).await.unwrap();
        let queued = [
            ("MessageSid", message.sid.as_str()),
            ("MessageStatus", "queued"),
            ("From", ALPHA_LINE),
            ("To", SENDER),
        ];
        crm.twilio("sms/status", &queued).await;
        let ringing = [
            ("CallSid", call.sid.as_str()),
            ("CallStatus", "ringing"),
            ("Direction", "outbound-api"),
            ("From", ALPHA_LINE),
            ("To", SENDER),
        ];
        crm.twilio("voice/status", &ringing).await;
        date(&crm, SignedDuration::from_hours(30)).await;
        fake.settle().await;
        assert_eq!(reconcile(&crm).await, 2);
        let message = &list(&crm, "/api/messages").await[0];
        assert_eq!((&message["status"], &message["error_code"]), (&json!("undelivered"), &json!(30003)));
        let call = &list(&crm, "/api/calls").await[0];
        assert_eq!((&call["status"], &call["duration"]), (&json!("completed"), &json!(10)));
    }

    async fn whoever_hears_of_webhooks_hears_of_what_was_missed(crm: Crm) {
        an_hour_ago(&crm).await;
        let fake = crm.fake();
        let call = fake.add_incoming_call(SENDER, ALPHA_LINE, CallFate::NoAnswer);
        crm.call(call.as_str(), SENDER, ALPHA_LINE).await;
        fake.set_message_fate(SENDER, MessageFate::Undelivered(30003));
        let sent = CreateMessage::new(SENDER).from(ALPHA_LINE).body("Hi");
        fake.client().messages().create(sent).await.unwrap();
        fake.settle().await;
        date(&crm, SignedDuration::from_mins(50)).await;
        assert_eq!(reconcile(&crm).await, 2);
        // A message of the caller may still be reported, for some seconds.
        crm.clock.advance(SignedDuration::from_secs(30));
        crm.work().await;
        let told = told(&crm).await;
        for kind in ["delivery_failed", "missed_call"] {
            assert!(told.iter().any(|it| it == kind), "{kind}: {told:?}");
        }
    }

    async fn a_stop_counts_also_if_its_webhook_was_missed(crm: Crm) {
        an_hour_ago(&crm).await;
        crm.fake().add_incoming_message(SENDER, ALPHA_LINE, "STOP");
        crm.fake().add_incoming_message("+12025550144", ALPHA_LINE, "Hello");
        assert_eq!(reconcile(&crm).await, 2);
        assert!(opted_out(&crm, ALPHA, SENDER).await);
        assert!(!opted_out(&crm, ALPHA, "+12025550144").await);
        // A START that came later by webhook counts more, also if the STOP is found after it.
        crm.fake().add_incoming_message(SENDER, BETA_LINE, "STOP");
        crm.text(&sid("SM", 1), SENDER, BETA_LINE, "START").await;
        assert_eq!(reconcile(&crm).await, 1);
        assert!(!opted_out(&crm, BETA, SENDER).await);
    }

    async fn statuses_never_go_back(crm: Crm) {
        an_hour_ago(&crm).await;
        let fake = crm.fake();
        let sent = CreateMessage::new(SENDER).from(ALPHA_LINE).body("Hi");
        let message = fake.client().messages().create(sent).await.unwrap();
        fake.advance(Duration::from_secs(1)).await;
        let delivered = [
            ("MessageSid", message.sid.as_str()),
            ("MessageStatus", "delivered"),
            ("From", ALPHA_LINE),
            ("To", SENDER),
        ];
        crm.twilio("sms/status", &delivered).await;
        date(&crm, SignedDuration::from_mins(50)).await;
        reconcile(&crm).await;
        let messages = list(&crm, "/api/messages").await;
        assert_eq!((messages.len(), &messages[0]["status"]), (1, &json!("delivered")));
    }

    async fn what_has_just_come_is_left_to_its_webhook(crm: Crm) {
        at(&crm, SignedDuration::from_mins(1)).await;
        let text = crm.fake().add_incoming_message(SENDER, BETA_LINE, "Hello");
        assert_eq!(reconcile(&crm).await, 0);
        let answer = crm.text(text.as_str(), SENDER, BETA_LINE, "Hello").await;
        assert!(answer.body.contains("Beta says thank you."), "{answer:?}");
    }

    async fn old_news_is_recorded_and_not_told(crm: Crm) {
        at(&crm, SignedDuration::from_hours(30)).await;
        crm.fake().add_incoming_message(SENDER, ALPHA_LINE, "Yesterday");
        let since = crm.clock.now() - SignedDuration::from_hours(48);
        let account = crm.fake().account_sid();
        let tally = crm.state.reconcile.run_now(&account, since).await.unwrap();
        assert_eq!(tally.unwrap().unwrap().found.messages, 1);
        assert_eq!(list(&crm, "/api/messages").await.len(), 1);
        assert!(told(&crm).await.is_empty());
    }

    async fn legs_are_left_to_their_calls(crm: Crm) {
        an_hour_ago(&crm).await;
        let app = axum::Router::new().fallback(async || {
            (
                [("content-type", "text/xml")],
                "<Response><Dial>+12025550144</Dial></Response>",
            )
        });
        let caller = crm.fake().caller(app, "https://crm.example.com/voice");
        let mut call = caller.from(SENDER).to(ALPHA_LINE).call().await.unwrap();
        call.somebody_answers().await.unwrap();
        call.talks_for(Duration::from_secs(30)).await.unwrap();
        call.hangs_up().await.unwrap();
        assert!(crm.fake().calls().iter().any(|call| call.parent_call_sid.is_some()));
        assert_eq!(reconcile(&crm).await, 1);
        assert_eq!(list(&crm, "/api/calls").await.len(), 1);
        let sql = "select id from calls where parent_call_sid is not null";
        assert!(crm.state.database.db.rows(sql, vec![]).await.unwrap().is_empty());
    }

    async fn what_nobody_owns_stays_with_nobody(crm: Crm) {
        an_hour_ago(&crm).await;
        crm.fake().add_number("+12025550111");
        crm.fake().add_incoming_message(SENDER, "+12025550111", "Wrong number");
        let since = crm.clock.now() - SignedDuration::from_hours(24);
        let account = crm.fake().account_sid();
        let tally = crm.state.reconcile.run_now(&account, since).await.unwrap();
        assert_eq!(tally.unwrap().unwrap().unrouted, 1);
        assert_eq!(reconcile(&crm).await, 0);
        for token in [ALPHA, BETA] {
            assert!(crm.get(token, "/api/messages").await.items().is_empty());
        }
        crm.get(OPERATOR, "/api/messages").await.problem(401);
        // The operator sees it, as a webhook.
        let page = twilio_hooks::store::PageRequest::newest(10);
        let unrouted = crm.state.database.directory.unrouted(page).await.unwrap();
        assert_eq!(unrouted.items.len(), 1);
    }

    async fn a_dry_run_writes_nothing(crm: Crm) {
        an_hour_ago(&crm).await;
        crm.fake().add_incoming_message(SENDER, ALPHA_LINE, "Hello");
        let since = crm.clock.now() - SignedDuration::from_hours(24);
        let account = crm.fake().account_sid();
        let tally = crm.state.reconcile.dry_run(&account, since).await.unwrap();
        assert_eq!(tally.found.messages, 1);
        assert!(list(&crm, "/api/messages").await.is_empty());
        assert!(list(&crm, "/api/reconcile").await.is_empty());
    }

    async fn one_account_that_fails_does_not_stop_the_others(crm: Crm) {
        an_hour_ago(&crm).await;
        crm.fake().add_incoming_message(SENDER, ALPHA_LINE, "Hello");
        let mut config: Config = crm.config.clone();
        let mut other = config.accounts[0].clone();
        other.sid = AccountSid::from("AC00000000000000000000000000000001");
        other.auth_tokens = vec![Secret::new("a-token-that-twilio-refuses")];
        config.accounts.insert(0, other);
        let database = crm.state.database.clone();
        let (state, _) = AppState::with_clock(&config, database, crm.clock.clone()).await.unwrap();
        assert_eq!(state.accounts.all().await.unwrap().len(), 2);
        state.reconcile.start_due(crm.clock.now()).await.unwrap();
        state.reconcile.run_open().await.unwrap();
        assert_eq!(list(&crm, "/api/messages").await.len(), 1);
        let sql = "select state, error from reconcile_runs order by account_sid desc";
        let rows = state.database.db.rows(sql, vec![]).await.unwrap();
        let states: Vec<String> = rows.iter().map(|row| row.get("state").unwrap()).collect();
        assert_eq!(states.len(), 2);
        assert!(states.contains(&"done".to_owned()) && states.contains(&"failed".to_owned()));
        let shown = list(&crm, "/api/reconcile").await;
        assert_eq!(shown.len(), 1, "Alpha has no line in the other account");
    }

    async fn too_many_requests_are_waited_out(crm: Crm) {
        an_hour_ago(&crm).await;
        crm.fake().add_incoming_message(SENDER, ALPHA_LINE, "Hello");
        crm.fake().fail_next(Fault::RateLimit { retry_after: Some(Duration::from_secs(1)) });
        assert_eq!(reconcile(&crm).await, 1);
    }

    async fn it_happens_by_itself_and_looks_back_to_the_last_good_run(crm: Crm) {
        an_hour_ago(&crm).await;
        crm.fake().add_incoming_message(SENDER, ALPHA_LINE, "Hello");
        let checks = &crm.state.checks;
        checks.run_once(crm.clock.now()).await.unwrap();
        assert!(list(&crm, "/api/messages").await.is_empty(), "the server is just up");
        checks.run_once(crm.clock.now()).await.unwrap();
        assert_eq!(list(&crm, "/api/messages").await.len(), 1);
        checks.run_once(crm.clock.now()).await.unwrap();
        assert_eq!(list(&crm, "/api/reconcile").await.len(), 1, "once an hour");

        // Three days without a server.
        at(&crm, SignedDuration::ZERO).await;
        crm.fake().advance(Duration::from_secs(3600)).await;
        crm.fake().add_incoming_message(SENDER, ALPHA_LINE, "Are you closed?");
        crm.clock.advance(SignedDuration::from_hours(72));
        checks.run_once(crm.clock.now()).await.unwrap();
        assert_eq!(list(&crm, "/api/messages").await.len(), 2);
        assert_eq!(list(&crm, "/api/reconcile").await.len(), 2);
    }

    async fn a_look_at_the_last_hours_hides_nothing_from_the_next_one(crm: Crm) {
        an_hour_ago(&crm).await;
        let checks = &crm.state.checks;
        for _ in 0..2 {
            checks.run_once(crm.clock.now()).await.unwrap();
        }
        at(&crm, SignedDuration::ZERO).await;
        crm.fake().advance(Duration::from_secs(3600)).await;
        crm.fake().add_incoming_message(SENDER, ALPHA_LINE, "Are you closed?");
        crm.clock.advance(SignedDuration::from_hours(72));
        let account = crm.fake().account_sid();
        let since = crm.clock.now() - SignedDuration::from_hours(2);
        let tally = crm.state.reconcile.run_now(&account, since).await.unwrap();
        assert_eq!(tally.unwrap().unwrap().found.sum(), 0);
        crm.clock.advance(SignedDuration::from_hours(2));
        checks.run_once(crm.clock.now()).await.unwrap();
        assert_eq!(list(&crm, "/api/messages").await.len(), 1);
    }

    async fn people_can_ask_for_it(crm: Crm) {
        an_hour_ago(&crm).await;
        crm.fake().add_incoming_message(SENDER, ALPHA_LINE, "To Alpha");
        crm.fake().add_incoming_message(SENDER, BETA_LINE, "To Beta");
        crm.fake().add_incoming_message(SENDER, BETA_LINE, "To Beta again");
        let answer = crm.post(ALPHA, "/api/reconcile", &json!({})).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        assert_eq!(list(&crm, "/api/reconcile").await[0]["state"], "waiting");
        let again = crm.post(ALPHA, "/api/reconcile", &json!({})).await;
        again.problem(429);
        crm.state.reconcile.run_open().await.unwrap();
        let run = &list(&crm, "/api/reconcile").await[0];
        assert_eq!((&run["state"], &run["messages"]), (&json!("done"), &json!(1)));
        let run = &crm.get(BETA, "/api/reconcile").await.items()[0];
        assert_eq!(run["messages"], 2, "each sees its own");
        let body = json!({ "name": "Agent", "role": Role::Agent });
        let made: Value = serde_json::from_str(&crm.post(ALPHA, "/api/tokens", &body).await.body).unwrap();
        let agent = made["secret"].as_str().unwrap();
        crm.get(agent, "/api/reconcile").await.problem(403);
        crm.post(agent, "/api/reconcile", &json!({})).await.problem(403);
    }

    async fn a_failing_twilio_is_told_in_the_list(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
        crm.fake().fail_next(Fault::Garbage);
        let since = crm.clock.now() - SignedDuration::from_hours(24);
        let account = crm.fake().account_sid();
        let looked = crm.state.reconcile.run_now(&account, since).await.unwrap();
        assert!(looked.unwrap().is_err());
        let run = &list(&crm, "/api/reconcile").await[0];
        assert_eq!(run["state"], "failed");
        assert!(run["error"].as_str().unwrap().contains("could not be read"));
    }
}

/// The command, as a person runs it.
#[tokio::test(flavor = "multi_thread")]
async fn the_command_says_what_was_missed_and_records_it() {
    let crm = Crm::with_fake(Storage::sqlite()).await;
    let fake = crm.fake();
    // The command has the system's clock.
    let then = Timestamp::now() - SignedDuration::from_hours(1);
    let ahead = Duration::try_from(then.duration_since(fake.now())).unwrap();
    fake.advance(ahead).await;
    fake.add_incoming_message(SENDER, ALPHA_LINE, "Hello");
    let account = fake.account_sid();
    let file = crm.data.join("crm.toml");
    let toml = config(
        &format!("twilio_api_url = {:?}", fake.base_url()),
        crm.config.database_url.expose(),
    );
    let toml = toml
        .replace(ACCOUNT, account.as_str())
        .replace(AUTH_TOKEN, fake.auth_token());
    std::fs::write(&file, toml).unwrap();
    let run = async |args: &[&str]| {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_crm"));
        command
            .env_clear()
            .arg("--config")
            .arg(&file)
            .arg("reconcile");
        let output = command.args(args).output().await.unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        (output.status.success(), said)
    };
    let (_, said) = run(&["--dry-run", "--since", "2h"]).await;
    assert_eq!(
        said,
        format!("{account}: looked at 1, would record 1 messages, 0 calls, 0 recordings\n")
    );
    assert!(list(&crm, "/api/messages").await.is_empty());
    let (ok, said) = run(&["--since", "2h", "--account", account.as_str()]).await;
    assert!(ok && said.contains("recorded 1 messages"), "{said}");
    assert_eq!(list(&crm, "/api/messages").await.len(), 1);
    for wrong in [&["--since", "soon"][..], &["--account", "AC1"]] {
        assert!(!run(wrong).await.0);
    }
}
