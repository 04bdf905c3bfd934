//! What texts are answered with by themselves.
//!
//! A text is decided on once. [`TextReplies`] hears of it and takes in what it says about consent;
//! [`Setup`] is what is set for its line; the decision is made from some facts ([`Decision`] lists the
//! reasons), kept with the text, and given again if the text comes again. The answer itself is a text
//! like any other ([`messaging::answer`](crate::messaging::answer)). [`preview`] says what would be
//! decided now.
//!
//! Two machines that answer each other never stop, so much speaks against an answer, whatever is
//! set: a sender who is no person, a line of our own, the same text again and again, an answer not
//! long ago.

mod decision;
mod desk;
mod facts;
mod record;
mod rule;
mod text;
mod warning;

pub(crate) use self::rule::give_way;
pub use self::{
    decision::{AFTER_AGENT, CONVERSATION, Decision, SAME_TEXTS, TEXTS_PER_HOUR, UnknownDecision},
    desk::{Preview, preview},
    record::{Decided, find},
    rule::{
        Answer, EVERY_MINUTES, Occasion, PER_DAY, Rule, RuleSource, Setup, UnknownOccasion, remove,
        save,
    },
    text::TextReplies,
};
