//! Where callbacks go: to a port of this machine, to a service in this process, or nowhere.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode, Uri, uri::PathAndQuery};
use http_body_util::Full;
use tokio::sync::Mutex;

use super::{AUTH_TOKEN, Delivery, Shared, callback::Callback};
use crate::testing::simulation::Application;

/// As long as Twilio waits.
const PATIENCE: Duration = Duration::from_secs(15);

/// What stands behind a public origin.
#[derive(Clone)]
pub(super) enum Route {
    Port(SocketAddr),
    Service(Arc<Mutex<Box<dyn Application>>>),
}

impl Shared {
    /// Delivers a callback, and keeps that.
    pub(super) async fn deliver(&self, callback: Callback) -> Delivery {
        let request = callback.sign(AUTH_TOKEN);
        let sent = self.send(&callback.url, request.clone());
        let status = tokio::time::timeout(PATIENCE, sent).await;
        let delivery = Delivery {
            url: callback.url,
            request,
            status: status.unwrap_or_default(),
        };
        self.lock().deliveries.push(delivery.clone());
        delivery
    }

    async fn send(&self, url: &str, mut request: Request<Bytes>) -> Option<StatusCode> {
        let uri: Uri = url.parse().ok()?;
        let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
        let origin = format!("{scheme}://{authority}");
        let route = self.lock().routes.get(&origin).cloned();
        let authority = match route {
            Some(Route::Service(service)) => {
                let answer = service.lock().await.answer(request).await;
                return answer.ok().map(|answer| answer.status());
            }
            Some(Route::Port(address)) => address.to_string(),
            None if scheme == "http" && authority.host() == "127.0.0.1" => authority.to_string(),
            None => return None,
        };
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", PathAndQuery::as_str);
        *request.uri_mut() = format!("http://{authority}{path}").parse().ok()?;
        let answer = self.http.request(request.map(Full::new)).await;
        answer.ok().map(|answer| answer.status())
    }
}
