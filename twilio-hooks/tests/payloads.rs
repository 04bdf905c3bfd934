//! Every payload against bodies as Twilio sends them, and against the catalogue of parameters.
#![allow(clippy::unwrap_used, reason = "this is a test, its helpers too")]

use std::{collections::BTreeMap, fs, path::PathBuf, sync::LazyLock};

use proptest::prelude::*;
use serde_json::Value;
use twilio_hooks::{
    AddressKind, CallDirection, CallStatus, MessageStatus, ParamError, Params, RecordingStatus,
    webhook::{
        AnsweredBy, Attestation, CallStatusUpdate, ChannelPrefix, IncomingCall, IncomingMessage,
        MessageEventType, MessageStatusUpdate, MessageType, OptOutType, RecordingSource,
        RecordingStatusUpdate, ReferralSourceType, Webhook,
    },
};

const ACCOUNT: &str = "AC00000000000000000000000000000001";

/// What every payload has.
#[derive(Debug)]
struct Parsed {
    kind: &'static str,
    extra: Params,
    debug: String,
}

fn parse(kind: &str, params: &Params) -> Result<Parsed, ParamError> {
    macro_rules! parse_as {
        ($Type:ty) => {
            <$Type>::from_params(params).map(|webhook| Parsed {
                kind: <$Type>::KIND,
                debug: format!("{webhook:?}"),
                extra: webhook.extra,
            })
        };
    }
    match kind {
        "message-incoming" | "message-fallback" => parse_as!(IncomingMessage),
        "message-status" => parse_as!(MessageStatusUpdate),
        "voice-incoming" | "voice-fallback" => parse_as!(IncomingCall),
        "call-status" => parse_as!(CallStatusUpdate),
        "recording-status" => parse_as!(RecordingStatusUpdate),
        _ => panic!("no payload for {kind}"),
    }
}

fn fixture_path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/payloads")
        .join(name)
}

fn json(name: &str) -> Value {
    serde_json::from_slice(&fs::read(fixture_path(name)).unwrap()).unwrap()
}

fn params(name: &str) -> Params {
    Params::from_form(&fs::read(fixture_path(&format!("{name}.form"))).unwrap())
}

fn read<W: Webhook>(name: &str) -> W {
    W::from_params(&params(name)).unwrap()
}

/// File and kind of every body that tells its account.
fn fixtures() -> Vec<(String, String)> {
    json("index.json")
        .as_object()
        .unwrap()
        .iter()
        .filter(|(file, _)| *file != "status-minimal.form")
        .map(|(file, entry)| (file.clone(), entry["kind"].as_str().unwrap().to_owned()))
        .collect()
}

/// A parameter's name with values of its type.
type Parameter = (String, Vec<String>);

/// The parameters of each kind; a family has two members, and free names are left out.
static CATALOGUE: LazyLock<BTreeMap<String, Vec<Parameter>>> = LazyLock::new(|| {
    let catalogue = json("webhooks.json");
    let kinds = catalogue["kinds"].as_object().unwrap();
    kinds
        .iter()
        .map(|(kind, entry)| {
            let mut parameters = Vec::new();
            for (name, parameter) in entry["params"].as_object().unwrap() {
                let values = values(parameter);
                match name.split_once('{') {
                    None => parameters.push((name.clone(), values)),
                    Some(("", _)) => {}
                    Some((prefix, "N}")) => {
                        for number in ["0", "7"] {
                            parameters.push((format!("{prefix}{number}"), values.clone()));
                        }
                    }
                    Some((prefix, _)) => {
                        for tail in ["X-Tenant", "User-to-User"] {
                            parameters.push((format!("{prefix}{tail}"), values.clone()));
                        }
                    }
                }
            }
            (kind.clone(), parameters)
        })
        .collect()
});

