//! A company with made-up people around it, for `crm demo`: a server whose Twilio is a fake that is
//! alive.
//!
//! - [`cast`]: who there is, and what becomes of texts and calls to them
//! - [`history`]: what has happened in the days before
//! - [`life`]: people who write, call, and answer what the company writes
//! - [`welcome`]: what can be tried, as lines to copy

mod cast;
mod deck;
mod history;
mod life;
mod picture;
#[cfg(test)]
mod tests;
mod welcome;

use std::{net::SocketAddr, path::Path};

use anyhow::Context as _;
use jiff::Timestamp;
use twilio_hooks::{
    CompanyId, PhoneNumberSid, client::UpdateIncomingPhoneNumber, notify::Dispatcher,
    testing::FakeTwilio,
};
use uuid::Uuid;

use self::cast::{MOBILE, OFFICE};
pub use self::life::live;
use crate::{
    api::Caller,
    app::AppState,
    config::Config,
    database::Database,
    people::{NewUser, Password, Role, UserPatch},
};

/// The number of the company.
pub const LINE: &str = "+12025550100";

const COMPANY: &str = "Demo company";
const OWNER: &str = "robin@example.com";

/// A company to try the CRM with. Its Twilio ends with it.
#[derive(Debug)]
pub struct Demo {
    fake: FakeTwilio,
    /// Where the server listens.
    address: SocketAddr,
    api_token: String,
    password: String,
    company: CompanyId,
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
        let demo = Self {
            fake,
            address,
            api_token,
            password,
            company,
            state,
        };
        demo.set_webhooks(&number).await?;
        demo.employ_owner().await?;
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

    /// As one does in Twilio's console; the server looks whether they are right.
    async fn set_webhooks(&self, number: &PhoneNumberSid) -> anyhow::Result<()> {
        let webhooks = UpdateIncomingPhoneNumber::new()
            .sms_url(self.webhook("sms/incoming"))
            .voice_url(self.webhook("voice/incoming"))
            .status_callback(self.webhook("voice/status"));
        let twilio = self.fake.client();
        let numbers = twilio.incoming_phone_numbers();
        numbers.update(number, webhooks).await?;
        Ok(())
    }

    /// Somebody who can sign in, whose phones ring when the line is called.
    async fn employ_owner(&self) -> anyhow::Result<()> {
        let people = &self.state.people;
        let new = NewUser {
            email: OWNER.to_owned(),
            name: Some("Robin Berg".to_owned()),
            role: Role::Owner,
        };
        let password = Password::new(self.password.as_str());
        let (owner, _) = people.add_user(self.company, &new, Some(password)).await?;
        let phones = UserPatch {
            mobile: Some(Some(MOBILE.to_owned())),
            office: Some(Some(OFFICE.to_owned())),
            ..UserPatch::default()
        };
        let caller = Caller::server(self.company, Timestamp::now());
        people.change_user(&caller, owner.id, &phones).await?;
        let lines = &self.state.database.lines;
        for line in lines.lines(self.company).await? {
            lines.put_line(&line.with_user(owner.id)).await?;
        }
        Ok(())
    }
}

fn config(url: &str, directory: &Path, fake: &FakeTwilio, api_token: &str) -> String {
    // A path may have whatever TOML has a meaning for.
    let path = directory.join("crm.sqlite");
    let database_url = toml::Value::String(format!("sqlite:{}", path.display()));
    let (account_sid, auth_token) = (fake.account_sid(), fake.auth_token());
    let data_dir = toml::Value::String(directory.join("files").display().to_string());
    let twilio = fake.base_url();
    format!(
        r#"
        public_url = "{url}"
        database_url = {database_url}
        data_dir = {data_dir}
        twilio_api_url = "{twilio}"

        [[accounts]]
        sid = "{account_sid}"
        auth_tokens = ["{auth_token}"]

        [[companies]]
        name = "{COMPANY}"
        api_token = "{api_token}"

        [[lines]]
        number = "{LINE}"
        greeting = "Welcome to the demo company. We will call you back."
        text_reply = "Thank you! We have got your message."
        "#
    )
}
