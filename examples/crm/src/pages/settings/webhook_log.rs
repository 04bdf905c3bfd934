//! `/settings/webhooks`: what Twilio has sent of late, and what came of it.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State, rejection::QueryRejection},
    routing::get,
};
use serde::Deserialize;
use twilio_hooks::store::{HistoryEntry, PageRequest};
use uuid::Uuid;

use super::{Choice, Part, member_choices, opened};
use crate::{
    app::AppState,
    contacts::phone,
    pages::{Html, Layout, PageError, Visitor, time::When},
    people::Permission,
    webhook_log::{self as log, Entry, ResultFilter, line_of_nobody},
};

/// How many are shown at a time.
const PART: u32 = 100;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/settings/webhooks", get(list))
        .route("/settings/webhooks/{id}", get(show))
}

/// A tab of the list.
struct Tab {
    name: &'static str,
    /// What stands in the URL.
    result: &'static str,
    filter: ResultFilter,
    /// What is said if there is nothing.
    nothing: &'static str,
}

const TABS: [Tab; 4] = [
    Tab {
        name: "All",
        result: "",
        filter: ResultFilter::All,
        nothing: "Nothing has come in yet. Does Twilio send to this server? The page Twilio Settings says so.",
    },
    Tab {
        name: "Problems",
        result: "problems",
        filter: ResultFilter::Problems,
        nothing: "All went well.",
    },
    Tab {
        name: "Not assigned",
        result: "unrouted",
        filter: ResultFilter::Unrouted,
        nothing: "Everything that came in was for one of your numbers.",
    },
    Tab {
        name: "Refused",
        result: "refused",
        filter: ResultFilter::Refused,
        nothing: "Nothing was refused.",
    },
];

impl Tab {
    fn path(&self) -> String {
        match self.result {
            "" => Part::Webhooks.path().to_owned(),
            result => format!("{}?result={result}", Part::Webhooks.path()),
        }
    }
}

/// A request as it is shown.
struct Row {
    entry: Entry,
    at: When,
}

impl Row {
    fn new(visitor: &Visitor, entry: Entry) -> Self {
        let at = visitor.when(entry.received_at);
        Self { entry, at }
    }

    /// What has happened.
    fn what(&self) -> &'static str {
        let route = &*self.entry.route;
        match route.split('/').collect::<Vec<_>>()[..] {
            ["sms", "incoming"] => "A text came in",
            ["sms", "fallback"] => "A text came in, by the fallback",
            ["sms", "status", ..] => "Report on a text",
            ["voice", "incoming"] => "A call came in",
            ["voice", "fallback"] => "A call came in, by the fallback",
            ["voice", "status"] | ["voice", "out", _, "status"] => "Report on a call",
            ["voice", "recording"] => "A recording is ready",
            ["voice", "dial", ..] => "A forwarded call is over",
            ["voice", "menu", ..] => "A caller chose in a menu",
            ["voice", "voicemail", ..] => "A caller left a message",
            ["voice", "screen" | "accept", ..] => "One of your phones answered",
            ["voice", "leg", ..] | ["voice", "out", _, "leg"] => "Report on a phone that rings",
            ["voice", "out", ..] => "Step of a call from here",
            _ => "A request",
        }
    }

    /// What came of it, with the colour of its tag.
    fn result(&self) -> (&'static str, &'static str) {
        match &*self.entry.result {
            "taken" => ("Taken", "good"),
            "unrouted" => ("Not assigned", "warn"),
            "apology" => ("Apology", "danger"),
            "unreadable" => ("Unreadable", "danger"),
            "failed" => ("Failed", "danger"),
            _ => ("Refused", "danger"),
        }
    }

    /// Why, in words; empty if all is well.
    fn why(&self) -> &str {
        if let Some(diagnosis) = &self.entry.diagnosis {
            return diagnosis;
        }
        match (
            &*self.entry.result,
            self.entry.reason.as_deref().unwrap_or_default(),
        ) {
            ("taken", _) => "",
            ("unrouted", _) => "It came for a number that nobody here has. It is kept.",
            (_, "missing") => {
                "It had no signature, so it was not from Twilio, or something on the way took it off."
            }
            (_, "malformed") => "Its signature was not written as Twilio writes it.",
            (_, "mismatch") => "Its signature is not that of the account’s auth token.",
            (_, "unknown-account") => "It names an account that is not set up here.",
            (_, "plain-http") => "It came over plain http. Set the address to https:// at Twilio.",
            (_, "wrong-method") => {
                "It was no POST. Somebody opened the address in a browser, or Twilio’s console says GET."
            }
            (_, "too-large") => "It was larger than Twilio’s requests are.",
            (_, "timeout" | "broken-body") => "It was not sent to its end in time.",
            (_, "key-lookup") => {
                "The database did not answer, so the account’s token was not known."
            }
            (_, "no-key") => "The account it names has no auth token here.",
            (_, "malformed-url") => "Its address is not one that Twilio calls.",
            (_, "missing-parameter") => "A parameter is missing that Twilio always sends there.",
            (_, "store") => "The database failed.",
            (_, "store-timeout") => "The database did not answer in time.",
            (_, "handler-timeout") => "The server took too long for its answer.",
            ("apology", _) => "Something failed, and the caller heard an apology.",
            ("failed", _) => {
                "Something failed. Twilio may send it again; what is missing then is found by the comparison with Twilio’s lists."
            }
            _ => "It was not let in.",
        }
    }

    fn path(&self) -> String {
        format!("{}/{}", Part::Webhooks.path(), self.entry.id)
    }
}

