use std::collections::HashSet;

use jiff::Timestamp;
use twilio_hooks::{
    CallDirection, CallStatus, MessageStatus, Params, RecordingStatus,
    webhook::{
        CallStatusUpdate, IncomingCall, IncomingMessage, MessageStatusUpdate, MessageType,
        RecordingStatusUpdate,
    },
};

use super::{ACCOUNT, CUSTOMER, LINE, origin, read};
use crate::simulate::{
    CallOutcome, MessageOutcome, SMS_INCOMING, SMS_STATUS, Scenario, VOICE_INCOMING,
    VOICE_RECORDING, VOICE_STATUS,
};

fn paths(scenario: &Scenario) -> Vec<&str> {
    scenario.steps.iter().map(|step| step.path).collect()
}

fn names(params: &Params) -> Vec<String> {
    params.iter().map(|(name, _)| name.into_owned()).collect()
}

/// The names of a body as Twilio sent it.
macro_rules! fixture {
    ($name:literal) => {
        names(&Params::from_form(include_bytes!(concat!(
            "../../../../../twilio-hooks/tests/fixtures/payloads/",
            $name
        ))))
    };
}

#[test]
fn a_text_is_read_back() {
    let body = "Is it 5 & 6 pm? – 😀 +1";
    let scenario = Scenario::incoming_sms(&mut origin(), CUSTOMER, LINE, body);
    assert_eq!(paths(&scenario), [SMS_INCOMING]);
    let step = &scenario.steps[0];
    assert_eq!(names(&step.params), fixture!("msg-sms-basic.form"));

    let message: IncomingMessage = read(step);
    assert_eq!(message.body, body);
    assert_eq!(message.message_sid.as_str(), step.sid);
    assert!(message.message_sid.is_well_formed());
    assert_eq!(message.account_sid.as_str(), ACCOUNT);
    assert_eq!(message.from.e164(), Some(CUSTOMER));
    assert_eq!(message.to.as_str(), LINE);
    assert_eq!(message.num_segments, Some(1));
    assert_eq!(message.sms_status, Some(MessageStatus::Received));
    assert_eq!(message.from_place.city.as_deref(), Some("SAN FRANCISCO"));
    assert_eq!(message.to_place.zip.as_deref(), Some("20005"));
    assert!(message.media.is_empty() && message.extra.is_empty());
}

#[test]
fn pictures_come_along() {
    let scenario = Scenario::incoming_mms(&mut origin(), CUSTOMER, LINE, "", 2);
    let message: IncomingMessage = read(&scenario.steps[0]);
    assert!(scenario.steps[0].sid.starts_with("MM"));
    assert_eq!(message.num_media, Some(2));
    assert_eq!(message.media.len(), 2);
    let url = message.media[1].url.as_str();
    assert!(url.contains(&scenario.steps[0].sid), "{url}");
}

#[test]
fn whatsapp_adds_name_and_id() {
    let from = format!("whatsapp:{CUSTOMER}");
    let to = format!("whatsapp:{LINE}");
    let scenario = Scenario::incoming_sms(&mut origin(), &from, &to, "Hi");
    let step = &scenario.steps[0];
    assert_eq!(names(&step.params), fixture!("msg-whatsapp-text.form"));
    let message: IncomingMessage = read(step);
    assert_eq!(message.message_type, Some(MessageType::Text));
    assert_eq!(message.wa_id.as_deref(), Some("14155550143"));
    assert!(message.profile_name.is_some());
    assert_eq!(message.from.e164(), Some(CUSTOMER));
    let metadata: serde_json::Value =
        serde_json::from_str(&message.channel_metadata.unwrap()).unwrap();
    assert_eq!(metadata["data"]["context"]["WaId"], "14155550143");
}

#[test]
fn long_texts_take_more_segments() {
    for (text, segments) in [
        ("a".repeat(160), 1),
        ("a".repeat(161), 2),
        ("€".repeat(81), 2),
        ("ä".repeat(160), 1),
        ("…".repeat(70), 1),
        ("😀".repeat(36), 2),
    ] {
        let scenario = Scenario::incoming_sms(&mut origin(), CUSTOMER, LINE, &text);
        let message: IncomingMessage = read(&scenario.steps[0]);
        assert_eq!(message.num_segments, Some(segments), "{text}");
    }
}

#[test]
fn a_sent_text_gets_to_its_outcome() {
    use MessageStatus::{Delivered, Failed, Queued, Sending, Sent, Undelivered};
    for (outcome, expected, error_code) in [
        (
            MessageOutcome::Delivered,
            &[Queued, Sending, Sent, Delivered][..],
            None,
        ),
        (
            MessageOutcome::Undelivered(30003),
            &[Queued, Sending, Sent, Undelivered],
            Some(30003),
        ),
        (
            MessageOutcome::Failed(30001),
            &[Queued, Failed],
            Some(30001),
        ),
    ] {
        let scenario = Scenario::outgoing_sms(&mut origin(), LINE, CUSTOMER, "On its way", outcome);
        let updates: Vec<MessageStatusUpdate> = scenario.steps.iter().map(read).collect();
        let statuses: Vec<_> = updates.iter().map(|u| u.message_status.clone()).collect();
        assert_eq!(statuses, expected);
        assert!(scenario.steps.iter().all(|step| step.path == SMS_STATUS));
        assert!(
            updates
                .iter()
                .all(|u| u.message_sid == updates[0].message_sid)
        );
        let (last, before) = updates.split_last().unwrap();
        assert_eq!(last.error_code, error_code);
        assert!(before.iter().all(|u| u.error_code.is_none()));
        assert_eq!(last.body.as_deref(), Some("On its way"));
        assert!(last.extra.is_empty());
        if error_code != Some(30001) {
            assert_eq!(last.raw_dlr_done_date.as_deref(), Some("2601010953"));
        }
    }
}

