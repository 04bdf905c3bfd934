use std::time::Duration;

use twilio_hooks::{
    CallDirection, CallStatus, RecordingStatus,
    client::{
        CallEnd, CreateCall, CreateCallRecording, ListCallRecordings, ListRecordings, UpdateCall,
        UpdateCallRecording, WebhookMethod,
    },
    testing::CallFate,
    webhook::{CallEvent, RecordingSource},
};

use crate::{THEM, US, fake};

fn call() -> CreateCall {
    CreateCall::new(THEM, US).url("https://hooks.example.com/voice")
}

#[tokio::test]
async fn a_call_goes_its_way() {
    let fake = fake().await;
    let twilio = fake.client();
    let started = twilio.calls().create(call()).await.unwrap();
    assert!(started.sid.is_well_formed());
    assert_eq!(started.status, Some(CallStatus::Queued));
    assert_eq!(started.direction, Some(CallDirection::OutboundApi));
    assert_eq!(
        started.phone_number_sid,
        Some(fake.phone_numbers()[0].sid.clone())
    );
    assert_eq!((started.duration, started.start_time), (None, None));

    let status = || async {
        twilio
            .calls()
            .fetch(&started.sid)
            .await
            .unwrap()
            .status
            .unwrap()
    };
    fake.advance(Duration::from_secs(2)).await;
    assert_eq!(status().await, CallStatus::Ringing);
    fake.advance(Duration::from_secs(3)).await;
    assert_eq!(status().await, CallStatus::InProgress);
    fake.settle().await;
    let over = twilio.calls().fetch(&started.sid).await.unwrap();
    assert_eq!(over.status, Some(CallStatus::Completed));
    assert_eq!(over.duration, Some(10));
    assert_eq!(over.price.as_deref(), Some("-0.01400"));
    assert!(over.end_time > over.start_time);
}

#[tokio::test]
async fn a_call_has_the_fate_that_was_set() {
    let fake = fake().await;
    let twilio = fake.client();
    for (fate, status) in [
        (CallFate::Busy, CallStatus::Busy),
        (CallFate::NoAnswer, CallStatus::NoAnswer),
        (CallFate::Failed, CallStatus::Failed),
    ] {
        fake.set_call_fate(THEM, fate);
        let sid = twilio.calls().create(call()).await.unwrap().sid;
        fake.settle().await;
        let over = twilio.calls().fetch(&sid).await.unwrap();
        assert_eq!((over.status, over.duration), (Some(status), Some(0)));
    }
}

#[tokio::test]
async fn a_call_can_be_ended_once() {
    let fake = fake().await;
    let twilio = fake.client();
    let first = twilio.calls().create(call()).await.unwrap().sid;
    let end = UpdateCall::new().status(CallEnd::Canceled);
    let cancelled = twilio.calls().update(&first, end).await.unwrap();
    assert_eq!(cancelled.status, Some(CallStatus::Canceled));

    let second = twilio.calls().create(call()).await.unwrap().sid;
    fake.advance(Duration::from_secs(7)).await;
    let ended = twilio.calls().end(&second).await.unwrap();
    assert_eq!(
        (ended.status, ended.duration),
        (Some(CallStatus::Completed), Some(3))
    );
    let error = twilio.calls().end(&second).await.unwrap_err();
    assert_eq!(error.code(), Some(21220));
    twilio.calls().delete(&second).await.unwrap();
    assert!(
        twilio
            .calls()
            .fetch(&second)
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert_eq!(fake.settle().await.len(), 0);
    assert_eq!(fake.calls()[0].status, Some(CallStatus::Canceled));
}

#[tokio::test]
async fn bad_calls_are_refused() {
    let fake = fake().await;
    let twilio = fake.client();
    let url = "https://hooks.example.com/voice";
    for (bad, code) in [
        (CreateCall::new("", US).url(url), 21201),
        (CreateCall::new(THEM, "").url(url), 21213),
        (CreateCall::new(THEM, US), 21205),
        (CreateCall::new("nobody", US).url(url), 21211),
        (CreateCall::new(THEM, "+12025550188").url(url), 21210),
    ] {
        let error = twilio.calls().create(bad).await.unwrap_err();
        assert_eq!(error.code(), Some(code), "{error}");
    }
    assert!(fake.calls().is_empty());
}

#[tokio::test]
async fn parameters_of_calls_arrive_under_twilios_names() {
    let fake = fake().await;
    let call = call()
        .method(WebhookMethod::Get)
        .status_callback_event(CallEvent::Ringing)
        .status_callback_event(CallEvent::Completed)
        .timeout(20)
        .sip_auth_password("a secret");
    assert!(!format!("{call:?}").contains("secret"));
    fake.client().calls().create(call).await.unwrap();
    let form = &fake.requests()[0].form;
    assert_eq!(form.get("Method"), Some("GET"));
    let events: Vec<_> = form.get_all("StatusCallbackEvent").collect();
    assert_eq!(events, ["ringing", "completed"]);
    assert_eq!(form.get("Timeout"), Some("20"));
    assert!(!format!("{:?}", fake.requests()).contains("secret"));
}

#[tokio::test]
async fn a_recorded_call_has_a_recording_when_it_is_over() {
    let fake = fake().await;
    let twilio = fake.client();
    let sid = twilio
        .calls()
        .create(call().record(true))
        .await
        .unwrap()
        .sid;
    fake.settle().await;
    let of_call = twilio
        .recordings()
        .list_of_call(&sid, ListCallRecordings::new());
    let recordings = of_call.all().await.unwrap();
    let [recording] = &recordings[..] else {
        panic!("{} recordings", recordings.len());
    };
    assert_eq!(recording.status, Some(RecordingStatus::Completed));
    assert_eq!(recording.source, Some(RecordingSource::OutboundApi));
    assert_eq!(
        (recording.duration, recording.channels),
        (Some(10), Some(2))
    );
    assert_eq!(recording.price.as_deref(), Some("-0.00250"));
    assert_eq!(recording.track.as_ref().unwrap().as_str(), "both");
    // Those of a call say where the track is from, the others where the file is.
    let fetched = twilio.recordings().fetch(&recording.sid).await.unwrap();
    assert_eq!(fetched.sid, recording.sid);
    assert!(fetched.media_url.is_some() && recording.media_url.is_none());
    let all = twilio
        .recordings()
        .list(ListRecordings::new().call_sid(sid));
    assert_eq!(all.all().await.unwrap(), [fetched]);

    twilio.recordings().delete(&recording.sid).await.unwrap();
    assert!(fake.recordings().is_empty());
}

#[tokio::test]
async fn a_call_is_recorded_on_demand() {
    let fake = fake().await;
    let twilio = fake.client();
    let sid = twilio.calls().create(call()).await.unwrap().sid;
    let early = twilio
        .recordings()
        .create(&sid, CreateCallRecording::new())
        .await;
    assert_eq!(early.unwrap_err().code(), Some(21220));

    fake.advance(Duration::from_secs(5)).await;
    let recording = twilio
        .recordings()
        .create(&sid, CreateCallRecording::new())
        .await
        .unwrap();
    assert_eq!(recording.status, Some(RecordingStatus::InProgress));
    let pause = UpdateCallRecording::new(RecordingStatus::Paused);
    let paused = twilio
        .recordings()
        .update(&sid, &recording.sid, pause)
        .await
        .unwrap();
    assert_eq!(paused.status, Some(RecordingStatus::Paused));
}
