//! Every store keeps every promise, and what only databases can show.

mod memory;
mod postgres;
mod sqlite;
