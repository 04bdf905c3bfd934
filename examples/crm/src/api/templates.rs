//! `/api/templates`: texts with blanks that are filled in when they are sent.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twilio_hooks::{ContactId, LineId};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Caller, IdempotencyKey, Problem,
    extract::{Body, Id, Paging, PagingParams},
    lines,
    problem::ProblemView,
    view::PageView,
};
use crate::{
    app::AppState,
    messaging::segments,
    people::Permission,
    templates::{
        self, Context, Draft, MAX_TEXT, Removed, StoredTemplate, Template, TemplateChange,
    },
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(show, change, remove))
        .routes(routes!(preview))
}

/// A text with blanks that can be filled in.
#[derive(Debug, Serialize, ToSchema)]
struct TemplateView {
    id: Uuid,
    name: String,
    /// What one types after `/` to find it.
    shortcut: Option<String>,
    body: String,
    /// The names of its blanks.
    variables: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<StoredTemplate> for TemplateView {
    fn from(stored: StoredTemplate) -> Self {
        let variables = Template::parse(&stored.body).map_or_else(
            |_| Vec::new(),
            |template| template.names().into_iter().map(str::to_owned).collect(),
        );
        Self {
            id: stored.id,
            name: stored.name,
            shortcut: stored.shortcut,
            body: stored.body,
            variables,
            created_at: stored.created_at,
            updated_at: stored.updated_at,
        }
    }
}

/// A template as it is written. Blanks are `{{contact.name}}`, `{{contact.first_name}}`,
/// `{{contact.phone}}`, `{{company.name}}`, `{{user.name}}`, `{{line.number}}`, and any name without
/// a dot for what the sender gives. After a bar is what to write without a value:
/// `{{contact.name | default: "there"}}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TemplateBody {
    /// Unique in the company.
    name: String,
    /// Letters, digits, `-` and `_`; unique in the company.
    shortcut: Option<String>,
    /// 1600 characters at most.
    body: String,
}

impl TemplateBody {
    fn draft(self) -> Result<Draft, Problem> {
        Draft::new(&self.name, self.shortcut.as_deref(), self.body)
            .map_err(|error| Problem::bad_request(error.to_string()))
    }
}

/// The company's templates, newest first.
#[utoipa::path(
    get,
    path = "/api/templates",
    tag = "templates",
    params(PagingParams),
    responses((status = 200, body = PageView<TemplateView>))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Paging(page): Paging,
) -> Result<Json<PageView<TemplateView>>, Problem> {
    caller.require(Permission::Read)?;
    let page = templates::list(&state.database.db, caller.company, page).await?;
    Ok(Json(PageView::new(page, TemplateView::from)))
}

/// A new template.
#[utoipa::path(
    post,
    path = "/api/templates",
    tag = "templates",
    params(IdempotencyKey),
    request_body = TemplateBody,
    responses(
        (status = 201, body = TemplateView),
        (status = 400, body = ProblemView),
        (status = 409, body = ProblemView, description = "Name or shortcut is another's")
    )
)]
async fn add(
    caller: Caller,
    State(state): State<AppState>,
    Body(body): Body<TemplateBody>,
) -> Result<(StatusCode, Json<TemplateView>), Problem> {
    caller.require(Permission::EditContacts)?;
    let draft = body.draft()?;
    let change = templates::add(&state.database.db, &caller, &draft).await?;
    Ok((StatusCode::CREATED, view(change)?))
}

/// One template.
#[utoipa::path(
    get,
    path = "/api/templates/{id}",
    tag = "templates",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = TemplateView), (status = 404, body = ProblemView))
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<Uuid>,
) -> Result<Json<TemplateView>, Problem> {
    caller.require(Permission::Read)?;
    find(&state, &caller, id).await.map(|it| Json(it.into()))
}

