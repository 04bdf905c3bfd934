//! [`Composer`]: where one writes to a contact, and why one can't.

use askama::{Template, filters::HtmlSafe};
use twilio_hooks::{Address, AddressKind, ContactId, LineId};

use super::list::lines;
use crate::{
    app::AppState,
    consent::{self, Between},
    contacts::details::Contact,
    pages::{PageError, Visitor, assets},
    people::Permission,
};

/// Where one writes.
#[derive(Template)]
#[template(path = "messages/composer.html")]
pub(super) struct Composer {
    assets: &'static str,
    /// Whom the text is for.
    contact: Option<ContactId>,
    /// From where; the chosen one first.
    lines: Vec<LineView>,
    /// Why nothing can be written, whatever line it is.
    reason: Option<&'static str>,
}

/// A line to send from.
struct LineView {
    id: LineId,
    name: String,
    /// Why nothing can be sent from it.
    reason: Option<String>,
}

const READ_ONLY: &str = "Your role lets you read conversations, not write.";
const NO_LINE: &str =
    "There is no number to send from yet. An administrator can add one in the settings.";
const BLOCKED: &str = "This contact is blocked. Unblock it to write.";
const NO_NUMBER: &str = "This contact has no number that can be texted.";

impl HtmlSafe for Composer {}

impl Composer {
    /// For a text to a contact, from the line of the last conversation, which is `last`, or another.
    ///
    /// # Errors
    /// If the database fails.
    pub(super) async fn new(
        state: &AppState,
        visitor: &Visitor,
        contact: Option<&Contact>,
        last: Option<&str>,
    ) -> Result<Self, PageError> {
        let company = visitor.caller.company;
        let mut choices = lines(state, visitor).await?;
        let default = state.messaging.settings(company).await?.default_line;
        // Stable, so the others stay in their order.
        choices.sort_by_key(|line| {
            (
                Some(line.address.as_str()) != last,
                Some(line.id) != default,
            )
        });
        let mut views = Vec::new();
        for line in choices {
            let consent = match contact {
                Some(contact) => {
                    let between = Between {
                        company,
                        line: line.id,
                        contact: contact.id,
                    };
                    consent::state(&state.database.db, between).await?.refusal()
                }
                None => None,
            };
            views.push(LineView {
                id: line.id,
                name: line.name,
                reason: consent.map(sentence),
            });
        }
        let reason = match contact {
            _ if visitor.require(Permission::Send).is_err() => Some(READ_ONLY),
            _ if views.is_empty() => Some(NO_LINE),
            Some(contact) if contact.blocked_at.is_some() => Some(BLOCKED),
            Some(contact) if !can_be_texted(&contact.address) => Some(NO_NUMBER),
            _ => None,
        };
        Ok(Self {
            assets: assets::root(),
            contact: contact.map(|contact| contact.id),
            lines: views,
            reason,
        })
    }

    /// Why nothing can be sent as things are: in general, or from the line that is chosen.
    fn refusal(&self) -> Option<&str> {
        let of_line = self.lines.first().and_then(|line| line.reason.as_deref());
        self.reason.or(of_line)
    }
}

fn can_be_texted(address: &str) -> bool {
    matches!(
        Address::from(address).kind(),
        AddressKind::PhoneNumber | AddressKind::ShortCode
    )
}

fn sentence(reason: &str) -> String {
    let mut letters = reason.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}
