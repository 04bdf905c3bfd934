//! [`render`]: a template with what the CRM knows and what the sender gives.

use std::{collections::BTreeMap, fmt};

use twilio_hooks::{Address, CompanyId, ContactId, LineId, UserId, store::StoreError};

use super::parse::{MAX_TEXT, Template, TemplateError, Values};
use crate::{
    args,
    database::{Arg, Db, Row, Tx},
    messaging::segments,
};

/// Who writes to whom. `Debug` shows no values.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The company. Contact, person and line are its own; others have no values.
    pub company: CompanyId,
    /// Who is written to.
    pub contact: Option<ContactId>,
    /// Who writes, if it is a person.
    pub user: Option<UserId>,
    /// The line that it is sent from.
    pub line: Option<LineId>,
    /// What the sender gives, by name; it wins over what the CRM knows.
    pub given: &'a BTreeMap<String, String>,
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("company", &self.company)
            .field("contact", &self.contact)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

/// Why a template can't be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// It is not understood; all of what is wrong with it.
    #[error("the template can't be read: {}", join(.0))]
    Syntax(Vec<TemplateError>),
    /// These names have no value and no default.
    #[error("these blanks have no value: {}", .0.join(", "))]
    Missing(Vec<String>),
    /// With its blanks filled in it is longer than a message can be.
    #[error("the text has {0} characters, and a message has {MAX_TEXT} at most")]
    TooLong(usize),
}

fn join(errors: &[TemplateError]) -> String {
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    errors.join("; ")
}

/// The text of a message, from the body of a template.
///
/// # Errors
/// If the database fails. The inner error says why the text must not be sent.
pub async fn render(
    db: &Db,
    body: &str,
    context: &Context<'_>,
) -> Result<Result<String, RenderError>, StoreError> {
    match Template::parse(body) {
        Ok(template) if template.names().is_empty() => Ok(fill(&template, &Values::new())),
        Ok(template) => Ok(fill(&template, &values(db, context).await?)),
        Err(errors) => Ok(Err(RenderError::Syntax(errors))),
    }
}

/// As [`render`], in a transaction.
///
/// # Errors
/// As for [`render`].
pub async fn render_in(
    tx: &mut Tx,
    body: &str,
    context: &Context<'_>,
) -> Result<Result<String, RenderError>, StoreError> {
    match Template::parse(body) {
        Ok(template) if template.names().is_empty() => Ok(fill(&template, &Values::new())),
        Ok(template) => {
            let row = tx.row(SQL, sql_args(context)).await?;
            Ok(fill(&template, &read(row.as_ref(), context)?))
        }
        Err(errors) => Ok(Err(RenderError::Syntax(errors))),
    }
}

fn fill(template: &Template, values: &Values) -> Result<String, RenderError> {
    let text = template.render(values).map_err(|missing| {
        RenderError::Missing(missing.into_iter().map(str::to_owned).collect())
    })?;
    match segments::length(&text) {
        length if length > MAX_TEXT => Err(RenderError::TooLong(length)),
        _ => Ok(text),
    }
}

/// What blanks can be filled in with.
///
/// # Errors
/// If the database fails.
pub async fn values(db: &Db, context: &Context<'_>) -> Result<Values, StoreError> {
    let row = db.row(SQL, sql_args(context)).await?;
    read(row.as_ref(), context)
}

const SQL: &str = "select c.name as contact_name, c.address as contact_address,
        co.name as company_name, u.name as user_name, l.address as line_address
    from companies co
    left join contacts c on c.company_id = co.id and c.id = $2
    left join users u on u.company_id = co.id and u.id = $3
    left join lines l on l.company_id = co.id and l.id = $4
    where co.id = $1";

fn sql_args(context: &Context<'_>) -> Vec<Arg> {
    args![context.company, context.contact, context.user, context.line]
}

fn read(row: Option<&Row>, context: &Context<'_>) -> Result<Values, StoreError> {
    let mut values = Values::new();
    if let Some(row) = row {
        let text = |column| row.get::<Option<String>>(column);
        let name = text("contact_name")?;
        let first_name = name
            .as_deref()
            .and_then(|name| name.split_whitespace().next());
        values.set("contact.first_name", first_name);
        values.set("contact.name", name.as_deref());
        let phone = text("contact_address")?.map(Address::from);
        values.set("contact.phone", phone.as_ref().and_then(Address::e164));
        values.set("company.name", text("company_name")?.as_deref());
        values.set("user.name", text("user_name")?.as_deref());
        // A messaging service has no number.
        let number = text("line_address")?.filter(|line| !line.starts_with("MG"));
        values.set("line.number", number.as_deref());
    }
    for (name, value) in context.given {
        values.set(name.as_str(), Some(value));
    }
    Ok(values)
}
