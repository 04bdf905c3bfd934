//! What Twilio reports of our texts: `/api/webhooks/twilio/sms/status/{id}`.
//!
//! The id is that of the text, so a report finds it however early it comes, and whoever has died
//! since Twilio was asked: it resolves an unknown outcome better than any look-up.

use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
    routing::post,
};
use http::StatusCode;
use twilio_hooks::{
    AccountSid, MessageId, Params, ReceiveError,
    store::{Change, Interaction, StoreError},
    webhook::{Hooked as _, MessageStatusUpdate},
};
use twilio_hooks_axum::{Protect, Signed};

use super::{Messaging, Outgoing, record::of_somebody_else, sender::OPTED_OUT};
use crate::{app::AppState, contacts::erase::is_of_erased};

/// The route, which lets only Twilio in.
pub(crate) fn routes(protect: &Protect) -> Router<AppState> {
    Router::new().route(
        "/api/webhooks/twilio/sms/status/{id}",
        protect.webhook(post(status)),
    )
}

async fn status(
    State(state): State<AppState>,
    Path(id): Path<String>,
    signed: Signed<MessageStatusUpdate>,
) -> Response {
    let Signed {
        mut webhook,
        params,
        account_sid,
        ..
    } = signed;
    if webhook.account_sid.is_none() {
        webhook.account_sid = account_sid;
    }
    match state
        .messaging
        .report(id.parse().ok(), webhook, &params)
        .await
    {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                reason = "report",
                "report of a text not answered"
            );
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// Why a report was not recorded.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReportError {
    #[error("the database failed")]
    Store(#[from] StoreError),
    #[error("the report could not be recorded")]
    Receive(#[from] ReceiveError),
}

impl Messaging {
    /// Records a report, completed by what we know of the text.
    async fn report(
        &self,
        id: Option<MessageId>,
        update: MessageStatusUpdate,
        params: &Params,
    ) -> Result<(), ReportError> {
        let account = update.account_sid.as_ref().map(AccountSid::as_str);
        let text = match (id, account) {
            (Some(id), Some(account)) => self.reported(id, account).await?,
            _ => None,
        };
        if let (Some(id), Some(account), None) = (id, account, &text)
            && is_of_erased(
                self.db(),
                (account, id),
                &update.message_sid,
                self.clock.now(),
            )
            .await?
        {
            return Ok(());
        }
        let is_here = match &text {
            Some(text) => self.is_found_here(text).await?,
            None => false,
        };
        let (sid, error) = (update.message_sid.clone(), update.error());
        let now = self.clock.now();
        let received = match &text {
            Some(text) if is_here => {
                let adjust = |change| complete(change, text);
                self.hooks.receive_with(update, params, now, adjust).await
            }
            // Nobody is told of a text of somebody else's.
            Some(_) => {
                let change = of_somebody_else(update.change(params, now));
                self.hooks.record(change).await.map(drop)
            }
            None => self.hooks.receive(update, params, now).await,
        };
        if let Err(error) = received
            && !error.is_stored()
        {
            return Err(error.into());
        }
        if let Some(text) = &text {
            self.adopt(text, &sid).await?;
            if error == Some(OPTED_OUT) {
                self.note_stop(text).await?;
            }
        }
        Ok(())
    }
}

/// Completes a report by what we know of its text: then the row in the store is whole even if our own
/// commit never comes.
fn complete(mut change: Change, text: &Outgoing) -> Change {
    let Interaction::Message(message) = &mut change.interaction else {
        return change;
    };
    let is_first = text
        .message_sid
        .as_ref()
        .is_none_or(|sid| *sid == message.message_sid);
    // A second message to the same effect gets a row of its own.
    message.id = is_first.then_some(text.id);
    if message.from.as_str().is_empty() {
        message.from = text.from_address();
    }
    message.to = text.to_address();
    message.body.get_or_insert_with(|| text.body.clone());
    text.route(&mut change);
    change
}
