//! How many messages a second are recorded, and how long one takes.
//!
//! ```text
//! cargo bench -p twilio-hooks-sqlx --all-features --bench record [-- sqlite|postgres]
//! ```
//! SQLite writes to a file, flushed at every commit. Postgres is a server of its own with default
//! settings, which also flushes, or the one `BENCH_DATABASE_URL` names (its database gets the tables
//! and is filled). `BENCH_SECONDS` is the time for each figure (3), `BENCH_POOL` the number of
//! connections to Postgres (10). At the end it writes a script for `pgbench` with the very statement
//! `PgStore` runs, and the command to run it.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::{
    env, fs,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::Timestamp;
use twilio_hooks::{
    CompanyId, LineId, Params,
    notify::Topic,
    store::{Change, Direction, Interaction, Line, Lines, MessageChange, NotificationDraft, Store},
};
use twilio_hooks_sqlx::{
    PgStore, SqliteStore,
    sqlx::{
        self, Row,
        postgres::{PgPool, PgPoolOptions},
    },
};
use twilio_hooks_tests::{
    TempDir,
    postgres::{Cluster, Durability},
};

const ACCOUNT: &str = "AC000000000000000000000000000000a1";
const LINE: &str = "+12025550187";
const CALLERS: [usize; 3] = [1, 16, 64];
/// How many different senders there are when they are known.
const KNOWN: u64 = 1000;

#[derive(Clone, Copy, PartialEq)]
enum Senders {
    /// Every message makes a contact.
    Fresh,
    Known,
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    // `cargo test --benches` only wants to know that it starts.
    if !env::args().any(|arg| arg == "--bench") {
        return;
    }
    let only = env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let is_wanted = |name| only.as_deref().is_none_or(|only| only == name);
    println!("database  senders  callers   messages/s    p50 ms    p99 ms");
    if is_wanted("sqlite") {
        measure_sqlite().await;
    }
    if is_wanted("postgres") {
        measure_postgres().await;
    }
}

async fn measure_sqlite() {
    for senders in [Senders::Known, Senders::Fresh] {
        for callers in CALLERS {
            let directory = TempDir::new();
            let url = format!("sqlite://{}", directory.path().join("bench.db").display());
            let store = SqliteStore::connect(&url).await.unwrap();
            store.migrate().await.unwrap();
            measure("sqlite", Arc::new(store), senders, callers).await;
        }
    }
}

async fn measure_postgres() {
    let given = env::var("BENCH_DATABASE_URL").ok();
    let cluster = given.is_none().then(|| Cluster::start(Durability::On));
    let url = given.unwrap_or_else(|| cluster.as_ref().unwrap().url());
    let pool = PgPoolOptions::new()
        .max_connections(setting("BENCH_POOL", 10))
        .test_before_acquire(false)
        .connect(&url)
        .await
        .unwrap();
    let store = PgStore::new(pool.clone());
    store.migrate().await.unwrap();
    for senders in [Senders::Known, Senders::Fresh] {
        for callers in CALLERS {
            sqlx::raw_sql("truncate sms, contacts, notifications, webhooks, calls, recordings, recording_drafts")
                .execute(&pool)
                .await
                .unwrap();
            measure("postgres", Arc::new(store.clone()), senders, callers).await;
        }
    }
    compare_with_pgbench(&store, &url, cluster).await;
}

async fn measure(database: &str, store: Arc<impl Store + Lines>, senders: Senders, callers: usize) {
    let line = Line::new(LineId::at(Timestamp::now()), ACCOUNT, LINE, company());
    store.put_line(&line).await.unwrap();
    let number = Arc::new(AtomicU64::new(0));
    // Connections, prepared statements and the known senders are there before the clock starts.
    run(
        &store,
        &number,
        senders,
        callers,
        Duration::from_millis(700),
    )
    .await;
    let time = Duration::from_secs(u64::from(setting("BENCH_SECONDS", 3)));
    let mut took = run(&store, &number, senders, callers, time).await;
    took.sort_unstable();
    let at = |share: usize| took[took.len() * share / 100].as_secs_f64() * 1000.0;
    let senders = match senders {
        Senders::Fresh => "fresh",
        Senders::Known => "known",
    };
    let rate = took.len() as f64 / time.as_secs_f64();
    println!(
        "{database:<8}  {senders:<7}  {callers:>7}   {rate:>10.0}  {:>8.2}  {:>8.2}",
        at(50),
        at(99)
    );
}

/// Records with so many callers for so long; gives the time each message took.
async fn run(
    store: &Arc<impl Store>,
    number: &Arc<AtomicU64>,
    senders: Senders,
    callers: usize,
    time: Duration,
) -> Vec<Duration> {
    let end = Instant::now() + time;
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (store, number) = (Arc::clone(store), Arc::clone(number));
            tokio::spawn(async move {
                let mut took = Vec::new();
                while Instant::now() < end {
                    let change = message(number.fetch_add(1, Ordering::Relaxed), senders);
                    let began = Instant::now();
                    store.record(&change).await.unwrap();
                    took.push(began.elapsed());
                }
                took
            })
        })
        .collect();
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await.unwrap());
    }
    took
}

fn company() -> CompanyId {
    CompanyId::from_uuid("01940000-0000-7000-8000-0000000000c1".parse().unwrap())
}

