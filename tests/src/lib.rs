//! What the tests across the crates stand on.

mod apt;
pub mod chromium;
mod keep;
pub mod official;
pub mod postgres;
pub mod programs;
mod temp;

pub use crate::{keep::keep, temp::TempDir};

/// The README's programs compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
