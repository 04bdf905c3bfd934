//! Calls that come in: where they go, what is heard on the way, and what comes of them.

use std::time::Duration;

use crm::people::Role;
use jiff::SignedDuration;
use serde_json::{Value, json};
use twilio_hooks::{
    CallSid, UserId,
    testing::call::{Call, Caller},
};
use uuid::Uuid;

use crate::{
    browser::Browser,
    support::{
        ALPHA, ALPHA_LINE, BETA, BETA_LINE, Crm, PUBLIC_URL, SENDER, on_both_databases, sid,
    },
};

pub(crate) const MOBILE: &str = "+12025550101";
pub(crate) const OFFICE: &str = "+12025550102";
pub(crate) const NOBODY: &str = "nobody can take your call";
const LEAVE: &str = "leave a message";
const TAKEN: &str = "We have your message";
const NOTHING: &str = "did not get a message";

/// What the stories about calls do again and again.
impl Crm {
    /// Somebody who will call Alpha's line.
    pub(crate) fn caller(&self) -> Caller {
        let url = format!("{PUBLIC_URL}/api/webhooks/twilio/voice/incoming");
        self.fake()
            .caller(self.app.clone(), &url)
            .from(SENDER)
            .to(ALPHA_LINE)
            .status_callback("/api/webhooks/twilio/voice/status")
    }

    /// Somebody who works for Alpha, and has these phones.
    pub(crate) async fn person(
        &self,
        name: &str,
        mobile: Option<&str>,
        office: Option<&str>,
    ) -> UserId {
        let id = UserId::at(self.clock.now());
        let company = self.state.database.settings.companies().await.unwrap()[0].id;
        let sql =
            "insert into users (id, company_id, email, name, role, mobile, office, created_at)
                   values ($1, $2, $3, $4, 'agent', $5, $6, $7)";
        let email = format!("{id}@example.com");
        let now = self.clock.now();
        let args = crm::args![id, company, email, name, mobile, office, now];
        self.state.database.db.execute(sql, args).await.unwrap();
        id
    }

    /// Makes a person responsible for Alpha's line.
    pub(crate) async fn give_line_to(&self, user: UserId) {
        let company = self.state.database.settings.companies().await.unwrap()[0].id;
        let line = self.state.database.lines.lines(company).await.unwrap();
        let line = line[0].clone().with_user(user);
        self.state.database.lines.put_line(&line).await.unwrap();
    }

    /// Ana, with both phones, is responsible for Alpha's line, and this is her rule.
    pub(crate) async fn ana(&self, rule: &Value) -> UserId {
        let ana = self.person("Ana", Some(MOBILE), Some(OFFICE)).await;
        self.give_line_to(ana).await;
        self.put(ALPHA, &format!("/api/users/{ana}/call-rule"), rule)
            .await
            .json();
        ana
    }

    /// The path of Alpha's line.
    pub(crate) async fn line_path(&self) -> String {
        let lines = self.get(ALPHA, "/api/lines").await.items();
        format!("/api/lines/{}", lines[0]["id"].as_str().unwrap())
    }

    /// What the API knows of a call.
    pub(crate) async fn call_detail(&self, call: &CallSid) -> Value {
        let calls = self.get(ALPHA, "/api/calls").await.items();
        let found = calls.iter().find(|it| it["call_sid"] == call.as_str());
        let id = found.expect("the call is listed")["id"].as_str().unwrap();
        self.get(ALPHA, &format!("/api/calls/{id}")).await.json()
    }

    /// The kinds of notifications so far, after the work in the background.
    pub(crate) async fn topics(&self) -> Vec<String> {
        self.work().await;
        self.deliver().await;
        let items = self.get(ALPHA, "/api/notifications").await.items();
        let own = items
            .iter()
            .map(|it| it["type"].as_str().unwrap().to_owned());
        own.filter(|topic| !topic.starts_with("call_")).collect()
    }
}

pub(crate) fn kinds(detail: &Value) -> Vec<&str> {
    let timeline = detail["timeline"].as_array().unwrap();
    timeline
        .iter()
        .map(|it| it["kind"].as_str().unwrap())
        .collect()
}

/// The caller leaves a message, to the last word.
pub(crate) async fn leaves_a_message(call: &mut Call) {
    call.hears(LEAVE).await.unwrap();
    call.leaves_voicemail(Duration::from_secs(32))
        .await
        .unwrap();
    call.hears(TAKEN).await.unwrap();
    call.is_over().await.unwrap();
}

