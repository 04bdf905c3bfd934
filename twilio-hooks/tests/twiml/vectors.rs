//! The same documents as Twilio's libraries for Python and Node write.
//!
//! `fixtures/twiml-vectors.jsonl` holds documents with the output of both libraries. It is the part
//! of a larger collection for voice and messaging in which every element is one that this crate has
//! a type for, text after a child occurs only inside `Say`, no attribute is a fraction, and there
//! are no comments and no other options. A library's output is left out of the comparison where the
//! collection marks it as `unfaithful` to the tree it was made from.

use serde_json::Value;
use twilio_hooks::twiml::{
    Body, Dial, Gather, Hangup, HttpMethod, InvalidXmlName, Media, Message, MessagingResponse,
    Number, Pause, Play, Record, Redirect, Reject, Say, SpeechTimeout, Text, VoiceResponse,
    XmlName,
};

use crate::document::parse;

const VECTORS: &str = include_str!("../fixtures/twiml-vectors.jsonl");

#[test]
fn documents_are_those_of_the_official_libraries() {
    let (mut documents, mut comparisons, mut refused, mut replaced) = (0, 0, 0, 0);
    for line in VECTORS.lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let name = vector["name"].as_str().unwrap();
        documents += 1;
        let ours = render(&vector);
        if vector["invalid_name"] == true {
            assert!(ours.is_err(), "{name}");
            refused += 1;
            continue;
        }
        let ours = ours.unwrap();
        if vector["invalid_char"] == true {
            let text = vector["tree"]["children"][0]["text"].as_str().unwrap();
            let forbidden = |c: char| c.is_ascii_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}');
            assert_eq!(
                parse(&ours).child("Say").text(),
                text.replace(forbidden, "\u{FFFD}"),
                "{name}"
            );
            replaced += 1;
            continue;
        }
        for (library, key) in [("python", "xml"), ("node", "node_xml")] {
            let unfaithful = vector["unfaithful"]
                .as_array()
                .is_some_and(|list| list.iter().any(|x| x == library));
            if let Some(theirs) = vector[key].as_str()
                && !unfaithful
            {
                assert_eq!(
                    parse(&ours),
                    parse(theirs),
                    "{name}: {ours} is not {library}'s {theirs}"
                );
                comparisons += 1;
            }
        }
    }
    println!(
        "{documents} documents, {comparisons} comparisons, {refused} names refused, {replaced} characters replaced"
    );
    assert_eq!(
        (documents, comparisons, refused, replaced),
        (210, 399, 1, 6)
    );
}

fn render(vector: &Value) -> Result<String, InvalidXmlName> {
    let tree = &vector["tree"];
    if vector["product"] == "messaging" {
        let mut response = MessagingResponse::new();
        for child in children(tree) {
            match tag(child) {
                "Message" => response.push(message(child)?),
                "Redirect" => response.push(redirect(child)?),
                other => panic!("{other} in a messaging response"),
            }
        }
        return Ok(response.to_xml());
    }
    let mut response = VoiceResponse::new();
    for child in children(tree) {
        match tag(child) {
            "Dial" => response.push(dial(child)?),
            "Gather" => response.push(gather(child)?),
            "Hangup" => response.push(hangup(child)),
            "Pause" => response.push(pause(child)?),
            "Play" => response.push(play(child)?),
            "Record" => response.push(record(child)?),
            "Redirect" => response.push(redirect(child)?),
            "Reject" => response.push(reject(child)?),
            "Say" => response.push(say(child)?),
            other => panic!("{other} in a voice response"),
        }
    }
    Ok(response.to_xml())
}

fn children(tree: &Value) -> impl Iterator<Item = &Value> {
    tree["children"].as_array().unwrap().iter()
}

fn tag(tree: &Value) -> &str {
    tree["tag"].as_str().unwrap()
}

fn text(tree: &Value) -> String {
    tree["text"].as_str().unwrap().to_owned()
}

