//! Phone numbers that belong to nobody, and where Twilio would say they are registered.

use std::sync::LazyLock;

/// Where a number is registered, as Twilio writes it; unknown parts are empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) code: u32,
    pub(super) city: &'static str,
    pub(super) state: &'static str,
    pub(super) zip: &'static str,
    pub(super) country: &'static str,
}

/// The area codes that the first senders come from.
const AREAS: [Area; 8] = [
    us(202, "WASHINGTON", "DC", "20005"),
    us(415, "SAN FRANCISCO", "CA", "94105"),
    us(212, "NEW YORK", "NY", "10001"),
    us(312, "CHICAGO", "IL", "60601"),
    us(206, "SEATTLE", "WA", "98101"),
    us(512, "AUSTIN", "TX", "78701"),
    us(617, "BOSTON", "MA", "02108"),
    us(303, "DENVER", "CO", "80202"),
];

/// `555-0100` to `555-0199` are [kept free for fiction][555] in every area; the first ten are left
/// to the lines that are called.
///
/// [555]: https://nationalnanpa.com/number_resource_info/555_numbers.html
const FIRST_SENDER: usize = 110;
const SENDERS_PER_AREA: usize = 90;

/// All other codes a person can have. `N11` are services, `N9X`, `37X` and `96X` are not given out.
static OTHER_CODES: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let toll_free = |code| matches!(code, 800 | 833 | 844 | 855 | 866 | 877 | 888 | 900);
    let never = |code| code % 100 == 11 || matches!(code / 10, 37 | 96) || code / 10 % 10 == 9;
    (201..990)
        .filter(|code| code % 100 != 0 && !toll_free(*code) && !never(*code))
        .filter(|&code| AREAS.iter().all(|area| area.code != code))
        .collect()
});

const fn us(code: u32, city: &'static str, state: &'static str, zip: &'static str) -> Area {
    let country = "US";
    Area {
        code,
        city,
        state,
        zip,
        country,
    }
}

/// How many different senders there are.
#[must_use]
pub fn capacity() -> usize {
    (AREAS.len() + OTHER_CODES.len()) * SENDERS_PER_AREA
}

/// The fictional number of sender `index`, counted round after [`capacity`].
///
/// # Examples
/// ```
/// use crm::simulate::sender;
///
/// assert_eq!(sender(0), "+12025550110");
/// assert_eq!(sender(1), "+14155550110");
/// ```
#[must_use]
pub fn sender(index: usize) -> String {
    let index = index % capacity();
    let (code, line) = match index.checked_sub(AREAS.len() * SENDERS_PER_AREA) {
        None => (AREAS[index % AREAS.len()].code, index / AREAS.len()),
        Some(rest) => (
            OTHER_CODES[rest / SENDERS_PER_AREA],
            rest % SENDERS_PER_AREA,
        ),
    };
    format!("+1{code}5550{}", FIRST_SENDER + line)
}

/// Where an address is registered. Only numbers of North America have more than empty texts.
pub(super) fn area(address: &str) -> Area {
    let number = plain(address);
    let Some(code) = number
        .strip_prefix("+1")
        .and_then(|rest| rest.get(..3)?.parse().ok())
    else {
        return Area::default();
    };
    let known = AREAS.iter().find(|area| area.code == code);
    known.copied().unwrap_or_else(|| us(code, "", "", ""))
}

/// The number behind a channel prefix such as `whatsapp:`.
pub(super) fn plain(address: &str) -> &str {
    address
        .split_once(':')
        .map_or(address, |(_, number)| number)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use twilio_hooks::{Address, AddressKind};

    use super::*;

    #[test]
    fn all_senders_differ_and_are_fictional() {
        let senders: HashSet<String> = (0..capacity()).map(sender).collect();
        assert_eq!(senders.len(), capacity());
        assert!(capacity() > 50_000, "{}", capacity());
        for number in &senders {
            assert_eq!(&number[5..9], "5550", "{number}");
            assert_eq!(number.len(), 12, "{number}");
            let kind = Address::from(number.as_str()).kind();
            assert_eq!(kind, AddressKind::PhoneNumber);
        }
        assert_eq!(sender(capacity()), sender(0));
    }

    #[test]
    fn an_area_is_known_by_its_code() {
        assert_eq!(area("+16175550123").city, "BOSTON");
        assert_eq!(area("whatsapp:+16175550123").zip, "02108");
        assert_eq!(area("+19075550123"), us(907, "", "", ""));
        for elsewhere in ["+442079460123", "", "12345", "+1", "client:alice", "+1é"] {
            assert_eq!(area(elsewhere), Area::default(), "{elsewhere}");
        }
    }
}
