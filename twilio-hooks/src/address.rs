//! [`Address`]: who a message or call is from or to.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One end of a message or call, as Twilio wrote it in `From` or `To`.
///
/// That is rarely just a phone number: short codes, names, channel prefixes, SIP addresses, hidden
/// callers and nothing at all occur ([messaging][m], [voice][v]). Every text is an address;
/// [`kind`](Self::kind) says what it is, and [`as_str`](Self::as_str) gives it back unchanged, which
/// is also what Twilio takes to send something there.
///
/// # Examples
/// ```
/// use twilio_hooks::{Address, AddressKind};
///
/// let sender = Address::from("whatsapp:+12025550143");
/// assert_eq!(sender.kind(), AddressKind::WhatsApp);
/// assert_eq!(sender.e164(), Some("+12025550143"));
///
/// let hidden = Address::from("+266696687");
/// assert_eq!(hidden.kind(), AddressKind::Hidden);
/// assert_eq!(hidden.contact_key(), None);
/// ```
///
/// [m]: https://www.twilio.com/docs/messaging/guides/webhook-request
/// [v]: https://www.twilio.com/docs/voice/twiml#request-parameters
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(Box<str>);

/// What an [`Address`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressKind {
    /// A phone number in E.164: `+` and 7 to 15 digits.
    PhoneNumber,
    /// A short code: 3 to 8 digits without `+`.
    ShortCode,
    /// An alphanumeric sender such as `ACME Corp`; it can't be answered.
    Alphanumeric,
    /// `whatsapp:` and a phone number, or a user id of WhatsApp when the number is hidden.
    WhatsApp,
    /// `messenger:` and an id of Facebook Messenger.
    Messenger,
    /// `rcs:` and a phone number or an agent's name.
    Rcs,
    /// `client:` and the identity of a Voice SDK user.
    Client,
    /// A `sip:` or `sips:` address.
    Sip,
    /// A caller who hides the number: `anonymous` and its relatives, also spelled in digits as on
    /// a keypad (`+266696687`). Many people share it, so it is never one contact.
    Hidden,
    /// Nothing, as in calls of a Voice SDK client without a target.
    Empty,
    /// Anything else, such as a caller id that could not be normalised.
    Other,
}

/// The [stand-ins for a hidden number](https://help.twilio.com/articles/223179988), as words and as
/// a keypad spells them.
const HIDDEN: [&str; 10] = [
    "anonymous",
    "+266696687",
    "restricted",
    "+7378742833",
    "blocked",
    "+2562533",
    "unknown",
    "+8656696",
    "unavailable",
    "+86282452253",
];

impl Address {
    /// Takes an address as Twilio wrote it.
    pub fn new(address: impl Into<Box<str>>) -> Self {
        Self(address.into())
    }

    /// The address as Twilio wrote it, with its channel prefix.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What this address is.
    #[must_use]
    pub fn kind(&self) -> AddressKind {
        let text = &*self.0;
        if text.is_empty() {
            return AddressKind::Empty;
        }
        if let Some((kind, _)) = self.channel() {
            return kind;
        }
        if HIDDEN
            .iter()
            .any(|hidden| hidden.eq_ignore_ascii_case(text))
        {
            return AddressKind::Hidden;
        }
        if is_e164(text) {
            return AddressKind::PhoneNumber;
        }
        if (3..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return AddressKind::ShortCode;
        }
        if is_alphanumeric_sender(text) {
            return AddressKind::Alphanumeric;
        }
        AddressKind::Other
    }

    /// The phone number in E.164, also behind `whatsapp:` and `rcs:`.
    #[must_use]
    pub fn e164(&self) -> Option<&str> {
        let number = match self.channel() {
            Some((AddressKind::WhatsApp | AddressKind::Rcs, number)) => number,
            Some(_) => return None,
            None if self.kind() == AddressKind::PhoneNumber => &self.0,
            None => return None,
        };
        is_e164(number).then_some(number)
    }

