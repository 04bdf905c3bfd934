//! Templates: texts with blanks that are filled in when they are sent.
//!
//! ```text
//! Hi {{contact.first_name | default: "there"}}, see you on {{date}}! {{user.name}}, {{company.name}}
//! ```
//!
//! Between the braces is a name, and what to write if it has no value. Names with a dot are what the
//! CRM knows ([`KNOWN`]); any other name is for the sender to give a value. Everything outside of the
//! braces is sent exactly as it was written, and so are the values: braces in a value are only braces.
//!
//! A blank that can't be filled in stops the message. It is never sent as `{{date}}`, and never as
//! nothing.
//!
//! - [`Template`] is a text that was understood, [`TemplateError`] why one was not.
//! - [`render`] fills in what the CRM knows, and what the sender gives.
//! - [`list`], [`find`], [`add`], [`change`] and [`remove`] keep a company's templates;
//!   [`add_starters`] gives a new company its first ones.

mod fill;
mod parse;
mod starters;
mod table;

pub use self::{
    fill::{Context, RenderError, render, render_in, values},
    parse::{ErrorKind, KNOWN, MAX_TEXT, Template, TemplateError, Values},
    starters::add_starters,
    table::{
        Draft, DraftError, Removed, StoredTemplate, TemplateChange, add, change, find, list, remove,
    },
};
