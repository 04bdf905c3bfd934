//! The messages of WebSockets, in both directions, against recorded ones and the catalogue.
#![allow(clippy::unwrap_used, reason = "this is a test, its helpers too")]

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use twilio_hooks::{
    CallDirection, CallStatus, JsonError, JsonObject,
    websocket::{
        conversation_relay::{
            CallType, End, InfoName, Language, Play, RelayCommand, RelayMessage, SendDigits, Text,
        },
        media_streams::{StreamCommand, StreamMessage, Track},
    },
};

use self::catalogue_support::socket::{
    CATALOGUE, STREAM, files, lines, members, relay_extra, stream_extra, types, without_absent,
};

mod catalogue_support;

fn stream(line: &str) -> StreamMessage {
    StreamMessage::from_json(line).unwrap()
}

fn relay(line: &str) -> RelayMessage {
    RelayMessage::from_json(line).unwrap()
}

#[test]
fn every_message_of_a_stream_is_read_and_written_as_it_came() {
    for file in files(StreamMessage::KIND) {
        for line in lines(&file) {
            let message = stream(&line);
            let original: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(serde_json::to_value(&message).unwrap(), original, "{file}");
            match stream_extra(&message) {
                Some(extra) => assert!(extra.is_empty(), "{line}"),
                None => assert_eq!(original["event"], "future"),
            }
            let again: StreamMessage = serde_json::from_str(&line).unwrap();
            assert_eq!(again, message);
        }
    }
}

#[test]
fn every_message_of_a_relay_is_read_and_written_as_it_came() {
    for file in files(RelayMessage::KIND) {
        for line in lines(&file) {
            let message = relay(&line);
            let original: Value = serde_json::from_str(&line).unwrap();
            let written = serde_json::to_value(&message).unwrap();
            assert_eq!(written, without_absent(original), "{file}");
            assert!(relay_extra(&message).unwrap().is_empty(), "{line}");
            let again: RelayMessage = serde_json::from_str(&line).unwrap();
            assert_eq!(again, message);
        }
    }
}

#[test]
fn every_command_is_read_and_written_as_it_was() {
    for file in files(StreamCommand::KIND) {
        for line in lines(&file) {
            let command: StreamCommand = serde_json::from_str(&line).unwrap();
            assert_eq!(command.to_json(), line, "{file}");
        }
    }
    for file in files(RelayCommand::KIND) {
        for line in lines(&file) {
            let command: RelayCommand = serde_json::from_str(&line).unwrap();
            let written: Value = serde_json::from_str(&command.to_json()).unwrap();
            let original: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(written, original, "{file}");
        }
    }
}

#[test]
fn every_member_of_the_catalogue_has_a_typed_field() {
    for name in types(StreamMessage::KIND, "event") {
        let message = Value::Object(members(StreamMessage::KIND, "event", name));
        let read = stream(&message.to_string());
        assert_eq!(stream_extra(&read), Some(&JsonObject::new()), "{message}");
        assert_eq!(serde_json::to_value(&read).unwrap(), message);
    }
    for name in types(RelayMessage::KIND, "type") {
        let message = Value::Object(members(RelayMessage::KIND, "type", name));
        let read = relay(&message.to_string());
        assert_eq!(relay_extra(&read), Some(&JsonObject::new()), "{message}");
        assert_eq!(serde_json::to_value(&read).unwrap(), message);
    }
}

#[test]
fn every_member_of_the_catalogue_can_be_sent() {
    for name in types(StreamCommand::KIND, "event") {
        let message = Value::Object(members(StreamCommand::KIND, "event", name));
        let read: StreamCommand = serde_json::from_value(message.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), message);
    }
    for name in types(RelayCommand::KIND, "type") {
        let message = Value::Object(members(RelayCommand::KIND, "type", name));
        let read: RelayCommand = serde_json::from_value(message.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), message);
    }
}

#[test]
fn the_open_values_of_the_catalogue_are_known() {
    let values =
        |name: &str| CATALOGUE["kinds"][RelayMessage::KIND]["params"][name]["values"].clone();
    assert_eq!(values("callType"), json!(CallType::KNOWN));
    assert_eq!(values("name"), json!(InfoName::KNOWN));
}

