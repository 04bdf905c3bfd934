//! What a prompt sounds like: its words, and how long they take.

use std::time::Duration;

use crate::twiml::{Node, Play, Say};

/// A voice speaks about so many words in a minute.
const WORDS_PER_MINUTE: u64 = 150;
/// How long a file is, as nobody looks into it.
const FILE: Duration = Duration::from_secs(5);

/// The words of a `<Say>`, with those that are inside SSML, and single blanks between them.
pub(super) fn words(say: &Say) -> String {
    let mut text = String::new();
    add(&mut text, say.text.as_deref(), say.children());
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How long the words take to say.
pub(super) fn time(words: &str) -> Duration {
    let count = words.split(' ').count() as u64;
    Duration::from_millis(count * 60_000 / WORDS_PER_MINUTE)
}

/// A file or tones, as they stand in a transcript, and how long they take.
pub(super) fn sound(play: &Play) -> (String, Duration) {
    match (&play.url, &play.digits) {
        (Some(url), None) => (url.to_string(), FILE),
        (_, Some(digits)) => (
            format!("tones {digits}"),
            Duration::from_millis(500 * digits.len() as u64),
        ),
        (None, None) => (String::new(), Duration::ZERO),
    }
}

fn add(text: &mut String, first: Option<&str>, children: &[Node]) {
    text.push_str(first.unwrap_or_default());
    for child in children {
        if sets_apart(child) {
            text.push(' ');
        }
        if let Some((first, children)) = inside(child) {
            add(text, first, children);
        }
        if sets_apart(child) {
            text.push(' ');
        }
    }
}

/// Whether there is a pause around it.
const fn sets_apart(node: &Node) -> bool {
    matches!(node, Node::Break(_) | Node::P(_) | Node::S(_))
}

/// The text that a part of a `<Say>` begins with, and what follows.
fn inside(node: &Node) -> Option<(Option<&str>, &[Node])> {
    Some(match node {
        Node::Text(text) => (Some(text), &[]),
        Node::Emphasis(element) => (element.text.as_deref(), element.children()),
        Node::Lang(element) => (element.text.as_deref(), element.children()),
        Node::P(element) => (element.text.as_deref(), element.children()),
        Node::Phoneme(element) => (Some(&element.text), element.children()),
        Node::Prosody(element) => (element.text.as_deref(), element.children()),
        Node::S(element) => (element.text.as_deref(), element.children()),
        Node::SayAs(element) => (Some(&element.text), element.children()),
        // What is said stands in an attribute; what is written is what a test looks for.
        Node::Sub(element) => (Some(&element.text), element.children()),
        Node::W(element) => (element.text.as_deref(), element.children()),
        Node::RawElement(element) => (None, element.children()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twiml::VoiceResponse;

    #[test]
    fn words_inside_ssml_are_heard() {
        let document = VoiceResponse::parse(
            "<Response><Say>Your <emphasis>new</emphasis> code<break/>is
               <say-as interpret-as='characters'>a1</say-as>. <p>One.<s>Two.</s></p>
               <prosody rate='slow'>Sl<w>ow</w></prosody> <sub alias='doctor'>Dr</sub></Say></Response>",
        )
        .unwrap();
        let [Node::Say(say)] = document.children() else {
            panic!("{document}")
        };
        assert_eq!(words(say), "Your new code is a1. One. Two. Slow Dr");
        assert_eq!(time("one two three four five"), Duration::from_secs(2));
    }
}
