//! What Prometheus reads.

use crate::support::{ALPHA, ALPHA_LINE, Crm, OPERATOR, SENDER, Storage, sid, signed};

async fn start(storage: Storage) -> Crm {
    Crm::with_fake_and(storage, &format!("operator_token = \"{OPERATOR}\"")).await
}

/// The value of one series.
fn value(text: &str, series: &str) -> Option<f64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.and_then(|value| value.parse().ok())
}

async fn what_happens_is_counted(storage: Storage) {
    let crm = start(storage).await;
    crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "a secret text")
        .await;
    let mut wrong = signed("sms/incoming", &[("MessageSid", "SM1")]);
    let signature = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=".parse().unwrap();
    wrong.headers_mut().insert("x-twilio-signature", signature);
    assert_eq!(crm.send(wrong).await.status, 403);
    crm.get(ALPHA, &format!("/api/nothing/{SENDER}"))
        .await
        .problem(404);
    crm.deliver().await;
    crm.want(SENDER, "Hello").await;
    crm.work().await;

    let answer = crm.get(OPERATOR, "/metrics").await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/plain; version=0.0.4")
    );
    let text = &answer.body;
    for (series, expected) in [
        (
            "crm_http_requests_total{kind=\"webhook\",result=\"2xx\"}",
            1.0,
        ),
        (
            "crm_http_requests_total{kind=\"webhook\",result=\"4xx\"}",
            1.0,
        ),
        (
            "crm_webhooks_total{webhook=\"sms/incoming\",result=\"2xx\"}",
            1.0,
        ),
        (
            "crm_signature_failures_total{reason=\"unknown-account\"}",
            1.0,
        ),
        ("crm_notifier_duration_seconds_count", 1.0),
        ("crm_outbox_age_seconds", 0.0),
        ("crm_live_clients", 0.0),
        ("crm_texts_total{result=\"sent\"}", 1.0),
        ("crm_texts_total{result=\"failed\"}", 0.0),
        ("crm_twilio_requests_total{result=\"ok\"}", 1.0),
        ("crm_job_failures_total{job=\"metrics\"}", 0.0),
    ] {
        assert_eq!(value(text, series), Some(expected), "{series} in\n{text}");
    }
    let stored = "crm_store_duration_seconds_count{operation=\"record\"}";
    assert!(value(text, stored) >= Some(1.0), "{text}");
    let success = "crm_job_last_success_timestamp_seconds{job=\"metrics\"}";
    let now = crm.clock.now().as_duration().as_secs_f64();
    assert_eq!(value(text, success), Some(now));
    for secret in [
        SENDER,
        ALPHA_LINE,
        "2025550",
        "secret",
        OPERATOR,
        &sid("SM", 1),
    ] {
        assert!(!text.contains(secret), "{secret} in\n{text}");
    }
}

#[tokio::test]
async fn what_happens_is_counted_on_sqlite() {
    what_happens_is_counted(Storage::sqlite()).await;
}

#[tokio::test]
async fn what_happens_is_counted_on_postgres() {
    what_happens_is_counted(Storage::postgres().await).await;
}

#[tokio::test]
async fn paths_that_strangers_make_up_are_one_label() {
    let crm = start(Storage::sqlite()).await;
    let series = async || {
        let text = crm.get(OPERATOR, "/metrics").await.body;
        text.lines()
            .filter(|line| !line.contains("_bucket"))
            .count()
    };
    crm.get("", "/made-up").await;
    series().await;
    let before = series().await;
    for number in 0..50 {
        crm.get("", &format!("/made-up/{number}")).await;
    }
    assert_eq!(series().await, before);
}

#[tokio::test]
async fn only_the_operator_sees_them() {
    let crm = start(Storage::sqlite()).await;
    for token in ["", ALPHA] {
        crm.get(token, "/metrics").await.problem(401);
    }
    let without = Crm::start().await;
    without.get(OPERATOR, "/metrics").await.problem(404);
    let elsewhere = "metrics_listen = \"127.0.0.1:0\"";
    let first = format!("operator_token = \"{OPERATOR}\"\n{elsewhere}");
    let elsewhere = Crm::start_with(&first).await;
    elsewhere.get(OPERATOR, "/metrics").await.problem(404);
}
