//! `MemoryStore`, the reference.

use twilio_hooks::store::MemoryStore;

pub(crate) async fn make_store() -> MemoryStore {
    MemoryStore::new()
}

twilio_hooks::store_tests!(make_store);
