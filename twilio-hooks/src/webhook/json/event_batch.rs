//! [`EventBatch`]: events of any product, by Event Streams.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::{InboundMessageEvent, JsonWebhook, MessageStatusEvent, SinkTestEvent};
use crate::{JsonError, json::field::Field, json::json_object, webhook::sealed::Sealed};

/// What Event Streams brings to a webhook sink: a list of events, often of one.
///
/// Delivery is at least once, in any order, and goes on for hours until you answer with 2xx: drop
/// repetitions by [`CloudEvent::id`]. So that one odd event never keeps the others from you, what
/// can't be read as an event is kept in [`unreadable`](Self::unreadable), and the batch is fine. See
/// [Twilio's description](https://www.twilio.com/docs/events/webhook-quickstart).
///
/// # Examples
/// ```
/// use twilio_hooks::{
///     MessageStatus,
///     webhook::json::{EventBatch, JsonWebhook},
/// };
///
/// let batch = EventBatch::from_json(
///     br#"[{
///         "specversion": "1.0",
///         "type": "com.twilio.messaging.message.delivered",
///         "source": "/2010-04-01/Accounts/AC00000000000000000000000000000001",
///         "id": "EZ00000000000000000000000000000001",
///         "time": "2026-01-01T12:00:00.000Z",
///         "data": {
///             "messageSid": "SM00000000000000000000000000000200",
///             "messageStatus": "DELIVERED"
///         }
///     }]"#,
/// )?;
/// for event in &batch.events {
///     if let Some(update) = event.message_status() {
///         assert_eq!(update.message_status, Some(MessageStatus::Delivered));
///     }
/// }
/// # assert_eq!(batch.events.len(), 1);
/// # Ok::<_, twilio_hooks::JsonError>(())
/// ```
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct EventBatch {
    /// The events, in the order in which they came.
    pub events: Vec<CloudEvent>,
    /// Items that are no event: no object, or one without `id` or `type`.
    pub unreadable: Vec<Value>,
}

json_object! {
    /// One event, in the form of [CloudEvents](https://cloudevents.io).
    ///
    /// [Twilio's list of types](https://www.twilio.com/docs/events/event-types) says what `data` holds
    /// for each. Some have a method here that reads it.
    ///
    /// No event without `id` and `type`.
    pub struct CloudEvent {
        /// The event, to know repetitions by.
        id: String = required shown "id",
        /// What has happened, `com.twilio.…`.
        event_type: String = required shown "type",
        /// Where: a path or an identifier.
        source: Option<String> = shown "source",
        /// The version of CloudEvents, `1.0`.
        specversion: Option<String> = shown "specversion",
        /// The URL of the schema of `data`, with its version.
        dataschema: Option<String> = shown "dataschema",
        /// What kind of text `data` is. It should be `application/json`, and Twilio's samples have
        /// other things there: do not rely on it.
        datacontenttype: Option<String> = shown "datacontenttype",
        /// When it happened.
        time: Option<Timestamp> = "time",
        /// What happened in detail, by `event_type`; `null` if nothing was sent. It holds personal
        /// data.
        data: Value = "data",
    }
}

impl CloudEvent {
    /// The details of `com.twilio.messaging.message.…`: a message that was sent has got further.
    /// `None` on other types, and without a message's identifier.
    #[must_use]
    pub fn message_status(&self) -> Option<MessageStatusEvent> {
        self.is_about("com.twilio.messaging.message.")
            .then(|| self.read())?
    }

    /// The details of `com.twilio.messaging.inbound-message.received`: a message came in. `None` on
    /// other types, and without a message's identifier.
    #[must_use]
    pub fn inbound_message(&self) -> Option<InboundMessageEvent> {
        self.is_about("com.twilio.messaging.inbound-message.")
            .then(|| self.read())?
    }

    /// The details of `com.twilio.eventstreams.test-event`: the sink is being validated. `None` on
    /// other types, and without the test's identifier.
    #[must_use]
    pub fn sink_test(&self) -> Option<SinkTestEvent> {
        self.is_about("com.twilio.eventstreams.test-event")
            .then(|| self.read())?
    }

    fn is_about(&self, prefix: &str) -> bool {
        self.event_type.starts_with(prefix)
    }

    fn read<T: Field>(&self) -> Option<T> {
        T::from_json(self.data.clone()).ok()
    }
}

impl EventBatch {
    fn from_value(value: Value) -> Result<Self, JsonError> {
        let items = match value {
            Value::Array(items) => items,
            // Twilio always sends a list. Whoever relays its events may not.
            event @ Value::Object(_) => vec![event],
            _ => {
                return Err(JsonError::Shape {
                    expected: "a list of events",
                });
            }
        };
        let mut batch = Self::default();
        for item in items {
            match CloudEvent::from_json(item) {
                Ok(event) => batch.events.push(event),
                Err(item) => batch.unreadable.push(item),
            }
        }
        Ok(batch)
    }
}

impl Sealed for EventBatch {}

impl JsonWebhook for EventBatch {
    const KIND: &'static str = "event-streams";

    fn from_json(body: &[u8]) -> Result<Self, JsonError> {
        Self::from_value(serde_json::from_slice(body)?)
    }
}

/// Shows the events without their details, and how many items are no event.
impl fmt::Debug for EventBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBatch")
            .field("events", &self.events)
            .field("unreadable", &self.unreadable.len())
            .finish()
    }
}

/// As a list: the events, then the items that are none.
impl Serialize for EventBatch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let events = self.events.iter().filter_map(Field::to_json);
        serializer.collect_seq(events.chain(self.unreadable.iter().cloned()))
    }
}

impl<'de> Deserialize<'de> for EventBatch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
