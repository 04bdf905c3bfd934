//! The application under test, in the same process and of whatever type.

use std::{future::poll_fn, marker::PhantomData};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tower::Service;

use crate::{BoxError, async_trait};

/// Something that answers requests.
#[async_trait]
pub(in crate::testing) trait Application: Send {
    /// Gives the whole response.
    async fn answer(&mut self, request: Request<Bytes>) -> Result<Response<Bytes>, BoxError>;
}

/// A tower service.
pub(in crate::testing) struct InProcess<S, B> {
    service: S,
    body: PhantomData<fn() -> B>,
}

impl<S, B> InProcess<S, B> {
    pub(in crate::testing) const fn new(service: S) -> Self {
        Self {
            service,
            body: PhantomData,
        }
    }
}

#[async_trait]
impl<S, B> Application for InProcess<S, B>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Send,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body + Send,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    async fn answer(&mut self, request: Request<Bytes>) -> Result<Response<Bytes>, BoxError> {
        poll_fn(|cx| self.service.poll_ready(cx))
            .await
            .map_err(Into::into)?;
        let response = self.service.call(request.map(Full::new));
        let (head, body) = response.await.map_err(Into::into)?.into_parts();
        let body = body.collect().await.map_err(Into::into)?.to_bytes();
        Ok(Response::from_parts(head, body))
    }
}
