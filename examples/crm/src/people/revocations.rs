//! [`Revocations`]: what ends an open connection of somebody who may not listen any more.

use tokio::{sync::broadcast, time::timeout};

use crate::api::{Actor, Caller};

use super::People;

/// How many announcements a connection may be behind; one that is further behind looks for itself.
const CAPACITY: usize = 256;

/// Tells open connections that something about a person or a program has changed: a session was ended,
/// a role changed, a token revoked. Clones share the listeners.
#[derive(Debug, Clone)]
pub struct Revocations {
    sender: broadcast::Sender<Actor>,
}

impl Default for Revocations {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(CAPACITY),
        }
    }
}

impl Revocations {
    /// What this person or program may do has changed.
    pub fn tell(&self, actor: Actor) {
        // Nobody may be listening.
        let _ = self.sender.send(actor);
    }
}

impl People {
    /// Ends when the caller may not go on as who they were when they came: the session has ended or
    /// expired, the person was disabled or has another role, the token was revoked.
    ///
    /// In this process that is at once; what another process has done is seen within 30 seconds, or
    /// [what was set](Self::with_recheck).
    pub fn ended(&self, caller: Caller) -> impl Future<Output = ()> + Send + use<> {
        // Listen before looking, so that nothing falls between.
        let mut news = self.revocations.sender.subscribe();
        let people = self.clone();
        async move {
            loop {
                match people.still_valid(&caller).await {
                    Ok(true) => {}
                    Ok(false) => return,
                    // Whether somebody may go on is not known then, and is asked again.
                    Err(error) => tracing::warn!(
                        reason = "store",
                        error = &error as &dyn std::error::Error,
                        "whether a listener may go on is not known"
                    ),
                }
                let about_caller = async {
                    loop {
                        match news.recv().await {
                            Ok(actor) if actor != caller.actor => {}
                            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
                            // Impossible while `people` holds a sender.
                            Err(broadcast::error::RecvError::Closed) => return,
                        }
                    }
                };
                let _ = timeout(people.recheck, about_caller).await;
            }
        }
    }
}
