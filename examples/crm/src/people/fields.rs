//! What may be written into the fields of a person.

use jiff::tz::TimeZone;

use super::PeopleError;
use crate::{
    calls::check_number,
    contacts::phone::{Country, normalise},
};

/// How many characters a name has at most.
const MAX_CHARACTERS: usize = 200;

/// What an email address has at most, by RFC 5321.
const MAX_EMAIL: usize = 254;

/// The number of a phone in E.164, however it was written. Without a country's code it is of the
/// company's country.
pub(super) fn phone(field: &str, text: &str, country: Country) -> Result<String, PeopleError> {
    let number = normalise(text, country)
        .map_err(|error| PeopleError::Phone(format!("`{field}`: {error}")))?;
    check_number(number.as_str())
        .map_err(|reason| PeopleError::Phone(format!("`{field}` {reason}")))?;
    Ok(number.as_str().to_owned())
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
    let text = text.trim();
    if text.contains(char::is_control) {
        return Err(PeopleError::Invalid("a name is one line of text"));
    }
    if text.chars().count() > MAX_CHARACTERS {
        return Err(PeopleError::Invalid("a name has 200 characters at most"));
    }
    if text.is_empty() {
        return Err(PeopleError::Invalid("the name is empty"));
    }
    Ok(text.to_owned())
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
    fn phones_are_kept_in_e164_however_they_are_written() {
        for written in [" +12025550143 ", "2025550143", "(202) 555-0143"] {
            let number = phone("mobile", written, Country::US).unwrap();
            assert_eq!(number, "+12025550143", "{written}");
        }
        for wrong in [
            "",
            "whatsapp:+12025550143",
            "MG1",
            "+1",
            "+1 x",
            "911",
            "Room 5",
            "+19005550100",
        ] {
            let error = phone("office", wrong, Country::US).unwrap_err();
            assert!(
                error.to_string().starts_with("`office`"),
                "{wrong}: {error}"
            );
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
