//! The file: its keys as they are written, and the environment on top of them.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::secret::Secret;

/// What is written in the file. Everything may be absent here; [`Config`](super::Config) says what
/// must be there.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) listen: Option<String>,
    pub(crate) metrics_listen: Option<String>,
    pub(crate) public_url: Option<String>,
    pub(crate) fallback_url: Option<String>,
    pub(crate) production: Option<bool>,
    pub(crate) tls: Option<TlsSection>,
    pub(crate) trusted_proxies: Option<ProxiesSection>,
    pub(crate) database_url: Option<Secret>,
    #[serde(default)]
    pub(crate) log: LogSection,
    pub(crate) operator_token: Option<Secret>,
    #[serde(default, deserialize_with = "one_or_more_keys")]
    pub(crate) encryption_keys: Vec<Secret>,
    pub(crate) twilio_api_url: Option<String>,
    pub(crate) data_dir: Option<String>,
    #[serde(default)]
    pub(crate) recordings: RecordingsSection,
    #[serde(default)]
    pub(crate) reconcile: ReconcileSection,
    #[serde(default)]
    pub(crate) webhook_log: WebhookLogSection,
    #[serde(default)]
    pub(crate) accounts: Vec<AccountSection>,
    #[serde(default)]
    pub(crate) companies: Vec<CompanySection>,
    #[serde(default)]
    pub(crate) lines: Vec<LineSection>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsSection {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProxiesSection {
    pub(crate) addresses: Vec<String>,
    pub(crate) headers: Option<String>,
    pub(crate) hops: Option<usize>,
    #[serde(default)]
    pub(crate) hosts: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogSection {
    pub(crate) format: Option<String>,
    pub(crate) filter: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordingsSection {
    pub(crate) keep_copies: Option<bool>,
    pub(crate) delete_at_twilio: Option<bool>,
    pub(crate) keep_days: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReconcileSection {
    pub(crate) every: Option<String>,
    pub(crate) look_back: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookLogSection {
    pub(crate) keep: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountSection {
    pub(crate) sid: String,
    #[serde(deserialize_with = "one_or_more")]
    pub(crate) auth_tokens: Vec<Secret>,
    pub(crate) company: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompanySection {
    pub(crate) name: String,
    pub(crate) api_token: Option<Secret>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineSection {
    pub(crate) account_sid: Option<String>,
    pub(crate) number: String,
    pub(crate) company: Option<String>,
    pub(crate) greeting: Option<String>,
    pub(crate) text_reply: Option<String>,
}

impl File {
    /// Reads the file, if one is named, and puts the environment on top.
    pub(crate) fn load(
        path: Option<&Path>,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> anyhow::Result<Self> {
        let mut file = match path {
            Some(path) => {
                let text = std::fs::read_to_string(path).with_context(|| {
                    format!("the configuration {} can't be read", path.display())
                })?;
                Self::parse(&text)
                    .with_context(|| format!("the configuration {} is not right", path.display()))?
            }
            None => Self::default(),
        };
        file.apply(&|name| env(name).filter(|value| !value.trim().is_empty()))?;
        Ok(file)
    }

    /// Where files are kept.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.given_data_dir().unwrap_or("crm-data").into()
    }

    fn given_data_dir(&self) -> Option<&str> {
        let directory = self.data_dir.as_deref().map(str::trim);
        directory.filter(|directory| !directory.is_empty())
    }

    /// Whether a server can begin with what is here alone: it is told where to keep a key of its own, and
    /// its first owner comes by a page.
    pub(crate) fn may_begin_empty(&self) -> bool {
        self.companies.is_empty() && self.given_data_dir().is_some()
    }

    /// Adds a key after those that are written here, unless it is one of them.
    pub(crate) fn add_key(&mut self, key: Secret) {
        let id = |key: &Secret| key.expose().split_once(':').map(|(id, _)| id.to_owned());
        if self
            .encryption_keys
            .iter()
            .all(|other| id(other) != id(&key))
        {
            self.encryption_keys.push(key);
        }
    }

    /// The error names the line but does not show it: there may be a secret in it.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = 1 + text.as_bytes()[..start]
                .iter()
                .filter(|&&byte| byte == b'\n')
                .count();
            anyhow!("line {line}: {}", error.message())
        })
    }

    fn apply(&mut self, env: &dyn Fn(&str) -> Option<String>) -> anyhow::Result<()> {
        let secret = |name| env(name).map(|value| Secret::new(&value));
        replace(&mut self.listen, env("CRM_LISTEN"));
        replace(&mut self.metrics_listen, env("CRM_METRICS_LISTEN"));
        replace(&mut self.public_url, env("CRM_PUBLIC_URL"));
        replace(&mut self.fallback_url, env("CRM_FALLBACK_URL"));
        replace(&mut self.database_url, secret("DATABASE_URL"));
        replace(&mut self.log.format, env("CRM_LOG_FORMAT"));
        replace(&mut self.log.filter, env("CRM_LOG"));
        replace(&mut self.operator_token, secret("CRM_OPERATOR_TOKEN"));
        replace(&mut self.twilio_api_url, env("TWILIO_API_URL"));
        if let Some(keys) = env("CRM_ENCRYPTION_KEY") {
            self.encryption_keys = keys.split(',').map(Secret::new).collect();
        }
        replace(&mut self.data_dir, env("CRM_DATA_DIR"));
        self.apply_account(env("TWILIO_ACCOUNT_SID"), env("TWILIO_AUTH_TOKEN"))?;
        self.apply_company(env("CRM_COMPANY"), secret("CRM_API_TOKEN"))?;
        self.apply_lines(env);
        Ok(())
    }

    fn apply_account(&mut self, sid: Option<String>, tokens: Option<String>) -> anyhow::Result<()> {
        let (sid, tokens) = match (sid, tokens) {
            (None, None) => return Ok(()),
            (Some(sid), Some(tokens)) => (sid.trim().to_owned(), tokens),
            (Some(sid), None)
                if self
                    .accounts
                    .iter()
                    .any(|account| account.sid == sid.trim()) =>
            {
                return Ok(());
            }
            (Some(_), None) => bail!("TWILIO_ACCOUNT_SID is set, but TWILIO_AUTH_TOKEN is not"),
            (None, Some(_)) => bail!("TWILIO_AUTH_TOKEN is set, but TWILIO_ACCOUNT_SID is not"),
        };
        let auth_tokens = tokens.split(',').map(Secret::new).collect();
        match self.accounts.iter_mut().find(|account| account.sid == sid) {
            Some(account) => account.auth_tokens = auth_tokens,
            None => self.accounts.push(AccountSection {
                sid,
                auth_tokens,
                company: None,
            }),
        }
        Ok(())
    }

    fn apply_company(
        &mut self,
        name: Option<String>,
        api_token: Option<Secret>,
    ) -> anyhow::Result<()> {
        if name.is_none() && api_token.is_none() {
            return Ok(());
        }
        let name = match (name, self.companies.as_slice()) {
            (Some(name), _) => name.trim().to_owned(),
            (None, []) => "My company".to_owned(),
            (None, [only]) => only.name.clone(),
            (None, _) => bail!("CRM_API_TOKEN is set, and CRM_COMPANY must say whose it is"),
        };
        match self
            .companies
            .iter_mut()
            .find(|company| company.name == name)
        {
            Some(company) => replace(&mut company.api_token, api_token),
            None => self.companies.push(CompanySection { name, api_token }),
        }
        Ok(())
    }

    /// Lines that the file has are left alone.
    fn apply_lines(&mut self, env: &dyn Fn(&str) -> Option<String>) {
        let numbers = env("CRM_NUMBERS").unwrap_or_default();
        let numbers = numbers
            .split(',')
            .map(str::trim)
            .filter(|number| !number.is_empty());
        for number in numbers {
            if !self.lines.iter().any(|line| line.number == number) {
                self.lines.push(LineSection {
                    account_sid: env("TWILIO_ACCOUNT_SID").map(|sid| sid.trim().to_owned()),
                    number: number.to_owned(),
                    company: env("CRM_COMPANY").map(|name| name.trim().to_owned()),
                    greeting: None,
                    text_reply: None,
                });
            }
        }
    }
}

fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Secret>, D::Error> {
    secrets(
        deserializer,
        "`auth_tokens` must be a list of texts in quotes",
    )
}

fn one_or_more_keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Secret>, D::Error> {
    secrets(
        deserializer,
        "`encryption_keys` must be a list of texts in quotes",
    )
}

/// A list, or one text. serde's own message for a wrong type would show the value.
fn secrets<'de, D: Deserializer<'de>>(
    deserializer: D,
    refusal: &'static str,
) -> Result<Vec<Secret>, D::Error> {
    let secret = |value| match value {
        toml::Value::String(text) => Ok(Secret::new(&text)),
        _ => Err(D::Error::custom(refusal)),
    };
    match toml::Value::deserialize(deserializer)? {
        toml::Value::Array(values) => values.into_iter().map(secret).collect(),
        value => Ok(vec![secret(value)?]),
    }
}

fn replace<T>(setting: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *setting = value;
    }
}
