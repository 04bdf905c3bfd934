//! The kinds whose body is JSON.

use std::{collections::BTreeMap, fmt::Debug, sync::LazyLock};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use twilio_hooks::{
    JsonError, JsonObject,
    webhook::json::{
        AssistantResponse, CopilotNote, EventBatch, IntelligenceTranscript, JsonWebhook, LinkClick,
        PortingEvent, VerifyEvent,
    },
};

use super::{fixture, fixture_json, index, kinds};

/// What every payload has.
pub(crate) struct Parsed {
    pub(crate) extra: JsonObject,
    pub(crate) debug: String,
    /// Written again.
    pub(crate) json: Value,
}

fn parsed<T: Serialize + Debug>(webhook: &T, extra: JsonObject) -> Parsed {
    Parsed {
        extra,
        debug: format!("{webhook:?}"),
        json: serde_json::to_value(webhook).unwrap(),
    }
}

/// A kind with a type.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// The members without which it is refused.
    pub(crate) required: &'static [&'static str],
    parse: fn(&[u8]) -> Result<Parsed, JsonError>,
}

macro_rules! kind {
    ($Type:ty: $required:expr) => {
        Kind {
            name: <$Type>::KIND,
            required: &$required,
            parse: |body| {
                <$Type>::from_json(body).map(|webhook| parsed(&webhook, webhook.extra.clone()))
            },
        }
    };
}

/// All kinds.
pub(crate) static KINDS: [Kind; 7] = [
    kind!(AssistantResponse: ["SessionId"]),
    Kind {
        name: EventBatch::KIND,
        required: &["id", "type"],
        parse: parse_event,
    },
    kind!(CopilotNote: ["sid", "event_type", "instance_sid"]),
    kind!(IntelligenceTranscript: ["transcript_sid", "account_sid"]),
    kind!(LinkClick: ["sms_sid"]),
    kind!(PortingEvent: []),
    kind!(VerifyEvent: ["type"]),
];

/// Reads an event by itself.
fn parse_event(body: &[u8]) -> Result<Parsed, JsonError> {
    let mut batch = EventBatch::from_json(body)?;
    match batch.events.pop() {
        Some(event) => Ok(parsed(&event, event.extra.clone())),
        None => Err(JsonError::Missing { name: "id" }),
    }
}

pub(crate) fn kind_named(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

fn kind(name: &str) -> &'static Kind {
    kind_named(name).unwrap_or_else(|| panic!("no payload for {name}"))
}

/// Reads a body as its kind, an event by itself.
pub(crate) fn parse(name: &str, body: &[u8]) -> Result<Parsed, JsonError> {
    (kind(name).parse)(body)
}

/// The members without which a kind is refused.
pub(crate) fn required(name: &str) -> &'static [&'static str] {
    kind(name).required
}

/// File and kind of every JSON body.
pub(crate) fn fixtures() -> Vec<(String, String)> {
    let mut files = index();
    files.retain(|(file, _)| file.ends_with(".json"));
    files
}

/// Members with values of their types.
pub(crate) type Members = Vec<(String, Vec<Value>)>;

/// The members of each JSON kind.
pub(crate) static CATALOGUE: LazyLock<BTreeMap<String, Members>> = LazyLock::new(|| {
    let kinds = kinds("json").into_iter();
    kinds
        .map(|(kind, entry)| {
            let members = entry["params"].as_object().unwrap();
            let members = members
                .iter()
                .map(|(name, member)| (name.clone(), values(name, member)))
                .collect();
            (kind, members)
        })
        .collect()
});

