//! `fixtures/twiml.json`: all elements and attributes of Twilio's libraries, and what is only in
//! Twilio's documentation.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub(crate) struct Facts(Value);

/// A parent and a child, by the names of their types.
pub(crate) fn pair(parent: &str, child: &str) -> (String, String) {
    (parent.to_owned(), child.to_owned())
}

impl Facts {
    pub(crate) fn read() -> Self {
        Self(serde_json::from_str(include_str!("../fixtures/twiml.json")).unwrap())
    }

    /// The elements by the names of our types.
    pub(crate) fn elements(&self) -> BTreeMap<String, &Value> {
        let elements = self.0["elements"].as_object().unwrap().iter();
        elements
            .map(|(key, element)| (type_name(key), element))
            .collect()
    }

    pub(crate) fn element(&self, type_name: &str) -> &Value {
        self.elements()[type_name]
    }

    /// The attributes of an element by name, with those that are only in the documentation.
    pub(crate) fn attributes(&self, type_name: &str) -> BTreeMap<&str, &Value> {
        let in_libraries = self.element(type_name)["attributes"].as_object().unwrap();
        let mut attributes: BTreeMap<_, _> = in_libraries
            .iter()
            .map(|(name, attribute)| (name.as_str(), attribute))
            .collect();
        for entry in self.documentation() {
            if entry["element"] == type_name
                && let Some(name) = entry["attribute"].as_str()
            {
                attributes.insert(name, entry);
            }
        }
        attributes
    }

    /// What may stand inside what in the libraries.
    pub(crate) fn pairs(&self) -> BTreeSet<(String, String)> {
        let mut pairs = BTreeSet::new();
        for (parent, element) in self.elements() {
            for child in element["children"].as_array().unwrap() {
                pairs.insert(pair(&parent, &type_name(child.as_str().unwrap())));
            }
        }
        pairs
    }

    /// What may stand inside what in the documentation only.
    pub(crate) fn pairs_of_the_documentation(&self) -> BTreeSet<(String, String)> {
        let pairs = self.documentation().filter_map(|entry| {
            let parent = entry["element"].as_str().unwrap();
            Some(pair(parent, entry["child"].as_str()?))
        });
        pairs.collect()
    }

    fn documentation(&self) -> impl Iterator<Item = &Value> {
        self.0["docs_only"].as_array().unwrap().iter()
    }
}

/// `say-as` is `SayAs`; elements outside SSML are called as they are.
fn type_name(key: &str) -> String {
    let words = key.split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect()
}
