//! Whatever lists and searches read, they find by an index: on both databases.

use jiff::Timestamp;
use sqlx::SqlitePool;
use twilio_hooks::{
    CallId, CompanyId, ContactId, LineId, NotificationId, UserId,
    store::{CallChange, Change, Direction, Interaction, Line, MessageChange, PageRequest},
};
use twilio_hooks_tests::postgres::TestDatabase;
use uuid::Uuid;

use super::{
    last_activity,
    list::{self, Filter, Wanted},
    page::{self, Part},
    reads,
};
use crate::{
    args,
    calls::{self, CallFilter},
    contacts::{self, details, erase, links, search},
    database::{Arg, Database, Db, Tx, noted},
    messaging::stored,
    notices::personal::{self, Person},
    people::Role,
    recordings,
    secret::Secret,
};

const OURS: &str = "+12025550187";
const THEIRS: &str = "+12025550143";

#[tokio::test(flavor = "current_thread")]
async fn lists_find_their_rows_by_an_index_on_sqlite() {
    let name = std::env::temp_dir().join(format!("crm-plans-{}.sqlite", Uuid::now_v7()));
    let url = Secret::new(&format!("sqlite:{}", name.display()));
    let database = Database::connect(&url).await.unwrap();
    let Db::Sqlite { reading: pool, .. } = database.db.clone() else {
        panic!("this is SQLite");
    };
    for (sql, args) in used(&database).await {
        let plan = sqlite_plan(&pool, sql, args).await;
        for step in &plan {
            // A list that the statement brings along is short, and so is what was just found.
            let is_short = ["SCAN j", "SCAN CONSTANT ROW", "SCAN mine", "SCAN theirs"];
            let is_own = ["VIRTUAL TABLE", "SCAN unread", "SCAN latest", "SCAN s"];
            let may_scan = is_short.iter().chain(&is_own).any(|it| step.contains(it))
                || step == "SCAN (subquery-1)";
            assert!(!step.starts_with("SCAN") || may_scan, "{sql}\n{plan:#?}");
            // What is unread is counted among a contact's messages, not among the company's.
            let is_of_company = sql.contains("sms u") && step.starts_with("SEARCH u ");
            let is_counted = !is_of_company || step.contains("contact_id=?");
            assert!(is_counted, "{sql}\n{plan:#?}");
            // Nothing is sorted but what was looked up by its ids.
            let is_sort = step.contains("TEMP B-TREE FOR ORDER BY");
            assert!(!is_sort || sql.contains("json_each"), "{sql}\n{plan:#?}");
        }
    }
    database.db.close().await;
    std::fs::remove_file(name).unwrap();
}

#[tokio::test(flavor = "current_thread")]
async fn lists_find_their_rows_by_an_index_on_postgres() {
    let storage = TestDatabase::create_empty().await;
    let database = Database::connect(&Secret::new(&storage.url()))
        .await
        .unwrap();
    let statements = used(&database).await;
    for (sql, args) in statements {
        let plan = postgres_plan(&database.db, sql, args).await;
        let is_scan = |step: &&String| step.contains("Seq Scan");
        assert_eq!(plan.iter().find(is_scan), None, "{sql}\n{plan:#?}");
    }
    database.db.close().await;
}

/// While a contact is erased nobody else writes on SQLite: it must not read what is of others.
#[tokio::test(flavor = "current_thread")]
async fn what_is_erased_is_found_by_an_index() {
    let name = std::env::temp_dir().join(format!("crm-erase-{}.sqlite", Uuid::now_v7()));
    let url = Secret::new(&format!("sqlite:{}", name.display()));
    let database = Database::connect(&url).await.unwrap();
    let Db::Sqlite { reading: pool, .. } = database.db.clone() else {
        panic!("this is SQLite");
    };
    let now = Timestamp::now();
    for sql in erase::statements() {
        let args = args![CompanyId::at(now), ContactId::at(now)];
        for step in sqlite_plan(&pool, sql, args).await {
            let reads_all = step.starts_with("SCAN") || step.ends_with("(company_id=?)");
            assert!(
                !reads_all,
                "{sql}
{step}"
            );
        }
    }
    database.db.close().await;
    std::fs::remove_file(name).unwrap();
}

pub(crate) async fn sqlite_plan(
    pool: &SqlitePool,
    sql: &'static str,
    args: Vec<Arg>,
) -> Vec<String> {
    let explain: &'static str = Box::leak(format!("explain query plan {sql}").into());
    let db = Db::file(pool.clone());
    let rows = db.rows(explain, args).await.unwrap();
    let details = rows.iter().map(|row| row.get("detail").unwrap());
    details.collect()
}

async fn postgres_plan(db: &Db, sql: &'static str, args: Vec<Arg>) -> Vec<String> {
    let mut tx: Tx = db.begin().await.unwrap();
    tx.execute("set local enable_seqscan = off", args![])
        .await
        .unwrap();
    let explain: &'static str = Box::leak(format!("explain {sql}").into());
    let rows = tx.rows(explain, args).await.unwrap();
    let details = rows.iter().map(|row| row.get("QUERY PLAN").unwrap());
    details.collect()
}

