//! The time of the fake, and the callbacks that it brings.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, Uri, uri::PathAndQuery};
use http_body_util::Full;
use jiff::Timestamp;

use super::{AUTH_TOKEN, Delivery, FakeTwilio, callback::Callback};

impl FakeTwilio {
    /// Lets the time go on: messages are sent, calls ring, callbacks arrive one after the other.
    /// Gives the callbacks.
    pub async fn advance(&self, time: Duration) -> Vec<Delivery> {
        let until = {
            let state = self.shared.lock();
            state.now.checked_add(time).unwrap_or(Timestamp::MAX)
        };
        let deliveries = self.run(until).await;
        self.shared.lock().now = until;
        deliveries
    }

    /// Lets the time go on until nothing is left to happen. Gives the callbacks.
    pub async fn settle(&self) -> Vec<Delivery> {
        self.run(Timestamp::MAX).await
    }

    /// The fake's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.lock().now
    }

    async fn run(&self, until: Timestamp) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        while let Some(step) = self.step(until) {
            let Some(callback) = step else {
                continue;
            };
            let delivery = self.deliver(callback).await;
            self.shared.lock().deliveries.push(delivery.clone());
            deliveries.push(delivery);
        }
        deliveries
    }

    /// Does one thing that is due, if there is one; gives the callback to deliver, if it is one.
    fn step(&self, until: Timestamp) -> Option<Option<Callback>> {
        let mut state = self.shared.lock();
        let due = state.take_due(until)?;
        Some(state.do_due(due))
    }

    async fn deliver(&self, callback: Callback) -> Delivery {
        let request = callback.sign(AUTH_TOKEN);
        let status = match self.target(&callback.url, &request) {
            Some(url) => self.send(request.clone(), url).await,
            None => None,
        };
        Delivery {
            url: callback.url,
            request,
            status,
        }
    }

    /// Where a callback is sent: to a port of this machine, or nowhere.
    fn target(&self, url: &str, request: &Request<Bytes>) -> Option<Uri> {
        let uri: Uri = url.parse().ok()?;
        let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
        let address = {
            let state = self.shared.lock();
            state
                .routes
                .get(&format!("{scheme}://{authority}"))
                .copied()
        };
        let authority = match address {
            Some(address) => address.to_string(),
            None if scheme == "http" && authority.host() == "127.0.0.1" => authority.to_string(),
            None => return None,
        };
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", PathAndQuery::as_str);
        format!("http://{authority}{path}").parse().ok()
    }

    async fn send(&self, request: Request<Bytes>, url: Uri) -> Option<StatusCode> {
        let mut request = request.map(Full::new);
        *request.uri_mut() = url;
        // As long as Twilio waits.
        let answer = tokio::time::timeout(Duration::from_secs(15), self.http.request(request));
        answer.await.ok()?.ok().map(|answer| answer.status())
    }
}
