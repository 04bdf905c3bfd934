//! Phone numbers, between what people type and E.164.
//!
//! Every number that comes from a person goes through [`normalise`] or [`address`], so that one
//! number has one spelling in the database; every number that is shown goes through [`format`].

use std::{borrow::Cow, fmt};

pub use phonenumber::country::Id as Country;
use phonenumber::{
    Metadata, Mode,
    metadata::{DATABASE, Descriptor},
};
use twilio_hooks::{Address, AddressKind};

/// Longer than any number with all its brackets and spaces.
const LONGEST: usize = 64;

/// Longer than any address of a channel.
const LONGEST_ADDRESS: usize = 255;

/// What may stand between the digits of a number.
const BETWEEN: [char; 14] = [
    ' ', '\u{a0}', '\u{202f}', '\t', '-', '\u{2010}', '\u{2011}', '\u{2013}', '.', '/', '(', ')',
    '[', ']',
];

/// Marks that come along when a number is copied, and are not seen.
const INVISIBLE: [char; 6] = [
    '\u{200e}', '\u{200f}', '\u{202a}', '\u{202c}', '\u{2068}', '\u{2069}',
];

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

/// `+` or not, and the digits.
fn digits(text: &str) -> Result<String, PhoneError> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || INVISIBLE.contains(&c));
    let text = match text.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("tel") => rest,
        _ => text,
    };
    if text.is_empty() {
        return Err(PhoneError::Empty);
    }
    if text.len() > LONGEST {
        return Err(PhoneError::NotANumber);
    }
    let mut digits = String::new();
    for (at, c) in text.char_indices() {
        match c {
            '+' | '\u{ff0b}' if digits.is_empty() => digits.push('+'),
            _ if BETWEEN.contains(&c) || INVISIBLE.contains(&c) => {}
            _ => match decimal(c) {
                Some(digit) => digits.push(digit),
                None if digits.len() > 1 && is_extension(&text[at..]) => {
                    return Err(PhoneError::Extension);
                }
                None => return Err(PhoneError::NotANumber),
            },
        }
    }
    match digits.trim_start_matches('+') {
        "" => Err(PhoneError::NotANumber),
        _ => Ok(digits),
    }
}

/// Digits as keyboards of several scripts have them.
fn decimal(c: char) -> Option<char> {
    let zero = match c {
        '0'..='9' => return Some(c),
        '\u{660}'..='\u{669}' => 0x660,
        '\u{6f0}'..='\u{6f9}' => 0x6f0,
        '\u{966}'..='\u{96f}' => 0x966,
        '\u{ff10}'..='\u{ff19}' => 0xff10,
        _ => return None,
    };
    char::from_digit(u32::from(c) - zero, 10)
}

/// Whether a number ends here and an extension begins.
fn is_extension(rest: &str) -> bool {
    let rest = rest.to_ascii_lowercase();
    [
        "ext",
        "x",
        "#",
        ",",
        ";",
        "anexo",
        "int",
        "poste",
        "durchwahl",
    ]
    .iter()
    .any(|mark| rest.starts_with(mark))
}

fn is_identity(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(char::is_whitespace)
}

/// What is behind the digits that are dialled in a country to call abroad.
fn dialled_abroad(digits: &str, country: Country) -> Option<String> {
    let prefix = DATABASE.by_id(country.as_ref())?.international_prefix()?;
    let found = prefix.find(digits).filter(|found| found.start() == 0)?;
    let number = &digits[found.end()..];
    // Numbers of a country may begin with the same digits.
    of_the_world(number).ok()
}

