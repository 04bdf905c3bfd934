//! Every payload against bodies as Twilio sends them, and against the catalogue of parameters.
#![allow(clippy::unwrap_used, reason = "this is a test, its helpers too")]

mod calls;
mod catalogue;
mod messages;
mod products;
mod voice;

use std::{fs, path::PathBuf};

use serde_json::Value;
use twilio_hooks::{Params, webhook::Webhook};

const ACCOUNT: &str = "AC00000000000000000000000000000001";

fn fixture_path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/payloads")
        .join(name)
}

fn json(name: &str) -> Value {
    serde_json::from_slice(&fs::read(fixture_path(name)).unwrap()).unwrap()
}

fn params(name: &str) -> Params {
    Params::from_form(&fs::read(fixture_path(&format!("{name}.form"))).unwrap())
}

fn read<W: Webhook>(name: &str) -> W {
    W::from_params(&params(name)).unwrap()
}
