//! [`Plan`]: what was decided about a call when it began.
//!
//! It is kept with the call. Rules, menus and numbers may change while somebody is on the phone; the
//! call goes on as it was decided.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use twilio_hooks::{LineId, UserId};
use uuid::Uuid;

use super::Speech;

/// What was decided about an incoming call. Plain data; [`flow`](super::flow) walks through it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Plan {
    /// The line that was called.
    pub line_id: LineId,
    /// What the caller hears first: the greeting, and that the call is recorded.
    pub greeting: Vec<Speech>,
    /// What happens then.
    pub start: Next,
    /// The number that phones of ours show; that of the caller if none.
    pub caller_id: Option<String>,
    /// Whether what is talked is recorded.
    pub record: bool,
    /// The phones that may ring.
    pub targets: Vec<Target>,
    /// Who is called in which order; [`Next::Forward`] is a place in here.
    pub forwards: Vec<Forward>,
    /// The menus that can be reached.
    pub menus: BTreeMap<Uuid, MenuPlan>,
    /// What is said before a message can be left, if it is not the usual words.
    pub voicemail: Option<Speech>,
    /// The text for a caller whose call is missed.
    pub text_back: Option<String>,
}

/// Where a call goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Next {
    /// Phones ring.
    Forward(usize),
    /// Keys choose.
    Menu(Uuid),
    /// A message can be left.
    Voicemail,
    /// The same menu again.
    Repeat,
    /// A sentence, and the end.
    HangUp(Speech),
    /// Refused without a word.
    Reject,
}

/// A phone that may ring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Target {
    /// What it is called, such as `Ana's mobile`.
    pub name: String,
    /// In E.164.
    pub number: String,
    /// Whose it is, if it is one of our people's.
    pub user_id: Option<UserId>,
    /// For how long it rings.
    pub seconds: u32,
    /// Whether the one who answers has to press 1.
    pub accept_key: bool,
}

/// Who is called, one turn after the other, for so many seconds in all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Forward {
    /// Places in [`Plan::targets`]: those of one turn ring at once.
    pub turns: Vec<Vec<usize>>,
    /// For how many seconds they ring together.
    pub budget: u32,
}

/// A menu as it was when the call began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MenuPlan {
    /// What it is called.
    pub name: String,
    /// What is said.
    pub prompt: Speech,
    /// What keys do.
    pub keys: BTreeMap<char, Next>,
    /// For how many seconds a key is waited for.
    pub timeout: u32,
    /// How often it is said again.
    pub max_retries: u32,
    /// What is said if a key does nothing.
    pub invalid: Option<Speech>,
    /// What is said if no key is pressed.
    pub no_input: Option<Speech>,
    /// What happens then.
    pub last: Next,
}

impl Plan {
    /// A call to a line where nothing is set but perhaps the greeting.
    #[must_use]
    pub(super) fn voicemail(line_id: LineId, greeting: Vec<Speech>) -> Self {
        Self {
            line_id,
            greeting,
            start: Next::Voicemail,
            caller_id: None,
            record: false,
            targets: Vec::new(),
            forwards: Vec::new(),
            menus: BTreeMap::new(),
            voicemail: None,
            text_back: None,
        }
    }
}
