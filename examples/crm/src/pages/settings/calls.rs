//! `/settings/calls`: where calls go, for the company, a line and a person.

use askama::{Template, filters::HtmlSafe};
use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use twilio_hooks::{LineId, UserId};

use super::{Choice, Part, line_choices, member_choices, opened};
use crate::{
    api::Problem,
    app::AppState,
    calls::{
        CallSettings, CallerId, LineCallRule, Menus, Mode, Phone, Recording, Rule, Rules, Speech,
    },
    pages::{Html, Layout, PageError, Visitor},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/settings/calls", get(company))
        .route("/settings/calls/lines/{id}", get(line))
        .route("/settings/calls/people/{id}", get(person))
}

/// The fields of a rule.
#[derive(Template)]
#[template(path = "settings/rule.html")]
pub(in crate::pages) struct RuleForm {
    rule: Rule,
    /// What stands before the names of its fields.
    prefix: &'static str,
    menus: Vec<Choice>,
}

impl HtmlSafe for RuleForm {}

impl RuleForm {
    pub(in crate::pages) async fn new(
        state: &AppState,
        visitor: &Visitor,
        rule: Rule,
        prefix: &'static str,
    ) -> Result<Self, PageError> {
        let menus = Menus::new(state.database.db.clone());
        let menus = menus.all(visitor.caller.company).await?.into_iter();
        let menus = menus.map(|kept| Choice {
            id: kept.id.to_string(),
            name: kept.menu.name,
        });
        Ok(Self {
            rule,
            prefix,
            menus: menus.collect(),
        })
    }

    fn modes(&self) -> [(&'static str, &'static str, bool); 6] {
        let mode = |name, text, mode| (name, text, self.rule.mode == mode);
        [
            mode("mobile", "The mobile rings", Mode::Mobile),
            mode("office", "The phone in the office rings", Mode::Office),
            mode("both", "Both ring at once", Mode::Both),
            mode("in_turn", "One rings after the other", Mode::InTurn),
            mode(
                "voicemail",
                "Callers can leave a message at once",
                Mode::Voicemail,
            ),
            mode("menu", "Callers choose by keys", Mode::Menu),
        ]
    }

    fn is_office_first(&self) -> bool {
        self.rule.order.first() == Some(&Phone::Office)
    }

    fn shows_line(&self) -> bool {
        self.rule.shown_number == CallerId::Line
    }

    fn is_menu(&self, choice: &Choice) -> bool {
        self.rule
            .menu_id
            .is_some_and(|id| id.to_string() == choice.id)
    }

    fn greeting(&self) -> &str {
        words(self.rule.greeting.as_ref())
    }

    fn voicemail_greeting(&self) -> &str {
        words(self.rule.voicemail_greeting.as_ref())
    }

    fn text_back(&self) -> &str {
        self.rule.text_back.as_deref().unwrap_or_default()
    }

    /// Language and voice of what is spoken, which the API sets alone: they stay as they are.
    fn kept(&self) -> Vec<(String, String)> {
        let rule = &self.rule;
        [
            ("greeting", rule.greeting.as_ref()),
            ("voicemail_greeting", rule.voicemail_greeting.as_ref()),
        ]
        .into_iter()
        .flat_map(|(name, speech)| kept(&format!("{}{name}", self.prefix), speech))
        .collect()
    }
}

/// What is said, or nothing.
pub(super) fn words(speech: Option<&Speech>) -> &str {
    speech.map_or("", |speech| speech.text.as_str())
}

/// The fields of a speech that are not shown.
pub(super) fn kept(name: &str, speech: Option<&Speech>) -> Vec<(String, String)> {
    let language = speech.and_then(|speech| speech.language.clone());
    let voice = speech.and_then(|speech| speech.voice.clone());
    [("language", language), ("voice", voice)]
        .into_iter()
        .filter_map(|(field, value)| Some((format!("{name}.{field}"), value?)))
        .collect()
}

fn recordings(chosen: Option<Recording>) -> [(&'static str, &'static str, bool); 3] {
    [
        ("off", "Talks are not recorded", Recording::Off),
        ("on", "Talks are recorded", Recording::On),
        (
            "announce",
            "Talks are recorded, and it is said before",
            Recording::Announce,
        ),
    ]
    .map(|(name, text, recording)| (name, text, chosen == Some(recording)))
}

