//! What verbs and resources of calls ask and tell: the traps in their fields, and telling them apart.

use std::collections::BTreeMap;

use serde_json::Value;
use twilio_hooks::{
    AddressKind, CallDirection, CallStatus, ConferenceEvent, Params, RecordingStatus,
    webhook::{
        AnsweredBy, AsyncAmdStatusUpdate, BankAccountType, CallerIdValidation,
        CallerIdVerificationStatus, ConferenceEndReason, ConferenceRecordEnd,
        ConferenceRecordingStatusUpdate, ConferenceStatusUpdate, ConversationRelayAction,
        ConversationRelayStatus, DialAction, DialCallStatus, DialCallStatusUpdate, DialRefer,
        DialScreen, EnqueueAction, EnqueueWait, Event, EventKind, GatherAction,
        GatherPartialResult, OutboundCallAnswer, ParticipantLeftReason, PayAction, PayErrorType,
        PayResult, PayStatusUpdate, PayStep, QueueResult, QueueScreen, RealtimeTranscriptionUpdate,
        RecordAction, ReferAction, SiprecEvent, SiprecStatusUpdate, StreamEvent,
        StreamStatusUpdate, TranscriptionEvent, TranscriptionStatus, TranscriptionStatusUpdate,
        TranscriptionTrack, UserDefinedMessage, VirtualAgentAction, VirtualAgentStatus, Webhook,
    },
};

use super::{ACCOUNT, bodies, read};

const CALL: &str = "CA00000000000000000000000000000300";

fn with(pairs: &[(&str, &str)]) -> Params {
    let sids = [("AccountSid", ACCOUNT), ("CallSid", CALL)];
    Params::from_pairs(sids.iter().chain(pairs).copied())
}

#[test]
fn an_answered_call_knows_who_answered() {
    let call: OutboundCallAnswer = read("voice-out-answer-machine");
    assert_eq!(call.answered_by, Some(AnsweredBy::MachineEndBeep));
    assert_eq!(call.machine_detection_duration, Some(12_870));
    assert_eq!(call.direction, Some(CallDirection::OutboundApi));
    let amd: AsyncAmdStatusUpdate = read("amd-machine-end");
    assert_eq!(amd.answered_by, AnsweredBy::MachineEndSilence);
    assert_eq!(amd.machine_detection_duration, Some(11_530));
}

#[test]
fn legs_of_a_dial_name_their_parent() {
    let update: DialCallStatusUpdate = read("child-completed");
    assert_eq!(update.call_status, CallStatus::Completed);
    assert_eq!((update.call_duration, update.duration), (Some(41), Some(1)));
    assert_ne!(update.parent_call_sid, Some(update.call_sid));
    let screen: DialScreen = read("dial-screen");
    assert!(screen.parent_call_sid.is_some());
    assert_eq!(screen.direction, Some(CallDirection::OutboundDial));
}

#[test]
fn a_dial_may_be_completed_though_nobody_talked() {
    let dial: DialAction = read("dial-not-bridged");
    assert_eq!(dial.dial_call_status, DialCallStatus::Completed);
    assert!(dial.dial_call_status.is_answered() && !dial.is_bridged());
    assert!(read::<DialAction>("dial-completed").is_bridged());
    assert!(!read::<DialAction>("dial-busy").is_bridged());
    // Without `DialBridged`.
    assert!(read::<DialAction>("dial-completed-recorded").is_bridged());
    assert!(read::<DialAction>("dial-conference").is_bridged());
}

#[test]
fn a_conference_that_was_dialled_is_answered_and_has_no_leg() {
    let dial: DialAction = read("dial-conference");
    assert_eq!(dial.dial_call_status, DialCallStatus::Answered);
    assert_eq!((dial.dial_call_sid, dial.dial_call_duration), (None, None));
    assert_eq!(
        dial.dial_call_status.to_call_status(),
        CallStatus::Completed
    );
}

#[test]
fn every_status_of_a_dial_is_one_of_a_call() {
    for status in DialCallStatus::KNOWN {
        let call = status.to_call_status();
        assert!(CallStatus::KNOWN.contains(&call) && call.is_terminal());
    }
    let new = DialCallStatus::from("diverted").to_call_status();
    assert_eq!(new.as_str(), "diverted");
}

#[test]
fn a_sip_dial_has_the_headers_of_the_answer() {
    let dial: DialAction = read("dial-sip");
    assert_eq!(dial.dial_sip_headers.get("x-agent"), Some("7"));
    assert_eq!(dial.dial_sip_response_code, Some(200));
    assert_eq!(dial.call_status, Some(CallStatus::Completed));
    assert!(dial.sip_headers.is_empty() && dial.extra.is_empty());
}

