//! What a document is read as.

use twilio_hooks::twiml::{
    Comment, Dial, DialRecord, Gather, GatherInput, Hangup, HttpMethod, Message, MessagingResponse,
    Node, Number, Pause, Redirect, Say, SpeechTimeout, VoiceResponse, XmlName,
};

use crate::raw;

/// The children of a voice response with this inside.
fn voice(inside: &str) -> Vec<Node> {
    let response = VoiceResponse::parse(&format!("<Response>{inside}</Response>")).unwrap();
    response.children().to_vec()
}

/// The whole document with this inside, read and written again.
fn again(inside: &str) -> String {
    let document = VoiceResponse::parse(&format!("<Response>{inside}</Response>"))
        .unwrap()
        .to_xml();
    let inside = document
        .strip_prefix(r#"<?xml version="1.0" encoding="UTF-8"?><Response>"#)
        .unwrap();
    inside.strip_suffix("</Response>").unwrap().to_owned()
}

#[test]
fn a_document_becomes_what_builds_it() {
    let text = r##"<?xml version="1.0" encoding="UTF-8"?>
        <Response>
            <!-- a menu -->
            <Say voice="Polly.Amy" language="en-GB">Fish &amp; chips</Say>
            <Gather action="/menu" input="dtmf speech" numDigits="1" speechTimeout="auto"
                    hints="one, two" finishOnKey='#' bargeIn="false" method="GET">
                <Say>Press a key.</Say>
                <Pause length="2"/>
            </Gather>
            <Dial record="record-from-answer" timeout="20">
                <Number sendDigits="12">+15005550101</Number>
            </Dial>
            <Hangup/>
        </Response>"##;
    let expected = VoiceResponse::new()
        .with(Comment::new(" a menu ").unwrap())
        .with(
            Say::new("Fish & chips")
                .voice("Polly.Amy")
                .language("en-GB"),
        )
        .with(
            Gather::new()
                .action("/menu")
                .input([GatherInput::Dtmf, GatherInput::Speech])
                .num_digits(1)
                .speech_timeout(SpeechTimeout::Auto)
                .hints(["one", " two"])
                .finish_on_key("#")
                .barge_in(false)
                .method(HttpMethod::Get)
                .with(Say::new("Press a key."))
                .with(Pause::new().length(2)),
        )
        .with(
            Dial::default()
                .record(DialRecord::RecordFromAnswer)
                .timeout(20)
                .with(Number::new("+15005550101").send_digits("12")),
        )
        .with(Hangup::new());
    assert_eq!(VoiceResponse::parse(text), Ok(expected.clone()));
    assert_eq!(text.parse(), Ok(expected));
}

#[test]
fn messages_are_read_too() {
    let text =
        "<Response><Message to=\"+15005550103\">Hi</Message><Redirect>/next</Redirect></Response>";
    let expected = MessagingResponse::new()
        .with(Message::new("Hi").to("+15005550103"))
        .with(Redirect::new("/next"));
    assert_eq!(MessagingResponse::parse(text), Ok(expected));
}

#[test]
fn values_that_no_type_writes_are_kept_by_name() {
    for inside in [
        r#"<Pause length="007"/>"#,
        r#"<Pause length="-1"/>"#,
        r#"<Pause length="99999999999"/>"#,
        r#"<Gather bargeIn="TRUE" method="get" speechTimeout="soon"/>"#,
        r#"<Hangup colour="red"/>"#,
    ] {
        assert_eq!(again(inside), inside);
    }
    let expected = Pause::new().attribute(XmlName::from_static("length"), "007");
    let attributes: Vec<_> = expected.raw_attributes().collect();
    assert_eq!(attributes, [(&XmlName::from_static("length"), "007")]);
    assert_eq!(voice(r#"<Pause length="007"/>"#), [expected.into()]);
}

#[test]
fn unknown_values_of_open_enumerations_are_typed() {
    let [Node::Dial(dial)] = &voice(r#"<Dial record="sometimes">1</Dial>"#)[..] else {
        panic!("not one Dial");
    };
    assert_eq!(dial.record, Some(DialRecord::Other("sometimes".into())));
}

#[test]
fn unknown_elements_are_raw_with_all_they_have() {
    let inside = r#"<Sparkle level="9">bright<Say>x</Say> &amp; <b/></Sparkle>"#;
    assert_eq!(again(inside), inside);
    let expected = raw("Sparkle")
        .attribute(XmlName::from_static("level"), "9")
        .with("bright")
        .with(raw("Say").with("x"))
        .with(" & ")
        .with(raw("b"));
    assert_eq!(voice(inside), [expected.into()]);
}

#[test]
fn elements_in_a_wrong_place_are_raw() {
    let inside = "<Gather><Dial>1</Dial></Gather><Message>a</Message><say>b</say>";
    assert_eq!(again(inside), inside);
    let expected: [Node; 3] = [
        Gather::new().with(raw("Dial").with("1")).into(),
        raw("Message").with("a").into(),
        raw("say").with("b").into(),
    ];
    assert_eq!(voice(inside), expected);
}

#[test]
fn blanks_between_elements_are_dropped_and_others_kept() {
    assert_eq!(
        again(" <Pause>\n</Pause>\t<Hangup/>\r\n"),
        "<Pause/><Hangup/>"
    );
    assert_eq!(
        again("<Dial> <Number> 1 </Number>\n</Dial>"),
        "<Dial><Number> 1 </Number></Dial>"
    );
    for kept in [
        "<Say> </Say>",
        "<Say>\n<break/> <break/></Say>",
        "<Dial> </Dial>",
        "<Dial>1 <Number>2</Number> </Dial>",
        "a <Hangup/> ",
        "<Sparkle> <Sparkle/></Sparkle>",
    ] {
        assert_eq!(again(kept), kept);
    }
}

#[test]
fn mixed_text_keeps_its_order() {
    let inside = "<Say>one <break/> two <break/> 3</Say>";
    assert_eq!(again(inside), inside);
    let [Node::Say(say)] = &voice(inside)[..] else {
        panic!("not one Say")
    };
    assert_eq!(say.text.as_deref(), Some("one "));
    assert_eq!(say.children()[1..=1], [Node::from(" two ")]);
}

#[test]
fn text_is_read_in_all_its_spellings() {
    for (written, meant) in [
        ("a&lt;b&gt;&amp;&quot;&apos;", "a<b>&\"'"),
        ("&#65;&#x42;&#x1F389;", "AB🎉"),
        ("a<![CDATA[<b> & ]] ]]>c", "a<b> & ]] c"),
        ("a<?go on?>b", "ab"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a&#13;b", "a\rb"),
    ] {
        assert_eq!(
            voice(&format!("<Say>{written}</Say>")),
            [Say::new(meant).into()]
        );
    }
    for (written, meant) in [
        ("'&lt;&#65;&quot;\"'", "<A\"\""),
        ("\"a\tb\nc\r\nd\"", "a b c d"),
        ("\"a&#9;b&#10;c&#xD;\"", "a\tb\nc\r"),
        (" = 'x'", "x"),
    ] {
        let equals = if written.contains('=') { "" } else { "=" };
        assert_eq!(
            voice(&format!("<Say voice{equals}{written}/>")),
            [Say::default().voice(meant).into()]
        );
    }
}

#[test]
fn comments_are_kept_and_leave_text_in_one_piece() {
    let inside = "<!-- a --><Gather><!-- b --></Gather><x><!-- c -->d</x>";
    assert_eq!(again(inside), inside);
    let number = Number::new("+15005550101").with(Comment::new(" home ").unwrap());
    for written in [
        "<!-- home -->+15005550101",
        "+1500<!-- home -->5550101",
        "+15005550101<!-- home -->",
    ] {
        let dial = Dial::default().with(number.clone());
        let inside = format!("<Dial><Number>{written}</Number></Dial>");
        assert_eq!(voice(&inside), [dial.into()]);
    }
}

#[test]
fn empty_text_and_no_text_are_two_things() {
    assert_eq!(voice("<Say></Say>"), [Say::new("").into()]);
    assert_eq!(voice("<Say/>"), [Say::default().into()]);
    assert_eq!(voice("<Redirect/>"), [Redirect::new("").into()]);
}

#[test]
fn names_with_a_prefix_are_kept() {
    let text = r#"<Response xmlns:x="urn:x" x:schema="s"><x:Say/></Response>"#;
    assert!(VoiceResponse::parse(text).unwrap().to_xml().ends_with(text));
}

#[test]
fn what_surrounds_the_root_is_skipped() {
    let text = "\u{FEFF}<?xml version='1.0' encoding='ISO-8859-1'?>\n<!-- a --><?b c?>\n<Response/>\n<!-- d -->\n";
    assert_eq!(VoiceResponse::parse(text), Ok(VoiceResponse::new()));
}
