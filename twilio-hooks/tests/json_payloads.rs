//! Every JSON webhook against bodies as Twilio sends them, and against the catalogue of members.
#![allow(clippy::unwrap_used, reason = "this is a test, its helpers too")]

use proptest::prelude::*;
use serde_json::{Value, json};
use twilio_hooks::{
    JsonError, JsonObject, MessageStatus,
    webhook::json::{
        AssistantStatus, ChallengeStatus, CloudEvent, CopilotEventType, CopilotNote, EventBatch,
        FactorType, IntelligenceEventType, JsonWebhook, LinkClick, LinkEventType, PortingEvent,
        PortingType, VerifyEvent, VerifyEventType,
    },
};

use self::catalogue_support::{
    fixture, fixture_json,
    json::{CATALOGUE, body, fixtures, lands, meaning, parse, read_body, required, smallest},
};

mod catalogue_support;

fn read<W: JsonWebhook>(name: &str) -> W {
    W::from_json(&fixture(name)).unwrap()
}

#[test]
fn every_body_parses_as_its_kind_and_is_written_as_it_came() {
    let fixtures = fixtures();
    assert_eq!(fixtures.len(), 7);
    for (file, kind) in fixtures {
        assert_eq!(read_body(&kind, &file), Ok(()), "{file}");
        if kind == "event-streams" {
            let batch: EventBatch = read(&file);
            let written = serde_json::to_value(&batch).unwrap();
            assert_eq!(
                serde_json::from_value::<EventBatch>(written).unwrap(),
                batch
            );
        }
    }
}

#[test]
fn every_member_of_the_catalogue_has_a_typed_field() {
    for (kind, members) in &*CATALOGUE {
        let mut all = JsonObject::new();
        for (name, values) in members {
            all.insert(name.clone(), values[0].clone());
            for value in values {
                assert_eq!(lands(kind, name, value), Ok(()), "{kind}");
            }
        }
        let parsed = parse(kind, &body(&all)).unwrap();
        assert_eq!(parsed.extra, JsonObject::new(), "{kind}");
        assert_eq!(
            meaning(&parsed.json),
            meaning(&Value::Object(all)),
            "{kind}"
        );
    }
}

#[test]
fn the_values_of_the_catalogue_are_known() {
    let catalogue = fixture_json("webhooks.json");
    let values =
        |kind: &str, name: &str| catalogue["kinds"][kind]["params"][name]["values"].clone();
    for (kind, name, known) in [
        ("link-click", "event_type", json!(LinkEventType::KNOWN)),
        ("verify-event", "type", json!(VerifyEventType::KNOWN)),
        ("verify-event", "factor_type", json!(FactorType::KNOWN)),
        (
            "verify-event",
            "challenge_status",
            json!(ChallengeStatus::KNOWN),
        ),
        (
            "flex-copilot-note",
            "event_type",
            json!(CopilotEventType::KNOWN),
        ),
        (
            "ai-assistant-response",
            "Status",
            json!(AssistantStatus::KNOWN),
        ),
        (
            "intelligence-transcript",
            "event_type",
            json!(IntelligenceEventType::KNOWN),
        ),
        ("porting-event", "webhook_type", json!(PortingType::KNOWN)),
    ] {
        assert_eq!(values(kind, name), known, "{kind}: {name}");
    }
}

