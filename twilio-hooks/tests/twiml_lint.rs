//! What the linter finds, and what it leaves alone.

use twilio_hooks::twiml::lint::{Finding, FindingCode, Product, Severity};
use twilio_hooks::twiml::{Gather, Hangup, Say, VoiceResponse, XmlName, lint};

fn in_voice(inside: &str) -> Vec<Finding> {
    lint(&format!("<Response>{inside}</Response>"), Product::Voice)
}

fn in_messaging(inside: &str) -> Vec<Finding> {
    lint(
        &format!("<Response>{inside}</Response>"),
        Product::Messaging,
    )
}

/// The findings as lines.
fn lines(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

/// A rule: a voice document with one finding, how it is told, and documents without.
struct Case {
    code: FindingCode,
    bad: &'static str,
    told: &'static str,
    good: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        code: FindingCode::UnknownElement,
        bad: "<Sya>Hello</Sya><Hangup/>",
        told: "1:11: error[unknown-element]: Twilio skips `<Sya>`, because TwiML has no such element. \
               Did you mean `<Say>`?",
        good: &["<Say>Hello</Say><Hangup/>"],
    },
    Case {
        code: FindingCode::UnknownElement,
        bad: "<Sparkle><Whatever/></Sparkle>",
        told: "1:11: error[unknown-element]: Twilio skips `<Sparkle>`, because TwiML has no such element.",
        good: &[],
    },
    Case {
        code: FindingCode::UnknownAttribute,
        bad: "<Pause\n lenght='2'/>",
        told: "2:2: error[unknown-attribute]: Twilio ignores `lenght`, because `<Pause>` has no such \
               attribute. Did you mean `length`?",
        good: &["<Pause length='2'/>", "<Pause xmlns:x='urn:x' xmlns='y'/>"],
    },
    Case {
        code: FindingCode::WrongCase,
        bad: "<say voice='Polly.Amy'>Hello</say>",
        told: "1:11: error[wrong-case]: Twilio skips `<say>`, because names are case-sensitive. \
               Did you mean `<Say>`?",
        good: &["<Say voice='Polly.Amy'>Hello</Say>"],
    },
    Case {
        code: FindingCode::WrongCase,
        bad: "<Gather action='/a' numdigits='1'/>",
        told: "1:31: error[wrong-case]: Twilio ignores `numdigits` of `<Gather>`, because names are \
               case-sensitive. Did you mean `numDigits`?",
        good: &["<Gather action='/a' numDigits='1'/>"],
    },
    Case {
        code: FindingCode::WrongNesting,
        bad: "<Gather action='/a'><Dial>+15005550100</Dial></Gather>",
        told: "1:31: error[wrong-nesting]: Twilio skips `<Dial>` inside `<Gather>`; it belongs into the \
               `<Response>` to a call.",
        good: &["<Gather action='/a'/><Dial>+15005550100</Dial>"],
    },
    Case {
        code: FindingCode::WrongNesting,
        bad: "<Message>Hello</Message>",
        told: "1:11: error[wrong-nesting]: Twilio skips `<Message>` inside the `<Response>` to a call; \
               it belongs into the `<Response>` to a message.",
        good: &[],
    },
    Case {
        code: FindingCode::WrongNesting,
        bad: "<Response><Hangup/></Response>",
        told: "1:11: error[wrong-nesting]: Twilio skips `<Response>` inside the `<Response>` to a call; \
               it is only the root.",
        good: &[],
    },
    Case {
        code: FindingCode::MissingAttribute,
        bad: "<Connect><Stream url='wss://a.example'><Parameter value='1'/></Stream></Connect>",
        told: "1:50: error[missing-attribute]: `<Parameter>` needs the attribute `name`.",
        good: &[
            "<Connect><Stream url='wss://a.example'><Parameter name='a' value='1'/></Stream></Connect>",
        ],
    },
    Case {
        code: FindingCode::MissingAttribute,
        bad: "<Start><Stream name='a'/></Start>",
        told: "1:18: error[missing-attribute]: `<Stream>` needs the attribute `url`.",
        good: &[
            "<Start><Stream name='a' url='wss://a.example'/></Start>",
            "<Start><Stream connectorName='a'/></Start>",
            "<Stop><Stream name='a'/></Stop>",
        ],
    },
    Case {
        code: FindingCode::ValueNotAllowed,
        bad: "<Connect><ConversationRelay url='https://a.example'/></Connect>",
        told: "1:39: error[value-not-allowed]: Twilio refuses `url` of `<ConversationRelay>`, because it isn't a \
               `wss://` URL.",
        good: &["<Connect><ConversationRelay url='wss://a.example?b=c'/></Connect>"],
    },
    Case {
        code: FindingCode::ValueNotAllowed,
        bad: "<Connect><Stream url='wss://a.example?b=c'/></Connect>",
        told: "1:28: warning[value-not-allowed]: Twilio supports no query in `url` of `<Stream>`; use \
               `<Parameter>`.",
        good: &[
            "<Connect><Stream url='WSS://a.example/b'/></Connect>",
            "<Connect><Stream url='/b'/></Connect>",
        ],
    },
    Case {
        code: FindingCode::NotANumber,
        bad: "<Pause length='two'/>",
        told: "1:18: error[not-a-number]: Twilio ignores `length` of `<Pause>`, which takes a whole number.",
        good: &[
            "<Pause length='2'/>",
            "<Pause length='007'/>",
            "<Pause length='99999999999999999999'/>",
        ],
    },
    Case {
        code: FindingCode::NotANumber,
        bad: "<Gather action='/a' speechTimeout='soon'/>",
        told: "1:31: error[not-a-number]: Twilio ignores `speechTimeout` of `<Gather>`, which takes a whole \
               number or `auto`.",
        good: &[
            "<Gather action='/a' speechTimeout='auto'/>",
            "<Gather action='/a' speechTimeout='3'/>",
        ],
    },
    Case {
        code: FindingCode::NotANumber,
        bad: "<Pay chargeAmount='1,50'/>",
        told: "1:16: error[not-a-number]: Twilio ignores `chargeAmount` of `<Pay>`, which takes a number.",
        good: &["<Pay chargeAmount='1.50'/>"],
    },
    Case {
        code: FindingCode::OutOfRange,
        bad: "<Pause length='-1'/>",
        told: "1:18: error[out-of-range]: Twilio ignores `length` of `<Pause>`, which takes a whole number \
               that is not negative.",
        good: &["<Pause length='0'/>"],
    },
    Case {
        code: FindingCode::OutOfRange,
        bad: "<Dial><Number machineDetectionTimeout='61'>+15005550100</Number></Dial>",
        told: "1:25: error[out-of-range]: Twilio ignores `machineDetectionTimeout` of `<Number>`, which \
               takes 3 to 60.",
        good: &[
            "<Dial><Number machineDetectionTimeout='60'>+15005550100</Number></Dial>",
            "<Dial><Number machineDetectionTimeout='3'>+15005550100</Number></Dial>",
        ],
    },
    Case {
        code: FindingCode::OutOfRange,
        bad: "<Pay><Prompt for='postal-code' attempt='1 11'/></Pay>",
        told: "1:42: error[out-of-range]: Twilio ignores `attempt` of `<Prompt>`, which takes 1 to 10.",
        good: &["<Pay><Prompt for='postal-code' attempt='1 10'/></Pay>"],
    },
    Case {
        code: FindingCode::ValueNotAllowed,
        bad: "<Reject reason='bussy'/>",
        told: "1:19: error[value-not-allowed]: Twilio ignores `reason` of `<Reject>`, which takes `rejected` \
               or `busy`. Did you mean `busy`?",
        good: &["<Reject reason='busy'/>"],
    },
    Case {
        code: FindingCode::ValueNotAllowed,
        bad: "<Redirect method='get'>/a</Redirect>",
        told: "1:21: warning[value-not-allowed]: Twilio may ignore `method` of `<Redirect>`, which takes \
               `GET` or `POST`. Did you mean `GET`?",
        good: &["<Redirect method='GET'>/a</Redirect>"],
    },
    Case {
        code: FindingCode::ValueNotAllowed,
        bad: "<Redirect method='PUT'>/a</Redirect>",
        told: "1:21: error[value-not-allowed]: Twilio ignores `method` of `<Redirect>`, which takes `GET` or \
               `POST`.",
        good: &[],
    },
    Case {
        code: FindingCode::ValueNotAllowed,
        bad: "<Gather action='/a' input='dtmf voice'/>",
        told: "1:31: error[value-not-allowed]: Twilio ignores `input` of `<Gather>`, which takes `dtmf` or \
               `speech`.",
        good: &["<Gather action='/a' input='dtmf speech'/>"],
    },
    Case {
        code: FindingCode::ValueNotAllowed,
        bad: "<Record action='/a' playBeep='no'/>",
        told: "1:31: error[value-not-allowed]: Twilio ignores `playBeep` of `<Record>`, which takes `true` or \
               `false`.",
        good: &["<Record action='/a' playBeep='false'/>"],
    },
    Case {
        code: FindingCode::ValueNotAllowed,
        bad: "<Dial ringTone='atlantis'>+15005550100</Dial>",
        told: "1:17: warning[value-not-allowed]: Twilio may ignore `ringTone` of `<Dial>`, which takes one of \
               40 known words.",
        good: &[
            "<Dial ringTone='de'>+15005550100</Dial>",
            "<Dial record='true'>+15005550100</Dial>",
        ],
    },
    Case {
        code: FindingCode::UnexpectedText,
        bad: "<Hangup/> Goodbye",
        told: "1:20: error[unexpected-text]: Twilio ignores text inside `<Response>`; put it into an element.",
        good: &["\n <Say>Goodbye</Say> <Hangup/>\n"],
    },
    Case {
        code: FindingCode::MissingText,
        bad: "<Say> </Say>",
        told: "1:11: error[missing-text]: `<Say>` does nothing without something inside.",
        good: &["<Say>a</Say>", "<Say><p>a</p></Say>"],
    },
    Case {
        code: FindingCode::MissingText,
        bad: "<Play/>",
        told: "1:11: error[missing-text]: `<Play>` does nothing without something inside.",
        good: &["<Play>/a.mp3</Play>", "<Play digits='1'/>"],
    },
    Case {
        code: FindingCode::MissingText,
        bad: "<Dial><Number></Number></Dial>",
        told: "1:17: error[missing-text]: `<Number>` does nothing without something inside.",
        good: &["<Dial>\n<Number>+15005550100</Number>\n</Dial>"],
    },
    Case {
        code: FindingCode::MissingAction,
        bad: "<Gather numDigits='1'><Say>Press a key.</Say></Gather>",
        told: "1:11: warning[missing-action]: Twilio asks the current URL with the input, and does the same \
               again unless that is prepared; give an `action`.",
        good: &["<Gather action='/menu'/>"],
    },
    Case {
        code: FindingCode::MissingAction,
        bad: "<Record/>",
        told: "1:11: warning[missing-action]: Twilio asks the current URL with the recording, and does the \
               same again unless that is prepared; give an `action`.",
        good: &["<Record action='../recorded?a=1'/>"],
    },
    Case {
        code: FindingCode::UnreachableVerb,
        bad: "<Redirect>/a</Redirect><Say>a</Say><Say>b</Say>",
        told: "1:34: warning[unreachable-verb]: This is never reached, because `<Redirect>` goes on with \
               another document.",
        good: &["<Say>a</Say><Redirect>/a</Redirect><!-- end -->"],
    },
    Case {
        code: FindingCode::UnreachableVerb,
        bad: "<Hangup/><Say>a</Say>",
        told: "1:20: warning[unreachable-verb]: This is never reached, because `<Hangup>` ends the call.",
        good: &["<Say>a</Say><Hangup/>"],
    },
    Case {
        code: FindingCode::UnreachableVerb,
        bad: "<Reject/><Say>a</Say>",
        told: "1:20: warning[unreachable-verb]: This is never reached, because `<Reject>` ends the call.",
        good: &["<Reject/>"],
    },
    Case {
        code: FindingCode::UnreachableVerb,
        bad: "<Leave/><Say>a</Say>",
        told: "1:19: warning[unreachable-verb]: This is never reached, because `<Leave>` leaves the queue for \
               the verbs after `<Enqueue>`.",
        good: &["<Say>a</Say><Leave/>"],
    },
    Case {
        code: FindingCode::UnreachableVerb,
        bad: "<Dial action='/a'>+15005550100</Dial><Say>a</Say>",
        told: "1:48: warning[unreachable-verb]: This is never reached, because `<Dial>` goes on with the \
               document from its `action`.",
        good: &[
            "<Dial>+15005550100</Dial><Say>a</Say>",
            "<Record action='/a'/><Say>a</Say>",
            "<Enqueue>support</Enqueue><Say>a</Say>",
            "<Connect><Room>a</Room></Connect><Say>a</Say>",
        ],
    },
    Case {
        code: FindingCode::UnreachableVerb,
        bad: "<Gather action='/a' actionOnEmptyResult='true'/><Say>a</Say>",
        told: "1:59: warning[unreachable-verb]: This is never reached, because `<Gather>` asks its `action` \
               even without input.",
        good: &["<Gather action='/a'/><Say>a</Say>"],
    },
    Case {
        code: FindingCode::RejectNotFirst,
        bad: "<Say>a</Say><Reject/>",
        told: "1:23: warning[reject-not-first]: Twilio has answered the call when it gets here, and it is paid \
               for; only as the first verb `<Reject>` refuses it.",
        good: &["<!-- no --><Reject/>", "<Pause length='5'/><Reject/>"],
    },
    Case {
        code: FindingCode::EmptyResponse,
        bad: "<!-- nothing -->",
        told: "1:1: warning[empty-response]: Twilio ends the call at once, because there is no verb; say so by \
               `<Hangup>`.",
        good: &["<Hangup/>"],
    },
    Case {
        code: FindingCode::NotWellFormed,
        bad: "<Say>Fish & chips</Say>",
        told: "1:21: error[not-well-formed]: Twilio refuses the document: `&` that is not written as `&amp;`, \
               which is not well-formed XML.",
        good: &["<Say>Fish &amp; chips</Say>"],
    },
];