    /// What one contact is known by: the phone number if there is one, whatever the channel, else
    /// the whole address. Hidden and empty addresses are nobody's, hence `None`.
    ///
    /// A person who texts by SMS and by WhatsApp from one number is one contact.
    #[must_use]
    pub fn contact_key(&self) -> Option<&str> {
        match self.kind() {
            AddressKind::Hidden | AddressKind::Empty => None,
            _ => Some(self.e164().unwrap_or(&self.0)),
        }
    }

    /// Kind and remainder of an address with a channel prefix.
    fn channel(&self) -> Option<(AddressKind, &str)> {
        let (prefix, rest) = self.0.split_once(':')?;
        let kind = match prefix {
            "whatsapp" => AddressKind::WhatsApp,
            "messenger" => AddressKind::Messenger,
            "rcs" => AddressKind::Rcs,
            "client" => AddressKind::Client,
            "sip" | "sips" => AddressKind::Sip,
            _ => return None,
        };
        Some((kind, rest))
    }
}

/// `+`, no leading zero, 7 to 15 digits.
fn is_e164(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else {
        return false;
    };
    (7..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Up to 11 letters, digits and [the few marks Twilio allows][docs], with at least one letter.
///
/// [docs]: https://help.twilio.com/articles/223133767
fn is_alphanumeric_sender(text: &str) -> bool {
    text.len() <= 11
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b" +-_&".contains(&byte))
}

impl From<&str> for Address {
    fn from(address: &str) -> Self {
        Self(address.into())
    }
}

impl From<String> for Address {
    fn from(address: String) -> Self {
        Self(address.into())
    }
}

impl AsRef<str> for Address {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// The address as Twilio wrote it. It is personal data: keep it out of logs.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The kind and the last two characters; the rest is personal data.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self
            .0
            .char_indices()
            .rev()
            .nth(1)
            .map_or(0, |(index, _)| index);
        let shown = if self.0.chars().count() > 4 {
            &self.0[end..]
        } else {
            ""
        };
        write!(f, "{:?}(…{shown})", self.kind())
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(<Cow<'de, str>>::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_form_has_its_kind() {
        for (text, kind) in [
            ("+12025550143", AddressKind::PhoneNumber),
            ("12345", AddressKind::ShortCode),
            ("ACME Corp", AddressKind::Alphanumeric),
            ("whatsapp:+12025550143", AddressKind::WhatsApp),
            ("whatsapp:US.1234567890", AddressKind::WhatsApp),
            ("messenger:123456", AddressKind::Messenger),
            ("rcs:acme_agent", AddressKind::Rcs),
            ("client:alice", AddressKind::Client),
            ("sip:alice@example.com;transport=tls", AddressKind::Sip),
            ("Anonymous", AddressKind::Hidden),
            ("+266696687", AddressKind::Hidden),
            ("+7378742833", AddressKind::Hidden),
            ("+2562533", AddressKind::Hidden),
            ("+8656696", AddressKind::Hidden),
            ("+86282452253", AddressKind::Hidden),
            ("", AddressKind::Empty),
            ("+0123456789", AddressKind::Other),
            ("+1202555014312345678", AddressKind::Other),
            ("2025550143", AddressKind::Other),
            ("Straße 12", AddressKind::Other),
        ] {
            assert_eq!(Address::from(text).kind(), kind, "{text}");
        }
    }

    #[test]
    fn one_number_is_one_contact_on_every_channel() {
        for text in ["+12025550143", "whatsapp:+12025550143", "rcs:+12025550143"] {
            assert_eq!(Address::from(text).contact_key(), Some("+12025550143"));
        }
        assert_eq!(
            Address::from("client:+12025550143").contact_key(),
            Some("client:+12025550143")
        );
    }

    #[test]
    fn debug_hides_the_number() {
        assert_eq!(
            format!("{:?}", Address::from("+12025550143")),
            "PhoneNumber(…43)"
        );
        assert_eq!(format!("{:?}", Address::from("bob")), "Alphanumeric(…)");
    }

    proptest! {
        #[test]
        fn every_text_survives(text in ".*") {
            let address = Address::from(text.as_str());
            let _ = (address.kind(), address.e164(), address.contact_key());
            let _ = format!("{address:?}");
            prop_assert_eq!(address.as_str(), text);
        }
    }
}
