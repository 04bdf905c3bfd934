//! How the members of a JSON object become fields.

use std::{borrow::Cow, fmt::Debug};

use serde::Serialize;
use serde_json::Value;

use super::{JsonError, JsonObject};
use crate::{CallStatus, MessageStatus, webhook::field::Value as Scalar};

/// The type of a field that one member fills.
pub(crate) trait Field: Sized {
    /// Reads a value that is neither `null` nor an empty text; gives it back if this type can't hold
    /// it.
    fn from_json(value: Value) -> Result<Self, Value>;

    /// The value as Twilio writes it; `None` for what is absent.
    fn to_json(&self) -> Option<Value>;

    /// What `Debug` shows; `None` for what is absent or too personal for a log.
    fn shown(&self) -> Option<&dyn Debug>;
}

/// What a form's parameter can fill, a JSON text, number or truth value can fill as well, and in any
/// of these spellings: Twilio writes `4` here and `"4"` there.
impl<T: Scalar + Serialize> Field for T {
    fn from_json(value: Value) -> Result<Self, Value> {
        text(&value)
            .and_then(|text| T::from_value(text.as_bytes()))
            .ok_or(value)
    }

    fn to_json(&self) -> Option<Value> {
        serde_json::to_value(self)
            .ok()
            .filter(|value| !value.is_null())
    }

    fn shown(&self) -> Option<&dyn Debug> {
        Scalar::shown(self)
    }
}

/// All items, or none of them.
impl<T: Field + Debug> Field for Vec<T> {
    fn from_json(value: Value) -> Result<Self, Value> {
        let Value::Array(items) = &value else {
            return Err(value);
        };
        let read: Result<_, _> = items.iter().cloned().map(T::from_json).collect();
        read.map_err(|_| value)
    }

    fn to_json(&self) -> Option<Value> {
        Some(self.iter().filter_map(T::to_json).collect())
    }

    fn shown(&self) -> Option<&dyn Debug> {
        let visible = self.iter().any(|item| item.shown().is_some());
        visible.then_some(self)
    }
}

/// Anything, as it came.
impl Field for Value {
    fn from_json(value: Value) -> Result<Self, Value> {
        Ok(value)
    }

    fn to_json(&self) -> Option<Value> {
        Some(self.clone()).filter(|value| !value.is_null())
    }

    fn shown(&self) -> Option<&dyn Debug> {
        None
    }
}

/// Takes a member out of its object. What can't be read stays there.
pub(crate) fn take<T: Field + Default>(object: &mut JsonObject, name: &str) -> T {
    take_as(object, name, T::from_json)
}

/// Takes a status that may be written in capitals with underscores: `IN_PROGRESS`.
pub(crate) fn take_upper<T: Upper>(object: &mut JsonObject, name: &str) -> Option<T> {
    take_as(object, name, |value| {
        text(&value)
            .map(|text| Some(T::from_upper(&text)))
            .ok_or(value)
    })
}

fn take_as<T: Default>(
    object: &mut JsonObject,
    name: &str,
    read: impl FnOnce(Value) -> Result<T, Value>,
) -> T {
    let value = object.remove(name).unwrap_or_default();
    if is_absent(&value) {
        return T::default();
    }
    read(value).unwrap_or_else(|value| {
        object.insert(name.to_owned(), value);
        T::default()
    })
}

/// Takes a text out of its object that [`require`] has found there.
pub(crate) fn take_required<T>(object: &mut JsonObject, name: &str) -> T
where
    T: for<'a> From<&'a str>,
{
    let value = object.remove(name).unwrap_or_default();
    T::from(&text(&value).unwrap_or_default())
}

/// Checks that a member is there which [`take_required`] can read.
pub(crate) fn require(object: Option<&JsonObject>, name: &'static str) -> Result<(), JsonError> {
    match object.and_then(|object| object.get(name)) {
        Some(value) if text(value).is_some_and(|text| !text.is_empty()) => Ok(()),
        Some(Value::Array(_) | Value::Object(_)) => Err(JsonError::Invalid { name }),
        _ => Err(JsonError::Missing { name }),
    }
}

/// The object inside an object, if there is one.
pub(crate) fn inside<'a>(object: &'a JsonObject, name: &str) -> Option<&'a JsonObject> {
    object.get(name).and_then(Value::as_object)
}

/// Takes the object inside an object; [`put_inside`] puts back what was not taken out of it.
pub(crate) fn take_inside(object: &mut JsonObject, name: &str) -> JsonObject {
    match object.remove(name) {
        Some(Value::Object(inner)) => inner,
        Some(other) => {
            object.insert(name.to_owned(), other);
            JsonObject::new()
        }
        None => JsonObject::new(),
    }
}

pub(crate) fn put_inside(object: &mut JsonObject, name: &str, inner: JsonObject) {
    if !inner.is_empty() {
        object.insert(name.to_owned(), Value::Object(inner));
    }
}