#[test]
fn a_stream_tells_its_call_and_brings_audio() {
    let lines = lines("media-stream-bidirectional.ws.jsonl");
    let StreamMessage::Start(start) = stream(&lines[1]) else {
        panic!("{}", lines[1])
    };
    assert_eq!(start.stream_sid.as_str(), STREAM);
    assert_eq!(start.inner_stream_sid.as_ref(), Some(&start.stream_sid));
    assert_eq!(
        start.call_sid.as_str(),
        "CA00000000000000000000000000000300"
    );
    assert_eq!(start.sequence_number, Some(1));
    assert_eq!(start.tracks, [Track::Inbound]);
    assert_eq!(start.media_format.as_ref().unwrap().sample_rate, Some(8000));
    assert_eq!(start.custom_parameters.get("FirstName"), Some("Jane"));
    assert_eq!(start.custom_parameters.get("Empty"), Some(""));
    assert_eq!(start.custom_parameters.get("empty"), None);
    assert_eq!(start.custom_parameters.len(), 2);

    let StreamMessage::Media(media) = stream(&lines[2]) else {
        panic!("{}", lines[2])
    };
    assert_eq!(media.track, Some(Track::Inbound));
    assert_eq!((media.chunk, media.timestamp), (Some(1), Some(5)));
    assert_eq!(media.payload.decode(), Some(vec![0xff; 5]));
    assert_eq!(media.payload.duration(), Duration::from_micros(625));

    let StreamMessage::Dtmf(dtmf) = stream(&lines[3]) else {
        panic!("{}", lines[3])
    };
    assert_eq!(dtmf.digit, "#");
    assert!(dtmf.track.unwrap().is_inbound());
    let StreamMessage::Mark(mark) = stream(&lines[4]) else {
        panic!("{}", lines[4])
    };
    assert_eq!(mark.name, "my label");
    let StreamMessage::Stop(stop) = stream(&lines[5]) else {
        panic!("{}", lines[5])
    };
    assert_eq!(stop.sequence_number, Some(5));
}

#[test]
fn a_relay_tells_its_call_and_brings_words() {
    let lines = lines("relay-session.ws.jsonl");
    let RelayMessage::Setup(setup) = relay(&lines[0]) else {
        panic!("{}", lines[0])
    };
    assert_eq!(setup.call_status, Some(CallStatus::Ringing));
    assert_eq!(setup.direction, Some(CallDirection::Inbound));
    assert_eq!(setup.call_type, Some(CallType::Pstn));
    assert_eq!(setup.from.as_ref().unwrap().e164(), Some("+12025550101"));
    assert_eq!(setup.parent_call_sid, None);
    assert_eq!(setup.forwarded_from, None);
    assert_eq!(setup.caller_name, None);
    assert_eq!(setup.custom_parameters.get("callReference"), Some("bar"));

    let RelayMessage::Prompt(partial) = relay(&lines[1]) else {
        panic!("{}", lines[1])
    };
    assert!(!partial.is_complete());
    let RelayMessage::Prompt(prompt) = relay(&lines[2]) else {
        panic!("{}", lines[2])
    };
    assert!(prompt.is_complete());
    assert_eq!(prompt.voice_prompt, "I need help with my account");
    let RelayMessage::Interrupt(interrupt) = relay(&lines[3]) else {
        panic!("{}", lines[3])
    };
    assert_eq!(interrupt.utterance_until_interrupt, "Sure, let me");
    assert_eq!(interrupt.duration_until_interrupt_ms, Some(460));
    let RelayMessage::Dtmf(dtmf) = relay(&lines[4]) else {
        panic!("{}", lines[4])
    };
    assert_eq!(dtmf.digit, "1");
    let RelayMessage::Info(info) = relay(&lines[5]) else {
        panic!("{}", lines[5])
    };
    assert_eq!(info.name, Some(InfoName::RoundTripDelayMs));
    assert_eq!(info.value.as_deref(), Some("148"));
    let RelayMessage::Error(error) = relay(&lines[6]) else {
        panic!("{}", lines[6])
    };
    assert_eq!(error.description, "Invalid message received");

    let outbound = catalogue_support::socket::lines("relay-session-outbound.ws.jsonl");
    let RelayMessage::Setup(setup) = relay(&outbound[0]) else {
        panic!("{}", outbound[0])
    };
    assert_eq!(setup.call_status, Some(CallStatus::InProgress));
}

