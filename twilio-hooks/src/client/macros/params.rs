//! The macro behind the parameters of every request.

use std::fmt;

use jiff::Timestamp;

use crate::{Address, sid};

/// What one setter is called, the parameter it sets, and the values it knows; for the tests that
/// compare the setters with Twilio's description.
#[cfg(test)]
#[derive(Debug, Clone, Copy)]
pub(crate) struct ParamInfo {
    pub(crate) setter: &'static str,
    pub(crate) name: &'static str,
    pub(crate) list: bool,
    pub(crate) known: fn() -> Option<Vec<&'static str>>,
}

/// A type that a parameter can have.
pub(crate) trait Param {
    /// The values it has variants for, if it is an enumeration.
    #[cfg(test)]
    const KNOWN: fn() -> Option<Vec<&'static str>> = || None;

    /// The value as Twilio wants it.
    fn to_param(&self) -> String;
}

impl Param for String {
    fn to_param(&self) -> String {
        self.clone()
    }
}

impl Param for Address {
    fn to_param(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Param for bool {
    fn to_param(&self) -> String {
        self.to_string()
    }
}

impl Param for u32 {
    fn to_param(&self) -> String {
        self.to_string()
    }
}

impl Param for Timestamp {
    /// Whole seconds, in UTC; Twilio refuses fractions in some filters.
    fn to_param(&self) -> String {
        self.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

macro_rules! sid_params {
    ($($Name:ident),+ $(,)?) => {$(
        impl Param for sid::$Name {
            fn to_param(&self) -> String {
                self.as_str().to_owned()
            }
        }
    )+};
}

sid_params!(
    AccountSid,
    AddressSid,
    ApplicationSid,
    BundleSid,
    ByocTrunkSid,
    CallSid,
    ConferenceSid,
    ContentSid,
    IdentitySid,
    MessagingServiceSid,
    PhoneNumberSid,
    TrunkSid,
);

macro_rules! enum_params {
    ($($Name:ty),+ $(,)?) => {$(
        impl Param for $Name {
            #[cfg(test)]
            const KNOWN: fn() -> Option<Vec<&'static str>> =
                || Some(<$Name>::KNOWN.iter().map(|value| value.as_str()).collect());

            fn to_param(&self) -> String {
                self.as_str().to_owned()
            }
        }
    )+};
}

enum_params!(
    crate::CallStatus,
    crate::MessageStatus,
    crate::RecordingStatus,
    crate::client::calls::CallEnd,
    crate::client::messages::AddressRetention,
    crate::client::messages::ContentRetention,
    crate::client::messages::RiskCheck,
    crate::client::messages::ScheduleType,
    crate::client::messages::TrafficType,
    crate::client::messaging_services::ScanMessageContent,
    crate::client::phone_numbers::EmergencyStatus,
    crate::client::phone_numbers::VoiceReceiveMode,
    crate::client::values::MachineDetection,
    crate::client::values::RecordingChannels,
    crate::client::values::TrimSilence,
    crate::client::values::WebhookMethod,
    crate::webhook::CallEvent,
    crate::webhook::RecordingTrack,
);

/// Names and values of a request, in the order they were set. `Debug` shows the names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Pairs(Vec<(&'static str, String)>);

impl Pairs {
    /// Sets the one value of `name`.
    pub(crate) fn set(&mut self, name: &'static str, value: String) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// Adds a value to the list called `name`.
    pub(crate) fn add(&mut self, name: &'static str, value: String) {
        self.0.push((name, value));
    }

    /// The pairs as a form body or query string.
    pub(crate) fn encode(self) -> String {
        serde_urlencoded::to_string(&self.0).expect("pairs of texts are a form")
    }
}

impl fmt::Debug for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

/// Defines the parameters of a request, each with a consuming setter.
///
/// `new(…)` lists the setters whose parameters Twilio requires. A type in brackets is a list: its
/// setter adds a value.
macro_rules! params {
    (
        $(#[$meta:meta])*
        $vis:vis struct $Name:ident new($($required:ident: $Required:ty),*) {
            $( $(#[$field_meta:meta])* $setter:ident: $Type:tt = $wire:literal, )*
        }
    ) => {
        $(#[$meta])*
        ///
        /// `Debug` shows the names of the parameters only.
        #[derive(Debug, Clone, PartialEq, Eq)]
        $vis struct $Name {
            pub(crate) pairs: $crate::client::macros::Pairs,
        }

        impl $Name {
            #[cfg(test)]
            pub(crate) const PARAMS: &'static [$crate::client::macros::ParamInfo] = &[
                $($crate::client::macros::params!(@info $setter $Type $wire),)*
            ];

            $crate::client::macros::params!(@new $vis $($required: $Required),*);

            $($crate::client::macros::params!(@setter [$(#[$field_meta])* $vis] $setter $Type $wire);)*
        }

        $crate::client::macros::params!(@default $Name $($required)*);
    };
    (@default $Name:ident) => {
        impl Default for $Name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@default $Name:ident $($required:ident)+) => {};
    (@new $vis:vis) => {
        /// None set yet.
        #[must_use]
        $vis fn new() -> Self {
            Self { pairs: $crate::client::macros::Pairs::default() }
        }
    };
    (@new $vis:vis $($required:ident: $Required:ty),+) => {
        /// Takes the required ones; the others have setters.
        #[must_use]
        $vis fn new($($required: impl Into<$Required>),+) -> Self {
            Self { pairs: $crate::client::macros::Pairs::default() }$(.$required($required))+
        }
    };
    (@info $setter:ident [$Item:ty] $wire:literal) => {
        $crate::client::macros::ParamInfo {
            setter: stringify!($setter),
            name: $wire,
            list: true,
            known: <$Item as $crate::client::macros::Param>::KNOWN,
        }
    };
    (@info $setter:ident $Type:ident $wire:literal) => {
        $crate::client::macros::ParamInfo {
            setter: stringify!($setter),
            name: $wire,
            list: false,
            known: <$Type as $crate::client::macros::Param>::KNOWN,
        }
    };
    (@setter [$(#[$meta:meta])* $vis:vis] $setter:ident [$Item:ty] $wire:literal) => {
        $(#[$meta])*
        ///
        #[doc = concat!("Adds to the list `", $wire, "`.")]
        #[must_use]
        $vis fn $setter(mut self, value: impl Into<$Item>) -> Self {
            let value: $Item = value.into();
            self.pairs.add($wire, $crate::client::macros::Param::to_param(&value));
            self
        }
    };
    (@setter [$(#[$meta:meta])* $vis:vis] $setter:ident bool $wire:literal) => {
        $crate::client::macros::params!(@plain [$(#[$meta])* $vis] $setter bool $wire);
    };
    (@setter [$(#[$meta:meta])* $vis:vis] $setter:ident u32 $wire:literal) => {
        $crate::client::macros::params!(@plain [$(#[$meta])* $vis] $setter u32 $wire);
    };
    (@setter [$(#[$meta:meta])* $vis:vis] $setter:ident Timestamp $wire:literal) => {
        $crate::client::macros::params!(@plain [$(#[$meta])* $vis] $setter Timestamp $wire);
    };
    (@setter [$(#[$meta:meta])* $vis:vis] $setter:ident $Type:ident $wire:literal) => {
        $(#[$meta])*
        ///
        #[doc = concat!("The parameter `", $wire, "`.")]
        #[must_use]
        $vis fn $setter(mut self, value: impl Into<$Type>) -> Self {
            let value: $Type = value.into();
            self.pairs.set($wire, $crate::client::macros::Param::to_param(&value));
            self
        }
    };
    (@plain [$(#[$meta:meta])* $vis:vis] $setter:ident $Type:ident $wire:literal) => {
        $(#[$meta])*
        ///
        #[doc = concat!("The parameter `", $wire, "`.")]
        #[must_use]
        $vis fn $setter(mut self, value: $Type) -> Self {
            self.pairs.set($wire, $crate::client::macros::Param::to_param(&value));
            self
        }
    };
}

pub(crate) use params;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_set_twice_is_replaced_and_a_list_grows() {
        let mut pairs = Pairs::default();
        pairs.set("Body", "one".to_owned());
        pairs.add("MediaUrl", "a".to_owned());
        pairs.set("Body", "two & more".to_owned());
        pairs.add("MediaUrl", "b".to_owned());
        assert_eq!(pairs.encode(), "Body=two+%26+more&MediaUrl=a&MediaUrl=b");
    }

    #[test]
    fn debug_shows_names_only() {
        let mut pairs = Pairs::default();
        pairs.set("To", "+12025550143".to_owned());
        assert_eq!(format!("{pairs:?}"), r#"["To"]"#);
    }

    #[test]
    fn times_have_whole_seconds_in_utc() {
        let time: Timestamp = "2026-11-05T10:03:07.25+01:00".parse().unwrap();
        assert_eq!(time.to_param(), "2026-11-05T09:03:07Z");
    }
}
