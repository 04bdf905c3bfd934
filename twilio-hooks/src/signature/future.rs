//! The future of one request: read, look up, pass on.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, Bytes, BytesMut};
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::Full;
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};
use tower::Service;

use super::{
    Seen, SignatureError,
    layer::Config,
    pending::{Forget, LookUp, Note, Noted, Pending, Refusal, Step},
};

pin_project! {
    /// The response of [`ValidateSignature`](super::ValidateSignature).
    pub struct ResponseFuture<B, S>
    where
        S: Service<Request<Full<Bytes>>>,
    {
        // Until the request is passed on or refused.
        inner: Option<S>,
        // While nobody else has it.
        pending: Option<Pending>,
        // Once it is passed on, if a guard counts it as the first.
        noted: Option<Noted>,
        #[pin]
        state: State<B, S::Future, Result<S::Response, S::Error>>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<B, F, R> {
        Refused { refusal: Refusal },
        Reading { #[pin] reading: Reading<B> },
        LookingUp { look_up: LookUp },
        Noting { note: Note },
        Acknowledged,
        Forwarded { #[pin] future: F },
        Forgetting { forget: Forget, result: Option<R> },
    }
}

impl<B, S> ResponseFuture<B, S>
where
    B: Body,
    S: Service<Request<Full<Bytes>>>,
{
    pub(super) fn new(inner: S, config: Arc<Config>, request: Request<B>) -> Self {
        let (parts, body) = request.into_parts();
        let (pending, state) = match Pending::begin(config, parts) {
            Err(refusal) => (None, State::Refused { refusal }),
            Ok(pending) => {
                let limit = pending.config().body_limit;
                if pending.announces_too_much() || body.size_hint().lower() > limit as u64 {
                    let refusal = pending.refuse(SignatureError::TooLarge);
                    (None, State::Refused { refusal })
                } else {
                    let timeout = pending.config().read_timeout;
                    let reading = Reading::new(body, limit, timeout);
                    (Some(pending), State::Reading { reading })
                }
            }
        };
        Self {
            inner: Some(inner),
            pending,
            noted: None,
            state,
        }
    }
}

impl<B, S, ResBody> Future for ResponseFuture<B, S>
where
    B: Body,
    S: Service<Request<Full<Bytes>>, Response = Response<ResBody>>,
    ResBody: Default,
{
    type Output = Result<Response<ResBody>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let step = match this.state.as_mut().project() {
                StateProjection::Forwarded { future } => {
                    let result = ready!(future.poll(cx));
                    let failed = match &result {
                        Ok(response) => response.status().is_server_error(),
                        Err(_) => true,
                    };
                    let Some(noted) = this.noted.take().filter(|_| failed) else {
                        return Poll::Ready(result);
                    };
                    this.state.set(State::Forgetting {
                        forget: noted.forget(),
                        result: Some(result),
                    });
                    continue;
                }
                StateProjection::Forgetting { forget, result } => {
                    ready!(forget.as_mut().poll(cx));
                    return Poll::Ready(result.take().expect("not polled after completion"));
                }
                StateProjection::Refused { refusal } => {
                    return Poll::Ready(Ok(refused(refusal)));
                }
                StateProjection::Acknowledged => return Poll::Ready(Ok(acknowledged())),
                StateProjection::Reading { reading } => {
                    let body = ready!(reading.poll(cx));
                    let pending = this.pending.take().expect("not polled after completion");
                    match body {
                        Ok(body) => pending.with_body(body),
                        Err(error) => Step::Refuse(pending.refuse(error)),
                    }
                }
                StateProjection::LookingUp { look_up } => {
                    let keys = ready!(look_up.as_mut().poll(cx));
                    let pending = this.pending.take().expect("not polled after completion");
                    pending.with_keys(keys)
                }
                StateProjection::Noting { note } => {
                    let seen = ready!(note.as_mut().poll(cx));
                    let pending = this.pending.take().expect("not polled after completion");
                    pending.with_seen(seen)
                }
            };
            this.state.set(match step {
                Step::Refuse(refusal) => State::Refused { refusal },
                Step::Acknowledge => State::Acknowledged,
                Step::LookUp(pending, look_up) => {
                    *this.pending = Some(pending);
                    State::LookingUp { look_up }
                }
                Step::Note(pending, note) => {
                    *this.pending = Some(pending);
                    State::Noting { note }
                }
                Step::Forward(request, noted) => {
                    *this.noted = noted;
                    let mut inner = this.inner.take().expect("a request is passed on once");
                    let future = inner.call(request);
                    State::Forwarded { future }
                }
            });
        }
    }
}

impl<B, S> fmt::Debug for ResponseFuture<B, S>
where
    S: Service<Request<Full<Bytes>>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Refused { .. } => "refused",
            State::Reading { .. } => "reading the body",
            State::LookingUp { .. } => "looking up keys",
            State::Noting { .. } => "asking whether it is repeated",
            State::Acknowledged => "acknowledged",
            State::Forwarded { .. } => "passed on",
            State::Forgetting { .. } => "failed",
        };
        f.debug_tuple("ResponseFuture").field(&state).finish()
    }
}