fn values(parameter: &Value) -> Vec<String> {
    if let Some(values) = parameter["values"].as_array() {
        return values
            .iter()
            .map(|value| value.as_str().unwrap().to_owned())
            .collect();
    }
    let value = match parameter["type"].as_str().unwrap() {
        "address" => "+12025550143",
        "int" | "int-or-empty" => "30003",
        "float" => "-0.2197976373036567",
        "bool" => "true",
        "country" => "BR",
        "rfc2822" => "Thu, 01 Jan 2026 09:53:19 +0000",
        "yymmddhhmm" => "2601010953",
        "json" => r#"{"status":"successful"}"#,
        "urlencoded-json" => "%7B%22a%22%3A1%7D",
        "jwt" => "eyJh.eyJi.c2ln",
        "url" => "https://api.twilio.com/a?b=c",
        "mime" => "audio/amr; bitrate=244500",
        "ip" => "203.0.113.10",
        "string" => "Ünïcode & more",
        sid => match sid.strip_prefix("sid:") {
            Some(prefixes) => &format!("{}00000000000000000000000000000001", &prefixes[..2]),
            None => panic!("no value of type {sid}"),
        },
    };
    vec![value.to_owned()]
}

#[test]
fn every_body_is_in_the_index() {
    let index = json("index.json");
    for entry in fs::read_dir(fixture_path("")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            !name.ends_with(".form") || index.get(&name).is_some(),
            "{name}"
        );
    }
}

#[test]
fn every_body_parses_as_its_kind_and_survives_encoding() {
    for (file, kind) in fixtures() {
        let params = params(file.strip_suffix(".form").unwrap());
        assert_eq!(Params::from_form(params.to_form().as_bytes()), params);
        let parsed = parse(&kind, &params).unwrap_or_else(|error| panic!("{file}: {error}"));
        if !kind.ends_with("-fallback") {
            assert_eq!(parsed.kind, kind);
        }
        let known = &CATALOGUE[&kind];
        for (name, _) in parsed.extra.iter() {
            let repeated = params.get_all(&name).count() > 1;
            assert!(
                repeated || known.iter().all(|(known, _)| *known != name),
                "{file}: {name} has no field"
            );
        }
    }
}

#[test]
fn no_body_shows_personal_data_in_debug() {
    const PERSONAL: &[&str] = &[
        "From",
        "To",
        "Caller",
        "Called",
        "Body",
        "CallToken",
        "CallerName",
        "ChannelMetadata",
        "ForwardedFrom",
        "FromCity",
        "FromZip",
        "Latitude",
        "MediaUrl0",
        "ProfileName",
        "SipSourceIp",
        "WaId",
    ];
    for (file, kind) in fixtures() {
        let params = params(file.strip_suffix(".form").unwrap());
        let debug = parse(&kind, &params).unwrap().debug;
        assert!(
            debug.contains(ACCOUNT) || file == "msg-subaccount.form",
            "{debug}"
        );
        for name in PERSONAL {
            let value = params.get(name).unwrap_or_default();
            assert!(
                value.len() < 3 || !debug.contains(value),
                "{file} shows {name}: {debug}"
            );
        }
    }
}

#[test]
fn debug_shows_what_a_log_needs() {
    let params = Params::from_pairs([
        ("MessageSid", "MM1"),
        ("AccountSid", "AC1"),
        ("From", "whatsapp:+12025550143"),
        ("To", "12345"),
        ("Body", "secret"),
        ("OptOutType", "PAUSE"),
        ("Latitude", "51.5"),
        ("MediaUrl0", "https://example.com/secret"),
        ("MediaContentType0", "image/png"),
        ("FromCity", "SECRET"),
        ("FromCountry", "US"),
        ("Mood", "secret"),
    ]);
    let message = IncomingMessage::from_params(&params).unwrap();
    assert_eq!(
        format!("{message:?}"),
        r#"IncomingMessage { message_sid: "MM1", account_sid: "AC1", from: WhatsApp(…43), "#
            .to_owned()
            + r#"to: ShortCode(…45), opt_out_type: Unknown("PAUSE"), "#
            + r#"media: [Media { content_type: Some("image/png"), .. }], "#
            + r#"from_place: Place { country: Some("US"), .. }, extra: ["Mood"], .. }"#
    );
}

