//! The JSON API, one file for each resource.
//!
//! Who asks belongs to a company, and every read names it: what is another company's is not found.

mod access;
mod accounts;
mod audit;
mod auto_reply;
mod browser;
mod call_rules;
mod calls;
mod click_to_call;
mod client_ip;
mod company;
mod consent;
mod contacts;
mod extract;
mod file;
mod first_run;
mod guard;
mod health;
mod hours;
mod idempotency;
mod line_webhooks;
mod lines;
mod live;
pub(crate) mod marker;
mod media;
mod menus;
mod messages;
mod messaging_settings;
mod metrics;
mod notifications;
mod openapi;
mod operator;
mod outgoing;
mod problem;
mod rate_limit;
mod reconcile;
mod recording_settings;
mod recordings;
mod search;
mod sessions;
mod settings;
mod setup_problems;
mod templates;
mod threads;
mod tokens;
mod turns;
mod uploads;
mod users;
mod view;
mod webhook_log;

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use tokio::time::timeout;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use self::idempotency::IdempotentRoutes;
pub(crate) use self::turns::take_turns;
pub use self::{
    access::{Access, Actor, Caller, LiveCaller, Operator},
    idempotency::{ForgetKeys, IdempotencyKey},
    problem::Problem,
    rate_limit::RequestLimits,
    turns::Turns,
    uploads::UploadLimits,
};
use crate::{app::AppState, pages};

/// How long a request may take.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(10);

/// How large a body may be.
const BODY_LIMIT: usize = 64 * 1024;

/// The beginning of the OpenAPI document; the routes add themselves.
#[derive(OpenApi)]
#[openapi(info(
    title = "crm",
    description = "Contacts, messages, calls and recordings of a company's Twilio numbers."
))]
struct Document;

/// All routes but the webhooks, and the document that describes them.
fn router(turns: &Turns) -> (Router<AppState>, utoipa::openapi::OpenApi) {
    let (router, document) = OpenApiRouter::with_openapi(Document::openapi())
        .merge(audit::router())
        .merge(auto_reply::router())
        .merge(call_rules::router())
        .merge(calls::router())
        .merge(click_to_call::router())
        .merge(company::router())
        .merge(consent::router())
        .merge(contacts::router())
        .merge(first_run::router())
        .merge(hours::router())
        .merge(menus::router())
        .merge(messages::router())
        .merge(messaging_settings::router())
        .merge(notifications::router())
        .merge(outgoing::router())
        .merge(reconcile::router())
        .merge(recording_settings::router())
        .merge(search::router())
        .merge(sessions::router())
        .merge(settings::router())
        .merge(setup_problems::router())
        .merge(templates::router())
        .merge(threads::router())
        .merge(tokens::router())
        .merge(users::router())
        .route_layer(from_fn_with_state(turns.clone(), take_turns))
        // They may wait for Twilio, and nobody is to wait for them.
        .merge(accounts::router())
        .merge(webhook_log::router())
        .merge(line_webhooks::router())
        .merge(lines::router())
        .merge(recordings::router())
        .route_layer(from_fn(time_limit))
        // They may take as long as they take.
        .merge(live::router())
        .merge(media::router())
        .merge(uploads::router())
        .merge(openapi::router())
        .merge(operator::router())
        .merge(health::router())
        .merge(metrics::router())
        .merge(marker::router())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .split_for_parts();
    let router = router.method_not_allowed_fallback(async || Problem::method_not_allowed());
    (router, document)
}

/// All routes but the webhooks, with what goes around them.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    let idempotent = IdempotentRoutes::of(&document());
    let routes = router(&state.turns).0.fallback(pages::nowhere);
    guard::guard(routes, idempotent, state)
}

/// The OpenAPI document: every route of the API.
#[must_use]
pub fn document() -> serde_json::Value {
    // It is plain data with texts as keys, which is always JSON.
    let document = serde_json::to_value(router(&Turns::default()).1).unwrap_or_default();
    openapi::finish(document)
}

async fn time_limit(request: Request, next: Next) -> Response {
    match timeout(TIME_LIMIT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!(reason = "timeout", "request of the API not answered");
            Problem::unavailable().into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use axum::{body::Body, routing::get};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_request_that_takes_too_long_is_given_up() {
        let route = get(pending::<&'static str>);
        let app: Router = Router::new()
            .route("/", route)
            .route_layer(from_fn(time_limit));
        let response = app.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), 503);
    }
}
