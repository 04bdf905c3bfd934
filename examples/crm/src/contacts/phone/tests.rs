//! What is read, what is refused, and what is shown.

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
