//! What may be written into the fields of a person.

use jiff::tz::TimeZone;
use twilio_hooks::{Address, AddressKind};

use super::PeopleError;

/// How many characters a name, an office or the name of a token has at most.
const MAX_CHARACTERS: usize = 200;

/// What an email address has at most, by RFC 5321.
const MAX_EMAIL: usize = 254;

/// A phone number in E.164, however it was written.
///
/// # Errors
/// If it is no phone number.
pub fn phone(text: &str) -> Result<String, PeopleError> {
    let address = Address::from(text.trim());
    match address.e164() {
        Some(number) if address.kind() == AddressKind::PhoneNumber => Ok(number.to_owned()),
        _ => Err(PeopleError::Invalid(
            "the phone number is not in the international form, such as +12025550143",
        )),
    }
}

/// An email address as it is kept: in lower case.
pub(super) fn email(text: &str) -> Result<String, PeopleError> {
    let email = text.trim().to_lowercase();
    let is_plain = !email.contains(|c: char| c.is_whitespace() || c.is_control());
    let has_both_parts = email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@')
    });
    if is_plain && has_both_parts && email.len() <= MAX_EMAIL {
        Ok(email)
    } else {
        Err(PeopleError::Invalid("the email address is none"))
    }
}

/// A name: one line with something in it.
pub(super) fn name(text: &str) -> Result<String, PeopleError> {
    line(text)?.ok_or(PeopleError::Invalid("the name is empty"))
}

/// One line, or nothing if it is blank.
pub(super) fn line(text: &str) -> Result<Option<String>, PeopleError> {
    let text = text.trim();
    if text.contains(char::is_control) {
        return Err(PeopleError::Invalid("a name or office is one line of text"));
    }
    if text.chars().count() > MAX_CHARACTERS {
        return Err(PeopleError::Invalid(
            "a name or office has 200 characters at most",
        ));
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

/// The IANA name of a time zone.
pub(super) fn time_zone(text: &str) -> Result<String, PeopleError> {
    let zone = TimeZone::get(text.trim()).ok();
    zone.as_ref()
        .and_then(TimeZone::iana_name)
        .map(str::to_owned)
        .ok_or(PeopleError::Invalid(
            "the time zone is not one such as Europe/Berlin",
        ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_e164() {
        assert_eq!(phone(" +12025550143 ").unwrap(), "+12025550143");
        for wrong in [
            "",
            "2025550143",
            "whatsapp:+12025550143",
            "MG1",
            "+1",
            "+1 x",
        ] {
            assert!(phone(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn email_addresses_are_kept_in_lower_case() {
        assert_eq!(email(" Ana@Example.COM ").unwrap(), "ana@example.com");
        let endless = format!("{}@example.com", "x".repeat(250));
        for wrong in [
            "",
            "ana",
            "@example.com",
            "ana@",
            "a b@c",
            "a@b@c",
            "a\0@b",
            &endless,
        ] {
            assert!(email(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_are_one_line() {
        assert_eq!(name(" Ana ").unwrap(), "Ana");
        assert_eq!(line("  ").unwrap(), None);
        for wrong in ["", " ", "a\nb", "a\0b", &"x".repeat(201)] {
            assert!(name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn time_zones_are_iana_names() {
        assert_eq!(time_zone("Europe/Berlin").unwrap(), "Europe/Berlin");
        for wrong in ["", "Berlin", "../../etc/passwd", "+02:00"] {
            assert!(time_zone(wrong).is_err(), "{wrong}");
        }
    }
}
