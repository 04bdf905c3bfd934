//! All kinds at once, as the catalogue lists them.

use std::{fs, sync::LazyLock};

use proptest::prelude::*;
use serde_json::Value;
use twilio_hooks::{
    ParamError, Params,
    webhook::{Event, EventKind},
};

use super::{fixture_path, json, params};

/// A parameter's name with values of its type.
type Parameter = (String, Vec<String>);

/// A kind with its parameters; a family has two members, and free names are left out.
#[derive(Debug, Clone)]
struct Entry {
    kind: EventKind,
    parameters: Vec<Parameter>,
}

impl Entry {
    /// Each parameter once, with the first of its values.
    fn pairs(&self) -> Vec<(&str, &str)> {
        let first = self.parameters.iter();
        first
            .map(|(name, values)| (name.as_str(), values[0].as_str()))
            .collect()
    }

    fn names(&self, name: &str) -> bool {
        self.parameters.iter().any(|(known, _)| known == name)
    }
}

/// The kinds that come as forms.
static CATALOGUE: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let catalogue = json("webhooks.json");
    let kinds = catalogue["kinds"].as_object().unwrap();
    kinds
        .iter()
        .filter(|(_, entry)| entry["transport"] == "form")
        .map(|(kind, entry)| Entry {
            kind: kind_named(kind).unwrap_or_else(|| panic!("{kind} has no type")),
            parameters: parameters(entry),
        })
        .collect()
});

fn kind_named(name: &str) -> Option<EventKind> {
    EventKind::ALL
        .iter()
        .copied()
        .find(|kind| kind.as_str() == name)
}

fn entry(kind: EventKind) -> &'static Entry {
    CATALOGUE.iter().find(|entry| entry.kind == kind).unwrap()
}

fn parameters(entry: &Value) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    for (name, parameter) in entry["params"].as_object().unwrap() {
        let values = values(parameter);
        match name.split_once('{') {
            None => parameters.push((name.clone(), values)),
            Some(("", _)) => {}
            Some((prefix, "N}")) => {
                for number in ["0", "7"] {
                    parameters.push((format!("{prefix}{number}"), values.clone()));
                }
            }
            Some((prefix, _)) => {
                for tail in ["X-Tenant", "User-to-User"] {
                    parameters.push((format!("{prefix}{tail}"), values.clone()));
                }
            }
        }
    }
    parameters
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

/// Name, kind and parameters of every body that is a form.
pub(super) fn bodies() -> Vec<(String, EventKind, Params)> {
    json("index.json")
        .as_object()
        .unwrap()
        .iter()
        .filter_map(|(file, entry)| {
            let name = file.strip_suffix(".form")?;
            let kind = entry["kind"].as_str().unwrap();
            Some((name.to_owned(), kind_named(kind).unwrap(), params(name)))
        })
        .collect()
}

#[test]
fn every_body_is_in_the_index() {
    let index = json("index.json");
    let files = fs::read_dir(fixture_path("")).unwrap();
    for file in files {
        let name = file.unwrap().file_name().into_string().unwrap();
        let own = ["index.json", "webhooks.json"].contains(&&*name);
        assert!(own || index.get(&name).is_some(), "{name}");
    }
    for name in index.as_object().unwrap().keys() {
        assert!(fixture_path(name).exists(), "{name}");
    }
}

#[test]
fn every_kind_has_a_type() {
    for kind in EventKind::ALL {
        assert!(
            CATALOGUE.iter().any(|entry| entry.kind == *kind),
            "{kind} is not in the catalogue"
        );
    }
}

#[test]
fn every_body_parses_as_its_kind_and_survives_encoding() {
    for (file, kind, params) in bodies() {
        assert_eq!(Params::from_form(params.to_form().as_bytes()), params);
        let event = Event::read(kind, &params).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(event.kind(), kind);
        for (name, _) in event.extra().iter() {
            let repeated = params.get_all(&name).count() > 1;
            assert!(
                repeated || !entry(kind).names(&name),
                "{file}: {name} has no field"
            );
        }
    }
}

/// What must never be in a log, by the name of the parameter. Those of one product are listed with
/// its kinds in the tests of that product.
const PERSONAL: &[&str] = &[
    "From",
    "To",
    "Caller",
    "Called",
    "Body",
    "CallToken",
    "CallerName",
    "ChannelMetadata",
    "ForwardedFrom",
    "FromCity",
    "FromZip",
    "Latitude",
    "MediaUrl0",
    "ProfileName",
    "SipSourceIp",
    "WaId",
];

#[test]
fn no_body_shows_personal_data_in_debug() {
    for (file, kind, params) in bodies() {
        let debug = format!("{:?}", Event::read(kind, &params).unwrap());
        let account = params.get("AccountSid").unwrap_or_default();
        assert!(debug.contains(account), "{file}: {debug}");
        for name in PERSONAL {
            let value = params.get(name).unwrap_or_default();
            assert!(
                value.len() < 3 || !debug.contains(value),
                "{file} shows {name}: {debug}"
            );
        }
    }
}