#[test]
fn every_parameter_of_the_catalogue_has_a_typed_field() {
    for (kind, parameters) in &*CATALOGUE {
        let first = |(name, values): &Parameter| (name.clone(), values[0].clone());
        let pairs: Vec<_> = parameters.iter().map(first).collect();
        let parsed = parse(kind, &Params::from_pairs(pairs.clone())).unwrap();
        assert!(parsed.extra.is_empty(), "{kind}: {:?}", parsed.extra);

        for (name, values) in parameters {
            for value in values {
                let mut pairs = pairs.clone();
                pairs.retain(|(other, _)| other != name);
                pairs.push((name.clone(), value.clone()));
                let parsed = parse(kind, &Params::from_pairs(pairs)).unwrap();
                assert!(parsed.extra.is_empty(), "{kind}: {name}={value}");
                assert!(
                    !parsed.debug.contains("Unknown("),
                    "{kind}: {name}={value} has no variant"
                );
            }
        }
    }
}

#[test]
fn a_parameter_twilio_has_never_sent_is_kept() {
    for (kind, parameters) in &*CATALOGUE {
        let pairs = parameters
            .iter()
            .map(|(name, values)| (name.as_str(), values[0].as_str()))
            .chain([("Zeitgeist", "one"), ("callsid", "two"), ("FromPlanet", "")]);
        let extra = parse(kind, &Params::from_pairs(pairs)).unwrap().extra;
        assert_eq!(
            extra.to_form(),
            "Zeitgeist=one&callsid=two&FromPlanet=",
            "{kind}"
        );
    }
}

#[test]
fn only_identifiers_are_required() {
    for (kind, required) in [
        ("message-incoming", &["MessageSid", "AccountSid"][..]),
        (
            "message-status",
            &["MessageSid", "AccountSid", "MessageStatus"],
        ),
        ("voice-incoming", &["CallSid", "AccountSid"]),
        ("call-status", &["CallSid", "AccountSid", "CallStatus"]),
        (
            "recording-status",
            &["RecordingSid", "AccountSid", "RecordingStatus"],
        ),
    ] {
        let pairs: Vec<_> = required.iter().map(|name| (*name, "x")).collect();
        let parsed = parse(kind, &Params::from_pairs(pairs.clone())).unwrap();
        assert!(parsed.extra.is_empty());
        for name in required {
            let mut without = pairs.clone();
            without.retain(|(other, _)| other != name);
            let missing = ParamError::Missing { name };
            assert_eq!(
                parse(kind, &Params::from_pairs(without.clone())).unwrap_err(),
                missing
            );
            without.push((*name, ""));
            assert_eq!(
                parse(kind, &Params::from_pairs(without.clone())).unwrap_err(),
                missing
            );
        }
    }
}

#[test]
fn an_identifier_that_is_no_text_is_refused() {
    let params = Params::from_form(b"AccountSid=%FF&CallSid=CA1");
    assert_eq!(
        IncomingCall::from_params(&params),
        Err(ParamError::Invalid { name: "AccountSid" })
    );
}

#[test]
fn a_message_is_known_by_any_of_its_three_identifiers() {
    for name in ["MessageSid", "SmsMessageSid", "SmsSid"] {
        let params = Params::from_pairs([
            ("AccountSid", ACCOUNT),
            ("To", "+12025550102"),
            ("MessageSid", ""),
            (name, "SM1"),
        ]);
        let message = IncomingMessage::from_params(&params);
        if name == "MessageSid" {
            // The empty one comes first, and the first value counts.
            assert_eq!(message, Err(ParamError::Missing { name: "MessageSid" }));
        } else {
            assert_eq!(message.unwrap().message_sid.as_str(), "SM1");
        }
    }
}

