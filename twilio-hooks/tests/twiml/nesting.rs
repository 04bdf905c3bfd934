//! What may stand inside what: the compiler keeps to the same pairs as Twilio's libraries.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use twilio_hooks::twiml::{ChildOf, ssml::*, *};

use crate::elements::elements;
use crate::facts::{Facts, pair};

/// `Pair::<A, B>::FITS` is the inherent constant if `A` fits into `B`, and the trait's otherwise.
struct Pair<Child, Parent>(PhantomData<(Child, Parent)>);

trait DoesNotFit {
    const FITS: bool = false;
}

impl<Child, Parent> DoesNotFit for Pair<Child, Parent> {}

impl<Child: ChildOf<Parent>, Parent> Pair<Child, Parent> {
    const FITS: bool = true;
}

/// Each parent with all types, and whether they fit inside.
macro_rules! matrix {
    ($($Element:ident: $text:tt { $($field:ident)* } [$($Child:ident)*] $($mixed:ident)?;)*) => {
        matrix!(@rows [$($Element)* RawElement Comment Text String] $($Element)*)
    };
    (@rows $all:tt $($Parent:ident)*) => {
        [$((stringify!($Parent), matrix!(@row $Parent $all))),*]
    };
    (@row $Parent:ident [$($Child:ident)*]) => {
        [$((stringify!($Child), Pair::<$Child, $Parent>::FITS)),*]
    };
}

/// Each parent with the types that fit inside.
fn matrix() -> Vec<(&'static str, BTreeSet<&'static str>)> {
    let rows = elements!(matrix).into_iter().map(|(parent, row)| {
        let fitting = row.into_iter().filter(|(_, fits)| *fits);
        (parent, fitting.map(|(child, _)| child).collect())
    });
    rows.collect()
}

#[test]
fn exactly_the_pairs_of_the_libraries_and_one_of_the_documentation_compile() {
    let mut compiled = BTreeSet::new();
    for (parent, children) in matrix() {
        let always = ["RawElement", "Comment", "Text", "String"];
        for child in children.into_iter().filter(|child| !always.contains(child)) {
            compiled.insert(pair(parent, child));
        }
    }
    let facts = Facts::read();
    let mut expected = facts.pairs();
    assert_eq!(expected.len(), 136);
    expected.extend(facts.pairs_of_the_documentation());
    assert_eq!(expected.len(), 137);
    assert_eq!(compiled, expected);
}

#[test]
fn text_stands_between_the_children_of_mixed_elements_alone() {
    let facts = Facts::read();
    for (parent, children) in matrix() {
        let mixed = facts.element(parent)["mixed"] == true;
        assert_eq!(children.contains("Text"), mixed, "{parent}");
        assert_eq!(children.contains("String"), mixed, "{parent}");
    }
}

#[test]
fn raw_elements_and_comments_stand_everywhere() {
    for (parent, children) in matrix() {
        assert!(children.contains("RawElement"), "{parent}");
        assert!(children.contains("Comment"), "{parent}");
    }
}
