//! Consent: whether we may write to a contact from a line.
//!
//! It belongs to a contact *and* one of our numbers: who says STOP to one number still gets the texts of
//! another. It outlives the line: a number that is taken out of use and added again still knows every
//! STOP. Lines in one messaging service share it for whatever came through the service, as they do at
//! Twilio; the line that heard a STOP keeps it when it leaves the service. Nobody has to say yes first:
//! a contact is in until there is a no.
//!
//! - [`Keyword`] reads what contacts write; [`Said`] is that, or what advanced opt-out made of it.
//! - [`Statement`] is one yes or no, with its [`Source`] and its time. What it changes is decided by
//!   the time at which it was received, so repeats and latecomers do no harm.
//! - [`state`] answers, [`apply_incoming`], [`opted_out`] and [`opted_in`] write.
//!
//! Twilio itself answers STOP, START and HELP and blocks what is sent after a STOP (error 21610), so
//! nothing here sends anything, and no person can undo what a contact has said.

mod apply;
mod keyword;
mod late;
mod statement;
mod table;

pub use self::{
    apply::{
        Applied, ContactOptedOut, Incoming, apply_incoming, note_service, opted_in, opted_out,
        opted_out_in, restore,
    },
    keyword::{Keyword, Said},
    late::LateStatement,
    statement::{Consent, Source, Statement, UnknownSource},
    table::{Between, HistoryEntry, history, state, state_in},
};
