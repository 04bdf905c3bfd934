//! [`NumberView`]: a number of a contact, and what may be sent to it.

use twilio_hooks::{Address, AddressKind, ContactId, LineId};

use crate::{
    app::AppState,
    consent::{self, Between, Consent, Source},
    contacts::{details::Contact, phone},
    pages::{
        PageError, Visitor,
        messages::{self, LineChoice},
        time::When,
    },
};

/// A number of a contact: its own, or that of one that is a part of it.
pub(super) struct NumberView {
    pub(super) id: ContactId,
    /// As people read it.
    pub(super) phone: String,
    /// As it is dialled.
    pub(super) address: String,
    /// What the part was called before it was one, if that is known.
    pub(super) name: Option<String>,
    /// Whether it was merged into the contact, and can be taken out.
    pub(super) is_part: bool,
    pub(super) is_callable: bool,
    pub(super) consents: Vec<ConsentView>,
}

/// Whether the number gets messages from one line of ours.
pub(super) struct ConsentView {
    pub(super) line: LineId,
    pub(super) name: String,
    pub(super) opted_out: bool,
    /// What made it so.
    pub(super) why: &'static str,
    pub(super) since: Option<When>,
    /// Whether somebody of us may change it.
    pub(super) may_change: bool,
}

/// The numbers of a contact, its own first.
///
/// # Errors
/// If the database fails.
pub(super) async fn numbers(
    state: &AppState,
    visitor: &Visitor,
    contact: &Contact,
    parts: &[Contact],
) -> Result<Vec<NumberView>, PageError> {
    let lines = messages::lines(state, visitor).await?;
    let mut numbers = Vec::new();
    for it in std::iter::once(contact).chain(parts) {
        let kind = Address::from(it.address.as_str()).kind();
        let is_part = it.id != contact.id;
        numbers.push(NumberView {
            id: it.id,
            phone: phone::format(&it.address, visitor.country),
            address: it.address.clone(),
            name: it.name.clone().filter(|_| is_part),
            is_part,
            is_callable: kind == AddressKind::PhoneNumber,
            consents: consents(state, visitor, it.id, &lines).await?,
        });
    }
    Ok(numbers)
}

async fn consents(
    state: &AppState,
    visitor: &Visitor,
    contact: ContactId,
    lines: &[LineChoice],
) -> Result<Vec<ConsentView>, PageError> {
    let mut views = Vec::new();
    for line in lines {
        let between = Between {
            company: visitor.caller.company,
            line: line.id,
            contact,
        };
        let consent = consent::state(&state.database.db, between).await?;
        views.push(ConsentView {
            line: line.id,
            name: line.name.clone(),
            opted_out: consent.opted_out,
            why: why(&consent),
            since: consent.since.map(|at| visitor.when(at)),
            may_change: !consent.opted_out || consent.can_opt_in(),
        });
    }
    Ok(views)
}

fn why(consent: &Consent) -> &'static str {
    match (consent.opted_out, consent.source) {
        (_, None) => "Has not opted out",
        (true, Some(Source::Person)) => "Opted out by one of you",
        (true, Some(Source::Refused)) => "Twilio refused a message: STOP was said before",
        (true, Some(_)) => "Texted STOP; only a START undoes it",
        (false, Some(Source::Person)) => "Opted in by one of you",
        (false, Some(_)) => "Texted START",
    }
}
