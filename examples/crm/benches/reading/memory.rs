//! What `crm serve` needs, with open WebSockets, people who look at lists, and texts that come in.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::StreamExt as _;
use http::header;
use tokio::task::JoinSet;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

use crate::{desk::Desk, seed::TOKEN, server::Server, setting, storage::Storage, webhooks, word};

/// How many clients listen.
const LISTENERS: u32 = 200;

/// For how many seconds frames may be under way when the last text was answered.
const PATIENCE: u32 = 30;

/// What the server may need, in kB.
const LIMIT: u64 = 100_000;

pub(crate) async fn measure(storage: &Storage) {
    let database = storage.copy().await;
    let server = Server::start(&database);
    let row = |name: &str| println!("{name:<40} {:>8}", server.memory());
    println!("{:<40} {:>8}", "resident memory of the server", "kB");
    row("at the start");
    let heard = Arc::new(AtomicU64::new(0));
    let mut listeners = JoinSet::new();
    for _ in 0..setting("BENCH_LISTENERS", LISTENERS) {
        listen(&server, &mut listeners, heard.clone()).await;
    }
    row(&format!("with {} WebSockets", listeners.len()));
    look_around(&Desk::of_program(&server)).await;
    row("after eight people looked at lists");
    let time = Duration::from_secs(u64::from(setting("BENCH_SECONDS", 20)));
    let desk = Desk::of_program(&server);
    let (texts, ()) = tokio::join!(
        webhooks::send(&server, 16, Some(50.0), time),
        look_around(&desk)
    );
    assert!(texts.is_success(), "{texts}");
    // Notifications are numbered and sent after the answer.
    let all = texts.requests() * listeners.len() as u64;
    let mut told = heard.load(Ordering::Relaxed);
    for _ in 0..PATIENCE {
        if told >= all {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        told = heard.load(Ordering::Relaxed);
    }
    row(&format!("after {} texts, {told} frames", texts.requests()));
    assert!(told >= all, "some heard nothing");
    let most = server.most_memory();
    println!("{:<40} {most:>8}", "at most");
    let verdict = if most < LIMIT { "below" } else { "not below" };
    println!("which is {verdict} {LIMIT}");
    listeners.abort_all();
    drop(server);
    database.close().await;
}

/// Counts what is heard.
async fn listen(server: &Server, listeners: &mut JoinSet<()>, heard: Arc<AtomicU64>) {
    let url = format!("ws://{}/api/live", server.address);
    let mut request = url.into_client_request().unwrap();
    let token = format!("Bearer {TOKEN}").parse().unwrap();
    request.headers_mut().insert(header::AUTHORIZATION, token);
    let (mut socket, _) = connect_async(request).await.unwrap();
    listeners.spawn(async move {
        while let Some(Ok(message)) = socket.next().await {
            if matches!(message, Message::Text(_)) {
                heard.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
}

/// Eight people at once.
async fn look_around(desk: &Desk) {
    let threads = desk.get("/api/threads?limit=200").await;
    let ids: Vec<String> = threads["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|thread| thread["contact_id"].as_str().unwrap().to_owned())
        .collect();
    let mut people = JoinSet::new();
    for person in 0..8 {
        let (desk, ids) = (desk.clone(), ids.clone());
        people.spawn(async move {
            for round in 0..100 {
                let number = person * 100 + round;
                for path in [
                    "/api/threads".to_owned(),
                    format!("/api/threads/{}?limit=200", ids[number % ids.len()]),
                    format!("/api/search?q={}", word(number)),
                    format!("/api/contacts?q={}", 120_000 + number * 37),
                    "/api/calls".to_owned(),
                ] {
                    desk.get(&path).await;
                }
            }
        });
    }
    while let Some(done) = people.join_next().await {
        done.unwrap();
    }
}
