//! [`serve`]: runs the server until it is told to stop.

mod entrance;
mod https;
mod patient;
mod places;
mod tls;

use std::{future::Future, io, pin::pin, time::Duration};

use tokio::{
    sync::{oneshot, watch},
    time::timeout,
};
use twilio_hooks::notify::Dispatcher;

pub(crate) use self::https::{PlainHttp, only_https};
pub use self::{entrance::Entrance, tls::Tls};
use crate::app::{AppState, app};

/// How long requests that are under way may take when the server stops.
const GRACE: Duration = Duration::from_secs(10);

/// Serves requests and delivers notifications until `stop` ends.
///
/// Then nothing new is accepted, listeners by WebSocket are told to come back, requests under way
/// get ten seconds, and the dispatcher and the jobs finish what they are at.
///
/// # Errors
/// None at present; a listener that fails is tried again.
pub async fn serve(
    entrance: impl Into<Entrance>,
    state: AppState,
    dispatcher: Dispatcher,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let (stop_requests, requests_stopped) = oneshot::channel::<()>();
    let (stop_dispatcher, dispatcher_stopped) = oneshot::channel::<()>();
    let dispatcher = tokio::spawn(async move { dispatcher.run(dropped(dispatcher_stopped)).await });
    let (stop_jobs, jobs_stopped) = watch::channel(false);
    let jobs = state.jobs.clone().and(&state.checks);
    let jobs = tokio::spawn(jobs.run(state.clock.clone(), jobs_stopped));
    let entrance = entrance.into();
    let server = entrance.serve(app(state.clone()), dropped(requests_stopped));
    let mut server = pin!(server);
    tokio::select! {
        () = &mut server => {}
        () = stop => {
            tracing::info!("stopping");
            state.live_bus.close();
            drop(stop_requests);
            if timeout(GRACE, &mut server).await.is_err() {
                tracing::warn!(reason = "grace-over", "requests under way are cut off");
            }
        }
    }
    drop(stop_dispatcher);
    let _ = stop_jobs.send(true);
    let end = async {
        let _ = jobs.await;
        let _ = dispatcher.await;
        // What came while they ended.
        if let Err(error) = state.webhook_log.write().await {
            let error: &(dyn std::error::Error + 'static) = &error;
            tracing::warn!(
                error,
                reason = "store",
                "the last webhooks are not on the log"
            );
        }
        state.database.db.close().await;
    };
    if timeout(GRACE, end).await.is_err() {
        tracing::warn!(reason = "grace-over", "the dispatcher or a job is cut off");
    }
    tracing::info!("stopped");
    Ok(())
}

/// Ends when the other side is dropped.
async fn dropped(signal: oneshot::Receiver<()>) {
    let _ = signal.await;
}

/// Ends when the process is asked to stop, by Ctrl-C or by whoever runs it (SIGTERM).
///
/// # Errors
/// If signals can't be listened to.
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + Send> {
    #[cfg(unix)]
    let mut terminate = {
        use tokio::signal::unix::{SignalKind, signal};
        (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        )
    };
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminate.0.recv() => {}
            _ = terminate.1.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}
