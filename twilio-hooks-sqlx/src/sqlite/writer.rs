//! The one writer of a SQLite file.
//!
//! SQLite lets one transaction write at a time, and making a commit durable takes longer than the
//! writing itself. So all writes of a store go to one task. It takes what has come together while it
//! was busy, writes it in one transaction, and answers every caller after the commit. Nobody waits
//! for a timer: a lone write is committed at once.

use jiff::Timestamp;
use sqlx::{Error, SqliteConnection, SqlitePool};
use tokio::sync::{mpsc, oneshot};
use twilio_hooks::{
    CompanyId, LineId, NotificationId, async_trait,
    store::{Change, Claim, Claimed, Line, Notice, Recorded, StoreError},
};

use super::{outbox, record};
use crate::{
    error::{DatabaseError, store_error},
    lines,
    notices::{self, Missing},
    outbox::settle,
};

/// How many writes share a commit at most.
const BATCH: usize = 256;

/// How many writes may wait. Whoever comes then waits outside.
const QUEUE: usize = 1024;

/// Something to write. It may be done twice, if the first transaction is rolled back.
#[async_trait]
pub(super) trait Work: Send + Sync + 'static {
    type Answer: Send + 'static;

    async fn perform(&self, connection: &mut SqliteConnection) -> Result<Self::Answer, Error>;
}

/// Hands work to the writing task, which ends when the last handle is gone.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Box<dyn Job>>,
}

impl Writer {
    /// Starts the task; it takes a connection of the pool while it has something to do.
    pub(super) fn start(pool: SqlitePool) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(run(pool, waiting));
        Self { queue }
    }

    /// Returns after the commit.
    pub(super) async fn write<W: Work>(&self, work: W) -> Result<W::Answer, StoreError> {
        let (caller, answer) = oneshot::channel();
        let job = Box::new(Waiting {
            work,
            done: None,
            caller,
        });
        let gone = || StoreError::backend("the writing task has ended");
        self.queue.send(job).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

async fn run(pool: SqlitePool, mut waiting: mpsc::Receiver<Box<dyn Job>>) {
    let mut jobs = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut jobs, BATCH).await > 0 {
        jobs.retain(|job| job.is_wanted());
        match commit(&pool, &mut jobs).await {
            Ok(()) => jobs.drain(..).for_each(|job| job.answer(None)),
            Err(Failure::Unavailable(error)) => {
                let error = DatabaseError::new(error);
                for job in jobs.drain(..) {
                    job.answer(Some(StoreError::backend(error.clone())));
                }
            }
            // One of them can't be written. Each on its own, only that one fails.
            Err(Failure::Write(error)) if jobs.len() > 1 => {
                tracing::debug!(
                    writes = jobs.len(),
                    error = &error as &dyn std::error::Error,
                    "shared commit failed, writing one by one"
                );
                for mut job in jobs.drain(..) {
                    let result = commit(&pool, std::slice::from_mut(&mut job)).await;
                    job.answer(
                        result
                            .err()
                            .map(|failure| store_error(failure.into_error())),
                    );
                }
            }
            Err(Failure::Write(error)) => {
                let mut error = Some(store_error(error));
                jobs.drain(..).for_each(|job| job.answer(error.take()));
            }
        }
    }
}

async fn commit(pool: &SqlitePool, jobs: &mut [Box<dyn Job>]) -> Result<(), Failure> {
    if jobs.is_empty() {
        return Ok(());
    }
    // Immediate: a transaction that begins by reading can't always go on to write when another
    // process has written meanwhile.
    let mut transaction = pool
        .begin_with("begin immediate")
        .await
        .map_err(Failure::Unavailable)?;
    for job in jobs {
        job.perform(&mut transaction)
            .await
            .map_err(Failure::Write)?;
    }
    transaction.commit().await.map_err(Failure::Write)
}

enum Failure {
    /// There was no transaction to write in.
    Unavailable(Error),
    Write(Error),
}

impl Failure {
    fn into_error(self) -> Error {
        match self {
            Self::Unavailable(error) | Self::Write(error) => error,
        }
    }
}

/// Work of any kind, and who waits for it.
#[async_trait]
trait Job: Send {
    fn is_wanted(&self) -> bool;

    async fn perform(&mut self, connection: &mut SqliteConnection) -> Result<(), Error>;

    fn answer(self: Box<Self>, error: Option<StoreError>);
}

struct Waiting<W: Work> {
    work: W,
    done: Option<W::Answer>,
    caller: oneshot::Sender<Result<W::Answer, StoreError>>,
}

#[async_trait]
impl<W: Work> Job for Waiting<W> {
    fn is_wanted(&self) -> bool {
        !self.caller.is_closed()
    }

    async fn perform(&mut self, connection: &mut SqliteConnection) -> Result<(), Error> {
        self.done = Some(self.work.perform(connection).await?);
        Ok(())
    }

    fn answer(self: Box<Self>, error: Option<StoreError>) {
        let result = match (error, self.done) {
            (None, Some(done)) => Ok(done),
            (Some(error), _) => Err(error),
            (None, None) => return,
        };
        // A caller who has gone meanwhile doesn't mind.
        let _ = self.caller.send(result);
    }
}

pub(super) struct Recording(pub(super) Change);

#[async_trait]
impl Work for Recording {
    type Answer = Recorded;

    async fn perform(&self, connection: &mut SqliteConnection) -> Result<Recorded, Error> {
        record::record(connection, &self.0).await
    }
}

pub(super) struct Claiming(pub(super) Claim);

#[async_trait]
impl Work for Claiming {
    type Answer = Vec<Claimed>;

    async fn perform(&self, connection: &mut SqliteConnection) -> Result<Vec<Claimed>, Error> {
        outbox::claim(connection, self.0).await
    }
}

pub(super) struct Settling {
    pub(super) id: NotificationId,
    pub(super) attempt: u32,
    pub(super) due: Option<Timestamp>,
}

#[async_trait]
impl Work for Settling {
    type Answer = ();

    async fn perform(&self, connection: &mut SqliteConnection) -> Result<(), Error> {
        settle(connection, self.id, self.attempt, self.due).await
    }
}

pub(super) struct PutNotice(pub(super) Notice);

#[async_trait]
impl Work for PutNotice {
    type Answer = Result<Option<NotificationId>, Missing>;

    async fn perform(&self, connection: &mut SqliteConnection) -> Result<Self::Answer, Error> {
        notices::put(connection, &self.0).await
    }
}

pub(super) struct PutLine(pub(super) Line);

#[async_trait]
impl Work for PutLine {
    type Answer = ();

    async fn perform(&self, connection: &mut SqliteConnection) -> Result<(), Error> {
        lines::put(connection, &self.0).await
    }
}

pub(super) struct RemoveLine(pub(super) CompanyId, pub(super) LineId);

#[async_trait]
impl Work for RemoveLine {
    type Answer = bool;

    async fn perform(&self, connection: &mut SqliteConnection) -> Result<bool, Error> {
        lines::remove(connection, self.0, self.1).await
    }
}
