//! `SqliteStore`.

use sqlx::Row;
use twilio_hooks::{
    CallId,
    store::{Claim, Directory, Notices, Outcome, PageRequest, Store, StoreError},
};
use twilio_hooks_sqlx::{SqliteStore, migrator, sqlx};
use twilio_hooks_tests::{TempDir, keep};

use super::{at, call, company, message, notice, put_line, recording};

pub(crate) async fn make_store() -> SqliteStore {
    let directory = TempDir::new();
    let store = open(&directory).await;
    store.migrate().await.expect("tables are created");
    keep(directory);
    store
}

async fn open(directory: &TempDir) -> SqliteStore {
    let path = directory.path().join("test.db");
    SqliteStore::connect(&format!("sqlite://{}", path.display()))
        .await
        .expect("a file is opened")
}

async fn count(store: &SqliteStore, sql: &'static str) -> i64 {
    let count = sqlx::query_scalar(sql).fetch_one(store.pool()).await;
    count.expect("rows are counted")
}

mod suite {
    twilio_hooks::store_tests!(super::make_store);
}

mod suite_in_memory {
    use twilio_hooks_sqlx::SqliteStore;

    async fn make_store() -> SqliteStore {
        let store = SqliteStore::connect("sqlite::memory:").await;
        let store = store.expect("memory is opened");
        store.migrate().await.expect("tables are created");
        store
    }

    twilio_hooks::store_tests!(make_store);
}

#[tokio::test]
async fn a_file_keeps_everything() {
    let directory = TempDir::new();
    let store = open(&directory).await;
    store.migrate().await.unwrap();
    put_line(&store).await;
    store.record(&message(1)).await.unwrap();
    drop(store);

    let store = open(&directory).await;
    store.migrate().await.unwrap();
    store.ping().await.unwrap();
    let newest = PageRequest::newest(10);
    let messages = store.messages(company(), newest).await.unwrap();
    assert_eq!(messages.items.len(), 1);
    let again = store.record(&message(1)).await.unwrap();
    assert_eq!(again.outcome, Outcome::Unchanged);
}

#[tokio::test]
async fn migrations_at_once_are_safe() {
    let directory = TempDir::new();
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let store = open(&directory).await;
        tasks.push(tokio::spawn(async move { store.migrate().await }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let store = open(&directory).await;
    let applied = count(&store, "select count(*) from _twilio_hooks_migrations").await;
    assert_eq!(applied, 2);
}

#[tokio::test]
async fn two_stores_share_a_file() {
    let directory = TempDir::new();
    let stores = [open(&directory).await, open(&directory).await];
    stores[0].migrate().await.unwrap();
    put_line(&stores[0]).await;
    let mut tasks = Vec::new();
    for number in 1..=100 {
        // Every message comes to both.
        for store in &stores {
            let store = store.clone();
            tasks.push(tokio::spawn(async move {
                store.record(&message(number)).await.unwrap().outcome
            }));
        }
    }
    let mut created = 0;
    for task in tasks {
        created += usize::from(task.await.unwrap() == Outcome::Created);
    }
    assert_eq!(created, 100);
    assert_eq!(count(&stores[1], "select count(*) from sms").await, 100);
    assert_eq!(
        count(&stores[1], "select count(*) from contacts").await,
        100
    );
}

#[tokio::test]
async fn what_cannot_be_written_fails_alone() {
    let store = make_store().await;
    put_line(&store).await;
    sqlx::raw_sql(
        "create trigger poison before insert on notifications
         when new.title like '%+12025550013'
         begin select raise(abort, 'poison'); end",
    )
    .execute(store.pool())
    .await
    .unwrap();
    let tasks: Vec<_> = (1..=40)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { (number, store.record(&message(number)).await) })
        })
        .collect();
    for task in tasks {
        let (number, result) = task.await.unwrap();
        assert_eq!(result.is_err(), number == 13, "{number}: {result:?}");
    }
    for sql in [
        "select count(*) from sms",
        "select count(*) from contacts",
        "select count(*) from webhooks",
        "select count(*) from notifications",
    ] {
        assert_eq!(count(&store, sql).await, 39);
    }
}

#[tokio::test]
async fn a_change_commits_with_the_callers_own_rows_or_not_at_all() {
    let store = make_store().await;
    put_line(&store).await;
    sqlx::raw_sql("create table own (contact_id text not null)")
        .execute(store.pool())
        .await
        .unwrap();
    for commit in [false, true] {
        let mut transaction = store.pool().begin_with("begin immediate").await.unwrap();
        for change in [message(1), recording(1), call(1)] {
            let recorded = store.record_with(&mut transaction, &change).await.unwrap();
            assert_eq!(recorded.outcome, Outcome::Created);
            if let Some(contact) = recorded.contact {
                sqlx::query("insert into own (contact_id) values ($1)")
                    .bind(contact.id.to_string())
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
            assert_eq!(count(&store, sql).await, expected, "{sql}");
        }
    }
}

#[tokio::test]
async fn a_person_can_read_the_tables() {
    let store = make_store().await;
    put_line(&store).await;
    store.record(&call(1)).await.unwrap();
    let row = sqlx::query("select id, company_id, direction, status, created_at from calls")
        .fetch_one(store.pool())
        .await
        .unwrap();
    let text = |column| row.get::<String, _>(column);
    assert_eq!(text("id").len(), 36);
    assert_eq!(text("company_id"), company().to_string());
    assert_eq!(text("direction"), "INBOUND");
    assert_eq!(text("status"), "IN_PROGRESS");
    assert_eq!(text("created_at"), "2026-11-18T11:06:41.000000Z");
}

#[tokio::test]
async fn no_message_has_a_contact_of_another_company() {
    let store = make_store().await;
    put_line(&store).await;
    store.record(&message(1)).await.unwrap();
    let stolen = sqlx::raw_sql("update sms set company_id = 'another'");
    let error = stolen.execute(store.pool()).await.unwrap_err();
    let error = error.into_database_error().unwrap();
    assert!(error.is_foreign_key_violation());
}

#[tokio::test]
async fn the_tables_of_the_first_version_are_brought_up_to_date() {
    let directory = TempDir::new();
    let store = open(&directory).await;
    let first = include_str!("../../../twilio-hooks-sqlx/migrations/sqlite/0001_start.sql");
    migrator("_twilio_hooks_migrations", &[("start", first)])
        .run(store.pool())
        .await
        .unwrap();
    sqlx::raw_sql(
        "insert into notifications (id, company_id, topic, title, message, account_sid, sid, status,
             created_at, due_at)
         select '00000000-0000-7000-8000-000000000001', '00000000-0000-0000-0000-0000000000c1',
             'sms_received', 'Before', '', 'AC', 'SM1', 'received', '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z'",
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
        let mut transaction = store.pool().begin_with("begin immediate").await.unwrap();
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
        let written = count(&store, "select count(*) from notifications").await;
        assert_eq!(written, i64::from(commit));
    }
}
