//! What is refused, and that nothing takes long.

use twilio_hooks::twiml::{ParseErrorKind, VoiceResponse};

#[test]
fn errors_have_a_place_and_a_reason() {
    for (text, expected) in [
        ("", "there is no `<Response>`, at 1:1"),
        (" \n ", "there is no `<Response>`, at 2:2"),
        ("Hello", "text outside of the root element, at 1:1"),
        (
            "<Response/>Hello",
            "text outside of the root element, at 1:12",
        ),
        (
            "<Response/>&amp;",
            "text outside of the root element, at 1:12",
        ),
        (
            "\u{FEFF}\u{FEFF}<Response/>",
            "text outside of the root element, at 1:2",
        ),
        (
            "<![CDATA[ ]]><Response/>",
            "text outside of the root element, at 1:1",
        ),
        ("<Response/>\n<Response/>", "a second root element, at 2:1"),
        (
            "<html><p></p></html>",
            "the root is `<html>` instead of `<Response>`, at 1:1",
        ),
        (
            "<response/>",
            "the root is `<response>` instead of `<Response>`, at 1:1",
        ),
        ("<Response>\n  <Say>a", "`<Say>` is not closed, at 2:3"),
        (
            "<Response><Say>ä</say></Response>",
            "`</say>` where `</Say>` is expected, at 1:17",
        ),
        (
            "<Response></Response></Response>",
            "an end tag that closes nothing, at 1:22",
        ),
        (
            "<Response><Say a='1'\n b='2' a='3'/></Response>",
            "attribute `a` is given twice, at 2:8",
        ),
        (
            "<Response>a & b</Response>",
            "`&` that is not written as `&amp;`, at 1:13",
        ),
        (
            "<Response a='&'/>",
            "`&` that is not written as `&amp;`, at 1:14",
        ),
        (
            "<Response>a&nbsp;b</Response>",
            "unknown reference `&nbsp;`; a plain `&` is written as `&amp;`, at 1:12",
        ),
        (
            "<Response a='b&nbsp;'/>",
            "unknown reference `&nbsp;`; a plain `&` is written as `&amp;`, at 1:15",
        ),
        (
            "<Response>&#0;</Response>",
            "a reference to a character that doesn't exist, at 1:11",
        ),
        (
            "<Response>&#+65;</Response>",
            "a reference to a character that doesn't exist, at 1:11",
        ),
        (
            "<Response>&#xD800;</Response>",
            "a reference to a character that doesn't exist, at 1:11",
        ),
        (
            "<Response>\u{1}</Response>",
            "a character that XML doesn't allow, at 1:11",
        ),
        ("<Response a=1/>", "an attribute without quotes, at 1:11"),
        ("<Response a/>", "an attribute without a value, at 1:11"),
        (
            "<Response a='1'b='2'/>",
            "no space before an attribute, at 1:16",
        ),
        ("<Response a='<'/>", "`<` in an attribute, at 1:14"),
        (
            "<Response 1='2'/>",
            "an attribute without a proper name, at 1:11",
        ),
        (
            "<Response><1/></Response>",
            "a tag without a proper name, at 1:12",
        ),
        ("<Response>]]></Response>", "`]]>` in text, at 1:11"),
        (
            "<Response><!-- a -- b --></Response>",
            "`--` in a comment, at 1:11",
        ),
        ("<Response><!-- a", "a comment that isn't closed, at 1:11"),
        (
            "<Response><![CDATA[a",
            "a CDATA section that isn't closed, at 1:11",
        ),
        ("<Response><Say", "a tag that isn't closed, at 1:11"),
        (
            "<Response><!ELEMENT a></Response>",
            "unknown markup, at 1:11",
        ),
        (
            " <?xml version='1.0'?><Response/>",
            "an XML declaration after the start of the document, at 1:2",
        ),
        (
            "<?xml version='2.0'?><Response/>",
            "an XML version that doesn't exist, at 1:1",
        ),
        (
            "<!DOCTYPE a [<!ENTITY b 'c'>]><Response>&b;</Response>",
            "a document type is refused, at 1:1",
        ),
    ] {
        let error = VoiceResponse::parse(text).unwrap_err();
        assert_eq!(error.to_string(), expected, "{text}");
    }
}

#[test]
fn errors_show_no_text_and_only_the_start_of_long_names() {
    let name = "a".repeat(1000);
    let error = VoiceResponse::parse(&format!("<{name}>secret</{name}>")).unwrap_err();
    assert!(error.to_string().len() < 120, "{error}");
    for text in [
        "<Response>secret",
        "secret",
        "<Response a='secret' a='secret'/>",
    ] {
        let error = VoiceResponse::parse(text).unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains("secret"),
            "{error:?}"
        );
    }
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| {
        let (open, close) = (
            "<prosody>".repeat(depth - 2),
            "</prosody>".repeat(depth - 2),
        );
        format!("<Response><Say>{open}a{close}</Say></Response>")
    };
    let deepest = VoiceResponse::parse(&nested(64)).unwrap();
    assert!(deepest.to_xml().ends_with(&nested(64)));

    let error = VoiceResponse::parse(&nested(65)).unwrap_err();
    assert_eq!(error.kind, ParseErrorKind::TooDeep);
    let error = VoiceResponse::parse(&"<Response>".repeat(1_000_000)).unwrap_err();
    assert_eq!(error.kind, ParseErrorKind::TooDeep);
}

/// Threads of servers have 2 MB, usually.
#[test]
fn the_deepest_tree_needs_little_of_the_stack() {
    let typed = ("<Say>", "<prosody>", "</prosody>", "</Say>");
    let raw = ("<Sparkle>", "<Sparkle>", "</Sparkle>", "</Sparkle>");
    for (outer, inner, inner_end, outer_end) in [typed, raw] {
        let (open, close) = (inner.repeat(62), inner_end.repeat(62));
        let text = format!("<Response>{outer}{open}{close}{outer_end}</Response>");
        let test = move || {
            let response = VoiceResponse::parse(&text).unwrap();
            assert_eq!(response.clone(), response);
            assert!(!format!("{response:?}").is_empty());
            assert!(response.lint().len() < 10);
        };
        let thread = std::thread::Builder::new().stack_size(512 * 1024);
        thread.spawn(test).unwrap().join().unwrap();
    }
}

/// Documents of a megabyte that would take minutes if anything were compared with all before it.
#[test]
fn time_grows_with_the_length_and_no_faster() {
    let attributes: String = (0..100_000).map(|n| format!(" a{n}=''")).collect();
    let documents = [
        format!("<Response{attributes}/>"),
        format!(
            "<Response><Say>{}</Say></Response>",
            "&amp;".repeat(200_000)
        ),
        format!(
            "<Response><Say>{}</Say></Response>",
            "a<!---->".repeat(150_000)
        ),
        format!(
            "<Response><Say voice='{}'/></Response>",
            "&#38;".repeat(200_000)
        ),
        format!("<Response>{}</Response>", "<Say>\n</Say>".repeat(100_000)),
        "<Response>".to_owned() + &"<".repeat(1_000_000),
        "<Response>".to_owned() + &"&".repeat(1_000_000),
        "<Response a='".to_owned() + &"&".repeat(1_000_000) + "'/>",
    ];
    for document in documents {
        let start = std::time::Instant::now();
        let _ = VoiceResponse::parse(&document).map(|response| response.to_xml());
        let took = start.elapsed();
        assert!(took.as_secs() < 20, "{} took {took:?}", &document[..30]);
    }
}
