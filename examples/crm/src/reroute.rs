//! [`reroute`]: records webhooks again that came for a line which nobody had then.

use std::collections::HashSet;

use serde::Serialize;
use tracing::Instrument as _;
use twilio_hooks::{
    CompanyId, ReceiveError,
    store::{Change, PageRequest, Recorded, StoreError},
};
use utoipa::ToSchema;

use crate::{app::AppState, consent::LateStatement, webhook_log};

/// How many are read at once.
const PORTION: u32 = 200;

/// What came of recording webhooks again.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Rerouted {
    /// How many webhooks belong to somebody now.
    pub routed: u64,
    /// How many still do not.
    pub unrouted: u64,
    /// How many can't be read by this version.
    pub unreadable: u64,
}

/// Why webhooks could not be recorded again.
#[derive(Debug, thiserror::Error)]
pub enum RerouteError {
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
    /// A webhook could not be recorded.
    #[error("a webhook could not be recorded")]
    Receive(#[from] ReceiveError),
    /// There is a bug.
    #[error("the work was not done")]
    Panic,
}

/// Records the unrouted webhooks again that `which` picks.
///
/// In a task of its own: whoever asked may hang up, and the work goes on.
///
/// # Errors
/// If the store fails; what was recorded until then stays.
pub async fn reroute(
    state: &AppState,
    which: impl Fn(&Change) -> bool + Send + Sync + 'static,
) -> Result<Rerouted, RerouteError> {
    let state = state.clone();
    let work = tokio::spawn(async move { reroute_all(&state, which).await }.in_current_span());
    let rerouted = work.await.map_err(|_| RerouteError::Panic)??;
    tracing::info!(
        rerouted.routed,
        rerouted.unrouted,
        rerouted.unreadable,
        "unrouted webhooks recorded again"
    );
    Ok(rerouted)
}

async fn reroute_all(
    state: &AppState,
    which: impl Fn(&Change) -> bool + Send + Sync,
) -> Result<Rerouted, RerouteError> {
    let mut rerouted = Rerouted::default();
    let mut companies: HashSet<CompanyId> = HashSet::new();
    let mut request = PageRequest::newest(PORTION);
    loop {
        let page = state.database.directory.unrouted(request).await?;
        // Oldest first, as far as it goes: notifications are numbered in this order.
        for entry in page.items.iter().rev() {
            let Some(Ok(change)) = Change::from_history(entry) else {
                rerouted.unreadable += 1;
                continue;
            };
            if !which(&change) {
                continue;
            }
            let recorded = record_again(state, change).await?;
            companies.extend(recorded.company_id);
            if recorded.is_routed() {
                rerouted.routed += 1;
            } else {
                rerouted.unrouted += 1;
            }
        }
        match page.next {
            Some(next) => request.before = Some(next),
            None => break,
        }
    }
    for company in companies {
        state.recordings.look_again(company).await?;
    }
    Ok(rerouted)
}

/// Records what a webhook said, as if it came now, with what it says about consent.
///
/// # Errors
/// If the store fails.
pub async fn record_again(state: &AppState, change: Change) -> Result<Recorded, RerouteError> {
    let db = &state.database.db;
    let said = LateStatement::of(&change);
    let account = change.account_sid.clone();
    let sid = change.interaction.sid().to_owned();
    let recorded = state.hooks.record(change).await?;
    if let Some(said) = said {
        said.apply(db, &recorded).await?;
    }
    if let Some(company) = recorded.company_id {
        webhook_log::found_owner(db, &account, &sid, company).await?;
    }
    Ok(recorded)
}
