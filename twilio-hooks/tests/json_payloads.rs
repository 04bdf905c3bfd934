//! Every JSON webhook against bodies as Twilio sends them, and against the catalogue of members.
#![allow(clippy::unwrap_used, reason = "this is a test, its helpers too")]

use std::{collections::BTreeMap, fmt::Debug, fs, path::PathBuf, sync::LazyLock};

use jiff::Timestamp;
use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use twilio_hooks::{
    JsonError, JsonObject, MessageStatus,
    webhook::json::{
        AssistantResponse, AssistantStatus, ChallengeStatus, CloudEvent, CopilotEventType,
        CopilotNote, EventBatch, FactorType, IntelligenceEventType, IntelligenceTranscript,
        JsonWebhook, LinkClick, LinkEventType, PortingEvent, PortingType, VerifyEvent,
        VerifyEventType,
    },
};

/// What every payload has.
struct Parsed {
    extra: JsonObject,
    debug: String,
    /// Written again.
    json: Value,
}

fn parsed<T: Serialize + Debug>(webhook: &T, extra: JsonObject) -> Parsed {
    Parsed {
        extra,
        debug: format!("{webhook:?}"),
        json: serde_json::to_value(webhook).unwrap(),
    }
}

/// Reads a body as its kind, an event by itself.
fn parse(kind: &str, body: &[u8]) -> Result<Parsed, JsonError> {
    macro_rules! parse_as {
        ($Type:ty) => {{
            assert_eq!(<$Type>::KIND, kind);
            <$Type>::from_json(body).map(|webhook| parsed(&webhook, webhook.extra.clone()))
        }};
    }
    match kind {
        "ai-assistant-response" => parse_as!(AssistantResponse),
        "event-streams" => {
            assert_eq!(EventBatch::KIND, kind);
            let mut batch = EventBatch::from_json(body)?;
            match batch.events.pop() {
                Some(event) => Ok(parsed(&event, event.extra.clone())),
                None => Err(JsonError::Missing { name: "id" }),
            }
        }
        "flex-copilot-note" => parse_as!(CopilotNote),
        "intelligence-transcript" => parse_as!(IntelligenceTranscript),
        "link-click" => parse_as!(LinkClick),
        "porting-event" => parse_as!(PortingEvent),
        "verify-event" => parse_as!(VerifyEvent),
        _ => panic!("no payload for {kind}"),
    }
}

/// The members without which a kind is refused.
fn required(kind: &str) -> &'static [&'static str] {
    match kind {
        "ai-assistant-response" => &["SessionId"],
        "event-streams" => &["id", "type"],
        "flex-copilot-note" => &["sid", "event_type", "instance_sid"],
        "intelligence-transcript" => &["transcript_sid", "account_sid"],
        "link-click" => &["sms_sid"],
        "porting-event" => &[],
        "verify-event" => &["type"],
        _ => panic!("no payload for {kind}"),
    }
}

fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/payloads")
        .join(name);
    fs::read(path).unwrap()
}

fn fixture_json(name: &str) -> Value {
    serde_json::from_slice(&fixture(name)).unwrap()
}

fn read<W: JsonWebhook>(name: &str) -> W {
    W::from_json(&fixture(name)).unwrap()
}

/// File and kind of every JSON body.
fn fixtures() -> Vec<(String, String)> {
    fixture_json("index.json")
        .as_object()
        .unwrap()
        .iter()
        .filter(|(file, _)| file.ends_with(".json"))
        .map(|(file, entry)| (file.clone(), entry["kind"].as_str().unwrap().to_owned()))
        .collect()
}

/// Members with values of their types.
type Members = Vec<(String, Vec<Value>)>;

/// The members of each JSON kind.
static CATALOGUE: LazyLock<BTreeMap<String, Members>> = LazyLock::new(|| {
    let catalogue = fixture_json("webhooks.json");
    let kinds = catalogue["kinds"].as_object().unwrap();
    kinds
        .iter()
        .filter(|(_, entry)| entry["transport"] == "json")
        .map(|(kind, entry)| {
            let members = entry["params"].as_object().unwrap();
            let members = members
                .iter()
                .map(|(name, member)| (name.clone(), values(name, member)))
                .collect();
            (kind.clone(), members)
        })
        .collect()
});

