//! Which numbers countries have, and how they are dialled from there.

use phonenumber::{
    Metadata, Mode,
    metadata::{DATABASE, Descriptor},
};
use twilio_hooks::Address;

use super::{Country, PhoneError};

/// What is behind the digits that are dialled in a country to call abroad.
pub(super) fn dialled_abroad(digits: &str, country: Country) -> Option<String> {
    let prefix = DATABASE.by_id(country.as_ref())?.international_prefix()?;
    let found = prefix.find(digits).filter(|found| found.start() == 0)?;
    let number = &digits[found.end()..];
    // Numbers of a country may begin with the same digits.
    of_the_world(number).ok()
}

/// A number with its country's code.
pub(super) fn of_the_world(number: &str) -> Result<String, PhoneError> {
    let (code, national) = split_code(number).ok_or(PhoneError::UnknownCountryCode)?;
    if code == 52 {
        // Mexico has given the digit up that stood before mobile numbers.
        if let Some(rest) = national.strip_prefix('1').filter(|rest| rest.len() == 10) {
            return Ok(format!("{code}{rest}"));
        }
    }
    if regions(code).any(|region| has_number(region, national)) {
        return Ok(number.to_owned());
    }
    // People write the trunk prefix too: +44 (0)20 ….
    let parsed = region(code).and_then(|region| parse(region, &format!("+{number}")));
    if let Some(number) = parsed {
        return Ok(number);
    }
    // Newer than our list of numbers, as long as it has as many digits as others there.
    let length = u16::try_from(national.len()).unwrap_or(u16::MAX);
    let mut kinds = regions(code).flat_map(kinds);
    let is_long_enough = kinds.any(|kind| kind.possible_length().contains(&length));
    if !national.starts_with('0') && is_long_enough {
        return Ok(number.to_owned());
    }
    Err(PhoneError::NotComplete)
}

/// A number as it is written in its own country.
pub(super) fn of_a_country(digits: &str, country: Country) -> Result<String, PhoneError> {
    let metadata = DATABASE
        .by_id(country.as_ref())
        .ok_or(PhoneError::NotComplete)?;
    if let Some(number) = parse(country, digits) {
        return Ok(number);
    }
    let code = metadata.country_code();
    if has_number(metadata, digits) {
        return Ok(format!("{code}{digits}"));
    }
    if country == Country::MX {
        // What was dialled before mobile and distant numbers until 2019.
        let rest = ["01", "044", "045", "1"]
            .iter()
            .find_map(|prefix| digits.strip_prefix(prefix).filter(|rest| rest.len() == 10));
        if let Some(rest) = rest.filter(|rest| has_number(metadata, rest)) {
            return Ok(format!("{code}{rest}"));
        }
    }
    // With the country's code, and the + forgotten.
    match split_code(digits) {
        Some((typed, national)) if typed == code && has_number(metadata, national) => {
            Ok(digits.to_owned())
        }
        _ => Err(PhoneError::NotComplete),
    }
}

/// A valid number, without its `+`.
fn parse(country: Country, text: &str) -> Option<String> {
    let parsed = phonenumber::parse(Some(country), text).ok()?;
    let number = parsed.format().mode(Mode::E164).to_string();
    let number = number.strip_prefix('+')?;
    (parsed.is_valid() && Address::from(format!("+{number}")).e164().is_some())
        .then(|| number.to_owned())
}

/// The code of a country or of a service, and what is behind it. No code begins another.
pub(super) fn split_code(number: &str) -> Option<(u16, &str)> {
    (1..=3).find_map(|length| {
        let (code, national) = number.split_at_checked(length)?;
        let code = code.parse().ok()?;
        DATABASE.region(&code)?;
        Some((code, national)).filter(|(_, national)| !national.is_empty())
    })
}

/// The countries that share a code, the main one first.
fn regions(code: u16) -> impl Iterator<Item = &'static Metadata> {
    DATABASE.by_code(&code).into_iter().flatten()
}

/// What kinds of numbers a country has.
fn kinds(region: &Metadata) -> impl Iterator<Item = &Descriptor> {
    let kinds = region.descriptors();
    [
        kinds.fixed_line(),
        kinds.mobile(),
        kinds.toll_free(),
        kinds.premium_rate(),
        kinds.shared_cost(),
        kinds.personal_number(),
        kinds.voip(),
        kinds.uan(),
    ]
    .into_iter()
    .flatten()
}

/// Whether it is a number of this country, with nothing left out and nothing before it.
fn has_number(region: &Metadata, national: &str) -> bool {
    kinds(region).any(|kind| kind.is_match(national))
}

pub(super) fn region(code: u16) -> Option<Country> {
    regions(code).next()?.id().parse().ok()
}

/// Without the `+`.
pub(super) fn variants(number: &str) -> Vec<String> {
    let number = number.trim_start_matches('+');
    let Some((code, national)) = number.split_at_checked(2) else {
        return Vec::new();
    };
    let with = |digits: &str| vec![format!("{code}{digits}")];
    match (code, national.len()) {
        ("52", 10) => with(&format!("1{national}")),
        ("52", 11) => national.strip_prefix('1').map(with).unwrap_or_default(),
        ("54", 10) => with(&format!("9{national}")),
        ("54", 11) => national.strip_prefix('9').map(with).unwrap_or_default(),
        // Two digits of the area, and mobile numbers that begin with 6 to 9.
        ("55", 10) => match national.split_at(2) {
            (area, rest) if rest.starts_with(['6', '7', '8', '9']) => {
                with(&format!("{area}9{rest}"))
            }
            _ => Vec::new(),
        },
        ("55", 11) => match national.split_at(2) {
            (area, rest)
                if rest.starts_with('9') && rest[1..].starts_with(['6', '7', '8', '9']) =>
            {
                with(&format!("{area}{}", &rest[1..]))
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
