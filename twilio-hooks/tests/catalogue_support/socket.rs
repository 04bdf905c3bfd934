//! The messages of WebSockets, in both directions.

use std::sync::LazyLock;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use twilio_hooks::{
    JsonObject,
    websocket::{
        conversation_relay::{RelayCommand, RelayMessage},
        media_streams::{StreamCommand, StreamMessage},
    },
};

use super::{fixture, fixture_json, index};

pub(crate) const STREAM: &str = "MZ00000000000000000000000000000001";

pub(crate) static CATALOGUE: LazyLock<Value> = LazyLock::new(|| fixture_json("webhooks.json"));

/// What is said over a socket in one direction.
pub(crate) struct Socket {
    pub(crate) kind: &'static str,
    /// The member that tells the type of a message.
    pub(crate) tag: &'static str,
    /// Reads a message, and writes it again; `None` if it is refused.
    pub(crate) read: fn(&str) -> Option<Read>,
}

/// A message that was read.
pub(crate) struct Read {
    /// What has no field; `None` if the type of the message is unknown.
    pub(crate) extra: Option<JsonObject>,
    pub(crate) written: Value,
}

pub(crate) static SOCKETS: [Socket; 4] = [
    Socket {
        kind: StreamMessage::KIND,
        tag: "event",
        read: |text| read(text, |message| stream_extra(message).cloned()),
    },
    Socket {
        kind: StreamCommand::KIND,
        tag: "event",
        read: |text| read(text, |_: &StreamCommand| Some(JsonObject::new())),
    },
    Socket {
        kind: RelayMessage::KIND,
        tag: "type",
        read: |text| read(text, |message| relay_extra(message).cloned()),
    },
    Socket {
        kind: RelayCommand::KIND,
        tag: "type",
        read: |text| read(text, |_: &RelayCommand| Some(JsonObject::new())),
    },
];

fn read<T>(text: &str, extra: fn(&T) -> Option<JsonObject>) -> Option<Read>
where
    T: Serialize + DeserializeOwned,
{
    let message: T = serde_json::from_str(text).ok()?;
    Some(Read {
        extra: extra(&message),
        written: serde_json::to_value(&message).unwrap(),
    })
}

impl Socket {
    /// Whether the message is of a type that is known, has a field for everything, and is written as
    /// it came.
    pub(crate) fn check(&self, message: &Value) -> Result<(), String> {
        let written = self.written(message)?;
        let same = [message.clone(), without_absent(message.clone())].contains(&written);
        same.then_some(()).ok_or("it is written otherwise".into())
    }

    /// Whether a member has a field in each type of message that has it, sent alone with what that
    /// type requires.
    pub(crate) fn lands(&self, name: &str) -> Result<(), String> {
        let mut messages = 0;
        for of in types(self.kind, self.tag) {
            let whole = members(self.kind, self.tag, of);
            let Some(value) = whole.get(name) else {
                continue;
            };
            messages += 1;
            let mut alone = self.required(&whole);
            alone.insert(name.to_owned(), value.clone());
            let written = self
                .written(&Value::Object(alone))
                .map_err(|error| format!("{of}: {error}"))?;
            // Commands drop what has no field.
            if written[name] != *value {
                return Err(format!("{of}: {value} is written as {}", written[name]));
            }
        }
        match messages {
            0 => Err("no message has it".into()),
            _ => Ok(()),
        }
    }

    /// A message read and written again; its type must be known, and everything must have a field.
    fn written(&self, message: &Value) -> Result<Value, String> {
        let read = (self.read)(&message.to_string()).ok_or("it is refused")?;
        let extra = read.extra.ok_or("its type is unknown")?;
        match extra.is_empty() {
            true => Ok(read.written),
            false => {
                let names: Vec<_> = extra.keys().map(String::as_str).collect();
                Err(format!("no field for {}", names.join(", ")))
            }
        }
    }

