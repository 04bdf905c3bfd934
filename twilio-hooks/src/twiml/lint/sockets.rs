//! Where Twilio opens a WebSocket to.

use crate::twiml::schema::ElementSchema;
use crate::twiml::source::Element;

use super::finding::{FindingCode, Report};

/// Checks where a `<Stream>` or `<ConversationRelay>` goes, see
/// <https://www.twilio.com/docs/api/errors/31922>.
pub(super) fn address(
    parent: &ElementSchema,
    schema: &ElementSchema,
    source: &Element<'_>,
    report: &mut Report,
) {
    // A stream is stopped by its name.
    let stream = schema.name == "Stream" && parent.name != "Stop";
    if !stream && schema.name != "ConversationRelay" {
        return;
    }
    let tag = schema.tag;
    let named = |name: &str| source.attributes.iter().find(|known| known.name == name);
    let Some(url) = named("url") else {
        if stream && named("connectorName").is_none() {
            let message = format!("`<{tag}>` needs the attribute `url`.");
            report.error(FindingCode::MissingAttribute, source.offset, message);
        }
        return;
    };
    let scheme = url.value.split_once("://").map(|(scheme, _)| scheme);
    // A relative URL is one to the server that the document came from.
    if scheme.is_some_and(|scheme| !scheme.eq_ignore_ascii_case("wss")) {
        let message =
            format!("Twilio refuses `url` of `<{tag}>`, because it isn't a `wss://` URL.");
        report.error(FindingCode::ValueNotAllowed, url.offset, message);
    } else if stream && url.value.contains('?') {
        let message = format!("Twilio supports no query in `url` of `<{tag}>`; use `<Parameter>`.");
        report.warning(FindingCode::ValueNotAllowed, url.offset, message);
    }
}
