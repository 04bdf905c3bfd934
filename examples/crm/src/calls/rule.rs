//! [`Rule`]: where the calls for a person or a line go, as it is kept and as the API has it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Invalid, Speech};
use crate::messaging::segments::{self, MAX_BODY};

/// For how many seconds a phone may ring.
const RING_SECONDS: std::ops::RangeInclusive<u32> = 5..=60;

/// For how many seconds all phones together may ring.
const RING_BUDGET: std::ops::RangeInclusive<u32> = 5..=120;

/// Where calls go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = CallRule)]
pub struct Rule {
    /// What happens after the greeting.
    pub mode: Mode,
    /// Which phone rings first, if they ring `in_turn`.
    pub order: Vec<Phone>,
    /// The menu, if that is the mode.
    pub menu_id: Option<Uuid>,
    /// For how many seconds each phone rings: 5 to 60.
    pub ring_seconds: RingSeconds,
    /// For how many seconds all phones together ring, before a message can be left: 5 to 120.
    pub ring_budget: u32,
    /// Whether the one who answers has to press 1. Without it a private mailbox may take the call.
    pub accept_key: AcceptKey,
    /// Which number the phones show.
    pub shown_number: CallerId,
    /// What callers hear first, if the line has no greeting of its own.
    pub greeting: Option<Speech>,
    /// What they hear before they can leave a message.
    pub voicemail_greeting: Option<Speech>,
    /// The text that a caller gets whose call was missed; none if null.
    pub text_back: Option<String>,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            mode: Mode::Voicemail,
            order: vec![Phone::Mobile, Phone::Office],
            menu_id: None,
            ring_seconds: RingSeconds::default(),
            ring_budget: 45,
            accept_key: AcceptKey::default(),
            shown_number: CallerId::Caller,
            greeting: None,
            voicemail_greeting: None,
            text_back: None,
        }
    }
}

/// What happens to a call after the greeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CallRuleMode)]
pub enum Mode {
    /// The mobile rings.
    Mobile,
    /// The phone in the office rings.
    Office,
    /// Both ring at once.
    Both,
    /// One rings after the other.
    InTurn,
    /// The caller can leave a message at once.
    Voicemail,
    /// The caller chooses by keys.
    Menu,
}

/// One of a person's phones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CallRulePhone)]
pub enum Phone {
    /// The one in the pocket.
    Mobile,
    /// The one on the desk.
    Office,
}

/// Which number a phone that rings shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CallRuleShownNumber)]
pub enum CallerId {
    /// The caller's, or that of the line if the caller hides.
    Caller,
    /// That of the line.
    Line,
}

/// How long each phone rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RingSeconds {
    /// The mobile.
    pub mobile: u32,
    /// The phone in the office.
    pub office: u32,
}

impl Default for RingSeconds {
    fn default() -> Self {
        Self {
            mobile: 20,
            office: 20,
        }
    }
}

/// Where a key has to be pressed to take a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AcceptKey {
    /// On the mobile.
    pub mobile: bool,
    /// On the phone in the office.
    pub office: bool,
}

impl Default for AcceptKey {
    fn default() -> Self {
        Self {
            mobile: true,
            office: false,
        }
    }
}

impl Rule {
    /// The phones that ring, in groups: those of one group ring at once.
    #[must_use]
    pub fn turns(&self) -> Vec<Vec<Phone>> {
        match self.mode {
            Mode::Mobile => vec![vec![Phone::Mobile]],
            Mode::Office => vec![vec![Phone::Office]],
            Mode::Both => vec![vec![Phone::Mobile, Phone::Office]],
            Mode::InTurn => self.order.iter().map(|phone| vec![*phone]).collect(),
            Mode::Voicemail | Mode::Menu => Vec::new(),
        }
    }

    /// For how long a phone rings.
    #[must_use]
    pub fn seconds(&self, phone: Phone) -> u32 {
        match phone {
            Phone::Mobile => self.ring_seconds.mobile,
            Phone::Office => self.ring_seconds.office,
        }
    }

    /// Whether a key takes the call on a phone.
    #[must_use]
    pub fn accepts_by_key(&self, phone: Phone) -> bool {
        match phone {
            Phone::Mobile => self.accept_key.mobile,
            Phone::Office => self.accept_key.office,
        }
    }

    /// Checks what can be checked without a database.
    ///
    /// # Errors
    /// If something in it can't be.
    pub fn check(&self) -> Result<(), Invalid> {
        for (field, seconds) in [
            ("ring_seconds.mobile", self.ring_seconds.mobile),
            ("ring_seconds.office", self.ring_seconds.office),
        ] {
            if !RING_SECONDS.contains(&seconds) {
                return Err(Invalid::new(field, "is not between 5 and 60 seconds"));
            }
        }
        if !RING_BUDGET.contains(&self.ring_budget) {
            let reason = "is not between 5 and 120 seconds";
            return Err(Invalid::new("ring_budget", reason));
        }
        if self.order.is_empty() || self.order.len() > 2 {
            return Err(Invalid::new("order", "has to name one phone or both"));
        }
        if let [first, second] = self.order[..]
            && first == second
        {
            return Err(Invalid::new("order", "names a phone twice"));
        }
        match (self.mode, self.menu_id) {
            (Mode::Menu, None) => return Err(Invalid::new("menu_id", "is needed for a menu")),
            (Mode::Menu, Some(_)) | (_, None) => {}
            (_, Some(_)) => return Err(Invalid::new("menu_id", "is only for the mode `menu`")),
        }
        for (field, speech) in [
            ("greeting", &self.greeting),
            ("voicemail_greeting", &self.voicemail_greeting),
        ] {
            if let Some(speech) = speech {
                speech.check(field)?;
            }
        }
        if let Some(text) = &self.text_back {
            if text.trim().is_empty() || text.contains('\0') {
                return Err(Invalid::new("text_back", "is empty; null turns it off"));
            }
            if segments::length(text) > MAX_BODY {
                let reason = format!("has more than {MAX_BODY} characters");
                return Err(Invalid::new("text_back", reason));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_asks_for_the_key_unless_told_otherwise() {
        let rule: Rule = serde_json::from_str(r#"{"mode": "both"}"#).unwrap();
        assert!(rule.accepts_by_key(Phone::Mobile));
        assert!(!rule.accepts_by_key(Phone::Office));
        assert_eq!(rule.turns(), [[Phone::Mobile, Phone::Office]]);
        assert_eq!(rule.ring_budget, 45);
        rule.check().unwrap();
    }

    #[test]
    fn what_can_not_be_is_named() {
        for (json, field) in [
            (r#"{"ring_seconds": {"mobile": 4}}"#, "ring_seconds.mobile"),
            (r#"{"ring_seconds": {"office": 61}}"#, "ring_seconds.office"),
            (r#"{"ring_budget": 121}"#, "ring_budget"),
            (r#"{"order": []}"#, "order"),
            (r#"{"order": ["mobile", "mobile"]}"#, "order"),
            (r#"{"mode": "menu"}"#, "menu_id"),
            (r#"{"greeting": {"text": " "}}"#, "greeting.text"),
            (
                r#"{"voicemail_greeting": {"text": "a", "language": "?"}}"#,
                "voicemail_greeting.language",
            ),
            (r#"{"text_back": ""}"#, "text_back"),
        ] {
            let rule: Rule = serde_json::from_str(json).unwrap();
            assert_eq!(rule.check().unwrap_err().field, field, "{json}");
        }
        assert!(serde_json::from_str::<Rule>(r#"{"moed": "menu"}"#).is_err());
    }
}
