//! Where requests to an application go: to a port of this machine, to a service in this process,
//! or nowhere.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::Full;
use tokio::sync::Mutex;

use super::{AUTH_TOKEN, Delivery, Shared, callback::Callback, over_http};
use crate::{BoxError, async_trait, testing::simulation::Application};

/// As long as Twilio waits.
const PATIENCE: Duration = Duration::from_secs(15);

/// What stands behind a public origin.
#[derive(Clone)]
pub(super) enum Route {
    Port(SocketAddr),
    Service(Arc<Mutex<Box<dyn Application>>>),
}

/// The applications that the routes lead to.
pub(super) struct Routed(pub(super) Arc<Shared>);

#[async_trait]
impl Application for Routed {
    async fn answer(&mut self, request: Request<Bytes>) -> Result<Response<Bytes>, BoxError> {
        let host = request.headers().get(header::HOST);
        let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
        let host = host.to_owned();
        let sent = self.0.send(&host, request);
        tokio::time::timeout(PATIENCE, sent).await?
    }
}

impl Shared {
    /// Delivers a callback, and keeps that.
    pub(super) async fn deliver(&self, callback: Callback) -> Delivery {
        let request = callback.sign(AUTH_TOKEN);
        let (_, rest) = callback.url.split_once("://").unwrap_or_default();
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let sent = self.send(host, request.clone());
        let answer = tokio::time::timeout(PATIENCE, sent).await;
        let status = answer.ok().and_then(Result::ok);
        let delivery = Delivery {
            url: callback.url,
            request,
            status: status.map(|response| response.status()),
        };
        self.lock().deliveries.push(delivery.clone());
        delivery
    }

    /// Sends a request to whatever stands behind a public host.
    async fn send(&self, host: &str, request: Request<Bytes>) -> Result<Response<Bytes>, BoxError> {
        let route = {
            let state = self.lock();
            let of = |scheme| state.routes.get(&format!("{scheme}://{host}")).cloned();
            of("https").or_else(|| of("http"))
        };
        let authority = match route {
            Some(Route::Service(service)) => return service.lock().await.answer(request).await,
            Some(Route::Port(address)) => address.to_string(),
            None if host == "127.0.0.1" || host.starts_with("127.0.0.1:") => host.to_owned(),
            None => return Err("no route leads to that host".into()),
        };
        over_http::send(&self.http, &authority, request.map(Full::new)).await
    }
}
