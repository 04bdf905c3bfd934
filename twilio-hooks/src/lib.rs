//! Receive Twilio webhooks.

pub mod twiml;
