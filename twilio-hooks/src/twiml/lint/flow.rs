//! The order in which a call or message goes through its verbs.

use crate::twiml::schema::{self, ElementSchema};
use crate::twiml::source::Element;

use super::finding::{FindingCode, Report};

/// Checks the verbs of a response.
pub(super) fn root(schema: &ElementSchema, root: &Element<'_>, report: &mut Report) {
    let voice = schema.name == "VoiceResponse";
    let mut verbs = super::elements_in(root).peekable();
    if voice && verbs.peek().is_none() {
        let message =
            "Twilio ends the call at once, because there is no verb; say so by `<Hangup>`.";
        report.warning(FindingCode::EmptyResponse, root.offset, message);
    }
    let (mut end, mut answered) = (None, false);
    for verb in verbs {
        if let Some((tag, why)) = end {
            let message = format!("This is never reached, because `<{tag}>` {why}.");
            report.warning(FindingCode::UnreachableVerb, verb.offset, message);
            return;
        }
        if voice {
            without_action(verb, report);
            if verb.name == "Reject" && answered {
                let message = "Twilio has answered the call when it gets here, and it is paid for; \
                               only as the first verb `<Reject>` refuses it.";
                report.warning(FindingCode::RejectNotFirst, verb.offset, message);
            }
        }
        answered |= answers(schema, verb);
        end = ends_with(verb, voice).map(|why| (verb.name, why));
    }
}

/// Whether Twilio answers the call to carry out this verb; it skips unknown ones and rings during a
/// pause.
fn answers(root: &ElementSchema, verb: &Element<'_>) -> bool {
    verb.name != "Pause"
        && schema::elements()
            .any(|known| known.tag == verb.name && known.parents.contains(&root.name))
}

/// Input goes to the current URL if there is no `action`.
fn without_action(verb: &Element<'_>, report: &mut Report) {
    let what = match verb.name {
        "Gather" => "the input",
        "Record" => "the recording",
        _ => return,
    };
    if value(verb, "action").is_none() {
        let message = format!(
            "Twilio asks the current URL with {what}, and does the same again unless that is prepared; \
             give an `action`."
        );
        report.warning(FindingCode::MissingAction, verb.offset, message);
    }
}

/// Why no verb follows this one, as far as Twilio's documentation says so.
fn ends_with(verb: &Element<'_>, voice: bool) -> Option<&'static str> {
    match verb.name {
        "Redirect" => Some("goes on with another document"),
        "Hangup" if voice => Some("ends the call"),
        "Reject" if voice => Some("ends the call"),
        "Leave" if voice => Some("leaves the queue for the verbs after `<Enqueue>`"),
        "Connect" | "Dial" | "Enqueue" if voice => {
            value(verb, "action").map(|_| "goes on with the document from its `action`")
        }
        "Gather" if voice && value(verb, "actionOnEmptyResult") == Some("true") => {
            Some("asks its `action` even without input")
        }
        _ => None,
    }
}

/// The value of an attribute, if it isn't empty.
fn value<'e>(verb: &'e Element<'_>, name: &str) -> Option<&'e str> {
    let mut attributes = verb.attributes.iter();
    let attribute = attributes.find(|attribute| attribute.name == name)?;
    Some(&*attribute.value).filter(|value| !value.is_empty())
}
