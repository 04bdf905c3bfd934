//! `PgStore`.

use twilio_hooks_sqlx::PgStore;
use twilio_hooks_tests::{keep, postgres::TestDatabase};

pub(crate) async fn make_store() -> PgStore {
    let database = TestDatabase::create().await;
    let store = PgStore::connect(&database.url()).await;
    keep(database);
    store.expect("the test database answers")
}

mod suite {
    twilio_hooks::store_tests!(super::make_store);
}
