//! What companies, people and lines have set about their calls: [`CallSettings`] and [`Rules`].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twilio_hooks::{
    CompanyId, LineId, UserId,
    store::{Line, StoreError},
};
use utoipa::ToSchema;

use super::{Invalid, Rule, Speech, rule::Mode};
use crate::{
    args,
    database::{Db, Row, Tx},
};

/// What a company's calls do, unless a person or a line says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CallSettings {
    /// Whether talks are recorded.
    pub recording: Recording,
    /// What is said if they are announced; an English sentence unless set.
    pub announcement: Option<Speech>,
    /// Where calls go whose line and person say nothing else. The phones are those of the line's
    /// person.
    pub rule: Rule,
    /// Whether one of us who starts a call is put through without pressing 1.
    pub connect_at_once: bool,
}

/// Whether talks are recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CallRecording)]
pub enum Recording {
    /// They are not.
    #[default]
    Off,
    /// They are.
    On,
    /// They are, and it is said before.
    Announce,
}

impl Recording {
    fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
            Self::Announce => "announce",
        }
    }

    fn from_column(text: &str) -> Option<Self> {
        [Self::Off, Self::On, Self::Announce]
            .into_iter()
            .find(|it| it.as_str() == text)
    }
}

/// What a line does otherwise. Null is what its person or the company has set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LineCallRule {
    /// Where its calls go.
    pub rule: Option<Rule>,
    /// Whether talks over it are recorded.
    pub recording: Option<Recording>,
}

