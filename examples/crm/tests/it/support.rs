//! A server for a test.

use std::{env, fs, path::PathBuf, time::Duration};

use axum::{Router, body::Body};
use crm::{
    app::{AppState, app},
    config::Config,
    database::Database,
};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use serde_json::Value;
use tower::ServiceExt as _;
use twilio_hooks::{notify::Dispatcher, testing::SignedRequest};
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

/// A server with two companies, `Alpha` and `Beta`, that have one line each.
pub(crate) struct Crm {
    pub(crate) state: AppState,
    pub(crate) app: Router,
    pub(crate) dispatcher: Dispatcher,
    pub(crate) config: Config,
    /// Where the database is.
    pub(crate) _directory: TempDir,
}

impl Crm {
    pub(crate) async fn start() -> Self {
        Self::start_with("").await
    }

    /// `first` goes before the sections of the configuration.
    pub(crate) async fn start_with(first: &str) -> Self {
        crate::logs::capture();
        let directory = TempDir::new();
        let config = Config::parse(&config(first, &directory.database_url())).unwrap();
        let database = Database::connect(&config.database_url).await.unwrap();
        let (state, dispatcher) = AppState::new(&config, database).await.unwrap();
        Self {
            app: app(state.clone()),
            state,
            dispatcher,
            config,
            _directory: directory,
        }
    }

    /// Sends a request that Twilio has signed.
    pub(crate) async fn twilio(&self, path: &str, params: &[(&str, &str)]) -> Answer {
        self.send(signed(path, params)).await
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
        self.dispatcher.run_once(Timestamp::now()).await.unwrap();
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
        assert_eq!(self.status, 200, "{self:?}");
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
    let mut request = SignedRequest::post(format!("{PUBLIC_URL}/api/webhooks/twilio/{path}"))
        .param("AccountSid", ACCOUNT);
    for (name, value) in params {
        request = request.param(name, value);
    }
    request.sign(AUTH_TOKEN).map(Body::from)
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
