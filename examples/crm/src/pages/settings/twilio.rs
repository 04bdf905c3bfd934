//! `/settings/twilio`: accounts, lines, and whether Twilio sends to them.

use std::collections::HashMap;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use serde_json::json;
use twilio_hooks::{LineId, UserId, store::PageRequest};

use super::{Choice, Part, member_choices, member_names, opened};
use crate::{
    accounts::{
        SetupProblem, TwilioAccount, line_names,
        webhooks::{Reason, WebhookState},
    },
    api::Problem,
    app::AppState,
    contacts::phone,
    pages::{Html, Layout, PageError, Visitor, time::When},
    people::Permission,
};

/// How many problems are shown.
const MOST_PROBLEMS: u32 = 50;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/settings/twilio", get(show))
}

/// They wait for Twilio, and nobody is to wait for them.
pub(in crate::pages) fn waiting_routes() -> Router<AppState> {
    Router::new()
        .route("/parts/settings/lines/{id}/webhooks", get(webhooks))
        .route("/parts/settings/available", get(available))
}

/// A secret, of which nothing is shown.
struct SecretRow {
    name: &'static str,
    set_at: When,
    set_by: Option<String>,
}

struct AccountRow {
    account: TwilioAccount,
    secrets: Vec<SecretRow>,
    /// The end of the API key's SID.
    key_end: Option<String>,
    verified: When,
    problem: Option<String>,
    has_secondary: bool,
}

impl AccountRow {
    fn name(&self) -> &str {
        let name = self.account.friendly_name.as_deref();
        name.unwrap_or(self.account.account_sid.as_str())
    }

    fn region(&self) -> &str {
        self.account.region.as_deref().unwrap_or_default()
    }

    fn edge(&self) -> &str {
        self.account.edge.as_deref().unwrap_or_default()
    }
}

struct LineRow {
    id: LineId,
    /// In E.164, or the SID of a service.
    address: String,
    /// As people read it.
    number: String,
    name: Option<String>,
    user: Option<UserId>,
    account: String,
}

impl LineRow {
    fn is_of(&self, choice: &Choice) -> bool {
        self.user.is_some_and(|user| user.to_string() == choice.id)
    }

    /// What has to be typed, as a pattern.
    fn pattern(&self) -> String {
        self.address.replace('+', "\\+")
    }
}

#[derive(Template)]
#[template(path = "settings/twilio.html")]
struct TwilioPage {
    layout: Layout,
    part: Part,
    accounts: Vec<AccountRow>,
    can_add: bool,
    /// Whether the configuration has accounts for the company.
    is_configured: bool,
    lines: Vec<LineRow>,
    people: Vec<Choice>,
    problems: Vec<SetupProblem>,
    public_url: String,
}

impl TwilioPage {
    /// The tokens of an account that can be set: the field, what it is called, and what it is for.
    fn tokens(&self) -> [(&'static str, &'static str, &'static str); 2] {
        [
            (
                "auth_token",
                "New auth token",
                "It takes the place of the present one, once Twilio has accepted it.",
            ),
            (
                "secondary_auth_token",
                "Secondary auth token",
                "Before you promote it in Twilio’s console, so that both count in between.",
            ),
        ]
    }
}

async fn show(
    visitor: Visitor,
    State(state): State<AppState>,
) -> Result<Html<TwilioPage>, PageError> {
    let layout = opened(&state, &visitor, Part::Twilio).await?;
    let (db, company) = (&state.database.db, visitor.caller.company);
    let names = member_names(&state, &visitor).await?;
    let stored = TwilioAccount::of_company(db, company).await?;
    let all = state.accounts.of_company(company).await?;
    let mut accounts = Vec::new();
    for account in stored {
        accounts.push(account_row(&state, &visitor, account, &names).await?);
    }
    let page = PageRequest::newest(MOST_PROBLEMS);
    let problems = SetupProblem::of_company(db, company, page).await?;
    Ok(Html(TwilioPage {
        layout,
        part: Part::Twilio,
        is_configured: all.len() > accounts.len(),
        accounts,
        can_add: state.accounts.can_store(),
        lines: lines(&state, &visitor).await?,
        people: member_choices(&state, &visitor).await?,
        problems: problems.items,
        public_url: state.public_url.clone(),
    }))
}

async fn account_row(
    state: &AppState,
    visitor: &Visitor,
    account: TwilioAccount,
    names: &HashMap<UserId, String>,
) -> Result<AccountRow, PageError> {
    let stored = state.accounts.stored_secrets(&account).await?;
    let secrets = stored.iter().filter_map(|secret| {
        let name = match secret.field.as_str() {
            "auth_token" => "Auth token",
            "secondary_auth_token" => "Secondary auth token",
            "api_key_secret" => "API key",
            _ => return None,
        };
        let by = secret.set_by_user.and_then(|user| names.get(&user));
        Some(SecretRow {
            name,
            set_at: visitor.when(secret.set_at),
            set_by: by.cloned(),
        })
    });
    let secrets = secrets.collect();
    let sid = account.account_sid.as_str();
    let problem = state.accounts.problem_of(account.company, sid).await?;
    let key = account.api_key_sid.as_deref();
    Ok(AccountRow {
        key_end: key.and_then(|key| key.get(key.len().saturating_sub(4)..).map(str::to_owned)),
        has_secondary: stored
            .iter()
            .any(|secret| secret.field == "secondary_auth_token"),
        secrets,
        verified: visitor.when(account.verified_at),
        problem,
        account,
    })
}

async fn lines(state: &AppState, visitor: &Visitor) -> Result<Vec<LineRow>, PageError> {
    let company = visitor.caller.company;
    let mut names = line_names(&state.database.db, company).await?;
    let lines = state.database.lines.lines(company).await?;
    let rows = lines.into_iter().map(|line| LineRow {
        name: names.remove(&line.id),
        number: phone::format(&line.address, visitor.country),
        id: line.id,
        address: line.address,
        user: line.user_id,
        account: line.account_sid.to_string(),
    });
    Ok(rows.collect())
}

/// A webhook at Twilio, beside what it should be.
struct WebhookRow {
    name: &'static str,
    is_ok: bool,
    /// What is wrong, in words.
    reason: &'static str,
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "settings/webhooks.html")]
struct Webhooks {
    line: LineId,
    rows: Vec<WebhookRow>,
    is_ok: bool,
    /// Whether setting them could help.
    can_fix: bool,
    /// Whether another program would get nothing any more.
    takes_over: bool,
}

