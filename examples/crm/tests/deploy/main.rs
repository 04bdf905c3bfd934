//! The samples in `deploy/`, as they stand, with a real nginx, a real Caddy and systemd's own checks. Only
//! ports, directories, the account's secrets and the places of certificates are replaced.
//!
//! The programs are installed by the tests if they are not there; see `twilio_hooks_tests::programs`.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod client;
mod front;
mod process;
mod server;
mod systemd;

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use http::{Method, StatusCode, header};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use twilio_hooks::testing::{CallFate, FakeTwilio, SignedRequest};

use crate::{
    client::{Answer, Client},
    front::{Front, Kind},
    server::{HOST, LINE, Server},
};

/// Where the fake's texts come from.
const SENDER: &str = "+12025550143";

/// What a stranger claims about a request, to be taken for somebody else.
const LIES: [(&str, &str); 5] = [
    ("x-forwarded-for", "203.0.113.9"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "http"),
    ("x-forwarded-port", "8443"),
    ("forwarded", "for=203.0.113.9;host=evil.example;proto=http"),
];

/// A server behind a proxy, with a fake of Twilio.
struct Site {
    fake: FakeTwilio,
    server: Server,
    front: Front,
}

impl Site {
    async fn open(kind: Kind) -> Self {
        let fake = FakeTwilio::start().await.unwrap();
        fake.add_number(LINE);
        let server = Server::start(&fake).await;
        let front = Front::start(kind, &server).await;
        Self {
            fake,
            server,
            front,
        }
    }

    fn client(&self) -> Client {
        Client::of(self.front.https)
    }

    /// What Twilio sends, signed for an address.
    fn webhook(&self, url: &str, params: &[(&str, &str)]) -> http::Request<bytes::Bytes> {
        let mut request =
            SignedRequest::post(url).param("AccountSid", self.fake.account_sid().as_str());
        for (name, value) in params {
            request = request.param(name, value);
        }
        request.sign(self.fake.auth_token()).map(Into::into)
    }

    async fn text(&self, client: &Client, path: &str, number: u32, body: &str) -> Answer {
        let sid = format!("SM{number:032x}");
        let params = [
            ("MessageSid", sid.as_str()),
            ("From", SENDER),
            ("To", LINE),
            ("Body", body),
        ];
        let url = format!("https://{HOST}/api/webhooks/twilio/{path}");
        client.send(self.webhook(&url, &params)).await
    }
}

/// Makes a test behind each proxy.
macro_rules! behind_each_proxy {
    ($( $(#[$meta:meta])* async fn $name:ident($site:ident: Site) $body:block )+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(clippy::wildcard_imports, reason = "the test sees what its file sees")]
            use super::*;

            async fn story($site: Site) $body

            #[tokio::test]
            async fn behind_nginx() {
                story(Site::open(Kind::Nginx).await).await;
            }

            #[tokio::test]
            async fn behind_caddy() {
                story(Site::open(Kind::Caddy).await).await;
            }
        }
    )+};
}

