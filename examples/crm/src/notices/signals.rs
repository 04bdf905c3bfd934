//! [`Signals`]: what a person does in one tab is seen in the others.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use sqlx::{PgPool, postgres::PgListener};
use tokio::{sync::mpsc, task::JoinHandle};
use twilio_hooks::{CompanyId, ContactId, NotificationId, UserId, store::StoreError};
use twilio_hooks_sqlx::DatabaseError;
use uuid::Uuid;

use crate::{args, database::Db};

const CHANNEL: &str = "crm_signals";

/// How many frames a tab may be behind; the next ones are lost to it, and what they told of is read
/// again when the tab asks the next time.
const CAPACITY: usize = 64;

/// How long to wait before connecting again.
const PAUSE: Duration = Duration::from_secs(1);

/// What the tabs of a person are told beside notifications: a text frame of JSON, whose `type` says
/// what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Frame {
    /// A thread was read up to an entry, or is unread again from there.
    Read {
        /// The primary contact.
        contact_id: ContactId,
        /// The last entry that is read.
        up_to: Uuid,
    },
    /// Notifications were read: all up to a number, or single ones.
    NotificationsRead {
        /// The number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        up_to: Option<i64>,
        /// The single ones; empty if they belong to a thread that was read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ids: Vec<NotificationId>,
    },
}

/// A frame on its way to the tabs of a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Signal {
    company: CompanyId,
    user: UserId,
    frame: String,
}

/// Carries frames to the tabs of a person: in this process on SQLite, to those of all processes on
/// Postgres. What is lost is lost: everything can be read again. Clones share the listeners.
#[derive(Debug, Clone)]
pub struct Signals {
    listeners: Listeners,
    db: Db,
    /// Held, not read: the last clone ends the task.
    _task: Option<Arc<Task>>,
}

/// The task that listens to Postgres; ends with its owner.
#[derive(Debug)]
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

type Sender = (CompanyId, UserId, mpsc::Sender<String>);

#[derive(Debug, Clone, Default)]
struct Listeners(Arc<Mutex<Vec<Sender>>>);

impl Listeners {
    fn add(&self, company: CompanyId, user: UserId) -> mpsc::Receiver<String> {
        let (sender, frames) = mpsc::channel(CAPACITY);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, _, sender)| !sender.is_closed());
        all.push((company, user, sender));
        frames
    }

    fn tell(&self, signal: &Signal) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (company, user, sender) in &*all {
            if (*company, *user) == (signal.company, signal.user) {
                // Whoever is slow must not delay the others.
                let _ = sender.try_send(signal.frame.clone());
            }
        }
    }
}

impl Signals {
    /// Begins to listen, where there are other processes.
    ///
    /// # Errors
    /// If the database can't be reached.
    pub async fn connect(db: &Db) -> Result<Self, StoreError> {
        let listeners = Listeners::default();
        let task = match db {
            Db::Sqlite { .. } => None,
            Db::Postgres(pool) => {
                let listener = listen(pool)
                    .await
                    .map_err(|error| StoreError::backend(DatabaseError::from(error)))?;
                let hear = hear(pool.clone(), listener, listeners.clone());
                Some(Arc::new(Task(tokio::spawn(hear))))
            }
        };
        Ok(Self {
            listeners,
            db: db.clone(),
            _task: task,
        })
    }

    /// The frames for one tab of a person, from now on.
    #[must_use]
    pub fn listen(&self, company: CompanyId, user: UserId) -> mpsc::Receiver<String> {
        self.listeners.add(company, user)
    }

    /// Tells all tabs of a person. What they show is not worth a failed request, so there is no error.
    pub async fn tell(&self, company: CompanyId, user: UserId, frame: &Frame) {
        let Ok(frame) = serde_json::to_string(frame) else {
            return;
        };
        let signal = Signal {
            company,
            user,
            frame,
        };
        if let Db::Sqlite { .. } = self.db {
            self.listeners.tell(&signal);
            return;
        }
        let Ok(payload) = serde_json::to_string(&signal) else {
            return;
        };
        let sql = "select pg_notify($1, $2) is null as told";
        if let Err(error) = self.db.rows(sql, args![CHANNEL, payload]).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "other tabs are not told"
            );
        }
    }
}

async fn listen(pool: &PgPool) -> Result<PgListener, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// Passes on what comes over the channel, until the pool is closed.
async fn hear(pool: PgPool, mut listener: PgListener, listeners: Listeners) {
    loop {
        match listener.try_recv().await {
            Ok(Some(heard)) => {
                // Another version may send something else.
                if let Ok(signal) = serde_json::from_str(heard.payload()) {
                    listeners.tell(&signal);
                }
                continue;
            }
            Ok(None) => continue,
            Err(error) if !pool.is_closed() => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "other tabs are not told for a while"
            ),
            Err(_) => return,
        }
        listener = loop {
            if pool.is_closed() {
                return;
            }
            tokio::time::sleep(PAUSE).await;
            if let Ok(listener) = listen(&pool).await {
                break listener;
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn frames_are_for_the_tabs_of_one_person() {
        let now = Timestamp::UNIX_EPOCH;
        let (company, ana, bob) = (CompanyId::at(now), UserId::at(now), UserId::at(now));
        let listeners = Listeners::default();
        let mut tabs = [
            listeners.add(company, ana),
            listeners.add(company, ana),
            listeners.add(company, bob),
            listeners.add(CompanyId::at(now), ana),
        ];
        let frame = Frame::NotificationsRead {
            up_to: Some(7),
            ids: Vec::new(),
        };
        let frame = serde_json::to_string(&frame).unwrap();
        assert_eq!(frame, r#"{"type":"notifications_read","up_to":7}"#);
        listeners.tell(&Signal {
            company,
            user: ana,
            frame,
        });
        let heard = tabs.each_mut().map(|tab| tab.try_recv().is_ok());
        assert_eq!(heard, [true, true, false, false]);
    }
}