#[derive(Template)]
#[template(path = "settings/webhook-log.html")]
struct WebhookLogPage {
    layout: Layout,
    part: Part,
    tab: &'static Tab,
    rows: Vec<Row>,
    older: Option<String>,
}

impl WebhookLogPage {
    fn tabs(&self) -> &'static [Tab] {
        &TABS
    }

    fn is_here(&self, tab: &Tab) -> bool {
        self.tab.filter == tab.filter
    }
}

/// `?result=&before=`; what can't be read is not asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
struct LogQuery {
    result: String,
    before: String,
}

async fn list(
    visitor: Visitor,
    State(state): State<AppState>,
    query: Result<Query<LogQuery>, QueryRejection>,
) -> Result<Html<WebhookLogPage>, PageError> {
    let layout = opened(&state, &visitor, Part::Webhooks).await?;
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let tab = TABS.iter().find(|tab| tab.result == query.result);
    let tab = tab.unwrap_or(&TABS[0]);
    let page = PageRequest {
        before: query.before.parse().ok(),
        ..PageRequest::newest(PART)
    };
    let company = visitor.caller.company;
    let page = log::entries(&state.database.db, company, tab.filter, page).await?;
    let rows = page.items.into_iter();
    Ok(Html(WebhookLogPage {
        layout,
        part: Part::Webhooks,
        tab,
        rows: rows.map(|entry| Row::new(&visitor, entry)).collect(),
        older: page.next.map(|next| older(tab, next)),
    }))
}

fn older(tab: &Tab, next: Uuid) -> String {
    format!(
        "{}?result={}&before={next}",
        Part::Webhooks.path(),
        tab.result
    )
}

/// A number that came up and is nobody's.
struct Unassigned {
    number: String,
    people: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "settings/webhook-request.html")]
struct RequestPage {
    layout: Layout,
    part: Part,
    row: Row,
    /// Whether the store has what Twilio said.
    is_kept: bool,
    /// `None` for who may not see it.
    parameters: Option<Vec<(String, String)>>,
    unassigned: Option<Unassigned>,
    may_replay: bool,
}

async fn show(
    visitor: Visitor,
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Html<RequestPage>, PageError> {
    let layout = opened(&state, &visitor, Part::Webhooks).await?;
    let company = visitor.caller.company;
    let id: Uuid = id.parse().map_err(|_| PageError::NotFound)?;
    let entry = log::entry(&state.database.db, company, id).await?;
    let entry = entry.ok_or(PageError::NotFound)?;
    let said = log::said(&*state.database.directory, company, &entry).await?;
    let unassigned = match said.as_ref().and_then(line_of_nobody) {
        Some(line) => Some(Unassigned {
            number: phone::format(line.as_str(), visitor.country),
            people: member_choices(&state, &visitor).await?,
        }),
        None => None,
    };
    let role = visitor.caller.role;
    Ok(Html(RequestPage {
        layout,
        part: Part::Webhooks,
        row: Row::new(&visitor, entry),
        is_kept: said.is_some(),
        may_replay: said.is_some() && role.may(Permission::Own),
        parameters: said
            .as_ref()
            .filter(|_| role.may(Permission::ReadWebhooks))
            .map(parameters),
        unassigned,
    }))
}

fn parameters(said: &HistoryEntry) -> Vec<(String, String)> {
    let pairs = said.params.iter();
    pairs
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}