behind_each_proxy! {
    async fn signed_webhooks_are_taken_and_others_are_not(site: Site) {
        let client = site.client();
        // The query as well, letter by letter.
        let paths = ["sms/incoming", "sms/incoming?a=b%20c+d%2Fe&x=%C3%A9&a", "sms/incoming?"];
        for (number, path) in (1..).zip(paths) {
            let answer = site.text(&client, path, number, &format!("text {number}, 100 % é")).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        }
        let url = format!("https://{HOST}/api/webhooks/twilio/sms/incoming");
        let foreign = site.webhook("https://evil.example/api/webhooks/twilio/sms/incoming", &[("MessageSid", "SM1")]);
        let (mut head, body) = foreign.into_parts();
        head.uri = url.parse().unwrap();
        let answer = client.send(http::Request::from_parts(head, body)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{answer:?}");
        let messages = client.get("/api/messages").await.json();
        assert_eq!(messages["items"].as_array().unwrap().len(), 3);
        assert_eq!(messages["items"][0]["body"], "text 3, 100 % é");
    }

    async fn what_a_stranger_claims_to_be_is_not_believed(site: Site) {
        // The stranger's own address is no proxy's.
        let liar = site.client().from([127, 0, 0, 2].into()).with_headers(&LIES);
        let answer = site.text(&liar, "sms/incoming", 1, "still signed for the right address").await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let url = "https://evil.example/api/webhooks/twilio/sms/incoming";
        let (mut head, body) = site.webhook(url, &[("MessageSid", "SM2")]).into_parts();
        head.uri = format!("https://{HOST}/api/webhooks/twilio/sms/incoming").parse().unwrap();
        let answer = liar.send(http::Request::from_parts(head, body)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{answer:?}");

        let body = json!({ "name": "Reports", "role": "read_only" });
        let answer = liar.send_json(Method::POST, "/api/tokens", &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        let log = liar.get("/api/audit").await.json();
        assert_eq!(log["items"][0]["ip"], "127.0.0.2", "{log}");

        // Another claim each time is still the same address, which may try five times.
        for attempt in 1..=6 {
            let claim = format!("203.0.113.{attempt}");
            let lies = [("x-forwarded-for", claim.as_str()), ("origin", "https://crm.example.com")];
            let liar = site.client().from([127, 0, 0, 2].into()).with_headers(&lies);
            let body = json!({ "email": format!("guess{attempt}@example.com"), "password": "a guess at it" });
            let answer = liar.send_json(Method::POST, "/api/session", &body).await;
            let expected = match attempt {
                6 => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::UNAUTHORIZED,
            };
            assert_eq!(answer.status, expected, "{attempt}: {answer:?}");
        }
    }

    async fn a_websocket_stays_open_and_hears_a_text(site: Site) {
        let client = site.client();
        let mut socket = client.listen("/api/live").await;
        // The server asks every half minute whether somebody is there: by the second time nothing has been
        // said on this connection for as long as it ever is.
        let patience = Duration::from_secs(90);
        let asked = tokio::time::timeout(patience, async {
            let opened = Instant::now();
            loop {
                let message = socket.next().await.unwrap().unwrap();
                let is_late = opened.elapsed() > Duration::from_secs(25);
                if is_late && matches!(message, Message::Ping(_)) {
                    break;
                }
            }
        });
        asked.await.expect("a ping comes through");
        let answer = site.text(&client, "sms/incoming", 1, "Do you hear me?").await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let heard = tokio::time::timeout(patience, async {
            loop {
                if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
                    break text;
                }
            }
        });
        let heard = heard.await.expect("the text is told of");
        assert!(heard.contains("sms_received") && heard.contains("Do you hear me?"), "{heard}");
    }

    async fn parts_of_a_recording_come_as_they_are_asked_for(site: Site) {
        let client = site.client();
        let lasts = Duration::from_secs(20);
        let call = site.fake.add_incoming_call(SENDER, LINE, CallFate::Completed(lasts));
        let recording = site.fake.add_recording(&call, lasts);
        // More than a proxy keeps in memory.
        let sound: Vec<u8> = (0..3_000_000_u32).map(|index| (index % 251) as u8).collect();
        site.fake.set_recording_media(&recording, "audio/mpeg", sound.clone());
        let incoming = [("CallSid", call.as_str()), ("From", SENDER), ("To", LINE), ("CallStatus", "ringing"), ("Direction", "inbound")];
        let finished = [
            ("CallSid", call.as_str()),
            ("RecordingSid", recording.as_str()),
            ("RecordingStatus", "completed"),
            ("RecordingDuration", "20"),
            ("RecordingSource", "RecordVerb"),
            ("RecordingUrl", "https://api.twilio.com/not-to-be-called"),
        ];
        for (path, params) in [("voice/incoming", &incoming[..]), ("voice/recording", &finished)] {
            let url = format!("https://{HOST}/api/webhooks/twilio/{path}");
            let answer = client.send(site.webhook(&url, params)).await;
            assert!(answer.status.is_success(), "{path}: {answer:?}");
        }
        let recordings = client.get("/api/recordings").await.json();
        let path = format!("/api/recordings/{}/audio", recordings["items"][0]["id"].as_str().unwrap());
        let whole = client.get(&path).await;
        assert_eq!((whole.status, whole.body.len()), (StatusCode::OK, sound.len()));
        assert_eq!(whole.headers[header::ACCEPT_RANGES], "bytes");
        assert!(whole.body == sound);
        for (range, first, last) in [("bytes=0-0", 0, 0), ("bytes=1000000-1999999", 1_000_000, 1_999_999), ("bytes=-500", 2_999_500, 2_999_999)] {
            let part = client.clone().with_headers(&[("range", range)]).get(&path).await;
            assert_eq!(part.status, StatusCode::PARTIAL_CONTENT, "{range}");
            assert_eq!(part.headers[header::CONTENT_RANGE], format!("bytes {first}-{last}/3000000"));
            assert!(part.body == sound[first..=last], "{range}");
        }
    }

    async fn nobody_gets_around_the_proxy(site: Site) {
        // The proxy is at every address of this machine, the server at one that only the machine has.
        let outside = std::net::Ipv4Addr::new(127, 0, 0, 2);
        let connect = async |port: u16| tokio::net::TcpStream::connect((outside, port)).await;
        connect(site.front.https).await.unwrap();
        let refused = connect(site.server.address.port()).await.unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
        // Who asks for another name gets no certificate and no answer.
        assert!(site.client().connect("evil.example").await.is_err());
        // Plain http leads to https, and no further.
        let answer = Client::plain(site.front.http).get("/messages?q=1").await;
        assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT, "{answer:?}");
        let location = answer.headers[header::LOCATION].to_str().unwrap();
        assert!(location.starts_with("https://crm.example.com") && location.ends_with("/messages?q=1"), "{location}");
    }

    async fn pages_come_by_https_for_good(site: Site) {
        let client = site.client();
        let answer = client.get("/sign-in").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.headers[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000");
        assert!(answer.headers.contains_key(header::CONTENT_SECURITY_POLICY));
    }

    async fn during_an_upgrade_the_next_server_takes_the_texts(site: Site) {
        let mut site = site;
        let client = site.client();
        let answer = site.text(&client, "sms/incoming", 1, "to the old one").await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        site.server.change_places().await;
        let answer = site.text(&client, "sms/incoming", 2, "to the new one").await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let messages = client.get("/api/messages").await.json();
        assert_eq!(messages["items"].as_array().unwrap().len(), 2, "{messages}");
    }
}