#[test]
fn each_rule_finds_what_it_is_about_and_nothing_else() {
    for case in CASES {
        let found = in_voice(case.bad);
        assert_eq!(lines(&found), [case.told], "{}", case.bad);
        assert_eq!(found[0].code, case.code);
        for good in case.good {
            assert_eq!(lines(&in_voice(good)), [""; 0], "{good}");
        }
    }
}

#[test]
fn each_code_has_a_rule_that_is_tested() {
    // These have tests of their own, since their documents are no list of verbs or long.
    let mut tested = vec![
        FindingCode::WrongRoot,
        FindingCode::TooLarge,
        FindingCode::TextTooLong,
    ];
    tested.extend(CASES.iter().map(|case| case.code));
    for code in FindingCode::ALL {
        assert!(tested.contains(code), "{code}");
    }
}

#[test]
fn other_roots_are_refused() {
    assert_eq!(
        lines(&lint("\n <html>Service unavailable</html>", Product::Voice)),
        [
            "2:2: error[wrong-root]: Twilio refuses the document: the root is `<html>` instead of `<Response>`."
        ]
    );
}

#[test]
fn documents_have_at_most_64_kilobytes() {
    let document = |length: usize| {
        let frame = "<Response><!----><Hangup/></Response>";
        let comment = "a".repeat(length - frame.len());
        frame.replace("<!---->", &format!("<!--{comment}-->"))
    };
    assert_eq!(lint(&document(65_536), Product::Voice), []);
    let found = lint(&document(65_537), Product::Voice);
    assert_eq!(
        lines(&found),
        [
            "1:1: error[too-large]: Twilio refuses documents of more than 64 kB; send less, or go on by `<Redirect>`."
        ]
    );
}