/// Calls the setter for each attribute; those without one, or with a value of another type, are
/// given by name.
macro_rules! set {
    ($element:ident, $tree:ident, $($name:literal => $setter:ident($convert:ident),)*) => {
        for (name, value) in $tree["attrs"].as_object().unwrap() {
            $element = match name.as_str() {
                _ if value.is_null() => $element,
                $($name if $convert(value).is_some() => $element.$setter($convert(value).unwrap()),)*
                _ => $element.attribute(XmlName::new(name.clone())?, by_name(name, value)),
            };
        }
    };
}

/// The collection has lengths that are negative or beyond an `u32`, and attributes that the
/// libraries don't know either.
fn by_name(name: &str, value: &Value) -> Text {
    let expected = ["_x", "callReason", "data-x", "length", "my_attr", "newAttr"];
    assert!(expected.contains(&name), "{name}={value} has no setter");
    value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned)
        .into()
}

fn string(value: &Value) -> Option<String> {
    value.as_str().map(ToOwned::to_owned)
}

fn integer(value: &Value) -> Option<u32> {
    value.as_u64()?.try_into().ok()
}

fn boolean(value: &Value) -> Option<bool> {
    value.as_bool()
}

fn list(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(string).collect()
}

fn phrases(value: &Value) -> Option<Vec<String>> {
    Some(value.as_str()?.split(',').map(ToOwned::to_owned).collect())
}

fn method(value: &Value) -> Option<HttpMethod> {
    [HttpMethod::Get, HttpMethod::Post]
        .into_iter()
        .find(|method| method.as_str() == value)
}

fn speech_timeout(value: &Value) -> Option<SpeechTimeout> {
    if value == "auto" {
        Some(SpeechTimeout::Auto)
    } else {
        integer(value).map(Into::into)
    }
}

fn say(tree: &Value) -> Result<Say, InvalidXmlName> {
    let mut say = if tree["text"].is_null() {
        Say::default()
    } else {
        Say::new(text(tree))
    };
    set!(say, tree, "language" => language(string), "loop" => loop_(integer), "voice" => voice(string),);
    for child in children(tree) {
        say.push(child.as_str().unwrap().to_owned());
    }
    Ok(say)
}

fn play(tree: &Value) -> Result<Play, InvalidXmlName> {
    let mut play = if tree["text"].is_null() {
        Play::default()
    } else {
        Play::new(text(tree))
    };
    set!(play, tree, "digits" => digits(string), "loop" => loop_(integer),);
    Ok(play)
}

fn pause(tree: &Value) -> Result<Pause, InvalidXmlName> {
    let mut pause = Pause::new();
    set!(pause, tree, "length" => length(integer),);
    Ok(pause)
}

fn hangup(tree: &Value) -> Hangup {
    assert!(tree["attrs"].as_object().unwrap().is_empty());
    Hangup::new()
}

fn reject(tree: &Value) -> Result<Reject, InvalidXmlName> {
    let mut reject = Reject::new();
    set!(reject, tree, "reason" => reason(string),);
    Ok(reject)
}

fn redirect(tree: &Value) -> Result<Redirect, InvalidXmlName> {
    let mut redirect = Redirect::new(text(tree));
    set!(redirect, tree, "method" => method(method),);
    Ok(redirect)
}

fn record(tree: &Value) -> Result<Record, InvalidXmlName> {
    let mut record = Record::new();
    set!(record, tree,
        "action" => action(string),
        "finishOnKey" => finish_on_key(string),
        "maxLength" => max_length(integer),
        "method" => method(method),
        "playBeep" => play_beep(boolean),
        "recordingConfigurationId" => recording_configuration_id(string),
        "recordingStatusCallback" => recording_status_callback(string),
        "recordingStatusCallbackEvent" => recording_status_callback_event(list),
        "recordingStatusCallbackMethod" => recording_status_callback_method(method),
        "timeout" => timeout(integer),
        "transcribe" => transcribe(boolean),
        "transcribeCallback" => transcribe_callback(string),
        "trim" => trim(string),
    );
    Ok(record)
}

