//! What the tests across the crates stand on.

mod keep;
pub mod postgres;
mod temp;

pub use crate::{keep::keep, temp::TempDir};
