//! Asks Twilio about credentials before they are stored.
//!
//! Nothing is stored on a company's word: who names another company's account has no token that Twilio
//! accepts for it. So an account can't be taken before its owner adds it, either.

use http::StatusCode;
use twilio_hooks::{
    AccountSid,
    client::{
        Account, AccountStatus, Client, ClientError, ConfigError, Credentials,
        ListIncomingPhoneNumbers,
    },
    store::StoreError,
};

use super::{Access, AccountError, Accounts, ManageError, webhooks::Reason};
use crate::secret::Secret;

/// Why Twilio did not accept credentials, and which field to look at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// Twilio says no.
    #[error("`{field}`: {reason}")]
    Field {
        /// The field of the request.
        field: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Twilio did not say anything that helps.
    #[error("Twilio can't be asked now, so nothing was saved: {0}")]
    Twilio(ClientError),
}

/// Which credentials to try.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trials {
    pub(super) auth_token: bool,
    pub(super) secondary_auth_token: bool,
    pub(super) api_key: bool,
}

/// Tries credentials at the same time, and gives what Twilio says of the account if a token was among
/// them.
pub(super) async fn verify(
    sid: &AccountSid,
    access: &Access,
    api_url: Option<&str>,
    trials: Trials,
) -> Result<Option<Account>, Refused> {
    let token = |wanted: bool, field, token: Option<Secret>| async move {
        match token.filter(|_| wanted) {
            Some(token) => by_token(sid, access, api_url, field, &token)
                .await
                .map(Some),
            None => Ok(None),
        }
    };
    let key = async {
        match access.api_key.as_ref().filter(|_| trials.api_key) {
            Some(key) => by_key(sid, access, api_url, key).await,
            None => Ok(()),
        }
    };
    let (primary, secondary, key) = tokio::join!(
        token(trials.auth_token, "auth_token", access.auth_token.clone()),
        token(
            trials.secondary_auth_token,
            "secondary_auth_token",
            access.secondary_auth_token.clone(),
        ),
        key,
    );
    let (primary, secondary) = (primary?, secondary?);
    key?;
    Ok(primary.or(secondary))
}

impl Accounts {
    /// Asks Twilio about an account with all the credentials that are used for it.
    ///
    /// # Errors
    /// If the account is not set up here, Twilio does not take the credentials or can't be asked, or
    /// the database fails.
    pub async fn look_at(&self, sid: &AccountSid) -> Result<Account, ManageError> {
        let client = self.client(sid).await.map_err(|error| match error {
            AccountError::Unknown => ManageError::NotFound,
            AccountError::Store(error) => error.into(),
        })?;
        Ok(self.ask(&client, sid).await??)
    }

    /// Asks Twilio whether it takes the credentials. An API key alone does not tell: with a token that
    /// Twilio does not sign with any more, every webhook would be refused.
    pub(super) async fn ask(
        &self,
        client: &Client,
        sid: &AccountSid,
    ) -> Result<Result<Account, Refused>, StoreError> {
        let inner = &self.inner;
        let known = match inner.configured.contains_key(sid) {
            true => None,
            false => inner.known.get(sid).await?,
        };
        let refused = |reason| Refused::Field {
            field: "auth_token",
            reason,
        };
        let Some(known) = known else {
            let account = client.account().await;
            return Ok(account.map_err(|error| match Reason::of_failure(&error) {
                Reason::CredentialsRefused => refused("Twilio does not accept it"),
                _ => Refused::Twilio(error),
            }));
        };
        let trials = Trials {
            auth_token: true,
            secondary_auth_token: false,
            api_key: true,
        };
        let seen = verify(sid, known.access(), inner.api_url.as_deref(), trials).await;
        Ok(seen.and_then(|account| account.ok_or_else(|| refused("there is none"))))
    }
}

async fn by_token(
    sid: &AccountSid,
    access: &Access,
    api_url: Option<&str>,
    field: &'static str,
    token: &Secret,
) -> Result<Account, Refused> {
    let credentials = Credentials::auth_token(sid.clone(), token.expose());
    let client = access.trial(credentials, api_url).map_err(wrong_region)?;
    let refused = |field, reason| Refused::Field { field, reason };
    let account = client.account().await.map_err(|error| match error.status() {
        Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => refused(
            field,
            "Twilio does not accept this token for this account SID (and region); copy both from \
             Twilio's console, and mind that a subaccount has tokens of its own",
        ),
        Some(StatusCode::NOT_FOUND) => refused("account_sid", "Twilio has no such account"),
        _ => Refused::Twilio(error),
    })?;
    if account.sid != *sid {
        return Err(refused("account_sid", "the token is another account's"));
    }
    if account.status == Some(AccountStatus::Closed) {
        return Err(refused("account_sid", "the account is closed at Twilio"));
    }
    Ok(account)
}

/// A standard key may not read the account itself, so the numbers are asked for.
async fn by_key(
    sid: &AccountSid,
    access: &Access,
    api_url: Option<&str>,
    (key, secret): &(String, Secret),
) -> Result<(), Refused> {
    let credentials = Credentials::api_key(sid.clone(), key.as_str(), secret.expose());
    let client = access.trial(credentials, api_url).map_err(wrong_region)?;
    let refused = |field, reason| Refused::Field { field, reason };
    let answer = may_read_numbers(&client).await;
    answer.map_err(|error| match error.status() {
        Some(StatusCode::UNAUTHORIZED) => refused(
            "api_key_secret",
            "Twilio does not accept this API key and secret for this account (and region)",
        ),
        Some(StatusCode::FORBIDDEN) => refused(
            "api_key_sid",
            "the API key may not read the account's phone numbers; use a standard key, or one \
             that may",
        ),
        Some(StatusCode::NOT_FOUND) => refused("api_key_sid", "the API key is not of this account"),
        _ => Refused::Twilio(error),
    })
}

async fn may_read_numbers(client: &Client) -> Result<(), ClientError> {
    let which = ListIncomingPhoneNumbers::new().page_size(1_u32);
    let mut numbers = client.incoming_phone_numbers().list(which);
    numbers.next().await.transpose().map(drop)
}

/// Whether Twilio still takes a token; nothing else about it matters.
pub(super) async fn is_accepted(
    sid: &AccountSid,
    access: &Access,
    api_url: Option<&str>,
    token: &Secret,
) -> Result<bool, Refused> {
    match by_token(sid, access, api_url, "auth_token", token).await {
        Ok(_) => Ok(true),
        Err(Refused::Field { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

fn wrong_region(_: ConfigError) -> Refused {
    Refused::Field {
        field: "region",
        reason: "regions and edges are names such as `ie1` and `dublin`",
    }
}
