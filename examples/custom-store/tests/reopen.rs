//! What is recorded is there when the file is opened again.

use std::time::Duration;

use custom_store::RedbStore;
use jiff::Timestamp;
use twilio_hooks::{
    CompanyId, LineId,
    notify::Topic,
    store::{
        Change, Claim, Direction, Directory, Interaction, InteractionId, Line, Lines,
        MessageChange, NotificationDraft, Outcome, PageRequest, Settlement, Store,
    },
};

const ACCOUNT: &str = "AC00000000000000000000000000000001";

fn incoming(number: u32, now: Timestamp) -> Change {
    let message = MessageChange::new(format!("SM{number:032}"), Direction::Inbound)
        .with_parties("+12025550143", "+12025550187")
        .with_body("Hello");
    let draft = NotificationDraft::new(Topic::SmsReceived, "SMS from {contact}", "Hello");
    Change::new(ACCOUNT, Interaction::Message(message), now).with_notification(draft)
}

#[tokio::test]
async fn everything_is_there_after_reopening() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("webhooks.redb");
    let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    let company = CompanyId::at(now);
    let line = Line::new(LineId::at(now), ACCOUNT, "+12025550187", company);
    let claim = Claim {
        limit: 10,
        now,
        lease: Duration::from_secs(30),
    };

    let store = RedbStore::open(&path).unwrap();
    store.put_line(&line).await.unwrap();
    let before = store.record(&incoming(1, now)).await.unwrap();
    let claimed = store.claim(claim).await.unwrap().remove(0);
    drop(store);

    let store = RedbStore::open(&path).unwrap();
    assert_eq!(store.lines(company).await.unwrap(), [line]);
    let again = store.record(&incoming(1, now)).await.unwrap();
    assert_eq!(again.outcome, Outcome::Unchanged);
    assert_eq!((again.id, &again.contact), (before.id, &before.contact));
    let page = store.messages(company, PageRequest::newest(10)).await;
    let messages = page.unwrap().items;
    assert_eq!(InteractionId::Message(messages[0].id), before.id);
    assert_eq!(messages[0].body.as_deref(), Some("Hello"));

    // The lease is still held, its attempt can be settled, and the numbers go on.
    assert!(store.claim(claim).await.unwrap().is_empty());
    let id = claimed.notification.id;
    store.settle(id, 1, Settlement::Delivered).await.unwrap();
    store.record(&incoming(2, now)).await.unwrap();
    let next = store.claim(claim).await.unwrap().remove(0);
    assert_eq!((claimed.notification.seq, next.notification.seq), (1, 2));
    let told = store.notifications_since(company, 0, 10).await.unwrap();
    assert_eq!(told, [claimed.notification, next.notification]);
}
