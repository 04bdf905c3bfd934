//! Stories across the crates.

mod stores;