fn refused<ResBody: Default>(refusal: &mut Refusal) -> Response<ResBody> {
    let mut response = Response::new(ResBody::default());
    *response.status_mut() = refusal.error.status();
    response.extensions_mut().insert(refusal.error);
    if let Some(diagnosis) = refusal.diagnosis.take() {
        response.extensions_mut().insert(*diagnosis);
    }
    if let Some(account) = refusal.account.take() {
        response.extensions_mut().insert(account);
    }
    response
}

fn acknowledged<ResBody: Default>() -> Response<ResBody> {
    let mut response = Response::new(ResBody::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.extensions_mut().insert(Seen::Repeated);
    response
}

pin_project! {
    /// Reads a body up to a limit, within a time.
    struct Reading<B> {
        #[pin]
        body: B,
        left: usize,
        timeout: Option<Duration>,
        // Starts when there is something to wait for, which with most webhooks there is not.
        #[pin]
        deadline: Option<Sleep>,
        // The only frame, in the usual case.
        first: Bytes,
        // All frames, if there are several.
        all: BytesMut,
    }
}

impl<B: Body> Reading<B> {
    fn new(body: B, limit: usize, timeout: Option<Duration>) -> Self {
        Self {
            body,
            left: limit,
            timeout,
            deadline: None,
            first: Bytes::new(),
            all: BytesMut::new(),
        }
    }

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Bytes, SignatureError>> {
        let mut this = self.project();
        loop {
            let frame = match this.body.as_mut().poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => frame,
                Poll::Ready(Some(Err(_))) => return Poll::Ready(Err(SignatureError::BrokenBody)),
                Poll::Ready(None) => {
                    return Poll::Ready(Ok(match this.all.is_empty() {
                        true => std::mem::take(this.first),
                        false => std::mem::take(this.all).freeze(),
                    }));
                }
                Poll::Pending => {
                    let Some(timeout) = *this.timeout else {
                        return Poll::Pending;
                    };
                    if this.deadline.is_none() {
                        this.deadline.set(Some(sleep(timeout)));
                    }
                    if let Some(deadline) = this.deadline.as_mut().as_pin_mut() {
                        ready!(deadline.poll(cx));
                    }
                    return Poll::Ready(Err(SignatureError::Timeout));
                }
            };
            let Ok(mut data) = frame.into_data() else {
                // Trailers; nothing in them is signed.
                continue;
            };
            let length = data.remaining();
            match this.left.checked_sub(length) {
                Some(left) => *this.left = left,
                None => return Poll::Ready(Err(SignatureError::TooLarge)),
            }
            if this.all.is_empty() && this.first.is_empty() {
                *this.first = data.copy_to_bytes(length);
                continue;
            }
            if this.all.is_empty() {
                this.all.extend_from_slice(&std::mem::take(this.first));
            }
            bytes::BufMut::put(this.all, data);
        }
    }
}
