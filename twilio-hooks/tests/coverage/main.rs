//! How much of what Twilio documents and its libraries know has a type here, as a table:
//! `cargo test -p twilio-hooks --test coverage`.
//!
//! Both numbers of a line are counted when it is printed, one among the fixtures, the other by
//! asking the types. It fails if a line is not n of n, and if a type has what no fixture tells of.
//!
//! A new line is a function that returns a [`Line`], listed in [`LINES`].
#![allow(clippy::unwrap_used, reason = "this is a test, its helpers too")]
#![allow(clippy::print_stdout, reason = "the table is what it is for")]

#[path = "../catalogue_support/mod.rs"]
mod catalogue_support;
#[path = "../twiml/comparison.rs"]
mod comparison;
#[path = "../twiml/document.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod document;
mod documents;
#[path = "../twiml/elements.rs"]
#[allow(unused_imports, reason = "other tests need its macro")]
mod elements;
mod error_codes;
#[path = "../twiml/facts.rs"]
mod facts;
mod forms;
mod json;
mod line;
#[path = "../signature_support/mod.rs"]
mod signature_support;
mod signatures;
mod sockets;
mod tally;
mod twiml;
#[path = "../twiml/vectors.rs"]
mod vectors;
mod webhooks;

use std::{panic::catch_unwind, process::ExitCode};

use self::{line::Line, tally::Tally};

/// The lines, from top to bottom.
const LINES: &[fn() -> Line] = &[
    webhooks::kinds,
    forms::parameters,
    forms::free_names,
    json::members,
    sockets::types,
    sockets::members,
    webhooks::bodies,
    sockets::messages,
    forms::told_apart,
    forms::lookalikes,
    error_codes::codes,
    twiml::elements,
    twiml::attributes,
    twiml::pairs,
    documents::python,
    documents::node,
    documents::trees,
    documents::unwritable,
    signatures::core,
    signatures::compat,
    signatures::contested,
];

fn main() -> ExitCode {
    // What `cargo nextest` and editors ask of every test.
    if std::env::args().any(|argument| argument == "--list") {
        println!("coverage: test");
        return ExitCode::SUCCESS;
    }
    let lines: Vec<_> = LINES.iter().map(|line| evaluate(*line)).collect();
    println!();
    for line in &lines {
        println!("{line}");
    }
    let incomplete: Vec<_> = lines.iter().filter(|line| !line.is_complete()).collect();
    for line in &incomplete {
        println!("\n{}, {} of {}:", line.what, line.tally.held, line.tally.of);
        for amiss in &line.tally.amiss {
            println!("  {amiss}");
        }
    }
    match incomplete.len() {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// A fixture that can't be read at all is a line that is not complete.
fn evaluate(line: fn() -> Line) -> Line {
    catch_unwind(line).unwrap_or_else(|_| {
        let mut tally = Tally::default();
        tally.note(false, || "its fixture can't be read, see above".to_owned());
        Line::new("a line that panicked", tally)
    })
}
