//! Calls that the application makes by the API.

use std::time::Duration;

use http_body_util::BodyExt;
use twilio_hooks::{
    CallDirection, CallStatus, RecordingStatus,
    client::{
        Call as Row, CallEnd, CreateApplication, CreateCall, DownloadOptions, MachineDetection,
        RecordingFormat, UpdateCall,
    },
    testing::{CallFate, FailureKind, FakeTwilio},
    webhook::{AnsweredBy, CallEvent, EventKind},
};

use crate::support::{AGENT, Answer, Asked, THEM, US, app, fake, kinds, nothing, told, twiml};

/// Calls an agent who presses 1 to be put through to a customer.
fn click_to_call(asked: &Asked) -> Answer {
    match &*asked.path {
        "/agent" => twiml(
            r#"<Gather numDigits="1" action="/accepted"><Say>Press 1 to call the customer.</Say></Gather>
               <Say>Goodbye.</Say>"#,
        ),
        "/accepted" if asked.get("Digits") == "1" => twiml(
            r#"<Dial action="/dialled" callerId="+12025550100" timeout="20" record="record-from-answer-dual"
                     recordingStatusCallback="/recording">
                 <Number statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed">+12025550143</Number>
               </Dial>"#,
        ),
        "/accepted" => twiml("<Hangup/>"),
        "/dialled" => twiml(&format!(
            "<Say>It was {}.</Say>",
            asked.get("DialCallStatus")
        )),
        _ => nothing(),
    }
}

fn to_agent() -> CreateCall {
    CreateCall::new(AGENT, US)
        .url("https://hooks.example.com/agent")
        .status_callback("https://hooks.example.com/status?call=7")
        .status_callback_event(CallEvent::Initiated)
        .status_callback_event(CallEvent::Ringing)
        .status_callback_event(CallEvent::Answered)
        .status_callback_event(CallEvent::Completed)
}

async fn make(fake: &FakeTwilio, call: CreateCall) -> Row {
    fake.client().calls().create(call).await.unwrap()
}

async fn row(fake: &FakeTwilio, call: &Row) -> Row {
    fake.client().calls().fetch(&call.sid).await.unwrap()
}

#[tokio::test]
async fn an_agent_accepts_and_talks_with_the_customer() {
    let fake = fake().await;
    let created = make(&fake, to_agent()).await;
    let app = app(&fake, click_to_call);
    let mut call = fake.callee(app, AGENT).answers().await.unwrap();
    assert_eq!(call.sid(), created.sid);
    assert_eq!(
        row(&fake, &created).await.status,
        Some(CallStatus::InProgress)
    );
    call.hears("Press 1").await.unwrap();
    call.presses("1").await.unwrap();
    call.is_connected_to(THEM).await.unwrap();
    call.somebody_answers().await.unwrap();
    call.talks_for(Duration::from_secs(61)).await.unwrap();
    call.they_hang_up().await.unwrap();
    call.hears("It was completed").await.unwrap();
    call.is_over().await.unwrap();

    let transcript = call.transcript();
    assert_eq!(
        told(transcript, "/status", "CallStatus"),
        ["initiated", "ringing", "in-progress", "completed"]
    );
    assert_eq!(
        told(transcript, "/status", "SequenceNumber"),
        ["0", "1", "2", "3"]
    );
    assert_eq!(told(transcript, "/agent", "CallStatus"), ["in-progress"]);
    assert_eq!(told(transcript, "/agent", "Direction"), ["outbound-api"]);
    assert_eq!(told(transcript, "/leg", "Direction"), ["outbound-dial"; 4]);
    let kinds = kinds(transcript);
    for kind in [
        ("/status", EventKind::CallStatus),
        ("/agent", EventKind::OutboundCallAnswer),
        ("/accepted", EventKind::GatherAction),
        ("/leg", EventKind::DialCallStatus),
        ("/dialled", EventKind::DialAction),
        ("/recording", EventKind::RecordingStatus),
    ] {
        assert!(kinds.contains(&kind), "{kind:?}: {kinds:?}");
    }

    let over = row(&fake, &created).await;
    assert_eq!(over.status, Some(CallStatus::Completed));
    let duration = told(transcript, "/status", "CallDuration")[3];
    assert_eq!(over.duration.unwrap().to_string(), duration);
    assert!(over.duration > Some(61), "{duration}");
    let legs = fake.calls();
    assert_eq!(legs.len(), 2);
    assert_eq!(legs[1].parent_call_sid, Some(created.sid));
    assert_eq!(legs[1].direction, Some(CallDirection::OutboundDial));
    assert_eq!(
        (legs[1].status.clone(), legs[1].duration),
        (Some(CallStatus::Completed), Some(61))
    );
    let recording = &fake.recordings()[0];
    assert_eq!(
        (recording.status.clone(), recording.duration),
        (Some(RecordingStatus::Completed), Some(61))
    );
}

