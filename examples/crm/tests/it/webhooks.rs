//! What Twilio is answered.

use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use crm::{
    app::app,
    calls::{CALL_FALLBACK, DEFAULT_GREETING},
};
use http::{Request, header};
use twilio_hooks::{
    Hooks, async_trait,
    store::{Change, Claim, Claimed, Recorded, Settlement, Store, StoreError},
};

use crate::support::{
    ACCOUNT, ALPHA, ALPHA_LINE, AUTH_TOKEN, BETA_LINE, Crm, PUBLIC_URL, SENDER, sid, signed,
};

const ROUTES: [&str; 7] = [
    "sms/incoming",
    "sms/fallback",
    "sms/status",
    "voice/incoming",
    "voice/fallback",
    "voice/status",
    "voice/recording",
];

fn message(number: u32) -> [(&'static str, String); 4] {
    [
        ("MessageSid", sid("SM", number)),
        ("From", SENDER.to_owned()),
        ("To", ALPHA_LINE.to_owned()),
        ("Body", "Hi".to_owned()),
    ]
}

fn good() -> Request<Body> {
    let params = message(1);
    let params: Vec<_> = params
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    signed("sms/incoming", &params)
}

#[tokio::test]
async fn only_requests_that_twilio_signed_are_taken() {
    let crm = Crm::start().await;
    for route in ROUTES {
        let without = Request::post(format!("/api/webhooks/twilio/{route}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from("AccountSid=AC1"))
            .unwrap();
        assert_eq!(crm.send(without).await.status, 400, "{route}");
        let mut wrong = signed(route, &[("MessageSid", "SM1"), ("CallSid", "CA1")]);
        let signature = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=".parse().unwrap();
        wrong.headers_mut().insert("x-twilio-signature", signature);
        let answer = crm.send(wrong).await;
        assert_eq!((answer.status, answer.body.as_str()), (403, ""), "{route}");
    }
    assert!(crm.get(ALPHA, "/api/messages").await.items().is_empty());
}

#[tokio::test]
async fn another_account_is_refused() {
    let crm = Crm::start().await;
    let request = twilio_hooks::testing::SignedRequest::post(format!(
        "{PUBLIC_URL}/api/webhooks/twilio/sms/incoming"
    ))
    .param("AccountSid", "AC000000000000000000000000000000ff")
    .param("MessageSid", sid("SM", 1))
    .sign(AUTH_TOKEN)
    .map(Body::from);
    assert_eq!(crm.send(request).await.status, 403);
}

#[tokio::test]
async fn behind_a_proxy_its_word_counts_and_nobody_elses() {
    let proxies = "trusted_proxies = { addresses = ['10.0.0.0/8'], hosts = ['crm.example.net'] }";
    let crm = Crm::start_with(proxies).await;
    let request = |peer: &str, host: &str| {
        let url = format!("https://{host}/api/webhooks/twilio/sms/incoming");
        let mut request = twilio_hooks::testing::SignedRequest::post(url)
            .param("AccountSid", ACCOUNT)
            .param("MessageSid", sid("SM", 1))
            .sign(AUTH_TOKEN)
            .map(Body::from);
        let headers = request.headers_mut();
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        headers.insert("x-forwarded-host", host.parse().unwrap());
        headers.insert(header::HOST, "10.1.2.3:3000".parse().unwrap());
        let peer = std::net::SocketAddr::new(peer.parse().unwrap(), 40_000);
        request
            .extensions_mut()
            .insert(axum::extract::ConnectInfo(peer));
        request
    };
    for (peer, host, status) in [
        ("10.1.1.1", "crm.example.com", 200),
        ("10.1.1.1", "crm.example.net", 200),
        ("10.1.1.1", "evil.example.org", 400),
        ("192.0.2.1", "crm.example.com", 400),
    ] {
        assert_eq!(
            crm.send(request(peer, host)).await.status,
            status,
            "{peer} {host}"
        );
    }
}

#[tokio::test]
async fn a_large_body_is_refused() {
    let crm = Crm::start().await;
    let body = "x".repeat(2 * 1024 * 1024);
    let answer = crm
        .twilio("sms/incoming", &[("MessageSid", "SM1"), ("Body", &body)])
        .await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn a_slow_body_is_given_up() {
    let crm = Crm::start().await;
    let never = futures_body();
    let request = good().map(|_| never);
    tokio::time::pause();
    assert_eq!(crm.send(request).await.status, 408);
}

/// A body of which nothing ever comes.
fn futures_body() -> Body {
    struct Never;
    impl http_body::Body for Never {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
            std::task::Poll::Pending
        }
    }
    Body::new(Never)
}

#[tokio::test]
async fn what_has_no_identifier_is_refused() {
    let crm = Crm::start().await;
    for route in ROUTES {
        let answer = crm
            .twilio(route, &[("From", SENDER), ("To", ALPHA_LINE)])
            .await;
        assert_eq!(answer.status, 400, "{route}");
    }
}

#[tokio::test]
async fn other_methods_are_refused_and_a_browser_is_told_why() {
    let crm = Crm::start().await;
    for route in ROUTES {
        let path = format!("/api/webhooks/twilio/{route}");
        let answer = crm
            .send(Request::get(&path).body(Body::empty()).unwrap())
            .await;
        assert_eq!(answer.status, 405);
        assert_eq!(answer.headers[header::ALLOW], "POST");
        assert!(answer.body.contains("HTTP POST"), "{}", answer.body);
        let answer = crm
            .send(Request::put(&path).body(Body::empty()).unwrap())
            .await;
        assert_eq!((answer.status, answer.body.as_str()), (405, ""));
    }
}

#[tokio::test]
async fn what_nobody_owns_is_kept() {
    let crm = Crm::start().await;
    let answer = crm.text(&sid("SM", 1), SENDER, "+12025550100", "Hi").await;
    assert!(answer.body.ends_with("<Response/>"), "{}", answer.body);
    let answer = crm.call(&sid("CA", 1), SENDER, "+12025550100").await;
    assert!(answer.body.contains(DEFAULT_GREETING), "{}", answer.body);
    assert!(crm.get(ALPHA, "/api/messages").await.items().is_empty());
    let page = twilio_hooks::store::PageRequest::newest(10);
    let kept = crm.state.database.directory.unrouted(page).await.unwrap();
    assert_eq!(kept.items.len(), 2);
}

#[tokio::test]
async fn a_repeated_webhook_is_stored_once() {
    let crm = Crm::start().await;
    for _ in 0..3 {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hi").await;
    }
    assert_eq!(crm.get(ALPHA, "/api/messages").await.items().len(), 1);
    assert_eq!(crm.get(ALPHA, "/api/contacts").await.items().len(), 1);
    crm.deliver().await;
    assert_eq!(crm.get(ALPHA, "/api/notifications").await.items().len(), 1);
}

#[tokio::test]
async fn a_line_answers_with_its_texts() {
    let crm = Crm::start().await;
    let answer = crm.text(&sid("SM", 1), SENDER, BETA_LINE, "Hi").await;
    assert!(
        answer.body.contains(">Beta says thank you.</Message>"),
        "{}",
        answer.body
    );
    assert_eq!(
        answer.headers[header::CONTENT_TYPE],
        "text/xml; charset=utf-8"
    );
    let answer = crm.call(&sid("CA", 1), SENDER, BETA_LINE).await;
    assert!(
        answer.body.contains("<Say>This is Beta.</Say>"),
        "{}",
        answer.body
    );
    let answer = crm.text(&sid("SM", 2), SENDER, ALPHA_LINE, "Hi").await;
    assert!(answer.body.ends_with("<Response/>"), "{}", answer.body);
    let answer = crm.call(&sid("CA", 2), SENDER, ALPHA_LINE).await;
    assert!(answer.body.contains(DEFAULT_GREETING), "{}", answer.body);
}

#[tokio::test]
async fn machines_our_own_lines_and_opt_outs_get_no_reply() {
    let crm = Crm::start().await;
    let senders = [
        "12345",
        "ACME",
        ALPHA_LINE,
        BETA_LINE,
        "whatsapp:+12025550187",
    ];
    for (number, from) in (1..).zip(senders) {
        let answer = crm.text(&sid("SM", number), from, BETA_LINE, "Hi").await;
        assert!(
            answer.body.ends_with("<Response/>"),
            "{from}: {}",
            answer.body
        );
    }
    let opt_out = [
        ("MessageSid", &*sid("SM", 99)),
        ("From", SENDER),
        ("To", BETA_LINE),
        ("Body", "arret"),
        ("OptOutType", "STOP"),
    ];
    let answer = crm.twilio("sms/incoming", &opt_out).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.ends_with("<Response/>"), "{}", answer.body);
}

#[tokio::test]
async fn without_a_database_texts_are_refused_and_callers_are_served() {
    let crm = Crm::start().await;
    crm.lose_database().await;
    let answer = crm.send(good()).await;
    assert_eq!((answer.status, answer.body.as_str()), (503, ""));
    let status = [("MessageSid", "SM1"), ("MessageStatus", "sent")];
    assert_eq!(crm.twilio("sms/status", &status).await.status, 503);
    let answer = crm.call(&sid("CA", 1), SENDER, ALPHA_LINE).await;
    assert!(
        answer.body.contains(&CALL_FALLBACK.replace('\'', "&apos;"))
            || answer.body.contains(CALL_FALLBACK),
        "{}",
        answer.body
    );
    assert_eq!(crm.get(ALPHA, "/api/messages").await.status, 503);
    assert_eq!(crm.get("", "/readyz").await.status, 503);
    assert_eq!(crm.get("", "/healthz").await.status, 200);
}

/// A database that never answers.
#[derive(Debug)]
struct Hanging;

#[async_trait]
impl Store for Hanging {
    async fn record(&self, _: &Change) -> Result<Recorded, StoreError> {
        std::future::pending().await
    }

    async fn claim(&self, _: Claim) -> Result<Vec<Claimed>, StoreError> {
        std::future::pending().await
    }

    async fn settle(
        &self,
        _: twilio_hooks::NotificationId,
        _: u32,
        _: Settlement,
    ) -> Result<(), StoreError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_database_that_hangs_is_given_up_within_a_second() {
    let mut crm = Crm::start().await;
    crm.state.hooks = Hooks::new(Hanging);
    crm.app = app(crm.state.clone());
    let start = Instant::now();
    assert_eq!(crm.send(good()).await.status, 503);
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "{:?}",
        start.elapsed()
    );
}
