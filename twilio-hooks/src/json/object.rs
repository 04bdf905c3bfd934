//! The macro behind every JSON payload and message.

/// Defines a type that is read from a JSON object, and written as one.
///
/// Each row is a documented field, its type, and the name of the member that fills it. Words in front
/// of the name say more about it:
///
/// - `required`: the object is refused without it. For texts, SIDs and enums.
/// - `quoted`: a number that Twilio writes as text.
/// - `upper`: an `Option` of a status that Twilio writes in capitals.
/// - `shown`: a text that is no personal data, so that `Debug` shows it.
///
/// Every type that is not required needs a `Default`, which stands for absent. The rows after
/// `inside` are filled by the members of the object of that name. A kind after the type's name makes
/// it a `JsonWebhook`.
///
/// ```text
/// json_object! {
///     /// A message has been seen.
///     pub struct MessageSeen: "message-seen" {
///         /// The message.
///         message_sid: MessageSid = required "message_sid",
///         /// How often.
///         times: Option<u32> = quoted "times",
///     }
///     inside "person" {
///         /// Who saw it.
///         name: Option<String> = "name",
///     }
/// }
/// ```
macro_rules! json_object {
    (@require $object:expr, required $name:literal) => {
        $crate::json::field::require($object, $name)?
    };
    (@require $object:expr, required shown $name:literal) => {
        $crate::json::field::require($object, $name)?
    };
    (@require $object:expr, $($mode:ident)? $name:literal) => {};

    (@take $object:ident required $($shown:ident)? $name:literal) => {
        $crate::json::field::take_required(&mut $object, $name)
    };
    (@take $object:ident upper $name:literal) => {
        $crate::json::field::take_upper(&mut $object, $name)
    };
    (@take $object:ident $($mode:ident)? $name:literal) => {
        $crate::json::field::take(&mut $object, $name)
    };

    (@value $field:expr, upper $name:literal) => {
        $field
            .as_ref()
            .map($crate::json::field::Upper::to_upper)
            .map(::serde_json::Value::String)
    };
    (@value $field:expr, quoted $name:literal) => {
        $crate::json::field::in_quotes($crate::json::field::Field::to_json(&$field))
    };
    (@value $field:expr, $($mode:ident)* $name:literal) => {
        $crate::json::field::Field::to_json(&$field)
    };

    (@show $field:expr, shown $name:literal) => { $crate::json::field::Plain::plain(&$field) };
    (@show $field:expr, required shown $name:literal) => {
        $crate::json::field::Plain::plain(&$field)
    };
    (@show $field:expr, $($mode:ident)* $name:literal) => {
        $crate::json::field::Field::shown(&$field)
    };

    (@webhook $Name:ident) => {};
    (@webhook $Name:ident $kind:literal) => {
        impl $crate::webhook::sealed::Sealed for $Name {}

        impl $crate::webhook::json::JsonWebhook for $Name {
            const KIND: &'static str = $kind;

            fn from_json(body: &[u8]) -> Result<Self, $crate::JsonError> {
                let object = $crate::json::parse_object(body)?;
                Self::from_object(object).map_err(|(_, error)| error)
            }
        }
    };

    (
        $(#[$meta:meta])*
        pub struct $Name:ident $(: $kind:literal)? {
            $(
                $(#[$field_meta:meta])*
                $field:ident: $Type:ty = $($mode:ident)* $name:literal,
            )*
        }
        $(inside $inside:literal {
            $(
                $(#[$inner_meta:meta])*
                $inner:ident: $Inner:ty = $($inner_mode:ident)* $inner_name:literal,
            )+
        })?
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $Name {
            $( $(#[$field_meta])* pub $field: $Type, )*
            $($( $(#[$inner_meta])* pub $inner: $Inner, )+)?
            /// The members that fill no field: names this version does not know, and values that
            /// their field could make nothing of.
            pub extra: $crate::JsonObject,
        }

        impl $Name {
            /// Reads it, or gives the object back untouched with what is wrong.
            pub(crate) fn from_object(
                mut object: $crate::JsonObject,
            ) -> Result<Self, ($crate::JsonObject, $crate::JsonError)> {
                let check = || -> Result<(), $crate::JsonError> {
                    $( $crate::json::json_object!(@require Some(&object), $($mode)* $name); )*
                    $(
                        $( $crate::json::json_object!(
                            @require $crate::json::field::inside(&object, $inside),
                            $($inner_mode)* $inner_name
                        ); )+
                    )?
                    Ok(())
                };
                if let Err(error) = check() {
                    return Err((object, error));
                }
                $( let $field: $Type = $crate::json::json_object!(@take object $($mode)* $name); )*
                $(
                    let mut inner = $crate::json::field::take_inside(&mut object, $inside);
                    $( let $inner: $Inner = $crate::json::json_object!(
                        @take inner $($inner_mode)* $inner_name
                    ); )+
                    $crate::json::field::put_inside(&mut object, $inside, inner);
                )?
                Ok(Self {
                    $( $field, )*
                    $($( $inner, )+)?
                    extra: object,
                })
            }

            /// The object it is written as.
            pub(crate) fn to_object(&self) -> $crate::JsonObject {
                use $crate::json::field;

                let mut object = self.extra.clone();
                $( field::put(
                    &mut object,
                    $name,
                    $crate::json::json_object!(@value self.$field, $($mode)* $name),
                ); )*
                $(
                    let mut inner = field::take_inside(&mut object, $inside);
                    $( field::put(
                        &mut inner,
                        $inner_name,
                        $crate::json::json_object!(@value self.$inner, $($inner_mode)* $inner_name),
                    ); )+
                    field::put_inside(&mut object, $inside, inner);
                )?
                object
            }
        }

        /// Shows identifiers, statuses and numbers. Texts and names are personal data and stay out;
        /// addresses show their kind and last two characters.
        impl ::std::fmt::Debug for $Name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let mut out = f.debug_struct(stringify!($Name));
                $(
                    $crate::webhook::field::show(
                        &mut out,
                        stringify!($field),
                        $crate::json::json_object!(@show self.$field, $($mode)* $name),
                    );
                )*
                $($(
                    $crate::webhook::field::show(
                        &mut out,
                        stringify!($inner),
                        $crate::json::json_object!(@show self.$inner, $($inner_mode)* $inner_name),
                    );
                )+)?
                if !self.extra.is_empty() {
                    out.field("extra", &$crate::json::field::Names(&self.extra));
                }
                out.finish_non_exhaustive()
            }
        }

        /// As Twilio writes it. What is absent, empty or `null` is left out; times are written in
        /// their shortest form.
        impl ::serde::Serialize for $Name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                ::serde::Serialize::serialize(&self.to_object(), serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $Name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let object = <$crate::JsonObject as ::serde::Deserialize>::deserialize(deserializer)?;
                Self::from_object(object)
                    .map_err(|(_, error)| <D::Error as ::serde::de::Error>::custom(error))
            }
        }

        impl $crate::json::field::Field for $Name {
            fn from_json(value: ::serde_json::Value) -> Result<Self, ::serde_json::Value> {
                match value {
                    ::serde_json::Value::Object(object) => Self::from_object(object)
                        .map_err(|(object, _)| ::serde_json::Value::Object(object)),
                    other => Err(other),
                }
            }

            fn to_json(&self) -> Option<::serde_json::Value> {
                Some(::serde_json::Value::Object(self.to_object()))
            }

            fn shown(&self) -> Option<&dyn ::std::fmt::Debug> {
                Some(self)
            }
        }

        impl $crate::json::field::Field for Option<$Name> {
            fn from_json(value: ::serde_json::Value) -> Result<Self, ::serde_json::Value> {
                <$Name as $crate::json::field::Field>::from_json(value).map(Some)
            }

            fn to_json(&self) -> Option<::serde_json::Value> {
                self.as_ref().and_then($crate::json::field::Field::to_json)
            }

            fn shown(&self) -> Option<&dyn ::std::fmt::Debug> {
                self.as_ref().and_then($crate::json::field::Field::shown)
            }
        }

        $crate::json::json_object!(@webhook $Name $($kind)?);
    };
}
pub(crate) use json_object;
