//! The same documents as Twilio's libraries for Python and Node write.
//!
//! `fixtures/twiml-vectors.jsonl` holds documents as trees, with the output of both libraries. The
//! trees are built through the types, setters and `push` of this crate. What a library writes is
//! left out of the comparison where the fixture marks it as `unfaithful` to the tree; the tree
//! itself never is.

use serde_json::Value;
use twilio_hooks::twiml::{FaxResponse, MessagingResponse, VoiceResponse};

use crate::document::{Content, Document, Element, parse};
use crate::elements::{Refused, Typed, comment, plain, raw};
use crate::tally::Tally;

const VECTORS: &str = include_str!("../fixtures/twiml-vectors.jsonl");

/// What the documents prove. Each is compared with its tree, and with what both libraries write.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) documents: usize,
    pub(crate) python: Tally,
    pub(crate) node: Tally,
    pub(crate) trees: Tally,
    /// Trees with text directly inside the root, which no root has by its type.
    pub(crate) untyped: usize,
    pub(crate) names_refused: Tally,
    pub(crate) comments_refused: Tally,
    pub(crate) characters_replaced: Tally,
}

#[test]
fn documents_are_those_of_the_official_libraries() {
    let all = |count| Tally {
        held: count,
        of: count,
        amiss: Vec::new(),
    };
    let expected = Counts {
        documents: 800,
        python: all(771),
        node: all(780),
        trees: all(784),
        untyped: 3,
        names_refused: all(3),
        comments_refused: all(1),
        characters_replaced: all(12),
    };
    assert_eq!(counts(), expected);
}

pub(crate) fn counts() -> Counts {
    let mut counts = Counts::default();
    for line in VECTORS.lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        counts.documents += 1;
        compare(&vector, &mut counts);
    }
    counts
}

fn compare(vector: &Value, counts: &mut Counts) {
    let name = vector["name"].as_str().unwrap();
    let ours = render(vector, counts);
    if vector["invalid_name"] == true {
        let refused = matches!(ours, Err(Refused::Name));
        return counts
            .names_refused
            .note(refused, || format!("{name}: {ours:?}"));
    }
    if vector["invalid_comment"] == true {
        let refused = matches!(ours, Err(Refused::Comment));
        return counts
            .comments_refused
            .note(refused, || format!("{name}: {ours:?}"));
    }

    let read = ours.as_deref().ok().map(parse);
    let trees = match vector["invalid_char"] == true {
        true => &mut counts.characters_replaced,
        false => &mut counts.trees,
    };
    let same = read.as_ref() == Some(&tree(vector));
    trees.note(same, || format!("{name}: {ours:?} is not the tree"));

    for (library, key, compared) in [
        ("python", "xml", &mut counts.python),
        ("node", "node_xml", &mut counts.node),
    ] {
        let mut unfaithful = vector["unfaithful"].as_array().into_iter().flatten();
        if let Some(theirs) = vector[key].as_str()
            && !unfaithful.any(|unfaithful| unfaithful == library)
        {
            let equal = read.as_ref() == Some(&parse(theirs));
            compared.note(equal, || {
                format!("{name}: {ours:?} is not {library}'s {theirs}")
            });
        }
    }
}

fn render(vector: &Value, counts: &mut Counts) -> Result<String, Refused> {
    let (tree, options) = (&vector["tree"], &vector["options"]);
    let around = ["comments_before", "comments_after"].map(|key| tree[key].as_array());

    /// The document of a root, with what stands around it.
    macro_rules! document {
        ($Response:ident) => {{
            let root = match $Response::build(tree) {
                Err(Refused::Text) => {
                    counts.untyped += 1;
                    return Ok(raw(tree)?.to_string());
                }
                root => root?,
            };
            if options.is_null() && around == [None, None] {
                return Ok(root.to_xml());
            }
            let mut document = root.document();
            if options["xml_declaration"] == false {
                document = document.without_declaration();
            }
            for text in around[0].into_iter().flatten() {
                document = document.comment_before(comment(text.as_str().unwrap())?);
            }
            // Each call of the library's `commentAfter` puts its comment before the others.
            for text in around[1].into_iter().flatten().rev() {
                document = document.comment_after(comment(text.as_str().unwrap())?);
            }
            let xml = document.to_string();
            let declared = xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
            assert_eq!(declared, options["xml_declaration"] != false, "{xml}");
            Ok(xml)
        }};
    }

    match vector["product"].as_str().unwrap() {
        "voice" => document!(VoiceResponse),
        "messaging" => document!(MessagingResponse),
        "fax" => document!(FaxResponse),
        other => panic!("no response for {other}"),
    }
}

/// What a document of the tree reads as.
fn tree(vector: &Value) -> Document {
    let comments = |key: &str| {
        let comments = vector["tree"][key].as_array().into_iter().flatten();
        comments.map(|text| format!(" {} ", text.as_str().unwrap()))
    };
    Document {
        before: comments("comments_before").collect(),
        root: element(&vector["tree"]),
        after: comments("comments_after").rev().collect(),
    }
}

fn element(tree: &Value) -> Element {
    let attributes = tree["attrs"].as_object().unwrap().iter();
    let attributes = attributes.filter(|(_, value)| !value.is_null());
    let mut element = Element {
        name: tree["tag"].as_str().unwrap().to_owned(),
        attributes: attributes
            .map(|(name, value)| (name.clone(), representable(&plain_number(value))))
            .collect(),
        content: Vec::new(),
    };
    element.push_text(&representable(tree["text"].as_str().unwrap_or_default()));
    for child in tree["children"].as_array().unwrap() {
        if let Some(text) = child.as_str() {
            element.push_text(&representable(text));
        } else if let Some(text) = child["comment"].as_str() {
            element.content.push(Content::Comment(format!(" {text} ")));
        } else {
            element.content.push(Content::Element(self::element(child)));
        }
    }
    element
}

/// A whole number is written without a fraction, however JSON has it.
fn plain_number(value: &Value) -> String {
    let text = plain(value);
    match text.strip_suffix(".0") {
        Some(whole) if value.is_number() => whole.to_owned(),
        _ => text,
    }
}

/// A text with a replacement for what XML can't express.
fn representable(text: &str) -> String {
    let forbidden = |c: char| {
        let control = c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r' | '\x7F');
        control || matches!(c, '\u{FFFE}' | '\u{FFFF}')
    };
    text.replace(forbidden, "\u{FFFD}")
}
