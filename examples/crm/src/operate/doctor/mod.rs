//! [`Doctor`]: looks whether the server, its database, its address and Twilio fit together, and says what
//! is wrong and what to do about it.
//!
//! One file for each thing to look at. Each gives [`Finding`]s, whose codes stay the same between versions.
//! Nothing is changed, here or at Twilio.

mod accounts;
mod certificate;
mod clock;
mod database;
mod http;
mod lines;
mod public_url;
mod settings;
mod traffic;

use std::{fmt, path::Path};

use serde::Serialize;

pub use self::certificate::Roots;
use crate::{clock::Clock, config::Config};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It is as it should be; said for whoever reads it.
    Fine,
    /// It works, and will not always, or not for everybody.
    Warning,
    /// Something does not work.
    Fault,
}

impl Level {
    /// How it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What it is, for scripts.
    pub code: String,
    /// How bad it is.
    pub level: Level,
    /// What it is about: an account, a number, a URL.
    pub subject: Option<String>,
    /// What is the case.
    pub cause: String,
    /// What to do about it; empty if it is fine.
    pub remedy: String,
}

impl Finding {
    fn fine(code: &str, cause: impl Into<String>) -> Self {
        Self::new(Level::Fine, code, cause, "")
    }

    fn warning(code: &str, cause: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Level::Warning, code, cause, remedy)
    }

    fn fault(code: &str, cause: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Level::Fault, code, cause, remedy)
    }

    fn new(level: Level, code: &str, cause: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            level,
            subject: None,
            cause: cause.into(),
            remedy: remedy.into(),
        }
    }

    fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }
}

/// Whoever looks.
#[derive(Debug, Clone)]
pub struct Doctor {
    clock: Clock,
    roots: Roots,
}

impl Default for Doctor {
    fn default() -> Self {
        Self::new(Clock::default(), Roots::default())
    }
}

impl Doctor {
    /// By this clock, and believing certificates of these authorities.
    #[must_use]
    pub fn new(clock: Clock, roots: Roots) -> Self {
        Self { clock, roots }
    }

    /// Reads the configuration as the server does, and looks at everything.
    pub async fn examine_file(
        &self,
        path: Option<&Path>,
        env: impl Fn(&str) -> Option<String>,
    ) -> Vec<Finding> {
        match Config::load(path, env) {
            Ok(config) => self.examine(&config).await,
            Err(error) => vec![settings::unreadable(&error)],
        }
    }

    /// Looks at everything.
    pub async fn examine(&self, config: &Config) -> Vec<Finding> {
        let mut findings = settings::examine(config);
        let (of_database, opened) = database::examine(config, &self.clock).await;
        findings.extend(of_database);
        findings.extend(clock::examine(config, &self.clock, &self.roots).await);
        let Some(opened) = opened else {
            return findings;
        };
        let (of_url, seen) =
            public_url::examine(config, &opened.marker, &self.clock, &self.roots).await;
        findings.extend(of_url);
        for account in accounts::examine(config, &opened).await {
            findings.extend(account.findings);
            if account.works {
                findings.extend(lines::examine(&opened, &account.sid).await);
            }
        }
        findings.extend(traffic::examine(&opened, seen.as_ref(), self.clock.now()).await);
        opened.database.db.close().await;
        findings
    }
}
