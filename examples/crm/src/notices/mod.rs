//! Notices: what the server tells the people of a company, and what each of them has read.
//!
//! Most notifications come with webhooks, and the store writes them. What only the CRM knows (a missed
//! call, a line that is not set up) is told by [`Notices::raise`], which every part of the server
//! calls. Nobody is told of blocked contacts: the database itself leaves that out, see
//! [`contacts::block`](crate::contacts::block).
//!
//! - [`personal`] is the list of each person: what is read, and how much is not.
//! - [`settings`] is what a person wants to hear of.
//! - [`Signals`] tells a person's other tabs what was read in one of them.
//! - [`DeliveryFailed`] tells of messages that did not arrive.

mod delivery;
pub mod personal;
pub mod settings;
mod signals;

use std::sync::Arc;

use twilio_hooks::{
    NotificationId,
    notify::{Topic, Wake},
    store::{self, Notice, StoreError},
};

pub use self::{
    delivery::DeliveryFailed,
    signals::{Frame, Signals},
};
use crate::people::Role;

/// Tells the people of a company what the server itself knows.
#[derive(Debug, Clone)]
pub struct Notices {
    store: Arc<dyn store::Notices>,
    wake: Wake,
}

impl Notices {
    /// Writes to `store`, and wakes up who delivers.
    #[must_use]
    pub fn new(store: Arc<dyn store::Notices>, wake: Wake) -> Self {
        Self { store, wake }
    }

    /// Tells something, once for its company, topic and key; [`may_see`] says whom. `None` if it was
    /// told before, or is about a blocked contact.
    ///
    /// # Errors
    /// If the company has no such contact, message or call, or the database fails.
    pub async fn raise(&self, notice: &Notice) -> Result<Option<NotificationId>, StoreError> {
        let id = self.store.put_notice(notice).await?;
        if id.is_some() {
            self.wake.wake();
        }
        Ok(id)
    }
}

/// Whether somebody in this role is told of a topic: who can't set things up is not told that
/// something is not set up.
#[must_use]
pub fn may_see(role: Role, topic: &Topic) -> bool {
    *topic != Topic::SetupProblem || role >= Role::Admin
}
