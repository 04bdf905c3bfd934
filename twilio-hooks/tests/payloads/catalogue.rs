//! All kinds at once, as the catalogue lists them.

use std::fs;

use proptest::prelude::*;
use twilio_hooks::{
    ParamError, Params,
    webhook::{Event, EventKind},
};

use super::{
    bodies,
    catalogue_support::form::{CATALOGUE, Entry, LOOKALIKES, read_body},
    fixture_path, json,
};

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
            CATALOGUE.iter().any(|entry| entry.kind() == *kind),
            "{kind} is not in the catalogue"
        );
    }
}

#[test]
fn every_body_parses_as_its_kind_and_survives_encoding() {
    for (file, kind, params) in bodies() {
        assert_eq!(Params::from_form(params.to_form().as_bytes()), params);
        let event = read_body(kind, &params).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(event.kind(), kind);
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
        let kind = entry.kind();
        let all = entry.pairs();
        let event = Event::read(kind, &Params::from_pairs(all.clone())).unwrap();
        assert!(event.extra().is_empty(), "{kind}: {:?}", event.extra());

        for (name, values) in entry.named() {
            for value in values {
                let mut pairs = all.clone();
                pairs.retain(|(other, _)| *other != name);
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
        let event = Event::read(entry.kind(), &Params::from_pairs(pairs)).unwrap();
        let kept = "Zeitgeist=one&callsid=two&FromPlanet=";
        assert_eq!(event.extra().to_form(), kept, "{}", entry.name);
    }
}

#[test]
fn only_what_is_required_is_required() {
    for kind in CATALOGUE.iter().map(Entry::kind) {
        let required = kind.required();
        assert!(required.len() <= 4, "{kind} requires {required:?}");
        let pairs: Vec<_> = required.iter().map(|name| (*name, "x")).collect();
        let event = Event::read(kind, &Params::from_pairs(pairs.clone())).unwrap();
        assert!(event.extra().is_empty());
        for name in required {
            let missing = Err(ParamError::Missing { name });
            let mut without = pairs.clone();
            without.retain(|(other, _)| other != name);
            assert_eq!(
                Event::read(kind, &Params::from_pairs(without.clone())),
                missing
            );
            without.push((*name, ""));
            assert_eq!(Event::read(kind, &Params::from_pairs(without)), missing);
        }
    }
}

/// Name and value as bytes.
type Pair = (Vec<u8>, Vec<u8>);

fn any_pairs() -> impl Strategy<Value = (&'static Entry, Vec<Pair>)> {
    // A kind whose parameters all have free names has none here.
    let entries = CATALOGUE
        .iter()
        .filter(|entry| entry.named().next().is_some());
    prop::sample::select(entries.collect::<Vec<_>>()).prop_flat_map(|entry| {
        let known = prop::sample::select(entry.named().collect::<Vec<_>>());
        let known = known.prop_flat_map(|(name, values)| {
            let value = prop_oneof![
                prop::sample::select(values).prop_map(String::into_bytes),
                any::<Vec<u8>>(),
            ];
            (Just(name.as_bytes().to_vec()), value)
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
        if let Ok(event) = Event::read(entry.kind(), &params) {
            for (name, _) in params.iter_bytes() {
                let known = entry.named().any(|(known, _)| known.as_bytes() == name)
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

#[test]
fn every_body_is_told_apart_from_the_other_kinds() {
    for (file, kind, params) in bodies() {
        let lookalike = LOOKALIKES.iter().find(|(name, _)| *name == file);
        let kind = lookalike.map_or(kind, |(_, kind)| *kind);
        assert_eq!(Event::detect(&params), Some(kind), "{file}");
    }
}