fn message(number: u64, senders: Senders) -> Change {
    let sid = format!("SM{number:032x}");
    let sender = match senders {
        Senders::Fresh => number,
        Senders::Known => number % KNOWN,
    };
    let from = format!("+1303{sender:07}");
    let message = MessageChange::new(sid.as_str(), Direction::Inbound)
        .with_parties(from.as_str(), LINE)
        .with_body(BODY);
    let mut change = Change::new(ACCOUNT, Interaction::Message(message), Timestamp::now());
    let details = change.contact.as_mut().unwrap();
    details.city = Some("DENVER".to_owned());
    details.state = Some("CO".to_owned());
    details.country = Some("US".to_owned());
    change.kind = "incoming_message".to_owned();
    change.params = params(&sid, &from);
    change.with_notification(NotificationDraft::new(
        Topic::SmsReceived,
        "New SMS from {contact}",
        BODY,
    ))
}

const BODY: &str = "Could you move my appointment to Thursday afternoon? Thank you!";

fn params(sid: &str, from: &str) -> Params {
    Params::from_pairs([
        ("ToCountry", "US"),
        ("ToState", "DC"),
        ("SmsMessageSid", sid),
        ("NumMedia", "0"),
        ("ToCity", "WASHINGTON"),
        ("FromZip", "80202"),
        ("SmsSid", sid),
        ("FromState", "CO"),
        ("SmsStatus", "received"),
        ("FromCity", "DENVER"),
        ("Body", BODY),
        ("FromCountry", "US"),
        ("To", LINE),
        ("ToZip", "20001"),
        ("NumSegments", "1"),
        ("MessageSid", sid),
        ("AccountSid", ACCOUNT),
        ("From", from),
        ("ApiVersion", "2010-04-01"),
    ])
}

fn setting(name: &str, default: u32) -> u32 {
    env::var(name).map_or(default, |value| value.parse().unwrap())
}

/// Writes the statement that recorded the messages as a script for `pgbench`.
async fn compare_with_pgbench(store: &PgStore, url: &str, cluster: Option<Cluster>) {
    let statement = prepared_statement(store.pool()).await;
    let path = env::temp_dir().join("twilio-hooks-record.pgbench");
    fs::write(&path, script(&statement)).unwrap();
    println!("\nThe same statement without this crate, known senders:");
    for clients in [1, 16, 64] {
        let time = setting("BENCH_SECONDS", 3);
        println!(
            "pgbench -n -M prepared -c {clients} -j 2 -T {time} -f {} '{url}'",
            path.display()
        );
    }
    if cluster.is_some() && env::var_os("BENCH_KEEP").is_some() {
        println!("The server runs until you press return.");
        std::io::stdin().read_line(&mut String::new()).unwrap();
    }
}

/// The server knows the text of what was prepared on a connection.
async fn prepared_statement(pool: &PgPool) -> String {
    let sql = "select statement from pg_prepared_statements where statement like '%into sms%'";
    let row = sqlx::query(sql).fetch_one(pool).await;
    row.unwrap().get(0)
}

fn script(statement: &str) -> String {
    // Ids grow with time here, too.
    let id = "(lpad(to_hex((extract(epoch from now()) * 1000)::bigint), 12, '0') || '7000' || \
              '8' || lpad(to_hex(:n::bigint), 15, '0'))::uuid";
    let sid = "('SM' || lpad(to_hex(:n::bigint), 32, 'f'))";
    let sender = format!("('+1303' || lpad((:n::bigint % {KNOWN})::text, 7, '0'))");
    let quoted = |text: &str| format!("'{}'::text", text.replace('\'', "''"));
    let form = params(&format!("SM{:032}", 0), "+13030000000").to_form();
    // From the last to the first, because `$1` is also the beginning of `$10`.
    let values = [
        (32, "0::bigint".to_owned()),
        (31, "null::bigint".to_owned()),
        (30, "null::bigint".to_owned()),
        (29, quoted("[]")),
        (28, quoted(BODY)),
        (27, quoted(LINE)),
        (26, sender.clone()),
        (25, quoted("INBOUND")),
        (24, "70::bigint".to_owned()),
        (23, quoted("RECEIVED")),
        (22, id.to_owned()),
        (21, quoted(BODY)),
        (20, quoted("")),
        (19, quoted("New SMS from ")),
        (18, quoted("sms_received")),
        (17, id.to_owned()),
        (16, quoted(&form)),
        (15, quoted("incoming_message")),
        (14, id.to_owned()),
        (13, quoted("US")),
        (12, "null::text".to_owned()),
        (11, quoted("CO")),
        (10, quoted("DENVER")),
        (9, "null::text".to_owned()),
        (8, sender),
        (7, id.to_owned()),
        (6, "null::text".to_owned()),
        (5, quoted(LINE)),
        (4, "now()".to_owned()),
        (3, quoted("received")),
        (2, sid.to_owned()),
        (1, quoted(ACCOUNT)),
    ];
    let mut statement = statement.replace("::jsonb", "::text::jsonb");
    for (number, value) in values {
        statement = statement.replace(&format!("${number}"), &value);
    }
    // In pgbench's scripts a statement ends with its line unless it is continued.
    let statement = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("\\set n random(1, 1000000000000000)\n{statement};\n")
}
