//! The lines: where Twilio sends what comes in for them.

use twilio_hooks::AccountSid;

use super::{Finding, database::Opened};
use crate::{
    accounts::webhooks::{Found, Reason, WebhookState},
    args,
};

const SETUP: &str = "Run `crm setup` for it, or set the URL in Twilio's console.";

pub(super) async fn examine(opened: &Opened, account: &AccountSid) -> Vec<Finding> {
    let sql = "select address from lines where account_sid = $1 order by address";
    let rows = opened.database.db.rows(sql, args![account.as_str()]).await;
    let addresses: Result<Vec<String>, _> =
        rows.and_then(|rows| rows.iter().map(|row| row.get("address")).collect());
    let Ok(addresses) = addresses else {
        return Vec::new();
    };
    if addresses.is_empty() {
        let finding = Finding::warning(
            "no_lines",
            "No number of the account is a line, so whatever comes in is nobody's.",
            "Run `crm setup` to take numbers into use.",
        );
        return vec![finding.about(account.as_str())];
    }
    let found = match opened.accounts.overview(account).await {
        Ok(found) => found,
        Err(error) => {
            let finding = Finding::fault(
                "numbers_unreadable",
                format!("Twilio does not tell the numbers of the account: {error}."),
                "If the account has an API key, use a standard one, which may read numbers.",
            );
            return vec![finding.about(account.as_str())];
        }
    };
    let of = |address: &String| of_line(opened, address, &found);
    addresses.iter().flat_map(of).collect()
}

fn of_line(opened: &Opened, address: &str, found: &[Found]) -> Vec<Finding> {
    let Some(found) = found.iter().find(|found| found.address == address) else {
        let finding = Finding::fault(
            "number_not_in_account",
            "The line's number is not in its Twilio account.",
            "If it was given up, remove the line; if it was moved, add its new account.",
        );
        return vec![finding.about(address)];
    };
    let states = opened.accounts.states_of(found);
    let wrong = states.iter().filter(|state| state.reason != Reason::Ok);
    let findings: Vec<_> = wrong.map(|state| of_webhook(state, found)).collect();
    if findings.is_empty() {
        let fine = "Twilio sends what comes in for the line to this server.";
        return vec![Finding::fine("line", fine).about(address)];
    }
    let about = |finding: Finding| finding.about(address);
    findings.into_iter().map(about).collect()
}

fn of_webhook(state: &WebhookState, found: &Found) -> Finding {
    let what = match state.webhook.as_str() {
        "message" => "Texts",
        "call" => "Calls",
        "call_status" => "Reports on calls",
        "message_fallback" => "Texts that this server does not take",
        _ => "Calls that this server does not take",
    };
    let actual = state.shown().unwrap_or_else(|| "nowhere".to_owned());
    let code = format!("webhook_{}", state.reason.as_str());
    let method = state.actual_method.as_deref().unwrap_or("another method");
    let service = found.setup.service.as_ref();
    let service = service.map_or("a messaging service", |service| service.sid.as_str());
    let (cause, remedy) = match state.reason {
        Reason::NotSet => (format!("{what} go nowhere: no webhook is set."), SETUP),
        Reason::UrlMismatch => (
            format!("{what} go to {actual}."),
            "If they shall come here, run `crm setup` with --take-over.",
        ),
        Reason::WrongHttpMethod => (
            format!("{what} come by {method}, and this server takes POST."),
            SETUP,
        ),
        Reason::OverriddenByApplication => (
            format!(
                "{what} go where a TwiML application says ({actual}); the number's own URL does not count."
            ),
            "Run `crm setup` with --take-over, which takes the application off the number, or set \
             the application's URL.",
        ),
        Reason::OverriddenByTrunk => (
            format!("{what} go to a SIP trunk; the number's own URL does not count."),
            "Run `crm setup` with --take-over, which takes the number off the trunk, or leave its \
             calls to the trunk.",
        ),
        Reason::OverriddenByMessagingService => (
            format!(
                "{what} go where the messaging service {service} says ({actual}); the number's own URL does not count."
            ),
            "Run `crm setup` with --take-over, which sets the service's URL, or let the service defer to \
             the number.",
        ),
        Reason::OverriddenByNumber => (
            format!("{what} go where each number of {service} says, not where the service says."),
            "Make its numbers lines, or let the service have an inbound URL of its own.",
        ),
        Reason::Ok
        | Reason::NotInAccount
        | Reason::CredentialsRefused
        | Reason::UnreachableTwilio => (
            format!("Nothing is known of where {} go.", what.to_lowercase()),
            "Correct what is said of the account first.",
        ),
    };
    // Calls are taken without it; how they end is found out later.
    match (state.webhook.as_str(), state.reason) {
        ("call_status", Reason::NotSet) => Finding::warning(&code, cause, remedy),
        _ => Finding::fault(&code, cause, remedy),
    }
}
