//! From webhook to stored rows, reply and notification, without HTTP.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{
    CallStatus, CompanyId, Hooks, LineId, MessageStatus, Params, Received, RecordingStatus, UserId,
    notify::{Backoff, Dispatcher, Topic},
    store::{
        Change, Direction, Directory, Interaction, Line, Lines, MemoryStore, Notification, Outcome,
        PageRequest, Store,
    },
    testing::RecordingNotifier,
    twiml::{Message, MessagingResponse},
    webhook::{
        CallStatusUpdate, Hooked, IncomingCall, IncomingMessage, MessageStatusUpdate,
        RecordingStatusUpdate, Webhook,
    },
};
use uuid::Uuid;

fn fixture(name: &str) -> Params {
    let path = format!(
        "{}/tests/fixtures/payloads/{name}.form",
        env!("CARGO_MANIFEST_DIR")
    );
    Params::from_form(std::fs::read(path).unwrap().trim_ascii_end())
}

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn later(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

fn change<W: Hooked>(params: &Params) -> Change {
    W::from_params(params).unwrap().change(params, now())
}

fn company() -> CompanyId {
    CompanyId::from_uuid(Uuid::from_u128(1))
}

const TOPICS: [Topic; 5] = [
    Topic::SmsReceived,
    Topic::CallReceived,
    Topic::SmsStatusUpdate,
    Topic::CallStatusUpdate,
    Topic::RecordingAvailable,
];

/// A store whose company owns the line of `params`, and hooks that tell of everything.
async fn owned(account: &str, line: &str) -> (MemoryStore, Hooks) {
    let store = MemoryStore::new();
    let line = Line::new(LineId::at(now()), account, line, company())
        .with_user(UserId::from_uuid(Uuid::from_u128(2)));
    store.put_line(&line).await.unwrap();
    (store.clone(), Hooks::new(store).notify_on(TOPICS))
}

async fn told(store: &MemoryStore) -> Vec<Notification> {
    let notifier = RecordingNotifier::succeeding();
    Dispatcher::new(store.clone(), notifier.clone())
        .run_once(later(1))
        .await
        .unwrap();
    notifier.delivered()
}

#[test]
fn a_message_changes_what_it_says() {
    let params = fixture("msg-mms-10-media");
    let webhook = change::<IncomingMessage>(&params);
    assert_eq!(webhook.kind, "message-incoming");
    assert_eq!(
        webhook.account_sid.as_str(),
        params.get("AccountSid").unwrap()
    );
    assert_eq!(webhook.line.as_str(), params.get("To").unwrap());
    assert_eq!(
        webhook.contact.as_ref().unwrap().key,
        params.get("From").unwrap()
    );
    assert_eq!(
        (webhook.params, webhook.received_at),
        (params.clone(), now())
    );
    let Interaction::Message(message) = webhook.interaction else {
        panic!("a message")
    };
    assert_eq!(
        message.message_sid.as_str(),
        params.get("MessageSid").unwrap()
    );
    assert_eq!(
        (message.direction, message.status),
        (Direction::Inbound, MessageStatus::Received)
    );
    assert_eq!(message.body.as_deref(), params.get("Body"));
    assert_eq!(message.media.len(), 10);
}

#[test]
fn a_message_status_changes_an_outbound_message() {
    let params = fixture("status-failed-21610");
    let webhook = change::<MessageStatusUpdate>(&params);
    assert_eq!(webhook.line.as_str(), params.get("From").unwrap());
    assert_eq!(
        webhook.contact.as_ref().unwrap().key,
        params.get("To").unwrap()
    );
    let Interaction::Message(message) = webhook.interaction else {
        panic!("a message")
    };
    assert_eq!(
        (message.direction, message.status),
        (Direction::Outbound, MessageStatus::Failed)
    );
    assert_eq!((message.error_code, message.body), (Some(21610), None));
    let draft = webhook.notification.unwrap();
    assert_eq!(draft.title, "SMS to {contact} failed");
    assert_eq!(draft.message, "Status: failed (error 21610)");
}

#[test]
fn a_hidden_caller_changes_no_contact() {
    for name in [
        "voice-in-anonymous-text",
        "voice-in-anonymous-266",
        "voice-in-blocked-256",
    ] {
        let webhook = change::<IncomingCall>(&fixture(name));
        assert_eq!(webhook.contact, None, "{name}");
        assert_eq!(webhook.notification.unwrap().topic, Topic::CallReceived);
    }
}

#[test]
fn only_the_first_request_of_a_call_says_that_it_came_in() {
    assert!(
        change::<IncomingCall>(&fixture("voice-in-basic"))
            .notification
            .is_some()
    );
    assert!(
        change::<IncomingCall>(&fixture("voice-redirect"))
            .notification
            .is_none()
    );
}

#[test]
fn the_report_of_an_outgoing_call_has_our_line_in_from() {
    let params = fixture("call-3-completed");
    let webhook = change::<CallStatusUpdate>(&params);
    assert_eq!(webhook.line.as_str(), params.get("From").unwrap());
    let Interaction::Call(call) = webhook.interaction else {
        panic!("a call")
    };
    assert_eq!(
        (call.direction, call.status),
        (Direction::Outbound, CallStatus::Completed)
    );
    assert_eq!(
        call.duration.map(|it| it.to_string()).as_deref(),
        params.get("CallDuration")
    );
}

#[test]
fn a_child_leg_makes_neither_contact_nor_noise() {
    let params = Params::from_form(
        b"AccountSid=AC1&CallSid=CA2&ParentCallSid=CA1&CallStatus=ringing\
          &Direction=outbound-dial&From=%2B12025550143&To=%2B12025550199",
    );
    let webhook = change::<CallStatusUpdate>(&params);
    assert_eq!((webhook.contact, webhook.notification), (None, None));
}

#[test]
fn only_a_finished_recording_is_told_of() {
    let done = change::<RecordingStatusUpdate>(&fixture("recording-completed"));
    assert_eq!(done.notification.unwrap().topic, Topic::RecordingAvailable);
    let Interaction::Recording(recording) = done.interaction else {
        panic!("a recording")
    };
    assert_eq!(
        (recording.status, recording.error_code),
        (RecordingStatus::Completed, None)
    );
    for name in [
        "recording-in-progress",
        "recording-absent",
        "recording-failed",
    ] {
        assert_eq!(
            change::<RecordingStatusUpdate>(&fixture(name)).notification,
            None,
            "{name}"
        );
    }
}

#[test]
fn every_change_survives_serialisation() {
    let changes = [
        change::<IncomingMessage>(&fixture("msg-mms-10-media")),
        change::<IncomingMessage>(&fixture("msg-duplicate-params")),
        change::<MessageStatusUpdate>(&fixture("status-unknown-value")),
        change::<IncomingCall>(&fixture("voice-in-stir-a")),
        change::<CallStatusUpdate>(&fixture("call-completed-recorded")),
        change::<RecordingStatusUpdate>(&fixture("recording-completed")),
    ];
    for change in changes {
        let json = serde_json::to_string(&change).unwrap();
        assert_eq!(serde_json::from_str::<Change>(&json).unwrap(), change);
    }
}

#[test]
fn debug_of_a_change_shows_nothing_personal() {
    let params = Params::from_pairs([
        ("AccountSid", "AC1"),
        ("MessageSid", "SM1"),
        ("From", "+12025550143"),
        ("To", "+12025550187"),
        ("Body", "a private matter"),
        ("ProfileName", "Ann Example"),
        ("FromCity", "Oakland"),
    ]);
    let shown = format!("{:?}", change::<IncomingMessage>(&params));
    for secret in ["2025550143", "2025550187", "private", "Ann", "Oakland"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert!(shown.contains("SM1"));
}

#[tokio::test]
async fn a_text_is_stored_answered_and_told_of() {
    let params = fixture("msg-whatsapp-text");
    let (store, hooks) = owned(params.get("AccountSid").unwrap(), params.get("To").unwrap()).await;
    let hooks = hooks.on_message(|message: Received<IncomingMessage>| async move {
        let contact = message.recorded.contact.unwrap();
        MessagingResponse::new().with(Message::new(format!("Hi {}", contact.display_name())))
    });
    let message = IncomingMessage::from_params(&params).unwrap();
    let name = message.profile_name.clone().unwrap();
    let reply = hooks.receive(message, &params, now()).await.unwrap();
    assert!(reply.to_string().contains(&format!("Hi {name}")));

    let told = told(&store).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].title, format!("New SMS from {name}"));
    assert_eq!(Some(told[0].message.as_str()), params.get("Body"));
}

