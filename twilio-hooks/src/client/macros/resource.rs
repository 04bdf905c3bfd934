//! The macro behind every response.

/// What one field of a response is called, and the values it knows; for the tests that compare the
/// types with Twilio's description.
#[cfg(test)]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) known: fn() -> Option<Vec<&'static str>>,
}

/// A response of Twilio's API, such as [`Message`](crate::client::Message); only this crate has them.
pub trait Resource: FromObject + Send + 'static {}

impl<T: FromObject + Send + 'static> Resource for T {}

mod sealed {
    use serde_json::{Map, Value};

    /// Reading from a JSON object.
    pub trait FromObject: Sized {
        /// Reads an object; what is left over, or has an unexpected shape, goes to `extra`.
        ///
        /// # Errors
        /// The name of the required field that is missing.
        fn from_object(object: Map<String, Value>) -> Result<Self, &'static str>;
    }
}

pub(crate) use sealed::FromObject;

/// Defines the struct of a response.
///
/// The field in brackets must be there; all others are `Option`. `as "name"` gives the name in
/// the JSON where it is no good name in Rust. `Debug` shows only what is listed at `debug`, because
/// the rest is personal. `drop` names fields that are never kept.
macro_rules! resource {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            $([
                $(#[$required_meta:meta])*
                $required:ident: $Required:ty
            ])?
            $(
                $(#[$field_meta:meta])*
                $field:ident $(as $wire:literal)?: $Type:ty,
            )*
        }
        debug: $($shown:ident),+;
        $(drop: $($dropped:literal),+;)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $Name {
            $(
                $(#[$required_meta])*
                pub $required: $Required,
            )?
            $(
                $(#[$field_meta])*
                pub $field: Option<$Type>,
            )*
            /// What this version has no field for, as it came; and fields whose value has an unexpected
            /// shape.
            pub extra: ::serde_json::Map<String, ::serde_json::Value>,
        }

        $crate::redacted::redacted_debug!($Name { $($shown),+ });

        #[cfg(test)]
        impl $Name {
            pub(crate) const FIELDS: &'static [$crate::client::macros::Field] = &[
                $($crate::client::macros::Field {
                    name: stringify!($required),
                    known: <$Required as $crate::client::macros::JsonField>::KNOWN,
                },)?
                $($crate::client::macros::Field {
                    name: $crate::client::macros::resource!(@wire $field $($wire)?),
                    known: <$Type as $crate::client::macros::JsonField>::KNOWN,
                },)*
            ];
        }

        impl $crate::client::macros::FromObject for $Name {
            fn from_object(
                mut object: ::serde_json::Map<String, ::serde_json::Value>,
            ) -> Result<Self, &'static str> {
                use $crate::client::macros::{JsonField, absent};

                $($(object.remove($dropped);)+)?
                $(
                    let $required = object
                        .get(stringify!($required))
                        .and_then(<$Required>::from_json)
                        .ok_or(stringify!($required))?;
                    object.remove(stringify!($required));
                )?
                $(
                    let name = $crate::client::macros::resource!(@wire $field $($wire)?);
                    let value = object.get(name);
                    let $field = value.and_then(<$Type>::from_json);
                    if $field.is_some() || value.is_some_and(absent) {
                        object.remove(name);
                    }
                )*
                Ok(Self { $($required,)? $($field,)* extra: object })
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $Name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let object = ::serde_json::Map::deserialize(deserializer)?;
                <Self as $crate::client::macros::FromObject>::from_object(object)
                    .map_err(::serde::de::Error::missing_field)
            }
        }
    };
    (@wire $field:ident) => { stringify!($field) };
    (@wire $field:ident $wire:literal) => { $wire };
}

pub(crate) use resource;
