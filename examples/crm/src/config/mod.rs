//! [`Config`]: what the server is told before it starts.
//!
//! It is read from a TOML file and from the environment; the environment wins. `crm.sample.toml`
//! explains every key. What belongs to a company and is changed while the server runs (greetings,
//! replies) is in the database; the file only says what a new line begins with.

mod file;
mod https;
mod key_file;
mod known;
mod log;
mod upkeep;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail, ensure};
use jiff::SignedDuration;
use twilio_hooks::{
    AccountSid, Address, AddressKind,
    signature::{AuthTokens, PublicUrl},
};

use self::{
    file::{AccountSection, CompanySection, File, LineSection},
    https::Https,
};
pub use self::{
    https::{Proxies, TlsFiles},
    key_file::KeyFile,
    known::Known,
    log::{Log, LogFormat},
    upkeep::{ReconcileTimes, duration},
};
use crate::{
    recordings::RecordingSettings,
    sealed::Keyring,
    secret::{Secret, SecretDigest},
};

/// A configuration that was checked.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where metrics are asked for without a token, if anywhere.
    pub metrics_listen: Option<SocketAddr>,
    /// The address that Twilio calls, without a path of ours.
    pub public_url: String,
    /// The address of another server of this kind, which Twilio calls when this one fails; without a
    /// slash at the end.
    pub fallback_url: Option<String>,
    /// Whether webhooks over plain http are refused.
    pub production: bool,
    /// With what connections are encrypted, unless a proxy does it.
    pub tls: Option<TlsFiles>,
    /// Proxies whose word is taken for the public address; without them it is `public_url`.
    pub trusted_proxies: Option<Proxies>,
    /// `sqlite:…` or `postgres://…`.
    pub database_url: Secret,
    /// What is logged.
    pub log: Log,
    /// The Twilio accounts whose webhooks are accepted.
    pub accounts: Vec<Account>,
    /// The companies that use this server.
    pub companies: Vec<Company>,
    /// Lines to create if they are missing.
    pub lines: Vec<LineSeed>,
    /// Opens the operator's part of the API; without it there is none.
    pub operator_token: Option<Secret>,
    /// What secrets in the database are sealed with; without a key none are stored.
    pub keyring: Keyring,
    /// Where Twilio's REST API is, if not at Twilio.
    pub twilio_api_url: Option<String>,
    /// Where files are kept, such as copies of recordings.
    pub data_dir: PathBuf,
    /// What is done with recordings of companies that have not set anything.
    pub recordings: RecordingSettings,
    /// When what was missed is looked for at Twilio.
    pub reconcile: ReconcileTimes,
    /// How long the log of webhooks goes back.
    pub keep_webhook_log: SignedDuration,
}

/// A Twilio account or subaccount.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Account {
    /// `AC…`.
    pub sid: AccountSid,
    /// The primary token, and the other one while tokens are being changed.
    pub auth_tokens: Vec<Secret>,
    /// The company that may take its numbers into use by itself; without one, only the configuration
    /// says whose they are.
    pub company: Option<String>,
}

/// A company that uses this server.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Company {
    /// Its name, which the database knows it by.
    pub name: String,
    /// What its programs show to use the API.
    pub api_token: Secret,
}

/// A line to create if the database does not have it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LineSeed {
    /// The account the number belongs to.
    pub account_sid: AccountSid,
    /// The number, or the SID of a messaging service.
    pub number: Address,
    /// The name of the company it belongs to.
    pub company: String,
    /// What callers hear first.
    pub greeting: Option<String>,
    /// What every text is answered with.
    pub text_reply: Option<String>,
}

impl Config {
    /// Reads the file, if one is named, and the environment, which is handed in as a function.
    ///
    /// # Errors
    /// If the file can't be read, has a key that does not exist, or lacks what the server can't do
    /// without. The message is for the person who wrote the file; it shows no secret.
    pub fn load(path: Option<&Path>, env: impl Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        let mut file = File::load(path, &env)?;
        if let Some(key) = KeyFile::new(&file.data_dir()).read()? {
            file.add_key(key);
        }
        Self::check(file)
    }

    /// Reads a configuration from a text, without any environment.
    ///
    /// # Errors
    /// As for [`load`](Self::load).
    pub fn parse(toml: &str) -> anyhow::Result<Self> {
        Self::check(File::parse(toml)?)
    }

