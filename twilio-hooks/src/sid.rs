//! SID newtypes: Twilio's identifiers, one type per kind of thing.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! sids {
    ($( $(#[$meta:meta])* $Name:ident($($prefix:literal),+); )+) => {$(
        $(#[$meta])*
        ///
        /// Any text is accepted, because an identifier of a new shape must not lose a webhook;
        /// [`is_well_formed`](Self::is_well_formed) tells whether it looks as documented.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $Name(Box<str>);

        impl $Name {
            /// The two letters such an identifier starts with; most kinds have one pair.
            pub const PREFIXES: &'static [&'static str] = &[$($prefix),+];

            /// Takes an identifier as Twilio wrote it.
            pub fn new(sid: impl Into<Box<str>>) -> Self {
                Self(sid.into())
            }

            /// The identifier as Twilio wrote it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether this is a known prefix and 32 hexadecimal digits.
            #[must_use]
            pub fn is_well_formed(&self) -> bool {
                is_well_formed(&self.0, Self::PREFIXES)
            }
        }

        impl From<&str> for $Name {
            fn from(sid: &str) -> Self {
                Self(sid.into())
            }
        }

        impl From<String> for $Name {
            fn from(sid: String) -> Self {
                Self(sid.into())
            }
        }

        impl AsRef<str> for $Name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl crate::webhook::field::Value for $Name {
            fn from_value(value: &[u8]) -> Option<Self> {
                std::str::from_utf8(value).ok().map(Self::from)
            }

            fn shown(&self) -> Option<&dyn fmt::Debug> {
                Some(self)
            }
        }

        impl Serialize for $Name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $Name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self::new(<Cow<'de, str>>::deserialize(deserializer)?))
            }
        }
    )+};
}

sids! {
    /// An [account or subaccount](https://www.twilio.com/docs/iam/api/account), `AC…`.
    AccountSid("AC");
    /// A [TwiML application](https://www.twilio.com/docs/usage/api/applications), `AP…`.
    ApplicationSid("AP");
    /// A [leg of a call](https://www.twilio.com/docs/voice/api/call-resource), `CA…`.
    CallSid("CA");
    /// An [installed messaging channel](https://www.twilio.com/docs/messaging/channels), `XE…`.
    ChannelInstallSid("XE");
    /// A [message](https://www.twilio.com/docs/messaging/api/message-resource): `SM…`, or `MM…`
    /// with media.
    MessageSid("SM", "MM");
    /// A [messaging service](https://www.twilio.com/docs/messaging/services), `MG…`.
    MessagingServiceSid("MG");
    /// A [recording](https://www.twilio.com/docs/voice/api/recording), `RE…`.
    RecordingSid("RE");
    /// A [SIP domain](https://www.twilio.com/docs/voice/sip/api/sip-domain-resource), `SD…`.
    SipDomainSid("SD");
    /// An [elastic SIP trunk](https://www.twilio.com/docs/sip-trunking), `TK…`.
    TrunkSid("TK");
}

fn is_well_formed(sid: &str, prefixes: &[&str]) -> bool {
    sid.len() == 34
        && prefixes.iter().any(|prefix| sid.starts_with(prefix))
        && sid.as_bytes()[2..].iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_is_told_but_not_demanded() {
        assert!(MessageSid::from("SM00000000000000000000000000000001").is_well_formed());
        assert!(MessageSid::from("MM00000000000000000000000000000001").is_well_formed());
        for odd in [
            "",
            "SM1",
            "CA00000000000000000000000000000001",
            "SMé0000000000000000000000000000000",
        ] {
            let sid = MessageSid::from(odd);
            assert!(!sid.is_well_formed());
            assert_eq!(sid.as_str(), odd);
        }
    }
}
