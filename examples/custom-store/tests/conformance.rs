//! The store keeps every promise of a store; each test has a file of its own, gone at its end.

use custom_store::RedbStore;
use redb::{Database, backends::FileBackend};

async fn make_store() -> RedbStore {
    let file = tempfile::tempfile().expect("a temporary file");
    let backend = FileBackend::new(file).expect("a database file");
    let database = Database::builder().create_with_backend(backend);
    RedbStore::new(database.expect("a database")).expect("a store")
}

twilio_hooks::store_tests!(make_store);
