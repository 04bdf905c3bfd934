//! [`Live`]: notifications by WebSocket.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use twilio_hooks::{
    BoxError, CompanyId,
    notify::{Bus, BusEvent},
    store::{Directory, Notification},
};

use crate::{Listener, listener::Frames};

/// How many stored notifications are read at a time.
const PAGE: u32 = 200;

/// Sends the notifications of a company to a WebSocket, as they happen.
///
/// Each notification is one text frame with a JSON object:
///
/// ```json
/// {
///   "id": "019abd…", "seq": 42, "type": "sms_received",
///   "title": "New SMS from John Doe", "message": "Hello!",
///   "contact_id": "019abc…", "sms_id": "019abd…", "created_at": "2026-11-22T10:00:00Z"
/// }
/// ```
///
/// `seq` counts the notifications of the company. A client remembers the last one it has seen, and
/// after a lost connection asks for everything since; then it misses nothing and gets nothing twice.
/// Numbers come in order and without gaps: whatever the [`Bus`] lost or mixed up is read from the
/// [`Directory`].
///
/// A [`Listener`] says more of a client: what a person may see, texts of the application's own in
/// between, and when the connection ends.
///
/// Who may listen, and to which company, is the application's to decide before it calls
/// [`serve`](Self::serve) or [`serve_listener`](Self::serve_listener). A client that does not take its frames, or is gone, is cut off; it delays
/// nobody else, because each has a task and a place in the bus of its own.
///
/// # Examples
/// ```
/// use axum::{
///     Router,
///     extract::{Query, State, ws::WebSocketUpgrade},
///     response::Response,
///     routing::get,
/// };
/// use serde::Deserialize;
/// use twilio_hooks::CompanyId;
/// use twilio_hooks_axum::Live;
///
/// #[derive(Deserialize)]
/// struct Since {
///     since: Option<u64>,
/// }
///
/// async fn listen(
///     upgrade: WebSocketUpgrade,
///     State((live, company)): State<(Live, CompanyId)>, // the company of whoever is logged in
///     Query(Since { since }): Query<Since>,
/// ) -> Response {
///     upgrade.on_upgrade(move |socket| live.serve(socket, company, since))
/// }
///
/// # fn routes(live: Live, company: CompanyId) -> Router {
/// Router::new().route("/ws", get(listen)).with_state((live, company))
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Live {
    bus: Arc<dyn Bus>,
    directory: Arc<dyn Directory>,
    patience: Duration,
    heartbeat: Duration,
}

impl Live {
    /// Listens to `bus`, and reads from `directory` what was missed.
    pub fn new(bus: impl Bus, directory: impl Directory) -> Self {
        Self {
            bus: Arc::new(bus),
            directory: Arc::new(directory),
            patience: Duration::from_secs(10),
            heartbeat: Duration::from_secs(30),
        }
    }

    /// Sets how long a client may take to accept a frame before it is cut off; 10 seconds by default.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Sets how often a client is asked whether it is still there; 30 seconds by default. One that
    /// has been silent for two heartbeats is cut off.
    #[must_use]
    pub fn with_heartbeat(mut self, heartbeat: Duration) -> Self {
        self.heartbeat = heartbeat;
        self
    }

    /// Serves one client until it is gone.
    ///
    /// With `since`, everything with a higher number comes first; without, only what is new.
    pub async fn serve(self, socket: WebSocket, company: CompanyId, since: Option<u64>) {
        let listener = Listener::new().with_since(since);
        self.serve_listener(socket, company, listener).await;
    }

