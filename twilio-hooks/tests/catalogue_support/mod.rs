//! The catalogue of what Twilio sends, with sample values of every type, and bodies as it sends them.
#![allow(dead_code, reason = "each test binary uses a part")]

pub(crate) mod form;
pub(crate) mod json;
pub(crate) mod socket;

use std::{fs, path::PathBuf};

use serde_json::Value;

pub(crate) fn fixture_path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/payloads")
        .join(name)
}

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    fs::read(fixture_path(name)).unwrap()
}

pub(crate) fn fixture_json(name: &str) -> Value {
    serde_json::from_slice(&fixture(name)).unwrap()
}

/// Name and description of the kinds that come as `form`, `json` or `websocket`.
pub(crate) fn kinds(transport: &str) -> Vec<(String, Value)> {
    let catalogue = fixture_json("webhooks.json");
    let kinds = catalogue["kinds"].as_object().unwrap().iter();
    kinds
        .filter(|(_, entry)| entry["transport"] == transport)
        .map(|(kind, entry)| (kind.clone(), entry.clone()))
        .collect()
}

/// File and kind of everything recorded.
pub(crate) fn index() -> Vec<(String, String)> {
    let index = fixture_json("index.json");
    let files = index.as_object().unwrap().iter();
    files
        .map(|(file, entry)| (file.clone(), entry["kind"].as_str().unwrap().to_owned()))
        .collect()
}