#[tokio::test]
async fn the_customer_may_not_answer() {
    for (status, leg) in [
        ("busy", CallStatus::Busy),
        ("no-answer", CallStatus::NoAnswer),
        ("failed", CallStatus::Failed),
    ] {
        let fake = fake().await;
        make(&fake, to_agent()).await;
        let mut call = fake
            .callee(app(&fake, click_to_call), AGENT)
            .answers()
            .await
            .unwrap();
        call.presses("1").await.unwrap();
        match status {
            "busy" => call.is_busy().await.unwrap(),
            "failed" => call.fails().await.unwrap(),
            _ => call.nobody_answers().await.unwrap(),
        };
        call.hears(&format!("It was {status}")).await.unwrap();
        call.hangs_up().await.unwrap();
        assert_eq!(fake.calls()[1].status, Some(leg));
        assert_eq!(fake.calls()[0].status, Some(CallStatus::Completed));
    }
}

#[tokio::test]
async fn an_agent_who_does_nothing_hears_goodbye() {
    let fake = fake().await;
    make(&fake, to_agent()).await;
    let callee = fake.callee(app(&fake, click_to_call), AGENT);
    let mut call = callee.machine_answers().await.unwrap();
    call.stays_silent().await.unwrap();
    call.hears("Goodbye").await.unwrap();
    call.is_over().await.unwrap();
    assert_eq!(fake.calls()[0].answered_by, None, "nobody asked for that");
}

#[tokio::test]
async fn the_agent_may_not_answer() {
    let fake = fake().await;
    let app = app(&fake, click_to_call);
    let callee = || fake.callee(app.clone(), AGENT);
    for status in ["busy", "no-answer", "failed"] {
        let created = make(&fake, to_agent().timeout(25)).await;
        let transcript = match status {
            "busy" => callee().is_busy().await.unwrap(),
            "failed" => callee().cannot_be_reached().await.unwrap(),
            _ => callee().does_not_answer().await.unwrap(),
        };
        assert_eq!(told(&transcript, "/agent", "CallStatus"), [""; 0]);
        let statuses = told(&transcript, "/status", "CallStatus");
        assert_eq!(statuses.last(), Some(&status));
        let over = row(&fake, &created).await;
        assert_eq!(over.status.unwrap().as_str(), status);
        assert_eq!(over.duration, Some(0));
    }
    assert_eq!(fake.settle().await.len(), 0, "all was told");
}

#[tokio::test]
async fn what_was_told_before_is_not_told_again() {
    let fake = fake().await;
    make(&fake, to_agent()).await;
    assert_eq!(fake.advance(Duration::from_secs(2)).await.len(), 2);
    let callee = fake.callee(app(&fake, click_to_call), AGENT);
    let mut call = callee.answers().await.unwrap();
    call.hangs_up().await.unwrap();
    let transcript = call.transcript();
    assert_eq!(
        told(transcript, "/status", "CallStatus"),
        ["in-progress", "completed"]
    );
    assert_eq!(told(transcript, "/status", "SequenceNumber"), ["2", "3"]);
    assert_eq!(fake.settle().await.len(), 0);
}

#[tokio::test]
async fn only_a_call_that_waits_can_be_answered() {
    let fake = fake().await;
    let app = app(&fake, click_to_call);
    let callee = || fake.callee(app.clone(), AGENT);
    let failure = callee().answers().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unexpected);
    assert_eq!(
        failure.message,
        "no call to +12025550102 waits for an answer"
    );
    fake.set_call_fate(AGENT, CallFate::Busy);
    make(&fake, to_agent()).await;
    fake.settle().await;
    assert!(callee().answers().await.is_err());
    make(&fake, to_agent()).await;
    let _call = callee().answers().await.unwrap();
    assert!(callee().answers().await.is_err());
}

#[tokio::test]
async fn twiml_of_the_request_is_played_and_the_call_is_recorded() {
    let fake = fake().await;
    let call = CreateCall::new(AGENT, US)
        .twiml("<Response><Say>Your order is ready.</Say></Response>")
        .record(true)
        .recording_status_callback("https://hooks.example.com/recording")
        .status_callback("https://hooks.example.com/status");
    let created = make(&fake, call).await;
    let callee = fake.callee(app(&fake, click_to_call), AGENT);
    let mut call = callee.answers().await.unwrap();
    call.hears("order is ready").await.unwrap();
    call.is_over().await.unwrap();
    let transcript = call.transcript();
    assert_eq!(
        told(transcript, "/status", "CallStatus"),
        ["completed"],
        "the end only"
    );
    assert_eq!(
        told(transcript, "/recording", "RecordingStatus"),
        ["completed"]
    );
    let recording = &fake.recordings()[0];
    assert_eq!(recording.call_sid.as_ref(), Some(&created.sid));
    let client = fake.client();
    let recordings = client.recordings();
    let file = recordings.download(&recording.sid, RecordingFormat::Mp3, DownloadOptions::new());
    let bytes = file.await.unwrap().collect().await.unwrap().to_bytes();
    assert!(!bytes.is_empty());
}

