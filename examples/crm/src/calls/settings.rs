//! What companies, people and lines have set about their calls: [`CallSettings`] and [`Rules`].

use serde::{Deserialize, Serialize};
use serde_json::json;
use twilio_hooks::{CompanyId, LineId, UserId, store::StoreError};
use utoipa::ToSchema;

use super::{Invalid, Rule, Speech, rule::Mode};
use crate::{
    api::Caller,
    args,
    database::{Db, Row, Tx, lock_company, lock_line, lock_user},
    people::audit,
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
        let row = self.db.row(COMPANY, args![company]).await?;
        Ok(company_settings(row.as_ref()))
    }

    /// Sets it.
    ///
    /// # Errors
    /// See [`SetError`].
    pub async fn set_company(
        &self,
        caller: &Caller,
        settings: &CallSettings,
    ) -> Result<(), SetError> {
        let company = caller.company;
        let mut tx = self.db.begin().await?;
        lock_company(&mut tx, company).await?;
        menu_exists(&mut tx, company, &settings.rule).await?;
        settings.rule.check().map_err(|it| it.inside("rule"))?;
        if let Some(announcement) = &settings.announcement {
            announcement.check("announcement")?;
        }
        let before = company_settings(tx.row(COMPANY, args![company]).await?.as_ref());
        let sql = "insert into call_settings (company_id, settings, menu_id, updated_at)
                   values ($1, $2, $3, $4)
                   on conflict (company_id) do update set settings = excluded.settings,
                       menu_id = excluded.menu_id, updated_at = excluded.updated_at";
        let args = args![company, json(settings), settings.rule.menu_id, caller.at];
        tx.execute(sql, args).await?;
        let details = json!({ "before": before, "after": settings });
        audit(&mut tx, caller, "call_settings.changed", None, details).await?;
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

    /// Sets it; with `None` the person's calls go where the company has set.
    ///
    /// # Errors
    /// See [`SetError`].
    pub async fn set_user(
        &self,
        caller: &Caller,
        user: UserId,
        rule: Option<&Rule>,
    ) -> Result<(), SetError> {
        let company = caller.company;
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, company, user).await?;
        let sql = "select u.mobile, u.office, r.rule from users u
                   left join user_call_rules r on r.company_id = u.company_id and r.user_id = u.id
                   where u.company_id = $1 and u.id = $2";
        let row = tx.row(sql, args![company, user]).await?;
        let row = row.ok_or(SetError::NotFound)?;
        let before: Option<Rule> = readable(&row, "rule");
        match rule {
            Some(rule) => {
                menu_exists(&mut tx, company, rule).await?;
                rule.check()?;
                can_ring(rule, &row)?;
                let sql = "insert into user_call_rules
                               (user_id, company_id, rule, menu_id, updated_at)
                           values ($1, $2, $3, $4, $5)
                           on conflict (user_id) do update set rule = excluded.rule,
                               menu_id = excluded.menu_id, updated_at = excluded.updated_at";
                let args = args![user, company, json(rule), rule.menu_id, caller.at];
                tx.execute(sql, args).await?;
            }
            None => {
                let sql = "delete from user_call_rules where company_id = $1 and user_id = $2";
                tx.execute(sql, args![company, user]).await?;
            }
        }
        let details = json!({ "before": before, "after": rule });
        let object = Some(("user", user.as_uuid()));
        audit(&mut tx, caller, "user.call_rule_changed", object, details).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What a line does otherwise.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn line(&self, company: CompanyId, line: LineId) -> Result<LineCallRule, StoreError> {
        line_rule(self.db.row(LINE, args![company, line]).await?.as_ref())
    }

    /// Sets it; with `None` the line does what its person or the company has set.
    ///
    /// # Errors
    /// See [`SetError`].
    pub async fn set_line(
        &self,
        caller: &Caller,
        line: LineId,
        settings: Option<&LineCallRule>,
    ) -> Result<(), SetError> {
        let company = caller.company;
        let mut tx = self.db.begin().await?;
        if !lock_line(&mut tx, company, line).await? {
            return Err(SetError::NotFound);
        }
        let before = line_rule(tx.row(LINE, args![company, line]).await?.as_ref())?;
        match settings {
            Some(settings) => put_line(&mut tx, caller, line, settings).await?,
            None => {
                let sql = "delete from line_call_rules where company_id = $1 and line_id = $2";
                tx.execute(sql, args![company, line]).await?;
            }
        }
        let details = json!({ "before": before, "after": settings });
        let object = Some(("line", line.as_uuid()));
        audit(&mut tx, caller, "line.call_rule_changed", object, details).await?;
        tx.commit().await?;
        Ok(())
    }
}

const COMPANY: &str = "select settings from call_settings where company_id = $1";

const LINE: &str = "select rule, recording from line_call_rules
                    where company_id = $1 and line_id = $2";

fn company_settings(row: Option<&Row>) -> CallSettings {
    row.and_then(|row| readable(row, "settings"))
        .unwrap_or_default()
}

fn line_rule(row: Option<&Row>) -> Result<LineCallRule, StoreError> {
    let Some(row) = row else {
        return Ok(LineCallRule::default());
    };
    let recording: Option<String> = row.get("recording")?;
    Ok(LineCallRule {
        rule: readable(row, "rule"),
        recording: recording.as_deref().and_then(Recording::from_column),
    })
}

async fn put_line(
    tx: &mut Tx,
    caller: &Caller,
    line: LineId,
    settings: &LineCallRule,
) -> Result<(), SetError> {
    if let Some(rule) = &settings.rule {
        menu_exists(tx, caller.company, rule).await?;
        rule.check().map_err(|it| it.inside("rule"))?;
    }
    let sql = "insert into line_call_rules
                   (line_id, company_id, rule, recording, menu_id, updated_at)
               values ($1, $2, $3, $4, $5, $6)
               on conflict (line_id) do update set company_id = excluded.company_id,
                   rule = excluded.rule, recording = excluded.recording,
                   menu_id = excluded.menu_id, updated_at = excluded.updated_at";
    let args = args![
        line,
        caller.company,
        settings.rule.as_ref().map(json),
        settings.recording.map(|it| it.as_str().to_owned()),
        settings.rule.as_ref().and_then(|rule| rule.menu_id),
        caller.at,
    ];
    tx.execute(sql, args).await?;
    Ok(())
}

/// The person must have a phone that the rule lets ring. That it can ring was checked with the profile.
fn can_ring(rule: &Rule, person: &Row) -> Result<(), SetError> {
    let (mobile, office): (Option<String>, Option<String>) =
        (person.get("mobile")?, person.get("office")?);
    let missing = match rule.mode {
        Mode::Mobile if mobile.is_none() => "has no number of the person's mobile",
        Mode::Office if office.is_none() => "has no number of the person's office",
        Mode::Both | Mode::InTurn if mobile.is_none() && office.is_none() => {
            "has no number of the person's"
        }
        _ => return Ok(()),
    };
    Err(Invalid::new("mode", missing).into())
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
