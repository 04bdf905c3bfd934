//! What the triggers cost each message that is recorded.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crm::{
    args,
    database::{Database, Db},
    secret::Secret,
};
use jiff::Timestamp;
use twilio_hooks::{
    CompanyId, LineId,
    notify::Topic,
    store::{Change, Direction, Interaction, Line, MessageChange, NotificationDraft},
};
use twilio_hooks_tests::{
    TempDir,
    postgres::{Cluster, Durability},
};

use crate::{
    seed::{ACCOUNT, line},
    setting, shares,
    storage::Kind,
    word,
};

/// How many messages are recorded at once.
const CALLERS: [usize; 2] = [1, 64];

/// How many contacts write.
const CONTACTS: u64 = 1000;

pub(crate) async fn measure(kind: Kind) {
    println!("triggers  callers  messages/s    p50 ms    p99 ms");
    for with_triggers in [false, true] {
        match kind {
            Kind::Sqlite => {
                let directory = TempDir::new();
                let file = directory.path().join("crm.sqlite");
                run(&format!("sqlite:{}", file.display()), with_triggers).await;
            }
            Kind::Postgres => {
                let cluster = Cluster::start(Durability::On);
                run(&cluster.url(), with_triggers).await;
            }
        }
    }
}

async fn run(url: &str, with_triggers: bool) {
    let database = Database::connect(&Secret::new(url)).await.unwrap();
    if !with_triggers {
        drop_triggers(&database.db).await;
    }
    let company = CompanyId::at(Timestamp::now());
    let line = Line::new(LineId::at(Timestamp::now()), ACCOUNT, line(0), company);
    database.lines.put_line(&line).await.unwrap();
    let number = Arc::new(AtomicU64::new(0));
    for callers in CALLERS {
        // Connections, statements and contacts are there before the clock starts.
        record(&database, &number, callers, Duration::from_secs(2)).await;
        let time = Duration::from_secs(u64::from(setting("BENCH_SECONDS", 5)));
        let mut took = record(&database, &number, callers, time).await;
        let rate = took.len() as f64 / time.as_secs_f64();
        let [p50, _, p99, _] = shares(&mut took);
        let triggers = if with_triggers { "yes" } else { "no" };
        println!("{triggers:<8}  {callers:>7}  {rate:>10.0}  {p50:>8.2}  {p99:>8.2}");
    }
    database.db.close().await;
}

async fn record(
    database: &Database,
    number: &Arc<AtomicU64>,
    callers: usize,
    time: Duration,
) -> Vec<Duration> {
    let end = Instant::now() + time;
    let callers: Vec<_> = (0..callers)
        .map(|_| {
            let (store, number) = (database.store.clone(), number.clone());
            tokio::spawn(async move {
                let mut took = Vec::new();
                while Instant::now() < end {
                    let change = change(number.fetch_add(1, Ordering::Relaxed));
                    let start = Instant::now();
                    store.record(&change).await.unwrap();
                    took.push(start.elapsed());
                }
                took
            })
        })
        .collect();
    let mut took = Vec::new();
    for caller in callers {
        took.extend(caller.await.unwrap());
    }
    took
}

/// A message of some words, with all that a webhook brings.
fn change(number: u64) -> Change {
    let ours = line(0);
    let from = format!("+1{}", 2_025_000_000 + number * 7919 % CONTACTS);
    let sid = format!("SM{number:032x}");
    let seed = number as usize;
    let body: Vec<_> = (0..10).map(|at| word(seed * 31 + at * 977)).collect();
    let body = body.join(" ");
    let message = MessageChange::new(&*sid, Direction::Inbound)
        .with_parties(&*from, &*ours)
        .with_body(&*body);
    let draft = NotificationDraft::new(
        Topic::SmsReceived,
        format!("New SMS from {}", NotificationDraft::CONTACT),
        body.clone(),
    );
    let interaction = Interaction::Message(message);
    let mut change = Change::new(ACCOUNT, interaction, Timestamp::now()).with_notification(draft);
    change.params = twilio_hooks::Params::from_pairs([
        ("AccountSid", ACCOUNT),
        ("MessageSid", &sid),
        ("From", &from),
        ("To", &ours),
        ("Body", &body),
    ]);
    change
}

/// The tables of the store as they are without the CRM's lists.
async fn drop_triggers(db: &Db) {
    let sql = db.pick(
        "select name, '' as target from sqlite_master where type = 'trigger'",
        "select tgname::text as name, ' on ' || tgrelid::regclass::text as target
         from pg_trigger where not tgisinternal",
    );
    for row in db.rows(sql, args![]).await.unwrap() {
        let (name, target): (String, String) =
            (row.get("name").unwrap(), row.get("target").unwrap());
        db.execute(format!("drop trigger {name}{target}").leak(), args![])
            .await
            .unwrap();
    }
    for index in [
        "sms_inbound",
        "sms_words",
        "notifications_by_contact",
        "notifications_by_sms",
        "notifications_by_call",
    ] {
        db.execute(format!("drop index if exists {index}").leak(), args![])
            .await
            .unwrap();
    }
}
