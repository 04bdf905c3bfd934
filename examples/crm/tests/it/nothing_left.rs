//! Erasing a person: nothing is left of them, here, in files, and at Twilio.

use std::time::Duration;

use crm::database::Db;
use http::{StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use twilio_hooks::{
    Address,
    testing::{CallFate, Fault},
};

use crate::{
    calls::{MOBILE, NOBODY, OFFICE, leaves_a_message},
    desk::contact,
    dump::{dump, traces},
    reconcile::date,
    recordings::stored,
    support::{ALPHA, ALPHA_LINE, Crm, SENDER, on_both_databases},
};

/// Somebody else, of whom everything stays.
const OTHER: &str = "+12025550144";

/// What only the contact has: the number, as digits, as people write it and as it is said, the name,
/// and words from messages in both directions.
const WORDS: [&str; 6] = [
    "2025550143",
    "(202) 555-0143",
    "2 0 2 5 5 5 0 1 4 3",
    "Zebulon",
    "xylophone",
    "quagmire",
];

/// Everything in the database that has something of the contact: all tables, those behind the indexes
/// for search too.
async fn left(crm: &Crm) -> Vec<String> {
    let all = dump(&crm.state.database.db).await;
    assert!(all.len() > 40, "these are all tables: {:?}", all.keys());
    WORDS.iter().flat_map(|words| traces(&all, words)).collect()
}

/// What Twilio has with the contact's number.
fn at_twilio(crm: &Crm) -> usize {
    let is_theirs = |sides: [Option<Address>; 2]| {
        let theirs = Address::from(SENDER);
        sides.into_iter().flatten().any(|side| side == theirs)
    };
    let messages = crm.fake().messages().into_iter();
    let calls = crm.fake().calls().into_iter();
    messages
        .filter(|it| is_theirs([it.from.clone(), it.to.clone()]))
        .count()
        + calls
            .filter(|it| is_theirs([it.from.clone(), it.to.clone()]))
            .count()
}

/// Lets the jobs run as often as one leads to another; what webhooks have left is of now.
async fn work(crm: &Crm) {
    for _ in 0..3 {
        crm.work().await;
    }
}

async fn voicemail(crm: &Crm, from: &str) {
    let mut call = crm.caller().from(from).call().await.unwrap();
    call.nobody_answers().await.unwrap();
    call.hears(NOBODY).await.unwrap();
    leaves_a_message(&mut call).await;
}

/// Everything that a company may have with a contact.
async fn a_long_history(crm: &Crm) {
    let copies = json!({"keep_copies": true, "delete_at_twilio": false, "keep_days": null});
    crm.put(ALPHA, "/api/settings/recordings", &copies)
        .await
        .json();
    crm.put(ALPHA, "/api/settings/calls", &json!({"recording": "on"}))
        .await
        .json();
    let rule = json!({"mode": "office", "text_back": "Sorry we missed you."});
    let ana = crm.ana(&rule).await;
    for from in [SENDER, OTHER] {
        let message = crm
            .fake()
            .add_incoming_message(from, ALPHA_LINE, "A xylophone, please");
        crm.fake().add_media(&message, "image/png", "a picture");
        let body = if from == SENDER {
            "A xylophone, please"
        } else {
            "Hello"
        };
        crm.text(message.as_str(), from, ALPHA_LINE, body).await;
        voicemail(crm, from).await;
    }
    let path = format!("/api/contacts/{}", contact(crm, SENDER).await);
    let details = json!({"name": "Zebulon", "notes": "Lives at the quagmire", "email": "zebulon@example.com"});
    crm.patch(ALPHA, &path, &details).await.json();
    // A talk that was recorded, and that Ana's mobile rang for.
    crm.put(
        ALPHA,
        &format!("/api/users/{ana}/call-rule"),
        &json!({"mode": "mobile"}),
    )
    .await
    .json();
    let mut call = crm.caller().call().await.unwrap();
    call.is_connected_to(MOBILE).await.unwrap();
    call.somebody_answers().await.unwrap();
    call.they_press("1").await.unwrap();
    call.talks_for(Duration::from_secs(30)).await.unwrap();
    call.they_hang_up().await.unwrap();
    call.is_over().await.unwrap();
    // A call from the desk, and one that Twilio did not take.
    for (key, takes) in [("1", true), ("2", false)] {
        if !takes {
            crm.fake()
                .fail_next_at("/Calls", Fault::Status(StatusCode::BAD_REQUEST));
        }
        let body = json!({"to": SENDER, "user_id": ana, "phone": "office"});
        let started = crm.start_call(ALPHA, key, &body).await;
        assert_eq!(started.status, if takes { 201 } else { 502 }, "{started:?}");
        if takes {
            let ours = crm.fake().callee(crm.app.clone(), OFFICE);
            let mut call = ours.answers().await.unwrap();
            call.presses("1").await.unwrap();
            call.is_connected_to(SENDER).await.unwrap();
            call.somebody_answers().await.unwrap();
            call.they_hang_up().await.unwrap();
            call.is_over().await.unwrap();
        }
    }
    let text = json!({"to": SENDER, "body": "Dear Zebulon, mind the quagmire"});
    crm.post_with_key("1", ALPHA, &text).await.json_with(201);
    crm.clock.advance(SignedDuration::from_secs(30));
    work(crm).await;
    crm.settle().await;
    date(crm, SignedDuration::ZERO).await;
    crm.deliver().await;
    work(crm).await;
}

on_both_databases! {
    async fn of_an_erased_contact_nothing_is_left_anywhere(crm: Crm) {
        a_long_history(&crm).await;
        assert_eq!(stored(&crm), 4, "two voicemails, a talk, and the call from the desk");
        let before = dump(&crm.state.database.db).await;
        for words in WORDS {
            assert!(words.contains(' ') || !traces(&before, words).is_empty(), "{words}");
        }
        assert!(at_twilio(&crm) >= 7, "{}", at_twilio(&crm));

        let path = format!("/api/contacts/{}", contact(&crm, SENDER).await);
        assert_eq!(crm.delete(ALPHA, &path).await.status, 204);
        // But for the index of SQLite, all is gone at once; that and the rest goes in the background.
        let at_once = left(&crm).await;
        let is_index = |row: &String| row.starts_with("message_words_data ");
        assert!(at_once.iter().all(is_index), "{at_once:?}");
        assert_eq!(at_once.is_empty(), matches!(crm.state.database.db, Db::Postgres(_)));
        // Twilio is down at first: it is done later. Each is tried four times, the three recordings by
        // themselves and the first of them with its call.
        for _ in 0..16 {
            crm.fake().fail_next_at("/Recordings/", Fault::Status(StatusCode::SERVICE_UNAVAILABLE));
        }
        crm.work().await;
        assert!(crm.fake().recordings().len() > 1);
        crm.clock.advance(SignedDuration::from_mins(2));
        work(&crm).await;
        assert_eq!(at_twilio(&crm), 0);
        assert_eq!(stored(&crm), 1);
        let kept = crm.fake().recordings();
        assert_eq!(kept.len(), 1, "that of somebody else");
        assert_eq!(left(&crm).await, [""; 0]);
        for table in ["erasures", "recording_deletions"] {
            let left = dump(&crm.state.database.db).await.remove(table);
            assert_eq!(left, Some(vec![]), "{table}");
        }

        // Of the other one everything is still there.
        let recordings = crm.get(ALPHA, "/api/recordings").await.items();
        assert_eq!(recordings.len(), 1);
        let path = format!("/api/recordings/{}/audio", recordings[0]["id"].as_str().unwrap());
        let heard = crm.request("HEAD", ALPHA, &path, None).await;
        assert_eq!((heard.status, &heard.headers[header::CONTENT_TYPE]), (200, &"audio/mpeg".parse().unwrap()));
        let contacts = crm.get(ALPHA, "/api/contacts").await.items();
        assert_eq!((contacts.len(), &contacts[0]["address"]), (1, &json!(OTHER)));
    }

    async fn what_twilio_reports_after_an_erasure_goes_too(crm: Crm) {
        let copies = json!({"keep_copies": true, "delete_at_twilio": false, "keep_days": null});
        crm.put(ALPHA, "/api/settings/recordings", &copies).await.json();
        let lasts = Duration::from_secs(20);
        let call = crm.fake().add_incoming_call(SENDER, ALPHA_LINE, CallFate::Completed(lasts));
        let recording = crm.fake().add_recording(&call, lasts);
        crm.call(call.as_str(), SENDER, ALPHA_LINE).await;
        date(&crm, SignedDuration::ZERO).await;
        let path = format!("/api/contacts/{}", contact(&crm, SENDER).await);
        assert_eq!(crm.delete(ALPHA, &path).await.status, 204);

        // The message was being left while the contact was erased.
        let report = [
            ("CallSid", call.as_str()), ("RecordingSid", recording.as_str()),
            ("RecordingStatus", "completed"), ("RecordingDuration", "20"),
            ("RecordingSource", "RecordVerb"),
            ("RecordingUrl", "https://api.twilio.com/recording"),
        ];
        assert_eq!(crm.twilio("voice/recording", &report).await.status, 204);
        let end = [
            ("CallSid", call.as_str()), ("From", SENDER), ("To", ALPHA_LINE),
            ("CallStatus", "completed"), ("Direction", "inbound"), ("CallDuration", "20"),
        ];
        assert_eq!(crm.twilio("voice/status", &end).await.status, 204);
        date(&crm, SignedDuration::ZERO).await;
        crm.clock.advance(SignedDuration::from_secs(30));
        work(&crm).await;
        assert!(crm.get(ALPHA, "/api/contacts").await.items().is_empty());
        assert!(crm.get(ALPHA, "/api/recordings").await.items().is_empty());
        assert_eq!(crm.get(ALPHA, "/api/calls").await.items()[0]["has_recording"], false);
        assert_eq!(stored(&crm), 0);
        assert!(crm.fake().recordings().is_empty());
        assert_eq!(at_twilio(&crm), 0);
        assert_eq!(left(&crm).await, [""; 0]);
        // A look at what Twilio lists brings nothing back.
        let since = Timestamp::UNIX_EPOCH;
        let looked = crm.state.reconcile.run_now(&crm.fake().account_sid(), since).await;
        looked.unwrap().unwrap().unwrap();
        work(&crm).await;
        assert_eq!(left(&crm).await, [""; 0]);
    }
}
