//! The same changes make the same of every store, whatever they are and in whatever order they come.
//!
//! [`MemoryStore`] says what is right: it keeps whole rows and merges them with the core's own rules.
//! A failure shows the shortest story found that one of them tells differently. `PROPTEST_CASES` sets
//! how many are told; some differences took a thousand to show.

use std::{
    collections::HashMap,
    env,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use jiff::Timestamp;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use twilio_hooks::{
    AccountSid, Address, CallStatus, CompanyId, LineId, MessageStatus, Params, RecordingStatus,
    UserId,
    notify::Topic,
    store::{
        CallChange, Change, Claim, ContactDetails, Direction, Interaction, InteractionId, Line,
        MemoryStore, MessageChange, NotificationDraft, PageRequest, RecordingChange, Settlement,
    },
    testing::store::TestedStore,
    webhook::Media,
};
use uuid::Uuid;

use super::{at, postgres, sqlite};

const ACCOUNTS: usize = 2;
const COMPANIES: usize = 2;
/// Two numbers and a messaging service.
const LINES: usize = 3;
const SIDS: usize = 3;
const ALL: PageRequest = PageRequest {
    limit: u32::MAX,
    before: None,
};

#[derive(Debug, Clone)]
enum Step {
    PutLine {
        account: usize,
        line: usize,
        company: usize,
        user: Option<usize>,
    },
    RemoveLine {
        account: usize,
        line: usize,
        company: usize,
    },
    Record(Report),
    /// A change that was recorded before, so many seconds later or earlier.
    Repeat {
        which: prop::sample::Index,
        seconds: i64,
    },
    /// Takes and delivers what is due.
    Deliver,
}

#[derive(Debug, Clone)]
struct Report {
    account: usize,
    /// Since the report before; it may seem to come earlier.
    seconds: i64,
    /// Which of our lines it names, if any.
    line: Option<usize>,
    peer: Option<usize>,
    /// Whether the change names a contact although it would not by itself, or the other way round.
    odd_contact: bool,
    name: Option<usize>,
    city: Option<usize>,
    topic: Option<usize>,
    is_webhook: bool,
    sid: usize,
    status: usize,
    inbound: bool,
    /// Fields that are filled in once.
    text: Option<usize>,
    number: Option<u32>,
    error: Option<u32>,
    of: Of,
}

#[derive(Debug, Clone)]
enum Of {
    Message,
    Call { parent: Option<usize> },
    Recording { call: Option<usize> },
}

fn step() -> impl Strategy<Value = Step> {
    let line = (0..ACCOUNTS, 0..LINES, 0..COMPANIES);
    prop_oneof![
        2 => (line.clone(), prop::option::of(0..2_usize)).prop_map(
            |((account, line, company), user)| Step::PutLine { account, line, company, user }
        ),
        1 => line.prop_map(|(account, line, company)| Step::RemoveLine { account, line, company }),
        14 => report().prop_map(Step::Record),
        3 => (any::<prop::sample::Index>(), -3..9_i64)
            .prop_map(|(which, seconds)| Step::Repeat { which, seconds }),
        1 => Just(Step::Deliver),
    ]
}

fn report() -> impl Strategy<Value = Report> {
    let of = prop_oneof![
        2 => Just(Of::Message),
        3 => prop::option::weighted(0.3, 0..SIDS).prop_map(|parent| Of::Call { parent }),
        3 => prop::option::weighted(0.8, 0..SIDS).prop_map(|call| Of::Recording { call }),
    ];
    // The first account has most of it, so that reports meet.
    let account = prop::bool::weighted(0.2).prop_map(usize::from);
    let whose = (
        account,
        -2..6_i64,
        prop::option::weighted(0.8, 0..LINES),
        prop::option::weighted(0.8, 0..3_usize),
        prop::bool::weighted(0.1),
    );
    let details = (
        prop::option::weighted(0.3, 0..3_usize),
        prop::option::weighted(0.3, 0..3_usize),
        prop::option::weighted(0.7, 0..2_usize),
        prop::bool::weighted(0.8),
    );
    let what = (0..SIDS, 0..6_usize, any::<bool>());
    let fields = (
        prop::option::of(0..3_usize),
        prop::option::weighted(0.3, 0..3_u32),
        prop::option::weighted(0.2, 1..3_u32),
    );
    (whose, details, what, fields, of).prop_map(|(whose, details, what, fields, of)| Report {
        account: whose.0,
        seconds: whose.1,
        line: whose.2,
        peer: whose.3,
        odd_contact: whose.4,
        name: details.0,
        city: details.1,
        topic: details.2,
        is_webhook: details.3,
        sid: what.0,
        status: what.1,
        inbound: what.2,
        text: fields.0,
        number: fields.1,
        error: fields.2,
        of,
    })
}

/// The names of one story: no other one has the same, so all of them share the stores.
#[derive(Clone, Copy)]
struct World(u32);

impl World {
    fn account(self, index: usize) -> AccountSid {
        format!("AC{:024x}{index:08x}", self.0).into()
    }

    fn id(self, kind: u128, index: usize) -> Uuid {
        Uuid::from_u128(u128::from(self.0) << 64 | kind << 32 | index as u128)
    }

    fn company(self, index: usize) -> CompanyId {
        self.id(1, index).into()
    }

    fn line(self, account: usize, line: usize, company: usize, user: Option<usize>) -> Line {
        let id = LineId::from_uuid(self.id(2, account * LINES + line));
        let new = Line::new(id, self.account(account), OURS[line], self.company(company));
        match user {
            Some(user) => new.with_user(UserId::from_uuid(self.id(3, company * 2 + user))),
            None => new,
        }
    }

    /// The start of a story, an hour after the one before.
    fn start(self) -> Timestamp {
        at(i64::from(self.0) * 3600)
    }

    fn after(self, seconds: i64) -> Timestamp {
        at(i64::from(self.0) * 3600 + seconds)
    }

    fn change(self, report: &Report, now: Timestamp) -> Change {
        let our_number = report
            .line
            .filter(|line| *line < 2)
            .map_or("", |it| OURS[it]);
        let peer = report.peer.map_or("", |it| PEERS[it]);
        let (direction, from, to) = if report.inbound {
            (Direction::Inbound, peer, our_number)
        } else {
            (Direction::Outbound, our_number, peer)
        };
        let text = report.text.map(|it| format!("text {it}"));
        let interaction = match report.of {
            Of::Message => {
                let mut message = MessageChange::new(sid("SM", report.sid), direction)
                    .with_status(MessageStatus::from(MESSAGE[report.status]))
                    .with_parties(from, to);
                if let Some(text) = &text {
                    message.media = vec![Media::new(text, None)];
                }
                message.body = text;
                message.num_segments = report.number;
                message.error_code = report.error;
                Interaction::Message(message)
            }
            Of::Call { parent } => {
                let status = CallStatus::from(CALL[report.status]);
                let mut call = CallChange::new(sid("CA", report.sid), direction, status)
                    .with_parties(from, to);
                call.parent_call_sid = parent.map(|it| sid("CA", it).into());
                call.duration = report.number;
                call.recording_url = text.filter(|_| report.status == 4);
                call.error_code = report.error;
                Interaction::Call(call)
            }
            Of::Recording { call } => {
                let status = RecordingStatus::from(RECORDING[report.status]);
                let mut recording = RecordingChange::new(sid("RE", report.sid), status);
                recording.call_sid = call.map(|it| sid("CA", it).into());
                recording.url = text.clone();
                recording.duration = report.number;
                recording.channels = report.number;
                recording.source = text;
                recording.started_at = report.number.map(|it| self.after(it.into()));
                recording.error_code = report.error;
                Interaction::Recording(recording)
            }
        };
        let mut change = Change::new(self.account(report.account), interaction, now);
        change.kind = "differential".to_owned();
        if report.line == Some(2) {
            change.messaging_service_sid = Some(OURS[2].into());
        }
        if report.odd_contact {
            change.contact = match change.contact {
                None => ContactDetails::from_address(&Address::from(PEERS[0])),
                Some(_) => None,
            };
        }
        if let Some(contact) = &mut change.contact {
            contact.name = report.name.map(|it| format!("name {it}"));
            contact.city = report.city.map(|it| format!("city {it}"));
        }
        if report.is_webhook {
            let time = now.to_string();
            let pairs = [("Sid", change.interaction.sid()), ("Time", &time)];
            change.params = Params::from_pairs(pairs);
        }
        if let Some(topic) = report.topic {
            let topic = [Topic::CallReceived, Topic::RecordingAvailable][topic].clone();
            change.notification = Some(NotificationDraft::new(
                topic,
                "{contact}: news",
                now.to_string(),
            ));
        }
        change
    }
}

fn sid(kind: &str, index: usize) -> String {
    format!("{kind}{index:032x}")
}

const OURS: [&str; LINES] = [
    "+12025550187",
    "+12025550188",
    "MG00000000000000000000000000000001",
];
/// The last one hides.
const PEERS: [&str; 3] = ["+12025550143", "whatsapp:+12025550144", "anonymous"];
const MESSAGE: [&str; 6] = ["queued", "sent", "delivered", "failed", "read", "new-one"];
const CALL: [&str; 6] = [
    "queued",
    "ringing",
    "in-progress",
    "busy",
    "completed",
    "new-one",
];
const RECORDING: [&str; 6] = [
    "in-progress",
    "paused",
    "completed",
    "completed",
    "deleted",
    "new-one",
];

/// A store, and what its ids stand for.
struct Told<'a> {
    store: &'a dyn TestedStore,
    world: World,
    rows: HashMap<(usize, String), InteractionId>,
    names: HashMap<String, String>,
}

