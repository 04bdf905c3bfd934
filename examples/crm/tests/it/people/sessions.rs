//! Signing in with a browser: the cookie, how long it lasts, and which pages may use it.

use std::time::Duration;

use axum::body::Body;
use crm::{args, people::Role};
use http::{Request, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::ORIGIN;
use crate::{
    browser::{Browser, PASSWORD, cookie_of, login},
    support::{ALPHA, Crm, on_both_databases},
};

async fn seen_at(crm: &Crm) -> Timestamp {
    let sql = "select seen_at from sessions order by id desc limit 1";
    let row = crm.state.database.db.row(sql, args![]).await.unwrap();
    row.unwrap().get("seen_at").unwrap()
}

on_both_databases! {
    async fn a_cookie_is_for_this_host_and_no_script(crm: Crm) {
        crm.add_person("Alpha", "ana@example.com", Role::Agent).await;
        let answer = crm.log_in("ana@example.com", PASSWORD).await;
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        let (secret, attributes) = cookie.split_once("; ").unwrap();
        assert_eq!(
            attributes,
            "Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure"
        );
        let secret = secret.strip_prefix("__Host-crm=").unwrap();
        assert_eq!(secret.len(), 43, "256 bits");
        assert!(!answer.body.contains(secret));
        let who = answer.json();
        assert_eq!(who["user"]["email"], "ana@example.com");
        // The cookie is no bearer token.
        crm.get(secret, "/api/session").await.problem(401);
    }

    async fn signing_out_ends_the_session(crm: Crm) {
        crm.add_person("Alpha", "ana@example.com", Role::Agent).await;
        let ana = Browser::sign_in(&crm, "ana@example.com").await;
        let answer = ana.delete("/api/session").await;
        assert_eq!(answer.status, 204);
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.starts_with("__Host-crm=; ") && cookie.contains("Max-Age=0"), "{cookie}");
        ana.get("/api/session").await.problem(401);
        crm.delete(ALPHA, "/api/session").await.problem(404);
    }

    /// D.6: the id is new at every login, and the session that the browser had ends.
    async fn each_login_is_a_new_session(crm: Crm) {
        crm.add_person("Alpha", "ana@example.com", Role::Agent).await;
        let first = Browser::sign_in(&crm, "ana@example.com").await;
        let mut request = login("ana@example.com", PASSWORD);
        request.headers_mut().insert(header::COOKIE, first.cookie.parse().unwrap());
        let answer = crm.send(request).await;
        assert_ne!(cookie_of(&answer), first.cookie);
        first.get("/api/session").await.problem(401);
    }

    async fn a_session_ends_when_nobody_uses_it_for_two_weeks(crm: Crm) {
        crm.add_person("Alpha", "ana@example.com", Role::Agent).await;
        let ana = Browser::sign_in(&crm, "ana@example.com").await;
        crm.clock.advance(SignedDuration::from_hours(13 * 24));
        ana.get("/api/session").await.json();
        crm.clock.advance(SignedDuration::from_hours(14 * 24));
        ana.get("/api/session").await.problem(401);
        crm.work().await;
        let sql = "select id from sessions";
        assert!(crm.state.database.db.rows(sql, args![]).await.unwrap().is_empty());
    }

    async fn a_session_ends_after_a_month_however_busy(crm: Crm) {
        crm.add_person("Alpha", "ana@example.com", Role::Agent).await;
        let ana = Browser::sign_in(&crm, "ana@example.com").await;
        for _ in 0..5 {
            crm.clock.advance(SignedDuration::from_hours(5 * 24));
            ana.get("/api/session").await.json();
            crm.work().await;
        }
        crm.clock.advance(SignedDuration::from_hours(5 * 24));
        ana.get("/api/session").await.problem(401);
    }

    async fn when_somebody_was_seen_is_written_once_a_minute(crm: Crm) {
        crm.add_person("Alpha", "ana@example.com", Role::Agent).await;
        let ana = Browser::sign_in(&crm, "ana@example.com").await;
        let first = seen_at(&crm).await;
        crm.clock.advance(SignedDuration::from_secs(59));
        ana.get("/api/session").await.json();
        assert_eq!(seen_at(&crm).await, first);
        crm.clock.advance(SignedDuration::from_secs(1));
        ana.get("/api/session").await.json();
        assert_eq!(seen_at(&crm).await, crm.clock.now());
    }

    /// The password is changed after it was compared, and before the session is there.
    async fn no_session_begins_with_a_password_that_is_being_changed(crm: Crm) {
        let ana = crm.add_person("Alpha", "ana@example.com", Role::Agent).await;
        let mut change = crm.state.database.db.begin().await.unwrap();
        let sql = "update users set password_hash = 'another' where id = $1";
        change.execute(sql, args![ana.id]).await.unwrap();
        let sql = "delete from sessions where user_id = $1";
        change.execute(sql, args![ana.id]).await.unwrap();
        let sign_in = crm.log_in("ana@example.com", PASSWORD);
        let commit = async {
            tokio::time::sleep(Duration::from_millis(1500)).await;
            change.commit().await.unwrap();
        };
        let (answer, ()) = tokio::join!(sign_in, commit);
        assert_eq!(answer.status, 401, "{answer:?}");
        let sessions = crm.state.people.sessions(ana.id).await.unwrap();
        assert!(sessions.is_empty());
    }

    async fn people_see_and_end_their_own_sessions(crm: Crm) {
        for email in ["ana@example.com", "bob@example.com"] {
            crm.add_person("Alpha", email, Role::Owner).await;
        }
        let here = Browser::sign_in(&crm, "ana@example.com").await;
        let there = Browser::sign_in(&crm, "ana@example.com").await;
        let bob = Browser::sign_in(&crm, "bob@example.com").await;
        let sessions = here.get("/api/sessions").await.items();
        let present: Vec<_> = sessions.iter().map(|it| it["is_present"].as_bool().unwrap()).collect();
        assert_eq!(present, [false, true]);
        let path = format!("/api/sessions/{}", sessions[0]["id"].as_str().unwrap());
        // Also an owner does not end those of others.
        bob.delete(&path).await.problem(404);
        crm.delete(ALPHA, &path).await.problem(404);
        assert_eq!(here.delete(&path).await.status, 204);
        here.delete(&path).await.problem(404);
        there.get("/api/session").await.problem(401);
        here.get("/api/session").await.json();
        assert!(crm.get(ALPHA, "/api/sessions").await.items().is_empty());
    }

    /// D.5: with a cookie, what changes something comes from our own pages.
    async fn a_page_of_a_stranger_changes_nothing(crm: Crm) {
        crm.add_person("Alpha", "ana@example.com", Role::Owner).await;
        let ana = Browser::sign_in(&crm, "ana@example.com").await;
        let send = async |method: &str, headers: &[(&str, &str)]| {
            let mut request = Request::builder()
                .method(method)
                .uri("/api/tokens")
                .header(header::COOKIE, &ana.cookie)
                .header(header::CONTENT_TYPE, "application/json");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let body = json!({ "name": "x", "role": "agent" }).to_string();
            crm.send(request.body(Body::from(body)).unwrap()).await
        };
        for foreign in [
            &[][..],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "http://crm.example.com")],
            &[("origin", "https://crm.example.com.evil.example")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("referer", "https://crm.example.com/")],
        ] {
            send("POST", foreign).await.problem(403);
        }
        send("GET", &[]).await.json();
        send("POST", &[("origin", ORIGIN)]).await.json_with(201);
        send("POST", &[("sec-fetch-site", "same-origin")]).await.json_with(201);
        // A token does not come along by itself.
        let bearer = format!("Bearer {ALPHA}");
        let with_token = [("authorization", &*bearer), ("origin", "https://evil.example")];
        send("POST", &with_token).await.json_with(201);
    }

    async fn a_page_of_a_stranger_signs_nobody_in(crm: Crm) {
        crm.add_person("Alpha", "ana@example.com", Role::Owner).await;
        let mut request = login("ana@example.com", PASSWORD);
        let evil = "https://evil.example".parse().unwrap();
        request.headers_mut().insert(header::ORIGIN, evil);
        crm.send(request).await.problem(403);
        let mut request = login("ana@example.com", PASSWORD);
        request.headers_mut().remove(header::ORIGIN);
        crm.send(request).await.json();
    }

    async fn nonsense_in_the_cookie_is_nobody(crm: Crm) {
        for cookie in ["", "__Host-crm=", "__Host-crm=x", "__Host-crm=\u{0}'; --", "a=b; c"] {
            let request = Request::get("/api/session").header(header::COOKIE, cookie.replace('\0', ""));
            crm.send(request.body(Body::empty()).unwrap()).await.problem(401);
        }
    }
}

/// On the developer's own machine there is no TLS, and browsers refuse `Secure` cookies.
#[tokio::test]
async fn without_tls_the_cookie_has_a_plain_name() {
    let crm = Crm::start_at("http://localhost:3000").await;
    crm.add_person("Alpha", "ana@example.com", Role::Agent)
        .await;
    let mut request = login("ana@example.com", PASSWORD);
    let origin = "http://localhost:3000".parse().unwrap();
    request.headers_mut().insert(header::ORIGIN, origin);
    let answer = crm.send(request).await;
    answer.json();
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("crm="), "{cookie}");
    assert!(!cookie.contains("Secure"), "{cookie}");
    let request = Request::get("/api/session").header(header::COOKIE, cookie_of(&answer));
    crm.send(request.body(Body::empty()).unwrap()).await.json();
}