#[test]
fn a_plain_message_is_read_in_full() {
    let message: IncomingMessage = read("msg-sms-basic");
    assert_eq!(
        message.message_sid.as_str(),
        "SM00000000000000000000000000000101"
    );
    assert_eq!(message.sms_sid.as_ref(), Some(&message.message_sid));
    assert_eq!(message.account_sid.as_str(), ACCOUNT);
    assert_eq!(message.from.as_str(), "+12025550101");
    assert_eq!(message.to.as_str(), "+12025550102");
    assert_eq!(message.body, "It's working!!!");
    assert_eq!(message.num_media, Some(0));
    assert_eq!(message.num_segments, Some(1));
    assert_eq!(message.referral_num_media, Some(0));
    assert_eq!(message.sms_status, Some(MessageStatus::Received));
    assert_eq!(message.from_place.city.as_deref(), Some("WASHINGTON"));
    assert_eq!(message.from_place.zip.as_deref(), Some("20005"));
    assert_eq!(message.to_place.state.as_deref(), Some("DC"));
    assert_eq!(message.to_place.country.as_deref(), Some("US"));
    assert_eq!(message.api_version.as_deref(), Some("2010-04-01"));
    assert_eq!(
        (message.error_code, message.error_url.as_deref()),
        (None, None)
    );
    assert!(message.media.is_empty() && message.extra.is_empty());
}

#[test]
fn texts_are_kept_to_the_character() {
    let body = |name| read::<IncomingMessage>(name).body;
    assert_eq!(
        body("msg-newlines"),
        "line one\nline two\r\n\nline four\ttab"
    );
    assert_eq!(body("msg-leading-trailing-space"), "  padded  ");
    assert_eq!(body("msg-1600-emoji"), "😀".repeat(800));
    assert_eq!(body("msg-1600-chars").chars().count(), 1600);
    assert_eq!(body("msg-sms-empty-body"), "");
}

#[test]
fn text_that_is_not_utf8_is_marked_and_the_bytes_stay_in_the_params() {
    let form = format!("AccountSid={ACCOUNT}&MessageSid=SM1&To=x&Body=a%FFb&ErrorCode=%FF");
    let params = Params::from_form(form.as_bytes());
    let message = IncomingMessage::from_params(&params).unwrap();
    assert_eq!(message.body, "a\u{FFFD}b");
    assert_eq!(params.get_bytes("Body"), Some(&b"a\xFFb"[..]));
    assert_eq!(message.error_code, None);
    assert_eq!(message.extra.get_bytes("ErrorCode"), Some(&b"\xFF"[..]));
}

#[test]
fn the_first_of_repeated_values_counts_and_the_rest_are_kept() {
    let message: IncomingMessage = read("msg-duplicate-params");
    assert_eq!(message.body, "first");
    assert_eq!(message.extra.to_form(), "Body=second&Tag=b&Tag=a&Tag=b");
}

#[test]
fn names_in_another_letter_case_are_unknown() {
    let message: IncomingMessage = read("msg-30-lowercase-keys");
    assert_eq!(message.extra.len(), 1);
    assert_eq!(
        message.extra.get("messagesid"),
        Some(message.message_sid.as_str())
    );
}

#[test]
fn media_are_those_that_are_there() {
    let message: IncomingMessage = read("msg-mms-10-media");
    assert_eq!(message.media.len(), 10);
    for (number, media) in message.media.iter().enumerate() {
        assert!(media.url.ends_with(&format!("1{number}")), "{}", media.url);
        assert!(media.content_type.is_some());
    }

    let message: IncomingMessage = read("msg-mms-no-body-key");
    assert_eq!(message.body, "");
    let types: Vec<_> = message
        .media
        .iter()
        .map(|media| media.content_type.as_deref())
        .collect();
    assert_eq!(types, [Some("image/jpeg"), Some("image/png")]);

    let params = Params::from_pairs([
        ("AccountSid", ACCOUNT),
        ("MessageSid", "MM1"),
        ("To", "+12025550102"),
        ("NumMedia", "10"),
        ("MediaUrl4294967295", "https://example.com/z"),
        ("MediaUrl3", "https://example.com/d"),
        ("MediaContentType3", "audio/ogg"),
        ("MediaUrl99999999999999999999", "https://example.com/far"),
    ]);
    let message = IncomingMessage::from_params(&params).unwrap();
    let urls: Vec<_> = message.media.iter().map(|media| &*media.url).collect();
    assert_eq!(urls, ["https://example.com/d", "https://example.com/z"]);
    assert_eq!(message.num_media, Some(10));
    assert_eq!(message.extra.len(), 1);
}

