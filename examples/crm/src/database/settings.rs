//! [`Settings`]: companies, and what lines are set to.

use jiff::Timestamp;
use twilio_hooks::{CompanyId, LineId, store::StoreError};

use super::{Db, Row, Tx};
use crate::args;

/// A company that uses this server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Company {
    /// The row, which everything of the company names.
    pub id: CompanyId,
    /// Its name, unique.
    pub name: String,
}

/// What a line does besides belonging to somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineSettings {
    /// What callers hear first.
    pub greeting: Option<String>,
    /// What every text is answered with.
    pub text_reply: Option<String>,
}

const LINE_SETTINGS: &str = "select greeting, text_reply from line_settings where line_id = $1";

/// A change of [`LineSettings`]: the outer `None` leaves a setting as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineSettingsPatch {
    /// The new greeting, or `Some(None)` for none.
    pub greeting: Option<Option<String>>,
    /// The new reply, or `Some(None)` for none.
    pub text_reply: Option<Option<String>>,
}

/// Companies, and what lines are set to.
#[derive(Debug, Clone)]
pub struct Settings {
    db: Db,
}

impl Settings {
    pub(super) fn new(db: Db) -> Self {
        Self { db }
    }

    /// The company of this name, which is created if there is none.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn add_company(&self, name: &str, now: Timestamp) -> Result<Company, StoreError> {
        let sql = "insert into companies (id, name, created_at) values ($1, $2, $3)
                   on conflict (name) do nothing";
        self.db
            .execute(sql, args![CompanyId::at(now), name, now])
            .await?;
        let sql = "select id, name from companies where name = $1";
        let row = self.db.row(sql, args![name]).await?;
        company(&row.ok_or_else(|| StoreError::corrupt("company", "it is gone"))?)
    }

    /// Gives a company another name, and says whether there is such a company.
    ///
    /// # Errors
    /// If another company has the name, or the database fails.
    pub async fn rename_company(&self, name: &str, to: &str) -> Result<bool, StoreError> {
        let sql = "update companies set name = $2 where name = $1";
        Ok(self.db.execute(sql, args![name, to]).await? == 1)
    }

    /// All companies, oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn companies(&self) -> Result<Vec<Company>, StoreError> {
        let sql = "select id, name from companies order by id";
        self.db
            .rows(sql, args![])
            .await?
            .iter()
            .map(company)
            .collect()
    }

    /// What a line is set to.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn line_settings(&self, line: LineId) -> Result<LineSettings, StoreError> {
        let row = self.db.row(LINE_SETTINGS, args![line]).await?;
        row.as_ref()
            .map_or_else(|| Ok(LineSettings::default()), line_settings)
    }

    /// Sets a line that was never set; any other stays as it is.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn add_line_settings(
        &self,
        line: LineId,
        settings: &LineSettings,
    ) -> Result<(), StoreError> {
        let sql = "insert into line_settings (line_id, greeting, text_reply) values ($1, $2, $3)
                   on conflict (line_id) do nothing";
        let args = args![
            line,
            settings.greeting.as_deref(),
            settings.text_reply.as_deref()
        ];
        self.db.execute(sql, args).await?;
        Ok(())
    }

    /// Changes what a line is set to, and gives what it was set to before and is then.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn change_line_settings(
        tx: &mut Tx,
        line: LineId,
        patch: &LineSettingsPatch,
    ) -> Result<(LineSettings, LineSettings), StoreError> {
        let row = tx.row(LINE_SETTINGS, args![line]).await?;
        let before = row
            .as_ref()
            .map_or_else(|| Ok(LineSettings::default()), line_settings)?;
        // The two last values say which settings to change.
        let sql = "insert into line_settings (line_id, greeting, text_reply) values ($1, $2, $3)
                   on conflict (line_id) do update set
                       greeting = case when $4 then excluded.greeting else line_settings.greeting end,
                       text_reply = case when $5 then excluded.text_reply else line_settings.text_reply end
                   returning greeting, text_reply";
        let args = args![
            line,
            patch.greeting.clone().flatten(),
            patch.text_reply.clone().flatten(),
            patch.greeting.is_some(),
            patch.text_reply.is_some(),
        ];
        let row = tx.row(sql, args).await?;
        let row = row.ok_or_else(|| StoreError::corrupt("line", "it is gone"))?;
        Ok((before, line_settings(&row)?))
    }

    /// Whether this is the number of a line, of whichever company.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_line(&self, address: &str) -> Result<bool, StoreError> {
        let sql = "select id from lines where address = $1 limit 1";
        Ok(self.db.row(sql, args![address]).await?.is_some())
    }

    /// Whether this is the number of a line of the company's.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_line_of(&self, company: CompanyId, address: &str) -> Result<bool, StoreError> {
        let sql = "select id from lines where company_id = $1 and address = $2 limit 1";
        Ok(self.db.row(sql, args![company, address]).await?.is_some())
    }
}

fn company(row: &Row) -> Result<Company, StoreError> {
    Ok(Company {
        id: row.get("id")?,
        name: row.get("name")?,
    })
}

fn line_settings(row: &Row) -> Result<LineSettings, StoreError> {
    Ok(LineSettings {
        greeting: row.get("greeting")?,
        text_reply: row.get("text_reply")?,
    })
}