#[test]
fn the_misspelt_leg_is_read() {
    let dial: DialAction = read("dial-queue");
    let screen: QueueScreen = read("queue-screen");
    assert!(dial.dequeing_call_sid.is_some());
    assert_eq!(dial.dequeing_call_sid, screen.dequeing_call_sid);
    assert_eq!((dial.queue_time, screen.queue_time), (Some(31), Some(31)));
}

#[test]
fn error_code_zero_is_no_error() {
    let zero = [("DialCallStatus", "failed"), ("ErrorCode", "0")];
    let dial = DialAction::from_params(&with(&zero)).unwrap();
    assert_eq!((dial.error_code, dial.error()), (Some(0), None));
    let code = [("DialCallStatus", "failed"), ("ErrorCode", "13224")];
    let dial = DialAction::from_params(&with(&code)).unwrap();
    assert_eq!(dial.error(), Some(13_224));
}

#[test]
fn digits_are_text() {
    let gather = |name| read::<GatherAction>(name);
    let pin = gather("gather-digits");
    assert_eq!(pin.digits.as_deref(), Some("00120"));
    assert_eq!(pin.finished_on_key.as_deref(), Some("#"));
    assert!(pin.extra.is_empty());
    assert_eq!(gather("gather-star-hash").digits.as_deref(), Some("*0#1"));
    assert_eq!(gather("gather-digits-timeout").finished_on_key, None);
    assert!(gather("gather-empty").is_empty());
    assert!(!pin.is_empty());
}

#[test]
fn a_confidence_of_zero_is_none() {
    let gather = |name| read::<GatherAction>(name);
    let sure = gather("gather-speech");
    assert_eq!(
        sure.speech_result.as_deref(),
        Some("I'd like 2 tickets, please.")
    );
    assert_eq!(sure.known_confidence(), Some(0.946_667_5));
    let zero = gather("gather-speech-zero");
    assert_eq!(
        (zero.confidence, zero.known_confidence()),
        (Some(0.0), None)
    );
    assert_eq!(gather("gather-speech-no-confidence").confidence, None);

    let long = with(&[("Confidence", "0.9128386974334717000000000000000000000001")]);
    let long = GatherAction::from_params(&long).unwrap();
    assert_eq!(long.confidence, Some(0.912_838_697_433_471_7));
}

#[test]
fn interim_words_are_in_order_and_stable_or_not() {
    let partial: GatherPartialResult = read("gather-partial");
    assert_eq!(partial.unstable_speech_result.as_deref(), Some("i need a"));
    assert_eq!(partial.stable_speech_result, None);
    assert_eq!(
        (partial.stability, partial.sequence_number),
        (Some(0.9), Some(4))
    );
}

#[test]
fn hanging_up_is_no_key() {
    let hangup: RecordAction = read("record-action-hangup");
    assert!(hangup.is_hangup());
    assert_eq!(hangup.key(), None);
    let key: RecordAction = read("record-action");
    assert_eq!((key.key(), key.is_hangup()), (Some("#"), false));
    let timeout = RecordAction::from_params(&with(&[("Digits", "")])).unwrap();
    assert_eq!((timeout.key(), timeout.is_hangup()), (None, false));
}

#[test]
fn a_recording_that_nobody_understood_has_no_text() {
    let done: TranscriptionStatusUpdate = read("transcription-legacy");
    assert_eq!(done.transcription_status, TranscriptionStatus::Completed);
    assert!(done.transcription_text.unwrap().starts_with("Hi, this"));
    assert_eq!(done.transcription_url_twin, done.transcription_url);
    assert!(done.extra.is_empty());
    let failed: TranscriptionStatusUpdate = read("transcription-legacy-failed");
    assert_eq!(failed.transcription_status, TranscriptionStatus::Failed);
    assert_eq!(failed.transcription_text, None);
}

#[test]
fn what_is_said_is_read_out_of_its_json() {
    let update = |name| read::<RealtimeTranscriptionUpdate>(name);
    let settled = update("rt-transcription-final");
    assert_eq!(settled.transcription_event, TranscriptionEvent::Content);
    assert_eq!(settled.track, Some(TranscriptionTrack::Outbound));
    assert_eq!(settled.is_final, Some(true));
    assert_eq!(
        settled.transcript().unwrap(),
        "Hello, how can I assist you today?"
    );
    assert!(settled.confidence().is_some_and(|sure| sure > 0.9));
    assert_eq!(settled.stability, None);

    let interim = update("rt-transcription-partial");
    assert_eq!(interim.transcript().as_deref(), Some("Hello how can"));
    assert_eq!((interim.stability, interim.confidence()), (Some(0.9), None));

    let nanos = update("rt-transcription-provider").timestamp.unwrap();
    assert_eq!(nanos.subsec_nanosecond(), 614_701_800);
    assert_eq!(update("rt-transcription-started").transcript(), None);
    assert_eq!(update("rt-transcription-error").error(), Some(32_655));
}