#[test]
fn numbers_are_read_in_quotes_and_without_and_odd_ones_are_kept() {
    let line = |number: &str| {
        format!(
            r#"{{"event":"mark","streamSid":"{STREAM}","sequenceNumber":{number},"mark":{{"name":"a"}}}}"#
        )
    };
    for (number, expected) in [
        ("4", Some(4)),
        ("\"4\"", Some(4)),
        ("\"\"", None),
        ("null", None),
    ] {
        let StreamMessage::Mark(mark) = stream(&line(number)) else {
            panic!("{number}")
        };
        assert_eq!(mark.sequence_number, expected, "{number}");
        assert!(mark.extra.is_empty());
    }
    for number in ["-4", "\"four\"", "4.5", "99999999999", "[4]", "true"] {
        let StreamMessage::Mark(mark) = stream(&line(number)) else {
            panic!("{number}")
        };
        assert_eq!(mark.sequence_number, None, "{number}");
        assert_eq!(
            mark.extra["sequenceNumber"],
            serde_json::from_str::<Value>(number).unwrap()
        );
    }
}

#[test]
fn unknown_members_are_kept_where_they_were() {
    let line = json!({
        "event": "media", "streamSid": STREAM, "new": 1,
        "media": {"payload": "/w==", "codec": "opus", "chunk": "x"},
    });
    let message = stream(&line.to_string());
    let StreamMessage::Media(media) = &message else {
        panic!("{message:?}")
    };
    assert_eq!(media.chunk, None);
    assert_eq!(
        Value::Object(media.extra.clone()),
        json!({"new": 1, "media": {"codec": "opus", "chunk": "x"}})
    );
    assert_eq!(serde_json::to_value(&message).unwrap(), line);
}

#[test]
fn unknown_and_incomplete_messages_are_skipped_and_kept() {
    for line in [
        json!({"event": "future", "streamSid": STREAM, "future": {}}),
        json!({"event": "media", "streamSid": STREAM}),
        json!({"event": "media", "streamSid": STREAM, "media": {"payload": ""}}),
        json!({"event": "media", "streamSid": STREAM, "media": "//8="}),
        json!({"event": "start", "start": {"callSid": "CA1"}}),
        json!({"event": 17}),
        json!({"event": null}),
        json!({}),
    ] {
        let message = stream(&line.to_string());
        let StreamMessage::Unknown(unknown) = &message else {
            panic!("{message:?}")
        };
        assert_eq!(unknown.name(), line["event"].as_str());
        assert_eq!(Value::Object(unknown.raw().clone()), line);
        assert_eq!(serde_json::to_value(&message).unwrap(), line);
    }
    let RelayMessage::Unknown(unknown) = relay(r#"{"type":"prompted","text":"secret"}"#) else {
        panic!("it is unknown")
    };
    assert_eq!(
        format!("{unknown:?}"),
        r#"UnknownMessage { name: Some("prompted"), members: ["text", "type"] }"#
    );
}

#[test]
fn only_what_is_no_object_is_an_error() {
    for text in ["", "[]", "17", "\"start\"", "{", "{\"event\":}"] {
        assert!(StreamMessage::from_json(text).is_err(), "{text}");
        assert!(RelayMessage::from_json(text).is_err(), "{text}");
    }
    assert_eq!(
        StreamMessage::from_json("[]"),
        Err(JsonError::Shape {
            expected: "an object"
        })
    );
}

