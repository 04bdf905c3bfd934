//! Every element and attribute that the schema knows is read into its type.

use proptest::prelude::*;
use twilio_hooks::twiml::lint::{Finding, FindingCode, Product, lint};
use twilio_hooks::twiml::schema::{self, ElementSchema, TextRule, ValueKind};
use twilio_hooks::twiml::{MessagingResponse, VoiceResponse};

use crate::is_typed;

/// A document of any elements with any of their attributes, written as this crate writes it.
struct Generator {
    state: u64,
    xml: String,
}

impl Generator {
    fn document(seed: u64, root: &ElementSchema) -> String {
        let mut generator = Self {
            state: seed | 1,
            xml: r#"<?xml version="1.0" encoding="UTF-8"?>"#.to_owned(),
        };
        generator.element(root, 0);
        generator.xml
    }

    /// A number below `end`, by Marsaglia's xorshift.
    fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from((self.state >> 32) % end as u64).unwrap()
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }

    fn push_any(&mut self, from: &[&str]) {
        let text = self.pick(from);
        self.xml.push_str(text);
    }

    fn element(&mut self, schema: &ElementSchema, depth: usize) {
        let tag = schema.tag;
        self.xml += &format!("<{tag}");
        for attribute in schema.attributes {
            if self.below(3) == 0 {
                let value = self.value(&attribute.kind);
                self.xml += &format!(" {}=\"{value}\"", attribute.name);
            }
        }
        self.xml.push('>');
        let start = self.xml.len();
        let has_text = match schema.text {
            TextRule::Required => true,
            TextRule::Optional => self.below(2) == 0,
            _ => false,
        };
        if has_text {
            self.push_any(&["a &lt;b&gt;", " \u{1F389}\n&amp;", "&#13;]"]);
        }
        let children: Vec<_> = schema::elements()
            .filter(|child| child.parents.contains(&schema.name))
            .collect();
        if depth < 6 && !children.is_empty() {
            for _ in 0..self.below(4) {
                let child = children[self.below(children.len())];
                self.element(child, depth + 1);
                if schema.mixed {
                    self.push_any(&["", "tail", " &amp; "]);
                }
                self.push_any(&["", "", "<!-- a < b -->"]);
            }
        }
        if self.xml.len() > start || has_text {
            self.xml += &format!("</{tag}>");
        } else {
            self.xml.truncate(start - 1);
            self.xml += "/>";
        }
    }

    fn value(&mut self, kind: &ValueKind) -> String {
        match kind {
            ValueKind::Integer => self.pick(&["0", "7", "4294967295"]).to_owned(),
            ValueKind::Decimal => self.pick(&["0.5", "1", "-.50"]).to_owned(),
            ValueKind::Boolean => self.pick(&["true", "false"]).to_owned(),
            ValueKind::Enum { values, also, .. } => {
                self.pick(&[*values, *also].concat()).to_owned()
            }
            ValueKind::IntegerOr(words) => self.pick(&[*words, &["0", "12"]].concat()).to_owned(),
            ValueKind::List { separator, item } => {
                let items: Vec<_> = (0..self.below(4)).map(|_| self.value(item)).collect();
                items.join(separator)
            }
            _ => self
                .pick(&["true", "a", "\u{E9} &amp;&quot;&#9;&#10;&lt;", " /a?b=c "])
                .to_owned(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn documents_of_all_elements_survive_in_types(seed in any::<u64>()) {
        let voice = Generator::document(seed, schema::element("VoiceResponse").unwrap());
        let response = VoiceResponse::parse(&voice).unwrap();
        prop_assert!(is_typed(&response), "{:?}", response);
        prop_assert_eq!(complaints(&voice, Product::Voice), []);
        prop_assert_eq!(response.to_xml(), voice);

        let messaging = Generator::document(seed, schema::element("MessagingResponse").unwrap());
        let response = MessagingResponse::parse(&messaging).unwrap();
        prop_assert!(is_typed(&response), "{:?}", response);
        prop_assert_eq!(complaints(&messaging, Product::Messaging), []);
        prop_assert_eq!(response.to_xml(), messaging);
    }
}

/// The findings about names and values, except for ranges and what is special to a `url`, which
/// the documents don't keep to.
fn complaints(text: &str, product: Product) -> Vec<Finding> {
    let about = [
        FindingCode::UnknownElement,
        FindingCode::UnknownAttribute,
        FindingCode::WrongCase,
        FindingCode::WrongNesting,
        FindingCode::NotANumber,
        FindingCode::ValueNotAllowed,
        FindingCode::UnexpectedText,
    ];
    let findings = lint(text, product).into_iter();
    findings
        .filter(|finding| about.contains(&finding.code) && !finding.message.contains("`url`"))
        .collect()
}
