//! Every store keeps every promise, and what only databases can show.

pub(crate) mod memory;
pub(crate) mod postgres;
pub(crate) mod sqlite;
