//! Webhooks in a database of your own: a store for `twilio-hooks` on [redb], an embedded key-value
//! database.
//!
//! Read it beside the promises that [`twilio_hooks::store`] lists. Any database with transactions
//! over ordered keys can be used in the same way.
//!
//! # Clause by clause
//! The idea is one table of rows as JSON, whose key is what must be unique, and one table of lists
//! (`tables.rs`). Which keys and lists there are is in `rows.rs`.
//!
//! 1. **Owner.** A line's key is account and address, so finding it is one read for each line key.
//!    A row that has a company keeps it, also when its line is given away or a report names no
//!    line: that is [`Owner::or`](twilio_hooks::store::Owner::or).
//! 2. **Contacts** have company and address as their key.
//! 3. **Keys.** Messages, calls and recordings have account and SID as theirs. Keys are JSON
//!    arrays, so no text in one part can reach into the next. All messages are in one list and all
//!    calls in another, which tell if the id that an application chooses is taken.
//! 4. **Forward only.** The rules come with the core: `first` makes a row, `apply` adds a report to it
//!    and says whether anything changed.
//! 5. **History** has account, SID and status as its key.
//! 6. **Outcome.** No row before: created. Otherwise what `apply` answers.
//! 7. **Notifications** have account, SID, status and topic as their key, and are written where the
//!    outcome is known (`outbox.rs`).
//! 8. **Recordings** without an owner are in a list named after their call's SID, with their drafts.
//!    A call that is new, or new to its company, empties it.
//! 9. **All or nothing.** Each method that writes has one redb transaction, which ends with a commit
//!    or with nothing. redb commits to disk before it returns and has one writer at a time; that is
//!    what makes "look, then write" safe here. In a database with many writers, the unique keys have
//!    to do this work.
//! 10. **Claims** walk the list of pending notifications. The next number is the last one of the
//!     company's list, plus one.
//! 11. **Notices** have company, topic and key as their key, and what they are about has to be in a list
//!     of the company.
//!
//! The methods of [`Directory`](twilio_hooks::store::Directory) are reads of one key or of one range.
//! A row is on the list of a company, of a contact, of a call; `Tables::save` moves it when that
//! changes.
//!
//! redb blocks, so every transaction runs on a thread for blocking work. If `record` is given up
//! on its way, its transaction still ends, one way or the other.
//!
//! # Examples
//! ```
//! use custom_store::RedbStore;
//! use twilio_hooks::{
//!     CompanyId, Hooks, LineId,
//!     store::{Line, Lines},
//! };
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # let path = directory.path().join("webhooks.redb");
//! let store = RedbStore::open(path)?;
//!
//! let now = jiff::Timestamp::now();
//! let company = CompanyId::at(now);
//! let account = "AC00000000000000000000000000000001";
//! let line = Line::new(LineId::at(now), account, "+12025550187", company);
//! store.put_line(&line).await?;
//!
//! let hooks = Hooks::new(store.clone());
//! # let _ = hooks;
//! assert_eq!(store.lines(company).await?, [line]);
//! # Ok(())
//! # }
//! ```
//!
//! [redb]: https://docs.rs/redb

mod directory;
mod outbox;
mod record;
mod rows;
mod tables;

use std::{fmt, path::Path, sync::Arc};

use async_trait::async_trait;
use redb::{Database, ReadableDatabase};
use tokio::{sync::Mutex, task::spawn_blocking};
use twilio_hooks::{
    NotificationId,
    store::{Change, Claim, Claimed, Notice, Notices, Recorded, Settlement, Store, StoreError},
};

use crate::tables::{Error, LISTS, ROWS, Reading, Result, Tables, Writing};

/// A [`Store`], [`Directory`](twilio_hooks::store::Directory),
/// [`Lines`](twilio_hooks::store::Lines) and [`Notices`] in one file. Clones share it.
#[derive(Clone)]
pub struct RedbStore {
    database: Arc<Database>,
    /// redb has one writer at a time. Those who wait for their turn wait here, where it costs no
    /// thread.
    turn: Arc<Mutex<()>>,
}

impl RedbStore {
    /// Opens the file, or creates it.
    ///
    /// # Errors
    /// If the file can't be opened, is not a redb database, or is open elsewhere.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::new(Database::create(path).map_err(StoreError::backend)?)
    }

    /// Keeps everything in a database that is open already.
    ///
    /// # Errors
    /// If the tables can't be created.
    pub fn new(database: Database) -> Result<Self, StoreError> {
        write(&database, |_| Ok(())).map_err(|Error(error)| error)?;
        Ok(Self {
            database: Arc::new(database),
            turn: Arc::default(),
        })
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Reading) -> Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let database = Arc::clone(&self.database);
        blocking(move || {
            let transaction = database.begin_read()?;
            work(&Tables {
                rows: transaction.open_table(ROWS)?,
                lists: transaction.open_table(LISTS)?,
            })
        })
        .await
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writing<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let database = Arc::clone(&self.database);
        blocking(move || {
            let _turn = turn;
            write(&database, work)
        })
        .await
    }
}

/// Does all of `work` in one transaction, or nothing: a transaction that is dropped on the way to
/// its commit leaves no trace.
fn write<T>(database: &Database, work: impl FnOnce(&mut Writing<'_>) -> Result<T>) -> Result<T> {
    let transaction = database.begin_write()?;
    let mut tables = Tables {
        rows: transaction.open_table(ROWS)?,
        lists: transaction.open_table(LISTS)?,
    };
    let done = work(&mut tables)?;
    drop(tables);
    transaction.commit()?;
    Ok(done)
}

/// Runs work that reads and writes files where it holds nobody up.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    match spawn_blocking(work).await {
        Ok(done) => done.map_err(|Error(error)| error),
        Err(panic) => Err(StoreError::backend(panic)),
    }
}

impl fmt::Debug for RedbStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for RedbStore {
    async fn record(&self, change: &Change) -> Result<Recorded, StoreError> {
        let change = change.clone();
        self.write(move |tables| record::record(tables, &change))
            .await
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>, StoreError> {
        self.write(move |tables| outbox::claim(tables, claim)).await
    }

    async fn settle(
        &self,
        id: NotificationId,
        attempt: u32,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        self.write(move |tables| outbox::settle(tables, id, attempt, settlement))
            .await
    }
}

#[async_trait]
impl Notices for RedbStore {
    async fn put_notice(&self, notice: &Notice) -> Result<Option<NotificationId>, StoreError> {
        let notice = notice.clone();
        self.write(move |tables| outbox::put_notice(tables, &notice))
            .await
    }
}
