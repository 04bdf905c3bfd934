//! Every payload against bodies as Twilio sends them, and against the catalogue of parameters.
#![allow(clippy::unwrap_used, reason = "this is a test, its helpers too")]

mod calls;
mod catalogue;
#[path = "../catalogue_support/mod.rs"]
mod catalogue_support;
mod messages;
mod products;
mod voice;

use twilio_hooks::webhook::Webhook;

use self::catalogue_support::{
    fixture_json as json, fixture_path,
    form::{bodies, params},
};

const ACCOUNT: &str = "AC00000000000000000000000000000001";

fn read<W: Webhook>(name: &str) -> W {
    W::from_params(&params(name)).unwrap()
}