impl<'a> Told<'a> {
    fn new(store: &'a dyn TestedStore, world: World) -> Self {
        Self {
            store,
            world,
            rows: HashMap::new(),
            names: HashMap::new(),
        }
    }

    async fn record(&mut self, change: &Change) -> Value {
        let recorded = self
            .store
            .record(change)
            .await
            .expect("a change is recorded");
        let account = (0..ACCOUNTS)
            .position(|it| self.world.account(it) == change.account_sid)
            .expect("an account of this story");
        let sid = change.interaction.sid().to_owned();
        let first = self
            .rows
            .entry((account, sid.clone()))
            .or_insert(recorded.id);
        assert_eq!(*first, recorded.id, "a row keeps its id");
        let id = match recorded.id {
            InteractionId::Message(id) => id.to_string(),
            InteractionId::Call(id) => id.to_string(),
            InteractionId::Recording(id) => id.to_string(),
            _ => panic!("a row of a new kind"),
        };
        self.names.insert(id, format!("{account} {sid}"));
        if let Some(contact) = &recorded.contact {
            let name = format!("contact {}", contact.address);
            self.names.insert(contact.id.to_string(), name);
        }
        self.named(json!(recorded))
    }

    async fn deliver(&mut self) -> Value {
        let claim = Claim {
            limit: u32::MAX,
            now: self.world.after(3000),
            lease: Duration::from_secs(30),
        };
        let mut told = Vec::new();
        for claimed in self.store.claim(claim).await.expect("a claim") {
            let (notification, attempt) = (claimed.notification, claimed.attempt);
            let settlement = Settlement::Delivered;
            let settled = self
                .store
                .settle(notification.id, attempt, settlement)
                .await;
            settled.expect("a delivery is noted");
            // A story that went wrong leaves some.
            if (0..COMPANIES).any(|it| self.world.company(it) == notification.company_id) {
                told.push(self.notification(json!(notification)));
            }
        }
        // What one change tells of has no order.
        told.sort_by_key(ToString::to_string);
        Value::Array(told)
    }

