//! The macros behind every payload.

/// Defines one payload: its struct, its [`Webhook`](super::Webhook) implementation, and a `Debug`
/// that is fit for a log.
///
/// Two lists make a payload. In the first, each row is a documented field, its type, and the name
/// of the parameter that fills it. `required` in front of the name refuses a webhook without it,
/// unless the parameter of a field named after `or` is there instead; every other type needs a
/// `Default`, which stands for absent and empty. In the second list, `families`, a field takes all
/// parameters whose names start with the text and go on as its type expects.
///
/// ```text
/// webhook! {
///     /// A message has been seen.
///     pub struct MessageSeen: "message-seen" {
///         /// The message.
///         message_sid: MessageSid = required "MessageSid" or sms_sid,
///         /// Older twin of `message_sid`.
///         sms_sid: Option<MessageSid> = "SmsSid",
///         /// Who saw it.
///         from: Address = "From",
///     }
///     families {
///         /// Where the number of `from` is registered.
///         from_place: Place = "From",
///     }
/// }
/// ```
macro_rules! webhook {
    (@required required $name:literal) => { $name };
    (@read required $slot:ident [$($twin:ident)*] $name:literal $extra:ident) => {
        $crate::webhook::field::required(&[$slot $(, $twin)*], $name)?
    };
    (@read $slot:ident [] $name:literal $extra:ident) => {
        $crate::webhook::field::optional($slot, $name, &mut $extra)
    };
    (
        $(#[$meta:meta])*
        pub struct $Name:ident: $kind:literal {
            $(
                $(#[$field_meta:meta])*
                $field:ident: $Type:ty = $($mode:ident)? $name:literal $(or $twin:ident)*,
            )+
        }
        families {
            $(
                $(#[$family_meta:meta])*
                $family:ident: $Family:ty = $prefix:literal,
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $Name {
            $( $(#[$field_meta])* #[doc(alias = $name)] pub $field: $Type, )+
            $( $(#[$family_meta])* pub $family: $Family, )*
            /// The pairs that fill no field: names this version does not know and repetitions of
            /// known ones in wire order, then those that their field could make nothing of.
            pub extra: $crate::Params,
        }

        impl $crate::webhook::sealed::Sealed for $Name {}

        impl $crate::webhook::Webhook for $Name {
            const KIND: &'static str = $kind;
            const REQUIRED: &'static [&'static str] = &[
                $( $( $crate::webhook::macros::webhook!(@required $mode $name), )? )+
            ];

            fn from_params(params: &$crate::Params) -> Result<Self, $crate::ParamError> {
                use $crate::webhook::field;

                let mut extra = Vec::new();
                $( let mut $field: field::Slot<'_> = None; )+
                $( let mut $family = <$Family as field::Family>::Slots::default(); )*
                for pair in params.iter_bytes() {
                    let name = ::std::str::from_utf8(pair.0).unwrap_or_default();
                    let slot = match name {
                        $( $name => &mut $field, )+
                        _ => {
                            let taken = false $( || name.strip_prefix($prefix).is_some_and(|rest| {
                                <$Family as field::Family>::take(&mut $family, rest, pair)
                            }) )*;
                            if !taken {
                                extra.push(pair);
                            }
                            continue;
                        }
                    };
                    if !field::fill(slot, pair.1) {
                        extra.push(pair);
                    }
                }
                Ok(Self {
                    $( $field: $crate::webhook::macros::webhook!(
                        @read $($mode)? $field [$($twin)*] $name extra
                    ), )+
                    $( $family: field::Family::finish($family, &mut extra), )*
                    extra: $crate::Params::from_pairs(extra),
                })
            }
        }

        /// Shows identifiers, statuses and numbers. Texts, names and places are personal data and
        /// stay out; addresses show their kind and last two characters.
        impl ::std::fmt::Debug for $Name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                use $crate::webhook::field;

                let mut out = f.debug_struct(stringify!($Name));
                $( field::show(&mut out, stringify!($field), field::Value::shown(&self.$field)); )+
                $( field::show(&mut out, stringify!($family), field::Family::shown(&self.$family)); )*
                if !self.extra.is_empty() {
                    out.field("extra", &self.extra);
                }
                out.finish_non_exhaustive()
            }
        }
    };
}
pub(crate) use webhook;

/// Defines one payload about a call: [`webhook!`] with the fields that every request about a call
/// has, followed by the given ones. Further `families` may follow.
macro_rules! call_webhook {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident: $kind:literal { $($own:tt)* }
        $(families { $($own_families:tt)* })?
    ) => {
        $crate::webhook::macros::webhook! {
            $(#[$meta])*
            pub struct $Name: $kind {
                /// The leg of the call that this is about.
                call_sid: $crate::CallSid = required "CallSid",
                /// The account or subaccount the call belongs to.
                account_sid: $crate::AccountSid = required "AccountSid",
                /// The calling side: a phone number, but also a SIP address, a Voice SDK client, a
                /// WhatsApp number or a stand-in for a hidden number.
                from: $crate::Address = "From",
                /// The called side. Empty if a Voice SDK client calls without naming a target.
                to: $crate::Address = "To",
                /// Who started this leg.
                direction: Option<$crate::CallDirection> = "Direction",
                /// Older twin of `from`, still sent nearly always.
                caller: Option<$crate::Address> = "Caller",
                /// Older twin of `to`, left out where that is empty.
                called: Option<$crate::Address> = "Called",
                /// Who the call was diverted from, if the carrier tells. Some carriers also write it
                /// on direct calls, where it can equal `to`, or write a name.
                forwarded_from: Option<$crate::Address> = "ForwardedFrom",
                /// The caller's registered name, if [caller name lookup][cnam] is switched on for
                /// the number. Text of others: escape it.
                ///
                /// [cnam]: https://www.twilio.com/docs/voice/api/incomingphonenumber-resource
                caller_name: Option<String> = "CallerName",
                /// The leg that started this one; on child legs only.
                parent_call_sid: Option<$crate::CallSid> = "ParentCallSid",
                /// Lets a call made by REST keep the caller id of this one; on inbound calls.
                ///
                /// It is percent-encoded JSON inside the form value. Hand it on as it is.
                call_token: Option<String> = "CallToken",
                /// How far the caller id can be trusted; on inbound calls that carry a signature,
                /// mostly from +1.
                stir_verstat: Option<$crate::webhook::StirVerstat> = "StirVerstat",
                /// The signed token (`PASSporT`) behind `stir_verstat`, a JWS in compact form; absent
                /// where that is.
                stir_passport_token: Option<String> = "StirPassportToken",
                /// The [TwiML application](https://www.twilio.com/docs/usage/api/applications) the
                /// call came through; on calls of Voice SDK clients and those set up by an app.
                application_sid: Option<$crate::ApplicationSid> = "ApplicationSid",
                /// What installed [add-ons](https://www.twilio.com/docs/add-ons) found out about the
                /// caller, as JSON text; absent without add-ons.
                add_ons: Option<String> = "AddOns",
                /// The SIP domain that was called; with the other `sip_` fields on calls of a
                /// [SIP interface](https://www.twilio.com/docs/voice/api/sip-interface).
                sip_domain: Option<String> = "SipDomain",
                /// The identifier of `sip_domain`.
                sip_domain_sid: Option<$crate::SipDomainSid> = "SipDomainSid",
                /// The user name the endpoint proved by its credentials; absent if it was let in by
                /// its IP address.
                sip_username: Option<String> = "SipUsername",
                /// The `Call-ID` of the SIP dialogue.
                sip_call_id: Option<String> = "SipCallId",
                /// Where the `INVITE` came from.
                sip_source_ip: Option<::std::net::IpAddr> = "SipSourceIp",
                /// The elastic SIP trunk the call uses, on trunk calls.
                trunk_sid: Option<$crate::TrunkSid> = "TrunkSid",
                /// The version of Twilio's REST API that is in force for the call, `2010-04-01`.
                api_version: Option<String> = "ApiVersion",
                $($own)*
            }
            families {
                /// Where the number of `from` is registered.
                from_place: $crate::webhook::Place = "From",
                /// Where the number of `to` is registered.
                to_place: $crate::webhook::Place = "To",
                /// Older twin of `from_place`.
                caller_place: $crate::webhook::Place = "Caller",
                /// Older twin of `to_place`.
                called_place: $crate::webhook::Place = "Called",
                /// The `X-` headers of the SIP `INVITE`, and a few standard ones such as
                /// `User-to-User`; on calls of a SIP interface.
                sip_headers: $crate::webhook::SipHeaders = "SipHeader_",
                $($($own_families)*)?
            }
        }
    };
}
pub(crate) use call_webhook;

/// Defines one question that Twilio asks about a call, to be answered in TwiML: [`call_webhook!`]
/// with the status of the call.
macro_rules! call_question {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident: $kind:literal { $($own:tt)* }
        $($families:tt)*
    ) => {
        $crate::webhook::macros::call_webhook! {
            $(#[$meta])*
            pub struct $Name: $kind {
                /// Where this leg stood when the request was made: `ringing` at first, later mostly
                /// `in-progress`. `completed` means the caller has hung up, and TwiML has no effect
                /// any more.
                call_status: Option<$crate::CallStatus> = "CallStatus",
                $($own)*
            }
            $($families)*
        }
    };
}
pub(crate) use call_question;

/// Gives a payload the question whether there was an error, answered by the field of its code.
macro_rules! error_code {
    ($Name:ident: $field:ident) => {
        impl $Name {
            /// The [error code](https://www.twilio.com/docs/api/errors), if there was an error: 0,
            /// as Twilio may write on success, is none.
            #[must_use]
            pub fn error(&self) -> Option<u32> {
                self.$field.filter(|&code| code != 0)
            }
        }
    };
}
pub(crate) use error_code;
