//! [`Office`]: a company at work, beside a fake of Twilio, on a server that runs as it does for people.

use crm::{args, clock::Clock, people::Role, server::serve};
use jiff::Timestamp;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use twilio_hooks::testing::{FakeTwilio, SignedRequest};

use crate::support::{
    ACCOUNT, ALPHA_LINE, AUTH_TOKEN, BETA_LINE, Crm, PUBLIC_URL, Storage, config,
};

const KEY: &str = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// A SID that the fake, which counts from 1, does not come to.
pub(crate) fn sid(prefix: &str, number: u32) -> String {
    crate::support::sid(prefix, 0x00ff_0000 + number)
}

/// What the configuration begins with.
fn first(fake: &FakeTwilio) -> String {
    format!(
        "twilio_api_url = {:?}\nencryption_keys = [{KEY:?}]",
        fake.base_url()
    )
}

/// The company `Alpha` and its neighbour `Beta`.
pub(crate) struct Office {
    pub(crate) crm: Crm,
    /// Where the server is.
    pub(crate) url: String,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Office {
    pub(crate) async fn open(storage: Storage) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        Self::open_at(storage, listener, url).await
    }

    /// A server that nobody has set up yet, with a number to be had at Twilio.
    pub(crate) async fn without_anybody(storage: Storage) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let fake = FakeTwilio::start().await.unwrap();
        fake.add_number(ALPHA_LINE);
        let toml = format!(
            "public_url = {url:?}\ndatabase_url = {:?}\n{}",
            storage.url(),
            first(&fake)
        );
        Self::serve(storage, listener, url, fake, &toml).await
    }

    /// As browsers and Twilio call it at this address.
    pub(crate) async fn open_at(storage: Storage, listener: TcpListener, url: String) -> Self {
        let fake = FakeTwilio::start().await.unwrap();
        for number in [ALPHA_LINE, BETA_LINE] {
            fake.add_number(number);
        }
        let toml = config(&first(&fake), &storage.url())
            .replace(PUBLIC_URL, &url)
            .replace(ACCOUNT, fake.account_sid().as_str())
            .replace(AUTH_TOKEN, fake.auth_token());
        Self::serve(storage, listener, url, fake, &toml).await
    }

    async fn serve(
        storage: Storage,
        listener: TcpListener,
        url: String,
        fake: FakeTwilio,
        toml: &str,
    ) -> Self {
        let account = (fake.account_sid().to_string(), fake.auth_token().to_owned());
        // As the browser's clock.
        let mut crm = Crm::with_config(storage, toml, Some(fake), Clock::default()).await;
        crm.account = account;
        let idle = twilio_hooks::notify::Dispatcher::new(
            twilio_hooks::store::MemoryStore::new(),
            twilio_hooks::testing::RecordingNotifier::succeeding(),
        );
        let dispatcher = std::mem::replace(&mut crm.dispatcher, idle);
        let (stop, stopped) = oneshot::channel();
        let state = crm.state.clone();
        let server = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            serve(listener, state, dispatcher, stopped).await
        });
        Self {
            crm,
            url,
            stop,
            server,
        }
    }

    pub(crate) async fn close(self) {
        drop(self.stop);
        self.server.await.unwrap().unwrap();
    }

    /// Somebody of Alpha who has been there for long; the email address.
    pub(crate) async fn person(&self, role: Role) -> String {
        self.person_of("Alpha", role).await
    }

    pub(crate) async fn person_of(&self, company: &str, role: Role) -> String {
        let email = format!("{}@{}.example", role.as_str(), company.to_lowercase());
        let user = self.crm.add_person(company, &email, role).await;
        let long_ago: Timestamp = "2020-01-01T00:00:00Z".parse().unwrap();
        let sql = "update users set created_at = $1, name = $3 where id = $2";
        let args = args![long_ago, user.id, "Ana Lopez"];
        self.crm.state.database.db.execute(sql, args).await.unwrap();
        email
    }

    /// Sends what Twilio has signed to the server, and expects it to be taken.
    pub(crate) async fn twilio(&self, path: &str, params: &[(&str, &str)]) {
        let (account, token) = &self.crm.account;
        let url = format!("{}/api/webhooks/twilio/{path}", self.url);
        let mut request = SignedRequest::post(url).param("AccountSid", account);
        for (name, value) in params {
            request = request.param(name, value);
        }
        let answer = self.crm.send(request.sign(token).map(Into::into)).await;
        assert!((200..300).contains(&answer.status), "{answer:?}");
    }

    /// A text comes in over Alpha's line.
    pub(crate) async fn text(&self, sid: &str, from: &str, body: &str) {
        self.text_to(ALPHA_LINE, sid, from, body).await;
    }

    pub(crate) async fn text_to(&self, line: &str, sid: &str, from: &str, body: &str) {
        let params = [
            ("MessageSid", sid),
            ("From", from),
            ("To", line),
            ("Body", body),
        ];
        self.twilio("sms/incoming", &params).await;
    }
}
