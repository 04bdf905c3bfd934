//! [`Database`]: the store, and the CRM's own tables beside it.
//!
//! SQLite in a file is the default, Postgres is for teams and for several servers at once. What
//! differs between them is in the modules `sqlite` and `postgres`; everything else sees the traits.

mod postgres;
mod settings;
mod sqlite;

use std::sync::Arc;

use anyhow::bail;
use jiff::Timestamp;
use twilio_hooks::{
    LineId,
    notify::Bus,
    store::{Directory, Line, Lines, Store},
};

pub use self::settings::{Company, LineSettings, LineSettingsPatch, Settings};
use crate::{config::LineSeed, secret::Secret};

/// Everything that is kept.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Database {
    /// Takes webhooks.
    pub store: Arc<dyn Store>,
    /// Reads what they left.
    pub directory: Arc<dyn Directory>,
    /// Whose numbers are whose.
    pub lines: Arc<dyn Lines>,
    /// The CRM's own tables.
    pub settings: Arc<dyn Settings>,
    /// Carries live notifications: in this process on SQLite, to all processes on Postgres.
    pub bus: Arc<dyn Bus>,
}

impl Database {
    /// Connects and brings the tables up to date.
    ///
    /// # Errors
    /// If the URL is of no database we know, the database can't be reached, or a migration fails.
    pub async fn connect(url: &Secret) -> anyhow::Result<Self> {
        let url = url.expose();
        if url.starts_with("sqlite:") {
            sqlite::connect(url).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            postgres::connect(url).await
        } else {
            bail!("the database URL must begin with `sqlite:` or `postgres://`")
        }
    }

    /// Adds what the configuration has and the database lacks, and gives the companies' rows in the
    /// order of `companies`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn seed(
        &self,
        companies: &[String],
        lines: &[LineSeed],
        now: Timestamp,
    ) -> anyhow::Result<Vec<Company>> {
        let mut rows = Vec::new();
        for name in companies {
            rows.push(self.settings.add_company(name, now).await?);
        }
        for seed in lines {
            if let Some(company) = rows.iter().find(|company| company.name == seed.company) {
                self.seed_line(seed, company, now).await?;
            }
        }
        Ok(rows)
    }

    async fn seed_line(
        &self,
        seed: &LineSeed,
        company: &Company,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let new = Line::new(
            LineId::at(now),
            seed.account_sid.clone(),
            seed.number.clone(),
            company.id,
        );
        let is_same =
            |line: &Line| line.account_sid == new.account_sid && line.address == new.address;
        for other in self.settings.companies().await? {
            if let Some(line) = self
                .lines
                .lines(other.id)
                .await?
                .iter()
                .find(|line| is_same(line))
            {
                if line.company_id != company.id {
                    tracing::warn!(
                        line.id = %line.id,
                        reason = "other-company",
                        "the database says that a line of the configuration is another company's, \
                         and the database counts"
                    );
                }
                return Ok(());
            }
        }
        self.lines.put_line(&new).await?;
        let settings = LineSettings {
            greeting: seed.greeting.clone(),
            text_reply: seed.text_reply.clone(),
        };
        self.settings.add_line_settings(new.id, &settings).await?;
        Ok(())
    }
}