/// Writes a field, if there is something to write. An empty one does not replace a value that could
/// not be read and stayed in the object.
pub(crate) fn put(object: &mut JsonObject, name: &str, value: Option<Value>) {
    let Some(value) = value else {
        return;
    };
    let is_empty = match &value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    };
    if !is_empty || !object.contains_key(name) {
        object.insert(name.to_owned(), value);
    }
}

/// A text that is no personal data, so that `Debug` may show it.
pub(crate) trait Plain {
    /// The text; `None` if it is absent.
    fn plain(&self) -> Option<&dyn Debug>;
}

impl Plain for String {
    fn plain(&self) -> Option<&dyn Debug> {
        Some(self)
    }
}

impl Plain for Option<String> {
    fn plain(&self) -> Option<&dyn Debug> {
        self.as_ref().and_then(Plain::plain)
    }
}

/// A number as text, where Twilio writes it so.
pub(crate) fn in_quotes(value: Option<Value>) -> Option<Value> {
    value.map(|value| match value {
        Value::Number(number) => Value::String(number.to_string()),
        other => other,
    })
}

/// A status that some of Twilio's products write in capitals.
pub(crate) trait Upper: Sized {
    /// Reads it in either spelling.
    fn from_upper(text: &str) -> Self;

    /// Writes it in capitals; what is not known as it came.
    fn to_upper(&self) -> String;
}

macro_rules! upper {
    ($($Type:ty),+) => {$(
        impl Upper for $Type {
            fn from_upper(text: &str) -> Self {
                let capitals = capitals(text);
                Self::KNOWN
                    .iter()
                    .find(|known| known.to_upper() == capitals)
                    .cloned()
                    .unwrap_or_else(|| Self::from(text))
            }

            fn to_upper(&self) -> String {
                match self {
                    Self::Unknown(value) => value.as_str().to_owned(),
                    known => capitals(known.as_str()),
                }
            }
        }
    )+};
}

upper!(CallStatus, MessageStatus);

fn capitals(text: &str) -> String {
    text.to_ascii_uppercase().replace('-', "_")
}

/// The text of a value that is no list or object.
pub(crate) fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(_) | Value::Bool(_) => Some(Cow::Owned(value.to_string())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// An absent member, `null` and an empty text mean the same.
fn is_absent(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(str::is_empty)
}

/// The names of an object's members, for `Debug`: the values may be personal.
pub(crate) struct Names<'a>(pub(crate) &'a JsonObject);

impl Debug for Names<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> JsonObject {
        match value {
            Value::Object(object) => object,
            other => panic!("{other} is no object"),
        }
    }

    #[test]
    fn numbers_are_read_in_quotes_and_without() {
        let mut members =
            object(json!({"a": 4, "b": "4", "c": "four", "d": -4, "e": "", "f": null}));
        for (name, expected) in [
            ("a", Some(4)),
            ("b", Some(4)),
            ("c", None),
            ("d", None),
            ("e", None),
            ("f", None),
            ("g", None),
        ] {
            assert_eq!(take::<Option<u32>>(&mut members, name), expected, "{name}");
        }
        assert_eq!(members, object(json!({"c": "four", "d": -4})));
    }

    #[test]
    fn an_empty_field_does_not_replace_what_could_not_be_read() {
        let mut members = object(json!({"a": [{}]}));
        put(&mut members, "a", Some(json!([])));
        put(&mut members, "b", Some(json!([])));
        assert_eq!(members, object(json!({"a": [{}], "b": []})));
        put(&mut members, "a", Some(json!(["c"])));
        assert_eq!(members, object(json!({"a": ["c"], "b": []})));
    }

    #[test]
    fn statuses_are_read_in_either_spelling() {
        let mut members = object(json!({
            "a": "IN_PROGRESS", "b": "in-progress", "c": "NO_ANSWER", "d": "BEAMED", "e": [],
        }));
        let mut take = |name| take_upper::<CallStatus>(&mut members, name);
        assert_eq!(take("a"), Some(CallStatus::InProgress));
        assert_eq!(take("b"), Some(CallStatus::InProgress));
        assert_eq!(take("c"), Some(CallStatus::NoAnswer));
        assert_eq!(take("d"), Some(CallStatus::from("BEAMED")));
        assert_eq!(take("e"), None);
        assert_eq!(members, object(json!({"e": []})));
        assert_eq!(CallStatus::NoAnswer.to_upper(), "NO_ANSWER");
        assert_eq!(CallStatus::from("BEAMED").to_upper(), "BEAMED");
        assert_eq!(
            MessageStatus::from_upper("PARTIALLY_DELIVERED"),
            MessageStatus::PartiallyDelivered
        );
    }

    #[test]
    fn a_list_with_one_odd_item_stays_as_it_came() {
        let mut members = object(json!({"good": ["1", 2], "odd": [1, {}]}));
        assert_eq!(take::<Vec<u32>>(&mut members, "good"), [1, 2]);
        assert!(take::<Vec<u32>>(&mut members, "odd").is_empty());
        assert_eq!(members, object(json!({"odd": [1, {}]})));
    }
}
