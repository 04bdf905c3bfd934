//! The signature layer, from the head of a request to the response.

use std::{
    convert::Infallible,
    future::ready,
    net::{IpAddr, Ipv4Addr},
    pin::pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Method, Request, Response, Uri,
    header::{CONTENT_TYPE, UPGRADE},
};
use http_body_util::Full;
use tower::{Layer, Service, service_fn};
use twilio_hooks::{
    Params,
    signature::{
        AuthTokens, Cidr, ForwardingHeaders, Mode, PeerAddr, PublicUrl, Reported, Scheme,
        SignatureError, SignatureScheme, SigningKey, TrustedProxies, ValidateSignatureLayer,
        Verified,
    },
};

use crate::limits::bounded;

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const ORIGIN: &str = "https://hooks.example.com";
const FORM: &str = "application/x-www-form-urlencoded";
const SIGNATURE: &str = "x-twilio-signature";
const SETTINGS: &str = "x-twilio-webhooks-signature-settings";

/// Takes the input as a request: a byte that chooses how the layer is set up, then a head and a
/// body as in HTTP/1.
///
/// The request goes through the layer as it is, and once more with the signature that Twilio would
/// have made for it.
pub fn signature(input: &[u8]) {
    let Some((&choice, message)) = input.split_first() else {
        return;
    };
    let Some(request) = read(message) else {
        return;
    };
    bounded(input, 256, || unsigned(choice, request.clone()));
    signed(request);
}

/// No input knows the token, so no request gets in as Twilio's.
fn unsigned(choice: u8, request: Request<Bytes>) {
    let mode = match choice & 8 {
        0 => Mode::Enforce,
        _ => Mode::ReportOnly,
    };
    let layer = ValidateSignatureLayer::new(public_url(choice), tokens())
        .with_mode(mode)
        .with_scheme(SignatureScheme::new().with_compat(choice & 16 == 0));
    let response = call(&layer, request);
    let extensions = response.extensions();
    assert!(extensions.get::<Verified>().is_none(), "nobody signed this");
    match extensions.get::<SignatureError>() {
        Some(error) => assert_eq!(response.status(), error.status()),
        None => assert!(mode == Mode::ReportOnly && extensions.get::<Reported>().is_some()),
    }
}

/// What Twilio signed gets in, with the parameters that were signed.
fn signed(mut request: Request<Bytes>) {
    let types: Vec<_> = request.headers().get_all(CONTENT_TYPE).iter().collect();
    let is_form = matches!(types[..], [only] if only == FORM);
    let params = match is_form {
        true => Params::from_form(request.body()),
        false => Params::default(),
    };
    let Some(target) = request.uri().path_and_query().cloned() else {
        return;
    };
    let url = format!("{ORIGIN}{target}");
    let query = Params::from_form(target.query().unwrap_or_default().as_bytes());
    let key = SigningKey::auth_token(TOKEN.to_owned()).expect("the token is not blank");
    let value = HeaderValue::try_from(key.sign(&url, &params)).expect("it is base64");
    request.headers_mut().insert(SIGNATURE, value);

    let has = |name: &str| request.headers().contains_key(name);
    let names_account = |params: &Params| {
        let mut accounts = params
            .iter_bytes()
            .filter(|(name, _)| name == b"AccountSid");
        accounts
            .next()
            .is_none_or(|(_, value)| value == ACCOUNT.as_bytes())
            && accounts.next().is_none()
    };
    let ordinary = is_form
        && !params.is_empty()
        && !has(SETTINGS)
        && !has(UPGRADE.as_str())
        && names_account(&params)
        && names_account(&query)
        && request.method() != Method::CONNECT
        && target.as_str().starts_with('/');
    let has_body = !request.body().is_empty();

    let response = call(
        &ValidateSignatureLayer::new(public_url(0), tokens()),
        request,
    );
    match response.extensions().get::<Verified>() {
        Some(verified) if params.is_empty() => {
            assert_eq!(*verified.params(), query);
            assert!(
                !has_body || query.get("bodySHA256").is_some(),
                "nothing covers the body"
            );
        }
        Some(verified) => {
            assert_eq!(*verified.params(), params);
            assert!(verified.url().starts_with(ORIGIN));
        }
        None => assert!(
            !ordinary,
            "{:?}",
            response.extensions().get::<SignatureError>()
        ),
    }
}

fn tokens() -> AuthTokens {
    AuthTokens::single(ACCOUNT, TOKEN)
}

/// One of the ways in which the public URL is found.
fn public_url(choice: u8) -> PublicUrl {
    let forwarded = |headers| {
        let everybody: Cidr = "0.0.0.0/0".parse().expect("an address range");
        PublicUrl::forwarded(TrustedProxies::new([everybody]).with_headers(headers))
    };
    match choice & 7 {
        0 | 1 => PublicUrl::fixed(ORIGIN).expect("a URL"),
        2 => PublicUrl::fixed_path("https://hooks.example.com/sms").expect("a URL"),
        3 => PublicUrl::direct(Scheme::Https),
        4 => PublicUrl::direct(Scheme::Http).with_allowed_hosts(["hooks.example.com"]),
        5 => forwarded(ForwardingHeaders::XForwarded),
        6 => forwarded(ForwardingHeaders::Forwarded),
        _ => forwarded(ForwardingHeaders::XForwarded).with_allowed_hosts(["hooks.example.com"]),
    }
}

/// Sends a request through a layer. What the service behind it finds in the extensions of the
/// request is in those of the response.
fn call(layer: &ValidateSignatureLayer, request: Request<Bytes>) -> Response<Full<Bytes>> {
    let body = request.body().clone();
    let mut service = layer.layer(service_fn(move |request: Request<Full<Bytes>>| {
        let mut response = Response::new(Full::<Bytes>::default());
        let found = request.extensions();
        if let Some(verified) = found.get::<Verified>() {
            response.extensions_mut().insert(verified.clone());
        }
        if let Some(reported) = found.get::<Reported>() {
            response.extensions_mut().insert(reported.clone());
        }
        ready(Ok::<_, Infallible>(response))
    }));
    let request = request.map(|_| Full::new(body));
    let mut future = pin!(service.call(request));
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(Ok(response)) => response,
        Poll::Pending => panic!("the body is there, so there is nothing to wait for"),
    }
}

/// Reads a head and a body; `None` for what no server would take for a request.
fn read(message: &[u8]) -> Option<Request<Bytes>> {
    let end = message.windows(4).position(|four| four == b"\r\n\r\n")?;
    let mut lines = message[..end]
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii);
    let mut start = lines.next()?.split(|byte| *byte == b' ');
    let mut request = Request::new(Bytes::copy_from_slice(&message[end + 4..]));
    *request.method_mut() = Method::from_bytes(start.next()?).ok()?;
    *request.uri_mut() = Uri::try_from(start.next()?).ok()?;
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
        request.headers_mut().append(name, value);
    }
    let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
    request.extensions_mut().insert(PeerAddr(peer));
    Some(request)
}
