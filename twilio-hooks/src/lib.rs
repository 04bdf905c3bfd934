//! Receive Twilio webhooks.

mod address;
mod params;
mod sid;
mod status;
mod string_enum;
pub mod twiml;
pub mod webhook;

pub use crate::{
    address::{Address, AddressKind},
    params::{ParamError, Params},
    sid::{
        AccountSid, ApplicationSid, CallSid, ChannelInstallSid, MessageSid, MessagingServiceSid,
        RecordingSid, SipDomainSid, TrunkSid,
    },
    status::{CallDirection, CallStatus, MessageStatus, RecordingStatus},
    string_enum::UnknownValue,
};
