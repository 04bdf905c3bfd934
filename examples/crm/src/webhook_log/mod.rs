//! [`WebhookLog`]: every request to a webhook's URL of the last days, with what came of it.
//!
//! A layer around the routes looks at each response (`layer`) and puts what it saw (`noted`) into a
//! queue in memory (`queue`); a job writes what is there, some times a second, so that no webhook waits
//! for the log (`write`). `list` reads it. What Twilio said is not kept twice: the store has it, and
//! erases it.

mod layer;
mod list;
mod noted;
mod queue;
mod write;

pub(crate) use self::layer::note;
pub use self::{
    list::{
        Entry, ResultFilter, entries, entries_of_nobody, entry, found_owner, line_of_nobody, said,
    },
    write::WebhookLog,
};
