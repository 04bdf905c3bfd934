//! Signed webhooks over HTTP, on every store: what an application sees and what Twilio is answered.

use std::{collections::HashSet, sync::Arc};

use axum::{Router, body::Body};
use http::StatusCode;
use jiff::Timestamp;
use tower::ServiceExt;
use twilio_hooks::{
    AccountSid, CallStatus, CompanyId, Hooks, LineId, MessageStatus,
    notify::{Dispatcher, Topic},
    signature::{AuthTokens, PublicUrl, ValidateSignatureLayer},
    store::{
        Change, Direction, Directory, Interaction, Line, Lines, Message, MessageChange,
        Notification, PageRequest, Store,
    },
    testing::{RecordingNotifier, SignedRequest, store::TestedStore},
};
use twilio_hooks_axum::{DEFAULT_PREFIX, Webhooks};
use uuid::Uuid;

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const BASE: &str = "https://hooks.example.com";
const LINE: &str = "+12025550187";
const SENDER: &str = "+12025550143";
const MESSAGE: &str = "SM00000000000000000000000000000001";
const CALL: &str = "CA00000000000000000000000000000001";

/// A server with one company and one line, on a store.
struct Server<S> {
    store: Arc<S>,
    app: Router,
}

fn company() -> CompanyId {
    CompanyId::from_uuid(Uuid::from_u128(1))
}

impl<S: TestedStore> Server<S> {
    async fn new(store: S) -> Self {
        let store = Arc::new(store);
        let line = Line::new(LineId::at(Timestamp::now()), ACCOUNT, LINE, company());
        store.put_line(&line).await.expect("a line is put");
        let hooks = Hooks::new(Arc::clone(&store)).notify_on([
            Topic::SmsReceived,
            Topic::CallReceived,
            Topic::SmsStatusUpdate,
            Topic::CallStatusUpdate,
            Topic::RecordingAvailable,
        ]);
        let url = PublicUrl::fixed(BASE).expect("a public URL");
        let layer = ValidateSignatureLayer::new(url, AuthTokens::single(ACCOUNT, TOKEN));
        Self {
            store,
            app: Webhooks::new(hooks, layer).into_router(),
        }
    }

    /// Sends a webhook as Twilio would; it must be answered 2xx.
    async fn send(&self, path: &str, params: &[(&str, &str)]) {
        let status = self.try_send(path, params).await;
        assert!(status.is_success(), "{path} was answered {status}");
    }

    async fn try_send(&self, path: &str, params: &[(&str, &str)]) -> StatusCode {
        let account = [("AccountSid", ACCOUNT)];
        let params: Vec<_> = account.iter().chain(params).copied().collect();
        self.send_as_is(path, &params).await
    }

    async fn send_as_is(&self, path: &str, params: &[(&str, &str)]) -> StatusCode {
        let mut request = SignedRequest::post(format!("{BASE}{DEFAULT_PREFIX}/{path}"));
        for (name, value) in params {
            request = request.param(name, value);
        }
        let request = request.sign(TOKEN).map(Body::from);
        self.app
            .clone()
            .oneshot(request)
            .await
            .expect("an answer")
            .status()
    }

    async fn text(&self, sid: &str, body: &str) {
        let params = [
            ("MessageSid", sid),
            ("From", SENDER),
            ("To", LINE),
            ("Body", body),
        ];
        self.send("sms/incoming", &params).await;
    }

    async fn status(&self, status: &str) {
        let params = [
            ("MessageSid", MESSAGE),
            ("From", LINE),
            ("To", SENDER),
            ("MessageStatus", status),
        ];
        self.send("sms/status", &params).await;
    }

    async fn call(&self, path: &str, status: &str) {
        let params = [
            ("CallSid", CALL),
            ("From", SENDER),
            ("To", LINE),
            ("Direction", "inbound"),
            ("CallStatus", status),
            (
                "CallDuration",
                if status == "completed" { "65" } else { "" },
            ),
        ];
        self.send(path, &params).await;
    }

    async fn messages(&self) -> Vec<Message> {
        let page = self
            .store
            .messages(company(), PageRequest::newest(200))
            .await;
        page.expect("messages are listed").items
    }

    /// Delivers what there is to tell.
    async fn told(&self) -> Vec<Notification> {
        let notifier = RecordingNotifier::succeeding();
        let dispatcher = Dispatcher::new(Arc::clone(&self.store), notifier.clone());
        while dispatcher
            .run_once(Timestamp::now())
            .await
            .expect("a pass")
            .claimed
            > 0
        {}
        notifier.delivered()
    }
}

/// The same signed message twice: one contact, one row, one notification.
async fn a_message_that_comes_twice_is_there_once(store: impl TestedStore) {
    let server = Server::new(store).await;
    server.text(MESSAGE, "Hello").await;
    server.text(MESSAGE, "Hello").await;
    let messages = server.messages().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].body.as_deref(), Some("Hello"));
    assert_eq!(messages[0].direction, Direction::Inbound);
    let contacts = server
        .store
        .contacts(company(), PageRequest::newest(10))
        .await;
    assert_eq!(contacts.expect("contacts are listed").items.len(), 1);
    let told = server.told().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].title, format!("New SMS from {SENDER}"));
    assert_eq!(told[0].sms_id, Some(messages[0].id));
}

