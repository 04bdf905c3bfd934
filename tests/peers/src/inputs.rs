//! What every contestant is given. The bodies and values are those of the benchmarks of
//! `twilio-hooks`, so that the figures can be held beside each other.

use std::sync::LazyLock;

use twilio_hooks::{Params, signature::SigningKey};

/// A text message as Twilio sends it.
pub const BODY: &str =
    include_str!("../../../twilio-hooks/tests/fixtures/payloads/msg-sms-basic.form");
/// The account that the message names.
pub const ACCOUNT: &str = "AC00000000000000000000000000000001";
/// Its auth token.
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// Where Twilio sends it.
pub const URL: &str = "https://hooks.example.com/twilio/sms";
/// The same in parts, for those who want it so.
pub const HOST: &str = "hooks.example.com";
/// What follows the host.
pub const PATH: &str = "/twilio/sms";
/// Its content type.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// The signature that fits.
pub static SIGNATURE: LazyLock<String> = LazyLock::new(|| {
    let key = SigningKey::auth_token(TOKEN.to_owned()).expect("the token is not blank");
    key.sign(URL, &Params::from_form(BODY.as_bytes()))
});

/// One that does not, of the right shape.
pub const WRONG_SIGNATURE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=";