#[test]
fn a_sent_whatsapp_message_names_its_channel() {
    let to = format!("whatsapp:{CUSTOMER}");
    let from = format!("whatsapp:{LINE}");
    let outcome = MessageOutcome::Delivered;
    let scenario = Scenario::outgoing_sms(&mut origin(), &from, &to, "", outcome);
    let last: MessageStatusUpdate = read(scenario.steps.last().unwrap());
    assert_eq!(last.channel_to_address.as_deref(), Some("+1415555XXXX"));
    assert_eq!(last.body, None);
    assert_eq!(last.raw_dlr_done_date, None);
    assert!(last.channel_prefix.is_some() && last.event_type.is_some());
}

#[test]
fn a_call_rings_is_answered_and_ends() {
    let outcome = CallOutcome::Completed { seconds: 61 };
    let scenario = Scenario::incoming_call(&mut origin(), CUSTOMER, LINE, outcome);
    assert_eq!(
        paths(&scenario),
        [VOICE_INCOMING, VOICE_STATUS, VOICE_STATUS]
    );
    let [first, second, third] = &scenario.steps[..] else {
        panic!("{scenario:?}");
    };

    let call: IncomingCall = read(first);
    assert_eq!(call.call_status, Some(CallStatus::Ringing));
    assert_eq!(call.direction, Some(CallDirection::Inbound));
    assert_eq!(call.call_sid.as_str(), first.sid);
    assert!(call.call_sid.is_well_formed());
    assert_eq!(call.caller_place.state.as_deref(), Some("CA"));
    assert!(call.extra.is_empty());

    let answered: CallStatusUpdate = read(second);
    let completed: CallStatusUpdate = read(third);
    assert_eq!(answered.call_status, CallStatus::InProgress);
    assert_eq!(answered.call_duration, None);
    assert_eq!(completed.call_status, CallStatus::Completed);
    assert_eq!(completed.call_duration, Some(61));
    assert_eq!(completed.duration, Some(2));
    assert!(answered.sequence_number < completed.sequence_number);
    let between = completed.timestamp.unwrap() - answered.timestamp.unwrap();
    assert_eq!(between.get_seconds(), 61);
    assert_eq!(
        third.params.get("Timestamp"),
        Some("Thu, 01 Jan 2026 09:53:49 +0000")
    );
    assert!(completed.extra.is_empty());

    let mut without_name = names(&third.params);
    without_name.retain(|name| name != "CallerName");
    assert_eq!(without_name, fixture!("call-inbound-completed.form"));
}

#[test]
fn an_unanswered_call_has_one_report() {
    for (outcome, status) in [
        (CallOutcome::NoAnswer, CallStatus::NoAnswer),
        (CallOutcome::Busy, CallStatus::Busy),
        (CallOutcome::Canceled, CallStatus::Canceled),
        (CallOutcome::Failed, CallStatus::Failed),
    ] {
        let scenario = Scenario::incoming_call(&mut origin(), CUSTOMER, LINE, outcome);
        assert_eq!(paths(&scenario), [VOICE_INCOMING, VOICE_STATUS]);
        let update: CallStatusUpdate = read(&scenario.steps[1]);
        assert_eq!(update.call_status, status);
        assert_eq!(update.call_duration, Some(0));
        assert_eq!(update.sequence_number, Some(0));
    }
}

#[test]
fn a_recording_belongs_to_its_call() {
    let scenario = Scenario::recorded_call(&mut origin(), CUSTOMER, LINE, 17);
    let call: IncomingCall = read(&scenario.steps[0]);
    let recorded: Vec<RecordingStatusUpdate> = scenario
        .steps
        .iter()
        .filter(|step| step.path == VOICE_RECORDING)
        .map(read)
        .collect();
    let [starts, ready] = &recorded[..] else {
        panic!("{recorded:?}");
    };
    assert_eq!(starts.recording_status, RecordingStatus::InProgress);
    assert_eq!(ready.recording_status, RecordingStatus::Completed);
    assert_eq!(ready.recording_duration, Some(17));
    assert_eq!(ready.recording_sid, starts.recording_sid);
    assert_eq!(ready.call_sid.as_ref(), Some(&call.call_sid));
    assert_eq!(ready.error(), None);
    let started: Timestamp = "2026-01-01T09:53:32Z".parse().unwrap();
    assert_eq!(ready.recording_start_time, Some(started));
    assert!(ready.extra.is_empty());

    let alone = Scenario::recording(&mut origin(), "CA1", 17);
    assert_eq!(paths(&alone), [VOICE_RECORDING, VOICE_RECORDING]);
    assert_eq!(
        names(&alone.steps[0].params),
        fixture!("recording-in-progress.form")
    );
    assert_eq!(alone.steps[0].params.get("CallSid"), Some("CA1"));
}

#[test]
fn equal_origins_make_equal_webhooks() {
    let make = || {
        let mut origin = origin();
        [
            Scenario::incoming_sms(&mut origin, CUSTOMER, LINE, "a"),
            Scenario::outgoing_sms(&mut origin, LINE, CUSTOMER, "b", MessageOutcome::Delivered),
            Scenario::incoming_call(&mut origin, CUSTOMER, LINE, CallOutcome::Busy),
            Scenario::recorded_call(&mut origin, CUSTOMER, LINE, 9),
        ]
    };
    assert_eq!(make(), make());
    let scenarios = make();
    let steps = scenarios.iter().flat_map(|scenario| &scenario.steps);
    let tokens: HashSet<_> = steps.clone().map(|step| &step.token).collect();
    assert_eq!(tokens.len(), steps.count());
}
