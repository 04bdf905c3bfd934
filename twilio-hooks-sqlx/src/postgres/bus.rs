//! [`PgBus`]: live notifications by LISTEN and NOTIFY.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use sqlx::{Error, PgPool, postgres::PgListener};
use tokio::task::JoinHandle;
use twilio_hooks::{
    CompanyId, async_trait,
    notify::{Bus, BusEvent, BusReceiver, BusSender, NotifyError},
    store::{Notification, StoreError},
};

use crate::error::{DatabaseError, store_error};

/// Postgres takes payloads below 8,000 bytes.
const MAX_PAYLOAD: usize = 7999;

/// How many events a listener of this process may be behind.
const CAPACITY: usize = 1024;

/// How long to wait before connecting again.
const PAUSE: Duration = Duration::from_secs(1);

/// A [`Bus`] that reaches every process with a `PgBus` on the same database and channel.
///
/// Each bus holds one connection of its pool, to listen. When that breaks, it connects again, and
/// its listeners hear [`BusEvent::Resync`]. They hear it, too, in place of a notification that is too
/// long for NOTIFY. Listening ends when the last clone is dropped.
///
/// NOTIFY is not meant for thousands of messages a second; a company's live screens are far below.
///
/// # Examples
/// ```no_run
/// use twilio_hooks::notify::{Bus, BusEvent};
/// use twilio_hooks_sqlx::{PgBus, PgStore};
///
/// # async fn example() -> anyhow::Result<()> {
/// let store = PgStore::connect("postgres://crm@localhost/crm").await?;
/// let bus = PgBus::connect(store.pool()).await?;
/// let mut events = bus.subscribe();
/// while let Some(event) = events.recv().await {
///     if let BusEvent::Notification(notification) = event {
///         println!("{}", notification.title);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct PgBus {
    pool: PgPool,
    channel: Arc<str>,
    sender: BusSender,
    // Held, not read: the last clone ends the task.
    _task: Arc<Listening>,
}

/// The task that listens; ends with its owner.
#[derive(Debug)]
struct Listening(JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl PgBus {
    /// A bus over the channel `twilio_hooks`. When this returns, it listens.
    ///
    /// # Errors
    /// If the database can't be reached.
    pub async fn connect(pool: &PgPool) -> Result<Self, StoreError> {
        Self::connect_to(pool, "twilio_hooks").await
    }

    /// A bus over a channel of your own, for several applications in one database.
    ///
    /// # Errors
    /// If the database can't be reached, or the name is longer than 63 bytes.
    pub async fn connect_to(pool: &PgPool, channel: &str) -> Result<Self, StoreError> {
        let listener = listen(pool, channel).await.map_err(store_error)?;
        let sender = BusSender::new(CAPACITY);
        let channel: Arc<str> = channel.into();
        let hear = hear(pool.clone(), Arc::clone(&channel), listener, sender.clone());
        Ok(Self {
            pool: pool.clone(),
            channel,
            sender,
            _task: Arc::new(Listening(tokio::spawn(hear))),
        })
    }
}

#[async_trait]
impl Bus for PgBus {
    async fn publish(&self, notification: &Notification) -> Result<(), NotifyError> {
        let payload = encode(notification).map_err(NotifyError::permanent)?;
        let notify = sqlx::query("select pg_notify($1, $2)")
            .bind(&*self.channel)
            .bind(payload);
        notify
            .execute(&self.pool)
            .await
            .map_err(|error| NotifyError::transient(DatabaseError::new(error)))?;
        Ok(())
    }

    fn subscribe(&self) -> BusReceiver {
        self.sender.subscribe()
    }
}

/// What goes over the wire. The company is not part of a notification's own JSON. Without a
/// notification there is one to be read.
#[derive(Serialize, Deserialize)]
struct Payload<N> {
    company_id: CompanyId,
    notification: Option<N>,
}

fn encode(notification: &Notification) -> Result<String, serde_json::Error> {
    let whole = serde_json::to_string(&Payload {
        company_id: notification.company_id,
        notification: Some(notification),
    })?;
    if whole.len() <= MAX_PAYLOAD {
        return Ok(whole);
    }
    serde_json::to_string(&Payload::<&Notification> {
        company_id: notification.company_id,
        notification: None,
    })
}

fn decode(payload: &str) -> BusEvent {
    match serde_json::from_str(payload) {
        Ok(Payload::<Notification> {
            company_id,
            notification: Some(mut notification),
        }) => {
            notification.company_id = company_id;
            BusEvent::Notification(Arc::new(notification))
        }
        // Too long for the channel, or written by another version.
        _ => BusEvent::Resync,
    }
}

async fn listen(pool: &PgPool, channel: &str) -> Result<PgListener, Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(channel).await?;
    Ok(listener)
}

/// Passes on what comes over the channel, until the pool is closed.
async fn hear(pool: PgPool, channel: Arc<str>, mut listener: PgListener, sender: BusSender) {
    loop {
        let error = match listener.try_recv().await {
            Ok(Some(notification)) => {
                sender.send(decode(notification.payload()));
                continue;
            }
            // The connection was lost, and the listener has made a new one.
            Ok(None) => {
                sender.send(BusEvent::Resync);
                continue;
            }
            Err(error) => error,
        };
        if pool.is_closed() {
            return;
        }
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "live notifications are interrupted"
        );
        listener = loop {
            if pool.is_closed() {
                return;
            }
            tokio::time::sleep(PAUSE).await;
            if let Ok(listener) = listen(&pool, &channel).await {
                break listener;
            }
        };
        sender.send(BusEvent::Resync);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use twilio_hooks::{NotificationId, notify::Topic};

    use super::*;

    fn notification(message: String) -> Notification {
        Notification {
            id: NotificationId::at(Timestamp::UNIX_EPOCH),
            company_id: CompanyId::at(Timestamp::UNIX_EPOCH),
            seq: 7,
            topic: Topic::SmsReceived,
            title: "New SMS".to_owned(),
            message,
            contact_id: None,
            sms_id: None,
            call_id: None,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_notification_keeps_its_company_on_the_way() {
        let sent = notification("Hello \u{0} 👋".to_owned());
        match decode(&encode(&sent).unwrap()) {
            BusEvent::Notification(heard) => assert_eq!(*heard, sent),
            other => panic!("not a notification: {other:?}"),
        }
    }

    #[test]
    fn a_long_notification_is_announced_without_its_text() {
        let payload = encode(&notification("x".repeat(8000))).unwrap();
        assert!(payload.len() <= MAX_PAYLOAD);
        assert!(matches!(decode(&payload), BusEvent::Resync));
    }

    #[test]
    fn what_another_version_sends_is_a_reason_to_read() {
        assert!(matches!(decode("{\"v\": 2}"), BusEvent::Resync));
    }
}
