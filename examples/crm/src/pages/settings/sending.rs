//! `/settings/messaging`, `/settings/recordings` and `/settings/company`.

use askama::Template;
use axum::{Router, extract::State, routing::get};

use super::{Choice, Part, line_choices, opened};
use crate::{
    app::AppState,
    contacts::company::{self, CompanySettings},
    messaging::settings::SendingSettings,
    pages::{Html, Layout, PageError, Visitor},
    recordings::{MOST_KEEP_DAYS, RecordingSettings},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/settings/messaging", get(messaging))
        .route("/settings/recordings", get(recordings))
        .route("/settings/company", get(show_company))
}

#[derive(Template)]
#[template(path = "settings/messaging.html")]
struct MessagingPage {
    layout: Layout,
    part: Part,
    settings: SendingSettings,
    used_today: u32,
    lines: Vec<Choice>,
}

impl MessagingPage {
    fn is_default(&self, line: &Choice) -> bool {
        let chosen = self.settings.default_line;
        chosen.is_some_and(|id| id.to_string() == line.id)
    }
}

async fn messaging(
    visitor: Visitor,
    State(state): State<AppState>,
) -> Result<Html<MessagingPage>, PageError> {
    let layout = opened(&state, &visitor, Part::Messaging).await?;
    let company = visitor.caller.company;
    Ok(Html(MessagingPage {
        layout,
        part: Part::Messaging,
        settings: state.messaging.settings(company).await?,
        used_today: state.messaging.used_today(company).await?,
        lines: line_choices(&state, &visitor).await?,
    }))
}

#[derive(Template)]
#[template(path = "settings/recordings.html")]
struct RecordingsPage {
    layout: Layout,
    part: Part,
    settings: RecordingSettings,
    most_days: u32,
    /// How many would be deleted now because they are too old.
    too_old: u64,
}

async fn recordings(
    visitor: Visitor,
    State(state): State<AppState>,
) -> Result<Html<RecordingsPage>, PageError> {
    let layout = opened(&state, &visitor, Part::Recordings).await?;
    let caller = &visitor.caller;
    let settings = state.recordings.settings(caller.company).await?;
    let too_old = match settings.keep_days {
        Some(days) => {
            let found = state.recordings.preview(caller.company, days, caller.at);
            found.await?.recordings
        }
        None => 0,
    };
    Ok(Html(RecordingsPage {
        layout,
        part: Part::Recordings,
        settings,
        most_days: MOST_KEEP_DAYS,
        too_old,
    }))
}

#[derive(Template)]
#[template(path = "settings/company.html")]
struct CompanyPage {
    layout: Layout,
    part: Part,
    name: String,
    settings: CompanySettings,
}

impl CompanyPage {
    fn country(&self) -> &str {
        self.settings.country.as_ref()
    }
}

async fn show_company(
    visitor: Visitor,
    State(state): State<AppState>,
) -> Result<Html<CompanyPage>, PageError> {
    let layout = opened(&state, &visitor, Part::Company).await?;
    let id = visitor.caller.company;
    let companies = state.database.settings.companies().await?;
    let found = companies.into_iter().find(|company| company.id == id);
    Ok(Html(CompanyPage {
        layout,
        part: Part::Company,
        name: found.ok_or(PageError::NotFound)?.name,
        settings: company::settings(&state.database.db, id).await?,
    }))
}
