//! Several accounts at one Twilio: a fake for each of them, behind one address.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{Router, body::Body, extract::State, response::Response};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use crm::clock::Clock;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{client::legacy, rt::TokioExecutor};
use tokio::{net::TcpListener, task::JoinHandle};
use twilio_hooks::testing::FakeTwilio;

use crate::support::{ACCOUNT, AUTH_TOKEN, Crm, NOW, Storage, signed_by};

/// An account of Alpha's own, and one of Beta's.
pub(crate) const ALPHA_ACCOUNT: &str = "AC0000000000000000000000000000a1fa";
pub(crate) const BETA_ACCOUNT: &str = "AC0000000000000000000000000000be7a";
pub(crate) const ALPHA_TOKEN: &str = "the-primary-token-of-alpha";
pub(crate) const BETA_TOKEN: &str = "the-primary-token-of-beta";
pub(crate) const ALPHA_KEY: (&str, &str) = (
    "SK000000000000000000000000000a1fa1",
    "the-secret-of-the-key-of-alpha",
);
/// Numbers of these accounts.
pub(crate) const ALPHA_NUMBER: &str = "+12065550110";
pub(crate) const BETA_NUMBER: &str = "+12065550120";
pub(crate) const KEY: &str = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// An account at this Twilio.
pub(crate) struct Account {
    sid: &'static str,
    tokens: Mutex<Vec<&'static str>>,
    key: (&'static str, &'static str),
    pub(crate) fake: FakeTwilio,
}

struct Shared {
    accounts: Vec<Account>,
    down: AtomicBool,
    /// Who has asked: account SIDs and SIDs of keys.
    users: Mutex<Vec<String>>,
    url: String,
    http: legacy::Client<legacy::connect::HttpConnector, Full<Bytes>>,
}

/// This Twilio.
pub(crate) struct Twilios {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Drop for Twilios {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Twilios {
    async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut accounts = Vec::new();
        for (sid, token, key, number) in [
            (ACCOUNT, AUTH_TOKEN, ("", ""), "+12025550187"),
            (ALPHA_ACCOUNT, ALPHA_TOKEN, ALPHA_KEY, ALPHA_NUMBER),
            (BETA_ACCOUNT, BETA_TOKEN, ("", ""), BETA_NUMBER),
        ] {
            let fake = FakeTwilio::start().await.unwrap();
            fake.add_number(number);
            accounts.push(Account {
                sid,
                tokens: Mutex::new(vec![token]),
                key,
                fake,
            });
        }
        let shared = Arc::new(Shared {
            accounts,
            down: AtomicBool::new(false),
            users: Mutex::default(),
            url,
            http: legacy::Client::builder(TokioExecutor::new()).build_http(),
        });
        let app = Router::new().fallback(answer).with_state(shared.clone());
        let task = tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
        Self { shared, task }
    }

    pub(crate) fn account(&self, sid: &str) -> &Account {
        let accounts = &self.shared.accounts;
        accounts.iter().find(|account| account.sid == sid).unwrap()
    }

    pub(crate) fn fake(&self, sid: &str) -> &FakeTwilio {
        &self.account(sid).fake
    }

