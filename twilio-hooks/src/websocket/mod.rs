//! WebSockets: the messages of [Media Streams](media_streams) and [ConversationRelay](conversation_relay).
//!
//! Both are conversations in JSON texts over a socket that Twilio opens. What Twilio says is an enum
//! that is read with `from_json`; what it is told is an enum that is written with `to_json`. The
//! socket itself is the web framework's.
//!
//! | | Twilio says | you say |
//! |---|---|---|
//! | the call's audio | [`StreamMessage`](media_streams::StreamMessage) | [`StreamCommand`](media_streams::StreamCommand) |
//! | the caller's words | [`RelayMessage`](conversation_relay::RelayMessage) | [`RelayCommand`](conversation_relay::RelayCommand) |
//!
//! # How messages are read
//! - A message of an unknown type is `Unknown` and can be skipped; so is one that lacks what its type
//!   promises. Only a text that is no JSON object is an error, and even then it is best to go on
//!   with the next.
//! - Numbers are read in quotes and without. What a field can make nothing of is `None`, and stays in
//!   `extra` with the members that have no field.
//! - An empty text is an absent one, for Twilio writes both.
//! - `Debug` shows identifiers and numbers. What was said, what was pressed, and the values of
//!   parameters are left out.
//!
//! # Security
//! The upgrade request carries `X-Twilio-Signature` over its `wss://` URL without parameters, and
//! [`ValidateSignatureLayer`](crate::signature::ValidateSignatureLayer) checks it. Without that check,
//! anybody can open the socket and pretend to be a call.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json::{
    JsonObject,
    field::{self, Field, Names},
};

pub mod conversation_relay;
pub mod media_streams;

/// A message of a type that this version does not know, or one that lacks what its type promises.
#[derive(Clone, PartialEq)]
pub struct UnknownMessage {
    tag: &'static str,
    raw: JsonObject,
}

impl UnknownMessage {
    /// The type the message says it has; `None` if it does not say.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.raw.get(self.tag).and_then(Value::as_str)
    }

    /// The message as it came.
    #[must_use]
    pub fn raw(&self) -> &JsonObject {
        &self.raw
    }
}

/// Shows the type and the names of the members.
impl fmt::Debug for UnknownMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownMessage")
            .field("name", &self.name())
            .field("members", &Names(&self.raw))
            .finish()
    }
}

/// What the TwiML gave the socket with `<Parameter>`, by name.
///
/// `Debug` shows the names only.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomParameters(BTreeMap<String, String>);

impl CustomParameters {
    /// The value of a parameter; `None` if the TwiML had none of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Names and values, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for CustomParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl Field for CustomParameters {
    fn from_json(value: Value) -> Result<Self, Value> {
        let Value::Object(object) = &value else {
            return Err(value);
        };
        let read: Option<_> = object
            .iter()
            .map(|(name, value)| Some((name.clone(), field::text(value)?.into_owned())))
            .collect();
        read.map(Self).ok_or(value)
    }

    fn to_json(&self) -> Option<Value> {
        serde_json::to_value(self).ok()
    }

    fn shown(&self) -> Option<&dyn fmt::Debug> {
        (!self.is_empty()).then_some(self)
    }
}

/// Defines the enum of what Twilio says over a socket: one variant for each type of message, which
/// the member after `by` tells.
macro_rules! messages {
    (
        $(#[$meta:meta])*
        pub enum $Name:ident: $kind:literal by $tag:literal {
            $( $(#[$variant_meta:meta])* $Variant:ident = $text:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $Name {
            $( $(#[$variant_meta])* $Variant($Variant), )+
            /// A message of another type; skip it.
            Unknown($crate::websocket::UnknownMessage),
        }

        impl $Name {
            /// The kind's name in logs and metrics.
            pub const KIND: &'static str = $kind;

            /// Reads a message.
            ///
            /// # Errors
            /// If the text is not one JSON object. [How messages are
            /// read](crate::websocket#how-messages-are-read) says what becomes of odd ones.
            pub fn from_json(text: impl AsRef<[u8]>) -> Result<Self, $crate::JsonError> {
                $crate::json::parse_object(text.as_ref()).map(Self::from_object)
            }

            fn from_object(mut object: $crate::JsonObject) -> Self {
                let tag = object.remove($tag);
                let (mut object, tag) = match tag.as_ref().and_then(::serde_json::Value::as_str) {
                    $(
                        Some($text) => match $Variant::from_object(object) {
                            Ok(message) => return Self::$Variant(message),
                            Err((object, _)) => (object, tag),
                        },
                    )+
                    _ => (object, tag),
                };
                if let Some(tag) = tag {
                    object.insert($tag.to_owned(), tag);
                }
                Self::Unknown($crate::websocket::UnknownMessage { tag: $tag, raw: object })
            }

            fn to_object(&self) -> $crate::JsonObject {
                let (mut object, text) = match self {
                    $( Self::$Variant(message) => (message.to_object(), $text), )+
                    Self::Unknown(message) => return message.raw.clone(),
                };
                object.insert($tag.to_owned(), text.into());
                object
            }
        }

        /// As Twilio writes it.
        impl ::serde::Serialize for $Name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                ::serde::Serialize::serialize(&self.to_object(), serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $Name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <$crate::JsonObject as ::serde::Deserialize>::deserialize(deserializer)
                    .map(Self::from_object)
            }
        }
    };
}
pub(crate) use messages;

/// Writes a command. Its fields are texts, numbers and truth values, so this can't fail.
fn to_json(command: &impl Serialize) -> String {
    serde_json::to_string(command).expect("plain values are always JSON")
}
