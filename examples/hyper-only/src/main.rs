//! Greets callers, with hyper alone: the signature layer takes any tower service and any body, so
//! a web framework is a matter of taste.
//!
//! ```sh
//! TWILIO_ACCOUNT_SID=AC… TWILIO_AUTH_TOKEN=… PUBLIC_URL=https://hooks.example.com \
//!     cargo run -p hyper-only
//! ```

use std::{convert::Infallible, env::var, error::Error};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::net::TcpListener;
use tower::{Service, ServiceBuilder, service_fn};
use twilio_hooks::{
    signature::{AuthTokens, PublicUrl, ValidateSignatureLayer, Verified},
    twiml::{Reply, Say, VoiceResponse},
    webhook::{IncomingCall, Webhook},
};

type Reaction = Response<Full<Bytes>>;

/// Runs only for requests that Twilio has signed; `Verified` is the proof.
async fn greet(request: Request<Full<Bytes>>) -> Result<Reaction, Infallible> {
    let call = request
        .extensions()
        .get::<Verified>()
        .map(|it| IncomingCall::from_params(it.params()));
    let Some(Ok(call)) = call else {
        return Ok(empty(StatusCode::BAD_REQUEST));
    };
    let place = call
        .from_place
        .city
        .as_deref()
        .unwrap_or("a place we do not know");
    let reply = VoiceResponse::new().with(Say::new(format!("Hello, caller from {place}.")));
    Ok(twiml(reply))
}

fn twiml(reply: impl Reply) -> Reaction {
    let reply = reply.into_reply();
    let mut response = empty(StatusCode::from_u16(reply.status()).unwrap_or_default());
    if let Some(content_type) = reply.content_type() {
        let value = header::HeaderValue::from_static(content_type);
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    *response.body_mut() = Full::new(reply.into_bytes());
    response
}

fn empty(status: StatusCode) -> Reaction {
    let mut response = Reaction::default();
    *response.status_mut() = status;
    response
}

async fn serve(listener: TcpListener, layer: ValidateSignatureLayer) -> Result<(), Box<dyn Error>> {
    loop {
        let (stream, _) = listener.accept().await?;
        let service = ServiceBuilder::new()
            .layer(layer.clone())
            .service(service_fn(greet));
        tokio::spawn(connection(stream, service));
    }
}

async fn connection<S>(stream: tokio::net::TcpStream, service: S)
where
    S: Service<Request<Incoming>, Response = Reaction, Error = Infallible, Future: Send> + Clone,
{
    let service = TowerToHyperService::new(service);
    // Clients come and go; a broken connection is theirs to repeat.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let tokens = AuthTokens::single(var("TWILIO_ACCOUNT_SID")?, var("TWILIO_AUTH_TOKEN")?);
    let layer = ValidateSignatureLayer::new(PublicUrl::fixed(&var("PUBLIC_URL")?)?, tokens);
    serve(TcpListener::bind("127.0.0.1:3000").await?, layer).await
}

#[cfg(test)]
mod tests;