/// `/parts/settings/lines/{id}/webhooks`: asks Twilio.
async fn webhooks(
    visitor: Visitor,
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Html<Webhooks>, PageError> {
    visitor.require(Permission::Configure)?;
    let id: LineId = id.parse().map_err(|_| PageError::NotFound)?;
    let lines = state.database.lines.lines(visitor.caller.company).await?;
    let line = lines.into_iter().find(|line| line.id == id);
    let line = line.ok_or(PageError::NotFound)?;
    let states = state.accounts.webhooks(&line).await;
    let states = states.map_err(Problem::from)?;
    let can_be_set = |state: &WebhookState| {
        !matches!(
            state.reason,
            Reason::NotInAccount | Reason::CredentialsRefused | Reason::UnreachableTwilio
        )
    };
    Ok(Html(Webhooks {
        line: id,
        is_ok: states.iter().all(|state| state.reason == Reason::Ok),
        can_fix: states.iter().all(can_be_set),
        takes_over: states.iter().any(|state| state.reason.is_anothers()),
        rows: states.iter().map(webhook_row).collect(),
    }))
}

fn webhook_row(state: &WebhookState) -> WebhookRow {
    let name = match state.webhook.as_str() {
        "message" => "Messages",
        "call" => "Calls",
        "call_status" => "Ends of calls",
        "message_fallback" => "Messages, if this server fails",
        _ => "Calls, if this server fails",
    };
    let reason = match state.reason {
        Reason::Ok => "set",
        Reason::NotSet => "not set",
        Reason::UrlMismatch => "sent to another address",
        Reason::WrongHttpMethod => "sent with the wrong method",
        Reason::OverriddenByApplication => "a TwiML application of the number counts instead",
        Reason::OverriddenByTrunk => "a SIP trunk takes the calls",
        Reason::OverriddenByMessagingService => "the number’s messaging service counts instead",
        Reason::OverriddenByNumber => "the messaging service leaves it to its numbers",
        Reason::NotInAccount => "the account does not have the number",
        Reason::CredentialsRefused => "Twilio does not take the account’s credentials",
        Reason::UnreachableTwilio => "Twilio can’t be asked now",
    };
    let method = state.actual_method.as_deref().unwrap_or("POST");
    WebhookRow {
        name,
        is_ok: state.reason == Reason::Ok,
        reason,
        before: match state.shown() {
            Some(url) => format!("{method} {url}"),
            None => "nothing".to_owned(),
        },
        after: format!("POST {}", state.expected),
    }
}

/// A number that could be taken into use.
struct AvailableRow {
    number: String,
    name: Option<String>,
    /// What it can.
    can: Vec<&'static str>,
    is_line: bool,
    is_ours: bool,
    /// What adds it.
    body: String,
}

#[derive(Template)]
#[template(path = "settings/available.html")]
struct Available {
    rows: Vec<AvailableRow>,
    failed: Vec<(String, String)>,
    more: bool,
}

/// `/parts/settings/available`: asks Twilio.
async fn available(
    visitor: Visitor,
    State(state): State<AppState>,
) -> Result<Html<Available>, PageError> {
    visitor.require(Permission::Configure)?;
    let found = state.accounts.available(visitor.caller.company).await?;
    let rows = found.lines.into_iter().map(|it| {
        let can = [("Calls", it.voice), ("SMS", it.sms), ("MMS", it.mms)];
        AvailableRow {
            number: phone::format(&it.address, visitor.country),
            can: can
                .iter()
                .filter(|(_, can)| *can)
                .map(|(name, _)| *name)
                .collect(),
            is_line: it.is_line,
            is_ours: it.line.is_some(),
            body: json!({ "account_sid": it.account_sid, "address": it.address }).to_string(),
            name: it.name,
        }
    });
    let failed = found.failed.into_iter();
    Ok(Html(Available {
        rows: rows.collect(),
        failed: failed.map(|(sid, why)| (sid.to_string(), why)).collect(),
        more: found.more,
    }))
}
