//! [`Known`]: what a configuration says already, for commands that ask for the rest.

use std::path::Path;

use super::file::File;
use crate::secret::Secret;

/// The parts of a configuration that the simulator can use. Nothing is checked, and everything may
/// be absent.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Known {
    /// Where the server listens, as a URL.
    pub url: Option<String>,
    /// The address that Twilio calls.
    pub public_url: Option<String>,
    /// The first account.
    pub account_sid: Option<String>,
    /// Its first token.
    pub auth_token: Option<Secret>,
    /// The first line.
    pub line: Option<String>,
}

impl Known {
    /// Reads what there is from the file, if one is named, and the environment.
    ///
    /// # Errors
    /// If the file can't be read or has a key that does not exist.
    pub fn load(path: Option<&Path>, env: impl Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        let file = File::load(path, &env)?;
        let account = file.accounts.first();
        let sid = account.map(|account| account.sid.as_str());
        let line = file
            .lines
            .iter()
            .find(|line| line.account_sid.is_none() || line.account_sid.as_deref() == sid);
        Ok(Self {
            url: file
                .listen
                .map(|listen| format!("http://{}", listen.trim())),
            public_url: file.public_url,
            account_sid: sid.map(str::to_owned),
            auth_token: account.and_then(|account| account.auth_tokens.first().cloned()),
            line: line.map(|line| line.number.clone()),
        })
    }
}
