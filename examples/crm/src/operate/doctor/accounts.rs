//! The Twilio accounts: whether Twilio takes what is known of them.

use twilio_hooks::{
    AccountSid,
    client::{Account, AccountStatus, Client, Credentials},
};

use super::{Finding, database::Opened};
use crate::{
    accounts::{ManageError, Refused, TwilioAccount},
    config::{self, Config},
    secret::Secret,
};

const COPY: &str = "Copy the auth token from Twilio's console again: a subaccount has a token of its own, \
                    and so has each region.";

/// An account, and whether more can be asked about it.
pub(super) struct Examined {
    pub(super) sid: AccountSid,
    pub(super) findings: Vec<Finding>,
    pub(super) works: bool,
}

pub(super) async fn examine(config: &Config, opened: &Opened) -> Vec<Examined> {
    let Ok(sids) = opened.accounts.all().await else {
        return Vec::new();
    };
    let mut examined = Vec::new();
    for sid in sids {
        let mut findings = Vec::new();
        let configured = config.accounts.iter().find(|account| account.sid == sid);
        if let Some(account) = configured.filter(|account| account.auth_tokens.len() > 1) {
            findings.extend(tokens(config, account).await);
        }
        let is_known = findings.iter().any(|it| it.level == super::Level::Fault);
        let seen = opened.accounts.look_at(&sid).await;
        let works = seen.is_ok();
        if !is_known {
            findings.push(match &seen {
                Ok(account) => status(account),
                Err(error) => refused(opened, &sid, error).await,
            });
        }
        let findings = findings.into_iter().map(|it| it.about(sid.as_str()));
        examined.push(Examined {
            findings: findings.collect(),
            works,
            sid,
        });
    }
    examined
}

fn status(account: &Account) -> Finding {
    match &account.status {
        Some(AccountStatus::Suspended) => Finding::fault(
            "account_suspended",
            "Twilio has suspended the account: nothing comes in or goes out.",
            "Sign in at Twilio's console; it says why. Often the balance is used up.",
        ),
        Some(AccountStatus::Closed) => Finding::fault(
            "account_closed",
            "The account is closed at Twilio.",
            "Take it out of the configuration or the settings, with its lines.",
        ),
        _ => Finding::fine("account", "Twilio takes the credentials of the account."),
    }
}

async fn refused(opened: &Opened, sid: &AccountSid, error: &ManageError) -> Finding {
    match error {
        ManageError::Refused(Refused::Field { field, reason }) => {
            let cause = format!("Twilio does not take the `{field}` of the account: {reason}.");
            match region(opened, sid).await {
                Some(region) if *field == "auth_token" => Finding::fault(
                    "token_refused_in_region",
                    format!("Twilio's region {region} does not take the token of the account."),
                    "Copy the auth token of this region from Twilio's console, where regions have \
                     tokens of their own, or take the region out of the account's settings.",
                ),
                _ if field.starts_with("api_key") => Finding::fault(
                    "api_key_refused",
                    cause,
                    "Make a new standard API key in Twilio's console and set it for the account.",
                ),
                _ => Finding::fault("token_refused", cause, COPY),
            }
        }
        ManageError::Refused(Refused::Twilio(error)) => Finding::fault(
            "account_unreachable",
            format!("Twilio could not be asked about the account: {error}."),
            "Try again; status.twilio.com says if it is Twilio.",
        ),
        error => Finding::fault(
            "account_unreadable",
            format!("The account can't be used: {error}."),
            "Add it again in the settings.",
        ),
    }
}

async fn region(opened: &Opened, sid: &AccountSid) -> Option<String> {
    for company in &opened.companies {
        let accounts = TwilioAccount::of_company(&opened.database.db, company.id);
        for account in accounts.await.ok()? {
            if account.account_sid == *sid {
                return account.region;
            }
        }
    }
    None
}

/// An account of the configuration with several tokens: which of them Twilio takes.
async fn tokens(config: &Config, account: &config::Account) -> Option<Finding> {
    let mut accepted = Vec::new();
    for token in &account.auth_tokens {
        accepted.push(is_accepted(config, &account.sid, token).await?);
    }
    match accepted.as_slice() {
        [false, rest @ ..] if rest.contains(&true) => Some(Finding::fault(
            "token_rotated",
            "Twilio does not take the first token of the account any more, and takes another one \
             of the list.",
            "Put the token that Twilio takes first in `auth_tokens` (TWILIO_AUTH_TOKEN), and take \
             the old one out.",
        )),
        [true, rest @ ..] if rest.contains(&false) => Some(Finding::warning(
            "token_old",
            "Twilio does not take one of the further tokens of the account any more.",
            "Take it out of `auth_tokens` (TWILIO_AUTH_TOKEN).",
        )),
        _ => None,
    }
}

/// Nothing, if Twilio does not say.
async fn is_accepted(config: &Config, sid: &AccountSid, token: &Secret) -> Option<bool> {
    let credentials = Credentials::auth_token(sid.clone(), token.expose());
    let builder = Client::builder(credentials);
    let builder = match &config.twilio_api_url {
        Some(url) => builder.with_base_url(url.as_str()),
        None => builder,
    };
    match builder.build().ok()?.account().await {
        Ok(_) => Some(true),
        Err(error) => match error.status().map(|status| status.as_u16()) {
            Some(401 | 403) => Some(false),
            _ => None,
        },
    }
}
