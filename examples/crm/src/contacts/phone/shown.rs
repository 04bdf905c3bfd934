//! Numbers as people read them.

use phonenumber::{Mode, metadata::DATABASE};
use twilio_hooks::{Address, AddressKind};

use super::{
    Country,
    countries::{region, split_code},
};

/// Turns an address into what people read: a number as it is written in its own country for whoever
/// is there too, with the country's code for everybody else; anything else without its channel.
#[must_use]
pub fn format(address: &str, home_country: Country) -> String {
    let address = Address::from(address);
    let shown = match address.e164() {
        Some(number) => format_number(number, home_country),
        None => None,
    };
    shown.unwrap_or_else(|| {
        let text = address.as_str();
        match (address.kind(), text.split_once(':')) {
            (AddressKind::Client | AddressKind::Sip | AddressKind::Messenger, Some((_, rest))) => {
                rest.to_owned()
            }
            _ => text.to_owned(),
        }
    })
}

fn format_number(number: &str, home_country: Country) -> Option<String> {
    let (code, _) = split_code(number.strip_prefix('+')?)?;
    let region = region(code)?;
    // The country's own rules, because the library strips the trunk prefix of the one it is given.
    let parsed = phonenumber::parse(Some(region), number).ok()?;
    if !parsed.is_valid() || parsed.format().mode(Mode::E164).to_string() != number {
        return None;
    }
    let home = DATABASE.by_id(home_country.as_ref())?.country_code();
    let mode = if home == code {
        Mode::National
    } else {
        Mode::International
    };
    Some(parsed.format().mode(mode).to_string())
}