    fn notification(&self, mut notification: Value) -> Value {
        for volatile in ["id", "seq"] {
            notification[volatile] = Value::Null;
        }
        self.named(notification)
    }

    /// Everything that can be read.
    async fn snapshot(&mut self) -> Value {
        let mut all = serde_json::Map::new();
        for index in 0..COMPANIES {
            let rows = self.company(self.world.company(index)).await;
            all.insert(format!("company {index}"), rows);
        }
        let mut keys: Vec<_> = self.rows.keys().cloned().collect();
        keys.sort_unstable();
        for (account, sid) in keys {
            let account_sid = self.world.account(account);
            let entries = self
                .store
                .history(&account_sid, &sid)
                .await
                .expect("a history");
            all.insert(
                format!("history {account} {sid}"),
                without_ids(json!(entries)),
            );
        }
        let unrouted = self.store.unrouted(PageRequest::newest(500)).await;
        let unrouted = unrouted.expect("a list").items;
        let ours = unrouted
            .into_iter()
            .filter(|entry| (0..ACCOUNTS).any(|it| self.world.account(it) == entry.account_sid));
        let ours: Vec<_> = ours.collect();
        all.insert("unrouted".to_owned(), without_ids(json!(ours)));
        Value::Object(all)
    }

    async fn company(&mut self, company: CompanyId) -> Value {
        let store = self.store;
        let contacts = store.contacts(company, ALL).await.expect("a list").items;
        for contact in &contacts {
            let name = format!("contact {}", contact.address);
            self.names.insert(contact.id.to_string(), name);
        }
        let mut timelines = Vec::new();
        for contact in &contacts {
            let timeline = store.timeline(company, contact.id, ALL).await;
            timelines.push(timeline.expect("a timeline").items);
        }
        let mut rows = Vec::new();
        let mut keys: Vec<_> = self.rows.iter().collect();
        keys.sort_unstable_by_key(|(key, _)| (*key).clone());
        for (_, id) in keys {
            rows.push(match *id {
                InteractionId::Message(id) => {
                    json!(store.message(company, id).await.expect("a read"))
                }
                InteractionId::Call(id) => json!([
                    store.call(company, id).await.expect("a read"),
                    store.recordings(company, id).await.expect("a list"),
                ]),
                _ => Value::Null,
            });
        }
        let told = store.notifications_since(company, 0, u32::MAX).await;
        let told = told.expect("a list");
        let numbers: Vec<_> = told.iter().map(|it| it.seq).collect();
        assert!(numbers.into_iter().eq(1..=told.len() as u64), "no gaps");
        let mut told: Vec<_> = told.iter().map(|it| self.notification(json!(it))).collect();
        told.sort_by_key(ToString::to_string);
        self.named(json!({
            "lines": store.lines(company).await.expect("a list"),
            "contacts": contacts,
            "messages": store.messages(company, ALL).await.expect("a list").items,
            "calls": store.calls(company, ALL).await.expect("a list").items,
            "timelines": timelines,
            "rows": rows,
            "notifications": told,
        }))
    }

