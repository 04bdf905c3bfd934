//! Sync: state that devices share ([`SyncEvent`]).

use jiff::Timestamp;

use super::{macros::webhook, values::JsonText};
use crate::{
    AccountSid, SyncDocumentSid, SyncListSid, SyncMapSid, SyncServiceSid, SyncStreamMessageSid,
    SyncStreamSid, string_enum::string_enum,
};

webhook! {
    /// An object of Sync was changed, or a device came or went.
    ///
    /// The names of some parameters are not confirmed by requests that were seen; what is not in its
    /// field is in [`extra`](Self::extra). Changes by REST are only told of if the service has
    /// `webhooks_from_rest_enabled`. See
    /// [Twilio's description](https://www.twilio.com/docs/sync/webhooks).
    ///
    /// Refused without `AccountSid` and `EventType`.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::{
    ///     Params,
    ///     webhook::{
    ///         Webhook,
    ///         sync::{SyncEvent, SyncEventType},
    ///     },
    /// };
    ///
    /// let params = Params::from_form(
    ///     b"EventType=document_updated&AccountSid=AC00000000000000000000000000000001\
    ///       &DocumentUniqueName=settings&DocumentData=%7B%22dark%22%3Atrue%7D",
    /// );
    /// let event = SyncEvent::from_params(&params)?;
    /// assert_eq!(event.event_type, SyncEventType::DocumentUpdated);
    /// assert_eq!(event.document_data.unwrap().as_str(), r#"{"dark":true}"#);
    /// # Ok::<_, twilio_hooks::ParamError>(())
    /// ```
    pub struct SyncEvent: "sync-event" {
        /// The account or subaccount the service belongs to.
        account_sid: AccountSid = required "AccountSid",
        /// What happened.
        event_type: SyncEventType = required "EventType",
        /// The service. Nearly always there.
        service_sid: Option<SyncServiceSid> = "ServiceSid",
        /// Who acted, as the access token has it; absent for changes by REST.
        identity: Option<String> = "Identity",
        /// The document; on its events, as all `document_` fields.
        document_sid: Option<SyncDocumentSid> = "DocumentSid",
        /// The document's name, if it has one.
        document_unique_name: Option<String> = "DocumentUniqueName",
        /// The document's revision. It is text, and not in order.
        document_revision: Option<String> = "DocumentRevision",
        /// What is in the document, as JSON; absent if it was removed.
        document_data: Option<JsonText> = "DocumentData",
        /// The list; on events of lists and their items.
        list_sid: Option<SyncListSid> = "ListSid",
        /// The list's name, if it has one.
        list_unique_name: Option<String> = "ListUniqueName",
        /// The list's revision.
        list_revision: Option<String> = "ListRevision",
        /// The item's place in its list; on events of a list's items.
        item_index: Option<u32> = "ItemIndex",
        /// The item's key; on events of a map's items.
        item_key: Option<String> = "ItemKey",
        /// The item's revision; on events of items.
        item_revision: Option<String> = "ItemRevision",
        /// What is in the item, as JSON; on events of items, absent if it was removed.
        item_data: Option<JsonText> = "ItemData",
        /// The map; on events of maps and their items.
        map_sid: Option<SyncMapSid> = "MapSid",
        /// The map's name, if it has one.
        map_unique_name: Option<String> = "MapUniqueName",
        /// The stream; on its events, as all `stream_` fields.
        stream_sid: Option<SyncStreamSid> = "StreamSid",
        /// The stream's name, if it has one.
        stream_unique_name: Option<String> = "StreamUniqueName",
        /// The message; on `stream_message_published`.
        stream_message_sid: Option<SyncStreamMessageSid> = "StreamMessageSid",
        /// What is in the message, as JSON; on `stream_message_published`.
        stream_message_data: Option<JsonText> = "StreamMessageData",
        /// The device; absent for changes by REST.
        endpoint_id: Option<String> = "EndpointId",
        /// When the object was made; absent on events of devices.
        date_created: Option<Timestamp> = "DateCreated",
        /// When the object was last changed; absent on events of devices.
        date_updated: Option<Timestamp> = "DateUpdated",
    }
    families {}
}

string_enum! {
    /// What happened in Sync.
    pub enum SyncEventType {
        /// A document was made.
        DocumentCreated => "document_created",
        /// A document was changed.
        DocumentUpdated => "document_updated",
        /// A document was removed.
        DocumentRemoved => "document_removed",
        /// A list was made.
        ListCreated => "list_created",
        /// A list was removed.
        ListRemoved => "list_removed",
        /// An item was added to a list.
        ListItemAdded => "list_item_added",
        /// An item of a list was changed.
        ListItemUpdated => "list_item_updated",
        /// An item of a list was removed.
        ListItemRemoved => "list_item_removed",
        /// A map was made.
        MapCreated => "map_created",
        /// A map was removed.
        MapRemoved => "map_removed",
        /// An item was added to a map.
        MapItemAdded => "map_item_added",
        /// An item of a map was changed.
        MapItemUpdated => "map_item_updated",
        /// An item of a map was removed.
        MapItemRemoved => "map_item_removed",
        /// A stream was made.
        StreamCreated => "stream_created",
        /// A stream was removed.
        StreamRemoved => "stream_removed",
        /// A message was sent through a stream.
        StreamMessagePublished => "stream_message_published",
        /// A device came.
        EndpointConnected => "endpoint_connected",
        /// A device went.
        EndpointDisconnected => "endpoint_disconnected",
    }
}
