//! What a team does with calls, from the first ring to what everybody sees of it afterwards.

use std::time::Duration;

use axum::body::Body;
use crm::{args, people::Role};
use http::{Request, header};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    browser::Browser,
    calls::{MOBILE, NOBODY, OFFICE, kinds, leaves_a_message},
    desk::{contact, person},
    support::{ALPHA, ALPHA_LINE, Answer, BETA, Crm, PUBLIC_URL, SENDER, on_both_databases, sid},
};

/// The entries of the thread with the one who calls, as somebody sees it.
async fn thread(who: &Browser<'_>, crm: &Crm) -> Vec<Value> {
    let path = format!("/api/threads/{}", contact(crm, SENDER).await);
    let page = who.get(&path).await.json();
    page["items"].as_array().unwrap().clone()
}

/// The only one of these entries that is a message or a call.
fn only<'e>(entries: &'e [Value], kind: &str) -> &'e Value {
    let mut found = entries.iter().filter(|it| it["kind"] == kind);
    let entry = found.next().expect(kind);
    assert_eq!(found.next(), None, "there is another {kind}");
    entry
}

/// What Alpha's people were told about, with the title.
async fn told(crm: &Crm, topic: &str) -> Vec<Value> {
    crm.topics().await;
    let told = crm.get(ALPHA, "/api/notifications").await.items();
    told.into_iter().filter(|it| it["type"] == topic).collect()
}

async fn calls(crm: &Crm, query: &str) -> Vec<Value> {
    crm.get(ALPHA, &format!("/api/calls{query}")).await.items()
}

/// Listens to a recording, as far as `range` goes.
async fn listen(crm: &Crm, token: &str, path: &str, range: &str) -> Answer {
    let request = Request::get(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::RANGE, range);
    crm.send(request.body(Body::empty()).unwrap()).await
}