fn values(name: &str, member: &Value) -> Vec<Value> {
    if let Some(values) = member["values"].as_array() {
        return values.clone();
    }
    match (member["type"].as_str().unwrap(), name) {
        ("address", _) => vec![json!("+12025550143"), json!("whatsapp:+12025550143")],
        ("int", _) => vec![json!(2), json!("2")],
        ("iso8601", _) => vec![
            json!("2026-01-01T12:00:00Z"),
            json!("2026-01-01T12:00:00.123456789Z"),
        ],
        ("json", _) => vec![json!(r#"{"message":"Login?"}"#)],
        ("ip", _) => vec![json!("203.0.113.7"), json!("2001:db8::7")],
        ("url", _) => vec![json!("https://example.com/a?b=c")],
        ("string" | "string-or-null", _) => vec![json!("Ahoy 👋"), json!(" with blanks ")],
        ("object", "codes") => vec![json!({
            "generated": [{"disposition_code": "DC", "topic_path": "A|B"}],
            "selected": [{"disposition_code": "DC"}],
        })],
        ("object", "context") => {
            vec![json!({"task_sid": "WT00000000000000000000000000000001"})]
        }
        ("object", "data") => vec![json!({"x": [1, null, true]})],
        (sid, _) if sid.starts_with("sid") => {
            let prefix = sid.strip_prefix("sid:").unwrap_or("GN");
            vec![json!(format!("{prefix}00000000000000000000000000000001"))]
        }
        (other, _) => panic!("no value for {name}: {other}"),
    }
}

/// A body of a kind.
fn body(members: &JsonObject) -> Vec<u8> {
    serde_json::to_vec(members).unwrap()
}

/// The required members of a kind.
fn smallest(kind: &str) -> JsonObject {
    let members = &CATALOGUE[kind];
    required(kind)
        .iter()
        .map(|&name| {
            let (_, values) = members.iter().find(|(member, _)| member == name).unwrap();
            (name.to_owned(), values[0].clone())
        })
        .collect()
}

/// What a value means: numbers and truth values as text, times as moments, and nothing that is
/// absent, empty or `null`.
fn meaning(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Bool(_) | Value::Number(_) => Some(Value::String(value.to_string())),
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(match text.parse::<Timestamp>() {
            Ok(time) => Value::String(time.to_string()),
            Err(_) => value.clone(),
        }),
        Value::Array(items) => {
            Some(items.iter().map(meaning).collect()).filter(|items: &Value| items != &json!([]))
        }
        Value::Object(members) => {
            let members: JsonObject = members
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), meaning(value)?)))
                .collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
    }
}

#[test]
fn every_body_parses_as_its_kind_and_is_written_as_it_came() {
    let fixtures = fixtures();
    assert_eq!(fixtures.len(), 7);
    for (file, kind) in fixtures {
        let original = fixture_json(&file);
        let parsed = parse(&kind, &fixture(&file)).unwrap();
        assert_eq!(parsed.extra, JsonObject::new(), "{file}");
        if kind == "event-streams" {
            let batch: EventBatch = read(&file);
            assert_eq!(batch.unreadable, Vec::<Value>::new(), "{file}");
            let written = serde_json::to_value(&batch).unwrap();
            assert_eq!(meaning(&written), meaning(&original), "{file}");
            assert_eq!(
                serde_json::from_value::<EventBatch>(written).unwrap(),
                batch
            );
        } else {
            assert_eq!(meaning(&parsed.json), meaning(&original), "{file}");
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
                let mut one = smallest(kind);
                one.insert(name.clone(), value.clone());
                let parsed = parse(kind, &body(&one)).unwrap();
                assert_eq!(parsed.extra, JsonObject::new(), "{kind}: {name} {value}");
                let written = parsed.json.get(name).unwrap();
                assert_eq!(meaning(written), meaning(value), "{kind}: {name}");
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
