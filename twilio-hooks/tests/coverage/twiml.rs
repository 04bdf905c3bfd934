//! What TwiML there is.

use twilio_hooks::twiml::schema;

use crate::{
    comparison::{self, described, described_attribute, expected, expected_attribute},
    facts::Facts,
    line::Line,
    tally::Tally,
};

/// Each element, with its name in XML and where it takes text.
pub(crate) fn elements() -> Line {
    let (facts, mut tally) = (Facts::read(), Tally::default());
    let theirs = facts.elements();
    for (name, fact) in &theirs {
        let ours = schema::element(name).map(described);
        tally.note(ours == Some(expected(fact)), || format!("{name}: {ours:?}"));
    }
    for element in schema::elements() {
        if !theirs.contains_key(element.name) {
            tally
                .amiss
                .push(format!("{} is in no fixture", element.name));
        }
    }
    Line::new("TwiML: elements", tally)
}

/// Each attribute, with its setter, the kind of its values, their range, and whether it is needed.
pub(crate) fn attributes() -> Line {
    let (facts, mut tally, mut in_libraries) = (Facts::read(), Tally::default(), 0);
    for (element, fact) in facts.elements() {
        in_libraries += fact["attributes"].as_object().unwrap().len();
        let ours = schema::element(&element);
        let theirs = facts.attributes(&element);
        for (name, fact) in &theirs {
            let ours = ours.and_then(|element| element.attribute(name));
            let ours = ours.map(described_attribute);
            let holds = ours == Some(expected_attribute(&element, name, fact));
            tally.note(holds, || format!("{element} {name}: {ours:?}"));
        }
        for attribute in ours.into_iter().flat_map(|element| element.attributes) {
            if !theirs.contains_key(attribute.name) {
                let name = attribute.name;
                tally
                    .amiss
                    .push(format!("{element} {name} is in no fixture"));
            }
        }
    }
    let documented = tally.of - in_libraries;
    Line::new("TwiML: attributes", tally).remark(format!(
        "{in_libraries} of the libraries, {documented} of the documentation"
    ))
}

/// Each parent with each child.
pub(crate) fn pairs() -> Line {
    let (facts, mut tally) = (Facts::read(), Tally::default());
    let (in_libraries, documented) = (facts.pairs(), facts.pairs_of_the_documentation());
    let (ours, theirs) = (comparison::pairs(), &in_libraries | &documented);
    for (parent, child) in &theirs {
        let holds = ours.contains(&(parent.clone(), child.clone()));
        tally.note(holds, || format!("{child} inside {parent}"));
    }
    for (parent, child) in ours.difference(&theirs) {
        let extra = format!("{child} inside {parent} is in no fixture");
        tally.amiss.push(extra);
    }
    let documented = theirs.len() - in_libraries.len();
    let in_libraries = in_libraries.len();
    Line::new("TwiML: pairs of parent and child", tally).remark(format!(
        "{in_libraries} of the libraries, {documented} of the documentation"
    ))
}
