//! [`app`]: every route of the server.

use std::any::Any;

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use http::{HeaderName, HeaderValue, Uri};
use tokio::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument as _;
use twilio_hooks::{
    Hooks,
    notify::{BusNotifier, Dispatcher, Topic},
    signature::{Diagnose, PublicUrl, SignatureError, ValidateSignatureLayer},
    twiml::{Say, VoiceResponse},
};
use twilio_hooks_axum::{Live, Webhooks};
use uuid::Uuid;

use crate::{
    accounts::{Accounts, CheckAccounts},
    api::{self, Access, ForgetKeys, Problem, Turns, UploadLimits},
    calls::{self, CALL_FALLBACK, Calls, LookUp, Outgoing, Settle, Sweep},
    clock::Clock,
    closable::ClosableBus,
    config::{Config, Proxies},
    contacts::erase::EraseAgain,
    database::Database,
    jobs::{JobWake, Jobs},
    marker::Marker,
    media_in::MediaIn,
    messaging::{self, Messaging, Sender, Tidy},
    notices::{DeliveryFailed, Notices, Signals},
    pages,
    people::{ForgetExpired, People},
    reconcile::{Reconcile, ReconcileJob},
    recordings::{CopyRecordings, DeleteRecordings, DrainErasures, ForgetRecordings, Recordings},
    refusals::Refusals,
    replies::TextReplies,
    secret::Secret,
    templates,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the routes share. Clones are cheap.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AppState {
    /// Everything that is kept.
    pub database: Database,
    /// Who may use the API.
    pub access: Access,
    /// What happens to webhooks.
    pub hooks: Hooks,
    /// How many requests read lists at once.
    pub turns: Turns,
    /// How many files may be handed in.
    pub uploads: UploadLimits,
    /// Who may send them.
    pub signature: ValidateSignatureLayer,
    /// For which address they are signed.
    pub signed_url: PublicUrl,
    /// How many were refused lately.
    pub refusals: Refusals,
    /// What the server proves itself with.
    pub marker: Marker,
    /// Who listens.
    pub live: Live,
    /// What ends for them when the server stops.
    pub live_bus: ClosableBus,
    /// Tells the company's people what the server itself knows.
    pub notices: Notices,
    /// Tells a person's other tabs what was read in one.
    pub signals: Signals,
    /// The Twilio accounts, and clients of their REST API.
    pub accounts: Accounts,
    /// What answers calls.
    pub calls: Calls,
    /// What starts calls.
    pub outgoing: Outgoing,
    /// The address of this server, as Twilio and people call it, without a slash at the end.
    pub public_url: String,
    /// The proxies that say where a request comes from.
    pub proxies: Option<Proxies>,
    /// What time it is.
    pub clock: Clock,
    /// Who works in the companies.
    pub people: People,
    /// What was recorded of calls.
    pub recordings: Recordings,
    /// Files that came with messages.
    pub media_in: MediaIn,
    /// Finds what was missed.
    pub reconcile: Reconcile,
    /// Texts that we send.
    pub messaging: Messaging,
    /// What is done in the background; [`serve`](crate::server::serve) runs it.
    pub jobs: Jobs,
    /// What asks Twilio now and then whether all is well; runs beside the jobs.
    pub checks: Jobs,
}

impl AppState {
    /// Puts the server together: adds to the database what the configuration has and it lacks, and
    /// makes the dispatcher, which the caller runs beside the routes.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn new(config: &Config, database: Database) -> anyhow::Result<(Self, Dispatcher)> {
        Self::with_clock(config, database, Clock::default()).await
    }

    /// As [`new`](Self::new), with a clock of one's own.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn with_clock(
        config: &Config,
        database: Database,
        clock: Clock,
    ) -> anyhow::Result<(Self, Dispatcher)> {
        let names: Vec<_> = config
            .companies
            .iter()
            .map(|company| company.name.clone())
            .collect();
        let rows = database.seed(&names, &config.lines, clock.now()).await?;
        for company in &rows {
            templates::add_starters(&database.db, company.id, clock.now()).await?;
        }
        let operator = config.operator_token.as_ref().map(Secret::digest);
        let access = config
            .companies
            .iter()
            .zip(&rows)
            .fold(Access::new(&config.public_url), |access, (company, row)| {
                access.company(company.api_token.digest(), row.id)
            })
            .operator(operator);
        let dispatcher = Dispatcher::new(
            database.store.clone(),
            BusNotifier::new(database.bus.clone()),
        );
        let people = People::new(database.db.clone(), clock.clone());
        let notices = Notices::new(database.notices.clone(), dispatcher.wake());
        let delivery = DeliveryFailed::new(database.clone(), notices.clone(), clock.clone());
        let signals = Signals::connect(&database.db).await?;
        let settle_calls = JobWake::default();
        let calls = Calls::new(
            database.clone(),
            clock.clone(),
            &config.public_url,
            settle_calls.clone(),
        );
        let text_replies = TextReplies::new(
            database.db.clone(),
            notices.clone(),
            clock.clone(),
            &config.public_url,
        );
        let hooks = Hooks::new(database.store.clone())
            .on_message(text_replies)
            .on_message_status(delivery)
            .on_call(calls.clone())
            .on_call_status(calls.clone())
            .with_call_fallback(VoiceResponse::new().with(Say::new(CALL_FALLBACK)))
            .notify_on(Topic::KNOWN.iter().cloned())
            .with_wake(dispatcher.wake());
        let accounts = Accounts::open(config, &database, &rows, clock.clone()).await?;
        let signed_url = config.signed_url()?;
        // Without a key there are only the accounts of the configuration, and a diagnosis can tell if
        // another one of them has signed.
        let signature = match accounts.can_store() {
            true => ValidateSignatureLayer::with_key_provider(signed_url.clone(), accounts.clone()),
            false => ValidateSignatureLayer::new(signed_url.clone(), config.auth_tokens()),
        };
        let signature = signature.with_diagnosis(Diagnose::new());
        let outgoing = Outgoing::new(
            database.clone(),
            hooks.clone(),
            accounts.clone(),
            clock.clone(),
            &config.public_url,
        );
        let messaging = Messaging::new(
            database.clone(),
            hooks.clone(),
            accounts.clone(),
            clock.clone(),
            &config.public_url,
            dispatcher.wake(),
        );
        let settle = Settle::new(calls.clone(), messaging.clone(), notices.clone());
        let sweep = Sweep::new(calls.clone(), hooks.clone(), accounts.clone());
        let recordings = Recordings::new(
            database.db.clone(),
            accounts.clone(),
            hooks.clone(),
            clock.clone(),
            &config.data_dir,
            config.recordings,
        );
        let media_in = MediaIn::new(accounts.clone(), config.twilio_api_url.as_deref());
        let wake = JobWake::default();
        let reconcile = Reconcile::new(
            database.db.clone(),
            accounts.clone(),
            hooks.clone(),
            clock.clone(),
            config.reconcile,
            wake.clone(),
        );
        let checks = Jobs::new()
            .with(CheckAccounts::new(accounts.clone()))
            .with_wake(ReconcileJob::new(reconcile.clone()), wake);
        let marker = Marker::load(&database.db).await?;
        let live_bus = ClosableBus::new(database.bus.clone());
        let live = Live::new(live_bus.clone(), database.directory.clone());
        let jobs = Jobs::new()
            .with_wake(Sender::new(messaging.clone()), messaging.wake())
            .with(Tidy::new(messaging.clone()))
            .with(ForgetExpired::new(people.clone()))
            .with(EraseAgain::new(database.db.clone()))
            .with(DrainErasures::new(recordings.clone()))
            .with(ForgetKeys::new(database.db.clone()))
            .with(CopyRecordings::new(recordings.clone()))
            .with(DeleteRecordings::new(recordings.clone()))
            .with(ForgetRecordings::new(recordings.clone()))
            .with_wake(settle, settle_calls)
            .with(sweep)
            .with(LookUp::new(outgoing.clone()));
        Ok((
            Self {
                database,
                access,
                hooks,
                turns: Turns::default(),
                uploads: UploadLimits::new(&clock),
                signature,
                signed_url,
                refusals: Refusals::new(clock.clone()),
                marker,
                live,
                live_bus,
                accounts,
                calls,
                outgoing,
                notices,
                signals,
                public_url: config.public_url.trim_end_matches('/').to_owned(),
                proxies: config.trusted_proxies.clone(),
                clock,
                people,
                recordings,
                media_in,
                reconcile,
                messaging,
                jobs,
                checks,
            },
            dispatcher,
        ))
    }
}