#[tokio::test]
async fn a_long_text_is_told_of_by_its_beginning() {
    let params = fixture("msg-1600-emoji");
    let (store, hooks) = owned(params.get("AccountSid").unwrap(), params.get("To").unwrap()).await;
    let message = IncomingMessage::from_params(&params).unwrap();
    hooks.receive(message, &params, now()).await.unwrap();
    let preview = &told(&store).await[0].message;
    assert_eq!(preview.chars().count(), 161);
    assert!(preview.ends_with('…'));
}

#[tokio::test]
async fn only_the_chosen_topics_are_told_of() {
    let params = fixture("msg-sms-basic");
    let (store, hooks) = owned(params.get("AccountSid").unwrap(), params.get("To").unwrap()).await;
    let hooks = hooks.notify_on([Topic::CallReceived]);
    let message = IncomingMessage::from_params(&params).unwrap();
    hooks.receive(message, &params, now()).await.unwrap();
    assert!(told(&store).await.is_empty());
}

#[tokio::test]
async fn what_nobody_owned_is_routed_from_its_history() {
    let params = fixture("msg-sms-basic");
    let (account, line) = (params.get("AccountSid").unwrap(), params.get("To").unwrap());
    let store = MemoryStore::new();
    let hooks = Hooks::new(store.clone()).notify_on(TOPICS);
    let message = IncomingMessage::from_params(&params).unwrap();
    hooks.receive(message, &params, now()).await.unwrap();

    let line = Line::new(LineId::at(now()), account, line, company());
    store.put_line(&line).await.unwrap();
    let unrouted = store.unrouted(PageRequest::newest(10)).await.unwrap().items;
    let change = Change::from_history(&unrouted[0]).unwrap().unwrap();
    let recorded = hooks.record(change).await.unwrap();
    assert_eq!(
        (recorded.outcome, recorded.line),
        (Outcome::Updated, Some(line))
    );
    assert_eq!(told(&store).await.len(), 1);
}

