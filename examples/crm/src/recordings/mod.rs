//! Recordings of calls: listening to them through this server, copies of our own, and how long all
//! that is kept.
//!
//! - `rows.rs` reads them; `play.rs` opens one, by its SID and never by a URL, with `range.rs` for the
//!   part that a player wants;
//! - `settings.rs` is what a company wants done, `copy.rs` copies to `files.rs`, and `remove.rs` deletes
//!   what somebody deletes or what is too old, here and at Twilio;
//! - `erasures.rs` does the same for erased contacts.

mod copy;
mod erasures;
mod files;
mod play;
mod range;
mod remove;
mod rows;
mod settings;

use std::path::Path;

use twilio_hooks::{
    CompanyId, Hooks, RecordingId,
    store::{Page, PageRequest, StoreError},
};

pub use self::{
    copy::CopyRecordings,
    erasures::DrainErasures,
    files::{Copied, Files},
    play::{PlayError, Sound},
    range::{BadRange, ByteRange},
    remove::{DeleteRecordings, ForgetRecordings, Preview},
    rows::{RecordingRow, Which, of_calls},
    settings::{MOST_KEEP_DAYS, RecordingSettings},
};
use crate::{accounts::Accounts, clock::Clock, database::Db};

/// The recordings of all companies. Clones are cheap.
#[derive(Debug, Clone)]
pub struct Recordings {
    db: Db,
    accounts: Accounts,
    hooks: Hooks,
    clock: Clock,
    files: Files,
    defaults: RecordingSettings,
}

impl Recordings {
    /// Recordings in this database, with copies below `data_dir`. `defaults` are for companies that
    /// have not set anything.
    #[must_use]
    pub fn new(
        db: Db,
        accounts: Accounts,
        hooks: Hooks,
        clock: Clock,
        data_dir: &Path,
        defaults: RecordingSettings,
    ) -> Self {
        Self {
            db,
            accounts,
            hooks,
            clock,
            files: Files::new(data_dir),
            defaults,
        }
    }

    /// One recording of a company.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn find(
        &self,
        company: CompanyId,
        id: RecordingId,
    ) -> Result<Option<RecordingRow>, StoreError> {
        rows::recording(&self.db, company, id).await
    }

    /// The recordings of a company, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list(
        &self,
        company: CompanyId,
        which: Which,
        page: PageRequest,
    ) -> Result<Page<RecordingRow>, StoreError> {
        rows::recordings(&self.db, company, which, page).await
    }
}
