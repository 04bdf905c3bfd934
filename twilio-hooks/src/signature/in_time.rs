//! A limit for work that others do.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use tokio::time::timeout;

/// What comes of the work, or `None` if it takes longer than the limit.
///
/// A timer, and with it a Tokio runtime, is only needed for work that is not done at once.
pub(super) async fn in_time<T>(
    work: impl Future<Output = T>,
    limit: Option<Duration>,
) -> Option<T> {
    let mut work = pin!(work);
    let Some(limit) = limit else {
        return Some(work.await);
    };
    match poll_fn(|cx| Poll::Ready(work.as_mut().poll(cx))).await {
        Poll::Ready(done) => Some(done),
        Poll::Pending => timeout(limit, work).await.ok(),
    }
}
