//! Requests of somebody who looks at lists, through the whole application.

use std::time::{Duration, Instant};

use axum::{Router, body::Body};
use crm::{
    app::{AppState, app},
    database::Database,
};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::{
    Random,
    seed::{EMAIL, PASSWORD, PUBLIC_URL, Seeded, word},
    setting, shares,
};

/// What a list may take at the 95th percentile.
const LIMIT: f64 = 50.0;

pub(crate) async fn measure(seeded: &Seeded) {
    let database = Database::connect(&seeded.config.database_url)
        .await
        .unwrap();
    let (state, _) = AppState::new(&seeded.config, database).await.unwrap();
    let desk = Desk::sign_in(app(state)).await;
    let threads = desk.get("/api/threads?limit=200").await;
    let all = threads["items"].as_array().unwrap();
    let ids: Vec<_> = all
        .iter()
        .map(|it| it["contact_id"].as_str().unwrap())
        .collect();
    let lines = desk.get("/api/lines").await;
    let line = lines["items"][1]["id"].as_str().unwrap().to_owned();
    let busiest = busiest(&desk, &ids).await;
    let mut random = Random(7);
    println!(
        "{:<34} {:>9} {:>9} {:>9} {:>9}",
        "ms", "p50", "p95", "p99", "longest"
    );
    let mut next = String::new();
    let mut is_slow = false;
    let mut row = |name: &str, took: &mut [Duration]| {
        let [p50, p95, p99, longest] = shares(took);
        is_slow |= p95 > LIMIT;
        println!("{name:<34} {p50:>9.2} {p95:>9.2} {p99:>9.2} {longest:>9.2}");
    };
    for filter in ["all", "unread", "failed", "blocked"] {
        let mut took = Vec::new();
        for _ in 0..rounds() {
            let path = format!("/api/threads?filter={filter}&before={next}");
            let (page, time) = desk.timed(&path).await;
            next = page["next"].as_str().unwrap_or_default().to_owned();
            took.push(time);
        }
        row(&format!("threads, {filter}, page by page"), &mut took);
        next.clear();
    }
    let mut took = desk.each(|_| "/api/threads".to_owned()).await;
    row("threads, the newest", &mut took);
    let mut took = desk.each(|_| format!("/api/threads?line={line}")).await;
    row("threads of a line", &mut took);
    let mut took = desk
        .each(|round| format!("/api/threads?q={}", word(round * 13)))
        .await;
    row("threads, by a name", &mut took);
    let mut took = desk
        .each(|round| format!("/api/threads/{}", ids[round % ids.len()]))
        .await;
    row("a thread, the newest", &mut took);
    let mut took = Vec::new();
    for _ in 0..rounds() {
        let path = format!("/api/threads/{busiest}?before={next}");
        let (page, time) = desk.timed(&path).await;
        next = page["older"].as_str().unwrap_or_default().to_owned();
        took.push(time);
    }
    row("the busiest thread, page by page", &mut took);
    let around = next.clone();
    let mut took = desk
        .each(|_| format!("/api/threads/{busiest}?around={around}"))
        .await;
    row("the busiest thread, in the middle", &mut took);
    let mut took = desk.each(|_| "/api/contacts".to_owned()).await;
    row("contacts", &mut took);
    for (name, path) in [
        ("contacts, by a part of a number", "/api/contacts?q="),
        ("search, by a part of a number", "/api/search?q="),
    ] {
        let mut took = desk
            .each(|round| format!("{path}{}", 250_000 + round * 37))
            .await;
        row(name, &mut took);
    }
    let mut took = desk
        .each(|round| format!("/api/contacts?q={}", &word(round)[..2]))
        .await;
    row("contacts, by two letters", &mut took);
    let mut took = desk
        .each(|round| format!("/api/search?q={}", word(round % 20)))
        .await;
    row("search, a frequent word", &mut took);
    let mut took = desk
        .each(|round| format!("/api/search?q={}", word(4000 + round)))
        .await;
    row("search, a rare word", &mut took);
    let mut took = desk
        .each(|_| {
            let mut word = || word(random.skewed(5000));
            format!("/api/search?q={}%20{}", word(), word())
        })
        .await;
    row("search, two words", &mut took);
    let mut took = desk
        .each(|round| format!("/api/search?q={}", &word(round)[..3]))
        .await;
    row("search, three letters", &mut took);
    let mut took = desk.each(|_| "/api/me/notifications".to_owned()).await;
    row("notifications", &mut took);
    let mut took = desk.each(|_| "/api/me/unread".to_owned()).await;
    row("what is unread", &mut took);
    println!(
        "every list at the 95th percentile {} {LIMIT} ms",
        if is_slow { "is not below" } else { "is below" }
    );
}

/// The thread with the most entries of those that were active last.
async fn busiest(desk: &Desk, ids: &[&str]) -> String {
    let mut found = (String::new(), String::from("f"));
    for id in ids {
        // The further back one page of 200 reaches, the fewer there are.
        let page = desk.get(&format!("/api/threads/{id}?limit=200")).await;
        let Some(oldest) = page["older"].as_str() else {
            continue;
        };
        if found.0.is_empty() || *oldest > *found.1 {
            found = ((*id).to_owned(), oldest.to_owned());
        }
    }
    found.0
}

fn rounds() -> usize {
    setting("BENCH_ROUNDS", 200) as usize
}

/// Somebody who is signed in.
struct Desk {
    app: Router,
    cookie: String,
}

impl Desk {
    async fn sign_in(app: Router) -> Self {
        let body = json!({ "email": EMAIL, "password": PASSWORD });
        let request = Request::post("/api/session")
            .header(header::ORIGIN, PUBLIC_URL)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let answer = app.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Self { app, cookie }
    }

    async fn get(&self, path: &str) -> Value {
        self.timed(path).await.0
    }

    async fn timed(&self, path: &str) -> (Value, Duration) {
        let request = Request::get(path)
            .header(header::COOKIE, &self.cookie)
            .body(Body::empty())
            .unwrap();
        let start = Instant::now();
        let answer = self.app.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let took = start.elapsed();
        assert_eq!(status, StatusCode::OK, "{path}");
        (serde_json::from_slice(&body).unwrap(), took)
    }

    async fn each(&self, mut path: impl FnMut(usize) -> String) -> Vec<Duration> {
        let mut took = Vec::new();
        for round in 0..rounds() {
            took.push(self.timed(&path(round)).await.1);
        }
        took
    }
}
