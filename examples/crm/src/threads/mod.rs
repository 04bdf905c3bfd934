//! Threads: the conversations with contacts, and how far each person has read them.
//!
//! A thread is not a thing of its own: it is a contact's messages and calls. The table `threads` keeps
//! what a list of them needs, by triggers (step `0009_threads`), so the list costs the same however
//! much has been said.
//!
//! - [`list`] is the list with its filters.
//! - [`page`] is what was said, in pages, with the texts that Twilio has not taken yet; [`entry`] is
//!   one thing that was said.
//! - [`reads`] is what each person has read.

mod activity;
pub mod entry;
pub mod list;
pub mod page;
#[cfg(test)]
pub(crate) mod plans;
pub mod reads;
mod rebuild;

pub(crate) use self::rebuild::{rebuild, take_reads};
pub use self::{
    activity::last_activity,
    entry::Entry,
    list::{Filter, Last, Thread},
    reads::Reader,
};