fn gather(tree: &Value) -> Result<Gather, InvalidXmlName> {
    let mut gather = Gather::new();
    set!(gather, tree,
        "action" => action(string),
        "actionOnEmptyResult" => action_on_empty_result(boolean),
        "bargeIn" => barge_in(boolean),
        "debug" => debug(boolean),
        "enhanced" => enhanced(boolean),
        "finishOnKey" => finish_on_key(string),
        "hints" => hints(phrases),
        "input" => input(list),
        "language" => language(string),
        "maxSpeechTime" => max_speech_time(integer),
        "method" => method(method),
        "numDigits" => num_digits(integer),
        "partialResultCallback" => partial_result_callback(string),
        "partialResultCallbackMethod" => partial_result_callback_method(method),
        "profanityFilter" => profanity_filter(boolean),
        "speechModel" => speech_model(string),
        "speechTimeout" => speech_timeout(speech_timeout),
        "timeout" => timeout(integer),
    );
    for child in children(tree) {
        match tag(child) {
            "Say" => gather.push(say(child)?),
            "Play" => gather.push(play(child)?),
            "Pause" => gather.push(pause(child)?),
            other => panic!("{other} in Gather"),
        }
    }
    Ok(gather)
}

fn dial(tree: &Value) -> Result<Dial, InvalidXmlName> {
    let mut dial = if tree["text"].is_null() {
        Dial::default()
    } else {
        Dial::new(text(tree))
    };
    set!(dial, tree,
        "action" => action(string),
        "answerOnBridge" => answer_on_bridge(boolean),
        "callerId" => caller_id(string),
        "events" => events(string),
        "hangupOnStar" => hangup_on_star(boolean),
        "method" => method(method),
        "passports" => passports(phrases),
        "record" => record(string),
        "recordingConfigurationId" => recording_configuration_id(string),
        "recordingStatusCallback" => recording_status_callback(string),
        "recordingStatusCallbackEvent" => recording_status_callback_event(list),
        "recordingStatusCallbackMethod" => recording_status_callback_method(method),
        "recordingTrack" => recording_track(string),
        "referMethod" => refer_method(method),
        "referUrl" => refer_url(string),
        "ringTone" => ring_tone(string),
        "sequential" => sequential(boolean),
        "timeLimit" => time_limit(integer),
        "timeout" => timeout(integer),
        "trim" => trim(string),
    );
    for child in children(tree) {
        dial.push(number(child)?);
    }
    Ok(dial)
}

fn number(tree: &Value) -> Result<Number, InvalidXmlName> {
    let mut number = Number::new(text(tree));
    set!(number, tree,
        "amdStatusCallback" => amd_status_callback(string),
        "amdStatusCallbackMethod" => amd_status_callback_method(method),
        "byoc" => byoc(string),
        "machineDetection" => machine_detection(string),
        "machineDetectionSilenceTimeout" => machine_detection_silence_timeout(integer),
        "machineDetectionSpeechEndThreshold" => machine_detection_speech_end_threshold(integer),
        "machineDetectionSpeechThreshold" => machine_detection_speech_threshold(integer),
        "machineDetectionTimeout" => machine_detection_timeout(integer),
        "method" => method(method),
        "sendDigits" => send_digits(string),
        "statusCallback" => status_callback(string),
        "statusCallbackEvent" => status_callback_event(list),
        "statusCallbackMethod" => status_callback_method(method),
        "url" => url(string),
    );
    Ok(number)
}

fn message(tree: &Value) -> Result<Message, InvalidXmlName> {
    let mut message = if tree["text"].is_null() {
        Message::default()
    } else {
        Message::new(text(tree))
    };
    set!(message, tree,
        "action" => action(string),
        "from" => from(string),
        "method" => method(method),
        "statusCallback" => status_callback(string),
        "to" => to(string),
    );
    for child in children(tree) {
        match tag(child) {
            "Body" => message.push(Body::new(text(child))),
            "Media" => message.push(Media::new(text(child))),
            other => panic!("{other} in Message"),
        }
    }
    Ok(message)
}
