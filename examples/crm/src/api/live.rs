//! `/api/live`: notifications by WebSocket, as they happen.

use axum::{
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    response::Response,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Problem,
    access::LiveCaller,
    extract::{Since, SinceParams},
};
use crate::app::AppState;

/// What a client offers beside the token, so that the token need not be repeated to it.
const SUBPROTOCOL: &str = "crm";

/// Clients only listen.
const MAX_FRAME: usize = 4096;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(listen))
}

/// Notifications by WebSocket, as they happen.
#[utoipa::path(
    get,
    path = "/api/live",
    tag = "notifications",
    params(SinceParams),
    responses((status = 101, description = "the WebSocket is open"))
)]
async fn listen(
    LiveCaller {
        caller,
        subprotocol,
    }: LiveCaller,
    State(state): State<AppState>,
    Since { since, .. }: Since,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|error| Problem::refused(error.status(), error.body_text()))?;
    let offered = std::iter::once(SUBPROTOCOL.to_owned()).chain(subprotocol);
    Ok(upgrade
        .protocols(offered)
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        .on_upgrade(async move |socket| {
            let ended = state.people.ended(caller);
            tokio::select! {
                () = state.live.serve(socket, caller.company, since) => {}
                () = ended => {}
            }
        }))
}
