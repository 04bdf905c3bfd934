//! `/settings/members`, `/settings/tokens` and `/settings/audit`: who may come in, and what they did.

use std::collections::HashMap;

use askama::Template;
use axum::{
    Router,
    extract::{Query, State, rejection::QueryRejection},
    routing::get,
};
use serde::Deserialize;
use twilio_hooks::{UserId, store::PageRequest};
use uuid::Uuid;

use super::{Part, member_names, opened};
use crate::{
    app::AppState,
    pages::{Html, Layout, PageError, Visitor, layout::role_name, time::When},
    people::{Permission, Role, User, audit_log},
};

/// How many are shown at a time.
const PART: u32 = 100;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/settings/members", get(members))
        .route("/settings/tokens", get(tokens))
        .route("/settings/audit", get(audit))
}

/// `?before=`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct PartQuery {
    before: String,
}

type Asked = Result<Query<PartQuery>, QueryRejection>;

fn page(query: Asked) -> PageRequest {
    let query = query.map(|Query(query)| query).unwrap_or_default();
    PageRequest {
        before: query.before.parse().ok(),
        ..PageRequest::newest(PART)
    }
}

/// A role to choose.
struct RoleChoice {
    value: &'static str,
    name: &'static str,
}

/// What the visitor can make somebody: owners are made by owners.
fn roles(visitor: &Visitor) -> Vec<RoleChoice> {
    let may_own = visitor.caller.role.may(Permission::Own);
    let roles = Role::ALL.into_iter();
    roles
        .filter(|role| *role != Role::Owner || may_own)
        .map(|role| RoleChoice {
            value: role.as_str(),
            name: role_name(role),
        })
        .collect()
}

struct MemberRow {
    user: User,
    role: &'static str,
    since: When,
    is_oneself: bool,
    /// Whether the visitor may change them.
    may_change: bool,
}

impl MemberRow {
    fn is_role(&self, choice: &RoleChoice) -> bool {
        self.user.role.as_str() == choice.value
    }

    fn is_disabled(&self) -> bool {
        self.user.disabled_at.is_some()
    }

    fn is_invited(&self) -> bool {
        !self.is_disabled() && !self.user.has_password
    }
}

#[derive(Template)]
#[template(path = "settings/members.html")]
struct MembersPage {
    layout: Layout,
    part: Part,
    rows: Vec<MemberRow>,
    roles: Vec<RoleChoice>,
    older: Option<String>,
}

async fn members(
    visitor: Visitor,
    State(state): State<AppState>,
    query: Asked,
) -> Result<Html<MembersPage>, PageError> {
    let layout = opened(&state, &visitor, Part::Members).await?;
    let page = state
        .people
        .users(visitor.caller.company, page(query))
        .await?;
    let may_own = visitor.caller.role.may(Permission::Own);
    let rows = page.items.into_iter().map(|user| MemberRow {
        role: role_name(user.role),
        since: visitor.when(user.created_at),
        is_oneself: user.id == visitor.user.id,
        may_change: user.role != Role::Owner || may_own,
        user,
    });
    Ok(Html(MembersPage {
        layout,
        part: Part::Members,
        rows: rows.collect(),
        roles: roles(&visitor),
        older: page.next.map(|next| older(Part::Members, next)),
    }))
}

fn older(part: Part, next: Uuid) -> String {
    format!("{}?before={next}", part.path())
}

struct TokenRow {
    id: Uuid,
    name: String,
    role: &'static str,
    created: When,
    created_by: Option<String>,
    used: Option<When>,
    is_revoked: bool,
}

#[derive(Template)]
#[template(path = "settings/tokens.html")]
struct TokensPage {
    layout: Layout,
    part: Part,
    rows: Vec<TokenRow>,
    roles: Vec<RoleChoice>,
    older: Option<String>,
}

async fn tokens(
    visitor: Visitor,
    State(state): State<AppState>,
    query: Asked,
) -> Result<Html<TokensPage>, PageError> {
    let layout = opened(&state, &visitor, Part::Tokens).await?;
    let names = member_names(&state, &visitor).await?;
    let company = visitor.caller.company;
    let page = state.people.api_tokens(company, page(query)).await?;
    let rows = page.items.into_iter().map(|token| TokenRow {
        id: token.id,
        name: token.name,
        role: role_name(token.role),
        created: visitor.when(token.created_at),
        created_by: token.created_by.and_then(|by| names.get(&by).cloned()),
        used: token.used_at.map(|at| visitor.when(at)),
        is_revoked: token.revoked_at.is_some(),
    });
    Ok(Html(TokensPage {
        layout,
        part: Part::Tokens,
        rows: rows.collect(),
        roles: roles(&visitor),
        older: page.next.map(|next| older(Part::Tokens, next)),
    }))
}

struct AuditRow {
    at: When,
    who: String,
    action: String,
    /// What was before and after, as it is kept.
    details: String,
    ip: String,
}

#[derive(Template)]
#[template(path = "settings/audit.html")]
struct AuditPage {
    layout: Layout,
    part: Part,
    rows: Vec<AuditRow>,
    older: Option<String>,
}

async fn audit(
    visitor: Visitor,
    State(state): State<AppState>,
    query: Asked,
) -> Result<Html<AuditPage>, PageError> {
    let layout = opened(&state, &visitor, Part::Audit).await?;
    let names = member_names(&state, &visitor).await?;
    let company = visitor.caller.company;
    let page = audit_log(&state.database.db, company, page(query)).await?;
    let rows = page.items.into_iter().map(|entry| AuditRow {
        at: visitor.when(entry.created_at),
        who: who(entry.user_id, entry.api_token_id, &names),
        action: entry.action,
        details: match entry.details.as_object() {
            Some(details) if details.is_empty() => String::new(),
            _ => entry.details.to_string(),
        },
        ip: entry.ip.map(|ip| ip.to_string()).unwrap_or_default(),
    });
    Ok(Html(AuditPage {
        layout,
        part: Part::Audit,
        rows: rows.collect(),
        older: page.next.map(|next| older(Part::Audit, next)),
    }))
}

fn who(user: Option<UserId>, token: Option<Uuid>, names: &HashMap<UserId, String>) -> String {
    match (user, token) {
        (Some(user), _) => names
            .get(&user)
            .map_or("Somebody", String::as_str)
            .to_owned(),
        (None, Some(_)) => "A program".to_owned(),
        (None, None) => "The server".to_owned(),
    }
}