on_both_databases! {
    async fn a_test_of_a_rule_does_not_tell_whose_the_numbers_of_others_are(crm: Crm) {
        let path = format!("{}/call-rule/test", crm.line_path().await);
        let test = async |from: &str| {
            crm.post(ALPHA, &path, &json!({"from": from})).await.json()["steps"].clone()
        };
        let ana = crm.ana(&json!({"mode": "mobile"})).await;
        assert_eq!(test(BETA_LINE).await, test(SENDER).await);
        assert_ne!(test(ALPHA_LINE).await, test(SENDER).await);
        let body = json!({"mobile": BETA_LINE});
        crm.patch(ALPHA, &format!("/api/users/{ana}"), &body).await.json();
        assert_eq!(test(SENDER).await[0]["phones"][0]["number"], BETA_LINE);
    }

    async fn a_line_without_a_rule_greets_and_takes_a_message(crm: Crm) {
        let mut call = crm.caller().call().await.unwrap();
        call.hears("Thank you for calling. We have noted").await.unwrap();
        leaves_a_message(&mut call).await;

        assert_eq!(crm.topics().await, ["recording_available", "voicemail_received"]);
        let detail = crm.call_detail(&call.sid()).await;
        assert_eq!((&detail["missed"], &detail["voicemail"]), (&json!(true), &json!(true)));
        assert_eq!(kinds(&detail), ["ringing", "voicemail_offered", "voicemail"]);
        assert_eq!(detail["timeline"][2]["seconds"], 32);
        assert_eq!(detail["recordings"].as_array().unwrap().len(), 1);
    }

    async fn a_call_taken_on_the_mobile_by_its_key_is_handled(crm: Crm) {
        let ana = crm.ana(&json!({"mode": "mobile"})).await;
        let mut call = crm.caller().call().await.unwrap();
        call.is_connected_to(MOBILE).await.unwrap();
        call.somebody_answers().await.unwrap();
        call.they_hear("You have a call from 1 2 0 2 5 5 5 0 1 4 3. Press 1").await.unwrap();
        call.they_press("1").await.unwrap();
        // Live, while they talk.
        let detail = crm.call_detail(&call.sid()).await;
        assert_eq!(detail["handled_by"], ana.to_string());
        call.talks_for(Duration::from_secs(61)).await.unwrap();
        call.they_hang_up().await.unwrap();
        call.hears("Thank you for calling. Goodbye.").await.unwrap();
        call.is_over().await.unwrap();

        assert_eq!(crm.topics().await, [""; 0]);
        let detail = crm.call_detail(&call.sid()).await;
        assert_eq!((&detail["missed"], &detail["voicemail"]), (&json!(false), &json!(false)));
        assert_eq!(detail["handled_by"], ana.to_string());
        assert_eq!(kinds(&detail), ["ringing", "forwarded", "answered"]);
        assert_eq!(detail["timeline"][2]["name"], "Ana's mobile");
        let leg = &detail["legs"][0];
        assert_eq!((&leg["name"], &leg["status"]), (&json!("Ana's mobile"), &json!("completed")));
        assert_eq!(leg["accepted"], true);
    }

    async fn a_private_mailbox_does_not_swallow_a_caller(crm: Crm) {
        crm.ana(&json!({"mode": "mobile"})).await;
        let mut call = crm.caller().call().await.unwrap();
        call.somebody_answers().await.unwrap();
        call.they_stay_silent().await.unwrap();
        call.they_stay_silent().await.unwrap();
        call.hears(NOBODY).await.unwrap();
        leaves_a_message(&mut call).await;
        let detail = crm.call_detail(&call.sid()).await;
        assert_eq!(
            kinds(&detail),
            ["ringing", "forwarded", "not_accepted", "voicemail_offered", "voicemail"]
        );
        assert_eq!((&detail["missed"], &detail["handled_by"]), (&json!(true), &Value::Null));
        assert_eq!(crm.topics().await, ["recording_available", "voicemail_received"]);
    }

    async fn a_wrong_key_does_not_take_a_call(crm: Crm) {
        crm.ana(&json!({"mode": "mobile"})).await;
        let mut call = crm.caller().call().await.unwrap();
        call.somebody_answers().await.unwrap();
        call.they_press("7").await.unwrap();
        call.hears(NOBODY).await.unwrap();
        call.hangs_up().await.unwrap();
        assert_eq!(crm.call_detail(&call.sid()).await["missed"], true);
    }

    async fn busy_failed_and_no_answer_all_lead_to_the_voicemail(crm: Crm) {
        crm.ana(&json!({"mode": "office"})).await;
        for outcome in ["busy", "failed", "no_answer"] {
            let mut call = crm.caller().call().await.unwrap();
            call.is_connected_to(OFFICE).await.unwrap();
            match outcome {
                "busy" => call.is_busy().await.unwrap(),
                "failed" => call.fails().await.unwrap(),
                _ => call.nobody_answers().await.unwrap(),
            };
            call.hears(NOBODY).await.unwrap();
            leaves_a_message(&mut call).await;
            let detail = crm.call_detail(&call.sid()).await;
            assert_eq!(
                kinds(&detail),
                ["ringing", "forwarded", outcome, "voicemail_offered", "voicemail"]
            );
        }
    }

    async fn an_office_takes_calls_without_a_key_unless_set(crm: Crm) {
        let ana = crm.ana(&json!({"mode": "office"})).await;
        let mut call = crm.caller().call().await.unwrap();
        call.answers(OFFICE).await.unwrap();
        call.talks_for(Duration::from_secs(5)).await.unwrap();
        call.hangs_up().await.unwrap();
        let detail = crm.call_detail(&call.sid()).await;
        assert_eq!((&detail["missed"], &detail["handled_by"]), (&json!(false), &json!(ana)));

        let rule = json!({"mode": "office", "accept_key": {"office": true}});
        crm.put(ALPHA, &format!("/api/users/{ana}/call-rule"), &rule).await.json();
        let mut call = crm.caller().call().await.unwrap();
        call.answers(OFFICE).await.unwrap();
        call.they_hear("Press 1").await.unwrap();
        call.they_hang_up().await.unwrap();
        call.hears(NOBODY).await.unwrap();
    }

    async fn one_dead_number_does_not_break_ringing_both(crm: Crm) {
        let ana = crm.ana(&json!({"mode": "both"})).await;
        let mut call = crm.caller().call().await.unwrap();
        call.is_connected_to(MOBILE).await.unwrap();
        call.is_connected_to(OFFICE).await.unwrap();
        call.answers(OFFICE).await.unwrap();
        call.talks_for(Duration::from_secs(5)).await.unwrap();
        call.they_hang_up().await.unwrap();
        call.hears("Goodbye").await.unwrap();
        let detail = crm.call_detail(&call.sid()).await;
        assert_eq!(kinds(&detail), ["ringing", "forwarded", "forwarded", "answered"]);
        assert_eq!(detail["timeline"][3]["name"], "Ana's office");
        assert_eq!(detail["handled_by"], json!(ana));

        // What is no number that can be called is not called at all.
        let sql = "update users set mobile = '+19005550100' where id = $1";
        crm.state.database.db.execute(sql, crm::args![ana]).await.unwrap();
        let mut call = crm.caller().call().await.unwrap();
        assert!(call.is_connected_to("+19005550100").await.is_err());
        call.is_connected_to(OFFICE).await.unwrap();
        call.fails().await.unwrap();
        call.hears(NOBODY).await.unwrap();
        leaves_a_message(&mut call).await;
    }

    async fn in_turn_the_phones_ring_within_the_budget(crm: Crm) {
        let rule = json!({
            "mode": "in_turn", "order": ["office", "mobile"],
            "ring_seconds": {"office": 30, "mobile": 30}, "ring_budget": 45,
        });
        crm.ana(&rule).await;
        let answer = crm.call(&sid("CA", 1), SENDER, ALPHA_LINE).await;
        assert!(answer.body.contains("timeout=\"30\""), "{}", answer.body);
        let mut call = crm.caller().call().await.unwrap();
        call.is_connected_to(OFFICE).await.unwrap();
        call.nobody_answers().await.unwrap();
        assert!(call.is_connected_to(OFFICE).await.is_err());
        call.is_connected_to(MOBILE).await.unwrap();
        call.nobody_answers().await.unwrap();
        call.hears(NOBODY).await.unwrap();
        leaves_a_message(&mut call).await;
        let rung: u64 = call
            .transcript()
            .to_string()
            .lines()
            .filter(|line| line.contains("no-answer"))
            .count() as u64;
        assert!(rung >= 2);
        let path = crm.line_path().await;
        let steps = crm.post(ALPHA, &format!("{path}/call-rule/test"), &json!({})).await.json();
        assert_eq!(steps["steps"][0]["seconds"], 30);
        assert_eq!(steps["steps"][1]["seconds"], 15);
        assert_eq!(steps["steps"][2]["step"], "voicemail");
    }

    async fn a_hidden_caller_is_put_through_with_our_number(crm: Crm) {
        crm.ana(&json!({"mode": "office"})).await;
        let answer = crm.call(&sid("CA", 1), "+266696687", ALPHA_LINE).await;
        assert!(answer.body.contains(&format!("callerId=\"{ALPHA_LINE}\"")), "{}", answer.body);
        let answer = crm.call(&sid("CA", 2), SENDER, ALPHA_LINE).await;
        assert!(!answer.body.contains("callerId"), "{}", answer.body);
        let mut call = crm.caller().from("anonymous").call().await.unwrap();
        call.nobody_answers().await.unwrap();
        leaves_a_message(&mut call).await;
        assert_eq!(crm.topics().await, ["recording_available", "voicemail_received"]);
    }

    async fn a_blocked_caller_is_refused_without_a_word(crm: Crm) {
        crm.ana(&json!({"mode": "office", "text_back": "Sorry we missed you."})).await;
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Buy now").await;
        let contact = crm.get(ALPHA, "/api/contacts").await.items()[0]["id"].clone();
        let path = format!("/api/contacts/{}/block", contact.as_str().unwrap());
        crm.put(ALPHA, &path, &json!({})).await.json();
        let mut call = crm.caller().call().await.unwrap();
        call.is_over().await.unwrap();
        assert_eq!(call.transcript().heard().count(), 0);
        let detail = crm.call_detail(&call.sid()).await;
        assert_eq!(kinds(&detail), ["ringing", "rejected"]);
        assert_eq!(detail["missed"], false);
        let topics = crm.topics().await;
        assert!(!topics.contains(&"missed_call".to_owned()), "{topics:?}");
        assert_eq!(crm.fake().messages().len(), 0);
        let test = format!("{}/call-rule/test", crm.line_path().await);
        let steps = crm.post(ALPHA, &test, &json!({"from": SENDER})).await.json();
        assert_eq!(steps["steps"], json!([{"step": "reject"}]));
        crm.delete(ALPHA, &path).await;
        let mut call = crm.caller().call().await.unwrap();
        call.is_connected_to(OFFICE).await.unwrap();
    }

    async fn everybody_sets_their_own_rule_and_administrators_all(crm: Crm) {
        let rule = json!({"mode": "voicemail", "greeting": {"text": "Hello."}});
        for (role, own, other) in [
            (Role::ReadOnly, 403, 403), (Role::Agent, 200, 403), (Role::Admin, 200, 200),
        ] {
            let email = format!("{role}@alpha.example");
            let me = crm.add_person("Alpha", &email, role).await.id;
            let another = crm.person("Bob", None, None).await;
            let browser = Browser::sign_in(&crm, &email).await;
            let path = |user: UserId| format!("/api/users/{user}/call-rule");
            assert_eq!(browser.put(&path(me), &rule).await.status, own, "{role}");
            assert_eq!(browser.put(&path(another), &rule).await.status, other, "{role}");
            assert_eq!(browser.get(&path(another)).await.status, 200, "{role}");
            let company = browser.put("/api/settings/calls", &json!({})).await.status;
            assert_eq!(company, other, "{role}");
        }
        let log = crm.get(ALPHA, "/api/audit").await.items();
        assert!(log.iter().any(|it| it["action"] == "user.call_rule_changed"), "{log:?}");
    }

    async fn our_own_lines_and_phones_do_not_ring_in_a_circle(crm: Crm) {
        let rule = json!({"mode": "both", "accept_key": {"mobile": false}});
        crm.ana(&rule).await;
        // Ana calls from her mobile: only the other phone rings.
        let mut call = crm.caller().from(MOBILE).call().await.unwrap();
        call.is_connected_to(OFFICE).await.unwrap();
        assert!(call.is_connected_to(MOBILE).await.is_err());
        // Her mobile has sent the call to us.
        let mut call = crm.caller().param("ForwardedFrom", MOBILE).call().await.unwrap();
        assert!(call.is_connected_to(MOBILE).await.is_err());
        // Some carriers write the number that was called.
        let mut call = crm.caller().param("ForwardedFrom", ALPHA_LINE).call().await.unwrap();
        call.is_connected_to(MOBILE).await.unwrap();
        // A menu leads to a line of somebody else's on this server, who may lead it back.
        let menu = json!({
            "name": "Main", "prompt": {"text": "Press 1."},
            "keys": {"1": {"do": "number", "number": BETA_LINE}},
        });
        let menu = crm.post(ALPHA, "/api/menus", &menu).await.json_with(201);
        let path = format!("{}/call-rule", crm.line_path().await);
        let to_menu = json!({"rule": {"mode": "menu", "menu_id": menu["id"]}});
        crm.put(ALPHA, &path, &to_menu).await.json();
        let mut call = crm.caller().call().await.unwrap();
        call.presses("1").await.unwrap();
        call.hears(LEAVE).await.unwrap();
        crm.delete(ALPHA, &path).await;
        // The line calls itself.
        let mut call = crm.caller().from(ALPHA_LINE).call().await.unwrap();
        call.hears(LEAVE).await.unwrap();
    }

    async fn the_recording_is_decided_when_a_call_begins(crm: Crm) {
        crm.ana(&json!({"mode": "office"})).await;
        let settings = |recording: &str| json!({"recording": recording});
        let set = async |recording: &str| {
            crm.put(ALPHA, "/api/settings/calls", &settings(recording)).await.json();
        };
        set("announce").await;
        let mut call = crm.caller().call().await.unwrap();
        call.hears("This call may be recorded.").await.unwrap();
        set("off").await;
        call.answers(OFFICE).await.unwrap();
        call.talks_for(Duration::from_secs(30)).await.unwrap();
        call.they_hang_up().await.unwrap();
        call.is_over().await.unwrap();
        let detail = crm.call_detail(&call.sid()).await;
        let recording = &detail["recordings"][0];
        assert_eq!((&recording["channels"], &recording["duration"]), (&json!(2), &json!(30)));

        let mut call = crm.caller().call().await.unwrap();
        set("on").await;
        call.answers(OFFICE).await.unwrap();
        call.they_hang_up().await.unwrap();
        let detail = crm.call_detail(&call.sid()).await;
        assert_eq!(detail["recordings"], json!([]));
        // A line may do otherwise.
        let path = format!("{}/call-rule", crm.line_path().await);
        crm.put(ALPHA, &path, &settings("off")).await.json();
        let answer = crm.call(&sid("CA", 1), SENDER, ALPHA_LINE).await;
        assert!(!answer.body.contains("record"), "{}", answer.body);
        assert_eq!(crm.delete(ALPHA, &path).await.status, 204);
        let answer = crm.call(&sid("CA", 2), SENDER, ALPHA_LINE).await;
        assert!(answer.body.contains("record-from-answer-dual"), "{}", answer.body);
        assert!(!answer.body.contains("may be recorded"), "{}", answer.body);
    }

    async fn a_rule_that_changes_counts_from_the_next_call(crm: Crm) {
        let ana = crm.ana(&json!({"mode": "office"})).await;
        let mut before = crm.caller().call().await.unwrap();
        let rule = json!({"mode": "mobile"});
        crm.put(ALPHA, &format!("/api/users/{ana}/call-rule"), &rule).await.json();
        before.is_connected_to(OFFICE).await.unwrap();
        let mut after = crm.caller().call().await.unwrap();
        after.is_connected_to(MOBILE).await.unwrap();
        // The line's own rule wins, and then that of the company.
        let path = format!("{}/call-rule", crm.line_path().await);
        let rule = json!({"rule": {"mode": "voicemail", "greeting": {"text": "Alpha here."}}});
        crm.put(ALPHA, &path, &rule).await.json();
        let mut call = crm.caller().call().await.unwrap();
        call.hears("Alpha here.").await.unwrap();
        call.hears(LEAVE).await.unwrap();
        crm.delete(ALPHA, &path).await;
        crm.delete(ALPHA, &format!("/api/users/{ana}/call-rule")).await;
        crm.put(ALPHA, "/api/settings/calls", &json!({"rule": {"mode": "both"}})).await.json();
        let mut call = crm.caller().call().await.unwrap();
        call.is_connected_to(MOBILE).await.unwrap();
        call.is_connected_to(OFFICE).await.unwrap();
    }

    async fn a_message_shorter_than_two_seconds_is_none(crm: Crm) {
        let mut call = crm.caller().call().await.unwrap();
        call.leaves_voicemail(Duration::from_secs(1)).await.unwrap();
        call.hears(NOTHING).await.unwrap();
        call.is_over().await.unwrap();
        let detail = crm.call_detail(&call.sid()).await;
        assert_eq!((&detail["missed"], &detail["voicemail"]), (&json!(true), &json!(false)));

        let mut call = crm.caller().call().await.unwrap();
        call.hears(LEAVE).await.unwrap();
        call.stays_silent().await.unwrap();
        call.hears(NOTHING).await.unwrap();
        call.is_over().await.unwrap();
        let topics = crm.topics().await;
        let missed = topics.iter().filter(|topic| *topic == "missed_call").count();
        assert_eq!(missed, 2, "{topics:?}");
        assert!(!topics.contains(&"voicemail_received".to_owned()));
    }

    async fn a_caller_who_hangs_up_is_missed_wherever_that_is(crm: Crm) {
        crm.ana(&json!({"mode": "office"})).await;
        let mut ringing = crm.caller().call().await.unwrap();
        ringing.is_connected_to(OFFICE).await.unwrap();
        ringing.hangs_up().await.unwrap();
        assert_eq!(crm.topics().await, ["missed_call"]);
        let detail = crm.call_detail(&ringing.sid()).await;
        assert_eq!(detail["missed"], true);
        assert_eq!(kinds(&detail).last(), Some(&"hung_up"));

        let mut message = crm.caller().call().await.unwrap();
        message.nobody_answers().await.unwrap();
        message.speaks_for(Duration::from_secs(9)).await.unwrap();
        message.hangs_up().await.unwrap();
        let detail = crm.call_detail(&message.sid()).await;
        assert_eq!(detail["voicemail"], true);
        let topics = crm.topics().await;
        assert_eq!(topics, ["missed_call", "recording_available", "voicemail_received"]);
        crm.clock.advance(SignedDuration::from_mins(1));
        assert_eq!(crm.topics().await, topics, "and nothing is told twice");
    }

    async fn a_message_counts_even_if_nobody_told_that_it_was_left(crm: Crm) {
        let call_sid = sid("CA", 1);
        crm.call(&call_sid, SENDER, ALPHA_LINE).await;
        // The action of the recording got lost; its report and the end of the call did not.
        let recording = sid("RE", 1);
        let report = [
            ("RecordingSid", recording.as_str()), ("CallSid", &call_sid),
            ("RecordingStatus", "completed"), ("RecordingDuration", "7"),
            ("RecordingSource", "RecordVerb"),
            ("RecordingUrl", "https://api.twilio.com/recording"),
        ];
        let end = [
            ("CallSid", call_sid.as_str()), ("From", SENDER), ("To", ALPHA_LINE),
            ("CallStatus", "completed"), ("Direction", "inbound"), ("CallDuration", "20"),
        ];
        assert_eq!(crm.twilio("voice/status", &end).await.status, 204);
        assert_eq!(crm.topics().await, [""; 0], "a message may still come");
        assert_eq!(crm.twilio("voice/recording", &report).await.status, 204);
        crm.clock.advance(SignedDuration::from_secs(21));
        assert_eq!(crm.topics().await, ["recording_available", "voicemail_received"]);
        let detail = crm.call_detail(&call_sid.as_str().into()).await;
        assert_eq!((&detail["missed"], &detail["voicemail"]), (&json!(true), &json!(true)));
    }

    async fn calls_are_listed_by_what_came_of_them(crm: Crm) {
        crm.ana(&json!({"mode": "office"})).await;
        let mut talked = crm.caller().call().await.unwrap();
        talked.somebody_answers().await.unwrap();
        talked.they_hang_up().await.unwrap();
        talked.is_over().await.unwrap();
        let mut missed = crm.caller().call().await.unwrap();
        missed.is_busy().await.unwrap();
        missed.hangs_up().await.unwrap();
        let mut message = crm.caller().call().await.unwrap();
        message.is_busy().await.unwrap();
        leaves_a_message(&mut message).await;
        crm.clock.advance(SignedDuration::from_secs(30));
        crm.work().await;
        let (talked, missed, message) = (talked.sid(), missed.sid(), message.sid());
        for (query, expected) in [
            ("", vec![&message, &missed, &talked]),
            ("?missed=true", vec![&message, &missed]),
            ("?missed=false", vec![&talked]),
            ("?voicemail=true", vec![&message]),
            ("?voicemail=false", vec![&missed, &talked]),
            ("?missed=true&voicemail=false", vec![&missed]),
            ("?direction=inbound", vec![&message, &missed, &talked]),
            ("?direction=inbound&missed=false", vec![&talked]),
            ("?direction=outbound", vec![]),
            ("?limit=1", vec![&message]),
        ] {
            let calls = crm.get(ALPHA, &format!("/api/calls{query}")).await.items();
            let sids: Vec<_> = calls.iter().map(|it| it["call_sid"].as_str().unwrap()).collect();
            let expected: Vec<_> = expected.into_iter().map(CallSid::as_str).collect();
            assert_eq!(sids, expected, "{query}");
        }
        let first = crm.get(ALPHA, "/api/calls?missed=true&limit=1").await.json();
        let rest = format!("/api/calls?missed=true&before={}", first["next"].as_str().unwrap());
        assert_eq!(crm.get(ALPHA, &rest).await.items()[0]["call_sid"], missed.as_str());
        for wrong in ["?missed=1", "?direction=up", "?voicemial=true"] {
            crm.get(ALPHA, &format!("/api/calls{wrong}")).await.problem(400);
        }
        assert_eq!(crm.get(BETA, "/api/calls?missed=true").await.items(), Vec::<Value>::new());
    }

    async fn a_call_that_can_not_be_read_stops_no_other(crm: Crm) {
        let plan_of = async |call: &CallSid, plan: Option<&str>| -> String {
            let db = &crm.state.database.db;
            let sql = "select plan from call_flows where call_sid = $1";
            let row = db.row(sql, crm::args![call.as_str()]).await.unwrap().unwrap();
            if let Some(plan) = plan {
                let sql = "update call_flows set plan = $2 where call_sid = $1";
                db.execute(sql, crm::args![call.as_str(), plan]).await.unwrap();
            }
            row.get("plan").unwrap()
        };
        let mut first = crm.caller().call().await.unwrap();
        first.hangs_up().await.unwrap();
        // As a newer version of the server would write it.
        let plan = plan_of(&first.sid(), Some("[]")).await;
        let mut second = crm.caller().from(BETA_LINE).call().await.unwrap();
        second.hangs_up().await.unwrap();
        crm.clock.advance(SignedDuration::from_secs(30));
        assert_eq!(crm.topics().await, ["missed_call"]);
        plan_of(&first.sid(), Some(&plan)).await;
        crm.clock.advance(SignedDuration::from_secs(60));
        assert_eq!(crm.topics().await, ["missed_call", "missed_call"]);
    }

    async fn steps_that_do_not_belong_are_answered_with_words(crm: Crm) {
        crm.ana(&json!({"mode": "in_turn"})).await;
        let call_sid = sid("CA", 1);
        crm.call(&call_sid, SENDER, ALPHA_LINE).await;
        let detail = crm.call_detail(&call_sid.as_str().into()).await;
        let id = detail["id"].as_str().unwrap().to_owned();
        let params = |call: &'static str| vec![
            ("CallSid", call.to_owned()), ("From", SENDER.to_owned()),
            ("To", ALPHA_LINE.to_owned()), ("CallStatus", "in-progress".to_owned()),
            ("DialCallStatus", "no-answer".to_owned()),
        ];
        let ask = async |path: String, call: String| {
            let mut params = params("");
            params[0].1 = call;
            let params: Vec<_> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = crm.twilio(&path, &params).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            answer.body
        };
        let sorry = "We are sorry";
        let other = Uuid::now_v7();
        for (path, call) in [
            (format!("voice/dial/{other}/1"), call_sid.clone()),
            (format!("voice/dial/{id}/1"), sid("CA", 2)),
            ("voice/dial/x/1".to_owned(), call_sid.clone()),
            (format!("voice/dial/{id}/x"), call_sid.clone()),
            (format!("voice/dial/{id}/-1"), sid("CA", 2)),
        ] {
            let body = ask(path.clone(), call).await;
            assert!(body.contains(sorry), "{path}: {body}");
        }
        // The first phone has rung; Twilio asks again, because the answer got lost.
        let second = ask(format!("voice/dial/{id}/1"), call_sid.clone()).await;
        assert!(second.contains(OFFICE), "{second}");
        assert_eq!(ask(format!("voice/dial/{id}/1"), call_sid.clone()).await, second);
        // A step that is none any more, or not yet: the call is where it is.
        for step in ["0", "-3", "9"] {
            assert_eq!(ask(format!("voice/dial/{id}/{step}"), call_sid.clone()).await, second);
        }
        // The keys of a menu that is not there.
        let body = ask(format!("voice/menu/{id}/2"), call_sid.clone()).await;
        assert!(body.contains("<Record"), "{body}");
        for phone in ["voice/screen", "voice/accept"] {
            let body = ask(format!("{phone}/{id}/0"), call_sid.clone()).await;
            assert!(body.contains("<Hangup/>"), "{body}");
        }
        // Who does not sign hears nothing at all.
        let unsigned = http::Request::post(format!("/api/webhooks/twilio/voice/dial/{id}/1"))
            .body(axum::body::Body::from(format!("CallSid={call_sid}")))
            .unwrap();
        assert_eq!(crm.send(unsigned).await.status, 400);
    }

    async fn the_fallback_url_leads_to_the_voicemail(crm: Crm) {
        crm.ana(&json!({"mode": "office"})).await;
        let call_sid = sid("CA", 1);
        crm.call(&call_sid, SENDER, ALPHA_LINE).await;
        let params = [
            ("CallSid", call_sid.as_str()), ("From", SENDER), ("To", ALPHA_LINE),
            ("CallStatus", "in-progress"), ("Direction", "inbound"),
            ("ErrorCode", "11200"), ("ErrorUrl", "https://crm.example.com/voice/dial"),
        ];
        let answer = crm.twilio("voice/fallback", &params).await;
        assert!(answer.body.contains("<Record"), "{}", answer.body);
        let again = crm.twilio("voice/fallback", &params).await;
        assert_eq!(again.body, answer.body);
    }

    async fn a_call_without_an_end_is_looked_up_and_ended_when_twilio_says_so(crm: Crm) {
        let mut call = crm.caller().call().await.unwrap();
        let id = call.sid();
        let status = async || crm.call_detail(&id).await["status"].clone();
        crm.clock.advance(SignedDuration::from_mins(6));
        crm.work().await;
        assert_eq!(status().await, "ringing", "Twilio says that it still rings");
        let asked = || crm.fake().requests().iter().filter(|it| it.path.contains("/Calls/")).count();
        assert_eq!(asked(), 1);
        crm.work().await;
        assert_eq!(asked(), 1, "it is not asked again at once");

        call.hears(LEAVE).await.unwrap();
        call.hangs_up().await.unwrap();
        // As if the report of the end had never come.
        let sql = "update calls set status = 'RINGING', status_rank = 30, duration = null";
        crm.state.database.db.execute(sql, vec![]).await.unwrap();
        let sql = "update call_flows set settle_at = null";
        crm.state.database.db.execute(sql, vec![]).await.unwrap();
        crm.clock.advance(SignedDuration::from_mins(6));
        crm.work().await;
        assert_eq!(status().await, "completed");
        crm.clock.advance(SignedDuration::from_mins(1));
        assert_eq!(crm.topics().await, ["missed_call"]);
    }
}

