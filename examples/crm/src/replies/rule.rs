//! [`Rule`]: what texts are answered with by themselves, and when.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::json;
use twilio_hooks::{
    CompanyId, LineId,
    store::{Line, StoreError},
};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::Caller,
    args,
    database::{Db, Row, Tx, lock_company, lock_line},
    people::audit,
};

/// How often one contact gets an answer at any time of the day, unless set: once in four hours.
pub const EVERY_MINUTES: u32 = 240;

/// How many answers one contact gets in 24 hours, unless set.
pub const PER_DAY: u32 = 3;

/// When texts are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// At any time; one contact not too often.
    Always,
    /// While the company is closed; one contact once in each closed period.
    Closed,
}

impl Occasion {
    /// How it is written in the database and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for Occasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Occasion {
    type Err = UnknownOccasion;

    fn from_str(text: &str) -> Result<Self, UnknownOccasion> {
        match text {
            "always" => Ok(Self::Always),
            "closed" => Ok(Self::Closed),
            _ => Err(UnknownOccasion),
        }
    }
}

/// A text that names no occasion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an occasion: it can be always or closed")]
pub struct UnknownOccasion;

/// What texts are answered with. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// This text, to the letter.
    Plain(String),
    /// This text with its blanks filled in.
    Body(String),
    /// A template, and its text.
    Template(Uuid, String),
    /// Nothing; only for a rule that is off.
    Nothing,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain(…)",
            Self::Body(_) => "Body(…)",
            Self::Template(..) => "Template(…)",
            Self::Nothing => "Nothing",
        })
    }
}

/// What texts are answered with by themselves, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Whether it is on.
    pub enabled: bool,
    /// When.
    pub occasion: Occasion,
    /// With what.
    pub answer: Answer,
    /// For [`Occasion::Always`]: one contact gets one answer in so many minutes.
    pub every_minutes: u32,
    /// For [`Occasion::Always`]: and so many in 24 hours at most.
    pub per_day: u32,
}

impl Rule {
    /// Nothing is answered.
    #[must_use]
    pub fn off() -> Self {
        Self {
            enabled: false,
            occasion: Occasion::Closed,
            answer: Answer::Nothing,
            every_minutes: EVERY_MINUTES,
            per_day: PER_DAY,
        }
    }

    /// The `text_reply` of a line.
    fn of_text_reply(text: String) -> Self {
        Self {
            enabled: true,
            occasion: Occasion::Always,
            answer: Answer::Plain(text),
            ..Self::off()
        }
    }
}

/// Whose rule counts for a line: its own, its `text_reply`, the company's; the first there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleSource {
    /// The line's own.
    Line,
    /// The line's `text_reply`.
    TextReply,
    /// The company's, or none.
    Company,
}

/// What is set for a line.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Whose rule it is.
    pub source: RuleSource,
    /// The rule.
    pub rule: Rule,
    /// The company's hours, as they are kept; none for always open.
    pub(super) schedule: Option<String>,
    /// The company's time zone, for hours that have none of their own.
    pub(super) home_zone: Option<String>,
    /// The messaging service that messages to the line came through.
    pub(super) service: Option<String>,
}

impl Setup {
    /// All that is set for a line, or for a company as a whole, in one read.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn load(
        db: &Db,
        company: CompanyId,
        line: Option<LineId>,
    ) -> Result<Self, StoreError> {
        let sql = "select s.service_sid, t.text_reply, h.schedule, p.time_zone as home_zone,
                r.line_id is not null as of_line, r.enabled, r.occasion, r.body, r.template_id,
                r.every_minutes, r.per_day, m.body as template_body
            from companies c
            left join line_services s on s.company_id = c.id and s.line_id = $2
            left join line_settings t on t.line_id = $2
            left join business_hours h on h.company_id = c.id
            left join company_settings p on p.company_id = c.id
            left join auto_reply_rules r on r.company_id = c.id
                and (r.line_id = $2 or r.line_id is null)
            left join templates m on m.company_id = c.id and m.id = r.template_id
            where c.id = $1";
        let rows = db.rows(sql, args![company, line]).await?;
        let mut setup = Self {
            source: RuleSource::Company,
            rule: Rule::off(),
            schedule: None,
            home_zone: None,
            service: None,
        };
        // One row for each of the two rules.
        let mut text_reply: Option<String> = None;
        for row in &rows {
            text_reply = row.get("text_reply")?;
            setup.schedule = row.get("schedule")?;
            setup.home_zone = row.get("home_zone")?;
            setup.service = row.get("service_sid")?;
            let is_of_line: bool = row.get("of_line")?;
            if let Some(rule) = rule(row)?
                && (is_of_line || setup.source == RuleSource::Company)
            {
                setup.rule = rule;
                setup.source = match is_of_line {
                    true => RuleSource::Line,
                    false => RuleSource::Company,
                };
            }
        }
        if setup.source == RuleSource::Company
            && let Some(text) = text_reply
        {
            setup.rule = Rule::of_text_reply(text);
            setup.source = RuleSource::TextReply;
        }
        Ok(setup)
    }
}

