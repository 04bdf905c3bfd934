//! An application made of a function, behind the signature check, with an account at the fake.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, Service, service_fn};
use twilio_hooks::{
    Params,
    signature::{AuthTokens, PublicUrl, ValidateSignatureLayer, Verified},
    testing::{FakeTwilio, Transcript},
    webhook::{Event, EventKind},
};

pub(crate) const BASE: &str = "https://hooks.example.com";
pub(crate) const US: &str = "+12025550100";
pub(crate) const AGENT: &str = "+12025550102";
pub(crate) const THEM: &str = "+12025550143";

pub(crate) type Answer = Response<Full<Bytes>>;

/// A request as the sample applications see it.
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) params: Params,
}

impl Asked {
    pub(crate) fn get(&self, name: &str) -> &str {
        self.params.get(name).unwrap_or_default()
    }
}

/// A fake whose account has one number.
pub(crate) async fn fake() -> FakeTwilio {
    let fake = FakeTwilio::start().await.unwrap();
    fake.add_number(US);
    fake
}

/// A service that refuses what the fake's account didn't sign for that origin.
pub(crate) fn app_at<F>(
    base: &str,
    fake: &FakeTwilio,
    answer: F,
) -> impl Service<Request<Full<Bytes>>, Response = Answer, Error = Infallible, Future: Send + 'static>
+ Clone
+ Send
+ 'static
where
    F: Fn(&Asked) -> Answer + Clone + Send + Sync + 'static,
{
    let tokens = AuthTokens::single(fake.account_sid(), fake.auth_token());
    let layer = ValidateSignatureLayer::new(PublicUrl::fixed(base).unwrap(), tokens);
    layer.layer(service_fn(move |request: Request<Full<Bytes>>| {
        let verified = request.extensions().get::<Verified>().unwrap();
        let asked = Asked {
            path: request.uri().path().to_owned(),
            params: verified.params().clone(),
        };
        let answer = answer(&asked);
        async move { Ok(answer) }
    }))
}

/// The same at the usual origin.
pub(crate) fn app<F>(
    fake: &FakeTwilio,
    answer: F,
) -> impl Service<Request<Full<Bytes>>, Response = Answer, Error = Infallible, Future: Send + 'static>
+ Clone
+ Send
+ 'static
where
    F: Fn(&Asked) -> Answer + Clone + Send + Sync + 'static,
{
    app_at(BASE, fake, answer)
}

/// An answer with these verbs.
pub(crate) fn twiml(verbs: &str) -> Answer {
    Response::builder()
        .header("content-type", "text/xml")
        .body(Full::new(format!("<Response>{verbs}</Response>").into()))
        .unwrap()
}

pub(crate) fn nothing() -> Answer {
    Response::builder()
        .status(204)
        .body(Full::default())
        .unwrap()
}

/// The values of a parameter in the requests to a path, in order.
pub(crate) fn told<'t>(transcript: &'t Transcript, path: &'t str, name: &str) -> Vec<&'t str> {
    let requests = transcript.requests_to(path);
    requests
        .map(|request| request.params.get(name).unwrap_or("(absent)"))
        .collect()
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
