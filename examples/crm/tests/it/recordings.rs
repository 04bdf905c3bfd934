//! Recordings: listening to them through this server, copies, and how long they are kept.

use std::{convert::Infallible, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    routing::get,
};
use crm::{app::app, clock::Clock, database::Arg, people::Role};
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::oneshot};
use tower::ServiceExt as _;
use twilio_hooks::{
    CallSid, RecordingSid,
    testing::{CallFate, Fault},
};

use crate::support::{
    ALPHA, ALPHA_LINE, BETA, BETA_LINE, Crm, NOW, SENDER, Storage, on_both_databases, sid, soon,
};

/// What came back, byte for byte.
struct Heard {
    status: u16,
    headers: HeaderMap,
    bytes: Bytes,
}

impl Heard {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

async fn request(crm: &Crm, method: &str, token: &str, path: &str, range: Option<&str>) -> Heard {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    if let Some(range) = range {
        request = request.header(header::RANGE, range);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = crm.app.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    Heard {
        status: parts.status.as_u16(),
        headers: parts.headers,
        bytes: body.collect().await.unwrap().to_bytes(),
    }
}

async fn listen(crm: &Crm, id: &str, range: Option<&str>) -> Heard {
    let path = format!("/api/recordings/{id}/audio");
    request(crm, "GET", ALPHA, &path, range).await
}

/// Bytes none of which is like its neighbour.
fn sound(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index % 251) as u8).collect()
}

/// Tells the server of a recording, as Twilio would.
async fn tell(crm: &Crm, call: &CallSid, recording: &RecordingSid, more: &[(&str, &str)]) {
    let mut params = vec![
        ("CallSid", call.as_str()),
        ("RecordingSid", recording.as_str()),
        ("RecordingUrl", "https://api.twilio.com/not-to-be-called"),
        ("RecordingDuration", "20"),
        ("RecordingSource", "RecordVerb"),
        ("RecordingStartTime", "Mon, 23 Nov 2026 15:00:00 +0000"),
    ];
    for (name, value) in more {
        params.retain(|(known, _)| known != name);
        params.push((name, value));
    }
    if !more.iter().any(|(name, _)| *name == "RecordingStatus") {
        params.push(("RecordingStatus", "completed"));
    }
    let answer = crm.twilio("voice/recording", &params).await;
    assert!((200..300).contains(&answer.status), "{answer:?}");
    // Webhooks are received by the system's clock.
    let sql = "update recordings set created_at = $1, updated_at = $1 where recording_sid = $2";
    let args = vec![Arg::from(crm.clock.now()), Arg::from(recording.as_str())];
    crm.state.database.db.execute(sql, args).await.unwrap();
}

/// A call to a line with a recording at Twilio, of which the server knows; and what it sounds like.
pub(crate) async fn recorded(crm: &Crm, line: &str) -> (RecordingSid, Vec<u8>) {
    let fake = crm.fake();
    let lasts = Duration::from_secs(20);
    let call = fake.add_incoming_call(SENDER, line, CallFate::Completed(lasts));
    let recording = fake.add_recording(&call, lasts);
    let sound = sound(3000);
    fake.set_recording_media(&recording, "audio/mpeg", sound.clone());
    crm.call(call.as_str(), SENDER, line).await;
    tell(crm, &call, &recording, &[]).await;
    (recording, sound)
}

async fn ids(crm: &Crm, token: &str) -> Vec<String> {
    let items = crm.get(token, "/api/recordings").await.items();
    let id = |item: &Value| item["id"].as_str().unwrap().to_owned();
    items.iter().map(id).collect()
}

async fn only(crm: &Crm) -> String {
    let ids = ids(crm, ALPHA).await;
    assert_eq!(ids.len(), 1);
    ids[0].clone()
}

async fn played(crm: &Crm) -> usize {
    audited(crm, "recording.played").await
}

async fn audited(crm: &Crm, action: &str) -> usize {
    let entries = crm.get(ALPHA, "/api/audit").await.items();
    entries
        .iter()
        .filter(|entry| entry["action"] == action)
        .count()
}

/// How many files there are below a directory.
fn files(directory: &std::path::Path) -> usize {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return 0;
    };
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { files(&path) } else { 1 })
        .sum()
}

/// How many files the server keeps.
pub(crate) fn stored(crm: &Crm) -> usize {
    files(&crm.data.join("files"))
}

fn has_recording(crm: &Crm, recording: &RecordingSid) -> bool {
    crm.fake()
        .recordings()
        .iter()
        .any(|known| known.sid == *recording)
}

