//! [`Listener`]: what one client of [`Live`](crate::Live) is to get.

use std::{
    fmt,
    future::{Future, pending},
    pin::Pin,
};

use axum::extract::ws::CloseFrame;
use tokio::sync::mpsc;
use twilio_hooks::store::Notification;

/// One client that listens: from where on, to what, and until when.
///
/// # Examples
/// Somebody who is logged in, in one of several tabs:
/// ```
/// use axum::extract::ws::CloseFrame;
/// use tokio::sync::{mpsc, oneshot};
/// use twilio_hooks::{ContactId, store::Notification};
/// use twilio_hooks_axum::Listener;
///
/// # fn example(revoked: oneshot::Receiver<()>, mine: Vec<ContactId>) {
/// // What one tab tells the others goes to `tell`, and from there to this client.
/// let (tell, told) = mpsc::channel::<String>(64);
/// tell.try_send(r#"{"type":"read","id":"019abd"}"#.to_owned()).unwrap();
///
/// let listener = Listener::new()
///     .with_since(Some(42))
///     .with_filter(move |it: &Notification| it.contact_id.is_none_or(|id| mine.contains(&id)))
///     .with_frames(told)
///     .with_end(async move {
///         let _ = revoked.await;
///         CloseFrame { code: 4401, reason: "logged out".into() }
///     });
/// # let _ = listener;
/// # }
/// ```
pub struct Listener {
    pub(crate) since: Option<u64>,
    pub(crate) filter: Box<dyn Fn(&Notification) -> bool + Send + Sync>,
    pub(crate) frames: Frames,
    pub(crate) end: Pin<Box<dyn Future<Output = CloseFrame> + Send>>,
}

impl Listener {
    /// A client that gets everything new of its company until it is gone.
    #[must_use]
    pub fn new() -> Self {
        Self {
            since: None,
            filter: Box::new(|_| true),
            frames: Frames(None),
            end: Box::pin(pending()),
        }
    }

    /// Sets the last number that the client has seen: everything with a higher one comes first. With
    /// `None` only what is new comes.
    #[must_use]
    pub fn with_since(mut self, since: impl Into<Option<u64>>) -> Self {
        self.since = since.into();
        self
    }

    /// Sets which notifications the client may see. All others are left out, live and when it catches
    /// up, so the numbers that it sees may have gaps.
    ///
    /// It is asked for every notification of the company each time there is one, so it must not block
    /// or be slow. What it answers may change; what was left out before is not sent later. If
    /// somebody gets more rights, [end](Self::with_end) the connection and let the client come back
    /// with the number that it should see everything from.
    #[must_use]
    pub fn with_filter(
        mut self,
        filter: impl Fn(&Notification) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.filter = Box::new(filter);
        self
    }

    /// Sends texts of the application's own in between: each is one text frame, passed on as it is,
    /// in the order in which they come.
    ///
    /// They have no numbers and are not repeated after a lost connection. A client that does not take
    /// its frames lets the channel fill up until it is cut off, so use `try_send`, which delays
    /// nobody. When all senders are gone, the client goes on to get its notifications.
    #[must_use]
    pub fn with_frames(mut self, frames: mpsc::Receiver<String>) -> Self {
        self.frames = Frames(Some(frames));
        self
    }

    /// Ends the connection with the code and reason that `end` gives, also in the middle of catching
    /// up. Nothing is sent after that.
    ///
    /// A browser sees them as `event.code` and `event.reason`. [Codes from 4000 on][codes] are the
    /// application's own: 4401, say, for a session that was revoked, so that the client knows that it
    /// is no use to come back. While the server stops, a client gets 1012, and should come back.
    ///
    /// [codes]: https://developer.mozilla.org/en-US/docs/Web/API/CloseEvent/code
    #[must_use]
    pub fn with_end(mut self, end: impl Future<Output = CloseFrame> + Send + 'static) -> Self {
        self.end = Box::pin(end);
        self
    }
}

impl Default for Listener {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}

/// The texts of the application's own; none while there is no channel, or nobody who sends.
pub(crate) struct Frames(Option<mpsc::Receiver<String>>);

impl Frames {
    /// Waits for the next one, forever if there is none to come. Nothing is lost if the future is
    /// dropped.
    pub(crate) async fn next(&mut self) -> String {
        if let Some(frames) = &mut self.0 {
            if let Some(frame) = frames.recv().await {
                return frame;
            }
            self.0 = None;
        }
        pending().await
    }
}