on_both_databases! {
    async fn a_forwarded_call_is_taken_with_1_and_recorded_after_the_announcement(crm: Crm) {
        let team = person(&crm, "Alpha", Role::Agent).await;
        let ana = crm.ana(&json!({"mode": "mobile"})).await;
        crm.put(ALPHA, "/api/settings/calls", &json!({"recording": "announce"})).await.json();

        let mut call = crm.caller().call().await.unwrap();
        call.hears("This call may be recorded.").await.unwrap();
        call.is_connected_to(MOBILE).await.unwrap();
        call.somebody_answers().await.unwrap();
        call.they_hear("Press 1").await.unwrap();
        call.they_press("1").await.unwrap();
        call.talks_for(Duration::from_secs(90)).await.unwrap();
        call.they_hang_up().await.unwrap();
        call.is_over().await.unwrap();

        let detail = crm.call_detail(&call.sid()).await;
        assert_eq!(kinds(&detail), ["ringing", "forwarded", "answered"]);
        assert_eq!((&detail["missed"], &detail["handled_by"]), (&json!(false), &json!(ana)));
        assert!(told(&crm, "missed_call").await.is_empty());
        assert_eq!(told(&crm, "recording_available").await.len(), 1);
        assert!(calls(&crm, "?missed=true").await.is_empty());
        let entries = thread(&team, &crm).await;
        let entry = only(&entries, "call");
        assert_eq!((&entry["direction"], &entry["status"]), (&json!("inbound"), &json!("completed")));
        assert_eq!(entry["has_recording"], true);
        let path = format!("/api/recordings?call_id={}", entry["id"].as_str().unwrap());
        let recordings = team.get(&path).await.items();
        assert_eq!(recordings.len(), 1);
        assert_eq!(recordings[0]["voicemail"], false);
        // It begins when the phone is answered, with the question for the key.
        let seconds = recordings[0]["duration"].as_u64().unwrap();
        assert!((90..=110).contains(&seconds), "{seconds}");

        // With the recording off nothing is said and nothing recorded.
        crm.put(ALPHA, "/api/settings/calls", &json!({"recording": "off"})).await.json();
        let mut call = crm.caller().call().await.unwrap();
        call.somebody_answers().await.unwrap();
        call.they_press("1").await.unwrap();
        call.they_hang_up().await.unwrap();
        call.is_over().await.unwrap();
        assert!(!call.transcript().heard().any(|said| said.contains("recorded")));
        assert_eq!(crm.call_detail(&call.sid()).await["recordings"], json!([]));
    }

    async fn a_call_that_nobody_takes_ends_in_a_voicemail_that_only_the_team_hears(crm: Crm) {
        let team = person(&crm, "Alpha", Role::Agent).await;
        crm.ana(&json!({"mode": "office"})).await;
        let mut call = crm.caller().call().await.unwrap();
        call.is_connected_to(OFFICE).await.unwrap();
        call.nobody_answers().await.unwrap();
        call.hears(NOBODY).await.unwrap();
        leaves_a_message(&mut call).await;

        let told = told(&crm, "voicemail_received").await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["title"], format!("Voicemail from {SENDER}"));
        assert_eq!(told[0]["message"], "Duration 0:32");
        assert_eq!(told[0]["contact_id"], contact(&crm, SENDER).await);
        let missed = calls(&crm, "?voicemail=true").await;
        assert_eq!((missed.len(), &missed[0]["id"]), (1, &told[0]["call_id"]));
        let entries = thread(&team, &crm).await;
        assert_eq!((&only(&entries, "call")["id"], entries.len()), (&missed[0]["id"], 1));

        let voicemails = team.get("/api/recordings?voicemail=true").await.items();
        assert_eq!((voicemails.len(), &voicemails[0]["duration"]), (1, &json!(32)));
        let sound = "0123456789".repeat(100);
        let recording = crm.fake().recordings()[0].sid.clone();
        crm.fake().set_recording_media(&recording, "audio/mpeg", sound.clone());
        let path = format!("/api/recordings/{}/audio", voicemails[0]["id"].as_str().unwrap());
        let whole = listen(&crm, ALPHA, &path, "bytes=0-").await;
        assert_eq!((whole.status, &whole.body), (206, &sound));
        assert_eq!(whole.headers[header::CONTENT_TYPE], "audio/mpeg");
        let part = listen(&crm, ALPHA, &path, "bytes=995-").await;
        assert_eq!((part.status, part.body.as_str()), (206, "56789"));
        assert_eq!(part.headers[header::CONTENT_RANGE], "bytes 995-999/1000");
        let unheard = async || team.get("/api/me/unread").await.json()["voicemails"].clone();
        assert_eq!(unheard().await, 1);
        assert_eq!(team.get(&path).await.body, sound);
        assert_eq!(unheard().await, 0);

        let asked = crm.fake().requests().len();
        assert_eq!(listen(&crm, BETA, &path, "bytes=0-").await.status, 404);
        assert_eq!(listen(&crm, "nobody's", &path, "bytes=0-").await.status, 401);
        let other = person(&crm, "Beta", Role::Owner).await;
        other.get(&path).await.problem(404);
        for path in ["/api/recordings", "/api/calls", "/api/notifications", "/api/threads"] {
            assert!(crm.get(BETA, path).await.items().is_empty(), "{path}");
        }
        assert_eq!(crm.fake().requests().len(), asked, "Twilio was not asked for strangers");
        let log = crm.get(ALPHA, "/api/audit").await.items();
        let played = log.iter().filter(|it| it["action"] == "recording.played");
        assert_eq!(played.count(), 2, "by the program and by the person");
    }

    async fn a_menu_leads_to_the_office_and_leaves_nobody_without_a_word(crm: Crm) {
        let ana = crm.person("Ana", Some(MOBILE), Some(OFFICE)).await;
        let mut menu = json!({
            "name": "Main",
            "prompt": {"text": "For the office, press 1. For our opening hours, press 2."},
            "keys": {
                "1": {"do": "user", "user_id": ana, "phone": "office"},
                "2": {"do": "hang_up", "say": {"text": "We are open from nine to five."}},
            },
            "invalid": {"text": "There is nothing behind this key."},
            "no_input": {"text": "Are you still there?"},
            "max_retries": 2,
            "final": {"do": "hang_up", "say": {"text": "Please call again. Goodbye."}},
        });
        let id = crm.add_menu(&menu).await;
        crm.lead_to(&id).await;

        let mut call = crm.caller().call().await.unwrap();
        call.hears("For the office, press 1.").await.unwrap();
        call.presses("1").await.unwrap();
        call.is_connected_to(OFFICE).await.unwrap();
        call.somebody_answers().await.unwrap();
        call.talks_for(Duration::from_secs(20)).await.unwrap();
        call.they_hang_up().await.unwrap();
        call.is_over().await.unwrap();
        let detail = crm.call_detail(&call.sid()).await;
        assert_eq!(kinds(&detail), ["ringing", "menu", "key", "forwarded", "answered"]);
        assert_eq!((&detail["missed"], &detail["handled_by"]), (&json!(false), &json!(ana)));
        assert_eq!(detail["keys"][0]["key"], "1");

        let mut call = crm.caller().call().await.unwrap();
        call.presses("2").await.unwrap();
        call.hears("We are open from nine to five.").await.unwrap();
        call.is_over().await.unwrap();

        // Wrong keys and silence are answered each time, and the last words are ours, too.
        let mut call = crm.caller().call().await.unwrap();
        call.presses("7").await.unwrap();
        call.hears("There is nothing behind this key.").await.unwrap();
        call.hears("For the office, press 1.").await.unwrap();
        call.stays_silent().await.unwrap();
        call.hears("Are you still there?").await.unwrap();
        call.hears("For the office, press 1.").await.unwrap();
        call.presses("#").await.unwrap();
        call.hears("Please call again. Goodbye.").await.unwrap();
        call.is_over().await.unwrap();

        // Unless somebody has set other words, who finds no key leaves a message.
        menu.as_object_mut().unwrap().remove("final");
        crm.put(ALPHA, &format!("/api/menus/{id}"), &menu).await.json();
        let mut call = crm.caller().call().await.unwrap();
        for _ in 0..3 {
            call.hears("For the office, press 1.").await.unwrap();
            call.stays_silent().await.unwrap();
        }
        leaves_a_message(&mut call).await;
        assert_eq!(told(&crm, "voicemail_received").await.len(), 1);
        let missed = calls(&crm, "?missed=true").await;
        assert_eq!((missed.len(), &missed[0]["call_sid"]), (1, &json!(call.sid())));
        assert_eq!(calls(&crm, "").await.len(), 4);
    }

    async fn a_missed_caller_is_texted_back_and_answers(crm: Crm) {
        let team = person(&crm, "Alpha", Role::Agent).await;
        let words = "Sorry we missed you. How can we help?";
        crm.ana(&json!({"mode": "office", "text_back": words})).await;
        let mut call = crm.caller().call().await.unwrap();
        call.is_connected_to(OFFICE).await.unwrap();
        call.nobody_answers().await.unwrap();
        call.hears(NOBODY).await.unwrap();
        call.hangs_up().await.unwrap();
        crm.clock.advance(SignedDuration::from_secs(30));
        let told = told(&crm, "missed_call").await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["title"], format!("Missed call from {SENDER}"));
        let missed = calls(&crm, "?missed=true").await;
        assert_eq!((missed.len(), &missed[0]["id"]), (1, &told[0]["call_id"]));

        crm.work().await;
        crm.settle().await;
        let entries = thread(&team, &crm).await;
        assert_eq!(only(&entries, "call")["id"], missed[0]["id"]);
        let sent = only(&entries, "message");
        assert_eq!((&sent["body"], &sent["status"]), (&json!(words), &json!("delivered")));
        assert_eq!((&sent["from_address"], &sent["to_address"]), (&json!(ALPHA_LINE), &json!(SENDER)));
        assert_eq!(sent["direction"], "outbound");

        let url = format!("{PUBLIC_URL}/api/webhooks/twilio/sms/incoming");
        let texter = crm.fake().texter(crm.app.clone(), &url);
        let mut customer = texter.from(SENDER).to(ALPHA_LINE);
        customer.receives(words).unwrap();
        let answer = customer.texts("Do you have a table for two?").await.unwrap();
        answer.receives_nothing().unwrap();
        let entries = thread(&team, &crm).await;
        assert_eq!(entries.len(), 3);
        let answer = entries.iter().find(|it| it["direction"] == "inbound" && it["kind"] == "message");
        assert_eq!(answer.unwrap()["body"], "Do you have a table for two?");
        let threads = team.get("/api/threads?filter=unread").await.items();
        assert_eq!(threads.len(), 1, "of one person there is one thread");
        assert_eq!(threads[0]["lines"], json!([ALPHA_LINE]));
        assert_eq!(crm.get(BETA, "/api/threads").await.items(), Vec::<Value>::new());
        // A second missed call in the same hour sends nothing more.
        let mut call = crm.caller().call().await.unwrap();
        call.hangs_up().await.unwrap();
        crm.work().await;
        crm.work().await;
        let sent = crm.fake().messages();
        assert_eq!(sent.iter().filter(|it| it.body.as_deref() == Some(words)).count(), 1);
    }

    async fn a_call_from_the_desk_rings_us_first_and_stands_in_the_thread(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Please call me").await;
        let me = crm.add_person("Alpha", "ana@alpha.example", Role::Agent).await.id;
        let sql = "update users set mobile = $1, name = 'Ana' where id = $2";
        crm.state.database.db.execute(sql, args![MOBILE, me]).await.unwrap();
        let ana = Browser::sign_in(&crm, "ana@alpha.example").await;
        let body = json!({"contact_id": contact(&crm, SENDER).await});
        let click = async || {
            let request = Request::post("/api/calls").header("idempotency-key", "one click");
            ana.send(request, Some(&body)).await.json_with(201)
        };
        let started = click().await;
        assert_eq!(click().await["id"], started["id"], "a second click is the same call");

        let mine = crm.fake().callee(crm.app.clone(), MOBILE);
        let mut call = mine.answers().await.unwrap();
        call.hears("press 1").await.unwrap();
        call.presses("1").await.unwrap();
        call.is_connected_to(SENDER).await.unwrap();
        call.somebody_answers().await.unwrap();
        call.talks_for(Duration::from_secs(60)).await.unwrap();
        call.they_hang_up().await.unwrap();
        call.is_over().await.unwrap();

        let entries = thread(&ana, &crm).await;
        let entry = only(&entries, "call");
        assert_eq!((&entry["id"], &entry["direction"]), (&started["id"], &json!("outbound")));
        assert_eq!((&entry["from_number"], &entry["to_number"]), (&json!(ALPHA_LINE), &json!(SENDER)));
        assert_eq!(entry["status"], "completed");
        assert_eq!(only(&entries, "message")["body"], "Please call me");
        let detail = ana.get(&format!("/api/calls/{}", started["id"].as_str().unwrap())).await.json();
        assert_eq!(kinds(&detail), ["ringing", "forwarded", "answered", "forwarded", "answered"]);
        assert_eq!((&detail["handled_by"], &detail["missed"]), (&json!(me), &json!(false)));
        assert!(told(&crm, "missed_call").await.is_empty());
        let contacts = crm.get(ALPHA, "/api/contacts").await.items();
        assert_eq!(contacts.len(), 1, "our own phone is no customer");
        assert!(crm.get(BETA, "/api/calls").await.items().is_empty());
    }
}
