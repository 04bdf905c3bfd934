//! [`Place`]: where a phone number is registered.

use std::fmt::{self, Debug};

use super::field::{Family, Pair, Slot, fill, text};

/// Where a phone number is registered, as far as Twilio can tell.
///
/// It is a guess about the number, not the place where the person is, and any part of it is often
/// absent. Toll-free numbers and most countries outside North America have the country alone.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Place {
    /// The city, in capitals for North America.
    pub city: Option<String>,
    /// The state or province, a short form or a name.
    pub state: Option<String>,
    /// The postal code. It is text: leading zeros count.
    pub zip: Option<String>,
    /// The country by its two letters of ISO 3166.
    pub country: Option<String>,
}

impl Place {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Shows the country; the rest is personal data.
impl Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place")
            .field("country", &self.country)
            .finish_non_exhaustive()
    }
}

/// `{prefix}City`, `{prefix}State`, `{prefix}Zip` and `{prefix}Country`.
impl Family for Place {
    type Slots<'a> = [Slot<'a>; 4];

    fn take<'a>(slots: &mut Self::Slots<'a>, rest: &'a str, (_, value): Pair<'a>) -> bool {
        let [city, state, zip, country] = slots;
        let slot = match rest {
            "City" => city,
            "State" => state,
            "Zip" => zip,
            "Country" => country,
            _ => return false,
        };
        fill(slot, value)
    }

    fn finish<'a>(slots: Self::Slots<'a>, _extra: &mut Vec<Pair<'a>>) -> Self {
        let [city, state, zip, country] = slots.map(text);
        Self {
            city,
            state,
            zip,
            country,
        }
    }

    fn shown(&self) -> Option<&dyn Debug> {
        (!self.is_empty()).then_some(self)
    }
}
