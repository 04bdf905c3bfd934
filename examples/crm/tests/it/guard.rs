//! What goes around every route of the API: errors of one form, headers, limits.

use axum::body::Body;
use http::{HeaderMap, Request, header};
use jiff::SignedDuration;

use crate::support::{ALPHA, ALPHA_LINE, BETA, Crm, SENDER, Storage, sid};

#[track_caller]
fn is_protected(headers: &HeaderMap) {
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(headers[header::X_FRAME_OPTIONS], "DENY");
    assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
}

#[tokio::test]
async fn browsers_keep_no_answer_and_show_it_in_no_frame() {
    let crm = Crm::start().await;
    for (path, status) in [
        ("/api/contacts", 200),
        ("/api/contacts/x", 400),
        ("/api/nothing", 404),
        ("/nothing", 404),
    ] {
        let answer = crm.get(ALPHA, path).await;
        assert_eq!(answer.status, status, "{path}");
        is_protected(&answer.headers);
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "{path}");
    }
    let healthy = crm.get("", "/healthz").await;
    assert_eq!(healthy.body, "ok\n");
    is_protected(&healthy.headers);
}

#[tokio::test]
async fn whatever_goes_wrong_is_a_problem() {
    let crm = Crm::start().await;
    let line = crm.get(ALPHA, "/api/lines").await.items()[0]["id"].clone();
    let line = format!("/api/lines/{}", line.as_str().unwrap());
    for path in ["/api", "/api/", "/api/nothing", "/api/contacts/", "/API/x"] {
        crm.get(ALPHA, path).await.problem(404);
    }
    let wrong_method = crm.delete(ALPHA, "/api/audit").await;
    wrong_method.problem(405);
    assert_eq!(wrong_method.headers[header::ALLOW], "GET,HEAD");
    let patch = |kind: &str, body: String| {
        let request = Request::patch(&line)
            .header(header::AUTHORIZATION, format!("Bearer {ALPHA}"))
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body))
            .unwrap();
        crm.send(request)
    };
    patch("application/json", "{".to_owned()).await.problem(400);
    patch("text/plain", "{}".to_owned()).await.problem(415);
    let large = format!("{{\"greeting\": \"{}\"}}", "x".repeat(70_000));
    patch("application/json", large).await.problem(413);
    crm.get("wrong", "/api/contacts").await.problem(401);
    let no_upgrade = crm.get(ALPHA, "/api/live").await;
    no_upgrade.problem(no_upgrade.status);
}

#[tokio::test]
async fn who_asks_too_often_waits_and_nobody_else() {
    let crm = Crm::with_fake(Storage::sqlite()).await;
    for _ in 0..3000 {
        crm.get(ALPHA, "/api/nothing").await.problem(404);
    }
    let refused = crm.get(ALPHA, "/api/contacts").await;
    refused.problem(429);
    assert_eq!(refused.headers[header::RETRY_AFTER], "1");
    is_protected(&refused.headers);

    crm.get(BETA, "/api/contacts").await.json();
    crm.get(ALPHA, "/readyz").await;
    crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;

    crm.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(crm.get(ALPHA, "/api/contacts").await.items().len(), 1);
}

/// A page that needs no database.
fn page(path: &str, cookie: &str) -> Request<Body> {
    Request::get(path)
        .header(header::ACCEPT, "text/html")
        .header(header::COOKIE, cookie)
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn pages_are_counted_with_the_api() {
    let crm = Crm::with_fake(Storage::sqlite()).await;
    let (greedy, other) = ("crm-theme=dark", "crm-theme=light");
    for _ in 0..2999 {
        assert_eq!(crm.send(page("/", greedy)).await.status, 303);
    }
    assert_eq!(crm.send(page("/api/nothing", greedy)).await.status, 404);
    for path in [
        "/",
        "/messages",
        "/sign-in",
        "/nowhere",
        "/assets/x/app.css",
    ] {
        let refused = crm.send(page(path, greedy)).await;
        assert_eq!(refused.status, 429, "{path}");
        assert_eq!(refused.headers[header::RETRY_AFTER], "1", "{path}");
    }
    let refused = crm.send(page("/messages", greedy)).await;
    assert!(refused.body.contains("too many pages"), "{}", refused.body);
    assert_eq!(crm.send(page("/healthz", greedy)).await.status, 200);
    assert_eq!(crm.send(page("/sign-in", other)).await.status, 200);

    crm.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(crm.send(page("/sign-in", greedy)).await.status, 200);
}

#[tokio::test]
async fn nothing_is_read_for_who_is_not_signed_in() {
    let crm = Crm::start().await;
    crm.state.database.db.close().await;
    for path in ["/messages", "/messages/new", "/sign-in"] {
        let answer = crm.send(page(path, "crm-theme=dark")).await;
        assert!([200, 303].contains(&answer.status), "{path}: {answer:?}");
    }
    let signed_in = crm.send(page("/messages", "__Host-crm=somebody")).await;
    assert_eq!(signed_in.status, 503, "the test would see it");
}