pub(crate) async fn set(
    crm: &Crm,
    keep_copies: bool,
    delete_at_twilio: bool,
    keep_days: Option<u32>,
) {
    let settings = json!({
        "keep_copies": keep_copies,
        "delete_at_twilio": delete_at_twilio,
        "keep_days": keep_days,
    });
    let answer = crm.put(ALPHA, "/api/settings/recordings", &settings).await;
    assert_eq!(answer.json(), settings);
}

on_both_databases! {
    async fn a_recording_is_played_through_this_server(crm: Crm) {
        let (_, sound) = recorded(&crm, ALPHA_LINE).await;
        let id = only(&crm).await;
        let heard = listen(&crm, &id, None).await;
        assert_eq!(heard.status, 200);
        assert_eq!(heard.bytes, sound);
        assert_eq!(heard.header(header::CONTENT_TYPE), "audio/mpeg");
        assert_eq!(heard.header(header::CONTENT_LENGTH), "3000");
        assert_eq!(heard.header(header::ACCEPT_RANGES), "bytes");
        assert_eq!(heard.header(header::CACHE_CONTROL), "private, no-store");
        assert_eq!(heard.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(
            heard.header(header::CONTENT_DISPOSITION),
            "inline; filename=\"recording-20261123-150000.mp3\""
        );
        let path = format!("/api/recordings/{id}/audio?format=wav");
        let wav = request(&crm, "GET", ALPHA, &path, None).await;
        assert_eq!((wav.status, wav.header(header::CONTENT_TYPE)), (200, "audio/wav"));
        let path = format!("/api/recordings/{id}/audio?format=flac");
        assert_eq!(request(&crm, "GET", ALPHA, &path, None).await.status, 400);
    }

    async fn parts_come_byte_for_byte(crm: Crm) {
        let (_, sound) = recorded(&crm, ALPHA_LINE).await;
        let id = only(&crm).await;
        for (range, first, last) in [
            ("bytes=0-", 0, 2999),
            ("bytes=0-0", 0, 0),
            ("bytes=100-199", 100, 199),
            ("bytes=2990-9999", 2990, 2999),
            ("bytes=-10", 2990, 2999),
        ] {
            let heard = listen(&crm, &id, Some(range)).await;
            assert_eq!(heard.status, 206, "{range}");
            assert_eq!(heard.bytes, sound[first..=last], "{range}");
            let part = format!("bytes {first}-{last}/3000");
            assert_eq!(heard.header(header::CONTENT_RANGE), part, "{range}");
            let length = (last - first + 1).to_string();
            assert_eq!(heard.header(header::CONTENT_LENGTH), length, "{range}");
        }
        for range in ["bytes=3000-", "bytes=5-4", "bytes=x-"] {
            assert_eq!(listen(&crm, &id, Some(range)).await.status, 416, "{range}");
        }
        let several = listen(&crm, &id, Some("bytes=0-1,5-6")).await;
        assert_eq!((several.status, several.bytes.len()), (200, 3000));
    }

    async fn head_tells_without_a_body_and_is_no_play(crm: Crm) {
        recorded(&crm, ALPHA_LINE).await;
        let id = only(&crm).await;
        let path = format!("/api/recordings/{id}/audio");
        let heard = request(&crm, "HEAD", ALPHA, &path, None).await;
        assert_eq!((heard.status, heard.bytes.len()), (200, 0));
        assert_eq!(heard.header(header::CONTENT_LENGTH), "3000");
        assert_eq!(played(&crm).await, 0);
    }

    async fn beginning_to_listen_is_on_the_audit_log_and_going_on_is_not(crm: Crm) {
        recorded(&crm, ALPHA_LINE).await;
        let id = only(&crm).await;
        listen(&crm, &id, None).await;
        assert_eq!(played(&crm).await, 1);
        for range in ["bytes=0-1", "bytes=100-", "bytes=500-700"] {
            listen(&crm, &id, Some(range)).await;
        }
        assert_eq!(played(&crm).await, 1);
        listen(&crm, &id, Some("bytes=0-")).await;
        assert_eq!(played(&crm).await, 2);
        // Leaving the first byte out hides nothing.
        crm.clock.advance(SignedDuration::from_hours(2));
        listen(&crm, &id, Some("bytes=1-")).await;
        assert_eq!(played(&crm).await, 3);
        let entries = crm.get(ALPHA, "/api/audit").await.items();
        assert_eq!(entries[0]["object_id"], id);
        assert_eq!(listen(&crm, &id, Some("bytes=9999-")).await.status, 416);
        assert_eq!(played(&crm).await, 3, "nothing was heard");
    }

    async fn other_companies_hear_nothing(crm: Crm) {
        recorded(&crm, ALPHA_LINE).await;
        let id = only(&crm).await;
        let before = crm.fake().requests().len();
        crm.get(BETA, &format!("/api/recordings/{id}/audio")).await.problem(404);
        crm.get(BETA, &format!("/api/recordings/{id}")).await.problem(404);
        crm.delete(BETA, &format!("/api/recordings/{id}")).await.problem(404);
        assert!(ids(&crm, BETA).await.is_empty());
        assert_eq!(crm.fake().requests().len(), before);
        let calls = crm.get(ALPHA, "/api/calls").await.items();
        let call = calls[0]["id"].as_str().unwrap();
        crm.get(BETA, &format!("/api/recordings?call_id={call}")).await.problem(404);
        let of_call = crm.get(ALPHA, &format!("/api/recordings?call_id={call}")).await;
        assert_eq!(of_call.items().len(), 1);
        crm.get("", &format!("/api/recordings/{id}/audio")).await.problem(401);
    }

    async fn who_only_reads_may_not_listen(crm: Crm) {
        recorded(&crm, ALPHA_LINE).await;
        let id = only(&crm).await;
        for (role, status) in [("read_only", 403), ("agent", 200)] {
            assert!(role.parse::<Role>().is_ok());
            let body = json!({ "name": role, "role": role });
            let made = crm.post(ALPHA, "/api/tokens", &body).await;
            let made: Value = serde_json::from_str(&made.body).unwrap();
            let token = made["secret"].as_str().unwrap();
            let path = format!("/api/recordings/{id}/audio");
            assert_eq!(request(&crm, "GET", token, &path, None).await.status, status);
            crm.delete(token, &format!("/api/recordings/{id}")).await.problem(403);
        }
    }

    async fn lesson_16_no_address_of_twilios_reaches_a_browser(crm: Crm) {
        recorded(&crm, ALPHA_LINE).await;
        let id = only(&crm).await;
        for path in [
            "/api/recordings".to_owned(),
            format!("/api/recordings/{id}"),
            "/api/calls".to_owned(),
        ] {
            let answer = crm.get(ALPHA, &path).await;
            assert!(!answer.body.contains("twilio.com"), "{}", answer.body);
            assert!(!answer.body.contains("http"), "{}", answer.body);
        }
        let heard = listen(&crm, &id, None).await;
        assert_eq!(heard.status, 200, "it is not led elsewhere");
        assert!(!format!("{:?}", heard.headers).contains("http"));
    }

    async fn lesson_17_a_planted_url_is_never_requested(crm: Crm) {
        let fake = crm.fake();
        let lasts = Duration::from_secs(20);
        let call = fake.add_incoming_call(SENDER, ALPHA_LINE, CallFate::Completed(lasts));
        crm.call(call.as_str(), SENDER, ALPHA_LINE).await;
        let mut planted = 0;
        for url in [
            "http://169.254.169.254/latest/meta-data/",
            "https://evil.example.com/2010-04-01/Accounts/AC1/Recordings/RE1",
            "file:///etc/passwd",
            "https://api.twilio.com/2010-04-01/Accounts/AC1/Keys",
        ] {
            let recording = fake.add_recording(&call, lasts);
            tell(&crm, &call, &recording, &[("RecordingUrl", url)]).await;
            planted += 1;
        }
        let ids = ids(&crm, ALPHA).await;
        assert_eq!(ids.len(), planted);
        for id in &ids {
            assert_eq!(listen(&crm, id, None).await.status, 200);
        }
        set(&crm, true, false, None).await;
        crm.work().await;
        let account = fake.account_sid();
        for request in fake.requests() {
            // The call has not ended in our books, so its end is asked for.
            let of_account = format!("/2010-04-01/Accounts/{account}");
            let is_own = request.path.starts_with(&format!("{of_account}/Recordings/RE"))
                || request.path == format!("{of_account}/Calls/{call}.json");
            assert!(is_own, "{}", request.path);
        }
        for request in fake.storage_requests() {
            assert!(!request.headers.contains_key(header::AUTHORIZATION));
        }
    }

    async fn lesson_18_a_recording_whose_report_was_lost_is_asked_for_when_it_is_played(crm: Crm) {
        let fake = crm.fake();
        let lasts = Duration::from_secs(20);
        let call = fake.add_incoming_call(SENDER, ALPHA_LINE, CallFate::Completed(lasts));
        let recording = fake.add_recording(&call, lasts);
        crm.call(call.as_str(), SENDER, ALPHA_LINE).await;
        let begun = [("RecordingStatus", "in-progress"), ("RecordingDuration", "")];
        tell(&crm, &call, &recording, &begun).await;
        let id = only(&crm).await;
        assert_eq!(listen(&crm, &id, None).await.status, 200);
        let row = crm.get(ALPHA, &format!("/api/recordings/{id}")).await.json();
        assert_eq!((&row["status"], &row["duration"]), (&json!("completed"), &json!(20)));
    }

    async fn lesson_12_a_report_before_its_call_waits_for_it(crm: Crm) {
        let (call, recording) = (CallSid::from(sid("CA", 1)), RecordingSid::from(sid("RE", 1)));
        tell(&crm, &call, &recording, &[]).await;
        assert!(ids(&crm, ALPHA).await.is_empty());
        crm.call(call.as_str(), SENDER, ALPHA_LINE).await;
        assert_eq!(ids(&crm, ALPHA).await.len(), 1);
        crm.deliver().await;
        let told = crm.get(ALPHA, "/api/notifications").await.items();
        let about = told.iter().filter(|it| it["type"] == "recording_available");
        assert_eq!(about.count(), 1);
    }

    async fn people_are_told_of_a_recording_once(crm: Crm) {
        let call = CallSid::from(sid("CA", 1));
        crm.call(call.as_str(), SENDER, ALPHA_LINE).await;
        let repeated = RecordingSid::from(sid("RE", 1));
        for status in ["in-progress", "completed", "completed", "in-progress", "completed"] {
            tell(&crm, &call, &repeated, &[("RecordingStatus", status)]).await;
        }
        let corrected = RecordingSid::from(sid("RE", 2));
        let absent = [("RecordingStatus", "absent"), ("RecordingUrl", "")];
        tell(&crm, &call, &corrected, &absent).await;
        crm.deliver().await;
        let about = async || {
            let told = crm.get(ALPHA, "/api/notifications").await.items();
            told.iter().filter(|it| it["type"] == "recording_available").count()
        };
        assert_eq!(about().await, 1, "of nothing nobody is told");
        for _ in 0..3 {
            tell(&crm, &call, &corrected, &[("RecordingStatus", "completed")]).await;
        }
        crm.deliver().await;
        assert_eq!(about().await, 2);
    }

    async fn each_reason_why_there_is_nothing_to_hear_has_its_answer(crm: Crm) {
        let (recording, _) = recorded(&crm, ALPHA_LINE).await;
        let id = only(&crm).await;
        // Down: each try meets it.
        for _ in 0..4 {
            crm.fake().fail_next(Fault::Status(StatusCode::SERVICE_UNAVAILABLE));
        }
        let path = format!("/api/recordings/{id}/audio");
        crm.get(ALPHA, &path).await.problem(502);
        crm.fake().fail_next(Fault::Status(StatusCode::UNAUTHORIZED));
        crm.get(ALPHA, &path).await.problem(502);
        assert_eq!(played(&crm).await, 0);
        crm.fake().client().recordings().delete(&recording).await.unwrap();
        crm.get(ALPHA, &path).await.problem(410);

        let call = CallSid::from(sid("CA", 99_999));
        crm.call(call.as_str(), SENDER, ALPHA_LINE).await;
        let absent = RecordingSid::from(sid("RE", 99_999));
        tell(&crm, &call, &absent, &[("RecordingStatus", "absent")]).await;
        let path = format!("/api/recordings/{}/audio", ids(&crm, ALPHA).await[0]);
        crm.get(ALPHA, &path).await.problem(404);
    }

    async fn what_is_still_recorded_is_asked_for_again_later(crm: Crm) {
        let fake = crm.fake();
        fake.set_call_fate(SENDER, CallFate::Completed(Duration::from_secs(60)));
        let create = twilio_hooks::client::CreateCall::new(SENDER, ALPHA_LINE)
            .url("https://crm.example.com/none")
            .record(true);
        let call = fake.client().calls().create(create).await.unwrap().sid;
        let recording = fake.recordings()[0].sid.clone();
        crm.call(call.as_str(), SENDER, ALPHA_LINE).await;
        tell(&crm, &call, &recording, &[("RecordingStatus", "in-progress")]).await;
        let id = only(&crm).await;
        let answer = crm.get(ALPHA, &format!("/api/recordings/{id}/audio")).await;
        answer.problem(409);
        assert_eq!(answer.headers[header::RETRY_AFTER], "5");
    }

    async fn voicemails_and_pages(crm: Crm) {
        for _ in 0..3 {
            recorded(&crm, ALPHA_LINE).await;
        }
        recorded(&crm, BETA_LINE).await;
        let call = CallSid::from(sid("CA", 99_999));
        crm.call(call.as_str(), SENDER, ALPHA_LINE).await;
        let dialled = [("RecordingSource", "DialVerb")];
        tell(&crm, &call, &RecordingSid::from(sid("RE", 99_999)), &dialled).await;
        let all = ids(&crm, ALPHA).await;
        assert_eq!(all.len(), 4);
        let voicemails = crm.get(ALPHA, "/api/recordings?voicemail=true").await.items();
        assert_eq!(voicemails.len(), 3);
        assert!(voicemails.iter().all(|it| it["voicemail"] == true));
        let first = crm.get(ALPHA, "/api/recordings?limit=3").await.json();
        let rest = format!("/api/recordings?before={}", first["next"].as_str().unwrap());
        assert_eq!(crm.get(ALPHA, &rest).await.items()[0]["id"], all[3]);
        for odd in ["limit=0", "before=x", "call_id=x", "voicemail=maybe", "color=red"] {
            crm.get(ALPHA, &format!("/api/recordings?{odd}")).await.problem(400);
        }
    }

    async fn deleting_takes_everything_away_here_and_at_twilio(crm: Crm) {
        let (recording, _) = recorded(&crm, ALPHA_LINE).await;
        let id = only(&crm).await;
        set(&crm, true, false, None).await;
        crm.work().await;
        assert_eq!(stored(&crm), 1);
        let path = format!("/api/recordings/{id}");
        // Twilio is down at first: it is done later.
        for _ in 0..4 {
            crm.fake().fail_next_at("/Recordings/", Fault::Status(StatusCode::SERVICE_UNAVAILABLE));
        }
        assert_eq!(crm.delete(ALPHA, &path).await.status, 204);
        crm.get(ALPHA, &format!("{path}/audio")).await.problem(410);
        assert_eq!(crm.get(ALPHA, &path).await.json()["status"], "deleted");
        crm.work().await;
        assert_eq!(stored(&crm), 0);
        assert!(has_recording(&crm, &recording));
        crm.clock.advance(SignedDuration::from_mins(2));
        crm.work().await;
        assert!(!has_recording(&crm, &recording));
        assert_eq!(audited(&crm, "recording.deleted").await, 1);
        let calls = crm.get(ALPHA, "/api/calls").await.items();
        assert_eq!(calls[0]["has_recording"], false);
        // A late report does not bring it back.
        let call = CallSid::from(calls[0]["call_sid"].as_str().unwrap());
        tell(&crm, &call, &recording, &[]).await;
        crm.get(ALPHA, &format!("{path}/audio")).await.problem(410);
        crm.work().await;
        assert_eq!(stored(&crm), 0);
    }

    async fn copies_are_made_checked_and_played(crm: Crm) {
        let (first, sound) = recorded(&crm, ALPHA_LINE).await;
        recorded(&crm, BETA_LINE).await;
        let id = only(&crm).await;
        crm.work().await;
        assert_eq!(stored(&crm), 0, "nobody wants copies");
        set(&crm, true, true, None).await;
        crm.work().await;
        assert_eq!(stored(&crm), 1, "only Alpha wants them");
        assert!(!has_recording(&crm, &first), "it was deleted at Twilio");
        let row = crm.get(ALPHA, &format!("/api/recordings/{id}")).await.json();
        assert_eq!((&row["copied"], &row["status"]), (&json!(true), &json!("completed")));

        let before = crm.fake().requests().len();
        let whole = listen(&crm, &id, None).await;
        assert_eq!((whole.status, &*whole.bytes), (200, &*sound));
        let part = listen(&crm, &id, Some("bytes=100-199")).await;
        assert_eq!((part.status, &*part.bytes), (206, &sound[100..200]));
        assert_eq!(part.header(header::CONTENT_RANGE), "bytes 100-199/3000");
        assert_eq!(part.header(header::CONTENT_LENGTH), "100");
        let beyond = listen(&crm, &id, Some("bytes=3000-")).await;
        assert_eq!(beyond.status, 416);
        assert_eq!(beyond.header(header::CONTENT_RANGE), "bytes */3000");
        assert_eq!(crm.fake().requests().len(), before, "Twilio was not asked");

        let (_, later) = recorded(&crm, ALPHA_LINE).await;
        crm.work().await;
        assert_eq!(stored(&crm), 2);
        let newest = &ids(&crm, ALPHA).await[0];
        assert_eq!(listen(&crm, newest, None).await.bytes, later);
    }

    async fn of_a_recording_that_is_only_here_there_is_mp3_alone(crm: Crm) {
        let (recording, sound) = recorded(&crm, ALPHA_LINE).await;
        let path = format!("/api/recordings/{}/audio", only(&crm).await);
        set(&crm, true, true, None).await;
        crm.work().await;
        assert!(!has_recording(&crm, &recording));
        let refusal = crm.get(ALPHA, &format!("{path}?format=wav")).await.problem(409);
        let detail = refusal["detail"].as_str().unwrap();
        assert!(detail.contains("only mp3 is kept"), "{detail}");
        let mp3 = request(&crm, "GET", ALPHA, &format!("{path}?format=mp3"), None).await;
        assert_eq!((mp3.status, &*mp3.bytes), (200, &*sound));
        // What is nowhere is gone in every format.
        crm.delete(ALPHA, path.trim_end_matches("/audio")).await;
        crm.get(ALPHA, &format!("{path}?format=wav")).await.problem(410);
    }

    async fn a_copy_is_tried_again_and_nothing_half_is_left(crm: Crm) {
        recorded(&crm, ALPHA_LINE).await;
        set(&crm, true, true, None).await;
        for _ in 0..4 {
            crm.fake().fail_next_at("/Recordings/", Fault::Status(StatusCode::BAD_GATEWAY));
        }
        crm.work().await;
        assert_eq!(stored(&crm), 0);
        crm.work().await;
        assert_eq!(stored(&crm), 0, "not at once");
        crm.clock.advance(SignedDuration::from_mins(2));
        crm.work().await;
        assert_eq!(stored(&crm), 1);
    }

    async fn several_servers_copy_each_recording_once(crm: Crm) {
        for _ in 0..6 {
            recorded(&crm, ALPHA_LINE).await;
        }
        set(&crm, true, false, None).await;
        let now = crm.clock.now();
        let (one, other) = tokio::join!(
            crm.state.jobs.run_once(now),
            crm.state.jobs.run_once(now)
        );
        one.unwrap();
        other.unwrap();
        crm.work().await;
        assert_eq!(stored(&crm), 6);
        assert_eq!(crm.fake().storage_requests().len(), 6);
    }

    async fn who_copies_too_late_leaves_the_copy_of_somebody_else_alone(crm: Crm) {
        let (recording, _) = recorded(&crm, ALPHA_LINE).await;
        // Long enough for somebody else to be quicker.
        crm.fake().set_recording_media(&recording, "audio/mpeg", sound(20_000_000));
        set(&crm, true, false, None).await;
        let now = crm.clock.now();
        let somebody_else = async {
            let sql = "update recording_files set attempt = 2, due_at = null, copied_at = $1
                       where attempt = 1";
            let args = || vec![Arg::from(now)];
            while crm.state.database.db.execute(sql, args()).await.unwrap() == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::join!(crm.work(), somebody_else);
        assert_eq!(stored(&crm), 1);
    }

    async fn a_copy_that_nobody_wants_any_more_is_not_left_over(crm: Crm) {
        let (recording, _) = recorded(&crm, ALPHA_LINE).await;
        crm.fake().set_recording_media(&recording, "audio/mpeg", sound(20_000_000));
        set(&crm, true, false, None).await;
        let path = format!("/api/recordings/{}", only(&crm).await);
        let deleted = async {
            let sql = "select attempt from recording_files where attempt = 1";
            while crm.state.database.db.rows(sql, vec![]).await.unwrap().is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            assert_eq!(crm.delete(ALPHA, &path).await.status, 204);
        };
        tokio::join!(crm.work(), deleted);
        crm.work().await;
        assert_eq!(stored(&crm), 0);
    }

    async fn what_a_server_left_half_done_goes_away(crm: Crm) {
        recorded(&crm, ALPHA_LINE).await;
        let unfinished = crm.data.join("files/recordings/unfinished");
        std::fs::create_dir_all(&unfinished).unwrap();
        let id = only(&crm).await;
        let part = unfinished.join(format!("{id}.0123"));
        std::fs::write(&part, "half of what was said").unwrap();
        crm.work().await;
        assert!(part.exists(), "somebody may be writing it");
        let hours_ago = std::time::SystemTime::now() - Duration::from_secs(2 * 3600);
        std::fs::File::open(&part).unwrap().set_modified(hours_ago).unwrap();
        crm.work().await;
        assert!(!part.exists());

        std::fs::write(&part, "half of what was said").unwrap();
        crm.delete(ALPHA, &format!("/api/recordings/{id}")).await;
        crm.work().await;
        assert!(!part.exists(), "it goes with the recording at once");
    }

    async fn what_is_too_old_goes_after_it_was_announced(crm: Crm) {
        let (old, _) = recorded(&crm, ALPHA_LINE).await;
        let (others, _) = recorded(&crm, BETA_LINE).await;
        set(&crm, true, false, Some(30)).await;
        crm.work().await;
        crm.clock.advance(SignedDuration::from_hours(24 * 31));
        let (new, _) = recorded(&crm, ALPHA_LINE).await;
        let path = "/api/settings/recordings/retention-preview";
        let preview = crm.get(ALPHA, path).await.json();
        assert_eq!((&preview["recordings"], &preview["seconds"]), (&json!(1), &json!(20)));
        let longer = crm.get(ALPHA, &format!("{path}?keep_days=90")).await.json();
        assert_eq!(longer["recordings"], 0);
        assert!(has_recording(&crm, &old), "a preview deletes nothing");
        crm.work().await;
        crm.work().await;
        assert!(!has_recording(&crm, &old));
        assert!(has_recording(&crm, &new) && has_recording(&crm, &others));
        assert_eq!(audited(&crm, "recording.expired").await, 1);
        let preview = crm.get(ALPHA, path).await.json();
        assert_eq!(preview["recordings"], 0);
        assert_eq!(stored(&crm), 1);
    }

    async fn settings_are_checked_and_on_the_audit_log(crm: Crm) {
        let path = "/api/settings/recordings";
        let none = json!({ "keep_copies": false, "delete_at_twilio": false, "keep_days": null });
        assert_eq!(crm.get(ALPHA, path).await.json(), none);
        for odd in [
            json!({ "keep_copies": false, "delete_at_twilio": true, "keep_days": null }),
            json!({ "keep_copies": true, "delete_at_twilio": true, "keep_days": 0 }),
            json!({ "keep_copies": true, "delete_at_twilio": true, "keep_days": 99_999_999 }),
        ] {
            crm.put(ALPHA, path, &odd).await.problem(422);
        }
        crm.get(ALPHA, &format!("{path}/retention-preview?keep_days=0")).await.problem(422);
        set(&crm, true, false, Some(7)).await;
        assert_eq!(crm.get(BETA, path).await.json(), none);
        assert_eq!(audited(&crm, "recording_settings.changed").await, 1);
    }

    async fn a_recording_that_was_never_reported_goes_with_its_erased_contact(crm: Crm) {
        let lasts = Duration::from_secs(20);
        let fate = CallFate::Completed(lasts);
        let call = crm.fake().add_incoming_call(SENDER, ALPHA_LINE, fate);
        let recording = crm.fake().add_recording(&call, lasts);
        crm.call(call.as_str(), SENDER, ALPHA_LINE).await;
        let contacts = crm.get(ALPHA, "/api/contacts").await.items();
        let path = format!("/api/contacts/{}", contacts[0]["id"].as_str().unwrap());
        assert_eq!(crm.delete(ALPHA, &path).await.status, 204);
        assert!(has_recording(&crm, &recording));
        crm.work().await;
        assert!(!has_recording(&crm, &recording));
    }

    async fn what_an_erased_contact_left_goes_at_twilio_and_here(crm: Crm) {
        let (recording, _) = recorded(&crm, ALPHA_LINE).await;
        set(&crm, true, false, None).await;
        crm.work().await;
        assert_eq!(stored(&crm), 1);
        let fake = crm.fake();
        let call = fake.calls()[0].sid.clone();
        let message = fake.add_incoming_message(SENDER, ALPHA_LINE, "Hello");
        fake.add_media(&message, "image/png", "a picture");
        // As the part of the program that erases contacts leaves it.
        let db = &crm.state.database.db;
        let company = crm.state.database.settings.companies().await.unwrap()[0].id;
        let account = fake.account_sid();
        for (kind, sid) in [
            ("recording", recording.as_str()),
            ("message", message.as_str()),
            ("call", call.as_str()),
        ] {
            let sql = "insert into erasures (company_id, account_sid, kind, sid, due_at)
                       values ($1, $2, $3, $4, $5)";
            let args = vec![
                Arg::from(company),
                Arg::from(account.as_str()),
                Arg::from(kind),
                Arg::from(sid),
                Arg::from(crm.clock.now()),
            ];
            db.execute(sql, args).await.unwrap();
        }
        db.execute("delete from recordings", vec![]).await.unwrap();
        crm.work().await;
        assert_eq!(stored(&crm), 0);
        assert!(fake.recordings().is_empty() && fake.messages().is_empty());
        assert!(fake.calls().is_empty());
        let left = db.rows("select sid from erasures", vec![]).await.unwrap();
        assert!(left.is_empty());
    }
}

/// Somebody deletes a recording while Twilio, where nothing is to be left of it after it was copied, is
/// being asked to delete its own.
async fn the_copy_goes_too(storage: Storage) {
    let (reached, asked) = oneshot::channel::<()>();
    let (go_on, told) = oneshot::channel::<()>();
    let gate = std::sync::Arc::new(std::sync::Mutex::new(Some((reached, told))));
    let path = "/2010-04-01/Accounts/{account}/Recordings/{recording}";
    let deleted = move || {
        let gate = gate.lock().unwrap().take();
        async move {
            if let Some((reached, told)) = gate {
                reached.send(()).unwrap();
                told.await.unwrap();
            }
            StatusCode::NO_CONTENT
        }
    };
    let twilio = Router::new().route(path, get(async || sound(3000)).delete(deleted));
    let upstream = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", upstream.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(upstream, twilio).await });
    let first = format!("twilio_api_url = {url:?}");
    let crm = Crm::open(storage, &first, None, Clock::at(NOW.parse().unwrap())).await;

    let call = CallSid::from(sid("CA", 1));
    crm.call(call.as_str(), SENDER, ALPHA_LINE).await;
    tell(&crm, &call, &RecordingSid::from(sid("RE", 1)), &[]).await;
    let id = only(&crm).await;
    set(&crm, true, true, None).await;
    let (jobs, now) = (crm.state.jobs.clone(), crm.clock.now());
    let work = tokio::spawn(async move { jobs.run_once(now).await });
    soon(asked).await.unwrap();
    assert_eq!(stored(&crm), 1);
    let answer = crm.delete(ALPHA, &format!("/api/recordings/{id}")).await;
    assert_eq!(answer.status, 204);
    go_on.send(()).unwrap();
    work.await.unwrap().unwrap();
    crm.clock.advance(SignedDuration::from_mins(10));
    crm.work().await;
    assert_eq!(stored(&crm), 0);
    let sql = "select recording_sid from recording_deletions";
    let left = crm.state.database.db.rows(sql, vec![]).await.unwrap();
    assert!(left.is_empty());
}

mod a_recording_that_is_deleted_while_its_original_goes_leaves_no_copy {
    use super::{Storage, the_copy_goes_too};

    #[tokio::test]
    async fn on_sqlite() {
        the_copy_goes_too(Storage::sqlite()).await;
    }

    #[tokio::test]
    async fn on_postgres() {
        the_copy_goes_too(Storage::postgres().await).await;
    }
}

/// Twilio gives the first megabyte, and the rest only when the listener has got that: whoever kept it
/// all until the end would wait for ever.
#[tokio::test]
async fn five_megabytes_stream_over_a_socket_without_being_kept_whole() {
    const MEGABYTE: usize = 1024 * 1024;
    let (go_on, told) = oneshot::channel::<()>();
    let told = std::sync::Arc::new(std::sync::Mutex::new(Some(told)));
    let twilio = Router::new().route(
        "/2010-04-01/Accounts/{account}/Recordings/{recording}",
        get(move || {
            let told = told.lock().unwrap().take().expect("it is asked once");
            async move {
                let first = stream::once(async { Bytes::from(sound(MEGABYTE)) });
                let rest = stream::once(async move {
                    told.await.unwrap();
                    Bytes::from(sound(4 * MEGABYTE))
                });
                let pieces = first.chain(rest).map(Ok::<_, Infallible>);
                (
                    [(header::CONTENT_LENGTH, 5 * MEGABYTE)],
                    Body::from_stream(pieces),
                )
            }
        }),
    );
    let upstream = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", upstream.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(upstream, twilio).await });

    let crm = Crm::start_with(&format!("twilio_api_url = {url:?}")).await;
    let call = CallSid::from(sid("CA", 1));
    crm.call(call.as_str(), SENDER, ALPHA_LINE).await;
    tell(&crm, &call, &RecordingSid::from(sid("RE", 1)), &[]).await;
    let id = only(&crm).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    let service = app(crm.state.clone());
    tokio::spawn(async move { axum::serve(listener, service).await });

    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
        .build_http::<Body>();
    let request = Request::get(format!("http://{server}/api/recordings/{id}/audio"))
        .header(header::AUTHORIZATION, format!("Bearer {ALPHA}"))
        .body(Body::empty())
        .unwrap();
    let response = soon(client.request(request)).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(
        response.headers()[header::CONTENT_LENGTH],
        (5 * MEGABYTE).to_string()
    );
    let mut body = response.into_body();
    let mut got = Vec::new();
    let mut go_on = Some(go_on);
    while let Some(frame) = soon(body.frame()).await {
        got.extend_from_slice(&frame.unwrap().into_data().unwrap());
        if got.len() >= MEGABYTE
            && let Some(go_on) = go_on.take()
        {
            go_on.send(()).unwrap();
        }
    }
    let expected = [sound(MEGABYTE), sound(4 * MEGABYTE)].concat();
    assert!(got == expected, "{} bytes came", got.len());
}
