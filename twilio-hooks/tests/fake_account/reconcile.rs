//! What an application was not told can be found by the API.

use std::time::Duration;

use twilio_hooks::{
    CallStatus,
    client::{
        DownloadOptions, ListCalls, ListMessages, ListRecordings, MessageDirection, RecordingFormat,
    },
    testing::CallFate,
};

use crate::support::{THEM, US, fake};

#[tokio::test]
async fn a_message_that_nobody_was_told_of_is_there() {
    let fake = fake().await;
    let since = fake.now();
    fake.advance(Duration::from_secs(60)).await;
    let sid = fake.add_incoming_message(THEM, US, "Anybody there?");
    let picture = fake.add_media(&sid, "image/png", "a picture");
    let list = ListMessages::new().to(US).date_sent_after(since);
    let found = fake.client().messages().list(list).all().await;
    let found = found.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].sid, sid);
    assert_eq!(found[0].direction, Some(MessageDirection::Inbound));
    assert_eq!(found[0].num_media, Some(1));
    let client = fake.client();
    let media = client.messages().media(&sid);
    let file = media.download(&picture, DownloadOptions::new()).await;
    assert_eq!(file.unwrap().bytes(100).await.unwrap(), "a picture");
    assert!(fake.settle().await.is_empty(), "nobody is told");
}

#[tokio::test]
async fn a_call_and_its_recording_that_nobody_was_told_of_are_there() {
    let fake = fake().await;
    fake.advance(Duration::from_secs(3600)).await;
    let talked = CallFate::Completed(Duration::from_secs(90));
    let sid = fake.add_incoming_call(THEM, US, talked);
    let missed = fake.add_incoming_call(THEM, US, CallFate::NoAnswer);
    let recording = fake.add_recording(&sid, Duration::from_secs(80));

    let twilio = fake.client();
    let list = ListCalls::new().from(THEM);
    let found = twilio.calls().list(list).all().await.unwrap();
    let [second, first] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!((&first.sid, &second.sid), (&sid, &missed));
    assert_eq!(
        (first.status.clone(), first.duration),
        (Some(CallStatus::Completed), Some(90))
    );
    assert_eq!(first.end_time, Some(fake.now()));
    assert_eq!(second.status, Some(CallStatus::NoAnswer));
    let list = ListRecordings::new().call_sid(sid);
    let found = twilio.recordings().list(list).all().await.unwrap();
    assert_eq!(found[0].sid, recording);
    assert_eq!(found[0].duration, Some(80));
    let options = DownloadOptions::new();
    let file = twilio
        .recordings()
        .download(&recording, RecordingFormat::Mp3, options)
        .await;
    assert!(!file.unwrap().bytes(1_000_000).await.unwrap().is_empty());
    assert!(fake.settle().await.is_empty(), "nobody is told");
}