#[test]
fn whatsapp_messages_have_their_fields() {
    let place: IncomingMessage = read("msg-whatsapp-location");
    assert_eq!(place.message_type, Some(MessageType::Location));
    assert_eq!(place.latitude, Some(51.513_229_773_996_44));
    assert_eq!(place.longitude, Some(-0.219_797_637_303_656_7));
    assert_eq!(place.label.as_deref(), Some("The Sample Club"));
    assert_eq!(place.address.as_deref(), Some("1 Example Road, Testville"));
    assert_eq!(place.wa_id.as_deref(), Some("12025550101"));
    assert_eq!(place.from.e164(), Some("+12025550101"));

    let referred: IncomingMessage = read("msg-whatsapp-referral");
    assert_eq!(referred.referral_source_type, Some(ReferralSourceType::Ad));
    assert_eq!(
        referred.referral_source_id.as_deref(),
        Some("120210000000000001")
    );

    let hidden: IncomingMessage = read("msg-whatsapp-bsuid-from");
    assert_eq!(hidden.external_user_id.as_ref(), Some(&hidden.from));
    assert_eq!(hidden.from.e164(), None);
}

#[test]
fn opt_out_is_told_by_its_type() {
    let message: IncomingMessage = read("msg-optout-stop");
    assert_eq!(message.opt_out_type, Some(OptOutType::Stop));
    let message: IncomingMessage = read("msg-stop-without-optouttype");
    assert_eq!(message.opt_out_type, None);
}

#[test]
fn fallback_requests_say_what_failed() {
    let message: IncomingMessage = read("msg-fallback");
    assert_eq!(message.error_code, Some(11200));
    assert_eq!(
        message.error_url.as_deref(),
        Some("https://app.example.com/twilio/sms?tenant=7&x=a+b")
    );
    let call: IncomingCall = read("voice-fallback");
    assert_eq!(call.error_code, Some(11200));
    assert_eq!(
        call.error_url.as_deref(),
        Some("https://app.example.com/twilio/voice")
    );
}

#[test]
fn message_reports_have_status_and_error() {
    let update: MessageStatusUpdate = read("status-undelivered-30003");
    assert_eq!(update.message_status, MessageStatus::Undelivered);
    assert_eq!(
        (update.error_code, update.error()),
        (Some(30003), Some(30003))
    );

    let update: MessageStatusUpdate = read("status-errorcode-empty");
    assert_eq!(update.error_code, None);
    assert!(update.extra.is_empty());

    let update: MessageStatusUpdate = read("status-whatsapp-undelivered");
    assert_eq!(update.channel_prefix, Some(ChannelPrefix::WhatsApp));
    assert_eq!(update.event_type, Some(MessageEventType::Undelivered));

    let update: MessageStatusUpdate = read("status-with-body");
    assert_eq!(update.body.as_deref(), Some("Activity recorded right?"));
}

#[test]
fn a_report_that_names_no_account_is_refused() {
    assert_eq!(
        MessageStatusUpdate::from_params(&params("status-minimal")),
        Err(ParamError::Missing { name: "AccountSid" })
    );
}

#[test]
fn an_unknown_status_is_kept() {
    let update: MessageStatusUpdate = read("status-unknown-value");
    assert_eq!(update.message_status.as_str(), "teleported");
    assert!(matches!(update.message_status, MessageStatus::Unknown(_)));
}

