//! Contacts: the people and companies behind addresses.
//!
//! - [`phone`] turns what people type into E.164, and E.164 into what people read.

pub mod phone;
