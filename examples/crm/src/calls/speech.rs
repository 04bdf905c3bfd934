//! [`Speech`]: a sentence that is spoken, and [`Invalid`]: what is wrong with what somebody has set.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use twilio_hooks::twiml::Say;
use utoipa::ToSchema;

/// What Twilio takes in one [`<Say>`](https://www.twilio.com/docs/voice/twiml/say#limits).
const MAX_SPEECH: usize = 4096;

/// Something that is spoken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Speech {
    /// The words, at most 4096 characters.
    pub text: String,
    /// Their language, such as `de-DE`; that of the voice if null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Who speaks, such as `Polly.Vicki-Neural`; what the Twilio account is set to if null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
}

impl Speech {
    /// Words in the language that the account is set to.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            language: None,
            voice: None,
        }
    }

    /// Checks it; `field` is where it stands.
    ///
    /// # Errors
    /// If Twilio would not speak it.
    pub fn check(&self, field: &str) -> Result<(), Invalid> {
        let text = format!("{field}.text");
        if self.text.trim().is_empty() {
            return Err(Invalid::new(text, "is empty"));
        }
        if self.text.chars().count() > MAX_SPEECH {
            let reason = format!("has more than {MAX_SPEECH} characters");
            return Err(Invalid::new(text, reason));
        }
        if self.text.contains('\0') {
            return Err(Invalid::new(text, "has a NUL character"));
        }
        let is_tag = |tag: &str, marks: &str, longest: usize| {
            (2..=longest).contains(&tag.len())
                && tag
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || marks.contains(c))
        };
        if let Some(language) = &self.language
            && !is_tag(language, "-", 20)
        {
            let reason = "is not a language such as en-GB";
            return Err(Invalid::new(format!("{field}.language"), reason));
        }
        if let Some(voice) = &self.voice
            && !is_tag(voice, "-._", 64)
        {
            let reason = "is not a voice such as Polly.Amy";
            return Err(Invalid::new(format!("{field}.voice"), reason));
        }
        Ok(())
    }

    /// The verb that speaks it.
    #[must_use]
    pub fn say(&self) -> Say {
        let mut say = Say::new(self.text.clone());
        if let Some(language) = &self.language {
            say = say.language(language.clone());
        }
        if let Some(voice) = &self.voice {
            say = say.voice(voice.clone());
        }
        say
    }
}

/// What is wrong with what somebody has set, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {reason}")]
pub struct Invalid {
    /// Where: the names of fields with dots between them.
    pub field: String,
    /// What is wrong with it.
    pub reason: Cow<'static, str>,
}

impl Invalid {
    /// `field` is wrong, and `reason` goes on with that sentence.
    pub fn new(field: impl Into<String>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            field: field.into(),
            reason: reason.into(),
        }
    }

    /// The same, in the field of something larger.
    #[must_use]
    pub fn inside(self, outer: &str) -> Self {
        Self {
            field: format!("{outer}.{}", self.field),
            ..self
        }
    }
}