/// Every list of calls, and what is shown with them.
async fn use_calls(db: &Db, company: CompanyId, now: Timestamp) {
    let all = CallFilter::default();
    for filter in [
        all,
        CallFilter {
            direction: Some(Direction::Inbound),
            ..all
        },
        CallFilter {
            missed: Some(true),
            ..all
        },
        CallFilter {
            voicemail: Some(true),
            ..all
        },
        CallFilter {
            recorded: true,
            ..all
        },
        CallFilter {
            line: Some(LineId::at(now)),
            handled_by: Some(UserId::at(now)),
            min_seconds: 30,
            since: Some(now),
            until: Some(now),
            ..all
        },
    ] {
        let page = PageRequest::newest(10);
        calls::calls(db, company, filter, page).await.unwrap();
    }
    let ids = [CallId::at(now), CallId::at(now)];
    let recordings = recordings::of_calls(db, company, &ids).await.unwrap();
    assert!(recordings.is_empty());
    let contacts = [ContactId::at(now)];
    let found = last_activity(db, company, &contacts).await.unwrap();
    assert!(found.is_empty());
}

/// Uses everything that reads, and gives the statements that did.
async fn used(database: &Database) -> Vec<(&'static str, Vec<Arg>)> {
    let now = Timestamp::now();
    let db = &database.db;
    let company = database.settings.add_company("Alpha", now).await.unwrap();
    let (company, contact) = fill(database, company.id, now).await;
    let user = UserId::at(now);
    let sql = "insert into users (id, company_id, email, name, role, created_at)
               values ($1, $2, 'a@example.com', 'Ana', 'agent', $3)";
    db.execute(sql, args![user, company, now]).await.unwrap();
    noted();

    let reader = reads::reader(db, company, user).await.unwrap();
    for filter in [Filter::All, Filter::Unread, Filter::Failed, Filter::Blocked] {
        for line in [None, Some(OURS.to_owned())] {
            for text in [None, Some("bob".to_owned())] {
                let wanted = Wanted {
                    filter,
                    line: line.clone(),
                    text,
                    before: None,
                };
                list::threads(db, company, reader, &wanted, 10)
                    .await
                    .unwrap();
            }
        }
    }
    list::unread_threads(db, company, reader.unwrap())
        .await
        .unwrap();
    let newest = page::page(database, company, contact, Part::Newest, 10)
        .await
        .unwrap();
    assert_eq!(newest.items.len(), 4);
    let entry = newest.items[2].id();
    for part in [Part::Before(entry), Part::After(entry), Part::Around(entry)] {
        page::page(database, company, contact, part, 10)
            .await
            .unwrap();
    }
    assert!(reads::has_entry(db, company, contact, entry).await.unwrap());
    reads::read_up_to(db, company, user, contact).await.unwrap();

    for text in [None, Some("bob".to_owned()), Some("bo".to_owned())] {
        for blocked in [None, Some(true), Some(false)] {
            let filter = details::Filter {
                text: text.clone(),
                blocked,
            };
            details::contacts(db, company, &filter, None, 10)
                .await
                .unwrap();
        }
    }
    details::contact(db, company, contact).await.unwrap();
    details::others(db, company, contact).await.unwrap();
    let address = twilio_hooks::Address::from(THEIRS);
    details::contact_at(db, company, &address).await.unwrap();
    contacts::is_blocked(db, company, contact).await.unwrap();
    contacts::is_address_blocked(db, company, &address)
        .await
        .unwrap();
    links::primary(db, company, contact).await.unwrap();
    let found = search::messages(db, company, "hello wor", None, 10)
        .await
        .unwrap();
    assert_eq!(found.len(), 3);
    search::messages(db, company, "hello", Some(found[0]), 10)
        .await
        .unwrap();
    // However many are found, they are read at once.
    let before = noted();
    let messages = stored::messages(db, company, &found).await.unwrap();
    let reads = noted();
    assert_eq!(reads.len(), 1);
    let ids: Vec<_> = messages.iter().map(|it| it.id).collect();
    assert_eq!(ids, found);

    use_calls(db, company, now).await;
    let person = Person {
        company,
        user,
        role: Role::Agent,
    };
    personal::notifications(db, person, true, None, 10)
        .await
        .unwrap();
    personal::notifications(db, person, false, Some(7), 10)
        .await
        .unwrap();
    personal::unread(db, person).await.unwrap();
    personal::unheard(db, person).await.unwrap();
    let call = CallId::at(now);
    assert!(!personal::mark_voicemail(db, person, call).await.unwrap());
    personal::mark_thread(db, person, contact).await.unwrap();
    let nothing = [NotificationId::at(now)];
    assert!(!personal::mark_each(db, person, &nothing).await.unwrap());
    [before, reads, noted()].concat()
}

async fn fill(database: &Database, company: CompanyId, now: Timestamp) -> (CompanyId, ContactId) {
    let line = Line::new(LineId::at(now), "AC1", OURS, company);
    database.lines.put_line(&line).await.unwrap();
    let mut contact = None;
    for sid in ["SM1", "SM2", "SM3"] {
        let message = MessageChange::new(sid, Direction::Inbound)
            .with_parties(THEIRS, OURS)
            .with_body("Hello world");
        let change = Change::new("AC1", Interaction::Message(message), now);
        contact = database.store.record(&change).await.unwrap().contact;
    }
    let call = CallChange::new("CA1", Direction::Inbound, "ringing".into());
    let call = Interaction::Call(call.with_parties(THEIRS, OURS));
    let change = Change::new("AC1", call, now);
    database.store.record(&change).await.unwrap();
    (company, contact.unwrap().id)
}
