//! [`Patient`]: a stream whose other side has to read.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

/// How long nothing may be taken of what is sent.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// Fails when what is sent stays where it is: whoever asks and does not read the answer would keep the
/// connection for ever.
#[derive(Debug)]
pub(super) struct Patient<S> {
    stream: S,
    give_up: Pin<Box<Sleep>>,
    is_waiting: bool,
}

impl<S: AsyncWrite + Unpin> Patient<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            give_up: Box::pin(sleep(PATIENCE)),
            is_waiting: false,
        }
    }

    /// Does `step` of a write, and fails if none has got on for a while.
    fn step<T>(
        &mut self,
        cx: &mut Context<'_>,
        step: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(done) = step(Pin::new(&mut self.stream), cx) {
            self.is_waiting = false;
            return Poll::Ready(done);
        }
        if !self.is_waiting {
            self.is_waiting = true;
            self.give_up.as_mut().reset(Instant::now() + PATIENCE);
        }
        ready!(self.give_up.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.step(cx, |stream, cx| stream.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.step(cx, |stream, cx| stream.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.step(cx, AsyncWrite::poll_flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.step(cx, AsyncWrite::poll_shutdown)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_reads_nothing_is_given_up() {
        let (_client, stream) = duplex(10);
        let start = Instant::now();
        let error = Patient::new(stream).write_all(&[0; 100]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed().as_secs(), PATIENCE.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_slowly_gets_all() {
        let (mut client, stream) = duplex(10);
        let reading = tokio::spawn(async move {
            let mut read = 0;
            while read < 100 {
                sleep(PATIENCE / 2).await;
                read += client.read(&mut [0; 10]).await.unwrap();
            }
        });
        let mut stream = Patient::new(stream);
        stream.write_all(&[0; 100]).await.unwrap();
        reading.await.unwrap();
    }
}