    /// Puts names for ids, which differ from store to store.
    fn named(&self, mut value: Value) -> Value {
        match &mut value {
            Value::String(text) => {
                if let Some(name) = self.names.get(text) {
                    text.clone_from(name);
                }
            }
            Value::Array(items) => {
                for item in items {
                    *item = self.named(item.take());
                }
            }
            Value::Object(fields) => {
                for field in fields.values_mut() {
                    *field = self.named(field.take());
                }
            }
            _ => {}
        }
        value
    }
}

fn without_ids(mut entries: Value) -> Value {
    for entry in entries.as_array_mut().into_iter().flatten() {
        entry["id"] = Value::Null;
    }
    entries
}

/// Does the same to every store; says where one answers differently.
async fn tell(
    world: World,
    steps: &[Step],
    stores: &[(&str, &dyn TestedStore)],
) -> Result<(), String> {
    let mut told: Vec<_> = stores
        .iter()
        .map(|(_, store)| Told::new(*store, world))
        .collect();
    macro_rules! same {
        ($what:expr, |$one:ident| $answer:expr) => {{
            let mut right = None;
            for ((name, _), $one) in stores.iter().zip(&mut told) {
                let answer = $answer;
                let right = right.get_or_insert_with(|| answer.clone());
                if *right != answer {
                    return Err(difference(&$what, name, right, &answer));
                }
            }
        }};
    }

    let mut changes = Vec::new();
    let mut now = world.start();
    for (number, step) in steps.iter().enumerate() {
        match step {
            Step::PutLine {
                account,
                line,
                company,
                user,
            } => {
                let line = world.line(*account, *line, *company, *user);
                for it in &told {
                    it.store.put_line(&line).await.expect("a line is put");
                }
            }
            Step::RemoveLine {
                account,
                line,
                company,
            } => {
                let line = world.line(*account, *line, *company, None);
                same!(format!("step {number}, remove_line"), |it| {
                    let removed = it.store.remove_line(line.company_id, line.id).await;
                    json!(removed.expect("a line is removed"))
                });
            }
            Step::Record(report) => {
                now += jiff::SignedDuration::from_secs(report.seconds);
                let change = world.change(report, now);
                same!(format!("step {number}, record"), |it| it
                    .record(&change)
                    .await);
                changes.push(change);
            }
            Step::Repeat { which, seconds } => {
                if changes.is_empty() {
                    continue;
                }
                let mut change = which.get(&changes).clone();
                change.received_at = now + jiff::SignedDuration::from_secs(*seconds);
                same!(format!("step {number}, record again"), |it| it
                    .record(&change)
                    .await);
            }
            Step::Deliver => {
                same!(format!("step {number}, claim"), |it| it.deliver().await);
            }
        }
    }
    same!("the end", |it| it.snapshot().await);

    // What nobody owns can't be read. So now somebody owns every line, and everything comes again.
    for account in 0..ACCOUNTS {
        for line in 0..LINES {
            let line = world.line(account, line, 0, Some(0));
            for it in &told {
                it.store.put_line(&line).await.expect("a line is put");
            }
        }
    }
    for (number, change) in changes.iter().enumerate() {
        same!(format!("change {number} again"), |it| it
            .record(change)
            .await);
    }
    same!("the last claim", |it| it.deliver().await);
    same!("the very end", |it| it.snapshot().await);
    Ok(())
}

