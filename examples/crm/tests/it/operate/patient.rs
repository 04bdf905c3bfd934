//! [`Patient`]: a server that `crm doctor` finds nothing wrong with, before something is.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use crm::{
    app::{AppState, app},
    clock::Clock,
    config::Config,
    database::Database,
    operate::{
        doctor::{Doctor, Finding, Level, Roots},
        setup::Setup,
    },
};
use http::HeaderValue;
use tower::ServiceExt as _;
use twilio_hooks::{
    client::UpdateIncomingPhoneNumber,
    testing::{FakeTwilio, SignedRequest},
};

use super::site::{Site, Tls, roots};
use crate::support::{
    ACCOUNT, ALPHA_LINE, AUTH_TOKEN, NOW, PUBLIC_URL, SENDER, Storage, TempDir, config, sid,
};

/// A server that is well: its public URL leads to it, and its lines are set up. The URL is on this
/// machine, which is a fault of its own.
pub(super) struct Patient {
    pub(super) config: Config,
    pub(super) clock: Clock,
    pub(super) roots: Roots,
    pub(super) fake: FakeTwilio,
    pub(super) site: Site,
    pub(super) state: AppState,
    pub(super) storage: Storage,
    _data: TempDir,
}

impl Patient {
    pub(super) async fn new(storage: Storage) -> Self {
        Self::with(storage, Tls::Alone, |_| {}).await
    }

    pub(super) async fn with(storage: Storage, tls: Tls, change: impl FnOnce(&mut Config)) -> Self {
        let (fake, site) = (FakeTwilio::start().await.unwrap(), Site::start(tls).await);
        fake.add_number(ALPHA_LINE);
        let clock = Clock::at(NOW.parse().unwrap());
        fake.say_date(clock.now());
        let first = format!(
            "twilio_api_url = {:?}\nencryption_keys = [{:?}]",
            fake.base_url(),
            crate::twilios::KEY
        );
        let toml = config(&first, &storage.url())
            .replace(PUBLIC_URL, &site.url())
            .replace(ACCOUNT, fake.account_sid().as_str())
            .replace(AUTH_TOKEN, fake.auth_token());
        let mut config = Config::parse(&toml).unwrap();
        // Beta's line would be in the fake, too.
        config.lines.truncate(1);
        let data = TempDir::new();
        config.data_dir = data.join("files");
        change(&mut config);
        let database = Database::connect(&config.database_url).await.unwrap();
        let (state, _) = AppState::with_clock(&config, database, clock.clone())
            .await
            .unwrap();
        site.answer_with(app(state.clone()));
        let patient = Self {
            config,
            clock,
            roots: roots(),
            fake,
            site,
            state,
            storage,
            _data: data,
        };
        patient.set_up().await;
        patient.text(1, ALPHA_LINE, patient.fake.auth_token()).await;
        patient
    }

    pub(super) async fn set_up(&self) {
        let companies = self.state.database.settings.companies().await.unwrap();
        let account = self.fake.account_sid();
        let mut setup = Setup::look(&self.state, &companies[0], &account)
            .await
            .unwrap();
        setup.set(&self.state, 0, true).await;
    }

    /// Sends a text; gives the status.
    pub(super) async fn text(&self, number: u32, to: &str, token: &str) -> u16 {
        let url = format!("{}/api/webhooks/twilio/sms/incoming", self.state.public_url);
        let request = SignedRequest::post(url)
            .param("AccountSid", self.fake.account_sid().as_str())
            .param("MessageSid", sid("SM", number).as_str())
            .param("From", SENDER)
            .param("To", to)
            .param("Body", "Hello")
            .sign(token);
        let mut request = request.map(axum::body::Body::from);
        // As a proxy on this machine would pass it on.
        let peer = SocketAddr::from(([127, 0, 0, 1], 4711));
        request.extensions_mut().insert(ConnectInfo(peer));
        let https = HeaderValue::from_static("https");
        request.headers_mut().insert("x-forwarded-proto", https);
        let app = app(self.state.clone());
        let answer = app.oneshot(request).await;
        answer.unwrap().status().as_u16()
    }

    pub(super) async fn number(&self, change: UpdateIncomingPhoneNumber) {
        let number = self.fake.phone_numbers()[0].sid.clone();
        let client = self.fake.client();
        let numbers = client.incoming_phone_numbers();
        numbers.update(&number, change).await.unwrap();
    }

    pub(super) async fn sql(&self, sql: &'static str) {
        self.state.database.db.execute(sql, vec![]).await.unwrap();
    }

    pub(super) async fn examine(&self) -> Vec<Finding> {
        let doctor = Doctor::new(self.clock.clone(), self.roots.clone());
        doctor.examine(&self.config).await
    }

    /// The codes of all that is wrong, but for the URL on this machine.
    pub(super) async fn codes(&self) -> Vec<String> {
        let wrong = self.examine().await.into_iter();
        let wrong = wrong.filter(|it| it.level != Level::Fine && it.code != "public_url_local");
        wrong
            .map(|it| {
                let is_sentence = |text: &str| text.ends_with('.') && text.len() > 10;
                assert!(is_sentence(&it.cause) && is_sentence(&it.remedy), "{it:?}");
                assert!(
                    !format!("{it:?}").contains(self.fake.auth_token()),
                    "{it:?}"
                );
                it.code
            })
            .collect()
    }

    /// Expects that just this is wrong.
    pub(super) async fn expect(&self, codes: &[&str]) {
        assert_eq!(self.codes().await, codes);
    }
}

pub(super) async fn on_both() -> [Patient; 2] {
    [
        Patient::new(Storage::sqlite()).await,
        Patient::new(Storage::postgres().await).await,
    ]
}
