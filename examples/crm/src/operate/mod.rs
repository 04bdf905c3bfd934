//! What whoever runs the server does with commands: it is done here, and `cli` asks and prints.
//!
//! - [`setup`] takes numbers into use and sets their webhooks at Twilio, [`release`] puts back what was
//!   there;
//! - [`doctor`] says what is wrong.

pub mod doctor;
pub mod release;
pub mod setup;