#[test]
fn every_parameter_of_the_catalogue_has_a_typed_field() {
    for entry in &*CATALOGUE {
        let kind = entry.kind;
        let all = entry.pairs();
        let event = Event::read(kind, &Params::from_pairs(all.clone())).unwrap();
        assert!(event.extra().is_empty(), "{kind}: {:?}", event.extra());

        for (name, values) in &entry.parameters {
            for value in values {
                let mut pairs = all.clone();
                pairs.retain(|(other, _)| other != name);
                pairs.push((name, value));
                let event = Event::read(kind, &Params::from_pairs(pairs)).unwrap();
                assert!(event.extra().is_empty(), "{kind}: {name}={value}");
                let debug = format!("{event:?}");
                assert!(
                    !debug.contains("Unknown("),
                    "{kind}: {name}={value} has no variant"
                );
            }
        }
    }
}

#[test]
fn a_parameter_twilio_has_never_sent_is_kept() {
    for entry in &*CATALOGUE {
        let new = [("Zeitgeist", "one"), ("callsid", "two"), ("FromPlanet", "")];
        let pairs = entry.pairs().into_iter().chain(new);
        let event = Event::read(entry.kind, &Params::from_pairs(pairs)).unwrap();
        let kept = "Zeitgeist=one&callsid=two&FromPlanet=";
        assert_eq!(event.extra().to_form(), kept, "{}", entry.kind);
    }
}

#[test]
fn only_what_is_required_is_required() {
    for Entry { kind, .. } in &*CATALOGUE {
        let required = kind.required();
        assert!(required.len() <= 4, "{kind} requires {required:?}");
        let pairs: Vec<_> = required.iter().map(|name| (*name, "x")).collect();
        let event = Event::read(*kind, &Params::from_pairs(pairs.clone())).unwrap();
        assert!(event.extra().is_empty());
        for name in required {
            let missing = Err(ParamError::Missing { name });
            let mut without = pairs.clone();
            without.retain(|(other, _)| other != name);
            assert_eq!(
                Event::read(*kind, &Params::from_pairs(without.clone())),
                missing
            );
            without.push((*name, ""));
            assert_eq!(Event::read(*kind, &Params::from_pairs(without)), missing);
        }
    }
}

/// Name and value as bytes.
type Pair = (Vec<u8>, Vec<u8>);

fn any_pairs() -> impl Strategy<Value = (&'static Entry, Vec<Pair>)> {
    // A kind whose parameters all have free names has none here.
    let entries = CATALOGUE
        .iter()
        .filter(|entry| !entry.parameters.is_empty());
    prop::sample::select(entries.collect::<Vec<_>>()).prop_flat_map(|entry| {
        let known = prop::sample::select(&*entry.parameters).prop_flat_map(|(name, values)| {
            let value = prop_oneof![
                prop::sample::select(values).prop_map(String::into_bytes),
                any::<Vec<u8>>(),
            ];
            (Just(name.into_bytes()), value)
        });
        let near = (
            "(Media(Url|ContentType)|SipHeader_|From|To)[0-9]{0,12}",
            any::<Vec<u8>>(),
        )
            .prop_map(|(name, value)| (name.into_bytes(), value));
        let pair = prop_oneof![8 => known, 2 => near, 1 => any::<Pair>()];
        (Just(entry), prop::collection::vec(pair, 0..80))
    })
}

/// Families whose members the catalogue does not all name.
const FAMILIES: &[&str] = &[
    "MediaUrl",
    "MediaContentType",
    "SipHeader_",
    "DialSipHeader_",
    "To",
];

proptest! {
    #[test]
    fn every_pair_is_known_or_kept((entry, pairs) in any_pairs()) {
        let params = Params::from_pairs(pairs);
        if let Ok(event) = Event::read(entry.kind, &params) {
            for (name, _) in params.iter_bytes() {
                let known = entry.parameters.iter().any(|(known, _)| known.as_bytes() == name)
                    || FAMILIES.iter().any(|prefix| name.starts_with(prefix.as_bytes()));
                let kept = event.extra().iter_bytes().any(|(kept, _)| kept == name);
                prop_assert!(known || kept);
            }
            for pair in event.extra().iter_bytes() {
                prop_assert!(params.iter_bytes().any(|other| other == pair));
            }
        }
    }

    #[test]
    fn a_kind_is_guessed_from_anything((_, pairs) in any_pairs()) {
        let params = Params::from_pairs(pairs);
        if let Some(kind) = Event::detect(&params) {
            prop_assert!(EventKind::ALL.contains(&kind));
        }
    }
}

/// Bodies that are rightly taken for another kind.
const LOOKALIKES: &[(&str, EventKind)] = &[
    // A leg that a `<Dial>` started reports the same to the call's URL and to that of the noun.
    ("call-client", EventKind::DialCallStatus),
];

#[test]
fn every_body_is_told_apart_from_the_other_kinds() {
    for (file, kind, params) in bodies() {
        let lookalike = LOOKALIKES.iter().find(|(name, _)| *name == file);
        let kind = lookalike.map_or(kind, |(_, kind)| *kind);
        assert_eq!(Event::detect(&params), Some(kind), "{file}");
    }
}