#[tokio::test]
async fn a_caller_hears_words_when_the_database_is_gone() {
    let crm = Crm::with_fake(crate::support::Storage::sqlite()).await;
    crm.ana(&json!({"mode": "office"})).await;
    let call_sid = sid("CA", 1);
    crm.call(&call_sid, SENDER, ALPHA_LINE).await;
    let id = crm.call_detail(&call_sid.as_str().into()).await["id"].clone();
    crm.state.database.db.close().await;
    let sorry = "We are sorry, we can";
    for step in ["dial", "menu", "voicemail", "screen", "accept"] {
        let path = format!("voice/{step}/{}/1", id.as_str().unwrap());
        let params = [("CallSid", call_sid.as_str()), ("DialCallStatus", "busy")];
        let answer = crm.twilio(&path, &params).await;
        assert_eq!(answer.status, 200, "{step}");
        assert!(answer.body.contains(sorry), "{step}: {}", answer.body);
    }
    let mut another = crm.caller().call().await.unwrap();
    another.hears(sorry).await.unwrap();
}

#[tokio::test]
async fn wrong_rules_are_refused_with_the_field() {
    let crm = Crm::with_fake(crate::support::Storage::sqlite()).await;
    let ana = crm.person("Ana", None, Some(OFFICE)).await;
    let path = format!("/api/users/{ana}/call-rule");
    for (rule, field) in [
        (json!({"mode": "mobile"}), "`mode`"),
        (json!({"ring_budget": 4}), "`ring_budget`"),
        (json!({"mode": "menu"}), "`menu_id`"),
        (
            json!({"greeting": {"text": "x".repeat(4097)}}),
            "`greeting.text`",
        ),
        (json!({"text_back": "x".repeat(1601)}), "`text_back`"),
        // Twilio counts each of them twice.
        (json!({"text_back": "😀".repeat(801)}), "`text_back`"),
    ] {
        let problem = crm.put(ALPHA, &path, &rule).await.problem(422);
        assert!(
            problem["detail"].as_str().unwrap().contains(field),
            "{problem}"
        );
    }
    for wrong in [
        json!({"mode": "pigeon"}),
        json!({"mdoe": "menu"}),
        json!("menu"),
    ] {
        crm.put(ALPHA, &path, &wrong).await.problem(400);
    }
    let elsewhere = json!({"mode": "menu", "menu_id": Uuid::now_v7()});
    crm.put(ALPHA, &path, &elsewhere).await.problem(404);
    crm.put(BETA, &path, &json!({})).await.problem(404);
    crm.get(BETA, &path).await.problem(404);
    crm.get(ALPHA, &format!("/api/users/{}/call-rule", Uuid::now_v7()))
        .await
        .problem(404);
    let settings = json!({"rule": {"ring_budget": 4}});
    let problem = crm
        .put(ALPHA, "/api/settings/calls", &settings)
        .await
        .problem(422);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("`rule.ring_budget`"),
        "{problem}"
    );
    let line = format!("{}/call-rule", crm.line_path().await);
    crm.put(BETA, &line, &json!({})).await.problem(404);
    crm.post(BETA, &format!("{line}/test"), &json!({}))
        .await
        .problem(404);
}
