//! Stories across the crates.

mod inbound;
mod stores;
mod websocket_upgrade;
