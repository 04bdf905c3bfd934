//! Phone numbers, between what people type and E.164.
//!
//! Every number that comes from a person goes through [`normalise`] or [`address`], so that one
//! number has one spelling in the database; every number that is shown goes through [`format`](fn@format).
//!
//! - `typed` reads what may stand in a number: digits of several scripts, brackets, an extension.
//! - `countries` knows which numbers a country has, and how they are dialled there.
//! - `shown` writes a number as people read it.

mod countries;
mod shown;
#[cfg(test)]
mod tests;
mod typed;

use std::{borrow::Cow, fmt};

pub use phonenumber::country::Id as Country;
use twilio_hooks::{Address, AddressKind};

pub use self::shown::format;
use self::{
    countries::{dialled_abroad, of_a_country, of_the_world, variants},
    typed::digits,
};

/// Longer than any address of a channel.
const LONGEST_ADDRESS: usize = 255;

/// A phone number in [E.164](https://www.twilio.com/docs/glossary/what-e164): `+`, the country's
/// code, and the number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct E164(String);

impl E164 {
    /// The number, beginning with `+`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Other spellings of what is the same phone: they differ by a digit that a country has added to
    /// its mobile numbers, or given up, and that some channels still write the old way (Mexico's 1,
    /// Argentina's and Brazil's 9).
    #[must_use]
    pub fn variants(&self) -> Vec<Self> {
        variants(&self.0)
            .into_iter()
            .map(|number| Self(format!("+{number}")))
            .collect()
    }
}

impl From<E164> for Address {
    fn from(number: E164) -> Self {
        Self::from(number.0)
    }
}

/// The last two digits; the rest is personal data.
impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Address::from(&*self.0).fmt(f)
    }
}

/// Why a text is no phone number that can be called or written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhoneError {
    /// Nothing was given.
    #[error("a number is missing")]
    Empty,
    /// There is something in it that belongs into no number.
    #[error("this is not a phone number")]
    NotANumber,
    /// It names an extension, which can't be dialled or written to.
    #[error("a number with an extension can't be used; give the direct number")]
    Extension,
    /// No country has the code behind the `+`.
    #[error("no country has this code behind the +")]
    UnknownCountryCode,
    /// The country has no such numbers: a digit is missing, or one too many.
    #[error(
        "this is not a complete phone number; begin with + and the country's code if it is abroad"
    )]
    NotComplete,
}

/// Turns what somebody has typed or pasted into E.164; without a `+` it is a number of
/// `default_country`, or begins with what is dialled there to call abroad.
///
/// # Errors
/// If it is no complete number.
///
/// # Examples
/// ```
/// use crm::contacts::phone::{Country, normalise};
///
/// let typed = normalise("(415) 555-1212", Country::US).unwrap();
/// assert_eq!(typed.as_str(), "+14155551212");
/// ```
pub fn normalise(text: &str, default_country: Country) -> Result<E164, PhoneError> {
    let digits = digits(text)?;
    let international = match digits.strip_prefix('+') {
        Some(number) => Some(Cow::Borrowed(number)),
        None => dialled_abroad(&digits, default_country).map(Cow::Owned),
    };
    let number = match international {
        Some(number) => of_the_world(&number)?,
        None => of_a_country(&digits, default_country)?,
    };
    Ok(E164(format!("+{number}")))
}

/// Turns what somebody has typed into an address: a phone number becomes E.164, also behind
/// `whatsapp:` and `rcs:`; short codes, names and the addresses of other channels stay what they are.
///
/// # Errors
/// If it is neither.
pub fn address(text: &str, default_country: Country) -> Result<Address, PhoneError> {
    let text = text.trim();
    if text.len() > LONGEST_ADDRESS || text.chars().any(char::is_control) {
        return Err(PhoneError::NotANumber);
    }
    let typed = Address::from(text);
    match typed.kind() {
        AddressKind::WhatsApp | AddressKind::Rcs => {
            let (channel, rest) = text.split_once(':').unwrap_or(("", text));
            let Ok(number) = normalise(rest, default_country) else {
                // A user id, or an agent's name.
                return is_identity(rest)
                    .then_some(typed)
                    .ok_or(PhoneError::NotANumber);
            };
            Ok(Address::from(format!("{channel}:{}", number.as_str())))
        }
        AddressKind::Messenger | AddressKind::Client | AddressKind::Sip => {
            let (_, rest) = text.split_once(':').unwrap_or(("", text));
            is_identity(rest)
                .then_some(typed)
                .ok_or(PhoneError::NotANumber)
        }
        AddressKind::Hidden => Err(PhoneError::NotANumber),
        kind => match normalise(text, default_country) {
            Ok(number) => Ok(number.into()),
            Err(_) if kind == AddressKind::ShortCode && text.len() <= 6 => Ok(typed),
            // `+1 415` is a number that was begun, and no name.
            Err(PhoneError::NotANumber) if kind == AddressKind::Alphanumeric => Ok(typed),
            Err(error) => Err(error),
        },
    }
}

fn is_identity(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(char::is_whitespace)
}