/// Why something was not set.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// Something in it can't be.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// It names something that the company does not have.
    #[error("there is no such thing")]
    NotFound,
    /// It can't be as things are.
    #[error("{0}")]
    Conflict(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The rules in the database.
#[derive(Debug, Clone)]
pub struct Rules {
    db: Db,
}

impl Rules {
    /// The rules in `db`.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// What a company has set.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn company(&self, company: CompanyId) -> Result<CallSettings, StoreError> {
        let sql = "select settings from call_settings where company_id = $1";
        let row = self.db.row(sql, args![company]).await?;
        Ok(row
            .as_ref()
            .and_then(|row| readable(row, "settings"))
            .unwrap_or_default())
    }

    /// Sets it.
    ///
    /// # Errors
    /// See [`SetError`].
    pub async fn set_company(
        &self,
        company: CompanyId,
        settings: &CallSettings,
        now: Timestamp,
    ) -> Result<(), SetError> {
        let mut tx = self.db.begin().await?;
        menu_exists(&mut tx, company, &settings.rule).await?;
        settings.rule.check().map_err(|it| it.inside("rule"))?;
        if let Some(announcement) = &settings.announcement {
            announcement.check("announcement")?;
        }
        let sql = "insert into call_settings (company_id, settings, menu_id, updated_at)
                   values ($1, $2, $3, $4)
                   on conflict (company_id) do update set settings = excluded.settings,
                       menu_id = excluded.menu_id, updated_at = excluded.updated_at";
        let args = args![company, json(settings), settings.rule.menu_id, now];
        tx.execute(sql, args).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The rule of a person; `None` if nothing is set. The company must have that person.
    ///
    /// # Errors
    /// [`SetError::NotFound`] if it has not, otherwise if the database fails.
    pub async fn user(&self, company: CompanyId, user: UserId) -> Result<Option<Rule>, SetError> {
        let sql = "select r.rule from users u
                   left join user_call_rules r on r.company_id = u.company_id and r.user_id = u.id
                   where u.company_id = $1 and u.id = $2";
        let row = self.db.row(sql, args![company, user]).await?;
        Ok(readable(&row.ok_or(SetError::NotFound)?, "rule"))
    }

    /// Sets it.
    ///
    /// # Errors
    /// See [`SetError`].
    pub async fn set_user(
        &self,
        company: CompanyId,
        user: UserId,
        rule: &Rule,
        now: Timestamp,
    ) -> Result<(), SetError> {
        let mut tx = self.db.begin().await?;
        let sql = "select mobile, office from users where company_id = $1 and id = $2";
        let row = tx.row(sql, args![company, user]).await?;
        let row = row.ok_or(SetError::NotFound)?;
        menu_exists(&mut tx, company, rule).await?;
        rule.check()?;
        let (mobile, office): (Option<String>, Option<String>) =
            (row.get("mobile")?, row.get("office")?);
        let missing = match rule.mode {
            Mode::Mobile if mobile.is_none() => Some("has no number of the person's mobile"),
            Mode::Office if office.is_none() => Some("has no number of the person's office"),
            Mode::Both | Mode::InTurn if mobile.is_none() && office.is_none() => {
                Some("has no number of the person's")
            }
            _ => None,
        };
        if let Some(reason) = missing {
            return Err(Invalid::new("mode", reason).into());
        }
        let sql = "insert into user_call_rules (user_id, company_id, rule, menu_id, updated_at)
                   values ($1, $2, $3, $4, $5)
                   on conflict (user_id) do update set rule = excluded.rule,
                       menu_id = excluded.menu_id, updated_at = excluded.updated_at";
        tx.execute(sql, args![user, company, json(rule), rule.menu_id, now])
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Lets a person's calls go where the company has set.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove_user(&self, company: CompanyId, user: UserId) -> Result<(), StoreError> {
        let sql = "delete from user_call_rules where company_id = $1 and user_id = $2";
        self.db.execute(sql, args![company, user]).await?;
        Ok(())
    }

    /// What a line does otherwise.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn line(&self, company: CompanyId, line: LineId) -> Result<LineCallRule, StoreError> {
        let sql = "select rule, recording from line_call_rules
                   where company_id = $1 and line_id = $2";
        let Some(row) = self.db.row(sql, args![company, line]).await? else {
            return Ok(LineCallRule::default());
        };
        let recording: Option<String> = row.get("recording")?;
        Ok(LineCallRule {
            rule: readable(&row, "rule"),
            recording: recording.as_deref().and_then(Recording::from_column),
        })
    }

    /// Sets it. The caller has made sure that the line is the company's.
    ///
    /// # Errors
    /// See [`SetError`].
    pub async fn set_line(
        &self,
        line: &Line,
        settings: &LineCallRule,
        now: Timestamp,
    ) -> Result<(), SetError> {
        let mut tx = self.db.begin().await?;
        if let Some(rule) = &settings.rule {
            menu_exists(&mut tx, line.company_id, rule).await?;
            rule.check().map_err(|it| it.inside("rule"))?;
        }
        let sql = "insert into line_call_rules
                       (line_id, company_id, rule, recording, menu_id, updated_at)
                   values ($1, $2, $3, $4, $5, $6)
                   on conflict (line_id) do update set company_id = excluded.company_id,
                       rule = excluded.rule, recording = excluded.recording,
                       menu_id = excluded.menu_id, updated_at = excluded.updated_at";
        let args = args![
            line.id,
            line.company_id,
            settings.rule.as_ref().map(json),
            settings.recording.map(|it| it.as_str().to_owned()),
            settings.rule.as_ref().and_then(|rule| rule.menu_id),
            now,
        ];
        tx.execute(sql, args).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Lets a line do what its person or the company has set.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove_line(&self, company: CompanyId, line: LineId) -> Result<(), StoreError> {
        let sql = "delete from line_call_rules where company_id = $1 and line_id = $2";
        self.db.execute(sql, args![company, line]).await?;
        Ok(())
    }
}

/// A company's menu is its own.
async fn menu_exists(tx: &mut Tx, company: CompanyId, rule: &Rule) -> Result<(), SetError> {
    let Some(menu) = rule.menu_id else {
        return Ok(());
    };
    let sql = "select id from menus where company_id = $1 and id = $2";
    match tx.row(sql, args![company, menu]).await? {
        Some(_) => Ok(()),
        None => Err(SetError::NotFound),
    }
}

pub(super) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("plain data is JSON")
}

/// A column of JSON. What this version can't read is as if it were not set: a caller waits.
pub(super) fn readable<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> Option<T> {
    let text: String = row.get::<Option<String>>(column).ok().flatten()?;
    match serde_json::from_str(&text) {
        Ok(value) => Some(value),
        Err(_) => {
            tracing::error!(
                column,
                reason = "unreadable",
                "a setting of calls is ignored"
            );
            None
        }
    }
}
