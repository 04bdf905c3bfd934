//! `/api/audit`: what people did. It is read and never changed.

use std::net::IpAddr;

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;
use twilio_hooks::UserId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Caller, Problem,
    extract::{Paging, PagingParams},
    view::PageView,
};
use crate::{
    app::AppState,
    people::{AuditEntry, Permission, audit_log},
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Something that somebody did.
#[derive(Debug, Serialize, ToSchema)]
struct AuditView {
    id: Uuid,
    /// The person; null if it was a program, or the server itself.
    #[schema(value_type = Option<Uuid>)]
    user_id: Option<UserId>,
    /// The program's token; null if it was a person, the token in the configuration, or the server
    /// itself.
    api_token_id: Option<Uuid>,
    /// Such as `user.role_changed`.
    action: String,
    /// What kind of thing it was done to.
    object_kind: Option<String>,
    object_id: Option<Uuid>,
    /// What was before and after, and the like.
    details: serde_json::Value,
    #[schema(value_type = Option<String>)]
    ip: Option<IpAddr>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<AuditEntry> for AuditView {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id,
            user_id: entry.user_id,
            api_token_id: entry.api_token_id,
            action: entry.action,
            object_kind: entry.object_kind,
            object_id: entry.object_id,
            details: entry.details,
            ip: entry.ip,
            created_at: entry.created_at,
        }
    }
}

/// What people and programs did, newest first.
#[utoipa::path(
    get,
    path = "/api/audit",
    tag = "company",
    params(PagingParams),
    responses((status = 200, body = PageView<AuditView>))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Paging(page): Paging,
) -> Result<Json<PageView<AuditView>>, Problem> {
    caller.require(Permission::Audit)?;
    let entries = audit_log(&state.database.db, caller.company, page).await?;
    Ok(Json(PageView::new(entries, AuditView::from)))
}