#[tokio::test]
async fn a_call_without_handler_hears_the_fallback() {
    let params = fixture("voice-in-basic");
    let hooks = Hooks::new(MemoryStore::new());
    let call = IncomingCall::from_params(&params).unwrap();
    let reply = hooks.receive(call, &params, now()).await.unwrap();
    assert!(reply.to_string().contains("<Say>We are sorry"));
}

#[tokio::test]
async fn a_failed_delivery_comes_again_with_growing_patience() {
    let params = fixture("msg-sms-basic");
    let (store, hooks) = owned(params.get("AccountSid").unwrap(), params.get("To").unwrap()).await;
    let message = IncomingMessage::from_params(&params).unwrap();
    hooks.receive(message, &params, now()).await.unwrap();

    let notifier = RecordingNotifier::failing(2);
    let backoff = Backoff {
        first: Duration::from_secs(10),
        longest: Duration::from_secs(60),
        attempts: 5,
    };
    let dispatcher = Dispatcher::new(store.clone(), notifier.clone()).with_backoff(backoff);
    let mut tried_at = Vec::new();
    for second in 0..120 {
        if dispatcher.run_once(later(second)).await.unwrap().claimed > 0 {
            tried_at.push(second);
        }
    }
    assert_eq!(tried_at.len(), 3, "{tried_at:?}");
    assert!((10..=11).contains(&tried_at[1]), "{tried_at:?}");
    assert!(
        (20..=23).contains(&(tried_at[2] - tried_at[1])),
        "{tried_at:?}"
    );
    assert_eq!(notifier.delivered().len(), 1);
}

#[tokio::test]
async fn a_refused_or_hopeless_delivery_is_given_up() {
    let params = fixture("msg-sms-basic");
    for (notifier, attempts) in [
        (RecordingNotifier::refusing(), 1),
        (RecordingNotifier::failing(u32::MAX), 3),
    ] {
        let (store, hooks) =
            owned(params.get("AccountSid").unwrap(), params.get("To").unwrap()).await;
        let message = IncomingMessage::from_params(&params).unwrap();
        hooks.receive(message, &params, now()).await.unwrap();
        let backoff = Backoff {
            attempts: 3,
            ..Backoff::default()
        };
        let dispatcher = Dispatcher::new(store, notifier).with_backoff(backoff);
        let mut tried = 0;
        for minute in 0..60 {
            tried += dispatcher
                .run_once(later(minute * 60))
                .await
                .unwrap()
                .claimed;
        }
        assert_eq!(tried, attempts);
    }
}

#[tokio::test]
async fn the_dispatcher_delivers_as_soon_as_it_is_woken_and_ends_when_told() {
    let params = fixture("msg-sms-basic");
    let (store, hooks) = owned(params.get("AccountSid").unwrap(), params.get("To").unwrap()).await;
    let notifier = RecordingNotifier::succeeding();
    let dispatcher = Dispatcher::new(store, notifier.clone()).with_poll(Duration::from_secs(3600));
    let hooks = hooks.with_wake(dispatcher.wake());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(async move {
        dispatcher
            .run(async {
                let _ = stopped.await;
            })
            .await;
    });
    let message = IncomingMessage::from_params(&params).unwrap();
    hooks
        .receive(message, &params, Timestamp::now())
        .await
        .unwrap();
    while notifier.delivered().is_empty() {
        tokio::task::yield_now().await;
    }
    stop.send(()).unwrap();
    running.await.unwrap();
}

#[tokio::test]
async fn a_pointer_to_a_store_is_a_store() {
    let store: std::sync::Arc<dyn Store> = std::sync::Arc::new(MemoryStore::new());
    let params = fixture("msg-sms-basic");
    let hooks = Hooks::new(store);
    let recorded = hooks
        .record(change::<IncomingMessage>(&params))
        .await
        .unwrap();
    assert_eq!(recorded.outcome, Outcome::Created);
}
