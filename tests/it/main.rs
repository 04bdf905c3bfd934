//! Stories across the crates.

mod inbound;
mod stores;
