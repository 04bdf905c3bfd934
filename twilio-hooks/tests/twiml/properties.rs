//! Whatever the texts are, a parser reads them back.

use proptest::prelude::*;
use twilio_hooks::twiml::{
    Body, Comment, Decimal, Dial, Gather, Message, MessagingResponse, Number, Play, RawElement,
    Redirect, Reject, Say, VoiceResponse, XmlName,
};

use crate::document::{Content, Element, parse};

/// What comes back: the text, with a replacement for what XML can't express.
fn expected(text: &str) -> String {
    let replaced = text.chars().map(|c| match c {
        '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' | '\u{FFFE}' | '\u{FFFF}' => '\u{FFFD}',
        c => c,
    });
    replaced.collect()
}

/// Any text, with the awkward characters often.
fn text() -> impl Strategy<Value = String> {
    let awkward = "[\\x00-\\x20&<>\"'\\]!;#x\u{FF}\u{85}\u{2028}\u{FEFF}\u{FF01}\u{FFFC}-\u{FFFF}\u{10000}]{0,60}";
    let long = ("[a-z ]{0,40}", awkward, "[a-z ]{0,40}").prop_map(|(a, b, c)| a + &b + &c);
    prop_oneof![any::<String>(), awkward, long]
}

/// Names and things that are nearly names.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a-zA-Z_:.-]{1,8}", "(xml:)?\\PC{1,3}"]
}

fn read(xml: &str) -> Element {
    let legal = |c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
    assert!(xml.chars().all(legal), "{xml:?}");
    parse(xml).root
}

proptest! {
    #[test]
    fn texts_survive(text in text()) {
        let voice = VoiceResponse::new()
            .with(Say::new(text.clone()))
            .with(Dial::default().with(Number::new(text.clone())))
            .with(Redirect::new(text.clone()));
        let voice = read(&voice.to_xml());
        prop_assert_eq!(voice.child("Say").text(), expected(&text));
        prop_assert_eq!(voice.child("Dial").child("Number").text(), expected(&text));
        prop_assert_eq!(voice.child("Redirect").text(), expected(&text));

        let message = MessagingResponse::new().with(Message::default().with(Body::new(text.clone())));
        let message = read(&message.to_xml());
        prop_assert_eq!(message.child("Message").child("Body").text(), expected(&text));
    }

    #[test]
    fn attribute_values_survive(text in text()) {
        let voice = VoiceResponse::new()
            .with(
                Gather::new()
                    .action(text.clone())
                    .hints([text.clone(), text.clone()])
                    .with(Play::default().digits(text.clone())),
            )
            .with(
                Reject::new()
                    .reason(text.clone())
                    .attribute(XmlName::from_static("x"), text.clone()),
            );
        let voice = read(&voice.to_xml());
        let gather = voice.child("Gather");
        prop_assert_eq!(&gather.attributes["action"], &expected(&text));
        prop_assert_eq!(&gather.attributes["hints"], &format!("{0},{0}", expected(&text)));
        prop_assert_eq!(&gather.child("Play").attributes["digits"], &expected(&text));
        let reject = voice.child("Reject");
        prop_assert_eq!(&reject.attributes["reason"], &expected(&text));
        prop_assert_eq!(&reject.attributes["x"], &expected(&text));
    }

    #[test]
    fn comments_are_refused_or_survive(text in prop_oneof![text(), "[a-]{0,8}"]) {
        if let Ok(comment) = Comment::new(text.clone()) {
            let response = VoiceResponse::new().with(comment.clone());
            let xml = response.document().comment_before(comment.clone()).comment_after(comment).to_string();
            let document = parse(&xml);
            prop_assert_eq!(document.root.content, vec![Content::Comment(text.clone())]);
            prop_assert_eq!((document.before, document.after), (vec![text.clone()], vec![text]));
        } else {
            let forbidden = expected(&text) != text || text.contains('\r');
            prop_assert!(forbidden || text.contains("--") || text.ends_with('-'), "{:?}", text);
        }
    }

    #[test]
    fn decimals_have_no_exponent_and_lose_nothing(number in proptest::num::f64::NORMAL | proptest::num::f64::ZERO) {
        let decimal = Decimal::from(number);
        prop_assert!(decimal.as_str().chars().all(|c| matches!(c, '0'..='9' | '.' | '-')), "{}", decimal);
        prop_assert_eq!(decimal.as_str().parse::<f64>(), Ok(number));
    }

    #[test]
    fn raw_names_are_refused_or_survive(name in name(), text in text()) {
        if let Ok(name) = XmlName::new(name.clone()) {
            let element = RawElement::new(name.clone())
                .attribute(name.clone(), text.clone())
                .with(text.clone());
            let response = read(&VoiceResponse::new().with(element).to_xml());
            let element = response.child(name.as_str());
            prop_assert_eq!(&element.attributes[name.as_str()], &expected(&text));
            prop_assert_eq!(element.text(), expected(&text));
        }
    }

    #[test]
    fn mixed_content_keeps_its_order(texts in proptest::collection::vec(text(), 0..6)) {
        let mut say = Say::default();
        let mut all = String::new();
        for text in &texts {
            say.push(text.clone());
            say.push(RawElement::new(XmlName::from_static("break")));
            all.push_str(&expected(text));
        }
        let response = read(&VoiceResponse::new().with(say).to_xml());
        prop_assert_eq!(response.child("Say").text(), all);
    }
}
