//! Reading JSON as Twilio sends it: leniently, and without losing anything.
//!
//! What [JSON webhooks](crate::webhook::json) and [WebSocket messages](crate::websocket) share. A
//! type is made by `json_object!`, one row for each field; [`field`] says how a value becomes a
//! field.

mod error;
pub(crate) mod field;
mod object;

pub use self::error::JsonError;
pub(crate) use self::object::json_object;

/// A JSON object: names and values that have no field.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;

/// Parses a text that has to be one JSON object.
pub(crate) fn parse_object(json: &[u8]) -> Result<JsonObject, JsonError> {
    match serde_json::from_slice(json)? {
        serde_json::Value::Object(object) => Ok(object),
        _ => Err(JsonError::Shape {
            expected: "an object",
        }),
    }
}
