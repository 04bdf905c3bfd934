//! A server for a test.

use std::{env, fs, path::PathBuf, time::Duration};

use axum::{Router, body::Body};
use crm::{
    app::{AppState, app},
    clock::Clock,
    config::Config,
    database::Database,
};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use serde_json::Value;
use tower::ServiceExt as _;
use twilio_hooks::{
    notify::Dispatcher,
    testing::{FakeTwilio, SignedRequest},
};
use twilio_hooks_tests::postgres::TestDatabase;
use uuid::Uuid;

pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(crate) const AUTH_TOKEN: &str = "an-auth-token-of-twilio";
pub(crate) const ALPHA: &str = "token-of-alpha-0123456789";
pub(crate) const BETA: &str = "token-of-beta-0123456789";
pub(crate) const OPERATOR: &str = "token-of-the-operator-0123456789";
pub(crate) const ALPHA_LINE: &str = "+12025550187";
pub(crate) const BETA_LINE: &str = "+12025550199";
pub(crate) const SENDER: &str = "+12025550143";
pub(crate) const PUBLIC_URL: &str = "https://crm.example.com";

/// A directory that goes away with the test.
pub(crate) struct TempDir(PathBuf);

impl TempDir {
    pub(crate) fn new() -> Self {
        let path = env::temp_dir().join(format!("crm-test-{}", Uuid::now_v7()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn database_url(&self) -> String {
        format!("sqlite:{}", self.join("crm.sqlite").display())
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Where a test keeps what it stores; it goes away with the test.
pub(crate) enum Storage {
    Sqlite(TempDir),
    Postgres(TestDatabase),
}

impl Storage {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(TempDir::new())
    }

    pub(crate) async fn postgres() -> Self {
        Self::Postgres(TestDatabase::create_empty().await)
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(directory) => directory.database_url(),
            Self::Postgres(database) => database.url(),
        }
    }
}

/// Makes a test on SQLite and one on Postgres of each function: it gets a server whose Twilio is a
/// fake, and whose clock stands still at [`NOW`].
macro_rules! on_both_databases {
    ($( $(#[$meta:meta])* async fn $name:ident($crm:ident: Crm) $body:block )+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(clippy::wildcard_imports, reason = "the test sees what its file sees")]
            use super::*;

            async fn story($crm: $crate::support::Crm) $body

            #[tokio::test]
            async fn on_sqlite() {
                story($crate::support::Crm::with_fake($crate::support::Storage::sqlite()).await).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                let storage = $crate::support::Storage::postgres().await;
                story($crate::support::Crm::with_fake(storage).await).await;
            }
        }
    )+};
}
pub(crate) use on_both_databases;

/// When stories begin: a Monday, 10:00 in New York.
pub(crate) const NOW: &str = "2026-11-23T15:00:00Z";

/// A server with two companies, `Alpha` and `Beta`, that have one line each.
pub(crate) struct Crm {
    pub(crate) state: AppState,
    pub(crate) app: Router,
    pub(crate) dispatcher: Dispatcher,
    pub(crate) config: Config,
    /// Twilio; only stories have one.
    pub(crate) fake: Option<FakeTwilio>,
    /// Stands still in stories.
    pub(crate) clock: Clock,
    /// The account of both lines.
    pub(crate) account: (String, String),
    /// Where the database is.
    pub(crate) _storage: Storage,
    /// Where its files are.
    pub(crate) data: TempDir,
}

impl Crm {
    pub(crate) async fn start() -> Self {
        Self::start_with("").await
    }

    /// `first` goes before the sections of the configuration.
    pub(crate) async fn start_with(first: &str) -> Self {
        Self::open(Storage::sqlite(), first, None, Clock::default()).await
    }

    /// On a database that may have something already.
    pub(crate) async fn start_in(storage: Storage) -> Self {
        Self::open(storage, "", None, Clock::default()).await
    }

    /// As people and Twilio call it at another address.
    pub(crate) async fn start_at(public_url: &str) -> Self {
        let storage = Storage::sqlite();
        let toml = config("", &storage.url()).replace(PUBLIC_URL, public_url);
        Self::with_config(storage, &toml, None, Clock::default()).await
    }

    /// Its Twilio is a fake, and its clock stands still at [`NOW`].
    pub(crate) async fn with_fake(storage: Storage) -> Self {
        Self::with_fake_and(storage, "").await
    }

    /// The same, with `first` before the sections of the configuration.
    pub(crate) async fn with_fake_and(storage: Storage, first: &str) -> Self {
        let fake = FakeTwilio::start().await.unwrap();
        for number in [ALPHA_LINE, BETA_LINE] {
            fake.add_number(number);
        }
        let first = format!("twilio_api_url = {:?}\n{first}", fake.base_url());
        let clock = Clock::at(NOW.parse().unwrap());
        Self::open(storage, &first, Some(fake), clock).await
    }

    pub(crate) async fn open(
        storage: Storage,
        first: &str,
        fake: Option<FakeTwilio>,
        clock: Clock,
    ) -> Self {
        crate::logs::capture();
        let mut toml = config(first, &storage.url());
        let mut account = (ACCOUNT.to_owned(), AUTH_TOKEN.to_owned());
        if let Some(fake) = &fake {
            account = (fake.account_sid().to_string(), fake.auth_token().to_owned());
            toml = toml
                .replace(ACCOUNT, &account.0)
                .replace(AUTH_TOKEN, &account.1);
        }
        let mut crm = Self::with_config(storage, &toml, fake, clock).await;
        crm.account = account;
        crm
    }

    pub(crate) async fn with_config(
        storage: Storage,
        toml: &str,
        fake: Option<FakeTwilio>,
        clock: Clock,
    ) -> Self {
        let mut config = Config::parse(toml).unwrap();
        let data = TempDir::new();
        config.data_dir = data.join("files");
        let database = Database::connect(&config.database_url).await.unwrap();
        let (state, dispatcher) = AppState::with_clock(&config, database, clock.clone())
            .await
            .unwrap();
        Self {
            app: app(state.clone()),
            state,
            dispatcher,
            config,
            fake,
            clock,
            account: (ACCOUNT.to_owned(), AUTH_TOKEN.to_owned()),
            _storage: storage,
            data,
        }
    }

    /// Twilio, in a story.
    pub(crate) fn fake(&self) -> &FakeTwilio {
        self.fake.as_ref().expect("stories have a fake")
    }

    /// Runs every job in the background once.
    pub(crate) async fn work(&self) {
        self.state.jobs.run_once(self.clock.now()).await.unwrap();
    }

    /// Lets everything happen that Twilio has to do, and brings its callbacks to the server.
    pub(crate) async fn settle(&self) {
        for delivery in self.fake().settle().await {
            let answer = self.send(delivery.request.map(Body::from)).await;
            assert!((200..300).contains(&answer.status), "{answer:?}");
        }
    }

    /// Sends a request that Twilio has signed.
    pub(crate) async fn twilio(&self, path: &str, params: &[(&str, &str)]) -> Answer {
        let (account, token) = &self.account;
        self.send(signed_by(account, token, path, params)).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.request("POST", token, path, Some(&body.to_string()))
            .await
    }

    pub(crate) async fn patch(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.request("PATCH", token, path, Some(&body.to_string()))
            .await
    }

    pub(crate) async fn put(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.request("PUT", token, path, Some(&body.to_string()))
            .await
    }

    pub(crate) async fn delete(&self, token: &str, path: &str) -> Answer {
        self.request("DELETE", token, path, None).await
    }

    /// Sends an incoming text and expects it to be kept.
    pub(crate) async fn text(&self, sid: &str, from: &str, to: &str, body: &str) -> Answer {
        let params = [
            ("MessageSid", sid),
            ("From", from),
            ("To", to),
            ("Body", body),
        ];
        let answer = self.twilio("sms/incoming", &params).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer
    }

    /// Sends an incoming call and expects it to be answered.
    pub(crate) async fn call(&self, sid: &str, from: &str, to: &str) -> Answer {
        let params = [
            ("CallSid", sid),
            ("From", from),
            ("To", to),
            ("CallStatus", "ringing"),
            ("Direction", "inbound"),
        ];
        let answer = self.twilio("voice/incoming", &params).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.request("GET", token, path, None).await
    }

    pub(crate) async fn request(
        &self,
        method: &str,
        token: &str,
        path: &str,
        body: Option<&str>,
    ) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.unwrap_or_default().to_owned()))
            .unwrap();
        self.send(request).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// Takes the database away: its tables have other names from now on.
    pub(crate) async fn lose_database(&self) {
        let pool = sqlx::SqlitePool::connect(self.config.database_url.expose())
            .await
            .unwrap();
        for table in ["webhooks", "sms", "calls", "lines"] {
            let sql = sqlx::AssertSqlSafe(format!("alter table {table} rename to lost_{table}"));
            sqlx::raw_sql(sql).execute(&pool).await.unwrap();
        }
        pool.close().await;
    }

    /// Gives numbers to the notifications that wait, and delivers them.
    pub(crate) async fn deliver(&self) {
        let now = Timestamp::now().max(self.clock.now());
        while self.dispatcher.run_once(now).await.unwrap().claimed > 0 {}
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        self.json_with(200)
    }

    #[track_caller]
    pub(crate) fn json_with(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/json");
        serde_json::from_str(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn items(&self) -> Vec<Value> {
        self.json()["items"].as_array().unwrap().clone()
    }

    /// Expects an error of the API.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.headers[header::CONTENT_TYPE],
            "application/problem+json"
        );
        let problem: Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(problem["status"], status);
        let title = StatusCode::from_u16(status).unwrap().canonical_reason();
        assert_eq!(problem["title"].as_str(), title);
        assert!(problem["detail"].is_string());
        problem
    }
}

pub(crate) fn signed(path: &str, params: &[(&str, &str)]) -> Request<Body> {
    signed_by(ACCOUNT, AUTH_TOKEN, path, params)
}

pub(crate) fn signed_by(
    account: &str,
    token: &str,
    path: &str,
    params: &[(&str, &str)],
) -> Request<Body> {
    let mut request = SignedRequest::post(format!("{PUBLIC_URL}/api/webhooks/twilio/{path}"))
        .param("AccountSid", account);
    for (name, value) in params {
        request = request.param(name, value);
    }
    request.sign(token).map(Body::from)
}

pub(crate) fn sid(prefix: &str, number: u32) -> String {
    format!("{prefix}{number:032x}")
}

pub(crate) fn config(first: &str, database_url: &str) -> String {
    format!(
        r#"
        public_url = "{PUBLIC_URL}"
        database_url = "{database_url}"
        {first}

        [[accounts]]
        sid = "{ACCOUNT}"
        auth_tokens = ["{AUTH_TOKEN}"]

        [[companies]]
        name = "Alpha"
        api_token = "{ALPHA}"

        [[companies]]
        name = "Beta"
        api_token = "{BETA}"

        [[lines]]
        number = "{ALPHA_LINE}"
        company = "Alpha"

        [[lines]]
        number = "{BETA_LINE}"
        company = "Beta"
        greeting = "This is Beta."
        text_reply = "Beta says thank you."
        "#
    )
}

/// Waits for what happens in the background.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future)
        .await
        .expect("it happens soon")
}