    fn check(file: File) -> anyhow::Result<Self> {
        let data_dir = file.data_dir();
        let keyring = Keyring::parse(&file.encryption_keys).context("`encryption_keys`")?;
        ensure!(
            !file.accounts.is_empty() || !keyring.is_empty() || file.may_begin_empty(),
            "no Twilio account is set: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or write an \
             `[[accounts]]` section; without its token nobody could tell Twilio from a stranger. With \
             `encryption_keys` (or CRM_ENCRYPTION_KEY) companies can add their accounts themselves; \
             with nothing but `data_dir` (or CRM_DATA_DIR) the server makes a key and is set up in a \
             browser"
        );
        let companies = companies(file.companies)?;
        // With nothing of Twilio's in the file either, the first owner comes by `/first-run`.
        ensure!(
            !companies.is_empty() || file.accounts.is_empty(),
            "no API token is set: set CRM_API_TOKEN, or write a `[[companies]]` section; without one \
             the API would be open to everybody or to nobody"
        );
        let accounts = accounts(file.accounts, &companies)?;
        let lines = lines(file.lines, &accounts, &companies)?;
        let public_url = file.public_url.context(
            "no public URL is set: write `public_url` (or set CRM_PUBLIC_URL) as Twilio calls this \
             server, such as https://crm.example.com",
        )?;
        let public_url = public_url.trim().to_owned();
        PublicUrl::fixed(public_url.as_str()).context("`public_url` can't be used")?;
        let fallback_url = given(file.fallback_url);
        if let Some(url) = &fallback_url {
            PublicUrl::fixed(url.as_str()).context("`fallback_url` can't be used")?;
        }
        let fallback_url = fallback_url.map(|url| url.trim_end_matches('/').to_owned());
        let Https {
            production,
            tls,
            trusted_proxies,
        } = Https::check(file.production, file.tls, file.trusted_proxies, &public_url)?;
        let listen = file.listen.as_deref().unwrap_or("127.0.0.1:3000");
        let operator_token = file.operator_token.filter(|token| !token.is_blank());
        if let Some(token) = &operator_token {
            let digest = token.digest();
            ensure!(
                !companies
                    .iter()
                    .any(|company| company.api_token.digest().matches(&digest)),
                "`operator_token` is the API token of a company as well; it must be one of its own"
            );
        }
        Ok(Self {
            listen: address("listen", listen)?,
            metrics_listen: given(file.metrics_listen)
                .map(|listen| address("metrics_listen", &listen))
                .transpose()?,
            public_url,
            fallback_url,
            production,
            tls,
            trusted_proxies,
            database_url: file
                .database_url
                .unwrap_or_else(|| Secret::new("sqlite:crm.sqlite")),
            log: Log::new(file.log.format.as_deref(), file.log.filter)?,
            accounts,
            companies,
            lines,
            operator_token,
            keyring,
            twilio_api_url: given(file.twilio_api_url),
            data_dir,
            recordings: upkeep::recordings(&file.recordings)?,
            reconcile: upkeep::reconcile(&file.reconcile)?,
            keep_webhook_log: upkeep::webhook_log(&file.webhook_log)?,
        })
    }

    /// The tokens that signatures are checked with.
    #[must_use]
    pub fn auth_tokens(&self) -> AuthTokens {
        self.accounts
            .iter()
            .fold(AuthTokens::new(), |tokens, account| {
                tokens.account(
                    account.sid.clone(),
                    account.auth_tokens.iter().map(Secret::expose),
                )
            })
    }

    /// How the address that Twilio has signed is found.
    ///
    /// # Errors
    /// If it is not possible for `public_url` to be one.
    pub fn signed_url(&self) -> anyhow::Result<PublicUrl> {
        match &self.trusted_proxies {
            Some(trusted) => Ok(PublicUrl::forwarded(trusted.proxies.clone())
                .with_allowed_hosts(trusted.hosts.iter().cloned())),
            None => {
                PublicUrl::fixed(self.public_url.as_str()).context("`public_url` can't be used")
            }
        }
    }
}

