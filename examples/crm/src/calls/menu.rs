//! [`Menu`]: what callers choose by keys, as it is kept and as the API has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use twilio_hooks::UserId;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Invalid, Phone, Speech, check_number};

/// The keys of a phone.
const KEYS: &str = "0123456789*#";

const TIMEOUT: std::ops::RangeInclusive<u32> = 1..=30;
const RETRIES: u32 = 5;
const RING_SECONDS: std::ops::RangeInclusive<u32> = 5..=60;
const MAX_NAME: usize = 100;

/// A menu: a prompt, and what each key does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Menu {
    /// What it is called among ourselves.
    pub name: String,
    /// What callers hear.
    pub prompt: Speech,
    /// What a key does: `0` to `9`, `*` and `#`.
    pub keys: BTreeMap<String, Action>,
    /// For how many seconds a key is waited for, after the prompt: 1 to 30.
    #[serde(default = "default_timeout")]
    pub timeout: u32,
    /// How often the prompt is spoken again, if no key or a wrong one is pressed: 0 to 5.
    #[serde(default = "default_retries")]
    pub max_retries: u32,
    /// What is said if a key does nothing.
    #[serde(default)]
    pub invalid: Option<Speech>,
    /// What is said if no key is pressed.
    #[serde(default)]
    pub no_input: Option<Speech>,
    /// What happens when the retries are used up; a message can be left unless set otherwise.
    #[serde(default, rename = "final")]
    pub last: Action,
}

const fn default_timeout() -> u32 {
    5
}

const fn default_retries() -> u32 {
    2
}

/// What a key does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = MenuAction)]
pub enum Action {
    /// A person's phones ring, as that person's own rule says.
    User {
        /// Who.
        #[schema(value_type = Uuid)]
        user_id: UserId,
        /// Only this phone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone: Option<Phone>,
    },
    /// A number rings.
    Number {
        /// In E.164.
        number: String,
        /// What it is called in the list of calls.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// For how many seconds: 5 to 60.
        #[serde(default = "default_ring")]
        ring_seconds: u32,
        /// Whether the one who answers has to press 1.
        #[serde(default)]
        accept_key: bool,
    },
    /// A message can be left.
    #[default]
    Voicemail,
    /// Another menu.
    Menu {
        /// Which.
        menu_id: Uuid,
    },
    /// The prompt again.
    Repeat,
    /// A sentence, and the call is over.
    HangUp {
        /// The sentence.
        say: Speech,
    },
}

const fn default_ring() -> u32 {
    20
}

impl Menu {
    /// Checks what can be checked without a database.
    ///
    /// # Errors
    /// If something in it can't be.
    pub fn check(&self) -> Result<(), Invalid> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME || name.contains('\0') {
            return Err(Invalid::new(
                "name",
                "is empty or has more than 100 characters",
            ));
        }
        self.prompt.check("prompt")?;
        if self.keys.is_empty() {
            return Err(Invalid::new("keys", "has no key"));
        }
        if !TIMEOUT.contains(&self.timeout) {
            return Err(Invalid::new("timeout", "is not between 1 and 30 seconds"));
        }
        if self.max_retries > RETRIES {
            return Err(Invalid::new("max_retries", "is more than 5"));
        }
        for (field, speech) in [("invalid", &self.invalid), ("no_input", &self.no_input)] {
            if let Some(speech) = speech {
                speech.check(field)?;
            }
        }
        for (key, action) in &self.keys {
            if key.len() != 1 || !KEYS.contains(key.as_str()) {
                let reason = "is not a key: there are 0 to 9, * and #";
                return Err(Invalid::new(format!("keys.{}", shown(key)), reason));
            }
            action
                .check()
                .map_err(|it| it.inside(&format!("keys.{key}")))?;
        }
        if self.last == Action::Repeat {
            return Err(Invalid::new("final", "can't be to repeat the prompt"));
        }
        self.last.check().map_err(|it| it.inside("final"))
    }

    /// What it may come to, key by key and at last, with the field it stands in.
    pub fn actions(&self) -> impl Iterator<Item = (String, &Action)> {
        let keys = self.keys.iter();
        keys.map(|(key, action)| (format!("keys.{key}"), action))
            .chain([("final".to_owned(), &self.last)])
    }

    /// The menus it leads to.
    pub fn links(&self) -> impl Iterator<Item = Uuid> {
        self.actions().filter_map(|(_, action)| match action {
            Action::Menu { menu_id } => Some(*menu_id),
            _ => None,
        })
    }
}

impl Action {
    fn check(&self) -> Result<(), Invalid> {
        match self {
            Self::Number {
                number,
                name,
                ring_seconds,
                ..
            } => {
                check_number(number).map_err(|reason| Invalid::new("number", reason))?;
                if !RING_SECONDS.contains(ring_seconds) {
                    let reason = "is not between 5 and 60 seconds";
                    return Err(Invalid::new("ring_seconds", reason));
                }
                match name {
                    Some(name) if name.chars().count() > MAX_NAME || name.contains('\0') => {
                        Err(Invalid::new("name", "has more than 100 characters"))
                    }
                    _ => Ok(()),
                }
            }
            Self::HangUp { say } => say.check("say"),
            Self::User { .. } | Self::Voicemail | Self::Menu { .. } | Self::Repeat => Ok(()),
        }
    }
}

/// The beginning of what somebody took for a key.
fn shown(key: &str) -> String {
    key.chars().filter(|c| !c.is_control()).take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn menu(json: &str) -> Menu {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_message_can_be_left_at_last_unless_set_otherwise() {
        let menu = menu(
            r##"{"name": "Main", "prompt": {"text": "Press 1."},
                "keys": {"1": {"do": "number", "number": "+12025550101"}, "#": {"do": "repeat"}}}"##,
        );
        menu.check().unwrap();
        assert_eq!(menu.last, Action::Voicemail);
        assert_eq!((menu.timeout, menu.max_retries), (5, 2));
    }

    #[test]
    fn what_can_not_be_is_named() {
        for (rest, field) in [
            (r#""keys": {}"#, "keys"),
            (r#""keys": {"12": {"do": "repeat"}}"#, "keys.12"),
            (
                r#""keys": {"1": {"do": "number", "number": "110"}}"#,
                "keys.1.number",
            ),
            (
                r#""keys": {"1": {"do": "hang_up", "say": {"text": ""}}}"#,
                "keys.1.say.text",
            ),
            (
                r#""keys": {"1": {"do": "repeat"}}, "timeout": 0"#,
                "timeout",
            ),
            (
                r#""keys": {"1": {"do": "repeat"}}, "max_retries": 6"#,
                "max_retries",
            ),
            (
                r#""keys": {"1": {"do": "repeat"}}, "final": {"do": "repeat"}"#,
                "final",
            ),
            (
                r#""keys": {"1": {"do": "repeat"}}, "invalid": {"text": ""}"#,
                "invalid.text",
            ),
        ] {
            let menu = menu(&format!(
                r#"{{"name": "M", "prompt": {{"text": "P"}}, {rest}}}"#
            ));
            assert_eq!(menu.check().unwrap_err().field, field, "{rest}");
        }
    }
}