#[test]
fn a_body_is_refused_without_its_required_members_alone() {
    for kind in CATALOGUE.keys() {
        let whole = smallest(kind);
        parse(kind, &body(&whole)).unwrap();
        for name in required(kind) {
            for absent in [None, Some(Value::Null), Some(json!(""))] {
                let mut members = whole.clone();
                members.remove(*name);
                members.extend(absent.map(|value| ((*name).to_owned(), value)));
                let error = parse(kind, &body(&members)).err();
                if kind == "event-streams" {
                    assert!(error.is_some());
                } else {
                    assert_eq!(error, Some(JsonError::Missing { name }), "{kind}");
                }
            }
        }
    }
    let error = LinkClick::from_json(br#"{"sms_sid": {"secret": 1}}"#).unwrap_err();
    assert_eq!(error, JsonError::Invalid { name: "sms_sid" });
}

#[test]
fn errors_tell_the_place_and_not_the_content() {
    let error =
        LinkClick::from_json(b"{\"sms_sid\": \"SM1\",\n \"to\": +12025550143}").unwrap_err();
    assert_eq!(error, JsonError::Syntax { line: 2, column: 8 });
    assert_eq!(error.to_string(), "not JSON at line 2, column 8");
    for (body, expected) in [
        (
            br#"["+12025550143"]"#.as_slice(),
            "the JSON is not an object",
        ),
        (br#""+12025550143""#, "the JSON is not an object"),
        (b"", "not JSON at line 1, column 0"),
        (b"{\"to\": \"\xff\"}", "not JSON at line 1, column 9"),
        (br#"{"to": "+12025550143"}"#, "member `sms_sid` is missing"),
    ] {
        let error = LinkClick::from_json(body).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let error = EventBatch::from_json(b"17").unwrap_err();
    assert_eq!(error.to_string(), "the JSON is not a list of events");
}

#[test]
fn deep_nesting_is_an_error_and_no_crash() {
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(
        PortingEvent::from_json(deep.as_bytes()),
        Err(JsonError::Syntax { line: 1, .. })
    ));
}

#[test]
fn a_batch_keeps_its_order_and_what_is_no_event() {
    let batch: EventBatch = read("events-batch.json");
    let types: Vec<_> = batch
        .events
        .iter()
        .map(|event| event.event_type.as_str())
        .collect();
    assert_eq!(
        types,
        [
            "com.twilio.voice.status-callback.call.completed",
            "com.twilio.messaging.inbound-message.received",
            "com.twilio.some.future.event",
        ]
    );
    assert_eq!(batch.events[2].data, json!({"x": [1, null, true]}));

    let batch =
        EventBatch::from_json(br#"[{"id": "EZ1", "type": "t"}, {"id": "EZ2"}, 17]"#).unwrap();
    assert_eq!(batch.events.len(), 1);
    assert_eq!(batch.unreadable, [json!({"id": "EZ2"}), json!(17)]);
    assert_eq!(
        serde_json::to_value(&batch).unwrap(),
        json!([{"id": "EZ1", "type": "t"}, {"id": "EZ2"}, 17])
    );

    assert_eq!(EventBatch::from_json(b"[]").unwrap(), EventBatch::default());
    let single = EventBatch::from_json(br#"{"id": "EZ1", "type": "t"}"#).unwrap();
    assert_eq!(single.events[0].id, "EZ1");
}

#[test]
fn events_of_messages_are_read_as_such() {
    let batch: EventBatch = read("events-message-delivered.json");
    let event = &batch.events[0];
    assert_eq!(event.inbound_message(), None);
    assert_eq!(event.sink_test(), None);
    assert_eq!(event.time, "2026-01-01T12:00:00Z".parse().ok());
    let update = event.message_status().unwrap();
    assert_eq!(
        update.message_sid.as_str(),
        "SM00000000000000000000000000000200"
    );
    assert_eq!(update.message_status, Some(MessageStatus::Delivered));
    assert_eq!(update.from.as_ref().unwrap().as_str(), "+12025550102");
    assert_eq!(update.number_of_segments, Some(1));
    assert_eq!(update.raw_dlr_done_date.as_deref(), Some("2601011200"));
    assert_eq!(update.error(), None);
    assert_eq!(update.extra, JsonObject::new());
    assert_eq!(
        meaning(&serde_json::to_value(&update).unwrap()),
        meaning(&event.data)
    );

    let batch: EventBatch = read("events-batch.json");
    let message = batch.events[1].inbound_message().unwrap();
    assert_eq!(message.body.as_deref(), Some("Ahoy 👋"));
    assert_eq!(message.num_media, Some(0));
    assert_eq!(message.extra, JsonObject::new());
    assert_eq!(batch.events[0].message_status(), None);

    let batch: EventBatch = read("events-sink-test.json");
    let test = batch.events[0].sink_test().unwrap();
    assert_eq!(test.test_id, "00000000-0000-4000-8000-000000000005");

    let batch: EventBatch = read("events-pretty.json");
    assert_eq!(
        batch.events[0].message_status().unwrap().message_status,
        None
    );
}

#[test]
fn an_event_of_messages_without_a_message_is_not_read() {
    for data in [
        json!({}),
        json!(null),
        json!("x"),
        json!({"messageSid": ""}),
    ] {
        let event =
            json!([{"id": "EZ1", "type": "com.twilio.messaging.message.sent", "data": data}]);
        let batch = EventBatch::from_json(event.to_string().as_bytes()).unwrap();
        assert_eq!(batch.events[0].message_status(), None);
    }
}

#[test]
fn a_challenge_of_verify_is_read() {
    let event: VerifyEvent = read("verify-challenge-approved.json");
    assert_eq!(event.event_type, VerifyEventType::ChallengeApproved);
    assert_eq!(event.challenge_status, Some(ChallengeStatus::Approved));
    assert_eq!(event.factor_type, Some(FactorType::Push));
    assert_eq!(
        event.challenge_details.as_deref(),
        Some(r#"{"message":"Login?"}"#)
    );
    assert_eq!(
        event.challenge_expiration_date,
        "2026-01-01T12:05:00Z".parse().ok()
    );
    assert_eq!(event.client_ip, None);
}

#[test]
fn a_note_of_flex_is_read() {
    let note: CopilotNote = read("flex-copilot-note.json");
    assert_eq!(note.event_type, CopilotEventType::Updated);
    assert_eq!(note.version, Some(2));
    assert_eq!(note.disposition_code_sid, None);
    assert_eq!(
        note.generated_summary.as_deref(),
        Some("Wants to return a shoe.")
    );
    let codes = note.codes.unwrap();
    assert_eq!(codes.generated[0].topic_path.as_deref(), Some("A|B"));
    assert!(codes.selected.is_empty());
    let task = note.context.unwrap().task_sid.unwrap();
    assert_eq!(task.as_str(), "WT00000000000000000000000000000001");
}

#[test]
fn debug_shows_identifiers_and_no_personal_data() {
    let note = parse("flex-copilot-note", &fixture("flex-copilot-note.json")).unwrap();
    assert!(note.debug.contains("GN00000000000000000000000000000001"));
    for secret in ["shoe", "test1", "positive", "neutral"] {
        assert!(!note.debug.contains(secret), "{}", note.debug);
    }
    let batch: EventBatch = read("events-batch.json");
    let debug = format!("{batch:?} {:?}", batch.events[1].inbound_message());
    assert!(
        debug.contains("EZ00000000000000000000000000000003"),
        "{debug}"
    );
    assert!(debug.contains("PhoneNumber(…01)"), "{debug}");
    for secret in ["Ahoy", "+1202"] {
        assert!(!debug.contains(secret), "{debug}");
    }
    let verify = parse("verify-event", &fixture("verify-challenge-approved.json")).unwrap();
    for secret in ["Login", "user-0", "phone"] {
        assert!(!verify.debug.contains(secret), "{}", verify.debug);
    }
    let unknown = PortingEvent::from_json(br#"{"new": "+12025550143"}"#).unwrap();
    assert_eq!(
        format!("{unknown:?}"),
        r#"PortingEvent { extra: ["new"], .. }"#
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-zA-Z +:_-]{0,12}".prop_map(Value::from),
        Just(json!("2026-01-01T12:00:00.000Z")),
        Just(json!("17")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec(("[a-z_]{1,8}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A kind, its required members, and any of its others with any values.
fn any_members() -> impl Strategy<Value = (String, JsonObject)> {
    let kinds: Vec<_> = CATALOGUE.clone().into_iter().collect();
    proptest::sample::select(kinds).prop_flat_map(|(kind, members)| {
        let names: Vec<String> = members.into_iter().map(|(name, _)| name).collect();
        let known = (proptest::sample::select(names), any_json());
        let unknown = ("x_[a-z]{1,5}", any_json());
        (
            Just(kind),
            proptest::collection::vec(prop_oneof![4 => known, 1 => unknown], 0..12),
        )
            .prop_map(|(kind, members)| {
                let mut object: JsonObject = members.into_iter().collect();
                object.extend(smallest(&kind));
                (kind, object)
            })
    })
}

proptest! {
    #[test]
    fn no_value_of_a_member_is_refused_or_lost((kind, members) in any_members()) {
        let parsed = parse(&kind, &body(&members)).unwrap();
        prop_assert_eq!(meaning(&parsed.json), meaning(&Value::Object(members)));
        let again = parse(&kind, &serde_json::to_vec(&parsed.json).unwrap()).unwrap();
        prop_assert_eq!(again.json, parsed.json);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        for kind in CATALOGUE.keys() {
            let _ = parse(kind, &bytes);
        }
    }

    #[test]
    fn serde_reads_what_from_json_reads((kind, members) in any_members()) {
        if kind == "event-streams" {
            let event: CloudEvent = serde_json::from_value(Value::Object(members.clone())).unwrap();
            let batch = EventBatch::from_json(&body(&members)).unwrap();
            prop_assert_eq!(&batch.events[0], &event);
        }
    }
}
