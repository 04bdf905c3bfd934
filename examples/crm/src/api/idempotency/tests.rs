//! A route that takes keys, on both databases.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use axum::{
    Extension, Json, Router,
    body::Body,
    extract::Request,
    response::{IntoResponse as _, Response},
};
use http::{
    StatusCode,
    header::{self, RETRY_AFTER},
};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tower::ServiceExt as _;
use twilio_hooks_tests::postgres::TestDatabase;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{ForgetKeys, HEADER, IdempotencyKey, IdempotentRoutes, REPLAYED};
use crate::{
    api::{Caller, Problem, extract::Body as JsonBody, guard::guard},
    app::AppState,
    clock::Clock,
    config::Config,
    database::Database,
    jobs::Job as _,
};

const ONE: &str = "the-token-of-one-0123456789";
const OTHER: &str = "the-token-of-the-other-0123";

/// What the route does.
#[derive(Debug, Default)]
struct Work {
    times: AtomicU32,
    started: Notify,
    go_on: Notify,
}

#[utoipa::path(
    post,
    path = "/api/things/{id}",
    params(IdempotencyKey),
    responses((status = 201))
)]
async fn create(
    Extension(work): Extension<Arc<Work>>,
    _caller: Caller,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Problem> {
    let times = work.times.fetch_add(1, Ordering::SeqCst) + 1;
    match body["do"].as_str() {
        Some("refuse") => return Err(Problem::unprocessable("as the test asked for")),
        Some("break") => return Err(Problem::internal()),
        Some("panic") => panic!("as the test asked for"),
        Some("wait") => {
            work.started.notify_one();
            work.go_on.notified().await;
        }
        _ => {}
    }
    let location = [(header::LOCATION, format!("/api/things/{times}"))];
    Ok((
        StatusCode::CREATED,
        location,
        Json(json!({ "made": times })),
    )
        .into_response())
}

#[utoipa::path(post, path = "/api/plain", responses((status = 200)))]
async fn plain(Extension(work): Extension<Arc<Work>>) -> String {
    work.times.fetch_add(1, Ordering::SeqCst).to_string()
}

struct Server {
    app: Router,
    work: Arc<Work>,
    clock: Clock,
    state: AppState,
    _database: Option<TestDatabase>,
}

impl Server {
    async fn on_sqlite() -> Self {
        Self::start("sqlite::memory:", None).await
    }

    async fn on_postgres() -> Self {
        let database = TestDatabase::create_empty().await;
        Self::start(&database.url(), Some(database)).await
    }

    async fn start(url: &str, database: Option<TestDatabase>) -> Self {
        let config = format!(
            r#"
            public_url = "https://crm.example.com"
            database_url = "{url}"
            [[accounts]]
            sid = "AC00000000000000000000000000000001"
            auth_tokens = ["an-auth-token"]
            [[companies]]
            name = "One"
            api_token = "{ONE}"
            [[companies]]
            name = "Other"
            api_token = "{OTHER}"
            "#
        );
        let config = Config::parse(&config).unwrap();
        let clock = Clock::at("2026-11-23T15:00:00Z".parse().unwrap());
        let store = Database::connect(&config.database_url).await.unwrap();
        let (state, _) = AppState::with_clock(&config, store, clock.clone())
            .await
            .unwrap();
        let work = Arc::new(Work::default());
        let (routes, document) = OpenApiRouter::new()
            .routes(routes!(create))
            .routes(routes!(plain))
            .layer(Extension(Arc::clone(&work)))
            .split_for_parts();
        let document = serde_json::to_value(document).unwrap();
        let app = guard(routes, IdempotentRoutes::of(&document), &state);
        Self {
            app: app.with_state(state.clone()),
            work,
            clock,
            state,
            _database: database,
        }
    }

    async fn post(&self, token: &str, path: &str, key: &str, body: &Value) -> (u16, bool, Value) {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(HEADER, key)
            .body(Body::from(body.to_string()))
            .unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        assert!(!response.headers().contains_key(RETRY_AFTER));
        let status = response.status();
        if status == StatusCode::CREATED {
            assert!(response.headers().contains_key(header::LOCATION));
            assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
        }
        let is_replay = response.headers().contains_key(REPLAYED);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&body).unwrap();
        (status.as_u16(), is_replay, body)
    }

    fn times(&self) -> u32 {
        self.work.times.load(Ordering::SeqCst)
    }
}

macro_rules! on_both {
    ($(async fn $name:ident($server:ident: Server) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn story($server: Server) $body

            #[tokio::test]
            async fn on_sqlite() {
                story(Server::on_sqlite().await).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                story(Server::on_postgres().await).await;
            }
        }
    )+};
}