/// Replaces a template.
#[utoipa::path(
    put,
    path = "/api/templates/{id}",
    tag = "templates",
    params(("id" = Uuid, Path)),
    request_body = TemplateBody,
    responses(
        (status = 200, body = TemplateView),
        (status = 400, body = ProblemView),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView, description = "Name or shortcut is another's")
    )
)]
async fn change(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<Uuid>,
    Body(body): Body<TemplateBody>,
) -> Result<Json<TemplateView>, Problem> {
    caller.require(Permission::EditContacts)?;
    let draft = body.draft()?;
    view(templates::change(&state.database.db, &caller, id, &draft).await?)
}

/// Removes a template.
#[utoipa::path(
    delete,
    path = "/api/templates/{id}",
    tag = "templates",
    params(("id" = Uuid, Path)),
    responses(
        (status = 204),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView, description = "An automatic reply sends it")
    )
)]
async fn remove(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<Uuid>,
) -> Result<StatusCode, Problem> {
    caller.require(Permission::EditContacts)?;
    match templates::remove(&state.database.db, &caller, id).await? {
        Removed::Done => Ok(StatusCode::NO_CONTENT),
        Removed::InUse => Err(Problem::conflict("an automatic reply sends this template")),
        Removed::NotFound => Err(Problem::not_found()),
    }
}

/// For whom to fill a template in.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = TemplatePreviewBody)]
struct PreviewBody {
    /// Who is written to.
    #[schema(value_type = Option<Uuid>)]
    contact_id: Option<ContactId>,
    /// The line that it is to be sent from.
    #[schema(value_type = Option<Uuid>)]
    line_id: Option<LineId>,
    /// What you give, by name; it wins over what the CRM knows.
    values: BTreeMap<String, String>,
}

/// How a template reads for somebody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TemplatePreviewView)]
struct PreviewView {
    /// The text; what is missing is still in its braces.
    text: String,
    /// The names without a value. As long as there are any, the template can't be sent.
    missing: Vec<String>,
    /// How long it is, as Twilio counts: 1600 is the most.
    characters: usize,
    /// Whether it can be sent: nothing is missing, and it is not too long.
    can_be_sent: bool,
}

/// A template as a contact would get it.
#[utoipa::path(
    post,
    path = "/api/templates/{id}/preview",
    tag = "templates",
    params(("id" = Uuid, Path)),
    request_body = PreviewBody,
    responses((status = 200, body = PreviewView), (status = 404, body = ProblemView))
)]
async fn preview(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<Uuid>,
    Body(body): Body<PreviewBody>,
) -> Result<Json<PreviewView>, Problem> {
    caller.require(Permission::Read)?;
    let stored = find(&state, &caller, id).await?;
    let database = &state.database;
    if let Some(contact) = body.contact_id {
        let found = database.directory.contact(caller.company, contact).await?;
        found.ok_or_else(Problem::not_found)?;
    }
    if let Some(id) = body.line_id {
        lines::find(&state, caller.company, id).await?;
    }
    // It was checked when it was stored.
    let template = Template::parse(&stored.body).map_err(|_| Problem::internal())?;
    let context = Context {
        company: caller.company,
        contact: body.contact_id,
        user: caller.user(),
        line: body.line_id,
        given: &body.values,
    };
    let values = templates::values(&database.db, &context).await?;
    let missing = template.missing(&values);
    let text = template.preview(&values);
    let characters = segments::length(&text);
    Ok(Json(PreviewView {
        can_be_sent: missing.is_empty() && characters <= MAX_TEXT,
        missing: missing.into_iter().map(str::to_owned).collect(),
        characters,
        text,
    }))
}

async fn find(state: &AppState, caller: &Caller, id: Uuid) -> Result<StoredTemplate, Problem> {
    let found = templates::find(&state.database.db, caller.company, id).await?;
    found.ok_or_else(Problem::not_found)
}

fn view(change: TemplateChange) -> Result<Json<TemplateView>, Problem> {
    match change {
        TemplateChange::Done(template) => Ok(Json(template.into())),
        TemplateChange::Taken => Err(Problem::conflict(
            "another template of your company has this name or this shortcut",
        )),
        TemplateChange::NotFound => Err(Problem::not_found()),
    }
}