#[test]
fn data_that_is_not_the_json_one_expects_is_kept_as_text() {
    let deep = "[".repeat(100_000);
    for data in ["", "Hello", "[]", "null", r#"{"transcript":7}"#, &*deep] {
        let params = with(&[
            ("TranscriptionSid", "GT1"),
            ("TranscriptionEvent", "transcription-content"),
            ("TranscriptionData", data),
        ]);
        let update = RealtimeTranscriptionUpdate::from_params(&params).unwrap();
        assert_eq!((update.transcript(), update.confidence()), (None, None));
        assert_eq!(update.transcription_data.unwrap_or_default(), data);
    }
}

#[test]
fn conferences_report_their_participants() {
    let update = |name| read::<ConferenceStatusUpdate>(name);
    let join = update("conference-join");
    assert_eq!(join.status_callback_event, ConferenceEvent::ParticipantJoin);
    assert_eq!(join.timestamp.unwrap().to_string(), "2026-01-01T20:48:32Z");
    assert_eq!((join.muted, join.coaching), (Some(false), Some(false)));
    assert_eq!(join.participant_label.as_deref(), Some("customer"));
    assert!(join.call_sid.is_some());

    let leave = update("conference-leave");
    assert_eq!(
        leave.reason_participant_left,
        Some(ParticipantLeftReason::HungUp)
    );
    assert_eq!(leave.participant_call_status, Some(CallStatus::Completed));

    let end = update("conference-end");
    assert_eq!(
        end.reason_conference_ended,
        Some(ConferenceEndReason::ModeratorLeft)
    );
    assert_eq!((end.call_sid, end.muted), (None, None));
    assert!(end.call_sid_ending_conference.is_some());
}

#[test]
fn conferences_report_their_recordings() {
    let done: ConferenceRecordingStatusUpdate = read("recording-conference");
    assert_eq!(done.recording_status, RecordingStatus::Completed);
    assert_eq!((done.error_code, done.error()), (Some(0), None));
    assert_eq!(done.call_sid, None);
    let old: ConferenceRecordEnd = read("conference-record-end");
    assert_eq!(
        (old.duration, old.recording_file_size),
        (Some(6), Some(90_786))
    );
}

#[test]
fn a_caller_that_never_was_in_the_queue_has_no_queue() {
    let full: EnqueueAction = read("enqueue-action-full");
    assert_eq!(full.queue_result, QueueResult::QueueFull);
    assert_eq!((full.queue_sid, full.queue_time), (None, None));
    let bridged: EnqueueAction = read("enqueue-action-bridged");
    assert_eq!(bridged.queue_time, Some(31));
    let wait: EnqueueWait = read("enqueue-wait");
    assert_eq!((wait.queue_position, wait.queue_time), (Some(1), Some(12)));
    assert_eq!(
        (wait.avg_queue_time, wait.max_queue_size),
        (Some(30), Some(1000))
    );
}

#[test]
fn payments_keep_leading_zeros_and_errors() {
    let pay: PayAction = read("pay-success");
    assert_eq!((&pay.result, pay.error()), (&PayResult::Success, None));
    assert_eq!(pay.expiration_date.as_deref(), Some("0529"));
    assert_eq!(pay.payment_card_postal_code.as_deref(), Some("01022"));
    let refused: PayAction = read("pay-error");
    assert_eq!(refused.result, PayResult::PaymentConnectorError);
    assert_eq!(refused.error(), Some(64_012));
}

#[test]
fn a_step_of_a_payment_may_have_several_errors() {
    let step: PayStatusUpdate = read("pay-status-error");
    assert_eq!(step.step, Some(PayStep::ExpirationDate));
    assert_eq!(
        *step.error_type,
        [PayErrorType::InputTimeout, PayErrorType::InvalidDate]
    );
    assert_eq!(step.attempt, Some(2));
    let fine: PayStatusUpdate = read("pay-status-card");
    assert!(fine.error_type.is_empty() && fine.extra.is_empty());
    let bank: PayStatusUpdate = read("pay-status-ach");
    assert_eq!(
        bank.bank_account_type,
        Some(BankAccountType::ConsumerChecking)
    );
    let new = PayStatusUpdate::from_params(&with(&[("ErrorType", " a  b ")])).unwrap();
    let texts: Vec<_> = new.error_type.iter().map(PayErrorType::as_str).collect();
    assert_eq!(texts, ["a", "b"]);
}

