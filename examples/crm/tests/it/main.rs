//! The server from outside: requests in, answers out. Stories run on SQLite and on Postgres, beside a
//! fake of Twilio.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod api;
mod binary;
mod config;
mod consent;
mod live;
mod logs;
mod operator;
mod stories;
mod support;
mod templates;
mod webhooks;