on_both! {
    async fn a_repeat_gets_the_first_answer_and_does_nothing(server: Server) {
        let body = json!({ "name": "a" });
        let made = (201, false, json!({ "made": 1 }));
        assert_eq!(server.post(ONE, "/api/things/1", "k", &body).await, made);
        let again = (201, true, json!({ "made": 1 }));
        for _ in 0..3 {
            assert_eq!(server.post(ONE, "/api/things/1", "k", &body).await, again);
        }
        assert_eq!(server.times(), 1);
        let made = (201, false, json!({ "made": 2 }));
        assert_eq!(server.post(ONE, "/api/things/1", "l", &body).await, made);
    }

    async fn another_request_with_the_key_is_refused(server: Server) {
        let body = json!({ "name": "a" });
        server.post(ONE, "/api/things/1", "k", &body).await;
        let other = json!({ "name": "b" });
        assert_eq!(server.post(ONE, "/api/things/1", "k", &other).await.0, 422);
        assert_eq!(server.post(ONE, "/api/things/2", "k", &body).await.0, 422);
        assert_eq!(server.times(), 1);
    }

    async fn keys_of_two_companies_have_nothing_to_do_with_each_other(server: Server) {
        let body = json!({ "name": "a" });
        server.post(ONE, "/api/things/1", "k", &body).await;
        let made = (201, false, json!({ "made": 2 }));
        assert_eq!(server.post(OTHER, "/api/things/1", "k", &body).await, made);
    }

    async fn a_key_whose_request_was_refused_is_free_again(server: Server) {
        let refused = json!({ "do": "refuse" });
        assert_eq!(server.post(ONE, "/api/things/1", "k", &refused).await.0, 422);
        let made = (201, false, json!({ "made": 2 }));
        assert_eq!(server.post(ONE, "/api/things/1", "k", &json!({})).await, made);
    }

    async fn a_key_whose_request_broke_is_not_free_at_once(server: Server) {
        let breaks = json!({ "do": "break" });
        assert_eq!(server.post(ONE, "/api/things/1", "k", &breaks).await.0, 500);
        assert_eq!(server.post(ONE, "/api/things/1", "k", &breaks).await.0, 409);
        assert_eq!(server.times(), 1);
    }

    async fn a_repeat_while_the_first_is_under_way_is_a_conflict(server: Server) {
        let body = json!({ "do": "wait" });
        let first = server.post(ONE, "/api/things/1", "k", &body);
        let second = async {
            server.work.started.notified().await;
            let second = server.post(ONE, "/api/things/1", "k", &body).await;
            server.work.go_on.notify_one();
            second
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!((first.0, second.0), (201, 409));
        assert_eq!(server.post(ONE, "/api/things/1", "k", &body).await, (201, true, first.2));
        assert_eq!(server.times(), 1);
    }

    async fn of_many_at_once_one_is_run(server: Server) {
        let body = json!({});
        let requests = (0..8).map(|_| server.post(ONE, "/api/things/1", "k", &body));
        let answers = futures_util::future::join_all(requests).await;
        assert!(answers.iter().all(|(status, ..)| matches!(status, 201 | 409)));
        assert_eq!(server.times(), 1);
    }

    async fn a_request_whose_client_hangs_up_is_run_to_its_end(server: Server) {
        let body = json!({ "do": "wait" });
        {
            let first = server.post(ONE, "/api/things/1", "k", &body);
            tokio::select! {
                _ = first => panic!("it waits"),
                () = server.work.started.notified() => {}
            }
        }
        server.work.go_on.notify_one();
        let again = loop {
            let answer = server.post(ONE, "/api/things/1", "k", &body).await;
            if answer.0 != 409 {
                break answer;
            }
        };
        assert_eq!(again, (201, true, json!({ "made": 1 })));
    }

    async fn what_was_given_up_is_run_again_after_a_while(server: Server) {
        let body = json!({ "do": "panic" });
        assert_eq!(server.post(ONE, "/api/things/1", "k", &body).await.0, 500);
        assert_eq!(server.post(ONE, "/api/things/1", "k", &body).await.0, 409);
        server.clock.advance(SignedDuration::from_secs(121));
        let made = (201, false, json!({ "made": 2 }));
        assert_eq!(server.post(ONE, "/api/things/1", "k", &json!({})).await, made);
    }

    async fn keys_are_forgotten_after_a_day(server: Server) {
        let body = json!({});
        server.post(ONE, "/api/things/1", "k", &body).await;
        server.post(ONE, "/api/things/1", "l", &body).await;
        server.clock.advance(SignedDuration::from_hours(25));
        let made = (201, false, json!({ "made": 3 }));
        assert_eq!(server.post(ONE, "/api/things/1", "k", &body).await, made);

        let db = server.state.database.db.clone();
        ForgetKeys::new(db.clone()).run(server.clock.now()).await.unwrap();
        let left = db.rows("select idempotency_key from idempotency_keys", Vec::new());
        let left = left.await.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].get::<String>("idempotency_key").unwrap(), "k");
    }
}

#[tokio::test]
async fn a_key_is_one_short_text_of_somebody_known() {
    let server = Server::on_sqlite().await;
    for key in ["", &"k".repeat(201)] {
        let answer = server.post(ONE, "/api/things/1", key, &json!({})).await;
        assert_eq!(answer.0, 400);
    }
    let answer = server
        .post("nobody", "/api/things/1", "k", &json!({}))
        .await;
    assert_eq!(answer.0, 401);
    assert_eq!(server.times(), 0);
}

#[tokio::test]
async fn a_route_that_does_not_describe_keys_takes_none() {
    let server = Server::on_sqlite().await;
    for times in 0..2 {
        let answer = server.post(ONE, "/api/plain", "k", &json!({})).await;
        assert_eq!(answer, (200, false, json!(times)));
    }
}