/// A number with its country's code.
fn of_the_world(number: &str) -> Result<String, PhoneError> {
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
fn of_a_country(digits: &str, country: Country) -> Result<String, PhoneError> {
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
fn split_code(number: &str) -> Option<(u16, &str)> {
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

fn region(code: u16) -> Option<Country> {
    regions(code).next()?.id().parse().ok()
}

/// Without the `+`.
fn variants(number: &str) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, country: Country) -> Result<String, PhoneError> {
        normalise(text, country).map(|number| number.0)
    }

    #[test]
    fn one_number_has_one_spelling() {
        for text in [
            "+1 (415) 555-1212",
            "4155551212",
            "1 415 555 1212",
            "(415) 555-1212",
            "415.555.1212",
            "tel:+1-415-555-1212",
            "\u{202a}+1 415\u{a0}555\u{2011}1212\u{202c}",
            "０１１ 1 415 555 1212",
            "+1 4 1 5 5 5 5 1 2 1 2",
        ] {
            let number = typed(text, Country::US);
            assert_eq!(number.as_deref(), Ok("+14155551212"), "{text}");
        }
    }

    #[test]
    fn numbers_are_read_by_the_rules_of_their_country() {
        for (country, text, number) in [
            (Country::GB, "020 7946 0958", "+442079460958"),
            (Country::GB, "+44 (0)20 7946 0958", "+442079460958"),
            (Country::US, "+44 (0)20 7946 0958", "+442079460958"),
            (Country::GB, "442079460958", "+442079460958"),
            (Country::DE, "0151 23456789", "+4915123456789"),
            (Country::DE, "0049 151 23456789", "+4915123456789"),
            (Country::US, "011 49 151 23456789", "+4915123456789"),
            (Country::AU, "0011 49 151 23456789", "+4915123456789"),
            (Country::IT, "06 1234 5678", "+390612345678"),
            (Country::US, "+39 06 1234 5678", "+390612345678"),
            (Country::RU, "8 912 345-67-89", "+79123456789"),
            (Country::RU, "+7 812 345-67-89", "+78123456789"),
            (Country::US, "+7 812 345-67-89", "+78123456789"),
            (Country::FR, "06 12 34 56 78", "+33612345678"),
            (Country::HU, "06 20 123 4567", "+36201234567"),
            (Country::CI, "01 02 03 04 05", "+2250102030405"),
            (Country::JP, "090-1234-5678", "+819012345678"),
            (Country::EG, "٠١٠٠ ١٢٣ ٤٥٦٧", "+201001234567"),
            (Country::BS, "365-1234", "+12423651234"),
            // The library would take the 1 of São Paulo's 11 for a prefix of the United States.
            (Country::US, "+55 11 96123-4567", "+5511961234567"),
            (Country::BR, "(11) 96123-4567", "+5511961234567"),
            (Country::BR, "0 15 11 96123-4567", "+5511961234567"),
            (Country::AR, "011 15 2345-6789", "+5491123456789"),
            (Country::US, "+54 11 15 2345-6789", "+5491123456789"),
            (Country::US, "+54 9 11 2345-6789", "+5491123456789"),
            (Country::US, "+54 11 2345-6789", "+541123456789"),
            (Country::MX, "55 1234 5678", "+525512345678"),
            (Country::MX, "044 55 1234 5678", "+525512345678"),
            (Country::US, "+52 1 55 1234 5678", "+525512345678"),
            (Country::MX, "1 55 1234 5678", "+525512345678"),
            (Country::US, "+883 510 012 345 678", "+883510012345678"),
        ] {
            assert_eq!(
                typed(text, country).as_deref(),
                Ok(number),
                "{country:?} {text}"
            );
        }
    }

    #[test]
    fn what_can_not_be_dialled_is_refused_with_its_reason() {
        for (text, error) in [
            ("", PhoneError::Empty),
            (" \u{200e} ", PhoneError::Empty),
            ("+", PhoneError::NotANumber),
            ("()", PhoneError::NotANumber),
            ("SUPPORT", PhoneError::NotANumber),
            ("1-800-FLOWERS", PhoneError::NotANumber),
            ("4155551212 or 4155551213", PhoneError::NotANumber),
            ("415 555 1212 ext. 7", PhoneError::Extension),
            ("415 555 1212 x7", PhoneError::Extension),
            ("415 555 1212 #7", PhoneError::Extension),
            ("415 555 1212,,7", PhoneError::Extension),
            ("tel:+14155551212;ext=7", PhoneError::Extension),
            ("555-1212", PhoneError::NotComplete),
            ("+1 415 555 121", PhoneError::NotComplete),
            ("+1 415 555 12123", PhoneError::NotComplete),
            ("12345", PhoneError::NotComplete),
            ("+44 0", PhoneError::NotComplete),
            ("+999 123 456 789", PhoneError::UnknownCountryCode),
            ("+0", PhoneError::UnknownCountryCode),
            (&"1".repeat(65), PhoneError::NotANumber),
            ("１２+３", PhoneError::NotANumber),
        ] {
            assert_eq!(typed(text, Country::US), Err(error), "{text}");
        }
    }

    #[test]
    fn what_twilio_writes_stays_as_it_is() {
        for number in [
            "+12025550143",
            "+442079460958",
            "+5511961234567",
            "+551161234567",
            "+5491123456789",
            "+541123456789",
            "+4915123456789",
            "+8613812345678",
            "+6591234567",
            "+78123456789",
        ] {
            for country in [Country::US, Country::GB, Country::RU, Country::MX] {
                assert_eq!(typed(number, country).as_deref(), Ok(number), "{country:?}");
            }
        }
    }

    #[test]
    fn other_addresses_stay_what_they_are() {
        for (text, expected) in [
            ("(415) 555-1212", "+14155551212"),
            ("whatsapp: (415) 555-1212", "whatsapp:+14155551212"),
            ("whatsapp:US.1234567890", "whatsapp:US.1234567890"),
            ("12345", "12345"),
            ("911", "911"),
            ("SUPPORT", "SUPPORT"),
            ("ACME Corp", "ACME Corp"),
            ("client:alice", "client:alice"),
            ("sip:alice@example.com", "sip:alice@example.com"),
            ("messenger:123456", "messenger:123456"),
        ] {
            let address = address(text, Country::US);
            assert_eq!(
                address.as_ref().map(Address::as_str),
                Ok(expected),
                "{text}"
            );
        }
        for wrong in [
            "",
            "5551212",
            "anonymous",
            "+266696687",
            "client:",
            "sip:a b",
            "A name that is long",
        ] {
            assert!(address(wrong, Country::US).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_are_shown_as_they_are_written_at_home() {
        for (home, address, shown) in [
            (Country::US, "+14155551212", "(415) 555-1212"),
            (Country::CA, "+14155551212", "(415) 555-1212"),
            (Country::GB, "+14155551212", "+1 415-555-1212"),
            (Country::GB, "+442079460958", "020 7946 0958"),
            (Country::US, "+442079460958", "+44 20 7946 0958"),
            (Country::US, "+5511961234567", "+55 11 96123-4567"),
            (Country::US, "+5491123456789", "+54 9 11 2345-6789"),
            (Country::US, "whatsapp:+14155551212", "(415) 555-1212"),
            (Country::US, "12345", "12345"),
            (Country::US, "SUPPORT", "SUPPORT"),
            (Country::US, "client:alice", "alice"),
            (Country::US, "", ""),
            (Country::US, "+99912345678", "+99912345678"),
            (Country::US, "+15551212", "+15551212"),
        ] {
            assert_eq!(format(address, home), shown, "{address}");
        }
    }

    #[test]
    fn phones_with_two_numbers_are_known() {
        for (one, other) in [
            ("+525512345678", "+5215512345678"),
            ("+541123456789", "+5491123456789"),
            ("+551161234567", "+5511961234567"),
        ] {
            let variants = |number: &str| E164(number.to_owned()).variants();
            assert_eq!(variants(one), [E164(other.to_owned())]);
            assert_eq!(variants(other), [E164(one.to_owned())]);
        }
        for single in ["+14155551212", "+551121234567", "+12"] {
            assert!(E164(single.to_owned()).variants().is_empty());
        }
    }

    #[test]
    fn a_number_is_not_shown_in_full_for_debugging() {
        let number = normalise("4155551212", Country::US).unwrap();
        assert!(!format!("{number:?}").contains("555"));
    }

    #[test]
    fn no_text_makes_it_panic() {
        // Digits and marks in many orders.
        let alphabet: Vec<char> = "+0159 (-x#,é٣\u{200e}:;".chars().collect();
        let mut state: u64 = 7;
        for _ in 0..3000 {
            let mut text = String::new();
            for _ in 0..(state >> 40) % 18 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(99);
                let at = usize::try_from(state >> 33).unwrap_or(0) % alphabet.len();
                text.push(alphabet[at]);
            }
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            for country in [Country::US, Country::AR, Country::GB] {
                if let Ok(number) = normalise(&text, country) {
                    assert_eq!(normalise(number.as_str(), country), Ok(number));
                }
                let _ = address(&text, country);
                let _ = format(&text, country);
            }
        }
    }
}