/// Every route of the server: the webhooks below `/api/webhooks/twilio`, the API, and the health
/// checks.
pub fn app(state: AppState) -> Router {
    let webhooks = Webhooks::new(state.hooks.clone(), state.signature.clone());
    let own = messaging::routes(&webhooks.protect());
    let calls = calls::router(&webhooks.protect());
    let routes = Router::new()
        .merge(webhooks.into_router())
        .merge(calls)
        .merge(own)
        .merge(pages::routes(&state.turns))
        .merge(api::routes(&state));
    let counted = routes.layer(from_fn_with_state(state.refusals.clone(), count_refusals));
    around(counted).with_state(state)
}

/// The signature layer leaves its reason in the response.
async fn count_refusals(
    State(refusals): State<Refusals>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    if let Some(reason) = response.extensions().get::<SignatureError>() {
        refusals.count(*reason);
    }
    response
}

/// What goes around every route.
fn around<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    routes
        .layer(CatchPanicLayer::custom(answer_panic))
        .layer(from_fn(log_request))
}

/// One line for each request: what was asked and how it ended, nothing of what was sent.
///
/// The id is our own, because a stranger's may be anything. It is in every line that the request
/// leaves in the log, and in the response.
async fn log_request(request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().to_string();
    let method = request.method().clone();
    // Patterns instead of paths: somebody may put a number where an id belongs.
    let path = match request.extensions().get::<MatchedPath>() {
        Some(pattern) => pattern.as_str().to_owned(),
        None => unknown_path(request.uri()),
    };
    let span = tracing::info_span!("request", id);
    let start = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    span.in_scope(|| match path.as_str() {
        "/healthz" | "/readyz" => tracing::debug!(%method, path, status, milliseconds, "answered"),
        _ => tracing::info!(%method, path, status, milliseconds, "answered"),
    });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The beginning of a path that no route has, with digits blotted out.
fn unknown_path(uri: &Uri) -> String {
    let visible = |c: char| if c.is_ascii_digit() { '#' } else { c };
    uri.path().chars().take(100).map(visible).collect()
}

/// The panic itself is on standard error already.
fn answer_panic(_panic: Box<dyn Any + Send>) -> Response {
    tracing::error!(reason = "panic", "request not answered");
    Problem::internal().into_response()
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, routing::get};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_500() {
        async fn broken() -> Response {
            panic!("a bug");
        }
        let app = around(Router::new().route("/", get(broken)));
        let response = app.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), 500);
        assert!(response.headers().contains_key(REQUEST_ID));
    }

    #[test]
    fn unknown_paths_show_no_numbers() {
        let uri = Uri::from_static("/sms/+12025550143?token=secret");
        assert_eq!(unknown_path(&uri), "/sms/+###########");
    }
}
