//! What whoever runs the server does with commands: it is done here, and `cli` asks and prints.
//!
//! - [`setup`] takes numbers into use and sets their webhooks at Twilio, [`release`] puts back what was
//!   there;
//! - [`doctor`] says what is wrong;
//! - [`backup`] copies a SQLite database, [`export`] writes what a company has in open formats.

pub mod backup;
pub mod doctor;
pub mod export;
pub mod release;
pub mod setup;
