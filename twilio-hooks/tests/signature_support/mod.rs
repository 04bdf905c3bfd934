//! The vectors, and the keys a server would be configured with to check each of them.
#![allow(dead_code, reason = "each test binary uses a part")]

pub(crate) mod tiers;

use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use twilio_hooks::{
    AccountSid, Params,
    signature::{Algorithm, AuthTokens, SharedKey},
};

pub(crate) const SIGNATURE: &str = "x-twilio-signature";
pub(crate) const SETTINGS: &str = "x-twilio-webhooks-signature-settings";

/// One line of the file.
pub(crate) struct Vector(Value);

/// All vectors, in the order of the file.
pub(crate) fn vectors() -> Vec<Vector> {
    include_str!("../fixtures/signature-vectors.jsonl")
        .lines()
        .map(|line| Vector(serde_json::from_str(line).unwrap()))
        .collect()
}

/// The vector of this name.
pub(crate) fn vector(name: &str) -> Vector {
    vectors()
        .into_iter()
        .find(|vector| vector.text("name") == name)
        .unwrap()
}

impl Vector {
    pub(crate) fn text(&self, key: &str) -> &str {
        self.optional(key).unwrap()
    }

    pub(crate) fn optional(&self, key: &str) -> Option<&str> {
        self.0[key].as_str()
    }

    pub(crate) fn valid(&self) -> bool {
        self.0["valid"].as_bool().unwrap()
    }

    pub(crate) fn status(&self) -> u16 {
        self.0["status"].as_u64().unwrap().try_into().unwrap()
    }

    pub(crate) fn wire(&self) -> Option<&Value> {
        self.0.get("wire")
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        match self.optional("body_base64") {
            Some(body) => STANDARD.decode(body).unwrap(),
            None => self.text("body").as_bytes().to_vec(),
        }
    }

    /// All headers but the content type.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.0["headers"].as_object().unwrap();
        headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
            .filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"))
    }

    pub(crate) fn header(&self, wanted: &str) -> Option<&str> {
        self.headers()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value)
    }

    pub(crate) fn is_upgrade(&self) -> bool {
        self.header("upgrade").is_some()
    }

    /// The account of the form; the vectors without one belong to the first test account.
    pub(crate) fn account_sid(&self) -> AccountSid {
        let params = Params::from_form(&self.body());
        params
            .get("AccountSid")
            .unwrap_or("AC000000000000000000000000000000a1")
            .into()
    }

    /// What the server has to know.
    pub(crate) fn auth_tokens(&self) -> AuthTokens {
        let account_sid = self.account_sid();
        let tokens: Vec<&str> = match self.0["auth_tokens"].as_array() {
            Some(tokens) => tokens.iter().map(|token| token.as_str().unwrap()).collect(),
            None => vec![self.text("auth_token")],
        };
        let mut auth_tokens = AuthTokens::new()
            .account(account_sid.clone(), tokens)
            .with_default_account(account_sid.clone());
        for key in self.0["shared_keys"].as_array().into_iter().flatten() {
            auth_tokens = auth_tokens.shared_key(SharedKey::new(
                key["id"].as_str().unwrap(),
                account_sid.clone(),
                key["secret"].as_str().unwrap(),
                match key["algorithm"].as_str().unwrap() {
                    "HMAC_SHA256" => Algorithm::HmacSha256,
                    "HMAC_SHA1" => Algorithm::HmacSha1,
                    other => panic!("{other}"),
                },
            ));
        }
        auth_tokens
    }
}

/// The answers that differ from a vector's, or nothing.
#[derive(Default)]
pub(crate) struct Differences(Vec<String>);

impl Differences {
    pub(crate) fn compare<T: Copy + PartialEq + std::fmt::Debug>(
        &mut self,
        name: &str,
        got: T,
        expected: T,
    ) {
        if got != expected {
            self.0
                .push(format!("{name}: {got:?} instead of {expected:?}"));
        }
    }

    pub(crate) fn into_vec(self) -> Vec<String> {
        self.0
    }

    pub(crate) fn assert_none(self) {
        assert!(self.0.is_empty(), "{:#?}", self.0);
    }
}

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// The account, token, URL, form and signature of the text message among the vectors.
pub(crate) mod sms {
    pub(crate) const ACCOUNT: &str = "AC000000000000000000000000000000a1";
    pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";
    pub(crate) const BASE: &str = "https://hooks.example.com";
    pub(crate) const PATH: &str = "/twilio/sms";
    pub(crate) const SIGNATURE: &str = "hgLtrqNl+gVsIJfWaoVudXU0UXs=";
    pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

    pub(crate) fn body() -> String {
        super::vector("sms-inbound").text("body").to_owned()
    }
}
