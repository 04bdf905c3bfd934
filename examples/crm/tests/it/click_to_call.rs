//! Calls that our people start.

use std::time::Duration;

use axum::body::Body;
use crm::people::Role;
use http::{Request, StatusCode, header};
use jiff::SignedDuration;
use serde_json::{Value, json};
use twilio_hooks::{
    CallSid,
    client::CreateCall,
    testing::{CallFate, Fault},
};
use uuid::Uuid;

use crate::{
    browser::Browser,
    calls::{MOBILE, OFFICE, kinds},
    support::{ALPHA, ALPHA_LINE, Answer, BETA, Crm, SENDER, on_both_databases, sid},
};

impl Crm {
    pub(crate) async fn start_call(&self, token: &str, key: &str, body: &Value) -> Answer {
        let request = Request::post("/api/calls")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", key)
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }

    /// Does what is due in so many minutes, while Twilio's clock stands still.
    async fn work_for_minutes(&self, minutes: u32) {
        for _ in 0..minutes {
            self.clock.advance(SignedDuration::from_secs(61));
            self.work().await;
        }
    }

    async fn detail(&self, id: &Value) -> Value {
        let path = format!("/api/calls/{}", id.as_str().unwrap());
        self.get(ALPHA, &path).await.json()
    }
}

on_both_databases! {
    async fn our_phone_rings_first_and_then_the_contact_is_called(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Call me").await;
        let contact = crm.get(ALPHA, "/api/contacts").await.items()[0].clone();
        let ana = crm.person("Ana", Some(MOBILE), Some(OFFICE)).await;
        let body = json!({"contact_id": contact["id"], "user_id": ana});
        let started = crm.start_call(ALPHA, "1", &body).await.json_with(201);
        assert_eq!((&started["state"], &started["to"]), (&json!("started"), &json!(SENDER)));
        let id = &started["id"];
        assert_eq!(crm.detail(id).await["status"], "queued");

        let mut call = crm.fake().callee(crm.app.clone(), MOBILE).answers().await.unwrap();
        assert_eq!(crm.detail(id).await["status"], "in-progress");
        call.hears("This is Alpha. To be connected to 1 2 0 2 5 5 5 0 1 4 3, press 1.").await.unwrap();
        call.presses("1").await.unwrap();
        call.is_connected_to(SENDER).await.unwrap();
        call.somebody_answers().await.unwrap();
        call.talks_for(Duration::from_secs(60)).await.unwrap();
        call.they_hang_up().await.unwrap();
        call.hears("Goodbye").await.unwrap();
        call.is_over().await.unwrap();

        let detail = crm.detail(id).await;
        assert_eq!(detail["status"], "completed");
        assert_eq!((&detail["from_number"], &detail["to_number"]), (&json!(ALPHA_LINE), &json!(SENDER)));
        assert_eq!((&detail["contact_id"], &detail["handled_by"]), (&contact["id"], &json!(ana)));
        assert_eq!(kinds(&detail), ["ringing", "forwarded", "answered", "forwarded", "answered"]);
        let legs: Vec<_> = detail["legs"].as_array().unwrap().iter()
            .map(|it| (it["name"].as_str().unwrap(), it["status"].as_str().unwrap())).collect();
        assert_eq!(legs, [("Ana's mobile", "completed"), ("contact", "completed")]);
        assert_eq!(crm.get(ALPHA, "/api/contacts").await.items().len(), 1, "phones of ours are none");
        let listed = crm.get(ALPHA, "/api/calls?direction=outbound").await.items();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0]["handled_by"], json!(ana));
        assert_eq!(listed[0]["missed"], false);
    }

    async fn who_does_not_press_the_key_is_not_connected(crm: Crm) {
        let ana = crm.person("Ana", Some(MOBILE), None).await;
        let body = json!({"to": SENDER, "user_id": ana});
        let started = crm.start_call(ALPHA, "1", &body).await.json_with(201);
        let mut call = crm.fake().callee(crm.app.clone(), MOBILE).machine_answers().await.unwrap();
        call.stays_silent().await.unwrap();
        call.stays_silent().await.unwrap();
        call.hears("Goodbye").await.unwrap();
        call.is_over().await.unwrap();
        assert!(call.is_connected_to(SENDER).await.is_err());
        let detail = crm.detail(&started["id"]).await;
        assert_eq!(kinds(&detail), ["ringing", "forwarded", "not_accepted"]);

        let settings = json!({"connect_at_once": true});
        crm.put(ALPHA, "/api/settings/calls", &settings).await.json();
        crm.start_call(ALPHA, "2", &body).await.json_with(201);
        let mut call = crm.fake().callee(crm.app.clone(), MOBILE).answers().await.unwrap();
        call.hears("Connecting.").await.unwrap();
        call.is_connected_to(SENDER).await.unwrap();
    }

    async fn it_is_told_who_was_busy(crm: Crm) {
        let ana = crm.person("Ana", Some(MOBILE), Some(OFFICE)).await;
        let body = json!({"to": SENDER, "user_id": ana, "phone": "office"});
        let callee = || crm.fake().callee(crm.app.clone(), OFFICE);
        let started = crm.start_call(ALPHA, "1", &body).await.json_with(201);
        callee().is_busy().await.unwrap();
        let detail = crm.detail(&started["id"]).await;
        assert_eq!(detail["status"], "busy");
        assert_eq!(kinds(&detail), ["ringing", "forwarded", "busy"]);
        assert_eq!(detail["timeline"][2]["name"], "Ana's office");
        for (key, kind, words) in [
            ("2", "busy", "The line is busy"),
            ("3", "no_answer", "Nobody has answered"),
            ("4", "failed", "can't be reached"),
        ] {
            let started = crm.start_call(ALPHA, key, &body).await.json_with(201);
            let mut call = callee().answers().await.unwrap();
            call.presses("1").await.unwrap();
            match kind {
                "busy" => call.is_busy().await.unwrap(),
                "failed" => call.fails().await.unwrap(),
                _ => call.nobody_answers().await.unwrap(),
            };
            call.hears(words).await.unwrap();
            call.is_over().await.unwrap();
            let detail = crm.detail(&started["id"]).await;
            assert_eq!(kinds(&detail), ["ringing", "forwarded", "answered", "forwarded", kind]);
            let last = detail["timeline"].as_array().unwrap().last().unwrap().clone();
            assert_eq!(last["name"], "contact");
        }
    }

    async fn an_agent_starts_calls_for_nobody_else(crm: Crm) {
        let me = crm.add_person("Alpha", "agent@alpha.example", Role::Agent).await.id;
        let sql = "update users set mobile = $1 where id = $2";
        crm.state.database.db.execute(sql, crm::args![MOBILE, me]).await.unwrap();
        let other = crm.person("Bob", Some(OFFICE), None).await;
        let browser = Browser::sign_in(&crm, "agent@alpha.example").await;
        let start = async |key: &str, body: Value| {
            let request = Request::post("/api/calls").header("idempotency-key", key);
            browser.send(request, Some(&body)).await
        };
        let started = start("1", json!({"to": SENDER})).await.json_with(201);
        assert_eq!(started["user_id"], json!(me));
        start("2", json!({"to": SENDER, "user_id": other})).await.problem(403);
        crm.add_person("Alpha", "reader@alpha.example", Role::ReadOnly).await;
        let reader = Browser::sign_in(&crm, "reader@alpha.example").await;
        reader.post("/api/calls", &json!({"to": SENDER})).await.problem(403);
    }

    async fn asking_twice_starts_one_call(crm: Crm) {
        let ana = crm.person("Ana", Some(MOBILE), None).await;
        let body = json!({"to": SENDER, "user_id": ana});
        let (first, second) = tokio::join!(
            crm.start_call(ALPHA, "same", &body),
            crm.start_call(ALPHA, "same", &body),
        );
        let id = |answer: &Answer| serde_json::from_str::<Value>(&answer.body).unwrap()["id"].clone();
        assert_eq!(id(&first), id(&second));
        assert_eq!(crm.fake().calls().len(), 1);
        let other = json!({"to": "+12025550144", "user_id": ana});
        crm.start_call(ALPHA, "same", &other).await.problem(409);
        // As people write the number.
        let written = json!({"to": "(202) 555-0143", "user_id": ana});
        crm.start_call(ALPHA, "same", &written).await.json_with(201);
        crm.start_call(ALPHA, "", &body).await.problem(400);
        crm.post(ALPHA, "/api/calls", &body).await.problem(400);
        assert_eq!(crm.fake().calls().len(), 1);
    }

    async fn a_lost_answer_is_looked_up_and_not_repeated(crm: Crm) {
        crm.clock.set(crm.fake().now());
        let ana = crm.person("Ana", Some(MOBILE), None).await;
        let body = json!({"to": SENDER, "user_id": ana});
        crm.fake().fail_next(Fault::DropAfter);
        let started = crm.start_call(ALPHA, "1", &body).await.json_with(202);
        assert_eq!(started["state"], "unknown");
        let start = format!("/api/calls/{}/start", started["id"].as_str().unwrap());
        crm.clock.advance(SignedDuration::from_secs(61));
        crm.work().await;
        let found = crm.get(ALPHA, &start).await.json();
        assert_eq!(found["state"], "started");
        let calls = crm.fake().calls();
        assert_eq!(calls.len(), 1);
        assert_eq!(found["call_sid"], json!(calls[0].sid));
        assert_eq!(crm.detail(&started["id"]).await["to_number"], SENDER);

        // And one that Twilio never got.
        crm.fake().fail_next(Fault::DropBefore);
        let lost = crm.start_call(ALPHA, "2", &body).await.json_with(202);
        let start = format!("/api/calls/{}/start", lost["id"].as_str().unwrap());
        crm.work_for_minutes(4).await;
        assert_eq!(crm.get(ALPHA, &start).await.json()["state"], "failed");
        assert_eq!(crm.fake().calls().len(), 1);
        crm.get(BETA, &start).await.problem(404);
    }

    async fn somebody_elses_call_is_not_taken_for_the_lost_one(crm: Crm) {
        crm.clock.set(crm.fake().now());
        let wait = async |seconds: u64| {
            crm.clock.advance(SignedDuration::try_from(Duration::from_secs(seconds)).unwrap());
            crm.fake().advance(Duration::from_secs(seconds)).await;
        };
        let ana = crm.person("Ana", Some(MOBILE), None).await;
        // Another program has rung the same phone with the same number a minute before.
        let other = CreateCall::new(MOBILE, ALPHA_LINE).url("https://dialer.example.com/");
        crm.fake().client().calls().create(other).await.unwrap();
        wait(60).await;
        let body = json!({"to": SENDER, "user_id": ana});
        crm.fake().fail_next(Fault::DropBefore);
        let lost = crm.start_call(ALPHA, "1", &body).await.json_with(202);
        wait(2).await;
        // And one comes in between the two numbers, which is nobody's yet.
        let lasts = CallFate::Completed(Duration::from_secs(5));
        crm.fake().add_incoming_call(ALPHA_LINE, MOBILE, lasts);
        let start = format!("/api/calls/{}/start", lost["id"].as_str().unwrap());
        for _ in 0..4 {
            wait(61).await;
            crm.work().await;
        }
        let state = crm.get(ALPHA, &start).await.json();
        assert_eq!((&state["state"], &state["call_sid"]), (&json!("failed"), &Value::Null));
    }

    async fn a_call_that_was_found_for_another_one_is_not_found_again(crm: Crm) {
        crm.clock.set(crm.fake().now());
        let ana = crm.person("Ana", Some(MOBILE), None).await;
        let body = json!({"to": SENDER, "user_id": ana});
        let first = crm.start_call(ALPHA, "1", &body).await.json_with(201);
        // As if the process had died before the store had it.
        let db = &crm.state.database.db;
        let sql = "update calls set call_sid = $1";
        db.execute(sql, crm::args![sid("CA", 0xfff1)]).await.unwrap();
        crm.fake().fail_next(Fault::DropBefore);
        let lost = crm.start_call(ALPHA, "2", &body).await.json_with(202);
        let start = format!("/api/calls/{}/start", lost["id"].as_str().unwrap());
        crm.work_for_minutes(4).await;
        let state = crm.get(ALPHA, &start).await.json();
        assert_eq!((&state["state"], &state["call_sid"]), (&json!("failed"), &Value::Null));
        assert_eq!(first["call_sid"], json!(crm.fake().calls()[0].sid));
    }

    async fn a_lost_call_of_an_account_that_is_gone_is_given_up(crm: Crm) {
        let ana = crm.person("Ana", Some(MOBILE), None).await;
        crm.fake().fail_next(Fault::DropAfter);
        let body = json!({"to": SENDER, "user_id": ana});
        let lost = crm.start_call(ALPHA, "1", &body).await.json_with(202);
        let sql = "update call_flows set account_sid = 'AC0000000000000000000000000000dead'";
        crm.state.database.db.execute(sql, vec![]).await.unwrap();
        let start = format!("/api/calls/{}/start", lost["id"].as_str().unwrap());
        crm.work_for_minutes(2).await;
        assert_eq!(crm.get(ALPHA, &start).await.json()["state"], "unknown");
        crm.work_for_minutes(1).await;
        assert_eq!(crm.get(ALPHA, &start).await.json()["state"], "failed");
    }

    async fn what_twilio_never_lets_us_look_up_is_given_up_in_the_end(crm: Crm) {
        let ana = crm.person("Ana", Some(MOBILE), None).await;
        crm.fake().fail_next(Fault::DropAfter);
        let body = json!({"to": SENDER, "user_id": ana});
        let lost = crm.start_call(ALPHA, "1", &body).await.json_with(202);
        let start = format!("/api/calls/{}/start", lost["id"].as_str().unwrap());
        for (minutes, state) in [(5, "unknown"), (56, "failed")] {
            crm.clock.advance(SignedDuration::from_mins(minutes));
            crm.fake().fail_next(Fault::Status(StatusCode::UNAUTHORIZED));
            crm.work().await;
            assert_eq!(crm.get(ALPHA, &start).await.json()["state"], state);
        }
    }

    async fn a_slow_twilio_is_answered_with_202_and_the_call_is_on_the_audit_log(crm: Crm) {
        let ana = crm.person("Ana", Some(MOBILE), None).await;
        let body = json!({"to": SENDER, "user_id": ana});
        let audited = async || {
            let entries = crm.get(ALPHA, "/api/audit").await.items();
            let of_calls = entries.into_iter().filter(|it| it["action"] == "call.started");
            of_calls.map(|it| it["object_id"].clone()).collect::<Vec<_>>()
        };
        crm.fake().fail_next(Fault::HangAfter);
        let slow = crm.start_call(ALPHA, "1", &body).await.json_with(202);
        assert_eq!(slow["state"], "asked");
        assert_eq!(audited().await, [slow["id"].clone()]);
        // Asking again starts nothing, and is no second entry.
        let again = crm.start_call(ALPHA, "1", &body).await.json_with(202);
        assert_eq!(again["id"], slow["id"]);
        assert_eq!(audited().await.len(), 1);
        assert_eq!(crm.fake().calls().len(), 1);
        // Twilio's first report says that it has it.
        let call_sid = crm.fake().calls()[0].sid.clone();
        let report = [
            ("CallSid", call_sid.as_str()), ("From", ALPHA_LINE), ("To", MOBILE),
            ("CallStatus", "ringing"), ("Direction", "outbound-api"),
        ];
        let id = slow["id"].as_str().unwrap();
        assert_eq!(crm.twilio(&format!("voice/out/{id}/status"), &report).await.status, 204);
        let found = crm.get(ALPHA, &format!("/api/calls/{id}/start")).await.json();
        assert_eq!(found["state"], "started");
    }

    async fn a_report_may_be_faster_than_the_answer(crm: Crm) {
        let ana = crm.person("Ana", Some(MOBILE), None).await;
        let body = json!({"to": SENDER, "user_id": ana});
        crm.fake().fail_next(Fault::DropAfter);
        let started = crm.start_call(ALPHA, "1", &body).await.json_with(202);
        let call_sid: CallSid = crm.fake().calls()[0].sid.clone();
        let report = [
            ("CallSid", call_sid.as_str()), ("From", ALPHA_LINE), ("To", MOBILE),
            ("CallStatus", "ringing"), ("Direction", "outbound-api"),
        ];
        let path = format!("voice/out/{}/status", started["id"].as_str().unwrap());
        assert_eq!(crm.twilio(&path, &report).await.status, 204);
        let detail = crm.detail(&started["id"]).await;
        assert_eq!((&detail["status"], &detail["to_number"]), (&json!("ringing"), &json!(SENDER)));
        let start = format!("/api/calls/{}/start", started["id"].as_str().unwrap());
        assert_eq!(crm.get(ALPHA, &start).await.json()["state"], "started");
        // Another call that names this one is none of it.
        let other = sid("CA", 99);
        let mut forged = report;
        forged[0].1 = &other;
        forged[3].1 = "completed";
        assert_eq!(crm.twilio(&path, &forged).await.status, 204);
        assert_eq!(crm.detail(&started["id"]).await["status"], "ringing");
        let spoken = crm.twilio(&path.replace("status", "ours"), &forged).await;
        assert!(spoken.body.contains("We are sorry"), "{}", spoken.body);
    }

    async fn the_talk_is_recorded_as_the_company_has_set(crm: Crm) {
        let ana = crm.person("Ana", Some(MOBILE), None).await;
        crm.put(ALPHA, "/api/settings/calls", &json!({"recording": "announce"})).await.json();
        let body = json!({"to": SENDER, "user_id": ana});
        let started = crm.start_call(ALPHA, "1", &body).await.json_with(201);
        crm.put(ALPHA, "/api/settings/calls", &json!({"recording": "off"})).await.json();
        let mut call = crm.fake().callee(crm.app.clone(), MOBILE).answers().await.unwrap();
        call.presses("1").await.unwrap();
        call.somebody_answers().await.unwrap();
        call.they_hear("This call may be recorded.").await.unwrap();
        call.talks_for(Duration::from_secs(12)).await.unwrap();
        call.hangs_up().await.unwrap();
        let detail = crm.detail(&started["id"]).await;
        assert_eq!(detail["recordings"].as_array().unwrap().len(), 1);
    }

    async fn what_can_not_be_called_is_refused_before_twilio_is_asked(crm: Crm) {
        let ana = crm.person("Ana", Some(MOBILE), None).await;
        let nobody = crm.person("Bob", None, None).await;
        for (key, body, field) in [
            ("1", json!({"user_id": ana}), "`to`"),
            ("2", json!({"user_id": ana, "to": "911"}), "`to`"),
            ("3", json!({"user_id": ana, "to": "+19005550100"}), "`to`"),
            ("4", json!({"user_id": ana, "to": ALPHA_LINE}), "`to`"),
            ("5", json!({"user_id": ana, "to": MOBILE}), "`to`"),
            ("6", json!({"user_id": nobody, "to": SENDER}), "`phone`"),
            ("7", json!({"user_id": ana, "to": SENDER, "phone": "office"}), "`phone`"),
            ("8", json!({"to": SENDER}), "`user_id`"),
        ] {
            let problem = crm.start_call(ALPHA, key, &body).await.problem(422);
            assert!(problem["detail"].as_str().unwrap().contains(field), "{problem}");
        }
        let lines = crm.get(BETA, "/api/lines").await.items();
        for (key, body) in [
            ("9", json!({"user_id": ana, "to": SENDER, "line_id": lines[0]["id"]})),
            ("10", json!({"user_id": ana, "contact_id": Uuid::now_v7()})),
            ("11", json!({"user_id": Uuid::now_v7(), "to": SENDER})),
        ] {
            crm.start_call(ALPHA, key, &body).await.problem(404);
        }
        crm.start_call(BETA, "12", &json!({"user_id": ana, "to": SENDER})).await.problem(404);
        assert_eq!(crm.fake().calls().len(), 0);
        // What Twilio refuses is told with its reason.
        crm.fake().make_trial([MOBILE.to_owned() + "9"]);
        let problem = crm.start_call(ALPHA, "13", &json!({"user_id": ana, "to": SENDER})).await;
        assert!(problem.problem(502)["detail"].as_str().unwrap().contains("21219"));
    }
}
