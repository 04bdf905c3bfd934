//! `/settings/menus`: what callers choose by keys.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use uuid::Uuid;

use super::{
    Choice, Part,
    calls::{kept, words},
    member_choices, opened,
};
use crate::{
    app::AppState,
    calls::{Action, KeptMenu, Menu, Menus, Phone, Speech},
    pages::{Html, Layout, PageError, Visitor},
};

/// As they lie on a phone.
const KEYS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/settings/menus", get(list))
        .route("/settings/menus/new", get(new))
        .route("/settings/menus/{id}", get(show))
}

#[derive(Template)]
#[template(path = "settings/menus.html")]
struct ListPage {
    layout: Layout,
    part: Part,
    menus: Vec<MenuRow>,
}

struct MenuRow {
    id: Uuid,
    name: String,
    prompt: String,
    /// The keys that do something.
    keys: String,
}

impl From<KeptMenu> for MenuRow {
    fn from(kept: KeptMenu) -> Self {
        let keys: Vec<_> = kept.menu.keys.into_keys().collect();
        Self {
            id: kept.id,
            name: kept.menu.name,
            prompt: kept.menu.prompt.text,
            keys: keys.join(", "),
        }
    }
}

async fn list(
    visitor: Visitor,
    State(state): State<AppState>,
) -> Result<Html<ListPage>, PageError> {
    let layout = opened(&state, &visitor, Part::Menus).await?;
    let menus = menus(&state).all(visitor.caller.company).await?;
    Ok(Html(ListPage {
        layout,
        part: Part::Menus,
        menus: menus.into_iter().map(MenuRow::from).collect(),
    }))
}

/// What a key does, or what happens at last; nothing for a key without use.
struct ActionForm {
    /// The key; none for what happens at last.
    key: Option<&'static str>,
    /// What stands before the names of its fields.
    prefix: String,
    action: Option<Action>,
}

impl ActionForm {
    /// Its name for an id in the page.
    fn id(&self) -> String {
        match self.key {
            Some("*") => "star".to_owned(),
            Some("#") => "hash".to_owned(),
            Some(key) => format!("key{key}"),
            None => "final".to_owned(),
        }
    }

    fn choices(&self) -> Vec<(&'static str, &'static str, bool)> {
        let chosen = match &self.action {
            None => "",
            Some(Action::User { .. }) => "user",
            Some(Action::Number { .. }) => "number",
            Some(Action::Voicemail) => "voicemail",
            Some(Action::Menu { .. }) => "menu",
            Some(Action::Repeat) => "repeat",
            Some(Action::HangUp { .. }) => "hang_up",
        };
        [
            ("", "Nothing"),
            ("user", "Ring a person"),
            ("number", "Ring a number"),
            ("voicemail", "Leave a message"),
            ("menu", "Go to another menu"),
            ("repeat", "Repeat the prompt"),
            ("hang_up", "Say something and hang up"),
        ]
        .into_iter()
        .filter(|(value, _)| self.key.is_some() || !matches!(*value, "" | "repeat"))
        .map(|(value, text)| (value, text, value == chosen))
        .collect()
    }

    fn is_user(&self, choice: &Choice) -> bool {
        matches!(&self.action, Some(Action::User { user_id, .. }) if user_id.to_string() == choice.id)
    }

    fn is_phone(&self, wanted: &str) -> bool {
        match &self.action {
            Some(Action::User {
                phone: Some(Phone::Mobile),
                ..
            }) => wanted == "mobile",
            Some(Action::User {
                phone: Some(Phone::Office),
                ..
            }) => wanted == "office",
            _ => wanted.is_empty(),
        }
    }

    fn is_menu(&self, menu: &Choice) -> bool {
        matches!(&self.action, Some(Action::Menu { menu_id }) if menu_id.to_string() == menu.id)
    }

    fn number(&self) -> &str {
        match &self.action {
            Some(Action::Number { number, .. }) => number,
            _ => "",
        }
    }

    fn number_name(&self) -> &str {
        match &self.action {
            Some(Action::Number { name, .. }) => name.as_deref().unwrap_or_default(),
            _ => "",
        }
    }

