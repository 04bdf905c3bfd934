//! `PgBus`.

use std::time::Duration;

use sqlx::PgPool;
use tokio::time::timeout;
use twilio_hooks::{
    NotificationId,
    notify::{Bus, BusEvent, BusReceiver, Topic},
    store::Notification,
};
use twilio_hooks_sqlx::{PgBus, sqlx};
use twilio_hooks_tests::postgres::TestDatabase;

use super::{at, company};

fn notification(message: &str) -> Notification {
    Notification {
        id: NotificationId::at(at(0)),
        company_id: company(),
        seq: 1,
        topic: Topic::SmsReceived,
        title: "New SMS".to_owned(),
        message: message.to_owned(),
        contact_id: None,
        sms_id: None,
        call_id: None,
        created_at: at(0),
    }
}

async fn next(events: &mut BusReceiver) -> BusEvent {
    let event = timeout(Duration::from_secs(10), events.recv()).await;
    event
        .expect("something is heard")
        .expect("the bus is there")
}

async fn assert_hears(events: &mut BusReceiver, expected: &Notification) {
    match next(events).await {
        BusEvent::Notification(heard) => assert_eq!(*heard, *expected),
        other => panic!("not a notification: {other:?}"),
    }
}

/// Ends the connections that listen, as a restart of the server would.
async fn interrupt(pool: &PgPool) {
    let ended: i64 = sqlx::query_scalar(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity
         where datname = current_database() and query ilike 'listen%'",
    )
    .fetch_one(pool)
    .await
    .expect("connections are ended");
    assert!(ended > 0, "nobody listens");
}

#[tokio::test]
async fn every_process_hears_every_notification() {
    let database = TestDatabase::create().await;
    let (here, there) = (database.pool().await, database.pool().await);
    let (here, there) = (
        PgBus::connect(&here).await.unwrap(),
        PgBus::connect(&there).await.unwrap(),
    );
    let mut events = [here.subscribe(), there.subscribe()];
    for bus in [&here, &there] {
        let sent = notification("Hello 👋");
        bus.publish(&sent).await.unwrap();
        for events in &mut events {
            assert_hears(events, &sent).await;
        }
    }
    // Too long to be carried.
    here.publish(&notification(&"x".repeat(9000)))
        .await
        .unwrap();
    for events in &mut events {
        assert!(matches!(next(events).await, BusEvent::Resync));
    }
}

#[tokio::test]
async fn an_interruption_is_told_and_mended() {
    let database = TestDatabase::create().await;
    let pool = database.pool().await;
    let bus = PgBus::connect(&pool).await.unwrap();
    let mut events = bus.subscribe();
    for _ in 0..2 {
        interrupt(&pool).await;
        assert!(matches!(next(&mut events).await, BusEvent::Resync));
        let sent = notification("after all");
        bus.publish(&sent).await.unwrap();
        assert_hears(&mut events, &sent).await;
    }
}

#[tokio::test]
async fn channels_are_separate_and_listening_ends_with_the_bus() {
    let database = TestDatabase::create().await;
    let pool = database.pool().await;
    let ours = PgBus::connect_to(&pool, "ours").await.unwrap();
    let theirs = PgBus::connect_to(&pool, "theirs").await.unwrap();
    let mut events = ours.subscribe();
    theirs.publish(&notification("theirs")).await.unwrap();
    let sent = notification("ours");
    ours.publish(&sent).await.unwrap();
    assert_hears(&mut events, &sent).await;

    drop(ours);
    assert!(
        timeout(Duration::from_secs(10), events.recv())
            .await
            .expect("the end is heard")
            .is_none()
    );
}
