//! A company's templates as they are kept.

use jiff::Timestamp;
use serde_json::json;
use twilio_hooks::{
    CompanyId, HistoryId,
    store::{Page, PageRequest, StoreError},
};
use uuid::Uuid;

use super::parse::{MAX_TEXT, Template};
use crate::{
    api::Caller,
    args,
    database::{Db, Row, is_duplicate},
    messaging::segments,
    people::audit,
};

/// The longest name, in characters.
const MAX_NAME: usize = 80;

/// The longest shortcut.
const MAX_SHORTCUT: usize = 32;

/// A template of a company.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredTemplate {
    /// The row.
    pub id: Uuid,
    /// Its name, unique in the company whatever the letter case.
    pub name: String,
    /// What one types after `/` to find it.
    pub shortcut: Option<String>,
    /// The text with its blanks.
    pub body: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A template as somebody writes it, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    name: String,
    shortcut: Option<String>,
    body: String,
}

/// Why a draft is refused; the text is for the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DraftError(String);

impl Draft {
    /// Checks what somebody wrote. Name and shortcut are trimmed, the text stays exactly as it is.
    ///
    /// # Errors
    /// If something is empty, too long or can't be read.
    pub fn new(name: &str, shortcut: Option<&str>, body: String) -> Result<Self, DraftError> {
        let refuse = |reason: &str| Err(DraftError(reason.to_owned()));
        let name = name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME {
            return refuse("`name` needs 1 to 80 characters");
        }
        if name.chars().chain(body.chars()).any(|c| c == '\0') {
            return refuse("there is a NUL character");
        }
        let shortcut = shortcut
            .map(|shortcut| shortcut.trim().trim_start_matches('/').to_ascii_lowercase())
            .filter(|shortcut| !shortcut.is_empty());
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if shortcut
            .as_ref()
            .is_some_and(|it| it.len() > MAX_SHORTCUT || !it.chars().all(is_letter))
        {
            return refuse("`shortcut` can have 32 letters, digits, `-` and `_`");
        }
        if body.trim().is_empty() {
            return refuse("`body` is empty");
        }
        if segments::length(&body) > MAX_TEXT {
            return refuse("`body` has more than 1600 characters");
        }
        if let Err(errors) = Template::parse(&body) {
            let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
            return Err(DraftError(format!("`body`: {}", errors.join("; "))));
        }
        Ok(Self {
            name: name.to_owned(),
            shortcut,
            body,
        })
    }
}

/// What came of adding or changing a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateChange {
    /// This is how it is now.
    Done(StoredTemplate),
    /// Another template of the company has the name or the shortcut.
    Taken,
    /// There is no such template.
    NotFound,
}

/// What came of removing a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// It is gone.
    Done,
    /// An automatic reply sends it.
    InUse,
    /// There is no such template.
    NotFound,
}

/// A company's templates, newest first.
///
/// # Errors
/// If the database fails.
pub async fn list(
    db: &Db,
    company: CompanyId,
    page: PageRequest,
) -> Result<Page<StoredTemplate>, StoreError> {
    let sql = "select id, name, shortcut, body, created_at, updated_at from templates
               where company_id = $1 and id < $2 order by id desc limit $3";
    let before = page.before.unwrap_or(Uuid::max());
    // One too many only tells that there are more.
    let rows = db
        .rows(sql, args![company, before, i64::from(page.limit) + 1])
        .await?;
    let items = rows.iter().map(template).collect::<Result<_, _>>()?;
    Ok(Page::from_rows(items, page.limit, |template| template.id))
}

/// One template.
///
/// # Errors
/// If the database fails.
pub async fn find(
    db: &Db,
    company: CompanyId,
    id: Uuid,
) -> Result<Option<StoredTemplate>, StoreError> {
    let row = db.row(ONE, args![company, id]).await?;
    row.as_ref().map(template).transpose()
}

/// Adds a template.
///
/// # Errors
/// If the database fails.
pub async fn add(db: &Db, caller: &Caller, draft: &Draft) -> Result<TemplateChange, StoreError> {
    let sql = "insert into templates (id, company_id, name, shortcut, body, created_at, updated_at)
               values ($2, $1, $3, $4, $5, $6, $6)
               returning id, name, shortcut, body, created_at, updated_at";
    let id = HistoryId::at(caller.at).as_uuid();
    write(db, caller, "template.added", sql, id, draft).await
}

/// Replaces a template.
///
/// # Errors
/// If the database fails.
pub async fn change(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    draft: &Draft,
) -> Result<TemplateChange, StoreError> {
    let sql = "update templates set name = $3, shortcut = $4, body = $5, updated_at = $6
               where company_id = $1 and id = $2
               returning id, name, shortcut, body, created_at, updated_at";
    write(db, caller, "template.changed", sql, id, draft).await
}

async fn write(
    db: &Db,
    caller: &Caller,
    action: &str,
    sql: &'static str,
    id: Uuid,
    draft: &Draft,
) -> Result<TemplateChange, StoreError> {
    let (name, shortcut, body) = (&draft.name, draft.shortcut.as_deref(), &draft.body);
    let args = args![caller.company, id, name, shortcut, body, caller.at];
    let mut tx = db.begin().await?;
    let stored = match tx.row(sql, args).await {
        Ok(Some(row)) => template(&row)?,
        Ok(None) => return Ok(TemplateChange::NotFound),
        Err(error) if is_duplicate(&error) => return Ok(TemplateChange::Taken),
        Err(error) => return Err(error),
    };
    audit(&mut tx, caller, action, Some(("template", id)), json!({})).await?;
    tx.commit().await?;
    Ok(TemplateChange::Done(stored))
}

/// Removes a template, unless an automatic reply needs it.
///
/// # Errors
/// If the database fails.
pub async fn remove(db: &Db, caller: &Caller, id: Uuid) -> Result<Removed, StoreError> {
    let company = caller.company;
    let mut tx = db.begin().await?;
    let sql = "delete from templates where company_id = $1 and id = $2 and not exists (
                   select 1 from auto_reply_rules where company_id = $1 and template_id = $2
               )";
    if tx.execute(sql, args![company, id]).await? == 0 {
        return Ok(match tx.row(ONE, args![company, id]).await? {
            Some(_) => Removed::InUse,
            None => Removed::NotFound,
        });
    }
    let object = Some(("template", id));
    audit(&mut tx, caller, "template.removed", object, json!({})).await?;
    tx.commit().await?;
    Ok(Removed::Done)
}

const ONE: &str = "select id, name, shortcut, body, created_at, updated_at from templates
                   where company_id = $1 and id = $2";

fn template(row: &Row) -> Result<StoredTemplate, StoreError> {
    Ok(StoredTemplate {
        id: row.get("id")?,
        name: row.get("name")?,
        shortcut: row.get("shortcut")?,
        body: row.get("body")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}
