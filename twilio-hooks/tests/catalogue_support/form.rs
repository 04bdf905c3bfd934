//! The kinds that come as forms.

use std::sync::LazyLock;

use serde_json::Value;
use twilio_hooks::{
    Params,
    webhook::{Event, EventKind},
};

use super::{fixture, index, kinds};

/// A parameter of the catalogue, with values of its type.
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    /// As the catalogue has it, such as `To`, `MediaUrl{N}` or `{custom}`.
    pub(crate) name: String,
    /// The names it is sent by: two of a family, and none if any name is meant.
    pub(crate) sent_as: Vec<String>,
    pub(crate) values: Vec<String>,
}

/// A kind with its parameters.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) parameters: Vec<Parameter>,
}

impl Entry {
    /// The kind of this name.
    pub(crate) fn kind(&self) -> EventKind {
        kind_named(&self.name).unwrap_or_else(|| panic!("{} has no type", self.name))
    }

    /// The names that are sent, with their values.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.parameters.iter().flat_map(|parameter| {
            let names = parameter.sent_as.iter();
            names.map(|name| (name.as_str(), &*parameter.values))
        })
    }

    /// Each of them once, with the first of its values.
    pub(crate) fn pairs(&self) -> Vec<(&str, &str)> {
        self.named()
            .map(|(name, values)| (name, values[0].as_str()))
            .collect()
    }

    fn names(&self, name: &str) -> bool {
        self.named().any(|(known, _)| known == name)
    }
}

pub(crate) static CATALOGUE: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let kinds = kinds("form").into_iter();
    kinds
        .map(|(name, entry)| Entry {
            name,
            parameters: parameters(&entry),
        })
        .collect()
});

pub(crate) fn kind_named(name: &str) -> Option<EventKind> {
    EventKind::ALL
        .iter()
        .copied()
        .find(|kind| kind.as_str() == name)
}

fn parameters(entry: &Value) -> Vec<Parameter> {
    let parameters = entry["params"].as_object().unwrap().iter();
    parameters
        .map(|(name, parameter)| Parameter {
            name: name.clone(),
            sent_as: sent_as(name),
            values: values(parameter),
        })
        .collect()
}

fn sent_as(name: &str) -> Vec<String> {
    let members = |prefix: &str, tails: [&str; 2]| tails.map(|tail| format!("{prefix}{tail}"));
    match name.split_once('{') {
        None => vec![name.to_owned()],
        Some(("", _)) => Vec::new(),
        Some((prefix, "N}")) => members(prefix, ["0", "7"]).into(),
        Some((prefix, _)) => members(prefix, ["X-Tenant", "User-to-User"]).into(),
    }
}

/// Every value the catalogue lists, or one of the type.
fn values(parameter: &Value) -> Vec<String> {
    if let Some(values) = parameter["values"].as_array() {
        return values
            .iter()
            .map(|value| value.as_str().unwrap().to_owned())
            .collect();
    }
    let value = match parameter["type"].as_str().unwrap() {
        "address" => "+12025550143",
        "int" | "int-or-empty" => "30003",
        "float" => "-0.2197976373036567",
        "decimal" => "1234567890.12",
        "bool" => "true",
        "country" => "BR",
        "rfc2822" => "Thu, 01 Jan 2026 09:53:19 +0000",
        "iso8601" => "2026-01-01T09:53:19.123456789Z",
        "epoch" => "1767261199",
        "epoch-ms" => "1767261199123",
        "yymmddhhmm" => "2601010953",
        "json" => r#"{"status":"successful"}"#,
        "urlencoded-json" => "%7B%22a%22%3A1%7D",
        "jwt" => "eyJh.eyJi.c2ln",
        "url" => "https://api.twilio.com/a?b=c",
        "mime" => "audio/amr; bitrate=244500",
        "ip" => "203.0.113.10",
        "string" | "enum" | "enum-open" | "enum-list" => "Ünïcode & more",
        "sid" => "XX00000000000000000000000000000001",
        sid => match sid.strip_prefix("sid:") {
            Some(prefixes) => &format!("{}00000000000000000000000000000001", &prefixes[..2]),
            None => panic!("no value of type {sid}"),
        },
    };
    vec![value.to_owned()]
}

/// A body that is a form.
pub(crate) fn params(name: &str) -> Params {
    Params::from_form(&fixture(&format!("{name}.form")))
}

/// Name, kind and parameters of every body that is a form.
pub(crate) fn bodies() -> Vec<(String, EventKind, Params)> {
    let files = index().into_iter();
    files
        .filter_map(|(file, kind)| {
            let name = file.strip_suffix(".form")?;
            Some((name.to_owned(), kind_named(&kind).unwrap(), params(name)))
        })
        .collect()
}

/// Reads a body as its kind; what the catalogue names must have a field, unless it is repeated.
pub(crate) fn read_body(kind: EventKind, params: &Params) -> Result<Event, String> {
    let event = Event::read(kind, params).map_err(|error| error.to_string())?;
    let entry = CATALOGUE.iter().find(|entry| entry.name == kind.as_str());
    let entry = entry.ok_or_else(|| format!("{kind} is not in the catalogue"))?;
    for (name, _) in event.extra().iter() {
        if entry.names(&name) && params.get_all(&name).count() < 2 {
            return Err(format!("{name} has no field"));
        }
    }
    Ok(event)
}

/// Bodies that are rightly taken for another kind.
pub(crate) const LOOKALIKES: &[(&str, EventKind)] = &[
    // A leg that a `<Dial>` started reports the same to the call's URL and to that of the noun.
    ("call-client", EventKind::DialCallStatus),
];
