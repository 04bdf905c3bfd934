//! [`Settings`]: the CRM's own tables.

use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;
use twilio_hooks::{CompanyId, LineId, store::StoreError};

/// A company that uses this server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Company {
    /// The row, which everything of the company names.
    pub id: CompanyId,
    /// Its name, unique.
    pub name: String,
}

impl Company {
    pub(super) fn new(id: CompanyId, name: String) -> Self {
        Self { id, name }
    }
}

/// What a line does besides belonging to somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineSettings {
    /// What callers hear first.
    pub greeting: Option<String>,
    /// What every text is answered with.
    pub text_reply: Option<String>,
}

/// A change of [`LineSettings`]: the outer `None` leaves a setting as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineSettingsPatch {
    /// The new greeting, or `Some(None)` for none.
    pub greeting: Option<Option<String>>,
    /// The new reply, or `Some(None)` for none.
    pub text_reply: Option<Option<String>>,
}

/// Companies, and what lines are set to.
#[async_trait]
pub trait Settings: fmt::Debug + Send + Sync + 'static {
    /// The company of this name, which is created if there is none.
    ///
    /// # Errors
    /// If the database fails.
    async fn add_company(&self, name: &str, now: Timestamp) -> Result<Company, StoreError>;

    /// All companies, oldest first.
    ///
    /// # Errors
    /// If the database fails.
    async fn companies(&self) -> Result<Vec<Company>, StoreError>;

    /// What a line is set to.
    ///
    /// # Errors
    /// If the database fails.
    async fn line_settings(&self, line: LineId) -> Result<LineSettings, StoreError>;

    /// Sets a line that was never set; any other stays as it is.
    ///
    /// # Errors
    /// If the database fails.
    async fn add_line_settings(
        &self,
        line: LineId,
        settings: &LineSettings,
    ) -> Result<(), StoreError>;

    /// Changes what a line is set to, in one step, and gives what it is set to then.
    ///
    /// # Errors
    /// If the database fails.
    async fn change_line_settings(
        &self,
        line: LineId,
        patch: &LineSettingsPatch,
    ) -> Result<LineSettings, StoreError>;

    /// Whether this is the number of a line, of whichever company.
    ///
    /// # Errors
    /// If the database fails.
    async fn is_line(&self, address: &str) -> Result<bool, StoreError>;

    /// Asks the database for an answer.
    ///
    /// # Errors
    /// If there is none.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Closes the connections; everything fails from then on.
    async fn close(&self);
}

/// The statements, which both databases understand.
pub(super) mod sql {
    pub(in crate::database) const ADD_COMPANY: &str =
        "insert into companies (id, name, created_at) values ($1, $2, $3)
         on conflict (name) do nothing";

    pub(in crate::database) const COMPANY: &str = "select id, name from companies where name = $1";

    pub(in crate::database) const COMPANIES: &str = "select id, name from companies order by id";

    pub(in crate::database) const LINE_SETTINGS: &str =
        "select greeting, text_reply from line_settings where line_id = $1";

    pub(in crate::database) const ADD_LINE_SETTINGS: &str =
        "insert into line_settings (line_id, greeting, text_reply) values ($1, $2, $3)
         on conflict (line_id) do nothing";

    /// The two last values say which settings to change.
    pub(in crate::database) const CHANGE_LINE_SETTINGS: &str =
        "insert into line_settings (line_id, greeting, text_reply) values ($1, $2, $3)
         on conflict (line_id) do update set
             greeting = case when $4 then excluded.greeting else line_settings.greeting end,
             text_reply = case when $5 then excluded.text_reply else line_settings.text_reply end
         returning greeting, text_reply";

    pub(in crate::database) const IS_LINE: &str = "select 1 from lines where address = $1 limit 1";
}
