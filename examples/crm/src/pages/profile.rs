//! `/profile`: one's own name, phones, password, sessions, and what one wants to hear of.

use askama::Template;
use axum::{Router, extract::State, routing::get};
use twilio_hooks::{UserId, notify::Topic};
use uuid::Uuid;

use super::{
    Html, Layout, PageError, Visitor, layout::role_name, settings::PersonRule, time::When,
};
use crate::{
    app::AppState,
    contacts::phone,
    notices::{
        may_see,
        settings::{Preference, preferences},
    },
    people::Permission,
};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/profile", get(show))
}

struct SessionRow {
    id: Uuid,
    /// Program and system, in short.
    name: String,
    seen: When,
    since: When,
    is_present: bool,
}

/// A kind of event, and whether one wants to hear of it.
struct TopicRow {
    topic: &'static str,
    name: &'static str,
    in_app: bool,
    sound: bool,
}

#[derive(Template)]
#[template(path = "profile/page.html")]
struct ProfilePage {
    layout: Layout,
    user: UserId,
    name: String,
    email: String,
    role: &'static str,
    mobile: String,
    office: String,
    time_zone: String,
    /// Where calls go; who only reads gets none.
    rule: Option<PersonRule>,
    sessions: Vec<SessionRow>,
    topics: Vec<TopicRow>,
}

async fn show(
    visitor: Visitor,
    State(state): State<AppState>,
) -> Result<Html<ProfilePage>, PageError> {
    let (user, caller) = (&visitor.user, &visitor.caller);
    let number = |number: Option<&str>| {
        number.map_or_else(String::new, |it| phone::format(it, visitor.country))
    };
    let rule = match caller.role.may(Permission::Send) {
        true => Some(PersonRule::new(&state, &visitor, user.id).await?),
        false => None,
    };
    let sessions = state.people.sessions(user.id).await?;
    let sessions = sessions.into_iter().map(|session| SessionRow {
        name: session
            .agent
            .as_deref()
            .map_or_else(|| "A browser".to_owned(), browser),
        seen: visitor.when(session.seen_at),
        since: visitor.when(session.created_at),
        is_present: caller.session == Some(session.id),
        id: session.id,
    });
    let all = preferences(&state.database.db, caller.company, user.id).await?;
    let topics = all.iter().filter(|it| may_see(caller.role, &it.topic));
    Ok(Html(ProfilePage {
        layout: Layout::new(&state, &visitor, None).await?,
        user: user.id,
        name: user.name.clone(),
        email: user.email.clone(),
        role: role_name(user.role),
        mobile: number(user.mobile.as_deref()),
        office: number(user.office.as_deref()),
        time_zone: user.time_zone.clone().unwrap_or_default(),
        rule,
        sessions: sessions.collect(),
        topics: topics.filter_map(topic).collect(),
    }))
}

fn topic(it: &Preference) -> Option<TopicRow> {
    let (topic, name) = match it.topic {
        Topic::SmsReceived => ("sms_received", "Messages"),
        Topic::SmsStatusUpdate => ("sms_status_update", "What becomes of sent messages"),
        Topic::DeliveryFailed => ("delivery_failed", "Messages that were not delivered"),
        Topic::CallReceived => ("call_received", "Calls"),
        Topic::CallStatusUpdate => ("call_status_update", "What becomes of calls"),
        Topic::MissedCall => ("missed_call", "Missed calls"),
        Topic::VoicemailReceived => ("voicemail_received", "Voicemails"),
        Topic::RecordingAvailable => ("recording_available", "Recordings"),
        Topic::SetupProblem => ("setup_problem", "Problems with the setup"),
        _ => return None,
    };
    Some(TopicRow {
        topic,
        name,
        in_app: it.in_app,
        sound: it.sound,
    })
}

/// What a browser calls itself, in short. It is a hint: a browser may say anything.
fn browser(agent: &str) -> String {
    let of = |names: &[(&str, &'static str)]| {
        let found = names.iter().find(|(mark, _)| agent.contains(mark));
        found.map(|(_, name)| *name)
    };
    // Each calls itself by the names of the ones that were there before.
    let program = of(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = of(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (program, system) {
        (Some(program), Some(system)) => format!("{program} on {system}"),
        (Some(program), None) => program.to_owned(),
        (None, _) => agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_in_short() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Chrome/140.0.0.0 Safari/537.36";
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 \
                      (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
        for (agent, name) in [
            (chrome, "Chrome on Linux"),
            (iphone, "Safari on iPhone"),
            ("curl/8.5.0", "curl/8.5.0"),
        ] {
            assert_eq!(browser(agent), name);
        }
    }
}
