//! Contacts: the people and companies behind addresses.
//!
//! The store makes a contact of every address that writes or calls. What people add is kept beside
//! it, in `contact_details`.
//!
//! - [`phone`] turns what people type into E.164, and E.164 into what people read.
//! - [`company`] says where the company is at home, which both need.
//! - [`details`] reads, makes and changes contacts, [`search`] finds them.
//! - [`links`] makes one person of several contacts, and takes them apart again. Whatever shows what
//!   a contact has asks [`links::group`] first.
//! - [`block`] keeps somebody's texts and calls from anybody's notice.
//! - [`export`] gives everything out, [`erase`] takes everything away; [`tombstones`] are what is left
//!   of a STOP, and [`words`] what SQLite keeps of removed rows.

pub mod block;
pub mod company;
pub mod details;
pub mod erase;
pub mod export;
pub mod links;
pub mod phone;
pub mod search;
pub mod tombstones;
pub mod words;

pub use self::block::{is_address_blocked, is_blocked};
