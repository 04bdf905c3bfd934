//! `/api/company`: the company that the caller belongs to.

use axum::{Json, extract::State};
use serde::Serialize;
use twilio_hooks::CompanyId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Caller, Problem};
use crate::{app::AppState, people::Permission};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// The company of the caller.
#[derive(Debug, Serialize, ToSchema)]
struct CompanyView {
    #[schema(value_type = Uuid)]
    id: CompanyId,
    name: String,
}

/// The company that the caller belongs to.
#[utoipa::path(
    get,
    path = "/api/company",
    tag = "company",
    responses((status = 200, body = CompanyView))
)]
async fn show(caller: Caller, State(state): State<AppState>) -> Result<Json<CompanyView>, Problem> {
    caller.require(Permission::Read)?;
    let companies = state.database.settings.companies().await?;
    let company = companies
        .into_iter()
        .find(|company| company.id == caller.company)
        .ok_or_else(Problem::not_found)?;
    Ok(Json(CompanyView {
        id: company.id,
        name: company.name,
    }))
}
