//! Voicemail and recorded calls.

use std::time::Duration;

use twilio_hooks::webhook::EventKind;

use crate::support::{Answer, Asked, caller, kinds, nothing, told, twiml};

fn voicemail(asked: &Asked) -> Answer {
    match &*asked.path {
        "/voice" => twiml(r#"<Dial action="/dialled">+12025550102</Dial>"#),
        "/dialled" => twiml(
            r##"<Say>Please leave a message.</Say><Record action="/recorded" maxLength="30" finishOnKey="#"
                recordingStatusCallback="/ready" recordingStatusCallbackEvent="in-progress completed absent"/>
                <Say>You said nothing.</Say>"##,
        ),
        "/recorded" => twiml("<Say>Thank you.</Say>"),
        _ => nothing(),
    }
}

#[tokio::test]
async fn an_unanswered_call_ends_with_a_message() {
    let mut call = caller(voicemail).call().await.unwrap();
    call.nobody_answers()
        .await
        .unwrap()
        .hears("leave a message")
        .await
        .unwrap();
    call.leaves_voicemail(Duration::from_secs(12))
        .await
        .unwrap();
    call.hears("Thank you")
        .await
        .unwrap()
        .is_over()
        .await
        .unwrap();
    let transcript = call.transcript();
    assert_eq!(told(transcript, "/recorded", "RecordingDuration"), ["12"]);
    assert_eq!(told(transcript, "/recorded", "Digits"), ["(absent)"]);
    assert_eq!(
        told(transcript, "/ready", "RecordingStatus"),
        ["in-progress", "completed"]
    );
    let url = told(transcript, "/recorded", "RecordingUrl");
    assert_eq!(told(transcript, "/ready", "RecordingUrl")[1..], url);
    assert_eq!(
        kinds(transcript),
        [
            ("/voice", EventKind::IncomingCall),
            ("/dialled", EventKind::DialAction),
            ("/ready", EventKind::RecordingStatus),
            ("/recorded", EventKind::RecordAction),
            ("/ready", EventKind::RecordingStatus),
        ]
    );
}

#[tokio::test]
async fn a_caller_hangs_up_after_the_message() {
    let mut call = caller(voicemail).call().await.unwrap();
    call.nobody_answers().await.unwrap();
    call.speaks_for(Duration::from_secs(7))
        .await
        .unwrap()
        .hangs_up()
        .await
        .unwrap();
    let transcript = call.transcript();
    assert_eq!(told(transcript, "/recorded", "Digits"), ["hangup"]);
    assert_eq!(told(transcript, "/recorded", "CallStatus"), ["completed"]);
    assert!(transcript.heard().all(|prompt| prompt != "Thank you."));
    assert_eq!(kinds(transcript).len(), 5);
}

#[tokio::test]
async fn a_key_or_the_length_ends_a_message() {
    let mut call = caller(voicemail).call().await.unwrap();
    call.is_busy()
        .await
        .unwrap()
        .speaks_for(Duration::from_secs(3))
        .await
        .unwrap();
    call.presses("5").await.unwrap().presses("#").await.unwrap();
    call.hears("Thank you").await.unwrap();
    assert_eq!(told(call.transcript(), "/recorded", "Digits"), ["#"]);

    let mut call = caller(voicemail).call().await.unwrap();
    call.is_busy()
        .await
        .unwrap()
        .leaves_voicemail(Duration::from_secs(99))
        .await
        .unwrap();
    assert_eq!(
        told(call.transcript(), "/recorded", "RecordingDuration"),
        ["30"]
    );
}

#[tokio::test]
async fn without_a_message_the_next_verb_follows() {
    let mut call = caller(voicemail).call().await.unwrap();
    call.is_busy().await.unwrap().stays_silent().await.unwrap();
    call.hears("You said nothing").await.unwrap();
    assert_eq!(
        told(call.transcript(), "/ready", "RecordingStatus"),
        ["in-progress", "absent"]
    );
    assert_eq!(kinds(call.transcript()).len(), 4);

    let mut call = caller(voicemail).call().await.unwrap();
    call.is_busy().await.unwrap().hears("leave").await.unwrap();
    assert!(call.is_over().await.is_err());
    call.hangs_up().await.unwrap();
    assert_eq!(call.transcript().requests_to("/recorded").count(), 0);
}

#[tokio::test]
async fn a_forwarded_call_is_recorded() {
    let answer = |asked: &Asked| match &*asked.path {
        "/voice" => twiml(
            r#"<Dial record="record-from-answer-dual" action="/dialled" recordingStatusCallback="ready">+12025550102</Dial>"#,
        ),
        _ => nothing(),
    };
    let mut call = caller(answer).call().await.unwrap();
    call.somebody_answers()
        .await
        .unwrap()
        .talks_for(Duration::from_secs(9))
        .await
        .unwrap();
    call.they_hang_up().await.unwrap().is_over().await.unwrap();
    let transcript = call.transcript();
    assert_eq!(told(transcript, "/dialled", "RecordingDuration"), ["9"]);
    assert_eq!(told(transcript, "/ready", "RecordingChannels"), ["2"]);
    assert_eq!(told(transcript, "/ready", "CallSid"), [call.sid().as_str()]);
    assert_eq!(kinds(transcript).len(), 3);
}
