//! `/api/live`: notifications by WebSocket, as they happen.

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, rejection::WebSocketUpgradeRejection},
    },
    response::Response,
};
use tracing::Instrument as _;
use twilio_hooks_axum::Listener;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Problem,
    access::LiveCaller,
    extract::{Since, SinceParams},
};
use crate::{app::AppState, notices::may_see, people::Permission};

/// What a client offers beside the token, so that the token need not be repeated to it.
const SUBPROTOCOL: &str = "crm";

/// Why a WebSocket is closed whose session has ended, or may do something else now: it is of no use to
/// come back with it before having asked who one is.
const SIGNED_OUT: u16 = 4401;

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
    caller.require(Permission::Read)?;
    let upgrade = upgrade.map_err(|error| Problem::refused(error.status(), error.body_text()))?;
    // The WebSocket is served in a task of its own, after the answer.
    let span = tracing::Span::current();
    let offered = std::iter::once(SUBPROTOCOL.to_owned()).chain(subprotocol);
    Ok(upgrade
        .protocols(offered)
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        // 128 KiB unless set, for each client that says nothing.
        .read_buffer_size(MAX_FRAME)
        .on_upgrade(move |socket| {
            let ended = state.people.ended(caller);
            let listener = Listener::new()
                .with_since(since)
                .with_filter(move |it| may_see(caller.role, &it.topic))
                .with_end(async move {
                    ended.await;
                    CloseFrame {
                        code: SIGNED_OUT,
                        reason: "signed out".into(),
                    }
                });
            let listener = match caller.user() {
                Some(user) => listener.with_frames(state.signals.listen(caller.company, user)),
                None => listener,
            };
            let counted = state.metrics.live_client();
            let serving = async move {
                let _counted = counted;
                state
                    .live
                    .serve_listener(socket, caller.company, listener)
                    .await;
            };
            serving.instrument(span)
        }))
}
