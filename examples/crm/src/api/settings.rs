//! `/api/settings/company`: where the company is at home.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Caller, Problem,
    extract::{Body, present},
    problem::ProblemView,
};
use crate::{
    app::AppState,
    contacts::company::{self, CompanyPatch, CompanySettings},
    database::lock_company,
    hours,
    people::{Permission, audit},
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .routes(routes!(change))
}

/// Where the company is at home.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CompanySettingsView)]
struct CompanyView {
    /// Numbers without a country's code are of this country; ISO 3166 alpha-2.
    country: String,
    /// An IANA name, such as `Europe/Berlin`. It counts wherever nothing else is set: for the business
    /// hours, for the days of the budget, and for the times on people's pages.
    time_zone: Option<String>,
}

impl From<CompanySettings> for CompanyView {
    fn from(settings: CompanySettings) -> Self {
        Self {
            country: settings.country.as_ref().to_owned(),
            time_zone: settings.time_zone,
        }
    }
}

/// Where the company is at home.
#[utoipa::path(
    get,
    path = "/api/settings/company",
    tag = "settings",
    responses((status = 200, body = CompanyView))
)]
async fn show(caller: Caller, State(state): State<AppState>) -> Result<Json<CompanyView>, Problem> {
    caller.require(Permission::Read)?;
    let settings = company::settings(&state.database.db, caller.company).await?;
    Ok(Json(settings.into()))
}

/// Absent leaves a setting as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct CompanyChange {
    /// ISO 3166 alpha-2, such as `DE`.
    country: Option<String>,
    /// An IANA name; null for none.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    time_zone: Option<Option<String>>,
}

/// Changes where the company is at home.
#[utoipa::path(
    patch,
    path = "/api/settings/company",
    tag = "settings",
    request_body = CompanyChange,
    responses(
        (status = 200, body = CompanyView),
        (status = 409, body = ProblemView, description = "The business hours go by the time zone"),
        (status = 422, body = ProblemView),
    )
)]
async fn change(
    caller: Caller,
    State(state): State<AppState>,
    Body(change): Body<CompanyChange>,
) -> Result<Json<CompanyView>, Problem> {
    caller.require(Permission::Configure)?;
    let country = change.country.map(|country| {
        country
            .to_ascii_uppercase()
            .parse()
            .map_err(|_| Problem::unprocessable("`country` is not the two letters of a country"))
    });
    let zone = change
        .time_zone
        .map(|zone| zone.filter(|zone| !zone.trim().is_empty()));
    if let Some(Some(zone)) = &zone
        && !company::is_time_zone(zone)
    {
        return Err(Problem::unprocessable(
            "`time_zone` is not the name of a time zone",
        ));
    }
    let patch = CompanyPatch {
        country: country.transpose()?,
        time_zone: zone,
    };
    let mut tx = state.database.db.begin().await?;
    lock_company(&mut tx, caller.company).await?;
    if patch.time_zone == Some(None) && hours::need_home(&mut tx, caller.company).await? {
        return Err(Problem::conflict(
            "the business hours go by this time zone: give them one of their own first",
        ));
    }
    let settings = company::change(&mut tx, caller.company, &patch).await?;
    let details = json!({
        "country": settings.country.as_ref(), "time_zone": &settings.time_zone,
    });
    audit(&mut tx, &caller, "company.changed", None, details).await?;
    tx.commit().await?;
    Ok(Json(settings.into()))
}