fn values(name: &str, member: &Value) -> Vec<Value> {
    if let Some(values) = member["values"].as_array() {
        return values.clone();
    }
    match (member["type"].as_str().unwrap(), name) {
        ("address", _) => vec![json!("+12025550143"), json!("whatsapp:+12025550143")],
        ("int", _) => vec![json!(2), json!("2")],
        ("iso8601", _) => vec![
            json!("2026-01-01T12:00:00Z"),
            json!("2026-01-01T12:00:00.123456789Z"),
        ],
        ("json", _) => vec![json!(r#"{"message":"Login?"}"#)],
        ("ip", _) => vec![json!("203.0.113.7"), json!("2001:db8::7")],
        ("url", _) => vec![json!("https://example.com/a?b=c")],
        ("string" | "string-or-null", _) => vec![json!("Ahoy 👋"), json!(" with blanks ")],
        ("object", "codes") => vec![json!({
            "generated": [{"disposition_code": "DC", "topic_path": "A|B"}],
            "selected": [{"disposition_code": "DC"}],
        })],
        ("object", "context") => {
            vec![json!({"task_sid": "WT00000000000000000000000000000001"})]
        }
        ("object", _) => vec![json!({"x": [1, null, true]})],
        (sid, _) if sid.starts_with("sid") => {
            let prefix = sid.strip_prefix("sid:").unwrap_or("GN");
            vec![json!(format!("{prefix}00000000000000000000000000000001"))]
        }
        (other, _) => panic!("no value for {name}: {other}"),
    }
}

/// A body of a kind.
pub(crate) fn body(members: &JsonObject) -> Vec<u8> {
    serde_json::to_vec(members).unwrap()
}

/// The required members of a kind.
pub(crate) fn smallest(kind: &str) -> JsonObject {
    let members = &CATALOGUE[kind];
    required(kind)
        .iter()
        .map(|&name| {
            let listed = members.iter().find(|(member, _)| member == name);
            let value = listed.map_or_else(|| json!("x"), |(_, values)| values[0].clone());
            (name.to_owned(), value)
        })
        .collect()
}

/// Whether a member, sent with what its kind requires, is read into a field and written again.
pub(crate) fn lands(kind: &str, name: &str, value: &Value) -> Result<(), String> {
    let mut members = smallest(kind);
    members.insert(name.to_owned(), value.clone());
    let parsed = parse(kind, &body(&members)).map_err(|error| error.to_string())?;
    let written = parsed.json.get(name).and_then(meaning);
    if !parsed.extra.is_empty() {
        Err(format!("{name}={value} has no field"))
    } else if written != meaning(value) {
        Err(format!("{name}={value} is written as {written:?}"))
    } else {
        Ok(())
    }
}

/// Reads a body of the fixtures as its kind: everything in it has a field, and is written as it came.
pub(crate) fn read_body(kind: &str, file: &str) -> Result<(), String> {
    let body = fixture(file);
    let parsed = parse(kind, &body).map_err(|error| error.to_string())?;
    let (mut extra, mut written) = (parsed.extra, parsed.json);
    if kind == EventBatch::KIND {
        let batch = EventBatch::from_json(&body).map_err(|error| error.to_string())?;
        if !batch.unreadable.is_empty() {
            return Err(format!("{} unreadable events", batch.unreadable.len()));
        }
        written = serde_json::to_value(&batch).unwrap();
        extra = batch
            .events
            .into_iter()
            .flat_map(|event| event.extra)
            .collect();
    }
    if !extra.is_empty() {
        return Err(format!("{:?} have no field", extra.keys()));
    }
    if meaning(&written) != meaning(&fixture_json(file)) {
        return Err("it is written otherwise".to_owned());
    }
    Ok(())
}

/// What a value means: numbers and truth values as text, times as moments, and nothing that is
/// absent, empty or `null`.
pub(crate) fn meaning(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Bool(_) | Value::Number(_) => Some(Value::String(value.to_string())),
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(match text.parse::<Timestamp>() {
            Ok(time) => Value::String(time.to_string()),
            Err(_) => value.clone(),
        }),
        Value::Array(items) => {
            Some(items.iter().map(meaning).collect()).filter(|items: &Value| items != &json!([]))
        }
        Value::Object(members) => {
            let members: JsonObject = members
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), meaning(value)?)))
                .collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
    }
}