#[test]
fn a_transfer_in_progress_has_worked() {
    let done: ReferAction = read("refer-success");
    assert_eq!(done.refer_call_status, Some(CallStatus::InProgress));
    assert!(done.is_transferred());
    let refused: ReferAction = read("refer-rejected");
    assert!(!refused.is_transferred());
    assert_eq!(refused.refer_sip_response_code, Some(405));
    assert_eq!(refused.notify_sip_response_code, None);
}

#[test]
fn a_transfer_target_has_no_brackets() {
    let refer: DialRefer = read("refer-url");
    assert!(refer.refer_transfer_target.as_str().starts_with('<'));
    assert!(refer.target().starts_with("sip:+14155550103@"));
    assert!(!refer.target().ends_with('>'));
    let plain = with(&[("ReferTransferTarget", "+12025550143")]);
    let plain = DialRefer::from_params(&plain).unwrap();
    assert_eq!(plain.target(), "+12025550143");
    assert_eq!(plain.refer_transfer_target.kind(), AddressKind::PhoneNumber);
}

#[test]
fn streams_report_times_and_errors() {
    let failed: StreamStatusUpdate = read("stream-error");
    assert_eq!(failed.stream_event, StreamEvent::Error);
    assert_eq!(
        failed.stream_error.as_deref(),
        Some("WebSocket handshake failed: 403")
    );
    assert_eq!(
        failed.timestamp.unwrap().to_string(),
        "2026-01-01T19:10:00.123456Z"
    );
    let siprec: SiprecStatusUpdate = read("siprec-started");
    assert_eq!(siprec.siprec_event, Some(SiprecEvent::Started));
}

#[test]
fn handed_over_data_need_not_be_json() {
    let relay: ConversationRelayAction = read("relay-ended");
    let handoff: BTreeMap<String, Value> = relay.handoff_json().unwrap();
    assert_eq!(handoff["reasonCode"], "live-agent-handoff");
    let plain: ConversationRelayAction = read("relay-plain-handoff");
    assert_eq!(plain.handoff_json::<Value>(), None);
    assert_eq!(plain.handoff_data.as_deref(), Some("not json at all"));
    let failed: ConversationRelayAction = read("relay-failed");
    assert_eq!(failed.session_status, ConversationRelayStatus::Failed);
    assert_eq!(
        (failed.error(), failed.session_duration),
        (Some(64_105), Some(3))
    );
    assert_eq!(failed.handoff_json::<Value>(), None);
}

#[test]
fn json_of_apps_and_agents_is_read() {
    let agent: VirtualAgentAction = read("virtual-agent");
    assert_eq!(
        agent.virtual_agent_status,
        Some(VirtualAgentStatus::LiveAgentHandoff)
    );
    let data: Value = agent.provider_json().unwrap();
    assert_eq!(data["ConversationId"], "fake");
    let message: UserDefinedMessage = read("user-defined-message");
    let content: Value = message.content_json().unwrap();
    assert_eq!(content["topic"], "mute");
    assert_eq!(message.content_json::<Vec<String>>(), None);
}

#[test]
fn a_validated_caller_id_has_a_name() {
    let done: CallerIdValidation = read("caller-id-success");
    assert_eq!(
        done.verification_status,
        CallerIdVerificationStatus::Success
    );
    assert!(done.outgoing_caller_id_sid.unwrap().is_well_formed());
}

/// What must never be in a log, besides what all calls have.
const SENSITIVE: &[&str] = &[
    "AddOns",
    "BankAccountNumber",
    "BankRoutingNumber",
    "Confidence",
    "ConnectorError",
    "Content",
    "Digits",
    "ExpirationDate",
    "FinishedOnKey",
    "FriendlyName",
    "HandoffData",
    "ParticipantLabel",
    "PaymentCardNumber",
    "PaymentCardPostalCode",
    "PaymentConfirmationCode",
    "PaymentToken",
    "ProfileId",
    "RecordingUrl",
    "SecurityCode",
    "SpeechResult",
    "StableSpeechResult",
    "TranscriptionData",
    "TranscriptionProviderData",
    "TranscriptionText",
    "UnstableSpeechResult",
    "VirtualAgentProviderData",
];