#[test]
fn texts_have_a_greatest_length_in_characters() {
    let say = |voice: &str, length: usize| {
        let text = "é".repeat(length - 1);
        in_voice(&format!("<Say{voice}>{text}<break/>a</Say>"))
    };
    for (voice, longest) in [
        ("", 4096),
        (" voice='alice'", 4096),
        (" voice='Polly.Amy'", 3000),
        (" voice='Google.de-DE-Wavenet-A'", 5000),
    ] {
        assert_eq!(say(voice, longest), []);
        let expected = format!(
            "1:11: warning[text-too-long]: Twilio's voice takes at most {longest} characters; use more than \
             one `<Say>`."
        );
        assert_eq!(lines(&say(voice, longest + 1)), [expected]);
    }

    for (before, after) in [
        ("<Message>", "</Message>"),
        ("<Message><Body>", "</Body></Message>"),
    ] {
        let message = |length| in_messaging(&format!("{before}{}{after}", "🎉".repeat(length)));
        assert_eq!(message(1600), []);
        let found = message(1601);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].code, found[0].severity),
            (FindingCode::TextTooLong, Severity::Error)
        );
        assert_eq!(
            found[0].message,
            "Twilio refuses messages of more than 1600 characters; send several."
        );
    }
}

#[test]
fn messages_have_rules_of_their_own() {
    assert_eq!(in_messaging(""), []);
    assert_eq!(
        in_messaging("<Message>Hello</Message><Redirect>/a</Redirect>"),
        []
    );
    assert_eq!(
        lines(&in_messaging(
            "<Redirect>/a</Redirect><Message to=''/><Say>a</Say>"
        )),
        [
            "1:34: error[missing-text]: `<Message>` does nothing without something inside.",
            "1:34: warning[unreachable-verb]: This is never reached, because `<Redirect>` goes on with another \
             document.",
            "1:50: error[wrong-nesting]: Twilio skips `<Say>` inside the `<Response>` to a message; it belongs \
             into `<Gather>`, `<Prompt>` or the `<Response>` to a call.",
        ]
    );
}

