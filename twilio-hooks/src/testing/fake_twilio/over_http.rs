//! [`OverHttp`]: an application at a port of this machine, as a service.

use std::{
    fmt,
    future::Future,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use tower::Service;

use crate::BoxError;

pub(super) type HttpClient = legacy::Client<HttpConnector, Full<Bytes>>;

/// No answer to Twilio is as long as this.
const ANSWER_LIMIT: usize = 1024 * 1024;

/// An application that listens at a port, as a service for
/// [`Caller`](crate::testing::call::Caller), [`Texter`](crate::testing::texting::Texter) and the
/// people of a [`FakeTwilio`](super::FakeTwilio).
///
/// Requests go there over HTTP, whatever their public URL is; they keep its host as `Host`.
///
/// # Examples
/// ```
/// use std::net::SocketAddr;
/// use twilio_hooks::testing::{OverHttp, call::Caller};
///
/// let port = SocketAddr::from(([127, 0, 0, 1], 3000));
/// let caller = Caller::new(OverHttp::new(port), "https://crm.example.com/voice");
/// # drop(caller);
/// ```
#[derive(Clone)]
pub struct OverHttp {
    address: SocketAddr,
    client: HttpClient,
}

impl OverHttp {
    /// The application at this address.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        let client = legacy::Client::builder(TokioExecutor::new()).build_http();
        Self { address, client }
    }
}

impl Service<Request<Full<Bytes>>> for OverHttp {
    type Response = Response<Full<Bytes>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        let (client, authority) = (self.client.clone(), self.address.to_string());
        Box::pin(async move {
            let response = send(&client, &authority, request).await?;
            Ok(response.map(Full::new))
        })
    }
}

impl fmt::Debug for OverHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OverHttp")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// Sends a request whose target is a path, and gives the whole response.
pub(super) async fn send(
    client: &HttpClient,
    authority: &str,
    mut request: Request<Full<Bytes>>,
) -> Result<Response<Bytes>, BoxError> {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    *request.uri_mut() = format!("http://{authority}{path}").parse::<Uri>()?;
    let (head, body) = client.request(request).await?.into_parts();
    let body = Limited::new(body, ANSWER_LIMIT).collect().await?.to_bytes();
    Ok(Response::from_parts(head, body))
}
