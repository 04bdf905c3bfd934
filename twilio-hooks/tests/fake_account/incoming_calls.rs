//! Calls that come in, and what the API tells of them.

use std::time::Duration;

use twilio_hooks::{
    CallDirection, CallStatus, RecordingStatus,
    client::{DownloadOptions, ListCalls, RecordingFormat},
    webhook::RecordingSource,
};

use crate::support::{Answer, Asked, THEM, US, app, fake, nothing, told, twiml};

fn voicemail(asked: &Asked) -> Answer {
    match &*asked.path {
        "/voice" => twiml(
            r#"<Dial timeout="20" action="/dialled"><Number statusCallback="/leg">+12025550102</Number></Dial>"#,
        ),
        "/dialled" if asked.get("DialCallStatus") == "completed" => twiml("<Hangup/>"),
        "/dialled" => twiml(
            r#"<Say>Leave a message.</Say><Record action="/left" recordingStatusCallback="/recording"/>"#,
        ),
        "/left" => twiml("<Say>Thank you.</Say>"),
        _ => nothing(),
    }
}

#[tokio::test]
async fn a_call_its_legs_and_its_recording_are_listed() {
    let fake = fake().await;
    let began = fake.now();
    let caller = fake.caller(app(&fake, voicemail), "https://hooks.example.com/voice");
    let mut call = caller.from(THEM).to(US).call().await.unwrap();
    let twilio = fake.client();
    let row = || async { twilio.calls().fetch(&call_sid(&fake)).await.unwrap() };
    assert_eq!(row().await.status, Some(CallStatus::Ringing));
    call.nobody_answers().await.unwrap();
    call.hears("Leave a message").await.unwrap();
    assert_eq!(row().await.status, Some(CallStatus::InProgress));
    call.leaves_voicemail(Duration::from_secs(12))
        .await
        .unwrap();
    call.hears("Thank you").await.unwrap();
    call.is_over().await.unwrap();

    let over = row().await;
    assert_eq!(over.sid, call.sid());
    assert_eq!(over.status, Some(CallStatus::Completed));
    assert_eq!(over.direction, Some(CallDirection::Inbound));
    assert_eq!(over.from.as_ref().unwrap().as_str(), THEM);
    assert_eq!(over.to.as_ref().unwrap().as_str(), US);
    assert_eq!(
        over.phone_number_sid,
        Some(fake.phone_numbers()[0].sid.clone())
    );
    assert!(over.duration > Some(12), "{:?}", over.duration);
    assert_eq!(over.end_time, Some(fake.now()), "they share their time");
    assert!(fake.now() > began);

    let legs = ListCalls::new().parent_call_sid(call.sid());
    let legs = twilio.calls().list(legs).all().await.unwrap();
    assert_eq!(legs.len(), 1);
    assert_eq!(legs[0].status, Some(CallStatus::NoAnswer));
    assert_eq!(legs[0].direction, Some(CallDirection::OutboundDial));

    let recording = &fake.recordings()[0];
    assert_eq!(recording.status, Some(RecordingStatus::Completed));
    assert_eq!(recording.source, Some(RecordingSource::RecordVerb));
    assert_eq!(recording.duration, Some(12));
    assert_eq!(recording.call_sid, Some(call.sid()));
    let url = told(call.transcript(), "/recording", "RecordingUrl")[0];
    let file = twilio.download_url(url, DownloadOptions::new()).await;
    let bytes = file.unwrap().bytes(1_000_000).await.unwrap();
    assert!(bytes.len() > 1000);
    let recordings = twilio.recordings();
    let file = recordings.download(&recording.sid, RecordingFormat::Mp3, DownloadOptions::new());
    assert_eq!(file.await.unwrap().bytes(1_000_000).await.unwrap(), bytes);
}

fn call_sid(fake: &twilio_hooks::testing::FakeTwilio) -> twilio_hooks::CallSid {
    fake.calls()[0].sid.clone()
}

#[tokio::test]
async fn a_message_of_silence_is_an_absent_recording() {
    let fake = fake().await;
    let caller = fake.caller(app(&fake, voicemail), "https://hooks.example.com/voice");
    let mut call = caller.call().await.unwrap();
    call.is_busy().await.unwrap();
    call.stays_silent().await.unwrap();
    call.hangs_up().await.unwrap();
    let recording = &fake.recordings()[0];
    assert_eq!(recording.status, Some(RecordingStatus::Absent));
    assert_eq!(fake.calls()[0].status, Some(CallStatus::Completed));
}

#[tokio::test]
async fn who_hangs_up_while_it_rings_was_not_answered() {
    let fake = fake().await;
    let caller = fake.caller(
        app(&fake, |_| twiml("<Pause/>")),
        "https://hooks.example.com/voice",
    );
    let mut call = caller.call().await.unwrap();
    call.hangs_up().await.unwrap();
    let row = &fake.calls()[0];
    assert_eq!(row.status, Some(CallStatus::NoAnswer));
    assert_eq!((row.start_time, row.duration), (None, Some(0)));
}

#[tokio::test]
async fn the_time_of_a_call_goes_on_with_that_of_the_fake() {
    let fake = fake().await;
    let caller = fake.caller(app(&fake, voicemail), "https://hooks.example.com/voice");
    let mut call = caller.call().await.unwrap();
    call.somebody_answers().await.unwrap();
    fake.advance(Duration::from_secs(600)).await;
    call.they_hang_up().await.unwrap();
    call.is_over().await.unwrap();
    assert_eq!(told(call.transcript(), "/leg", "CallDuration"), ["600"]);
    assert_eq!(fake.calls()[1].duration, Some(600));
}

#[tokio::test]
async fn the_api_ends_the_leg_of_somebody_who_was_dialled() {
    let fake = fake().await;
    let caller = fake.caller(app(&fake, voicemail), "https://hooks.example.com/voice");
    let mut call = caller.call().await.unwrap();
    call.somebody_answers().await.unwrap();
    let leg = &fake.calls()[1];
    fake.client().calls().end(&leg.sid).await.unwrap();
    call.is_over().await.unwrap();
    assert_eq!(
        told(call.transcript(), "/dialled", "DialCallStatus"),
        ["completed"]
    );
    assert_eq!(fake.calls()[1].status, Some(CallStatus::Completed));
}
