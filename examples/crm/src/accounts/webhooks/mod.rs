//! Where Twilio sends what comes in over a line: what it should be, what it is, and setting it.
//!
//! [`Setup`] is what Twilio says of a number or messaging service; what that means and what is to be
//! changed is decided from it alone. `apply` changes things at Twilio and puts back what was there,
//! `overview` looks at all that an account has.

mod apply;
mod overview;
mod services;
mod setup;
mod state;

pub use self::{
    apply::PutBack,
    overview::Found,
    services::Services,
    setup::Setup,
    state::{Reason, Webhook, WebhookState},
};
