//! Every statement the store runs finds its rows by an index.

use std::{cell::RefCell, collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Row};
use twilio_hooks::{
    CompanyId, ContactId, LineId,
    notify::Topic,
    store::{
        CallChange, Change, Claim, Direction, Directory, Interaction, Line, Lines, MessageChange,
        Notice, Notices, NotificationDraft, PageRequest, RecordingChange, Settlement, Store,
    },
};
use uuid::Uuid;

use super::SqliteStore;

thread_local! {
    static STATEMENTS: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
}

/// Remembers a statement that is about to run on this thread.
pub(super) fn note(sql: &'static str) {
    STATEMENTS.with_borrow_mut(|statements| statements.insert(sql));
}

/// The writing task runs on the same thread here.
#[tokio::test(flavor = "current_thread")]
async fn no_statement_reads_a_whole_table() {
    let store = SqliteStore::connect("sqlite::memory:").await.unwrap();
    store.migrate().await.unwrap();
    use_everything(&store).await;
    let statements = STATEMENTS.take();
    assert!(
        statements.len() > 20,
        "only {} statements",
        statements.len()
    );
    for text in statements {
        for statement in text.split(';') {
            let explain = format!("explain query plan {statement}");
            let plan = sqlx::query(AssertSqlSafe(explain)).fetch_all(store.pool());
            for step in plan.await.unwrap() {
                let step: String = step.get("detail");
                let Some(table) = step.strip_prefix("SCAN ") else {
                    continue;
                };
                let table = table.split(' ').next().unwrap_or_default();
                // What the statement makes itself is short.
                let own = [
                    "CONSTANT", "one", "known", "line", "owner", "parent", "call", "due", "claimed",
                ];
                // Scans for foreign keys are planned for rows that might break one, and are not run.
                let named = statement.contains(table) && !own.contains(&table);
                let short = ["notifications_due", "webhooks_unrouted"];
                let short = short.iter().any(|index| step.contains(index));
                assert!(!named || short, "{step}: {statement}");
            }
        }
    }
}

async fn use_everything(store: &SqliteStore) {
    let now = Timestamp::UNIX_EPOCH;
    let company = CompanyId::at(now);
    let line = Line::new(LineId::at(now), "AC1", "+12025550187", company);
    store.put_line(&line).await.unwrap();
    let (theirs, ours) = ("+12025550143", "+12025550187");
    let mut recording = RecordingChange::new("RE1", "completed".into());
    recording.call_sid = Some("CA1".into());
    recording.url = Some("https://api.twilio.com/1".to_owned());
    let call = CallChange::new("CA1", Direction::Inbound, "ringing".into());
    for interaction in [
        Interaction::Recording(recording.clone()),
        Interaction::Call(call.with_parties(theirs, ours)),
        Interaction::Recording(recording),
        Interaction::Message(
            MessageChange::new("SM1", Direction::Inbound).with_parties(theirs, ours),
        ),
    ] {
        let params = twilio_hooks::Params::from_pairs([("Sid", interaction.sid())]);
        let draft = NotificationDraft::new(Topic::SmsReceived, "{contact}", "");
        let mut change = Change::new("AC1", interaction, now).with_notification(draft);
        change.params = params;
        store.record(&change).await.unwrap();
    }
    let notice = Notice::new(company, Topic::MissedCall, "CA1", "Missed call", now);
    store.put_notice(&notice).await.unwrap();
    let claim = Claim {
        limit: 10,
        now,
        lease: Duration::from_secs(30),
    };
    for claimed in store.claim(claim).await.unwrap() {
        let id = claimed.notification.id;
        let settled = store.settle(id, claimed.attempt, Settlement::Delivered);
        settled.await.unwrap();
    }
    let page = PageRequest::newest(10);
    let contact = ContactId::at(now);
    store.contact(company, contact).await.unwrap();
    store.contacts(company, page).await.unwrap();
    let messages = store.messages(company, page).await.unwrap().items;
    store.message(company, messages[0].id).await.unwrap();
    let calls = store.calls(company, page).await.unwrap().items;
    store.call(company, calls[0].id).await.unwrap();
    let (account, message, call) = ("AC1".into(), "SM1".into(), "CA1".into());
    let by_sid = store.message_by_sid(company, &account, &message).await;
    assert!(by_sid.unwrap().is_some());
    let by_sid = store.call_by_sid(company, &account, &call).await;
    assert!(by_sid.unwrap().is_some());
    store.recordings(company, calls[0].id).await.unwrap();
    store.timeline(company, contact, page).await.unwrap();
    store.notifications_since(company, 0, 10).await.unwrap();
    store.history(&"AC1".into(), "SM1").await.unwrap();
    store.unrouted(page).await.unwrap();
    store.lines(company).await.unwrap();
    store
        .remove_line(company, LineId::from_uuid(Uuid::nil()))
        .await
        .unwrap();
}