#[tokio::test]
async fn a_machine_is_told_of() {
    let fake = fake().await;
    let detects = || to_agent().machine_detection(MachineDetection::Enable);
    make(&fake, detects()).await;
    let app = app(&fake, click_to_call);
    let callee = || fake.callee(app.clone(), AGENT);
    let call = callee().machine_answers().await.unwrap();
    assert_eq!(
        told(call.transcript(), "/agent", "AnsweredBy"),
        ["machine_start"]
    );
    assert_eq!(fake.calls()[0].answered_by, Some(AnsweredBy::MachineStart));
    let later = detects()
        .async_amd(true)
        .async_amd_status_callback("https://hooks.example.com/amd");
    make(&fake, later).await;
    let call = callee().answers().await.unwrap();
    let transcript = call.transcript();
    assert_eq!(told(transcript, "/agent", "AnsweredBy"), ["(absent)"]);
    assert_eq!(told(transcript, "/amd", "AnsweredBy"), ["human"]);
    assert!(kinds(transcript).contains(&("/amd", EventKind::AsyncAmdStatus)));
}

#[tokio::test]
async fn the_api_ends_a_call_that_is_played() {
    let fake = fake().await;
    let created = make(&fake, to_agent()).await;
    let callee = fake.callee(app(&fake, click_to_call), AGENT);
    let mut call = callee.answers().await.unwrap();
    call.presses("1").await.unwrap();
    call.somebody_answers().await.unwrap();
    call.talks_for(Duration::from_secs(5)).await.unwrap();
    fake.client().calls().end(&created.sid).await.unwrap();
    call.is_over().await.unwrap();
    let ended = |path| told(call.transcript(), path, "CallStatus").pop();
    assert_eq!(ended("/leg"), Some("completed"));
    assert_eq!(ended("/status"), Some("completed"));
    assert_eq!(
        row(&fake, &created).await.status,
        Some(CallStatus::Completed)
    );
    let error = fake.client().calls().end(&created.sid).await.unwrap_err();
    assert_eq!(error.code(), Some(21220));
}

#[tokio::test]
async fn the_api_leads_a_call_elsewhere() {
    let fake = fake().await;
    let created = make(&fake, to_agent()).await;
    let callee = fake.callee(app(&fake, click_to_call), AGENT);
    let mut call = callee.answers().await.unwrap();
    call.hears("Press 1").await.unwrap();
    let elsewhere = UpdateCall::new().twiml("<Response><Say>Never mind.</Say></Response>");
    let twilio = fake.client();
    twilio
        .calls()
        .update(&created.sid, elsewhere)
        .await
        .unwrap();
    call.hears("Never mind").await.unwrap();
    let back = UpdateCall::new().url("https://hooks.example.com/agent");
    twilio.calls().update(&created.sid, back).await.unwrap();
    call.hears("Press 1").await.unwrap();
    let end = UpdateCall::new().status(CallEnd::Completed);
    twilio.calls().update(&created.sid, end).await.unwrap();
    assert!(call.hears("Goodbye").await.is_err());
    call.is_over().await.unwrap();
}

#[tokio::test]
async fn a_call_whose_twiml_is_of_no_use_is_over() {
    let fake = fake().await;
    let broken = |asked: &Asked| match &*asked.path {
        "/status" => nothing(),
        _ => Answer::new("<Response>".into()),
    };
    make(&fake, to_agent()).await;
    let failure = fake.callee(app(&fake, broken), AGENT).answers().await;
    assert_eq!(failure.unwrap_err().kind, FailureKind::Answer);
    let caller = fake.caller(app(&fake, broken), "https://hooks.example.com/voice");
    let failure = caller.call().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Answer);
    for call in fake.calls() {
        assert_eq!(call.status, Some(CallStatus::Completed));
    }
}

#[tokio::test]
async fn an_application_of_the_account_has_the_urls() {
    let fake = fake().await;
    let menu = CreateApplication::new().voice_url("https://hooks.example.com/agent");
    let menu = fake.client().applications().create(menu).await.unwrap();
    let call = CreateCall::new(AGENT, US).application_sid(menu.sid);
    make(&fake, call).await;
    let callee = fake.callee(app(&fake, click_to_call), AGENT);
    let mut call = callee.answers().await.unwrap();
    call.hears("Press 1").await.unwrap();
}
