//! [`PreActionReply`]: whether a change in a conversation may happen, and how.

use std::fmt::{self, Debug};

use serde::Serialize;

use crate::twiml::{Reply, ReplyBody, SealedReply};

/// The answer to a [`PreAction`](super::PreAction).
///
/// See [Twilio's description](https://www.twilio.com/docs/conversations/conversations-webhooks).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PreActionReply {
    /// Let it happen as it is: status 200 and `{}`.
    Accept,
    /// Let a message be added or changed, but with other contents.
    ChangeMessage(MessageChange),
    /// Let a conversation be opened or changed, but under another name.
    ChangeConversation(ConversationChange),
    /// Stop it: status 403.
    Refuse,
}

impl SealedReply for PreActionReply {}

impl Reply for PreActionReply {
    fn into_reply(self) -> ReplyBody {
        match self {
            Self::Accept => ReplyBody::json(&MessageChange::new()),
            Self::ChangeMessage(change) => ReplyBody::json(&change),
            Self::ChangeConversation(change) => ReplyBody::json(&change),
            Self::Refuse => ReplyBody::Forbidden,
        }
    }
}

/// What a message becomes; whatever is not set stays as it is.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MessageChange {
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Who wrote it, an identity or an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// JSON of one's own, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<String>,
}

impl MessageChange {
    /// Changes nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the text.
    #[must_use]
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sets who wrote it, an identity or an address.
    #[must_use]
    pub fn author(mut self, author: impl Into<String>) -> Self {
        self.author = Some(author.into());
        self
    }

    /// Sets the JSON of one's own, given as text.
    #[must_use]
    pub fn attributes(mut self, attributes: impl Into<String>) -> Self {
        self.attributes = Some(attributes.into());
        self
    }
}

/// Shows what is changed, but not to what.
impl Debug for MessageChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageChange")
            .field("body", &self.body.is_some())
            .field("author", &self.author.is_some())
            .field("attributes", &self.attributes.is_some())
            .finish()
    }
}

/// What a conversation becomes; whatever is not set stays as it is.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConversationChange {
    /// The display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub friendly_name: Option<String>,
}

impl ConversationChange {
    /// Changes nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the display name.
    #[must_use]
    pub fn friendly_name(mut self, name: impl Into<String>) -> Self {
        self.friendly_name = Some(name.into());
        self
    }
}

/// Shows what is changed, but not to what.
impl Debug for ConversationChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConversationChange")
            .field("friendly_name", &self.friendly_name.is_some())
            .finish()
    }
}
