//! Which numbers calls may be forwarded to.

use phonenumber::{Type, metadata::DATABASE};
use twilio_hooks::{Address, AddressKind};

/// Country codes that no customer's office is in, and that cost a lot: satellites, ships, and the
/// international premium numbers.
const COSTLY: [&str; 7] = ["+870", "+878", "+881", "+882", "+883", "+888", "+979"];

/// Says why a call must not be forwarded to a number.
///
/// That it is not one of our own lines has to be looked up.
///
/// # Errors
/// If it is no number in E.164, or a short or premium one.
pub fn check_number(number: &str) -> Result<(), &'static str> {
    if Address::from(number).kind() != AddressKind::PhoneNumber {
        return Err("is not a phone number such as +12025550143");
    }
    if COSTLY.iter().any(|code| number.starts_with(code)) {
        return Err("is a number that calls are not forwarded to, because they cost too much");
    }
    let parsed = phonenumber::parse(None, number)
        .map_err(|_| "is not a phone number such as +12025550143")?;
    match parsed.number_type(&DATABASE) {
        Type::PremiumRate | Type::SharedCost => {
            Err("is a number that calls are not forwarded to, because they cost too much")
        }
        Type::ShortCode | Type::Emergency | Type::Voicemail | Type::Pager => {
            Err("is not the number of a phone")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_may_be_called() {
        for number in [
            "+12025550143",
            "+4915123456789",
            "+442079460958",
            "+18005550100",
        ] {
            assert_eq!(check_number(number), Ok(()), "{number}");
        }
    }

    #[test]
    fn premium_and_short_numbers_and_others_may_not() {
        for number in [
            "+19005550100",
            "+449098790000",
            "+979123456789",
            "+881612345678",
            "911",
            "12345",
            "2025550143",
            "+266696687",
            "client:ana",
            "sip:ana@example.com",
            "",
            "+1",
            "+999123456789",
        ] {
            assert!(check_number(number).is_err(), "{number}");
        }
    }
}
