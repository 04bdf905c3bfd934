//! `SqliteStore`.

use twilio_hooks_sqlx::SqliteStore;
use twilio_hooks_tests::{TempDir, keep};

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

mod suite {
    twilio_hooks::store_tests!(super::make_store);
}
