//! Texts: where they are missing, where they don't belong, how long they may be.

use crate::twiml::schema::{ElementSchema, TextRule};
use crate::twiml::source::{Content, Element};

use super::finding::{FindingCode, Report};

/// Elements that need text, unless there are elements inside or one of these attributes.
const TEXT_OR: &[(&str, &[&str])] = &[
    ("Application", &[]),
    ("Client", &[]),
    ("Dial", &[]),
    ("Enqueue", &["workflowSid"]),
    ("Message", &[]),
    ("Play", &["digits"]),
    ("Say", &[]),
    ("Sip", &[]),
];

/// The most characters in a message; Twilio's error 21617.
const LONGEST_MESSAGE: usize = 1600;

/// Checks the text in an element.
pub(super) fn texts(schema: &ElementSchema, source: &Element<'_>, report: &mut Report) {
    let tag = schema.tag;
    if schema.text == TextRule::None {
        if let Some(offset) = visible_text(source) {
            let message = format!("Twilio ignores text inside `<{tag}>`; put it into an element.");
            report.error(FindingCode::UnexpectedText, offset, message);
        }
        return;
    }
    if visible_text(source).is_none() && needs_text(schema, source) {
        let message = format!("`<{tag}>` does nothing without something inside.");
        report.error(FindingCode::MissingText, source.offset, message);
    }
    match schema.name {
        "Body" | "Message" if length(source) > LONGEST_MESSAGE => {
            let message = format!(
                "Twilio refuses messages of more than {LONGEST_MESSAGE} characters; send several."
            );
            report.error(FindingCode::TextTooLong, source.offset, message);
        }
        "Say" if length(source) > longest_speech(source) => {
            let message = format!(
                "Twilio's voice takes at most {} characters; use more than one `<Say>`.",
                longest_speech(source)
            );
            report.warning(FindingCode::TextTooLong, source.offset, message);
        }
        _ => {}
    }
}

/// The most characters that a voice takes, see <https://www.twilio.com/docs/api/errors/13521>.
fn longest_speech(say: &Element<'_>) -> usize {
    let mut attributes = say.attributes.iter();
    let voice = attributes.find(|attribute| attribute.name == "voice");
    match voice.and_then(|voice| voice.value.split_once('.')) {
        Some(("Polly", _)) => 3000,
        Some(("Google", _)) => 5000,
        _ => 4096,
    }
}

/// Where the first text begins that isn't only blanks.
fn visible_text(source: &Element<'_>) -> Option<usize> {
    source.content.iter().find_map(|content| match content {
        Content::Text(text, offset) if !text.trim().is_empty() => Some(*offset),
        _ => None,
    })
}

fn needs_text(schema: &ElementSchema, source: &Element<'_>) -> bool {
    if schema.text == TextRule::Required {
        return true;
    }
    let Some((_, instead)) = TEXT_OR.iter().find(|(name, _)| *name == schema.name) else {
        return false;
    };
    let mut attributes = source.attributes.iter();
    super::elements_in(source).next().is_none()
        && !attributes.any(|attribute| instead.contains(&attribute.name))
}

/// The characters of all text inside.
fn length(source: &Element<'_>) -> usize {
    let lengths = source.content.iter().map(|content| match content {
        Content::Text(text, _) => text.chars().count(),
        Content::Element(element) if element.name != "Body" => length(element),
        Content::Element(_) | Content::Comment(_) => 0,
    });
    lengths.sum()
}
