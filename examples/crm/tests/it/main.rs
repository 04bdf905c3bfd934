//! The server from outside: requests in, answers out, on SQLite in a file of its own.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod api;
mod binary;
mod config;
mod live;
mod logs;
mod operator;
mod support;
mod webhooks;