    /// Serves one client as the listener describes it, until it is gone or its time is over.
    ///
    /// # Examples
    /// ```
    /// use axum::extract::ws::{CloseFrame, WebSocket};
    /// use tokio::sync::oneshot;
    /// use twilio_hooks::{CompanyId, notify::Topic};
    /// use twilio_hooks_axum::{Listener, Live};
    ///
    /// async fn serve(live: Live, socket: WebSocket, company: CompanyId, revoked: oneshot::Receiver<()>) {
    ///     let listener = Listener::new()
    ///         .with_filter(|it| it.topic != Topic::SetupProblem)
    ///         .with_end(async move {
    ///             let _ = revoked.await;
    ///             CloseFrame { code: 4401, reason: "logged out".into() }
    ///         });
    ///     live.serve_listener(socket, company, listener).await;
    /// }
    /// ```
    pub async fn serve_listener(self, socket: WebSocket, company: CompanyId, listener: Listener) {
        let Listener {
            since,
            filter,
            frames,
            end,
        } = listener;
        let mut client = Client {
            live: &self,
            socket,
            company,
            filter,
            last: since,
        };
        let served = tokio::select! {
            biased;
            frame = end => Ok(Some(frame)),
            served = client.listen(frames) => served,
        };
        let ended = match served {
            Ok(Some(frame)) => client.close(frame).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = ended {
            tracing::debug!(
                error = &*error as &dyn std::error::Error,
                "live client cut off"
            );
        }
    }
}

struct Client<'a> {
    live: &'a Live,
    socket: WebSocket,
    company: CompanyId,
    filter: Box<dyn Fn(&Notification) -> bool + Send + Sync>,
    /// The last number sent, or left out; unknown until the first one, if the client did not say.
    last: Option<u64>,
}

impl Client<'_> {
    /// Sends what there is to send. At the end it says how to close, unless the client has.
    async fn listen(&mut self, mut frames: Frames) -> Result<Option<CloseFrame>, BoxError> {
        // Listen before reading, so that nothing falls between.
        let mut events = self.live.bus.subscribe();
        self.forget_unknown_number().await?;
        self.catch_up().await?;
        let mut heartbeat = interval(self.live.heartbeat.max(Duration::from_millis(1)));
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Some(BusEvent::Notification(notification)) => self.tell(&notification).await?,
                    Some(_) => self.catch_up().await?,
                    // The server is about to stop; the client may come back.
                    None => return Ok(Some(CloseFrame {
                        code: close_code::RESTART,
                        reason: "server is stopping".into(),
                    })),
                },
                text = frames.next() => self.send(Message::Text(text.into())).await?,
                frame = self.socket.recv() => match frame {
                    None | Some(Ok(Message::Close(_))) => return Ok(None),
                    Some(Ok(_)) => heard = Instant::now(),
                    Some(Err(error)) => return Err(error.into()),
                },
                _ = heartbeat.tick() => {
                    if heard.elapsed() > self.live.heartbeat * 2 {
                        return Err("no sign of life".into());
                    }
                    self.send(Message::Ping(axum::body::Bytes::new())).await?;
                }
            }
        }
    }

    async fn tell(&mut self, notification: &Notification) -> Result<(), BoxError> {
        if notification.company_id != self.company {
            return Ok(());
        }
        match self.last {
            // Sent already, when another one showed that it was missing.
            Some(last) if notification.seq <= last => Ok(()),
            Some(last) if notification.seq > last + 1 => self.catch_up().await,
            _ => self.forward(notification).await,
        }
    }

    /// A number higher than all there are is from another database, which was replaced since. Nothing
    /// can be said about what was missed then.
    async fn forget_unknown_number(&mut self) -> Result<(), BoxError> {
        if let Some(known) = self.last.and_then(|last| last.checked_sub(1)) {
            let directory = &self.live.directory;
            if directory
                .notifications_since(self.company, known, 1)
                .await?
                .is_empty()
            {
                self.last = None;
            }
        }
        Ok(())
    }

    /// Sends everything after the last number sent.
    async fn catch_up(&mut self) -> Result<(), BoxError> {
        while let Some(last) = self.last {
            let missed = self
                .live
                .directory
                .notifications_since(self.company, last, PAGE)
                .await?;
            for notification in &missed {
                self.forward(notification).await?;
            }
            if missed.len() < PAGE as usize {
                break;
            }
        }
        Ok(())
    }

    /// Sends a notification, or leaves it out. Either way its number is done with.
    async fn forward(&mut self, notification: &Notification) -> Result<(), BoxError> {
        if (self.filter)(notification) {
            let json = serde_json::to_string(notification)?;
            self.send(Message::Text(json.into())).await?;
        }
        self.last = Some(notification.seq);
        Ok(())
    }

    async fn send(&mut self, message: Message) -> Result<(), BoxError> {
        Ok(timeout(self.live.patience, self.socket.send(message)).await??)
    }

    /// Says goodbye, and waits for the client to have heard it: a connection that is cut while
    /// something is on its way here may lose what is on its way there.
    async fn close(mut self, frame: CloseFrame) -> Result<(), BoxError> {
        self.send(Message::Close(Some(frame))).await?;
        let gone = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        Ok(timeout(self.live.patience, gone).await?)
    }
}