/// `delivered` and then a late `sent`.
async fn a_late_status_does_not_replace_delivered(store: impl TestedStore) {
    let server = Server::new(store).await;
    for status in ["queued", "delivered", "sent"] {
        server.status(status).await;
    }
    let messages = server.messages().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].status, MessageStatus::Delivered);
    let history = server
        .store
        .history(&AccountSid::from(ACCOUNT), MESSAGE)
        .await;
    assert_eq!(history.expect("history is read").len(), 3);
    let told: Vec<_> = server
        .told()
        .await
        .into_iter()
        .map(|it| it.message)
        .collect();
    assert_eq!(told, ["Status: queued", "Status: delivered"]);
}

/// The briefest report Twilio sends names no account; the key that signed tells it.
async fn a_report_that_names_no_account_is_the_signers(store: impl TestedStore) {
    let server = Server::new(store).await;
    server.status("sent").await;
    let report = [("MessageSid", MESSAGE), ("MessageStatus", "delivered")];
    let status = server.send_as_is("sms/status", &report).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let messages = server.messages().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].status, MessageStatus::Delivered);
}

/// A callback that overtakes what the application writes about the message it sent.
async fn a_status_before_its_message_is_completed_by_it(store: impl TestedStore) {
    let server = Server::new(store).await;
    server.status("delivered").await;
    assert_eq!(server.messages().await[0].body, None);
    let sent = MessageChange::new(MESSAGE, Direction::Outbound)
        .with_parties(LINE, SENDER)
        .with_body("Your table is ready");
    let sent = Change::new(ACCOUNT, Interaction::Message(sent), Timestamp::now());
    server
        .store
        .record(&sent)
        .await
        .expect("the message is recorded");
    let messages = server.messages().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].body.as_deref(), Some("Your table is ready"));
    assert_eq!(messages[0].status, MessageStatus::Delivered);
}

/// Fifty first messages of one sender at once.
async fn parallel_first_messages_make_one_contact(store: impl TestedStore) {
    let server = Arc::new(Server::new(store).await);
    let tasks: Vec<_> = (0..50)
        .map(|number| {
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                server
                    .text(&format!("SM{number:032x}"), &number.to_string())
                    .await;
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a message is answered");
    }
    let messages = server.messages().await;
    assert_eq!(messages.len(), 50);
    let contacts: HashSet<_> = messages.iter().map(|message| message.contact_id).collect();
    assert_eq!(contacts.len(), 1);
    assert_eq!(server.told().await.len(), 50);
}

/// The webhooks of one call in the order in which networks like to deliver them.
async fn a_shuffled_call_ends_as_it_should(store: impl TestedStore) {
    let server = Server::new(store).await;
    let recording = [
        ("CallSid", CALL),
        ("RecordingSid", "RE00000000000000000000000000000001"),
        ("RecordingStatus", "completed"),
        (
            "RecordingUrl",
            "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1",
        ),
        ("RecordingDuration", "42"),
    ];
    server.send("voice/recording", &recording).await;
    server.call("voice/status", "completed").await;
    server.call("voice/incoming", "ringing").await;
    server.call("voice/status", "in-progress").await;
    server.send("voice/recording", &recording).await;

    let calls = server.store.calls(company(), PageRequest::newest(10)).await;
    let calls = calls.expect("calls are listed").items;
    assert_eq!(calls.len(), 1);
    assert_eq!(
        (&calls[0].status, calls[0].duration),
        (&CallStatus::Completed, Some(65))
    );
    assert!(calls[0].recording_url.is_some());
    let told: Vec<_> = server.told().await.into_iter().map(|it| it.topic).collect();
    assert_eq!(
        told.iter()
            .filter(|topic| **topic == Topic::RecordingAvailable)
            .count(),
        1
    );
    assert_eq!(
        told.iter()
            .filter(|topic| **topic == Topic::CallStatusUpdate)
            .count(),
        1
    );
}

/// A number that nobody has entered yet: answered, kept, and shown to the operator.
async fn a_text_to_an_unknown_line_is_kept(store: impl TestedStore) {
    let server = Server::new(store).await;
    let params = [
        ("MessageSid", MESSAGE),
        ("From", SENDER),
        ("To", "+12025550100"),
        ("Body", "?"),
    ];
    server.send("sms/incoming", &params).await;
    assert!(server.messages().await.is_empty());
    let unrouted = server
        .store
        .unrouted(PageRequest::newest(10))
        .await
        .expect("a list")
        .items;
    assert_eq!(unrouted.len(), 1);
    assert_eq!(unrouted[0].params.get("Body"), Some("?"));
    assert!(server.told().await.is_empty());
}

/// The stories as tests of one store.
macro_rules! stories {
    ($store:ident: $($story:ident)+) => {
        mod $store {
            $(
                #[test]
                fn $story() {
                    twilio_hooks::testing::block_on(async {
                        super::$story(crate::stores::$store::make_store().await).await;
                    });
                }
            )+
        }
    };
    ($($store:ident)+) => {$(
        stories! {
            $store:
            a_message_that_comes_twice_is_there_once
            a_late_status_does_not_replace_delivered
            a_report_that_names_no_account_is_the_signers
            a_status_before_its_message_is_completed_by_it
            parallel_first_messages_make_one_contact
            a_shuffled_call_ends_as_it_should
            a_text_to_an_unknown_line_is_kept
        }
    )+};
}

stories! { memory sqlite postgres }
