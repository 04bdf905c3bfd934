//! [`app`]: every route of the server.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use twilio_hooks::{
    Hooks,
    notify::{BusNotifier, Dispatcher, Topic},
    signature::{Diagnose, PublicUrl, SignatureError, ValidateSignatureLayer},
    twiml::{Say, VoiceResponse},
};
use twilio_hooks_axum::{Live, Webhooks};

use crate::{
    accounts::{Accounts, CheckAccounts},
    api::{self, Access, ForgetKeys, RequestLimits, Turns, UploadLimits},
    around::around,
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
    metrics::{self, MeteredNotifier, MeteredStore, MeteredTwilio, Metrics, TidyMetrics},
    notices::{DeliveryFailed, Notices, Signals},
    pages,
    people::{FirstRun, ForgetExpired, People},
    readiness::Readiness,
    reconcile::{Reconcile, ReconcileJob},
    recordings::{CopyRecordings, DeleteRecordings, DrainErasures, ForgetRecordings, Recordings},
    refusals::Refusals,
    replies::TextReplies,
    secret::Secret,
    server::only_https,
    templates,
    webhook_log::{WebhookLog, note},
};

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
    /// How many requests one caller may send.
    pub limits: RequestLimits,
    /// How many requests read lists at once.
    pub turns: Turns,
    /// How many files may be handed in.
    pub uploads: UploadLimits,
    /// Who may send them.
    pub signature: ValidateSignatureLayer,
    /// For which address they are signed.
    pub signed_url: PublicUrl,
    /// What is counted and measured.
    pub metrics: Metrics,
    /// Where metrics are asked for, if not at the other routes with the operator's token.
    pub metrics_listen: Option<SocketAddr>,
    /// Whether the server can take requests.
    pub readiness: Readiness,
    /// How many were refused lately.
    pub refusals: Refusals,
    /// What came, and what became of it.
    pub webhook_log: WebhookLog,
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
    /// Whether webhooks over plain http are refused.
    pub production: bool,
    /// Whether connections are encrypted by this server itself.
    pub has_tls: bool,
    /// The proxies that say where a request comes from.
    pub proxies: Option<Proxies>,
    /// What time it is.
    pub clock: Clock,
    /// Who works in the companies.
    pub people: People,
    /// Waits for the first owner, if nobody is here.
    pub first_run: FirstRun,
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
        mut database: Database,
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
        let metrics = Metrics::new();
        database.store = Arc::new(MeteredStore::new(database.store, metrics.clone()));
        let notifier = BusNotifier::new(database.bus.clone());
        let notifier = MeteredNotifier::new(notifier, metrics.clone());
        let dispatcher = Dispatcher::new(database.store.clone(), notifier);
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
        let observer = Arc::new(MeteredTwilio::new(metrics.clone()));
        let accounts = Accounts::open(config, &database, &rows, clock.clone()).await?;
        let accounts = accounts.with_observer(observer);
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
        )
        .with_metrics(metrics.clone());
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
        let webhook_log = WebhookLog::new(
            database.db.clone(),
            accounts.clone(),
            clock.clone(),
            config.keep_webhook_log,
        );
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
            .with(LookUp::new(outgoing.clone()))
            .with(TidyMetrics::new(metrics.clone()))
            .with(webhook_log.clone());
        let readiness = Readiness::new(database.clone(), jobs.clone(), clock.clone());
        Ok((
            Self {
                database,
                access,
                hooks,
                limits: RequestLimits::new(&clock),
                turns: Turns::default(),
                uploads: UploadLimits::new(&clock),
                signature,
                signed_url,
                metrics,
                metrics_listen: config.metrics_listen,
                readiness,
                refusals: Refusals::new(clock.clone()),
                webhook_log,
                marker,
                live,
                live_bus,
                accounts,
                calls,
                outgoing,
                notices,
                signals,
                public_url: config.public_url.trim_end_matches('/').to_owned(),
                production: config.production,
                has_tls: config.tls.is_some(),
                proxies: config.trusted_proxies.clone(),
                clock,
                people,
                first_run: FirstRun::default(),
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
    let from_twilio = Router::new()
        .merge(webhooks.into_router())
        .merge(calls)
        .merge(own);
    let from_twilio = match state.production {
        true => from_twilio.route_layer(from_fn_with_state(state.clone(), only_https)),
        false => from_twilio,
    };
    let from_twilio = from_twilio.route_layer(from_fn_with_state(state.webhook_log.clone(), note));
    let routes = Router::new()
        .merge(from_twilio)
        .merge(pages::routes(&state))
        .merge(api::routes(&state));
    let counted = routes.layer(from_fn_with_state(state.refusals.clone(), count_refusals));
    around(counted)
        .layer(from_fn_with_state(state.metrics.clone(), metrics::count))
        .with_state(state)
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
