//! A company with made-up people around it, for `crm demo`: a server whose Twilio is a fake that is
//! alive.
//!
//! - `cast`: who there is, and what becomes of texts and calls to them
//! - `set_up`: who works there, and where calls go
//! - `history`: what has happened in the days before
//! - `life`: people who write, call, and answer what the company writes
//! - `welcome`: what can be tried, as lines to copy

mod cast;
mod deck;
mod history;
mod life;
mod picture;
mod set_up;
#[cfg(test)]
mod tests;
mod welcome;

use std::{net::SocketAddr, path::Path};

use anyhow::Context as _;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use twilio_hooks::{CompanyId, UserId, notify::Dispatcher, testing::FakeTwilio};
use uuid::Uuid;

pub use self::life::live;
use crate::{app::AppState, config::Config, database::Database};

/// The number of the company.
pub const LINE: &str = "+12025550100";

const COMPANY: &str = "Demo company";

/// A company to try the CRM with. Its Twilio ends with it.
#[derive(Debug)]
pub struct Demo {
    fake: FakeTwilio,
    /// Where the server listens.
    address: SocketAddr,
    api_token: String,
    password: String,
    company: CompanyId,
    owner: UserId,
    state: AppState,
}

impl Demo {
    /// A company with some days behind it, for a server that will listen at `address` and keep its data
    /// in `directory`. Time at its Twilio passes `speed` times as fast as it does.
    ///
    /// # Errors
    /// If the fake or the database can't be had.
    pub async fn new(
        address: SocketAddr,
        directory: &Path,
        speed: f64,
    ) -> anyhow::Result<(Self, Dispatcher)> {
        let fake = FakeTwilio::builder()
            .with_speed(speed)
            .start()
            .await
            .context("the fake of Twilio does not start")?;
        let url = format!("http://{address}");
        let number = fake.add_number(LINE);
        fake.route(&url, address);
        cast::set_fates(&fake);
        let random = || Uuid::new_v4().simple().to_string();
        let (api_token, password) = (random(), random());
        let config = config(&url, directory, &fake, &api_token);
        let config = Config::parse(&config).context("the demo's configuration")?;
        let database = Database::connect(&config.database_url).await?;
        let (state, dispatcher) = AppState::new(&config, database).await?;
        let companies = state.database.settings.companies().await?;
        let company = companies.first().context("the demo has no company")?.id;
        let owner = set_up::employ_owner(&state, company, &password).await?;
        let demo = Self {
            fake,
            address,
            api_token,
            password,
            company,
            owner,
            state,
        };
        demo.set_webhooks(&number).await?;
        demo.direct_calls().await?;
        history::tell(&demo, Timestamp::now()).await?;
        Ok((demo, dispatcher))
    }

    /// What the server is to be run with.
    #[must_use]
    pub fn state(&self) -> AppState {
        self.state.clone()
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address of a webhook.
    fn webhook(&self, path: &str) -> String {
        format!("{}/api/webhooks/twilio/{path}", self.url())
    }
}

fn config(url: &str, directory: &Path, fake: &FakeTwilio, api_token: &str) -> String {
    // A path may have whatever TOML has a meaning for.
    let path = directory.join("crm.sqlite");
    let database_url = toml::Value::String(format!("sqlite:{}", path.display()));
    let (account_sid, auth_token) = (fake.account_sid(), fake.auth_token());
    let data_dir = toml::Value::String(directory.join("files").display().to_string());
    let twilio = fake.base_url();
    // 32 bytes, for accounts that are added while it runs; they go away with it.
    let key = BASE64_STANDARD.encode(Uuid::new_v4().simple().to_string());
    format!(
        r#"
        public_url = "{url}"
        database_url = {database_url}
        data_dir = {data_dir}
        twilio_api_url = "{twilio}"
        encryption_keys = ["demo:{key}"]

        [[accounts]]
        sid = "{account_sid}"
        auth_tokens = ["{auth_token}"]

        [[companies]]
        name = "{COMPANY}"
        api_token = "{api_token}"

        [[lines]]
        number = "{LINE}"
        greeting = "Welcome to the demo company."
        text_reply = "Thank you! We have got your message."
        "#
    )
}