    /// The members without which a message is not of its type.
    fn required(&self, whole: &JsonObject) -> JsonObject {
        let needed = |name: &str| {
            let mut without = whole.clone();
            without.remove(name);
            let read = (self.read)(&Value::Object(without).to_string());
            read.is_none_or(|read| read.extra.is_none())
        };
        let members = whole.iter().filter(|(name, _)| needed(name));
        members
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

pub(crate) fn lines(name: &str) -> Vec<String> {
    let text = String::from_utf8(fixture(name)).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// The recorded conversations of a kind.
pub(crate) fn files(kind: &str) -> Vec<String> {
    let mut files = index();
    files.retain(|(_, recorded)| recorded == kind);
    assert!(!files.is_empty());
    files.into_iter().map(|(file, _)| file).collect()
}

pub(crate) fn stream_extra(message: &StreamMessage) -> Option<&JsonObject> {
    Some(match message {
        StreamMessage::Connected(message) => &message.extra,
        StreamMessage::Start(message) => &message.extra,
        StreamMessage::Media(message) => &message.extra,
        StreamMessage::Dtmf(message) => &message.extra,
        StreamMessage::Mark(message) => &message.extra,
        StreamMessage::Stop(message) => &message.extra,
        _ => return None,
    })
}

pub(crate) fn relay_extra(message: &RelayMessage) -> Option<&JsonObject> {
    Some(match message {
        RelayMessage::Setup(message) => &message.extra,
        RelayMessage::Prompt(message) => &message.extra,
        RelayMessage::Dtmf(message) => &message.extra,
        RelayMessage::Interrupt(message) => &message.extra,
        RelayMessage::Error(message) => &message.extra,
        RelayMessage::Info(message) => &message.extra,
        _ => return None,
    })
}

/// A message without what is absent: empty texts count as such, but for what a person did not say.
pub(crate) fn without_absent(mut message: Value) -> Value {
    if let Some(members) = message.as_object_mut() {
        members.retain(|name, value| name.starts_with("utterance") || *value != json!(""));
    }
    message
}

/// The types of messages of a kind.
pub(crate) fn types(kind: &str, tag: &str) -> Vec<&'static str> {
    let values = CATALOGUE["kinds"][kind]["params"][tag]["values"].as_array();
    values
        .unwrap()
        .iter()
        .map(|value| value.as_str().unwrap())
        .collect()
}

/// The members of a kind that belong to a type of message, with values of their types.
pub(crate) fn members(kind: &str, tag: &str, of: &str) -> JsonObject {
    let members = CATALOGUE["kinds"][kind]["params"].as_object().unwrap();
    members
        .iter()
        .filter(|(name, member)| {
            let when = member["when"].as_str();
            *name != tag
                && when.is_none_or(|when| {
                    let types = when.split_once(" (").map_or(when, |(types, _)| types);
                    when == "all but connected" && of != "connected"
                        || types.split(", ").any(|name| name == of)
                })
        })
        .map(|(name, member)| (name.clone(), value(kind, name, member)))
        .chain([(tag.to_owned(), json!(of))])
        .collect()
}

fn value(kind: &str, name: &str, member: &Value) -> Value {
    if let Some(values) = member["values"].as_array() {
        return values[0].clone();
    }
    match (member["type"].as_str().unwrap(), name) {
        ("address", _) => json!("+12025550143"),
        ("bool", _) => json!(true),
        ("int", _) => json!(460),
        ("int-string", _) => json!("2"),
        ("string", _) => json!("1"),
        ("url", _) => json!("https://media.example/hold.mp3"),
        ("object", "start") => json!({
            "accountSid": "AC00000000000000000000000000000001",
            "callSid": "CA00000000000000000000000000000300",
            "streamSid": STREAM,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"name": "value"},
        }),
        // What is sent is a payload alone.
        ("object", "media") if kind == StreamCommand::KIND => json!({"payload": "/w=="}),
        ("object", "media") => json!({
            "track": "inbound", "chunk": "1", "timestamp": "5", "payload": "/w==",
        }),
        ("object", "dtmf") => json!({"track": "inbound_track", "digit": "#"}),
        ("object", "mark") => json!({"name": "my label"}),
        ("object", "stop") => json!({
            "accountSid": "AC00000000000000000000000000000001",
            "callSid": "CA00000000000000000000000000000300",
        }),
        ("object", _) => json!({"name": "value"}),
        (sid, _) if sid.starts_with("sid:") => {
            json!(format!("{}00000000000000000000000000000001", &sid[4..]))
        }
        (other, _) => panic!("no value for {name}: {other}"),
    }
}
