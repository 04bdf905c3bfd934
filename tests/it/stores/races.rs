//! Reports of the same messages, calls and recordings at the same time, some over a line and some
//! without one, while the line goes from company to company. Whoever wins, the rows agree.

use std::time::Duration;

use sqlx::Row;
use tokio::task::JoinSet;
use twilio_hooks::{
    CompanyId, LineId, Params, UserId,
    notify::Topic,
    store::{
        CallChange, Change, Direction, Interaction, Line, Lines, MessageChange, NotificationDraft,
        RecordingChange, Store,
    },
};
use twilio_hooks_sqlx::{PgStore, sqlx};
use twilio_hooks_tests::postgres::TestDatabase;
use uuid::Uuid;

use super::{ACCOUNT, LINE, at};

const SENDER: &str = "+12025550143";

/// The number's owner `index`. Its person has the same id, so that a row shows whether they match.
fn line(index: u128) -> Line {
    let id = Uuid::from_u128(index);
    let line = Line::new(LineId::at(at(0)), ACCOUNT, LINE, CompanyId::from_uuid(id));
    line.with_user(UserId::from_uuid(id))
}

/// Everything that is reported of message and call `number`. Half of it does not name our line.
fn reports(number: u32) -> Vec<Change> {
    let mut changes = Vec::new();
    for (status, ours) in [
        ("queued", ""),
        ("sent", LINE),
        ("failed", ""),
        ("read", LINE),
    ] {
        let message = MessageChange::new(format!("SM{number}"), Direction::Outbound)
            .with_status(status.into())
            .with_parties(ours, SENDER);
        changes.push(report(Interaction::Message(message), number));
    }
    for (status, ours) in [
        ("queued", ""),
        ("ringing", LINE),
        ("busy", ""),
        ("new-one", LINE),
    ] {
        let call = CallChange::new(format!("CA{number}"), Direction::Inbound, status.into())
            .with_parties(SENDER, ours);
        changes.push(report(Interaction::Call(call), number));
    }
    for (status, names_call) in [
        ("in-progress", false),
        ("stopped", true),
        ("completed", true),
    ] {
        let mut recording = RecordingChange::new(format!("RE{number}"), status.into());
        recording.call_sid = names_call.then(|| format!("CA{number}").into());
        recording.url = (status == "completed").then(|| number.to_string());
        changes.push(report(Interaction::Recording(recording), number));
    }
    changes
}

fn report(interaction: Interaction, number: u32) -> Change {
    let params = Params::from_pairs([("Status", interaction.status())]);
    // Each fills in something of the one contact.
    let name = number.is_multiple_of(3).then(|| "Ada".to_owned());
    let city = number
        .is_multiple_of(2)
        .then(|| interaction.status().to_owned());
    let draft = NotificationDraft::new(Topic::CallReceived, "{contact}", interaction.status());
    let mut change = Change::new(ACCOUNT, interaction, at(number.into())).with_notification(draft);
    change.params = params;
    if let Some(contact) = &mut change.contact {
        contact.name = name;
        contact.city = city;
    }
    change
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_history_and_notifications_agree_whoever_comes_first() {
    let database = TestDatabase::create().await;
    let mut stores = Vec::new();
    for _ in 0..3 {
        stores.push(PgStore::connect(&database.url()).await.unwrap());
    }
    let mut tasks = JoinSet::new();
    for number in 0..60 {
        for (index, change) in reports(number).into_iter().enumerate() {
            let store = stores[(index + number as usize) % 3].clone();
            tasks.spawn(async move { store.record(&change).await.map(drop) });
        }
        let owner = stores[0].clone();
        tasks.spawn(async move {
            if number % 3 == 2 {
                owner
                    .remove_line(line(1).company_id, line(1).id)
                    .await
                    .map(drop)
            } else {
                owner.put_line(&line(u128::from(number % 2) + 1)).await
            }
        });
        // A few at a time, so that the reports of one number meet.
        while tasks.len() > 24 {
            tasks.join_next().await.unwrap().unwrap().unwrap();
        }
    }
    while let Some(result) = tasks.join_next().await {
        result.unwrap().unwrap();
    }
    // Whatever was left to nobody is routed now.
    stores[0].put_line(&line(1)).await.unwrap();
    for number in 0..60 {
        for change in reports(number) {
            stores[0].record(&change).await.unwrap();
        }
    }
    let pool = stores[0].pool();
    for (what, sql) in DISAGREEMENTS {
        let found = sqlx::query(*sql).fetch_all(pool).await.unwrap();
        assert!(found.is_empty(), "{what}: {}", found.len());
    }
    // The server's statistics lag behind by a second.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let sql = "select deadlocks from pg_stat_database where datname = current_database()";
    let deadlocks: i64 = sqlx::query(sql).fetch_one(pool).await.unwrap().get(0);
    assert_eq!(deadlocks, 0);
}

const DISAGREEMENTS: &[(&str, &str)] = &[
    (
        "a person of another company",
        "select id from sms where user_id <> company_id
         union all select id from calls where user_id <> company_id",
    ),
    (
        "a row without an owner or contact",
        "select id from sms where contact_id is null
         union all select id from calls where contact_id is null",
    ),
    (
        "history elsewhere than its message or call",
        "select w.id from webhooks w
         join sms s on s.message_sid = w.sid and w.company_id is distinct from s.company_id
         union all
         select w.id from webhooks w
         join calls c on c.call_sid = w.sid and w.company_id is distinct from c.company_id",
    ),
    (
        "a recording elsewhere than its call",
        "select r.id from recordings r left join calls c using (call_sid)
         where r.call_id is distinct from c.id or r.company_id is distinct from c.company_id
            or c.recording_url is distinct from r.url",
    ),
    (
        "history elsewhere than its recording",
        "select w.id from webhooks w
         join recordings r on r.recording_sid = w.sid and w.company_id is distinct from r.company_id",
    ),
    ("a draft that was forgotten", "select id from recording_drafts"),
    (
        "a finished recording that nobody was told of",
        "select r.id from recordings r
         left join notifications n on n.sid = r.recording_sid and n.status = 'completed'
         where n.id is null",
    ),
    (
        "a notification about another company's contact",
        "select n.id from notifications n
         left join contacts c on c.id = n.contact_id and c.company_id = n.company_id
         where c.id is null",
    ),
];