#[derive(Template)]
#[template(path = "settings/calls.html")]
struct CompanyPage {
    layout: Layout,
    part: Part,
    settings: CallSettings,
    rule: RuleForm,
    lines: Vec<Choice>,
    people: Vec<Choice>,
}

impl CompanyPage {
    fn recordings(&self) -> [(&'static str, &'static str, bool); 3] {
        recordings(Some(self.settings.recording))
    }

    fn announcement(&self) -> &str {
        words(self.settings.announcement.as_ref())
    }

    fn kept(&self) -> Vec<(String, String)> {
        kept("announcement", self.settings.announcement.as_ref())
    }
}

async fn company(
    visitor: Visitor,
    State(state): State<AppState>,
) -> Result<Html<CompanyPage>, PageError> {
    let layout = opened(&state, &visitor, Part::Calls).await?;
    let settings = rules(&state).company(visitor.caller.company).await?;
    Ok(Html(CompanyPage {
        layout,
        part: Part::Calls,
        rule: RuleForm::new(&state, &visitor, settings.rule.clone(), "rule.").await?,
        settings,
        lines: line_choices(&state, &visitor).await?,
        people: member_choices(&state, &visitor).await?,
    }))
}

#[derive(Template)]
#[template(path = "settings/call-line.html")]
struct LinePage {
    layout: Layout,
    part: Part,
    line: Choice,
    settings: LineCallRule,
    rule: RuleForm,
}

impl LinePage {
    fn recordings(&self) -> [(&'static str, &'static str, bool); 3] {
        recordings(self.settings.recording)
    }
}

async fn line(
    visitor: Visitor,
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Html<LinePage>, PageError> {
    let layout = opened(&state, &visitor, Part::Calls).await?;
    let id: LineId = id.parse().map_err(|_| PageError::NotFound)?;
    let mut lines = line_choices(&state, &visitor).await?.into_iter();
    let line = lines.find(|line| line.id == id.to_string());
    let line = line.ok_or(PageError::NotFound)?;
    let (rules, company) = (rules(&state), visitor.caller.company);
    let settings = rules.line(company, id).await?;
    let rule = match &settings.rule {
        Some(rule) => rule.clone(),
        None => rules.company(company).await?.rule,
    };
    Ok(Html(LinePage {
        layout,
        part: Part::Calls,
        line,
        settings,
        rule: RuleForm::new(&state, &visitor, rule, "rule.").await?,
    }))
}

/// The rule of a person, to be set.
#[derive(Template)]
#[template(path = "settings/person-rule.html")]
pub(in crate::pages) struct PersonRule {
    user: UserId,
    has_own: bool,
    rule: RuleForm,
}

impl HtmlSafe for PersonRule {}

impl PersonRule {
    pub(in crate::pages) async fn new(
        state: &AppState,
        visitor: &Visitor,
        user: UserId,
    ) -> Result<Self, PageError> {
        let (rules, company) = (rules(state), visitor.caller.company);
        let own = rules.user(company, user).await.map_err(Problem::from)?;
        let has_own = own.is_some();
        let rule = match own {
            Some(rule) => rule,
            None => rules.company(company).await?.rule,
        };
        let rule = RuleForm::new(state, visitor, rule, "").await?;
        Ok(Self {
            user,
            has_own,
            rule,
        })
    }
}

#[derive(Template)]
#[template(path = "settings/call-person.html")]
struct PersonPage {
    layout: Layout,
    part: Part,
    name: String,
    rule: PersonRule,
}

async fn person(
    visitor: Visitor,
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Html<PersonPage>, PageError> {
    let layout = opened(&state, &visitor, Part::Calls).await?;
    let id: UserId = id.parse().map_err(|_| PageError::NotFound)?;
    let user = state.people.user(visitor.caller.company, id).await?;
    Ok(Html(PersonPage {
        layout,
        part: Part::Calls,
        name: user.name,
        rule: PersonRule::new(&state, &visitor, id).await?,
    }))
}

fn rules(state: &AppState) -> Rules {
    Rules::new(state.database.db.clone())
}