/// Keeps a rule, of a line or of the company. A line has it or its `text_reply`, whichever was set
/// last. Gives false if the line is gone.
///
/// # Errors
/// If the database fails, or the template is another company's.
pub async fn save(
    db: &Db,
    caller: &Caller,
    line: Option<LineId>,
    rule: &Rule,
) -> Result<bool, StoreError> {
    let (body, template) = match &rule.answer {
        Answer::Plain(text) | Answer::Body(text) => (Some(text.as_str()), None),
        Answer::Template(id, _) => (None, Some(*id)),
        Answer::Nothing => (None, None),
    };
    let mut tx = db.begin().await?;
    if !clear(&mut tx, caller.company, line).await? {
        return Ok(false);
    }
    let sql = "insert into auto_reply_rules (company_id, line_id, enabled, occasion, body,
                   template_id, every_minutes, per_day, updated_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let args = args![
        caller.company,
        line,
        rule.enabled,
        rule.occasion.as_str(),
        body,
        template,
        rule.every_minutes,
        rule.per_day,
        caller.at
    ];
    tx.execute(sql, args).await?;
    let object = line.map(|line| ("line", line.as_uuid()));
    let details = json!({ "enabled": rule.enabled, "when": rule.occasion });
    audit(&mut tx, caller, "auto_reply.changed", object, details).await?;
    tx.commit().await?;
    Ok(true)
}

/// Takes away what a line has of its own, so that the company's rule counts for it. Gives false if the
/// line is gone.
///
/// # Errors
/// If the database fails.
pub async fn remove(db: &Db, caller: &Caller, line: LineId) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    if !clear(&mut tx, caller.company, Some(line)).await? {
        return Ok(false);
    }
    let object = Some(("line", line.as_uuid()));
    audit(&mut tx, caller, "auto_reply.removed", object, json!({})).await?;
    tx.commit().await?;
    Ok(true)
}

/// Takes away the rule of a line that gets a `text_reply`.
///
/// # Errors
/// If the database fails.
pub(crate) async fn give_way(tx: &mut Tx, line: &Line) -> Result<(), StoreError> {
    let sql = "delete from auto_reply_rules where company_id = $1 and line_id = $2";
    tx.execute(sql, args![line.company_id, line.id])
        .await
        .map(drop)
}

/// Two who set it at once wait for each other.
async fn clear(tx: &mut Tx, company: CompanyId, line: Option<LineId>) -> Result<bool, StoreError> {
    let Some(line) = line else {
        lock_company(tx, company).await?;
        let sql = "delete from auto_reply_rules where company_id = $1 and line_id is null";
        tx.execute(sql, args![company]).await?;
        return Ok(true);
    };
    if !lock_line(tx, company, line).await? {
        return Ok(false);
    }
    let sql = "delete from auto_reply_rules where company_id = $1 and line_id = $2";
    tx.execute(sql, args![company, line]).await?;
    let sql = "update line_settings set text_reply = null where line_id = $1";
    tx.execute(sql, args![line]).await?;
    Ok(true)
}

fn rule(row: &Row) -> Result<Option<Rule>, StoreError> {
    let Some(occasion): Option<String> = row.get("occasion")? else {
        return Ok(None);
    };
    let body: Option<String> = row.get("body")?;
    let template: Option<Uuid> = row.get("template_id")?;
    let template_body: Option<String> = row.get("template_body")?;
    Ok(Some(Rule {
        enabled: row.get("enabled")?,
        occasion: occasion
            .parse()
            .map_err(|error: UnknownOccasion| StoreError::corrupt("rule", error))?,
        answer: match (body, template.zip(template_body)) {
            (Some(body), _) => Answer::Body(body),
            (None, Some((id, body))) => Answer::Template(id, body),
            (None, None) => Answer::Nothing,
        },
        every_minutes: row.get("every_minutes")?,
        per_day: row.get("per_day")?,
    }))
}
