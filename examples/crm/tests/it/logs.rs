//! The log has the reasons and none of the secrets.

use std::{
    cell::RefCell,
    io::{self, Write},
    sync::Once,
};

use axum::body::Body;
use crm::{config::Config, logs};
use http::Request;

use twilio_hooks::testing::SignedRequest;

use crate::support::{
    ACCOUNT, ALPHA, ALPHA_LINE, AUTH_TOKEN, Crm, OPERATOR, PUBLIC_URL, SENDER, config, sid, signed,
};

thread_local! {
    /// What the test of this thread has logged. It does all its work in its own thread.
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct ToThread;

impl Write for ToThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Sends the log of all tests to their threads. One log for all, because `tracing` remembers for the
/// whole process which events nobody wants.
pub(crate) fn capture() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let first = "log = { filter = \"debug\", format = \"json\" }";
        let log = Config::parse(&config(first, "sqlite:x")).unwrap().log;
        let subscriber = logs::subscriber(&log, || ToThread).unwrap();
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
}

/// What the test that asks has logged so far.
pub(crate) fn logged() -> String {
    LOG.with_borrow(|log| String::from_utf8(log.clone()).unwrap())
}

/// A webhook is set to `http://` in Twilio's console, and the proxy sends people to `https://`.
#[tokio::test]
async fn the_log_says_what_is_wrong_with_a_genuine_request() {
    let crm = Crm::start().await;
    let console = PUBLIC_URL.replace("https://", "http://");
    let request = SignedRequest::post(format!("{console}/api/webhooks/twilio/sms/incoming"))
        .param("AccountSid", ACCOUNT)
        .param("MessageSid", sid("SM", 1))
        .sign(AUTH_TOKEN)
        .map(Body::from);
    assert_eq!(crm.send(request).await.status, 403);
    let log = LOG.with_borrow(|log| String::from_utf8(log.clone()).unwrap());
    let line = log
        .lines()
        .find(|line| line.contains("\"diagnosis\":\"scheme\""));
    let line = line.unwrap_or_else(|| panic!("no diagnosis in {log}"));
    assert!(
        line.contains(&format!("Twilio signed {console}/")),
        "{line}"
    );
}

#[tokio::test]
async fn reasons_are_logged_and_secrets_are_not() {
    let crm = Crm::start_with(&format!("operator_token = \"{OPERATOR}\"")).await;
    crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "my dark confession")
        .await;
    crm.text(&sid("SM", 2), SENDER, "+12025550111", "my dark confession")
        .await;
    crm.call(&sid("CA", 1), SENDER, ALPHA_LINE).await;
    crm.deliver().await;
    crm.get(ALPHA, &format!("/api/messages?limit=5&before={SENDER}"))
        .await
        .problem(400);
    crm.get(ALPHA, &format!("/api/contacts/{SENDER}"))
        .await
        .problem(400);
    crm.get("not-a-token", "/api/messages").await.problem(401);
    crm.get(ALPHA, &format!("/api/nothing/{SENDER}"))
        .await
        .problem(404);
    let path = "/api/webhooks/twilio/sms/incoming";
    crm.send(Request::post(path).body(Body::empty()).unwrap())
        .await;
    crm.send(Request::get(path).body(Body::empty()).unwrap())
        .await;
    let mut wrong = signed("sms/incoming", &[("Body", "my dark confession")]);
    wrong.headers_mut().insert(
        "x-twilio-signature",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAA=".parse().unwrap(),
    );
    crm.send(wrong).await;
    crm.twilio("sms/incoming", &[("Body", "my dark confession")])
        .await;
    crm.lose_database().await;
    let text = [
        ("MessageSid", &*sid("SM", 3)),
        ("From", SENDER),
        ("Body", "my dark confession"),
    ];
    assert_eq!(crm.twilio("sms/incoming", &text).await.status, 503);

    let log = LOG.with_borrow(|log| String::from_utf8(log.clone()).unwrap());
    for reason in [
        "missing",
        "mismatch",
        "missing-parameter",
        "wrong-method",
        "token",
        "unrouted",
        "store",
    ] {
        assert!(
            log.contains(&format!("\"reason\":\"{reason}\"")),
            "{reason} is not in {log}"
        );
    }
    for secret in [
        AUTH_TOKEN,
        ALPHA,
        OPERATOR,
        "not-a-token",
        "2025550143",
        "2025550187",
        "2025550111",
        "confession",
    ] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} is in {line:?}");
    }
    assert!(log.contains("\"path\":\"/api/contacts/{id}\""), "{log}");
    let answered: Vec<_> = log
        .lines()
        .filter(|line| line.contains("\"message\":\"answered\""))
        .collect();
    assert!(answered.len() >= 10);
    for line in answered {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(
            line["status"].is_number() && line["milliseconds"].is_number(),
            "{line}"
        );
        assert!(line["span"]["id"].is_string(), "{line}");
    }
}

/// What a request begins in a task of its own has the id of the request, too.
#[tokio::test]
async fn the_id_of_a_request_is_in_all_that_it_does() {
    let crm = Crm::start_with(&format!("operator_token = \"{OPERATOR}\"")).await;
    let answer = crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
    let id = answer.headers["x-request-id"].to_str().unwrap();
    let of_request = |id: &str, message: &str| {
        let lines: Vec<serde_json::Value> = logged()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let is_it = |line: &&serde_json::Value| line["message"] == message;
        let found: Vec<_> = lines.iter().filter(is_it).collect();
        !found.is_empty() && found.iter().any(|line| line["span"]["id"] == id)
    };
    assert!(of_request(id, "webhook stored"), "{}", logged());
    assert!(of_request(id, "answered"), "{}", logged());

    crm.lose_database().await;
    let answer = crm
        .request("POST", OPERATOR, "/api/operator/reroute", None)
        .await;
    answer.problem(503);
    let id = answer.headers["x-request-id"].to_str().unwrap();
    assert!(
        of_request(id, "request of the API not answered"),
        "{}",
        logged()
    );
}
