//! Calls, reports on them, and recordings.

use twilio_hooks::{
    AddressKind, CallDirection, CallStatus, ParamError, Params, RecordingStatus,
    webhook::{
        AnsweredBy, Attestation, CallStatusUpdate, IncomingCall, RecordingSource,
        RecordingStatusUpdate, Webhook,
    },
};

use super::{ACCOUNT, read};

#[test]
fn an_identifier_that_is_no_text_is_refused() {
    let params = Params::from_form(b"AccountSid=%FF&CallSid=CA1");
    assert_eq!(
        IncomingCall::from_params(&params),
        Err(ParamError::Invalid { name: "AccountSid" })
    );
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