#[test]
fn a_call_is_read_in_full() {
    let call: IncomingCall = read("voice-in-basic");
    assert_eq!(call.call_sid.as_str(), "CA00000000000000000000000000000300");
    assert_eq!(call.call_status, Some(CallStatus::Ringing));
    assert_eq!(call.direction, Some(CallDirection::Inbound));
    assert_eq!(call.caller.as_ref(), Some(&call.from));
    assert_eq!(call.called.as_ref(), Some(&call.to));
    assert_eq!(call.from_place, call.caller_place);
    assert_eq!(call.to_place, call.called_place);
    assert_eq!(call.to_place.city.as_deref(), Some("SAN FRANCISCO"));
    assert!(call.sip_headers.is_empty() && call.extra.is_empty());

    let call: IncomingCall = read("voice-in-geo-utf8");
    assert_eq!(call.from_place.city.as_deref(), Some("São Paulo"));
    assert_eq!(call.from_place.zip, None);
}

#[test]
fn hidden_callers_are_nobody() {
    for name in [
        "voice-in-anonymous-text",
        "voice-in-anonymous-266",
        "voice-in-restricted-737",
        "voice-in-unavailable-862",
        "voice-in-blocked-256",
        "voice-in-unknown-8656",
    ] {
        let call: IncomingCall = read(name);
        assert_eq!(call.from.kind(), AddressKind::Hidden, "{name}");
        assert_eq!(call.from.contact_key(), None, "{name}");
    }
}

#[test]
fn a_client_may_call_nobody_and_its_token_is_untouched() {
    let call: IncomingCall = read("voice-in-client");
    assert_eq!(call.to.kind(), AddressKind::Empty);
    assert_eq!(call.called, None);
    let token = call.call_token.unwrap();
    assert!(
        token.starts_with("%7B%22parentCallInfoToken%22%3A%22"),
        "{token}"
    );
    assert!(
        token.ends_with("%22identityHeaderTokens%22%3A%5B%5D%7D"),
        "{token}"
    );
}

#[test]
fn parameters_of_ones_own_are_extra() {
    let call: IncomingCall = read("voice-in-client-custom");
    assert_eq!(call.extra.get("Note"), Some("free text & more"));
    assert_eq!(call.extra.parse::<u32>("customerId"), Ok(Some(42)));
    assert_eq!(call.extra.len(), 3);
}

#[test]
fn sip_calls_have_their_headers() {
    let call: IncomingCall = read("voice-in-sip");
    assert_eq!(call.from.kind(), AddressKind::Sip);
    assert_eq!(call.sip_domain.as_deref(), Some("sample.sip.twilio.com"));
    assert_eq!(call.sip_source_ip, Some([203, 0, 113, 10].into()));
    let headers: Vec<_> = call.sip_headers.iter().collect();
    assert_eq!(
        headers,
        [
            ("X-Correlation-Id", "abc-123"),
            ("User-to-User", "313233;encoding=hex"),
        ]
    );
    assert_eq!(
        call.sip_headers.get("user-to-user"),
        Some("313233;encoding=hex")
    );
    assert_eq!(
        format!("{:?}", call.sip_headers),
        r#"["X-Correlation-Id", "User-to-User"]"#
    );
}

#[test]
fn caller_id_authentication_is_understood() {
    let verstat = |name| read::<IncomingCall>(name).stir_verstat;
    let diverted = verstat("voice-in-stir-diverted").unwrap();
    assert!(diverted.is_passed() && diverted.is_diverted());
    assert_eq!(diverted.attestation(), Some(Attestation::B));
    assert!(verstat("voice-in-stir-a").unwrap().is_passed());
    assert!(verstat("voice-in-stir-failed").unwrap().is_failed());
    assert_eq!(verstat("voice-in-basic"), None);
}

#[test]
fn call_reports_have_their_numbers_and_times() {
    let update: CallStatusUpdate = read("call-3-completed");
    assert_eq!(update.call_status, CallStatus::Completed);
    assert_eq!(update.direction, Some(CallDirection::OutboundApi));
    assert_eq!(update.sequence_number, Some(3));
    assert_eq!(
        update.timestamp.unwrap().to_string(),
        "2026-01-01T09:53:49Z"
    );
    assert_eq!((update.call_duration, update.duration), (Some(49), Some(1)));
    assert_eq!(update.sip_response_code, Some(200));

    let update: CallStatusUpdate = read("call-completed-amd");
    assert_eq!(update.answered_by, Some(AnsweredBy::Undetermined));
    let update: CallStatusUpdate = read("call-0-initiated");
    assert_eq!(update.stir_status, Some(Attestation::B));
    assert_eq!(update.call_duration, None);
}

