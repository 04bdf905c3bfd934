//! The macro behind every open enum.

use std::fmt;

/// A value that this version of the crate has no variant for, kept as it came.
///
/// It can't be built outside this crate, so a known value never hides in an `Unknown` variant: two
/// values that are written alike are always equal.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    pub(crate) fn new(value: &str) -> Self {
        Self(value.into())
    }

    /// The value as Twilio wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Defines an enum over texts that keeps values it does not know.
///
/// Besides the enum itself this gives `as_str`, `From<&str>`, an infallible `FromStr`, `Display`,
/// serde as plain text, and the reading of a webhook's field. Values are matched exactly, in the
/// letter case Twilio documents. Where Twilio spells one value in several ways, the others follow
/// after `|`; they are read as the first.
macro_rules! string_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $Name:ident {
            $( $(#[$variant_meta:meta])* $Variant:ident => $text:literal $(| $other:literal)*, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        $vis enum $Name {
            $( $(#[$variant_meta])* $Variant, )+
            /// A value that this version does not know.
            Unknown($crate::string_enum::UnknownValue),
        }

        impl $Name {
            /// Every value that this version knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$Variant),+];

            /// The value as Twilio writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$Variant => $text, )+
                    Self::Unknown(value) => value.as_str(),
                }
            }
        }

        impl From<&str> for $Name {
            fn from(value: &str) -> Self {
                match value {
                    $( $text $(| $other)* => Self::$Variant, )+
                    other => Self::Unknown($crate::string_enum::UnknownValue::new(other)),
                }
            }
        }

        impl ::std::str::FromStr for $Name {
            type Err = ::std::convert::Infallible;

            fn from_str(value: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(value))
            }
        }

        impl ::std::fmt::Display for $Name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::webhook::field::Value for $Name {
            fn from_value(value: &[u8]) -> Option<Self> {
                ::std::str::from_utf8(value).ok().map(Self::from)
            }

            fn shown(&self) -> Option<&dyn ::std::fmt::Debug> {
                Some(self)
            }
        }

        impl ::serde::Serialize for $Name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $Name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = <::std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Ok(Self::from(&*value))
            }
        }
    };
}
pub(crate) use string_enum;

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macro writes for public enums")]
mod tests {
    use proptest::prelude::*;

    string_enum! {
        /// Two letters.
        enum Letter {
            /// The first.
            A => "a",
            /// The second.
            B => "b" | "B",
        }
    }

    #[test]
    fn known_values_have_their_variant() {
        assert_eq!(Letter::from("a"), Letter::A);
        assert_eq!(Letter::KNOWN, [Letter::A, Letter::B]);
    }

    #[test]
    fn another_spelling_is_read_as_the_first() {
        assert_eq!(Letter::from("B"), Letter::B);
        assert_eq!(Letter::from("B").as_str(), "b");
        assert_ne!(Letter::from("A"), Letter::A);
    }

    #[test]
    fn unknown_values_survive_serde() {
        let json = serde_json::to_string(&Letter::from("z")).unwrap();
        assert_eq!(json, "\"z\"");
        assert_eq!(serde_json::from_str::<Letter>(&json).unwrap().as_str(), "z");
    }

    proptest! {
        #[test]
        fn every_text_survives(text in ".*") {
            let letter = Letter::from(text.as_str());
            let same = if text == "B" { "b" } else { &text };
            prop_assert_eq!(letter.as_str(), same);
        }
    }
}
