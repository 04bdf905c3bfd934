//! Built trees survive, and no text does harm.

use proptest::prelude::*;
use twilio_hooks::twiml::lint::{FindingCode, Product, lint};
use twilio_hooks::twiml::{
    Dial, Gather, Hangup, HttpMethod, Number, Pause, Play, Record, Redirect, Reject, Say,
    SpeechTimeout, VoiceResponse, XmlName,
};

use crate::raw;

/// Text as it is at home in a text slot or between elements.
fn text() -> impl Strategy<Value = String> {
    "[a-z <>&\"'\\]\\n\\t\\r\u{E9}\u{1F389}]{0,12}"
}

fn say() -> impl Strategy<Value = Say> {
    (
        proptest::option::of(text()),
        proptest::option::of(text()),
        proptest::option::of(any::<u32>()),
        proptest::collection::vec("[a-z \\n<&]{1,8}", 0..3),
    )
        .prop_map(|(leading, voice, times, texts)| {
            // Empty text before an element can't be told from none.
            let leading = leading.filter(|text| texts.is_empty() || !text.is_empty());
            let mut say = leading.map_or_else(Say::default, Say::new);
            if let Some(voice) = voice {
                say = say.voice(voice);
            }
            if let Some(times) = times {
                say = say.loop_(times);
            }
            for text in texts {
                say.push(raw("emphasis-like").with("a"));
                say.push(text);
            }
            say
        })
}

#[derive(Debug, Clone)]
enum Verb {
    Dial(Dial),
    Gather(Gather),
    Hangup(Hangup),
    Pause(Pause),
    Play(Play),
    Record(Record),
    Redirect(Redirect),
    Reject(Reject),
    Say(Say),
}

impl Verb {
    fn push_to(self, response: &mut VoiceResponse) {
        match self {
            Self::Dial(verb) => response.push(verb),
            Self::Gather(verb) => response.push(verb),
            Self::Hangup(verb) => response.push(verb),
            Self::Pause(verb) => response.push(verb),
            Self::Play(verb) => response.push(verb),
            Self::Record(verb) => response.push(verb),
            Self::Redirect(verb) => response.push(verb),
            Self::Reject(verb) => response.push(verb),
            Self::Say(verb) => response.push(verb),
        }
    }
}

fn verb() -> impl Strategy<Value = Verb> {
    let method = prop_oneof![Just(HttpMethod::Get), Just(HttpMethod::Post)];
    prop_oneof![
        say().prop_map(Verb::Say),
        (text(), any::<u32>()).prop_map(|(url, times)| Verb::Play(Play::new(url).loop_(times))),
        any::<u32>().prop_map(|length| Verb::Pause(Pause::new().length(length))),
        Just(Verb::Hangup(Hangup::new())),
        text().prop_map(|reason| Verb::Reject(Reject::new().reason(reason))),
        (text(), method)
            .prop_map(|(url, method)| Verb::Redirect(Redirect::new(url).method(method))),
        (text(), any::<bool>(), any::<u32>()).prop_map(|(action, beep, length)| {
            Verb::Record(
                Record::new()
                    .action(action)
                    .play_beep(beep)
                    .max_length(length),
            )
        }),
        (
            proptest::collection::vec("[a-z ]{1,5}", 0..4),
            proptest::collection::vec("[a-z]{1,5}", 0..4),
            proptest::option::of(any::<u32>()),
            proptest::collection::vec(say(), 0..3),
        )
            .prop_map(|(hints, input, seconds, prompts)| {
                let mut gather = Gather::new().hints(hints).input(input);
                gather = gather.speech_timeout(seconds.map_or(SpeechTimeout::Auto, Into::into));
                for prompt in prompts {
                    gather.push(prompt);
                }
                Verb::Gather(gather)
            }),
        (proptest::collection::vec(text(), 1..4), text()).prop_map(|(numbers, record)| {
            let mut dial = Dial::default().record(record);
            for number in numbers {
                dial.push(Number::new(number));
            }
            Verb::Dial(dial)
        }),
        (text(), "[a-z]{1,9}", text()).prop_map(|(value, name, inside)| {
            let name = XmlName::new(name).unwrap();
            let element = raw("Sparkle").attribute(name.clone(), value.clone());
            Verb::Hangup(
                Hangup::new()
                    .attribute(name, value)
                    .with(element.with(inside + "x")),
            )
        }),
    ]
}

/// What is nearly TwiML.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "<(/)?(Response|Say|Gather|Dial|x)( [a-z]{1,3}=\"[^\"]{0,4}\")?(/)?>",
        "<!--.{0,4}-->",
        "<!\\[CDATA\\[.{0,4}\\]\\]>",
        "<\\?(xml )?.{0,4}\\?>",
        "&(#x?)?[0-9a-z]{0,4};",
        "[<>&/?!'\"= \\-\\[\\]\u{FEFF}]{1,4}",
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn trees_survive(verbs in proptest::collection::vec(verb(), 0..6)) {
        let mut response = VoiceResponse::new();
        for verb in verbs {
            verb.push_to(&mut response);
        }
        prop_assert_eq!(VoiceResponse::parse(&response.to_xml()), Ok(response));
    }

    #[test]
    fn any_text_is_read_or_refused(text in soup()) {
        for text in [format!("<Response>{text}</Response>"), text] {
            let findings = lint(&text, Product::Voice);
            let refused = findings.iter().any(|finding| {
                matches!(finding.code, FindingCode::NotWellFormed | FindingCode::WrongRoot)
            });
            match VoiceResponse::parse(&text) {
                Ok(response) => {
                    let written = response.to_xml();
                    prop_assert_eq!(VoiceResponse::parse(&written).unwrap(), response);
                    prop_assert!(!refused, "{:?}", findings);
                }
                Err(error) => {
                    prop_assert!(refused, "{}", error);
                    prop_assert_eq!(findings[0].position, error.position);
                }
            }
        }
    }
}
