//! [`Released`]: puts back what was set at Twilio before our webhooks were.

use serde::Serialize;
use twilio_hooks::store::Line;

use crate::{
    accounts::{ManageError, webhooks::PutBack},
    api::Caller,
    app::AppState,
};

/// What came of letting a line go.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct Released {
    /// The line's number, or the SID of its messaging service.
    pub address: String,
    /// What of it was once somebody else's or nobody's.
    pub webhooks: Vec<ReleasedWebhook>,
    /// Whether the line is gone as well.
    pub is_removed: bool,
    /// Why it could not be done.
    pub error: Option<String>,
}

/// A webhook that we had taken.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReleasedWebhook {
    /// As [`Webhook::as_str`](crate::accounts::webhooks::Webhook::as_str) writes it.
    pub webhook: String,
    /// The SID of the number or messaging service.
    pub resource: String,
    /// The URL from before, without secrets; none if there was none.
    pub previous: Option<String>,
    /// Whether it is put back: not, if somebody has set another one since.
    pub is_put_back: bool,
}

impl From<PutBack> for ReleasedWebhook {
    fn from(step: PutBack) -> Self {
        Self {
            webhook: step.webhook().to_owned(),
            resource: step.resource().to_owned(),
            previous: step.shown(),
            is_put_back: step.is_still_ours,
        }
    }
}

/// Puts back what was there before the webhooks of this line were ours, and with `remove` takes the
/// line out of use; what came over it stays. With `is_dry` it only says what it would do.
pub async fn release(state: &AppState, line: &Line, remove: bool, is_dry: bool) -> Released {
    let mut released = Released {
        address: line.address.clone(),
        webhooks: Vec::new(),
        is_removed: false,
        error: None,
    };
    if let Err(error) = try_release(state, line, remove, is_dry, &mut released).await {
        released.error = Some(error.to_string());
    }
    released
}

async fn try_release(
    state: &AppState,
    line: &Line,
    remove: bool,
    is_dry: bool,
    released: &mut Released,
) -> Result<(), ManageError> {
    let steps = state.accounts.to_release(line).await?;
    released.webhooks = steps.into_iter().map(ReleasedWebhook::from).collect();
    if is_dry {
        released.is_removed = remove;
        return Ok(());
    }
    let caller = Caller::server(line.company_id, state.clock.now());
    state.accounts.release_webhooks(&caller, line).await?;
    if remove {
        state.accounts.remove_line(&caller, line, false).await?;
        released.is_removed = true;
    }
    Ok(())
}