/// The first lines that differ, and some before and after.
fn difference(what: &str, name: &str, right: &Value, answer: &Value) -> String {
    let (right, answer) = (format!("{right:#}"), format!("{answer:#}"));
    let (right, answer): (Vec<_>, Vec<_>) = (right.lines().collect(), answer.lines().collect());
    let same = right
        .iter()
        .zip(&answer)
        .take_while(|(right, answer)| right == answer);
    let first = same.count().saturating_sub(12);
    let mut report = format!("{name}, {what}:");
    for (title, lines) in [("right", right), ("instead", answer)] {
        report = report + "\n" + title;
        for line in lines.iter().skip(first).take(24) {
            report = report + "\n  " + line;
        }
    }
    report
}

#[test]
fn every_store_makes_the_same_of_it() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be started");
    let (sqlite, postgres) =
        runtime.block_on(async { (sqlite::make_store().await, postgres::make_store().await) });
    let mut config = Config {
        failure_persistence: None,
        max_shrink_time: 60_000,
        ..Config::default()
    };
    if env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 40;
    }
    let next = AtomicU32::new(0);
    let stories = prop::collection::vec(step(), 1..40);
    let result = TestRunner::new(config).run(&stories, |steps| {
        let world = World(next.fetch_add(1, Ordering::Relaxed));
        let memory = MemoryStore::new();
        let stores: [(&str, &dyn TestedStore); 3] = [
            ("memory", &memory),
            ("sqlite", &sqlite),
            ("postgres", &postgres),
        ];
        let told = runtime.block_on(tell(world, &steps, &stores));
        told.map_err(TestCaseError::fail)
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}