#[test]
fn all_of_a_document_is_checked_in_order() {
    let found = in_voice(
        "\n<say Loop='x'>a</say>\n<Gather method='post'>\n  <Play loop='x'/>\n  b\n</Gather>\n<Pause colour='red'/>",
    );
    let brief: Vec<_> = found
        .iter()
        .map(|finding| format!("{} {}", finding.position, finding.code))
        .collect();
    assert_eq!(
        brief,
        [
            "2:1 wrong-case",
            "2:6 wrong-case",
            "2:6 not-a-number",
            "3:1 missing-action",
            "3:9 value-not-allowed",
            "4:3 missing-text",
            "4:9 not-a-number",
            "4:19 unexpected-text",
            "7:8 unknown-attribute",
        ]
    );
}

#[test]
fn built_responses_are_checked_too() {
    let good = VoiceResponse::new()
        .with(Say::new("Goodbye"))
        .with(Hangup::new());
    assert_eq!(good.lint(), []);

    let bad = VoiceResponse::new().with(
        Gather::new()
            .action("/a")
            .attribute(XmlName::from_static("numdigits"), "1"),
    );
    let found = bad.lint();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].code, found[0].severity),
        (FindingCode::WrongCase, Severity::Error)
    );
    assert_eq!(found[0].suggestion.as_deref(), Some("numDigits"));
}

#[test]
fn messages_show_no_text_and_no_value() {
    let found = in_voice(
        "secret<Say loop='secret'>secret</Say><Reject reason='secret'/><Dial record='secret'>secret</Dial>",
    );
    assert!(found.len() >= 4, "{found:?}");
    assert!(!format!("{found:?}").contains("secret"), "{found:?}");
    let long = in_voice(&format!("<{0}/><Hangup {0}='1'/>", "a".repeat(10_000)));
    assert!(
        long.iter().all(|finding| finding.message.len() < 150),
        "{long:?}"
    );
}

#[test]
fn findings_and_time_are_bounded() {
    let attributes: String = (0..30_000).map(|n| format!(" a{n}=''")).collect();
    for inside in [
        "<Sya/>".repeat(20_000),
        format!("<Pause{attributes}/>"),
        "<Dial><Dial/></Dial>".repeat(20_000),
        "<Gather>\n</Gather>".repeat(20_000),
    ] {
        let start = std::time::Instant::now();
        let found = in_voice(&inside);
        let took = start.elapsed();
        assert_eq!(found.len(), 1000);
        assert!(took.as_secs() < 20, "{took:?}");
    }
}