#[test]
fn days_of_one_digit_are_days() {
    let params = Params::from_pairs([
        ("AccountSid", ACCOUNT),
        ("CallSid", "CA1"),
        ("CallStatus", "completed"),
        ("Timestamp", "Thu, 1 Jan 2026 09:53:19 +0000"),
        ("Duration", "a while"),
        ("CallDuration", ""),
    ]);
    let update = CallStatusUpdate::from_params(&params).unwrap();
    assert_eq!(
        update.timestamp.unwrap().to_string(),
        "2026-01-01T09:53:19Z"
    );
    assert_eq!((update.duration, update.call_duration), (None, None));
    assert_eq!(update.extra.to_form(), "Duration=a+while");
}

#[test]
fn recording_reports_tell_success_from_error() {
    let done: RecordingStatusUpdate = read("recording-completed");
    assert_eq!(done.recording_status, RecordingStatus::Completed);
    assert_eq!((done.error_code, done.error()), (Some(0), None));
    assert_eq!(done.recording_duration, Some(17));
    assert_eq!(done.recording_source, Some(RecordingSource::RecordVerb));
    assert_eq!(
        done.recording_start_time.unwrap().to_string(),
        "2026-01-01T18:59:25Z"
    );

    let absent: RecordingStatusUpdate = read("recording-absent");
    assert_eq!(
        (absent.error(), absent.recording_duration),
        (Some(16101), Some(-1))
    );
    assert_eq!(absent.recording_url, None);

    let failed: RecordingStatusUpdate = read("recording-failed");
    assert_eq!((failed.error_code, failed.recording_url), (None, None));
    assert!(failed.extra.is_empty());
}

/// Name and value as bytes.
type Pair = (Vec<u8>, Vec<u8>);

fn any_pairs() -> impl Strategy<Value = (String, Vec<Pair>)> {
    let kinds: Vec<_> = CATALOGUE.clone().into_iter().collect();
    prop::sample::select(kinds).prop_flat_map(|(kind, parameters)| {
        let known = prop::sample::select(parameters).prop_flat_map(|(name, values)| {
            let value = prop_oneof![
                prop::sample::select(values).prop_map(String::into_bytes),
                any::<Vec<u8>>(),
            ];
            (Just(name.into_bytes()), value)
        });
        let near = (
            "(Media(Url|ContentType)|SipHeader_|From|To)[0-9]{0,12}",
            any::<Vec<u8>>(),
        )
            .prop_map(|(name, value)| (name.into_bytes(), value));
        let pair = prop_oneof![8 => known, 2 => near, 1 => any::<Pair>()];
        (Just(kind), prop::collection::vec(pair, 0..80))
    })
}

/// Families whose members the catalogue does not all name.
const FAMILIES: &[&str] = &["MediaUrl", "MediaContentType", "SipHeader_", "To"];

proptest! {
    #[test]
    fn every_pair_is_known_or_kept((kind, pairs) in any_pairs()) {
        let known = &CATALOGUE[&kind];
        let params = Params::from_pairs(pairs);
        if let Ok(parsed) = parse(&kind, &params) {
            for (name, _) in params.iter_bytes() {
                let known = known.iter().any(|(known, _)| known.as_bytes() == name)
                    || FAMILIES.iter().any(|prefix| name.starts_with(prefix.as_bytes()));
                let kept = parsed.extra.iter_bytes().any(|(kept, _)| kept == name);
                prop_assert!(known || kept);
            }
            for pair in parsed.extra.iter_bytes() {
                prop_assert!(params.iter_bytes().any(|other| other == pair));
            }
        }
    }
}