    /// From now on these are the tokens of the account.
    pub(crate) fn set_tokens(&self, sid: &str, tokens: &[&'static str]) {
        *self.account(sid).tokens.lock().unwrap() = tokens.to_vec();
    }

    /// Whether all requests fail.
    pub(crate) fn set_down(&self, down: bool) {
        self.shared.down.store(down, Ordering::SeqCst);
    }

    /// Who has asked since the last time.
    pub(crate) fn take_users(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.users.lock().unwrap())
    }
}

/// Passes a request on to the fake of the account whose credentials it has. The fakes all have the same
/// SID, so that it is replaced on the way there and back.
async fn answer(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response {
    let refuse = |status: StatusCode, code: u32| {
        let body = format!(
            r#"{{"code": {code}, "message": "no", "status": {}}}"#,
            status.as_u16()
        );
        Response::builder()
            .status(status)
            .body(Body::from(body))
            .unwrap()
    };
    if shared.down.load(Ordering::SeqCst) {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, 20503);
    }
    let (mut parts, body) = request.into_parts();
    let credentials = parts.headers[header::AUTHORIZATION].to_str().unwrap();
    let credentials = BASE64_STANDARD
        .decode(credentials.strip_prefix("Basic ").unwrap())
        .unwrap();
    let credentials = String::from_utf8(credentials).unwrap();
    let (user, secret) = credentials.split_once(':').unwrap();
    shared.users.lock().unwrap().push(user.to_owned());
    let account = shared.accounts.iter().find(|account| {
        let by_token = account.sid == user && account.tokens.lock().unwrap().contains(&secret);
        by_token || (account.key == (user, secret) && !user.is_empty())
    });
    let Some(account) = account else {
        return refuse(StatusCode::UNAUTHORIZED, 20003);
    };
    let path = parts.uri.to_string();
    let (at_fake, fake) = (account.fake.account_sid(), &account.fake);
    if path.contains("/Accounts/") && !path.contains(account.sid) {
        return refuse(StatusCode::NOT_FOUND, 20404);
    }
    // A standard key may not read the account itself.
    if user.starts_with("SK") && path.ends_with(&format!("/Accounts/{}.json", account.sid)) {
        return refuse(StatusCode::UNAUTHORIZED, 20003);
    }
    let body = body.collect().await.unwrap().to_bytes();
    let url = format!("{}{path}", fake.base_url()).replace(account.sid, at_fake.as_str());
    let authorization = BASE64_STANDARD.encode(format!("{at_fake}:{}", fake.auth_token()));
    parts.uri = url.parse().unwrap();
    parts.headers.remove(header::HOST);
    parts.headers.insert(
        header::AUTHORIZATION,
        format!("Basic {authorization}").parse().unwrap(),
    );
    let request = Request::from_parts(parts, Full::new(body));
    let (parts, body) = shared.http.request(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let body = body
        .replace(at_fake.as_str(), account.sid)
        .replace(&fake.base_url(), &shared.url);
    Response::builder()
        .status(parts.status)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .unwrap()
}

/// A server beside this Twilio: its configuration has one account that Alpha and Beta share.
pub(crate) struct World {
    pub(crate) crm: Crm,
    pub(crate) twilio: Twilios,
}

impl World {
    pub(crate) async fn start(storage: Storage) -> Self {
        Self::with_keys(storage, &[KEY]).await
    }

    pub(crate) async fn with_keys(storage: Storage, keys: &[&str]) -> Self {
        let twilio = Twilios::start().await;
        let first = format!(
            "twilio_api_url = {:?}\nencryption_keys = {keys:?}",
            twilio.shared.url
        );
        let clock = Clock::at(NOW.parse().unwrap());
        let crm = Crm::open(storage, &first, None, clock).await;
        Self { crm, twilio }
    }

    /// Goes on with a server that was started in another way.
    pub(crate) fn with_state(mut self, state: crm::app::AppState) -> Self {
        self.crm.app = crm::app::app(state.clone());
        self.crm.state = state;
        self
    }

    /// Adds an account to a company, and gives its id.
    pub(crate) async fn add_account(&self, company: &str, sid: &str, token: &str) -> String {
        let body = serde_json::json!({"account_sid": sid, "auth_token": token});
        let answer = self.crm.post(company, "/api/twilio-accounts", &body).await;
        let account = answer.json_with(201);
        account["id"].as_str().unwrap().to_owned()
    }

    /// Takes a number into use, and gives the line's id.
    pub(crate) async fn add_line(&self, company: &str, sid: &str, address: &str) -> String {
        let body = serde_json::json!({"account_sid": sid, "address": address});
        let answer = self.crm.post(company, "/api/lines", &body).await;
        answer.json_with(201)["id"].as_str().unwrap().to_owned()
    }

    /// Sends a text that an account has signed with a token; gives the status.
    pub(crate) async fn text(&self, number: u32, sid: &str, token: &str, to: &str) -> u16 {
        self.text_with(number, sid, token, to, &[]).await
    }

    pub(crate) async fn text_with(
        &self,
        number: u32,
        sid: &str,
        token: &str,
        to: &str,
        more: &[(&str, &str)],
    ) -> u16 {
        let message = crate::support::sid("SM", number);
        let mut params = vec![
            ("MessageSid", &*message),
            ("From", crate::support::SENDER),
            ("To", to),
            ("Body", "Hello"),
        ];
        params.extend_from_slice(more);
        let request = signed_by(sid, token, "sms/incoming", &params);
        self.crm.send(request).await.status
    }

    /// How many messages a company has.
    pub(crate) async fn messages(&self, company: &str) -> usize {
        self.crm.get(company, "/api/messages").await.items().len()
    }
}

/// Makes a test on SQLite and one on Postgres of each function.
macro_rules! in_a_world {
    ($( $(#[$meta:meta])* async fn $name:ident($world:ident: World) $body:block )+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(clippy::wildcard_imports, reason = "the test sees what its file sees")]
            use super::*;

            async fn story($world: $crate::twilios::World) $body

            #[tokio::test]
            async fn on_sqlite() {
                let storage = $crate::support::Storage::sqlite();
                story($crate::twilios::World::start(storage).await).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                let storage = $crate::support::Storage::postgres().await;
                story($crate::twilios::World::start(storage).await).await;
            }
        }
    )+};
}
pub(crate) use in_a_world;