#[test]
fn what_callers_say_key_in_and_pay_with_is_never_in_debug() {
    for kind in EventKind::ALL {
        let required = kind.required().iter().map(|name| (*name, "x"));
        let required = required.filter(|(name, _)| !SENSITIVE.contains(name));
        let sensitive = SENSITIVE.iter().map(|name| (*name, "53cr3t"));
        let params = Params::from_pairs(required.chain(sensitive));
        let debug = format!("{:?}", Event::read(*kind, &params).unwrap());
        assert!(!debug.contains("53cr3t"), "{kind}: {debug}");
    }
    let target = with(&[("ReferTransferTarget", "+12025550143")]);
    let debug = format!("{:?}", DialRefer::from_params(&target).unwrap());
    assert!(!debug.contains("12025550143"), "{debug}");
}

#[test]
fn kinds_are_told_apart_though_calls_have_parameters_of_their_own() {
    let mut voice = 0;
    for (file, _, params) in bodies() {
        if params.get("CallSid").is_none() {
            continue;
        }
        voice += 1;
        let own = [
            ("customerId", "42"),
            ("Note", "a & b"),
            ("digits", "1"),
            ("Recording", ""),
            ("SipHeader_Digits", "1"),
        ];
        let mut pairs: Vec<_> = params.iter().collect();
        pairs.splice(0..0, own.map(|(name, value)| (name.into(), value.into())));
        pairs.push(("zeitgeist".into(), "".into()));
        let more = Params::from_pairs(pairs.iter().map(|(name, value)| (&**name, &**value)));
        assert_eq!(Event::detect(&more), Event::detect(&params), "{file}");
    }
    assert!(voice > 50, "{voice}");
}

#[test]
fn a_parameter_of_ones_own_can_imitate_any_kind() {
    let call = [("From", "client:alice"), ("CallStatus", "ringing")];
    assert_eq!(Event::detect(&with(&call)), Some(EventKind::IncomingCall));
    for (name, kind) in [
        ("Digits", EventKind::GatherAction),
        ("DialCallStatus", EventKind::DialAction),
        ("RecordingUrl", EventKind::RecordAction),
        ("Result", EventKind::PayAction),
    ] {
        let own = [call[0], call[1], (name, "")];
        assert_eq!(Event::detect(&with(&own)), Some(kind));
    }
}

#[test]
fn kinds_that_are_hardly_documented_are_told_apart_where_they_can_be() {
    let question = ("CallStatus", "in-progress");
    for (kind, pairs) in [
        (
            EventKind::ConferenceWait,
            &[question, ("ConferenceSid", "CF1")][..],
        ),
        (
            EventKind::ConnectStreamAction,
            &[question, ("StreamSid", "MZ1")],
        ),
        (
            EventKind::SmsAction,
            &[question, ("SmsSid", "SM1"), ("SmsStatus", "sent")],
        ),
        (EventKind::VirtualAgentStatus, &[("VirtualAgentEvent", "x")]),
        (
            EventKind::VirtualAgentStatus,
            &[("VirtualAgentProviderData", "{}")],
        ),
        (
            EventKind::PayStatus,
            &[("PaymentSid", "PK1"), ("Result", "success")],
        ),
        // Nothing but the route tells these from a call that came in.
        (EventKind::IncomingCall, &[question, ("TrunkSid", "TK1")]),
        (EventKind::IncomingCall, &[question]),
    ] {
        assert_eq!(Event::detect(&with(pairs)), Some(kind), "{pairs:?}");
    }
    let add_on = Params::from_pairs([("AddOns", "{}")]);
    assert_eq!(
        Event::detect(&add_on),
        Some(EventKind::AddOnRecordingResult)
    );
}

#[test]
fn a_recorded_call_that_ends_is_not_a_record_verb_that_ends() {
    let recording = ("RecordingUrl", "https://api.twilio.com/r");
    let report = with(&[
        ("CallStatus", "completed"),
        recording,
        ("CallDuration", "9"),
    ]);
    assert_eq!(Event::detect(&report), Some(EventKind::CallStatus));
    let action = with(&[("CallStatus", "completed"), recording, ("Digits", "hangup")]);
    assert_eq!(Event::detect(&action), Some(EventKind::RecordAction));
}

#[test]
fn a_failed_action_url_is_still_an_action() {
    let fallback = with(&[("Digits", "1"), ("ErrorUrl", "https://example.com/menu")]);
    assert_eq!(Event::detect(&fallback), Some(EventKind::GatherAction));
}
