//! `/api/menus`: what callers choose by keys.

use axum::{Json, extract::State};
use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Caller, IdempotencyKey, Problem,
    extract::{Body, Id},
    problem::ProblemView,
};
use crate::{
    app::AppState,
    calls::{KeptMenu, Menu, Menus},
    people::Permission,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(show, replace, remove))
}

/// A menu, with its id.
#[derive(Debug, Serialize, ToSchema)]
struct MenuView {
    id: Uuid,
    #[serde(flatten)]
    menu: Menu,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<KeptMenu> for MenuView {
    fn from(kept: KeptMenu) -> Self {
        Self {
            id: kept.id,
            menu: kept.menu,
            created_at: kept.created_at,
            updated_at: kept.updated_at,
        }
    }
}

/// All menus; a company has few.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MenuList)]
struct MenusView {
    items: Vec<MenuView>,
}

fn menus(state: &AppState) -> Menus {
    Menus::new(state.database.db.clone())
}

/// Your menus, by name.
#[utoipa::path(get, path = "/api/menus", tag = "menus", responses((status = 200, body = MenusView)))]
async fn list(caller: Caller, State(state): State<AppState>) -> Result<Json<MenusView>, Problem> {
    caller.require(Permission::Read)?;
    let items = menus(&state).all(caller.company).await?;
    let items = items.into_iter().map(MenuView::from).collect();
    Ok(Json(MenusView { items }))
}

/// Adds a menu.
#[utoipa::path(
    post,
    path = "/api/menus",
    tag = "menus",
    params(IdempotencyKey),
    request_body = Menu,
    responses(
        (status = 201, body = MenuView),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView),
        (status = 422, body = ProblemView),
    )
)]
async fn add(
    caller: Caller,
    State(state): State<AppState>,
    Body(menu): Body<Menu>,
) -> Result<(StatusCode, Json<MenuView>), Problem> {
    caller.require(Permission::Configure)?;
    let menu = menus(&state).add(&caller, &menu).await?;
    Ok((StatusCode::CREATED, Json(menu.into())))
}

/// One menu.
#[utoipa::path(
    get,
    path = "/api/menus/{id}",
    tag = "menus",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = MenuView), (status = 404, body = ProblemView))
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<Uuid>,
) -> Result<Json<MenuView>, Problem> {
    caller.require(Permission::Read)?;
    let menu = menus(&state).get(caller.company, id).await?;
    Ok(Json(menu.ok_or_else(Problem::not_found)?.into()))
}

/// Replaces a menu. Calls that are going on keep the one they began with.
#[utoipa::path(
    put,
    path = "/api/menus/{id}",
    tag = "menus",
    params(("id" = Uuid, Path)),
    request_body = Menu,
    responses(
        (status = 200, body = MenuView),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView),
        (status = 422, body = ProblemView),
    )
)]
async fn replace(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<Uuid>,
    Body(menu): Body<Menu>,
) -> Result<Json<MenuView>, Problem> {
    caller.require(Permission::Configure)?;
    let menu = menus(&state).replace(&caller, id, &menu).await?;
    Ok(Json(menu.into()))
}

/// Removes a menu that nothing leads to.
#[utoipa::path(
    delete,
    path = "/api/menus/{id}",
    tag = "menus",
    params(("id" = Uuid, Path)),
    responses(
        (status = 204),
        (status = 404, body = ProblemView),
        (status = 409, body = ProblemView),
    )
)]
async fn remove(
    caller: Caller,
    State(state): State<AppState>,
    Id(id): Id<Uuid>,
) -> Result<StatusCode, Problem> {
    caller.require(Permission::Configure)?;
    menus(&state).remove(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