fn accounts(sections: Vec<AccountSection>, companies: &[Company]) -> anyhow::Result<Vec<Account>> {
    let mut accounts: Vec<Account> = Vec::new();
    for section in sections {
        let AccountSection {
            sid,
            auth_tokens,
            company,
        } = section;
        let sid = sid.trim().to_owned();
        ensure!(
            sid.len() == 34
                && sid.starts_with("AC")
                && sid[2..].bytes().all(|byte| byte.is_ascii_hexdigit()),
            "`{sid}` is no account SID: they are `AC` and 32 hexadecimal digits"
        );
        ensure!(
            !accounts.iter().any(|account| account.sid.as_str() == sid),
            "the account {sid} is there twice; list all its tokens in one `auth_tokens`"
        );
        let auth_tokens: Vec<_> = auth_tokens
            .into_iter()
            .filter(|token| !token.is_blank())
            .collect();
        ensure!(
            !auth_tokens.is_empty(),
            "the account {sid} has no auth token"
        );
        let company = match (given(company), companies) {
            (Some(name), _) => Some(name),
            (None, [only]) => Some(only.name.clone()),
            (None, _) => None,
        };
        if let Some(name) = &company {
            ensure!(
                companies.iter().any(|company| company.name == *name),
                "the `company` of the account {sid} is not among `[[companies]]`"
            );
        }
        accounts.push(Account {
            sid: sid.into(),
            auth_tokens,
            company,
        });
    }
    Ok(accounts)
}

fn companies(sections: Vec<CompanySection>) -> anyhow::Result<Vec<Company>> {
    let mut companies: Vec<(Company, SecretDigest)> = Vec::new();
    for CompanySection { name, api_token } in sections {
        let name = name.trim().to_owned();
        ensure!(!name.is_empty(), "a company in `[[companies]]` has no name");
        let api_token = api_token.filter(|token| !token.is_blank()).with_context(|| {
            format!(
                "the company `{name}` has no API token: write `api_token` in its section, or set \
                 CRM_API_TOKEN"
            )
        })?;
        let digest = api_token.digest();
        for (other, token) in &companies {
            ensure!(other.name != name, "the company `{name}` is there twice");
            ensure!(
                !token.matches(&digest),
                "the companies `{}` and `{name}` have the same API token; each needs its own",
                other.name
            );
        }
        companies.push((Company { name, api_token }, digest));
    }
    Ok(companies.into_iter().map(|(company, _)| company).collect())
}

fn lines(
    sections: Vec<LineSection>,
    accounts: &[Account],
    companies: &[Company],
) -> anyhow::Result<Vec<LineSeed>> {
    (1..)
        .zip(sections)
        .map(|(position, section)| {
            line(section, accounts, companies)
                .with_context(|| format!("line {position} of `[[lines]]` is not right"))
        })
        .collect()
}

fn line(
    section: LineSection,
    accounts: &[Account],
    companies: &[Company],
) -> anyhow::Result<LineSeed> {
    let account_sid = match (section.account_sid, accounts) {
        (Some(sid), _) => sid.trim().into(),
        (None, [only]) => only.sid.clone(),
        (None, _) => bail!("there are several accounts, and `account_sid` must say which it is"),
    };
    ensure!(
        accounts.iter().any(|account| account.sid == account_sid),
        "its `account_sid` is not among `[[accounts]]`"
    );
    let company = match (section.company, companies) {
        (Some(name), _) => name.trim().to_owned(),
        (None, [only]) => only.name.clone(),
        (None, _) => bail!("there are several companies, and `company` must say whose it is"),
    };
    ensure!(
        companies.iter().any(|other| other.name == company),
        "its `company` is not among `[[companies]]`"
    );
    let number = Address::from(section.number.trim());
    let is_service = number.as_str().starts_with("MG") && number.as_str().len() == 34;
    ensure!(
        is_service || number.e164().is_some() || number.kind() == AddressKind::ShortCode,
        "its `number` is no phone number in the form +12025550143, no short code and no SID of a \
         messaging service"
    );
    Ok(LineSeed {
        account_sid,
        number,
        company,
        greeting: given(section.greeting),
        text_reply: given(section.text_reply),
    })
}

/// An address to listen on.
fn address(key: &str, text: &str) -> anyhow::Result<SocketAddr> {
    text.trim().parse().ok().with_context(|| {
        format!("`{key}` is `{text}`, which is no address and port like 127.0.0.1:3000")
    })
}

/// A text, if there is anything in it.
fn given(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}