    fn ring_seconds(&self) -> u32 {
        match &self.action {
            Some(Action::Number { ring_seconds, .. }) => *ring_seconds,
            _ => 20,
        }
    }

    fn accepts_by_key(&self) -> bool {
        matches!(
            &self.action,
            Some(Action::Number {
                accept_key: true,
                ..
            })
        )
    }

    fn speech(&self) -> Option<&Speech> {
        match &self.action {
            Some(Action::HangUp { say }) => Some(say),
            _ => None,
        }
    }

    fn say(&self) -> &str {
        words(self.speech())
    }

    fn kept(&self) -> Vec<(String, String)> {
        kept(&format!("{}say", self.prefix), self.speech())
    }
}

#[derive(Template)]
#[template(path = "settings/menu.html")]
struct EditPage {
    layout: Layout,
    part: Part,
    id: Option<Uuid>,
    menu: Option<Menu>,
    actions: Vec<ActionForm>,
    people: Vec<Choice>,
    menus: Vec<Choice>,
}

impl EditPage {
    fn name(&self) -> &str {
        self.menu.as_ref().map_or("", |menu| &menu.name)
    }

    fn timeout(&self) -> u32 {
        self.menu.as_ref().map_or(5, |menu| menu.timeout)
    }

    fn max_retries(&self) -> u32 {
        self.menu.as_ref().map_or(2, |menu| menu.max_retries)
    }

    fn prompt(&self) -> &str {
        words(self.menu.as_ref().map(|menu| &menu.prompt))
    }

    fn invalid(&self) -> &str {
        words(self.menu.as_ref().and_then(|menu| menu.invalid.as_ref()))
    }

    fn no_input(&self) -> &str {
        words(self.menu.as_ref().and_then(|menu| menu.no_input.as_ref()))
    }

    /// Languages and voices, which the API sets alone.
    fn kept(&self) -> Vec<(String, String)> {
        let Some(menu) = &self.menu else {
            return Vec::new();
        };
        [
            ("prompt", Some(&menu.prompt)),
            ("invalid", menu.invalid.as_ref()),
            ("no_input", menu.no_input.as_ref()),
        ]
        .into_iter()
        .flat_map(|(name, speech)| kept(name, speech))
        .collect()
    }
}

async fn new(visitor: Visitor, State(state): State<AppState>) -> Result<Html<EditPage>, PageError> {
    edit(&state, &visitor, None).await
}

async fn show(
    visitor: Visitor,
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Html<EditPage>, PageError> {
    let id: Uuid = id.parse().map_err(|_| PageError::NotFound)?;
    let kept = menus(&state).get(visitor.caller.company, id).await?;
    edit(&state, &visitor, Some(kept.ok_or(PageError::NotFound)?)).await
}

async fn edit(
    state: &AppState,
    visitor: &Visitor,
    stored: Option<KeptMenu>,
) -> Result<Html<EditPage>, PageError> {
    let layout = opened(state, visitor, Part::Menus).await?;
    let all = menus(state).all(visitor.caller.company).await?;
    let (id, menu) = match stored {
        Some(stored) => (Some(stored.id), Some(stored.menu)),
        None => (None, None),
    };
    let action = |key: &'static str| ActionForm {
        key: Some(key),
        prefix: format!("keys.{key}."),
        action: menu.as_ref().and_then(|menu| menu.keys.get(key).cloned()),
    };
    let mut actions: Vec<_> = KEYS.into_iter().map(action).collect();
    actions.push(ActionForm {
        key: None,
        prefix: "final.".to_owned(),
        action: Some(
            menu.as_ref()
                .map_or(Action::Voicemail, |menu| menu.last.clone()),
        ),
    });
    let choice = |kept: KeptMenu| Choice {
        id: kept.id.to_string(),
        name: kept.menu.name,
    };
    Ok(Html(EditPage {
        layout,
        part: Part::Menus,
        id,
        menu,
        actions,
        people: member_choices(state, visitor).await?,
        menus: all.into_iter().map(choice).collect(),
    }))
}

fn menus(state: &AppState) -> Menus {
    Menus::new(state.database.db.clone())
}
