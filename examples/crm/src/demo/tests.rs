use std::{env, fs, path::PathBuf, time::Duration};

use tokio::net::TcpListener;
use twilio_hooks::{
    MessageStatus,
    client::CreateMessage,
    store::{Direction, PageRequest},
};
use uuid::Uuid;

use super::{cast::Person, *};
use crate::server::serve;

struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        let path = env::temp_dir().join(format!("crm-demo-test-{}", Uuid::new_v4().simple()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn there_are_some_days_behind_it_with_names_and_recordings() {
    let directory = Directory::new();
    let address = "127.0.0.1:9".parse().unwrap();
    let (demo, _) = Demo::new(address, &directory.0, 1.0).await.unwrap();
    let all = PageRequest::newest(200);
    let kept = &demo.state.database.directory;
    let contacts = kept.contacts(demo.company, all).await.unwrap().items;
    assert_eq!(contacts.len(), 8);
    assert!(contacts.iter().all(|contact| contact.name.is_some()));

    let messages = kept.messages(demo.company, all).await.unwrap().items;
    let days_ago = |days: i64| Timestamp::now() - jiff::SignedDuration::from_hours(24 * days);
    assert!(
        messages
            .iter()
            .any(|message| message.created_at < days_ago(3))
    );
    assert!(
        messages
            .iter()
            .all(|message| message.created_at > days_ago(4))
    );
    for status in [
        MessageStatus::Delivered,
        MessageStatus::Undelivered,
        MessageStatus::Failed,
    ] {
        assert!(messages.iter().any(|message| message.status == status));
    }
    let pictures = messages.iter().filter(|message| !message.media.is_empty());
    assert_eq!(pictures.count(), 1);

    let mut voicemails = 0;
    for call in kept.calls(demo.company, all).await.unwrap().items {
        for recording in kept.recordings(demo.company, call.id).await.unwrap() {
            let at_twilio = demo.fake.recordings();
            let mut at_twilio = at_twilio.iter();
            assert!(at_twilio.any(|other| other.sid == recording.recording_sid));
            voicemails += 1;
        }
    }
    assert_eq!(voicemails, 2);
    // Nobody is told of it now.
    let told = kept.notifications_since(demo.company, 0, 10).await.unwrap();
    assert!(told.is_empty());
}

#[tokio::test]
async fn people_write_call_and_answer() {
    let directory = Directory::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let speed = 60.0;
    let (demo, dispatcher) = Demo::new(address, &directory.0, speed).await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, demo.state(), dispatcher, async {
        let _ = stopped.await;
    }));
    let since = Timestamp::now();
    let answered = async {
        let twilio = demo.fake.client();
        let text = CreateMessage::new(Person::Maya.number())
            .from(LINE)
            .body("Can you come at nine?");
        twilio.messages().create(text).await.unwrap();
        let kept = &demo.state.database.directory;
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let all = PageRequest::newest(200);
            let messages = kept.messages(demo.company, all).await.unwrap().items;
            let calls = kept.calls(demo.company, all).await.unwrap().items;
            let has_answer = messages.iter().any(|message| {
                message.direction == Direction::Inbound
                    && message.from_address.as_str() == Person::Maya.number()
                    && message.body.as_deref() == Some("Thanks, that works for me!")
            });
            let has_others = messages.iter().filter(|it| it.created_at > since).count() > 2;
            if has_answer && has_others && calls.iter().any(|call| call.created_at > since) {
                return;
            }
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(60), answered);
    tokio::select! {
        never = live(&demo, speed) => match never {},
        in_time = in_time => in_time.expect("people are alive"),
    }
    assert!(
        demo.fake.failures().is_empty(),
        "{:?}",
        demo.fake.failures()
    );
    drop(stop);
    server.await.unwrap().unwrap();
}

#[tokio::test]
async fn only_what_the_api_has_is_told_of() {
    let directory = Directory::new();
    let address = "127.0.0.1:9".parse().unwrap();
    let (demo, _) = Demo::new(address, &directory.0, 1.0).await.unwrap();
    let text = demo.welcome().await.unwrap();
    let document = crate::api::document();
    for (method, path, line) in [
        ("post", "/api/messages", "Text Maya"),
        ("post", "/api/calls", "Call Tom"),
        ("get", "/api/recordings/{id}/audio", "Listen to a message"),
        ("post", "/api/session", "Sign in as the owner"),
        ("get", "/api/docs/", "/api/docs/\n"),
    ] {
        let is_there = document["paths"][path].get(method).is_some();
        assert_eq!(text.contains(line), is_there, "{path}");
    }
}
