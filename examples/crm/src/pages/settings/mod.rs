//! `/settings`: what a company has set, one page for each part of it.
//!
//! - [`twilio`] is its accounts and lines, and whether Twilio sends to them.
//! - [`calls`] is where calls go, [`menus`] what callers choose by keys; [`call_test`] tells what a caller
//!   would hear.
//! - [`answers`] is when the company is open, and what texts are answered with by themselves.
//! - [`sending`] is how it sends, what becomes of recordings, and where it is at home.
//! - [`people`] is who may come in, and what they did.
//! - [`webhook_log`] is what Twilio has sent.

mod answers;
mod call_test;
mod calls;
mod menus;
mod people;
mod sending;
mod twilio;
mod webhook_log;

use std::collections::HashMap;

use axum::{Router, response::Redirect, routing::get};
use twilio_hooks::{LineId, UserId, store::PageRequest};

pub(super) use self::{calls::PersonRule, twilio::waiting_routes};
use super::{Layout, PageError, Visitor, layout::Section};
use crate::{
    accounts::line_names,
    app::AppState,
    contacts::phone,
    people::{Permission, User},
};

/// How many people can be chosen from.
const MOST_PEOPLE: u32 = 500;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/settings", get(async || Redirect::to(Part::Twilio.path())))
        .merge(twilio::routes())
        .merge(calls::routes())
        .merge(call_test::routes())
        .merge(menus::routes())
        .merge(answers::routes())
        .merge(sending::routes())
        .merge(people::routes())
        .merge(webhook_log::routes())
}

/// A page of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Twilio,
    Calls,
    Menus,
    Hours,
    AutoReply,
    Messaging,
    Recordings,
    Members,
    Tokens,
    Webhooks,
    Audit,
    Company,
}

/// An entry of the navigation of the settings.
struct PartLink {
    path: &'static str,
    name: &'static str,
    is_here: bool,
}

impl Part {
    /// From top to bottom.
    const ALL: [Self; 12] = [
        Self::Twilio,
        Self::Calls,
        Self::Menus,
        Self::Hours,
        Self::AutoReply,
        Self::Messaging,
        Self::Recordings,
        Self::Members,
        Self::Tokens,
        Self::Webhooks,
        Self::Audit,
        Self::Company,
    ];

    /// Where it is, what it is called, and what one does there.
    fn entry(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Twilio => (
                "/settings/twilio",
                "Twilio Settings",
                "Your accounts at Twilio, your numbers, and whether Twilio sends here what comes in.",
            ),
            Self::Calls => (
                "/settings/calls",
                "Call rules",
                "Where calls go. A number’s rule counts first, then its person’s, then the company’s.",
            ),
            Self::Menus => (
                "/settings/menus",
                "Menus",
                "What callers hear, and what each key does. A call rule leads to a menu.",
            ),
            Self::Hours => (
                "/settings/hours",
                "Business hours",
                "When you are open. Automatic replies go by it.",
            ),
            Self::AutoReply => (
                "/settings/auto-reply",
                "Auto-reply",
                "What texts are answered with by themselves.",
            ),
            Self::Messaging => (
                "/settings/messaging",
                "Messaging",
                "How fast and how much the company sends, and from which number.",
            ),
            Self::Recordings => (
                "/settings/recordings",
                "Recordings",
                "Where recordings are kept, and for how long.",
            ),
            Self::Members => (
                "/settings/members",
                "Members",
                "Who works here, and what they may do.",
            ),
            Self::Tokens => (
                "/settings/tokens",
                "API tokens",
                "What programs of yours use the API with.",
            ),
            Self::Webhooks => (
                "/settings/webhooks",
                "Webhook log",
                "What Twilio has sent here of late, and what came of it.",
            ),
            Self::Audit => (
                "/settings/audit",
                "Audit log",
                "What people and programs did. It can’t be changed by anybody.",
            ),
            Self::Company => (
                "/settings/company",
                "Company",
                "Where the company is at home.",
            ),
        }
    }

    fn path(self) -> &'static str {
        self.entry().0
    }

    fn name(self) -> &'static str {
        self.entry().1
    }

    fn about(self) -> &'static str {
        self.entry().2
    }

    /// What somebody must be allowed to see it.
    fn permission(self) -> Permission {
        match self {
            Self::Twilio | Self::Tokens => Permission::ManageCredentials,
            Self::Members => Permission::ManageMembers,
            Self::Audit => Permission::Audit,
            _ => Permission::Configure,
        }
    }

    fn links(self) -> Vec<PartLink> {
        let link = |part: Self| PartLink {
            path: part.path(),
            name: part.name(),
            is_here: part == self,
        };
        Self::ALL.map(link).into()
    }
}

/// What is around a page of the settings, for those who may see it.
async fn opened(state: &AppState, visitor: &Visitor, part: Part) -> Result<Layout, PageError> {
    visitor.require(Permission::Configure)?;
    visitor.require(part.permission())?;
    Layout::new(state, visitor, Section::Settings).await
}

/// Something to choose, or to go to.
struct Choice {
    id: String,
    name: String,
}

/// The company's numbers, by the names that people give them.
async fn line_choices(state: &AppState, visitor: &Visitor) -> Result<Vec<Choice>, PageError> {
    let company = visitor.caller.company;
    let mut names: HashMap<LineId, String> = line_names(&state.database.db, company).await?;
    let lines = state.database.lines.lines(company).await?;
    let choices = lines.into_iter().map(|line| {
        let number = phone::format(&line.address, visitor.country);
        Choice {
            id: line.id.to_string(),
            name: match names.remove(&line.id) {
                Some(name) => format!("{name} ({number})"),
                None => number,
            },
        }
    });
    Ok(choices.collect())
}

/// The people of the company who can sign in or are invited.
async fn members(state: &AppState, visitor: &Visitor) -> Result<Vec<User>, PageError> {
    let page = PageRequest::newest(MOST_PEOPLE);
    let page = state.people.users(visitor.caller.company, page).await?;
    let mut users = page.items;
    users.retain(|user| user.disabled_at.is_none());
    users.sort_by_key(|user| user.name.to_lowercase());
    Ok(users)
}

/// Those of them, to choose from.
async fn member_choices(state: &AppState, visitor: &Visitor) -> Result<Vec<Choice>, PageError> {
    let users = members(state, visitor).await?;
    let choices = users.into_iter().map(|user| Choice {
        id: user.id.to_string(),
        name: user.name,
    });
    Ok(choices.collect())
}

/// What people are called.
async fn member_names(
    state: &AppState,
    visitor: &Visitor,
) -> Result<HashMap<UserId, String>, PageError> {
    let page = PageRequest::newest(MOST_PEOPLE);
    let page = state.people.users(visitor.caller.company, page).await?;
    let users = page.items.into_iter();
    Ok(users.map(|user| (user.id, user.name)).collect())
}
