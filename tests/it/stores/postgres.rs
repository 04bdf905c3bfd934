//! `PgStore`.

use sqlx::{PgConnection, PgPool, Row, postgres::PgPoolOptions};
use twilio_hooks::{
    CallId,
    store::{Claim, Directory, Notices, Outcome, PageRequest, Store, StoreError},
};
use twilio_hooks_sqlx::{PgStore, migrator, sqlx};
use twilio_hooks_tests::{keep, postgres::TestDatabase};

use super::{ACCOUNT, at, call, company, message, notice, put_line, recording};

pub(crate) async fn make_store() -> PgStore {
    let database = TestDatabase::create().await;
    let store = PgStore::connect(&database.url()).await;
    keep(database);
    store.expect("the test database answers")
}

async fn count(pool: &PgPool, sql: &'static str) -> i64 {
    let count = sqlx::query_scalar(sql).fetch_one(pool).await;
    count.expect("rows are counted")
}

mod suite {
    twilio_hooks::store_tests!(super::make_store);
}

#[tokio::test]
async fn migrations_at_once_are_safe() {
    let database = TestDatabase::create_empty().await;
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let store = PgStore::connect(&database.url()).await.unwrap();
        tasks.push(tokio::spawn(async move { store.migrate().await }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let store = PgStore::connect(&database.url()).await.unwrap();
    store.migrate().await.unwrap();
    store.ping().await.unwrap();
    let applied = "select count(*) from _twilio_hooks_migrations";
    assert_eq!(count(store.pool(), applied).await, 2);
}

#[tokio::test]
async fn a_database_without_tables_is_not_ready() {
    let database = TestDatabase::create_empty().await;
    let store = PgStore::connect(&database.url()).await.unwrap();
    assert!(store.ping().await.is_err());
}

/// As many server processes do: pools of their own, the same webhooks at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_processes_share_a_database() {
    let database = TestDatabase::create().await;
    let mut stores = Vec::new();
    for _ in 0..3 {
        stores.push(PgStore::connect(&database.url()).await.unwrap());
    }
    put_line(&stores[0]).await;
    let mut tasks = Vec::new();
    for number in 1..=60 {
        // A recording races with its call, and everything comes to every process.
        for make in [message, recording, call] {
            for store in &stores {
                let store = store.clone();
                tasks.push(tokio::spawn(async move {
                    store.record(&make(number)).await.unwrap().outcome
                }));
            }
        }
    }
    let mut created = 0;
    for task in tasks {
        created += usize::from(task.await.unwrap() == Outcome::Created);
    }
    assert_eq!(created, 180);
    let pool = stores[0].pool();
    for (sql, rows) in [
        ("select count(*) from contacts", 60),
        ("select count(*) from sms where contact_id is not null", 60),
        (
            "select count(*) from calls where recording_url is not null",
            60,
        ),
        (
            "select count(*) from recordings where company_id is not null",
            60,
        ),
        (
            "select count(*) from webhooks where company_id is not null",
            180,
        ),
        ("select count(*) from notifications", 120),
    ] {
        assert_eq!(count(pool, sql).await, rows, "{sql}");
    }

    let claims: Vec<_> = (0..12)
        .map(|number| {
            let store = stores[number % 3].clone();
            let claim = Claim {
                limit: 10,
                now: at(1000),
                lease: std::time::Duration::from_secs(30),
            };
            tokio::spawn(async move { store.claim(claim).await.unwrap() })
        })
        .collect();
    let mut numbers = Vec::new();
    for claim in claims {
        numbers.extend(claim.await.unwrap().iter().map(|it| it.notification.seq));
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_change_commits_with_the_callers_own_rows_or_not_at_all() {
    let store = make_store().await;
    put_line(&store).await;
    let pool = store.pool();
    sqlx::raw_sql("create table own (contact_id uuid not null references contacts)")
        .execute(pool)
        .await
        .unwrap();
    for commit in [false, true] {
        let mut transaction = pool.begin().await.unwrap();
        for change in [message(1), recording(1), call(1)] {
            let recorded = store.record_with(&mut transaction, &change).await.unwrap();
            assert_eq!(recorded.outcome, Outcome::Created);
            if let Some(contact) = recorded.contact {
                sqlx::query("insert into own (contact_id) values ($1)")
                    .bind(contact.id.as_uuid())
                    .execute(&mut *transaction)
                    .await
                    .unwrap();
            }
        }
        if commit {
            transaction.commit().await.unwrap();
        } else {
            transaction.rollback().await.unwrap();
        }
        for (sql, rows) in [
            ("select count(*) from own", 2),
            ("select count(*) from contacts", 1),
            ("select count(*) from sms", 1),
            (
                "select count(*) from calls where recording_url is not null",
                1,
            ),
            ("select count(*) from webhooks", 3),
            ("select count(*) from notifications", 2),
        ] {
            let expected = if commit { rows } else { 0 };
            assert_eq!(count(pool, sql).await, expected, "{sql}");
        }
    }
}

#[tokio::test]
async fn columns_have_the_databases_own_types() {
    let store = make_store().await;
    put_line(&store).await;
    store.record(&call(1)).await.unwrap();
    let row = sqlx::query("select direction, status, created_at::text as created_at from calls")
        .fetch_one(store.pool())
        .await
        .unwrap();
    let text = |column| row.get::<String, _>(column);
    assert_eq!(text("direction"), "INBOUND");
    assert_eq!(text("status"), "IN_PROGRESS");
    assert!(text("created_at").starts_with("2026-11-18 "));
}

#[tokio::test]
async fn a_nul_is_replaced_and_kept_in_the_raw_parameters() {
    let store = make_store().await;
    put_line(&store).await;
    let mut change = message(1);
    let twilio_hooks::store::Interaction::Message(report) = &mut change.interaction else {
        unreachable!()
    };
    report.body = Some("a\0b".to_owned());
    change.params = twilio_hooks::Params::from_form(b"Body=a%00b");
    store.record(&change).await.unwrap();
    let newest = PageRequest::newest(1);
    let messages = store.messages(company(), newest).await.unwrap();
    assert_eq!(messages.items[0].body.as_deref(), Some("a\u{fffd}b"));
    let account = ACCOUNT.into();
    let history = store.history(&account, change.interaction.sid());
    assert_eq!(history.await.unwrap()[0].params, change.params);
}

#[tokio::test]
async fn no_message_has_a_contact_of_another_company() {
    let store = make_store().await;
    put_line(&store).await;
    store.record(&message(1)).await.unwrap();
    let stolen = sqlx::raw_sql("update sms set company_id = gen_random_uuid()");
    let error = stolen.execute(store.pool()).await.unwrap_err();
    let error = error.into_database_error().unwrap();
    assert!(error.is_foreign_key_violation());
}

/// With many rows, nothing on the way of a webhook or a screen reads a whole table.
#[tokio::test]
async fn statements_use_indexes() {
    let database = TestDatabase::create().await;
    // Counters of one connection can be read without waiting for them.
    let pool = PgPoolOptions::new().max_connections(1);
    let pool = pool.connect(&database.url()).await.unwrap();
    let store = PgStore::new(pool.clone());
    put_line(&store).await;
    let recorded = store.record(&message(1)).await.unwrap();
    let contact = recorded.contact.unwrap().id;
    sqlx::raw_sql(MANY_ROWS).execute(&pool).await.unwrap();
    sqlx::raw_sql("analyze").execute(&pool).await.unwrap();

    let mut connection = pool.acquire().await.unwrap();
    let before = whole_reads(&mut connection).await;
    drop(connection);
    let newest = PageRequest::newest(10);
    let next = PageRequest {
        limit: 10,
        before: Some(contact.as_uuid()),
    };
    let claim = Claim {
        limit: 10,
        now: at(1000),
        lease: std::time::Duration::from_secs(30),
    };
    // Often enough for the plan that is kept.
    for number in 1..=8 {
        for change in [
            recording(number),
            call(number),
            call(number),
            message(number),
        ] {
            store.record(&change).await.unwrap();
        }
        for page in [newest, next] {
            store.contacts(company(), page).await.unwrap();
            store.messages(company(), page).await.unwrap();
            store.calls(company(), page).await.unwrap();
            store.timeline(company(), contact, page).await.unwrap();
            store.unrouted(page).await.unwrap();
        }
        for claimed in store.claim(claim).await.unwrap() {
            let id = claimed.notification.id;
            let settlement = twilio_hooks::store::Settlement::Delivered;
            store.settle(id, claimed.attempt, settlement).await.unwrap();
        }
        store.contact(company(), contact).await.unwrap();
        store.notifications_since(company(), 5, 10).await.unwrap();
        store.history(&ACCOUNT.into(), "SM1").await.unwrap();
        let (account, message, call) = (ACCOUNT.into(), "SM1".into(), "CA1".into());
        let by_sid = store.message_by_sid(company(), &account, &message).await;
        by_sid.unwrap();
        let by_sid = store.call_by_sid(company(), &account, &call).await;
        by_sid.unwrap();
        let about = notice(&number.to_string()).with_contact(contact);
        store.put_notice(&about).await.unwrap();
    }
    let mut connection = pool.acquire().await.unwrap();
    assert_eq!(whole_reads(&mut connection).await, before);
}

/// How often each table was read from end to end, except those that are always short.
async fn whole_reads(connection: &mut PgConnection) -> Vec<(String, i64)> {
    sqlx::query("select pg_stat_force_next_flush()")
        .execute(&mut *connection)
        .await
        .expect("counters are flushed");
    let sql = "select relname::text, seq_scan from pg_stat_user_tables
               where relname not in ('_twilio_hooks_migrations', 'lines', 'notification_counters',
                   'recording_drafts')
               order by relname";
    let rows = sqlx::query(sql).fetch_all(connection).await;
    let rows = rows.expect("counters are read");
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// Five thousand rows of fifty companies in every table.
const MANY_ROWS: &str = "
    create temporary table many as
    select n, gen_random_uuid() as id, ('00000000-0000-0000-0000-0000000001' || lpad((n % 50)::text, 2, '0'))::uuid as company
    from generate_series(1, 5000) n;
    insert into contacts (id, company_id, address, created_at)
    select id, company, '+1303' || n, now() from many;
    insert into sms (id, company_id, contact_id, account_sid, message_sid, direction, status,
        status_rank, from_address, to_address, created_at, updated_at)
    select id, company, id, 'AC', 'SM' || n, 'INBOUND', 'RECEIVED', 70, '', '', now(), now() from many;
    insert into calls (id, company_id, contact_id, account_sid, call_sid, direction, status,
        status_rank, from_number, to_number, created_at, updated_at)
    select id, company, id, 'AC', 'CA' || n, 'INBOUND', 'COMPLETED', 70, '', '', now(), now() from many;
    insert into recordings (id, company_id, call_id, account_sid, call_sid, recording_sid, status,
        status_rank, created_at, updated_at)
    select id, company, id, 'AC', 'CA' || n, 'RE' || n, 'COMPLETED', 70, now(), now() from many;
    insert into notifications (id, company_id, seq, topic, title, message, contact_id, sms_id,
        account_sid, sid, status, created_at)
    select id, company, n, 'sms_received', '', '', id, id, 'AC', 'SM' || n, 'received', now() from many;
    insert into webhooks (id, company_id, kind, account_sid, sid, status, params, received_at)
    select id, company, '', 'AC', 'SM' || n, 'received', '', now() from many;";

#[tokio::test]
async fn the_tables_of_the_first_version_are_brought_up_to_date() {
    let database = TestDatabase::create_empty().await;
    let store = PgStore::connect(&database.url()).await.unwrap();
    let first = include_str!("../../../twilio-hooks-sqlx/migrations/postgres/0001_start.sql");
    migrator("_twilio_hooks_migrations", &[("start", first)])
        .run(store.pool())
        .await
        .unwrap();
    sqlx::raw_sql(
        "insert into notifications (id, company_id, topic, title, message, account_sid, sid, status,
             created_at, due_at)
         select '00000000-0000-7000-8000-000000000001'::uuid,
             '00000000-0000-0000-0000-0000000000c1'::uuid,
             'sms_received', 'Before', '', 'AC', 'SM1', 'received', '2026-01-01'::timestamptz, '2026-01-01'::timestamptz",
    )
    .execute(store.pool())
    .await
    .unwrap();

    store.migrate().await.unwrap();
    assert!(store.put_notice(&notice("1")).await.unwrap().is_some());
    assert!(store.put_notice(&notice("1")).await.unwrap().is_none());
    let claim = Claim {
        limit: 10,
        now: at(100),
        lease: std::time::Duration::from_secs(30),
    };
    let claimed = store.claim(claim).await.unwrap();
    let titles: Vec<_> = claimed
        .into_iter()
        .map(|it| it.notification.title)
        .collect();
    assert_eq!(titles, ["Before", "Missed call"]);
}

#[tokio::test]
async fn a_notice_commits_with_the_callers_own_rows_or_not_at_all() {
    let store = make_store().await;
    for commit in [false, true] {
        let mut transaction = store.pool().begin().await.unwrap();
        let unknown = notice("2").with_call(CallId::at(at(0)));
        let refused = store.put_notice_with(&mut transaction, &unknown).await;
        assert!(matches!(
            refused,
            Err(StoreError::NotFound { what: "call" })
        ));
        let put = store.put_notice_with(&mut transaction, &notice("1")).await;
        assert!(put.unwrap().is_some());
        if commit {
            transaction.commit().await.unwrap();
        } else {
            transaction.rollback().await.unwrap();
        }
        let written = count(store.pool(), "select count(*) from notifications").await;
        assert_eq!(written, i64::from(commit));
    }
}
