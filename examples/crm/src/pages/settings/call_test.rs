//! `/parts/settings/lines/{id}/call`: what somebody who called a number now would hear.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State, rejection::QueryRejection},
    routing::get,
};
use serde::Deserialize;
use twilio_hooks::{Address, LineId};

use crate::{
    app::AppState,
    calls::{RingingPhone, Speech, Step},
    contacts::phone::{self, Country},
    pages::{Html, PageError, Visitor},
    people::Permission,
};

/// Somebody whom nobody knows: Twilio calls and texts from this number for trials only.
const ANYBODY: &str = "+15005550006";

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/parts/settings/lines/{id}/call", get(show))
}

/// `?from=`: who calls; somebody without.
#[derive(Default, Deserialize)]
#[serde(default)]
struct CallQuery {
    from: String,
}

/// Something that happens, one after the other.
struct StepRow {
    /// How many choices lead here.
    depth: usize,
    /// What, in short.
    name: String,
    /// What is said, or which phones.
    text: String,
}

#[derive(Template)]
#[template(path = "settings/call-test.html")]
struct CallTest {
    rows: Vec<StepRow>,
}

async fn show(
    visitor: Visitor,
    State(state): State<AppState>,
    Path(id): Path<String>,
    query: Result<Query<CallQuery>, QueryRejection>,
) -> Result<Html<CallTest>, PageError> {
    visitor.require(Permission::Configure)?;
    let id: LineId = id.parse().map_err(|_| PageError::NotFound)?;
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let lines = state.database.lines.lines(visitor.caller.company).await?;
    let line = lines.into_iter().find(|line| line.id == id);
    let line = line.ok_or(PageError::NotFound)?;
    let from = match query.from.trim() {
        "" => ANYBODY.to_owned(),
        from => phone::normalise(from, visitor.country)
            .map_or_else(|_| from.to_owned(), |number| number.as_str().to_owned()),
    };
    let steps = state.calls.explain(&line, Address::from(from)).await?;
    let mut rows = Vec::new();
    describe(&steps, 0, visitor.country, &mut rows);
    Ok(Html(CallTest { rows }))
}

fn describe(steps: &[Step], depth: usize, country: Country, rows: &mut Vec<StepRow>) {
    for step in steps {
        let row = |name: &str, text: String| StepRow {
            depth,
            name: name.to_owned(),
            text,
        };
        match step {
            Step::Say { say } => rows.push(row("The caller hears", said(say))),
            Step::Ring {
                phones,
                seconds,
                recorded,
            } => {
                let recorded = if *recorded {
                    ", and the talk is recorded"
                } else {
                    ""
                };
                let name = format!("Rings for {seconds} seconds{recorded}");
                rows.push(row(&name, ringing(phones, country)));
            }
            Step::Menu {
                name,
                prompt,
                keys,
                without_a_key,
            } => {
                rows.push(row(&format!("The menu “{name}” asks"), said(prompt)));
                for key in keys {
                    rows.push(row(&format!("Key {}", key.key), String::new()));
                    describe(&key.steps, depth + 1, country, rows);
                }
                rows.push(row("Without a key", String::new()));
                describe(without_a_key, depth + 1, country, rows);
            }
            Step::Voicemail { greeting } => {
                let usual = || "After the usual words".to_owned();
                let text = greeting.as_ref().map_or_else(usual, said);
                rows.push(row("The caller can leave a message", text));
            }
            Step::Reject => rows.push(row("The call is refused", String::new())),
            Step::Repeat => rows.push(row("The menu is said again", String::new())),
            Step::HangUp => rows.push(row("The call is over", String::new())),
        }
    }
}

fn said(speech: &Speech) -> String {
    format!("“{}”", speech.text)
}

fn ringing(phones: &[RingingPhone], country: Country) -> String {
    let phone = |it: &RingingPhone| {
        let accepts = if it.accept_key {
            ", who has to press 1"
        } else {
            ""
        };
        format!(
            "{} {}{accepts}",
            it.name,
            phone::format(&it.number, country)
        )
    };
    phones.iter().map(phone).collect::<Vec<_>>().join("; ")
}
