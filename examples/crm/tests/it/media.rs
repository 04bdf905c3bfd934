//! Files that came with messages, passed on by this server.

use axum::body::Body;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use serde_json::Value;
use tower::ServiceExt as _;
use twilio_hooks::{MediaSid, MessageSid, testing::Fault};

use crate::support::{ALPHA, ALPHA_LINE, BETA, Crm, SENDER, on_both_databases};

struct File {
    status: u16,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl File {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

async fn file(crm: &Crm, path: &str, range: Option<&str>) -> File {
    let mut request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {ALPHA}"));
    if let Some(range) = range {
        request = request.header(header::RANGE, range);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = crm.app.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    File {
        status: parts.status.as_u16(),
        headers: parts.headers,
        bytes: body.collect().await.unwrap().to_bytes().to_vec(),
    }
}

/// A message with a picture that Twilio has.
pub(crate) async fn send_picture(crm: &Crm, from: &str, to: &str) {
    let sid = crm.fake().add_incoming_message(from, to, "Look!");
    let media = crm.fake().add_media(&sid, "image/gif", "GIF89a");
    receive(crm, &sid, (from, to), &[url(crm, &sid, &media)]).await;
}

/// A message at Twilio with these files.
fn message(crm: &Crm, files: &[(&str, &[u8])]) -> (MessageSid, Vec<MediaSid>) {
    let sid = crm.fake().add_incoming_message(SENDER, ALPHA_LINE, "Look!");
    let media = files
        .iter()
        .map(|(kind, bytes)| crm.fake().add_media(&sid, kind, bytes.to_vec()))
        .collect();
    (sid, media)
}

fn url(crm: &Crm, message: &MessageSid, media: &MediaSid) -> String {
    let account = crm.fake().account_sid();
    format!("https://api.twilio.com/2010-04-01/Accounts/{account}/Messages/{message}/Media/{media}")
}

/// Tells the server of a message with files at these addresses, and gives its path.
async fn tell(crm: &Crm, sid: &MessageSid, urls: &[String]) -> String {
    receive(crm, sid, (SENDER, ALPHA_LINE), urls).await;
    let messages = crm.get(ALPHA, "/api/messages").await.items();
    let id = |it: &Value| it["id"].as_str().unwrap().to_owned();
    let it = messages.iter().find(|it| it["message_sid"] == sid.as_str());
    format!("/api/messages/{}/media", id(it.unwrap()))
}

async fn receive(crm: &Crm, sid: &MessageSid, (from, to): (&str, &str), urls: &[String]) {
    let count = urls.len().to_string();
    let names: Vec<_> = (0..urls.len()).map(|it| format!("MediaUrl{it}")).collect();
    let mut params = vec![
        ("MessageSid", sid.as_str()),
        ("From", from),
        ("To", to),
        ("Body", "Look!"),
        ("NumMedia", &*count),
    ];
    params.extend(names.iter().zip(urls).map(|(name, url)| (&**name, &**url)));
    let answer = crm.twilio("sms/incoming", &params).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// What came by webhook is dated; webhooks are received by the system's clock.
async fn date(crm: &Crm, ago: SignedDuration) {
    let then = crm.clock.now() - ago;
    let db = &crm.state.database.db;
    db.execute("update sms set created_at = $1", vec![then.into()])
        .await
        .unwrap();
}

on_both_databases! {
    async fn lesson_15_every_picture_of_a_message_can_be_seen(crm: Crm) {
        let pictures: [(&str, &[u8]); 3] = [
            ("image/jpeg", b"one"),
            ("image/png", b"two!"),
            ("video/mp4", b"three"),
        ];
        let (sid, media) = message(&crm, &pictures);
        let urls: Vec<_> = media.iter().map(|media| url(&crm, &sid, media)).collect();
        let path = tell(&crm, &sid, &urls).await;
        for (index, (kind, bytes)) in pictures.into_iter().enumerate() {
            let got = file(&crm, &format!("{path}/{index}"), None).await;
            assert_eq!((got.status, &*got.bytes), (200, bytes));
            assert_eq!(got.header(header::CONTENT_TYPE), kind);
            assert!(got.header(header::CONTENT_DISPOSITION).starts_with("inline;"));
            assert_eq!(got.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
            assert_eq!(got.header(header::CACHE_CONTROL), "private, no-store");
            assert!(!format!("{:?}", got.headers).contains("twilio"));
        }
        let part = file(&crm, &format!("{path}/2"), Some("bytes=1-2")).await;
        assert_eq!((part.status, &*part.bytes), (206, &b"hr"[..]));
        assert_eq!(part.header(header::CONTENT_RANGE), "bytes 1-2/5");
        assert_eq!(file(&crm, &format!("{path}/2"), Some("bytes=9-")).await.status, 416);
        crm.get(ALPHA, &format!("{path}/3")).await.problem(404);
        crm.get(ALPHA, &format!("{path}/-1")).await.problem(404);
        let before = crm.fake().requests().len();
        crm.get(BETA, &format!("{path}/0")).await.problem(404);
        crm.get("", &format!("{path}/0")).await.problem(401);
        assert_eq!(crm.fake().requests().len(), before);
    }

    async fn what_could_do_harm_is_only_saved(crm: Crm) {
        let (sid, media) = message(&crm, &[
            ("text/html", b"<script>alert(1)</script>"),
            ("image/svg+xml", b"<svg onload=alert(1)>"),
            ("application/pdf", b"%PDF"),
        ]);
        let urls: Vec<_> = media.iter().map(|media| url(&crm, &sid, media)).collect();
        let path = tell(&crm, &sid, &urls).await;
        for (index, ending) in ["bin", "svg", "pdf"].into_iter().enumerate() {
            let got = file(&crm, &format!("{path}/{index}"), None).await;
            assert_eq!(got.status, 200);
            assert_eq!(got.header(header::CONTENT_TYPE), "application/octet-stream");
            let name = format!("attachment; filename=\"file-{}.{ending}\"", index + 1);
            assert_eq!(got.header(header::CONTENT_DISPOSITION), name);
            assert!(got.header(header::CONTENT_SECURITY_POLICY).starts_with("sandbox"));
        }
    }

    async fn lesson_17_a_planted_address_of_a_file_is_never_requested(crm: Crm) {
        let (sid, media) = message(&crm, &[("image/png", b"mine")]);
        let (other, others) = message(&crm, &[("image/png", b"another's")]);
        let account = crm.fake().account_sid();
        let own = url(&crm, &sid, &media[0]);
        let urls = [
            "http://169.254.169.254/latest/meta-data/".to_owned(),
            "file:///etc/passwd".to_owned(),
            own.replace("api.twilio.com", "api.twilio.com.evil.example"),
            own.replace("api.twilio.com", "evil.example"),
            own.replace("https", "http"),
            own.replace(account.as_str(), "AC00000000000000000000000000000009"),
            url(&crm, &other, &others[0]),
            format!("{own}/../../../Keys"),
        ];
        let path = tell(&crm, &sid, &urls).await;
        for index in 0..urls.len() {
            crm.get(ALPHA, &format!("{path}/{index}")).await.problem(404);
        }
        assert!(crm.fake().requests().is_empty());
        assert!(crm.fake().storage_requests().is_empty());
    }

    async fn a_file_that_comes_late_is_waited_for(crm: Crm) {
        let (sid, media) = message(&crm, &[("image/png", b"late")]);
        let path = tell(&crm, &sid, &[url(&crm, &sid, &media[0])]).await;
        date(&crm, SignedDuration::ZERO).await;
        crm.fake().fail_next(Fault::Status(StatusCode::NOT_FOUND));
        let got = file(&crm, &format!("{path}/0"), None).await;
        assert_eq!((got.status, &*got.bytes), (200, &b"late"[..]));
        assert_eq!(crm.fake().requests().len(), 2);
        // Of an old message nothing comes late.
        date(&crm, SignedDuration::from_hours(3)).await;
        crm.fake().fail_next(Fault::Status(StatusCode::NOT_FOUND));
        crm.get(ALPHA, &format!("{path}/0")).await.problem(404);
        assert_eq!(crm.fake().requests().len(), 3);
    }

    async fn too_large_files_and_a_silent_twilio_have_their_answers(crm: Crm) {
        let (sid, media) = message(&crm, &[("image/png", &vec![7; 20 * 1024 * 1024 + 1])]);
        let path = tell(&crm, &sid, &[url(&crm, &sid, &media[0])]).await;
        crm.get(ALPHA, &format!("{path}/0")).await.problem(413);
        crm.fake().fail_next(Fault::Status(StatusCode::FORBIDDEN));
        crm.get(ALPHA, &format!("{path}/0")).await.problem(502);
    }
}
