//! Open connections of those who may not listen any more.

use std::time::Duration;

use crm::people::{People, Role};
use futures_util::StreamExt as _;
use serde_json::json;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{self, Message, client::IntoClientRequest as _},
};

use super::ORIGIN;
use crate::{
    browser::Browser,
    live::{Running, Socket, next, start},
    support::{ALPHA, ALPHA_LINE, SENDER, on_both_databases, sid, soon},
};

/// Opens a WebSocket as a browser does, with a cookie.
async fn open(
    running: &Running,
    cookie: &str,
    origin: Option<&str>,
) -> Result<Socket, tungstenite::Error> {
    let url = format!("ws://{}/api/live?since=0", running.address);
    let mut request = url.into_client_request().unwrap();
    request
        .headers_mut()
        .insert("cookie", cookie.parse().unwrap());
    if let Some(origin) = origin {
        request
            .headers_mut()
            .insert("origin", origin.parse().unwrap());
    }
    soon(connect_async(request)).await.map(|(socket, _)| socket)
}

/// Expects the connection to be closed as one that was signed out.
async fn is_cut(mut socket: Socket) {
    loop {
        match soon(socket.next()).await {
            Some(Ok(Message::Close(frame))) => {
                assert_eq!(u16::from(frame.unwrap().code), 4401);
                return;
            }
            Some(Ok(Message::Ping(_) | Message::Text(_))) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// D.5: a WebSocket checks the origin and the session.
#[tokio::test]
async fn a_page_of_a_stranger_does_not_listen() {
    let running = start().await;
    running
        .crm
        .add_person("Alpha", "ana@example.com", Role::Agent)
        .await;
    let ana = Browser::sign_in(&running.crm, "ana@example.com").await;
    for origin in [None, Some("https://evil.example"), Some("null")] {
        let Err(tungstenite::Error::Http(response)) = open(&running, &ana.cookie, origin).await
        else {
            panic!("not refused");
        };
        assert_eq!(response.status(), 403);
    }
    let Err(tungstenite::Error::Http(response)) =
        open(&running, "__Host-crm=x", Some(ORIGIN)).await
    else {
        panic!("not refused");
    };
    assert_eq!(response.status(), 401);
    let mut socket = open(&running, &ana.cookie, Some(ORIGIN)).await.unwrap();
    running
        .crm
        .text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello")
        .await;
    assert_eq!(next(&mut socket).await["message"], "Hello");
}

/// D.5: and looks again when something changes.
#[tokio::test]
async fn a_connection_ends_with_what_it_was_opened_by() {
    let running = start().await;
    let crm = &running.crm;
    let ana = crm
        .add_person("Alpha", "ana@example.com", Role::Agent)
        .await;
    let path = format!("/api/users/{}", ana.id);
    let bob = crm
        .add_person("Alpha", "bob@example.com", Role::Agent)
        .await;
    let bobs = Browser::sign_in(crm, "bob@example.com").await;
    let mut stays = open(&running, &bobs.cookie, Some(ORIGIN)).await.unwrap();

    let browser = Browser::sign_in(crm, "ana@example.com").await;
    let socket = open(&running, &browser.cookie, Some(ORIGIN)).await.unwrap();
    assert_eq!(browser.delete("/api/session").await.status, 204);
    is_cut(socket).await;

    let browser = Browser::sign_in(crm, "ana@example.com").await;
    let socket = open(&running, &browser.cookie, Some(ORIGIN)).await.unwrap();
    crm.patch(ALPHA, &path, &json!({ "role": "read_only" }))
        .await
        .json();
    is_cut(socket).await;

    let socket = open(&running, &browser.cookie, Some(ORIGIN)).await.unwrap();
    crm.post(ALPHA, &format!("{path}/disable"), &json!({}))
        .await
        .json();
    is_cut(socket).await;

    let token = crm.token(ALPHA, Role::Agent).await;
    let socket = running.listen("?since=0", &token).await;
    let tokens = crm.get(ALPHA, "/api/tokens").await.items();
    let revoke = format!("/api/tokens/{}", tokens[0]["id"].as_str().unwrap());
    assert_eq!(crm.delete(ALPHA, &revoke).await.status, 204);
    is_cut(socket).await;

    // Nobody else was.
    crm.patch(
        ALPHA,
        &format!("/api/users/{}", bob.id),
        &json!({ "name": "Bob" }),
    )
    .await
    .json();
    crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
    assert_eq!(next(&mut stays).await["message"], "Hello");
}

on_both_databases! {
    async fn what_another_server_has_ended_is_seen_soon(crm: Crm) {
        let ana = crm.add_person("Alpha", "ana@example.com", Role::Agent).await;
        let browser = Browser::sign_in(&crm, "ana@example.com").await;
        let other = People::new(crm.state.database.db.clone(), crm.clock.clone())
            .with_recheck(Duration::from_millis(20));
        let who = browser.get("/api/session").await.json();
        let mut caller = crm::api::Caller::server(crm.company("Alpha").await, crm.clock.now());
        caller.actor = crm::api::Actor::User(ana.id);
        caller.role = Role::Agent;
        caller.session = Some(who["session_id"].as_str().unwrap().parse().unwrap());
        let ended = tokio::spawn(other.ended(caller));
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!ended.is_finished());
        let path = format!("/api/users/{}/disable", ana.id);
        crm.post(ALPHA, &path, &json!({})).await.json();
        soon(ended).await.unwrap();
    }
}