#[test]
fn commands_are_what_twilio_expects() {
    let out = lines("media-stream-out.ws.jsonl");
    assert_eq!(StreamCommand::media(STREAM, &[0xff; 5]).to_json(), out[0]);
    assert_eq!(StreamCommand::mark(STREAM, "my label").to_json(), out[1]);
    assert_eq!(StreamCommand::clear(STREAM).to_json(), out[2]);

    let built: Vec<RelayCommand> = vec![
        Text::new("Hello").into(),
        Text::new(" world").into(),
        Text::new("!")
            .last(true)
            .lang("en-US")
            .interruptible(true)
            .preemptible(false)
            .into(),
        Play::new("https://media.example/hold.mp3")
            .loop_(1)
            .preemptible(false)
            .interruptible(true)
            .into(),
        SendDigits::new("9www2025550101#").into(),
        Language::new()
            .tts_language("sv-SE")
            .transcription_language("en-US")
            .into(),
        End::new()
            .handoff_data(r#"{"reasonCode":"live-agent-handoff"}"#)
            .into(),
    ];
    let out = lines("relay-out.ws.jsonl");
    assert_eq!(built.len(), out.len());
    for (command, line) in built.iter().zip(&out) {
        assert_eq!(command.to_json(), *line);
    }
    assert_eq!(
        RelayCommand::from(End::new()).to_json(),
        r#"{"type":"end"}"#
    );
}

#[test]
fn debug_shows_no_personal_data() {
    let mut debug = String::new();
    for file in files(StreamMessage::KIND) {
        for line in lines(&file) {
            debug += &format!("{:?}\n", stream(&line));
        }
    }
    for file in files(RelayMessage::KIND) {
        for line in lines(&file) {
            debug += &format!("{:?}\n", relay(&line));
        }
    }
    for file in files(RelayCommand::KIND) {
        for line in lines(&file) {
            debug += &format!(
                "{:?}\n",
                serde_json::from_str::<RelayCommand>(&line).unwrap()
            );
        }
    }
    for shown in [
        STREAM,
        "FirstName",
        "duration_until_interrupt_ms: 460",
        "PhoneNumber(…01)",
    ] {
        assert!(debug.contains(shown), "{shown} is missing: {debug}");
    }
    for secret in [
        "Jane",
        "bar",
        "+1202",
        "help",
        "let me",
        "world",
        "2025550101",
        "live-agent",
        "//8",
        "digit: ",
        "hold.mp3",
    ] {
        assert!(!debug.contains(secret), "{secret} is shown: {debug}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".*") {
        let _ = StreamMessage::from_json(&text);
        let _ = RelayMessage::from_json(&text);
    }

    #[test]
    fn any_member_may_have_any_value(
        name in proptest::sample::select(types(RelayMessage::KIND, "type")),
        odd in prop_oneof![
            Just(json!(null)), Just(json!([1])), Just(json!({"a": []})), Just(json!(-1)), Just(json!(true)),
            ".*".prop_map(Value::from),
        ],
        member in any::<prop::sample::Index>(),
    ) {
        let mut object = members(RelayMessage::KIND, "type", name);
        let changed = object.keys().nth(member.index(object.len())).unwrap().clone();
        object.insert(changed, odd);
        let message = relay(&Value::Object(object).to_string());
        let written = serde_json::to_string(&message).unwrap();
        prop_assert_eq!(relay(&written), message);
    }

    #[test]
    fn any_audio_survives(bytes in proptest::collection::vec(any::<u8>(), 1..400)) {
        let command = StreamCommand::media(STREAM, &bytes).to_json();
        // Twilio's messages have the same form with more members.
        let StreamMessage::Media(media) = stream(&command) else { panic!("{command}") };
        prop_assert_eq!(media.payload.duration(), Duration::from_micros(125 * bytes.len() as u64));
        prop_assert_eq!(media.payload.decode(), Some(bytes));
    }

    #[test]
    fn any_text_can_be_spoken(text in ".*", last in any::<bool>()) {
        let command = RelayCommand::from(Text::new(&text).last(last));
        let read: RelayCommand = serde_json::from_str(&command.to_json()).unwrap();
        prop_assert_eq!(read, command);
    }
}
