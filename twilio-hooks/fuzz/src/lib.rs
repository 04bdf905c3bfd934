//! What the fuzz targets do: everything that a stranger's bytes can reach, and what must hold of it
//! whatever they are.
//!
//! Each target is one function here and one line in `fuzz_targets/`. Beside the properties that a
//! target asserts, nothing may panic, and memory is bounded by the length of the input.

mod json;
mod limits;
mod params;
mod payloads;
mod signature;
mod twiml;

pub use self::{
    json::json, params::params, payloads::payloads, signature::signature, twiml::twiml,
};
