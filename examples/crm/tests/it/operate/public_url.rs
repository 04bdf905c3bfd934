//! `crm doctor` and the public URL: who answers there, with which certificate, behind which proxy.

use axum::{
    Router,
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse as _, Redirect},
};
use crm::{app::app, config::Config, operate::doctor::Roots};
use jiff::Timestamp;
use serde_json::Value;
use tower::ServiceExt as _;

use super::{
    patient::Patient,
    site::{Site, Tls},
};
use crate::support::{NOW, Storage, config};

#[tokio::test]
async fn a_public_url_that_leads_nowhere_is_named() {
    let mut patient = Patient::new(Storage::sqlite()).await;
    let port = patient.site.port;
    let set = |patient: &mut Patient, url: String| patient.config.public_url = url;
    // The webhooks of the number are others' then.
    let elsewhere = ["webhook_url_mismatch"; 3];
    let plain = Site::start(Tls::None).await;
    for (url, codes) in [
        (
            "https://no-such-host.invalid".to_owned(),
            &["public_url_no_such_host"][..],
        ),
        (
            "https://127.0.0.1:1".to_owned(),
            &["public_url_unreachable"],
        ),
        (
            format!("https://localhost:{}", plain.port),
            &["public_url_no_tls"],
        ),
        (
            format!("https://127.0.0.1:{port}"),
            &["certificate_other_name"],
        ),
    ] {
        set(&mut patient, url);
        patient.expect(&[codes, &elsewhere].concat()).await;
    }
    let not_encrypted = Config::parse(&config("", "sqlite:x").replace("https://", "http://"));
    patient.config.public_url = not_encrypted.unwrap().public_url;
    let codes = patient.codes().await;
    assert_eq!(codes[0], "public_url_not_https");
}

#[tokio::test]
async fn certificates_are_judged_by_the_clock_and_the_chain() {
    let mut patient = Patient::new(Storage::sqlite()).await;
    for (day, codes) in [
        ("2026-08-01T00:00:00Z", &["certificate_not_yet_valid"][..]),
        ("2026-12-12T00:00:00Z", &[]),
        ("2026-12-22T00:00:00Z", &["certificate_ends_soon"]),
        ("2027-01-02T00:00:00Z", &["certificate_expired"]),
    ] {
        let day: Timestamp = day.parse().unwrap();
        patient.clock.set(day);
        patient.fake.say_date(day);
        patient.expect(codes).await;
    }
    patient.clock.set(NOW.parse().unwrap());
    patient.fake.say_date(patient.clock.now());
    patient.roots = Roots::default();
    patient.expect(&["certificate_chain"]).await;
    let mut patient = Patient::with(Storage::sqlite(), Tls::WithAuthority, |_| {}).await;
    patient.roots = Roots::default();
    patient.expect(&["certificate_unknown_issuer"]).await;
}

#[tokio::test]
async fn who_answers_at_the_public_url_is_known() {
    let patient = Patient::new(Storage::sqlite()).await;
    let other = Patient::new(Storage::sqlite()).await;
    let page = |answer: axum::response::Response| {
        let (parts, _) = answer.into_parts();
        let (status, headers) = (parts.status, parts.headers);
        Router::new().fallback(async move || (status, headers.clone(), "a page"))
    };
    let moved = Redirect::permanent("https://www.example.com/?key=hunter2");
    for (router, code) in [
        (app(other.state.clone()), "public_url_other_server"),
        (page(StatusCode::OK.into_response()), "public_url_not_ours"),
        (
            page(StatusCode::NOT_FOUND.into_response()),
            "public_url_not_ours",
        ),
        (page(StatusCode::BAD_GATEWAY.into_response()), "server_down"),
        (page(moved.into_response()), "public_url_redirects"),
    ] {
        patient.site.answer_with(router);
        patient.expect(&[code]).await;
    }
    patient.site.answer_with(app(patient.state.clone()));
    patient.expect(&[]).await;
}

/// Strangers learn neither addresses nor counts.
#[tokio::test]
async fn the_marker_tells_strangers_nothing() {
    let patient = Patient::new(Storage::sqlite()).await;
    let ask = async |query: &str| {
        let request = http::Request::get(format!("/.well-known/crm{query}"));
        let request = request.body(axum::body::Body::empty()).unwrap();
        let answer = app(patient.state.clone()).oneshot(request).await.unwrap();
        let status = answer.status();
        let body = axum::body::to_bytes(answer.into_body(), 9999)
            .await
            .unwrap();
        (status, serde_json::from_slice::<Value>(&body).unwrap())
    };
    for wrong in ["", "?nonce=short", "?nonce=0123456789abcde%20"] {
        assert_eq!(ask(wrong).await.0, 400, "{wrong}");
    }
    let nonce = "0123456789abcdef";
    let (_, plain) = ask(&format!("?nonce={nonce}")).await;
    assert!(plain["seen"].is_null() && plain["digest"].is_string());
    let replayed = format!("?nonce={nonce}&proof={}", plain["digest"].as_str().unwrap());
    assert!(ask(&replayed).await.1["seen"].is_null());
    let question = patient.state.marker.question(nonce);
    let (_, seen) = ask(&format!("?nonce={nonce}&proof={question}")).await;
    assert!(seen["seen"]["refused"].is_object());
}

/// B3: the doctor names the URL that signatures are checked for.
#[tokio::test]
async fn b3_what_proxies_make_of_the_public_url_is_named() {
    const LOCAL: &str = "127.0.0.0/8";
    let client = ("x-forwarded-for", "198.51.100.7");
    let https = ("x-forwarded-proto", "https");
    for (trusted, headers, codes) in [
        (None, &[][..], &[][..]),
        (None, &[client, https], &["proxy_not_trusted"]),
        (Some(LOCAL), &[client, https], &[]),
        (
            Some(LOCAL),
            &[client, ("x-forwarded-proto", "http")],
            &["signed_url"],
        ),
        (Some(LOCAL), &[https], &["client_unknown"]),
        (
            Some("10.0.0.0/8"),
            &[client, https],
            &[
                "signed_url",
                "proxy_not_listed",
                "no_webhook_yet",
                "refused",
            ],
        ),
    ] {
        let patient = Patient::with(Storage::sqlite(), Tls::Alone, |config| {
            if let Some(trusted) = trusted {
                let section = format!(
                    "[trusted_proxies]\naddresses = [{trusted:?}]\nhosts = [\"localhost\"]"
                );
                let toml = self::config("", "sqlite:x") + &section;
                config.trusted_proxies = Config::parse(&toml).unwrap().trusted_proxies;
            }
        })
        .await;
        let added: Vec<_> = headers.to_vec();
        let add = move |mut request: axum::extract::Request| {
            for (name, value) in &added {
                request.headers_mut().insert(
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                );
            }
            std::future::ready(request)
        };
        let app = app(patient.state.clone()).layer(axum::middleware::map_request(add));
        patient.site.answer_with(app);
        let found = patient.codes().await;
        assert_eq!(found, codes, "{trusted:?} {headers:?}");
    }
}
