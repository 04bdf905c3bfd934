//! Conversations: what happens in them, before and after the fact; and the retired Chat.
//!
//! | type | Twilio asks or tells |
//! |---|---|
//! | [`PreAction`] | a client is about to change something; may it? |
//! | [`PostAction`] | something has changed |
//! | [`LegacyChatEvent`] | either, of the retired Programmable Chat |
//!
//! A pre-action is answered with a [`PreActionReply`] within five seconds; without an answer the
//! change is made as it is. All events of a side share one type: the docs of [`PreActionType`] and
//! [`PostActionType`] say which fields come with which event. Changes by REST are only told of if
//! the request carried `X-Twilio-Webhook-Enabled: true`.
//!
//! # Examples
//! ```
//! use twilio_hooks::{
//!     Params,
//!     twiml::Reply,
//!     webhook::{
//!         Webhook,
//!         conversations::{MessageChange, PreAction, PreActionReply, PreActionType},
//!     },
//! };
//!
//! let params = Params::from_form(
//!     b"EventType=onMessageAdd&AccountSid=AC00000000000000000000000000000001\
//!       &Body=my+card+is+4111111111111111&Author=alice",
//! );
//! let action = PreAction::from_params(&params)?;
//! let reply = match action.event_type {
//!     PreActionType::MessageAdd if action.body.as_deref().is_some_and(|text| text.contains("4111")) => {
//!         PreActionReply::ChangeMessage(MessageChange::new().body("my card is …"))
//!     }
//!     PreActionType::ConversationRemove => PreActionReply::Refuse,
//!     _ => PreActionReply::Accept,
//! };
//! let http = reply.into_reply();
//! assert_eq!((http.status(), http.content_type()), (200, Some("application/json")));
//! assert_eq!(http.into_bytes(), r#"{"body":"my card is …"}"#);
//! # Ok::<_, twilio_hooks::ParamError>(())
//! ```

mod legacy_chat;
mod media;
mod post_action;
mod pre_action;
mod reply;
mod rows;

pub use self::{
    legacy_chat::{LegacyChatEvent, LegacyChatEventType},
    media::MediaFile,
    post_action::{PostAction, PostActionType},
    pre_action::{PreAction, PreActionType},
    reply::{ConversationChange, MessageChange, PreActionReply},
    rows::{ConversationState, MessagingBindingType, ReceiptStatus, Source, StateReason},
};
