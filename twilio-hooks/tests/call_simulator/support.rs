//! An application made of a function, and what its requests were.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, Service, service_fn};
use twilio_hooks::{
    Params,
    signature::{AuthTokens, PublicUrl, ValidateSignatureLayer, Verified},
    testing::{Transcript, call::Caller, texting::Texter},
    webhook::{Event, EventKind},
};

const BASE: &str = "https://hooks.example.com";
const ACCOUNT: &str = "AC00000000000000000000000000000009";
const TOKEN: &str = "00000000000000000000000000000009";

pub(crate) type Answer = Response<Full<Bytes>>;

/// A request as the sample applications see it.
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) method: http::Method,
    pub(crate) cookie: Option<String>,
    pub(crate) params: Params,
}

impl Asked {
    pub(crate) fn get(&self, name: &str) -> &str {
        self.params.get(name).unwrap_or_default()
    }
}

/// A service behind the signature layer, so that a request with a bad signature is answered 403.
fn app<F>(
    answer: F,
) -> impl Service<Request<Full<Bytes>>, Response = Answer, Error = Infallible, Future: Send>
+ Send
+ 'static
where
    F: Fn(&Asked) -> Answer + Clone + Send + Sync + 'static,
{
    let tokens = AuthTokens::single(ACCOUNT, TOKEN);
    let layer = ValidateSignatureLayer::new(PublicUrl::fixed(BASE).unwrap(), tokens);
    layer.layer(service_fn(move |request: Request<Full<Bytes>>| {
        let asked = Asked {
            path: request.uri().path().to_owned(),
            method: request.method().clone(),
            cookie: request
                .headers()
                .get("cookie")
                .map(|cookie| cookie.to_str().unwrap().to_owned()),
            params: request
                .extensions()
                .get::<Verified>()
                .unwrap()
                .params()
                .clone(),
        };
        let answer = answer(&asked);
        async move { Ok(answer) }
    }))
}

/// Somebody who calls `/voice`.
pub(crate) fn caller(answer: impl Fn(&Asked) -> Answer + Clone + Send + Sync + 'static) -> Caller {
    Caller::new(app(answer), &format!("{BASE}/voice"))
        .account(ACCOUNT, TOKEN)
        .from("+12025550143")
        .to("+12025550101")
}

/// Somebody who writes to `/sms`.
pub(crate) fn texter(answer: impl Fn(&Asked) -> Answer + Clone + Send + Sync + 'static) -> Texter {
    Texter::new(app(answer), &format!("{BASE}/sms"))
        .account(ACCOUNT, TOKEN)
        .from("+12025550143")
        .to("+12025550101")
}

/// An answer with these verbs.
pub(crate) fn twiml(verbs: &str) -> Answer {
    answer(200, "text/xml", format!("<Response>{verbs}</Response>"))
}

pub(crate) fn answer(status: u16, content_type: &str, body: impl Into<Bytes>) -> Answer {
    Response::builder()
        .status(status)
        .header("content-type", content_type)
        .body(Full::new(body.into()))
        .unwrap()
}

pub(crate) fn nothing() -> Answer {
    Response::builder()
        .status(204)
        .body(Full::default())
        .unwrap()
}

/// What Twilio sends, and no type has a field for.
const UNTYPED: &[&str] = &["msg"];

/// The path and kind of each request; each of them is read by its type, which knows all of it.
pub(crate) fn kinds(transcript: &Transcript) -> Vec<(&str, EventKind)> {
    let requests = transcript.requests().map(|request| {
        let event = Event::from_params(&request.params)
            .unwrap_or_else(|| panic!("of no kind: {request:?}\n{:?}", request.params))
            .unwrap_or_else(|error| panic!("{error}: {request:?}"));
        for (name, _) in event.extra().iter() {
            assert!(UNTYPED.contains(&&*name), "{name}: {request:?}");
        }
        (request.path(), event.kind())
    });
    requests.collect()
}

/// The values of a parameter in the requests to a path, in order.
pub(crate) fn told<'t>(transcript: &'t Transcript, path: &'t str, name: &str) -> Vec<&'t str> {
    let requests = transcript.requests_to(path);
    requests
        .map(|request| request.params.get(name).unwrap_or("(absent)"))
        .collect()
}
