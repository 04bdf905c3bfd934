//! Each usual mistake is made and has to be named.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::Full;
use proptest::prelude::*;
use tower::{Layer, ServiceExt, service_fn};
use twilio_hooks::{
    Params,
    signature::{
        Algorithm, AuthTokens, Cause, Checked, Diagnose, Diagnosis, Mode, PublicUrl, RequestTarget,
        RequestView, Scheme, SharedKey, SignatureError, SigningKey, ValidateSignatureLayer,
        with_body_hash,
    },
};

use self::signature_support::{SETTINGS, SIGNATURE, sms};

mod signature_support;

const OTHER_ACCOUNT: &str = "AC000000000000000000000000000000b2";
const OTHER_TOKEN: &str = "fedcba9876543210fedcba9876543210";
const RETIRED_TOKEN: &str = "00112233445566778899aabbccddeeff";
const SHARED_KEY: &str = "webhooks_sharedkey_01aaaaaaaaaaaaaaaaaaaaaaaa";
const SECRET: &str = "the secret of the shared key";

fn tokens() -> AuthTokens {
    AuthTokens::single(sms::ACCOUNT, sms::TOKEN)
        .account(OTHER_ACCOUNT, [OTHER_TOKEN])
        .shared_key(SharedKey::new(
            SHARED_KEY,
            sms::ACCOUNT,
            SECRET,
            Algorithm::HmacSha1,
        ))
}

fn diagnose() -> Diagnose {
    Diagnose::new()
        .hosts(["crm.example.com", "tunnel.example:8443"])
        .prefixes(["/api"])
        .retired_tokens([RETIRED_TOKEN])
}

fn key(token: &str) -> SigningKey {
    SigningKey::auth_token(token.to_owned()).unwrap()
}

fn sign(url: &str, form: &str) -> String {
    key(sms::TOKEN).sign(url, &Params::from_form(form.as_bytes()))
}

/// What is said about a form at `seen` with a signature.
fn about(seen: &str, form: &str, signature: &str) -> Diagnosis {
    let form_type = (!form.is_empty()).then_some(sms::FORM.as_bytes());
    let (body, signature) = (form.as_bytes(), signature.as_bytes());
    let request = RequestView::with_body(seen, form_type, body, signature);
    diagnose().diagnose(&request, &tokens()).unwrap()
}

/// What is said about the text message of the vectors at `seen` that was signed for `signed`.
fn about_url(seen: &str, signed: &str) -> Diagnosis {
    let form = sms::body();
    about(seen, &form, &sign(signed, &form))
}

/// What is said about a form that came as `seen` and was signed as `signed`.
fn about_form(seen: &str, signed: &str) -> Diagnosis {
    let url = "https://crm.example.com/sms?lang=en";
    about(url, seen, &sign(url, signed))
}

#[track_caller]
fn assert_url(seen: &str, signed: &str, causes: &[Cause]) {
    let diagnosis = about_url(seen, signed);
    assert_eq!(diagnosis.causes(), causes, "{seen} {signed} {diagnosis}");
    let shown = |url: &str| url.split('?').next().unwrap().to_owned();
    assert_eq!(diagnosis.seen_url(), shown(seen));
    assert_eq!(diagnosis.signed_url(), Some(&*shown(signed)));
}

#[test]
fn mistakes_in_the_url_are_named() {
    use Cause::{Host, Path, Port, Query, QueryEncoding, TrailingSlash};
    let good = "https://crm.example.com/sms";
    for (seen, signed, cause) in [
        ("http://crm.example.com/sms", good, Cause::Scheme),
        (good, "http://crm.example.com/sms", Cause::Scheme),
        ("https://localhost:3000/sms", good, Host),
        (
            "https://10.0.0.5/sms",
            "https://tunnel.example:8443/sms",
            Host,
        ),
        (
            "https://tunnel.example/sms",
            "https://tunnel.example:8443/sms",
            Port,
        ),
        (good, "https://crm.example.com/api/sms", Path),
        ("https://crm.example.com/api/sms", good, Path),
        (
            "https://crm.example.com/api/api/sms",
            "https://crm.example.com/api/sms",
            Path,
        ),
        (good, "https://crm.example.com/sms/", TrailingSlash),
        ("https://crm.example.com/sms/", good, TrailingSlash),
        ("https://crm.example.com/sms?session=1", good, Query),
        (
            "https://crm.example.com/sms?n=a%20b&m=%C3%A9%27",
            "https://crm.example.com/sms?n=a+b&m=%C3%A9%27",
            QueryEncoding,
        ),
        (
            "https://crm.example.com/sms?n=a%2Fb",
            "https://crm.example.com/sms?n=a/b",
            QueryEncoding,
        ),
        (
            "https://crm.example.com/sms?n=%2F%C3%A9",
            "https://crm.example.com/sms?n=%2f%c3%a9",
            QueryEncoding,
        ),
    ] {
        assert_url(seen, signed, &[cause]);
    }
}

#[test]
fn several_mistakes_at_once_are_named() {
    use Cause::{Host, Path, Scheme, TrailingSlash};
    let good = "https://crm.example.com/api/sms";
    assert_url("http://crm.example.com/sms", good, &[Scheme, Path]);
    assert_url("http://localhost/api/sms", good, &[Scheme, Host]);
    assert_url("https://localhost/sms", good, &[Host, Path]);
    assert_url("http://localhost:3000/sms", good, &[Scheme, Host, Path]);
    assert_url(
        "http://crm.example.com/api/sms/",
        good,
        &[Scheme, TrailingSlash],
    );
}

#[test]
fn an_upgrade_that_a_proxy_turned_into_a_get_is_named() {
    let signature = sign("wss://crm.example.com/media", "");
    let diagnosis = about("https://crm.example.com/media", "", &signature);
    assert_eq!(diagnosis.causes(), [Cause::Scheme]);
    assert!(diagnosis.to_string().contains("Upgrade"), "{diagnosis}");
}

#[test]
fn mistakes_in_the_form_are_named() {
    use Cause::{EmptyValues, FormEncoding, QueryInForm, RepeatedNames, TrimmedValues};
    for (seen, signed, cause) in [
        ("Body=hi&To=1", "Body=hi+&To=1", TrimmedValues),
        ("Body=hi&To=1", "Body=hi%0A&To=1", TrimmedValues),
        ("Body=hi&To=1", "Body=hi&To=+1", TrimmedValues),
        ("To=1&NumMedia=1", "To=1&NumMedia=1&Body=", EmptyValues),
        (
            "Body=hi&FromZip=1",
            "Body=hi&FromZip=1&ToCity=&ToState=&ToZip=",
            EmptyValues,
        ),
        (
            "CallSid=CA1&FromCity=&CallerCity=&FromState=DC&CallerState=DC",
            "CallSid=CA1&FromCity=&CallerCity=&FromState=DC&CallerState=DC&ToCity=&CalledCity=",
            EmptyValues,
        ),
        ("Body=hi&Price=", "Body=hi", EmptyValues),
        (
            "From=+12025550143&Body=a+b",
            "From=%2B12025550143&Body=a+b",
            FormEncoding,
        ),
        ("From=%252B12025550143", "From=%2B12025550143", FormEncoding),
        ("Body=1+1", "Body=1%2B1", FormEncoding),
        ("Body=%C3%83%C2%A9", "Body=%C3%A9", FormEncoding),
        ("Body=hi&Tag=a%2Cb", "Body=hi&Tag=a&Tag=b", RepeatedNames),
        ("Body=hi&lang=en", "Body=hi", QueryInForm),
        ("Body=hi", "", Cause::FormNotSigned),
    ] {
        let diagnosis = about_form(seen, signed);
        assert_eq!(diagnosis.causes(), [cause], "{seen} {signed}");
        assert_eq!(diagnosis.seen_url(), "https://crm.example.com/sms");
    }
}

#[test]
fn a_changed_body_and_a_changed_content_type_are_named() {
    let sent = r#"{"a":1, "b":2}"#;
    let target = with_body_hash("https://crm.example.com/events", sent.as_bytes());
    let signature = sign(&target, "");
    let json: Option<&[u8]> = Some(b"application/json");
    let changed = |url: &str, content_type, body: &str, signature: &str| {
        let (body, signature) = (body.as_bytes(), signature.as_bytes());
        let request = RequestView::with_body(url, content_type, body, signature);
        diagnose().diagnose(&request, &tokens()).unwrap()
    };
    let diagnosis = changed(&target, json, r#"{"a":1,"b":2}"#, &signature);
    assert_eq!(diagnosis.causes(), [Cause::BodyChanged]);
    let http = target.replace("https", "http");
    let diagnosis = changed(&http, json, r#"{"a":1,"b":2}"#, &signature);
    assert_eq!(diagnosis.causes(), [Cause::BodyChanged, Cause::Scheme]);

    let url = "https://crm.example.com/sms";
    let signature = sign(url, "Body=hi");
    let text: Option<&[u8]> = Some(b"text/plain");
    let diagnosis = changed(url, text, "Body=hi", &signature);
    assert_eq!(diagnosis.causes(), [Cause::ContentType]);
}

#[test]
fn another_known_key_is_named() {
    let url = "https://crm.example.com/sms";
    let form = sms::body();
    let params = Params::from_form(form.as_bytes());

    let diagnosis = about(url, &form, &key(OTHER_TOKEN).sign(url, &params));
    assert_eq!(diagnosis.causes(), [Cause::OtherAccount]);
    assert_eq!(diagnosis.account_sid().unwrap().as_str(), OTHER_ACCOUNT);

    let diagnosis = about(url, &form, &key(RETIRED_TOKEN).sign(url, &params));
    assert_eq!(diagnosis.causes(), [Cause::RetiredToken]);

    let diagnosis = about(url, &form, &key(SECRET).sign(url, &params));
    assert_eq!(diagnosis.causes(), [Cause::SharedKey]);

    let behind_a_proxy = "http://crm.example.com/sms";
    let diagnosis = about(behind_a_proxy, &form, &key(OTHER_TOKEN).sign(url, &params));
    assert_eq!(diagnosis.causes(), [Cause::Scheme, Cause::OtherAccount]);

    // An account that nobody configured, signed with a known token.
    let foreign = "AccountSid=AC3&Body=hi";
    let diagnosis = about(url, foreign, &sign(url, foreign));
    assert_eq!(diagnosis.causes(), [Cause::OtherAccount]);

    // The settings header says shared key, and the auth token signed.
    let signature = key(sms::TOKEN).sign(url, &params);
    let settings = format!("key={SHARED_KEY},algorithm=HMAC_SHA1");
    let request = RequestView::with_body(
        url,
        Some(sms::FORM.as_bytes()),
        form.as_bytes(),
        signature.as_bytes(),
    )
    .with_settings(settings.as_bytes());
    let diagnosis = diagnose().diagnose(&request, &tokens()).unwrap();
    assert_eq!(diagnosis.causes(), [Cause::SharedKey]);
}

#[test]
fn what_is_none_of_them_is_called_unknown_and_says_what_to_compare() {
    let form = sms::body();
    let diagnosis = about("https://h.example/sms", &form, &"A".repeat(28));
    assert_eq!(diagnosis.cause(), Cause::Unknown);
    assert_eq!(diagnosis.signed_url(), None);
    let text = diagnosis.to_string();
    assert!(text.contains("none of the usual mistakes"), "{text}");
    for hint in [
        "primary token",
        "subaccount",
        "region",
        "API keys",
        "public URL",
    ] {
        assert!(text.contains(hint), "{text}");
    }
}

#[test]
fn a_good_request_and_one_without_a_signature_need_no_diagnosis() {
    let url = [sms::BASE, sms::PATH].concat();
    let body = sms::body();
    for signature in [sms::SIGNATURE, "", "short"] {
        let request = RequestView::with_body(
            &url,
            Some(sms::FORM.as_bytes()),
            body.as_bytes(),
            signature.as_bytes(),
        );
        assert_eq!(diagnose().diagnose(&request, &tokens()), None);
    }
}

/// Headers that suggest as much as they can.
fn many_suggestions() -> HeaderMap {
    let mut headers = HeaderMap::new();
    for n in 0..100 {
        for (name, value) in [
            ("x-forwarded-host", format!("h{n}.example, g{n}.example")),
            ("x-forwarded-prefix", format!("/p{n}")),
            ("x-forwarded-port", format!("{}", 1000 + n)),
            ("forwarded", format!("host=f{n}.example")),
        ] {
            headers.append(name, value.parse().unwrap());
        }
    }
    headers
}

#[test]
fn the_work_is_bounded_whatever_a_request_suggests() {
    let signature = "A".repeat(28);
    let query = "a=%2f&".repeat(1000);
    let many = |count| {
        (0..count)
            .map(|n| format!("N{n}=+a%2Cb"))
            .collect::<Vec<_>>()
    };
    for body in [
        many(30).join("&"),
        many(1000).join("&"),
        many(60_000).join("&"),
        "a=,".to_owned() + &",".repeat(1_000_000),
        "=&".repeat(300_000),
        String::new(),
    ] {
        for url in ["https://h:1/p0/p1/x", &format!("http://h/x?{query}")] {
            let request = RequestView::with_body(
                url,
                Some(sms::FORM.as_bytes()),
                body.as_bytes(),
                signature.as_bytes(),
            );
            let diagnose = diagnose().headers(&many_suggestions());
            let diagnosis = diagnose.diagnose(&request, &tokens()).unwrap();
            assert_eq!(diagnosis.cause(), Cause::Unknown);
            assert!(diagnosis.hashes() <= Diagnose::MAX_HASHES);
            let params = Params::from_form(body.as_bytes());
            let decoded = params
                .iter_bytes()
                .map(|(name, value)| name.len() + value.len());
            let bytes = diagnosis.hashes() * decoded.sum::<usize>();
            assert!(bytes <= Diagnose::MAX_BYTES, "{}", diagnosis.hashes());
        }
    }
}

/// Whatever must not be seen.
fn assert_nothing_secret(shown: &str, form: &str, signature: &str) {
    for secret in [
        sms::TOKEN,
        OTHER_TOKEN,
        RETIRED_TOKEN,
        SECRET,
        signature,
        "hidden",
    ] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    for (_, value) in Params::from_form(form.as_bytes()).iter() {
        let known = sms::ACCOUNT.contains(&*value) || OTHER_ACCOUNT.contains(&*value);
        assert!(
            known || value.len() < 5 || !shown.contains(&*value),
            "{value} in {shown}"
        );
    }
}

#[test]
fn nothing_secret_is_shown() {
    let form = sms::body();
    let url = "https://user:hidden@crm.example.com/sms?token=hidden";
    let params = Params::from_form(form.as_bytes());
    for signer in [sms::TOKEN, OTHER_TOKEN, RETIRED_TOKEN, SECRET, "unknown"] {
        for signed in [
            "https://crm.example.com/api/sms",
            "http://crm.example.com/sms?token=hidden",
            "https://crm.example.com/sms?token=hidden",
            "https://crm.example.com/sms",
        ] {
            let signature = key(signer).sign(signed, &params);
            let request = RequestView::with_body(
                url,
                Some(sms::FORM.as_bytes()),
                form.as_bytes(),
                signature.as_bytes(),
            );
            let Some(diagnosis) = diagnose().diagnose(&request, &tokens()) else {
                continue;
            };
            let shown = format!("{diagnosis} {diagnosis:?} {:?}", diagnose());
            assert_nothing_secret(&shown, &form, &signature);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn nothing_a_stranger_sends_makes_it_panic(
        url in "(https?://)?[a-z@:\\[\\]/?#%=&+é]{0,30}",
        content_type in prop_oneof![Just(sms::FORM), Just("application/json")],
        body in prop_oneof![any::<Vec<u8>>(), "[A-Za-z%+=&,0-9é]{0,80}".prop_map(String::into_bytes)],
        headers in prop::collection::vec(
            (prop_oneof![Just("x-forwarded-host"), Just("forwarded"), Just("x-forwarded-port"),
                Just("x-forwarded-prefix"), Just("x-original-uri")], "[ -~]{0,20}"), 0..6),
        upgrade: bool,
    ) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value.parse().unwrap());
        }
        let signature = "A".repeat(28);
        let request = RequestView::with_body(
            &url, Some(content_type.as_bytes()), &body, signature.as_bytes(),
        ).with_upgrade(upgrade);
        let diagnosis = diagnose().headers(&map).diagnose(&request, &tokens());
        prop_assert!(diagnosis.is_none_or(|found| found.cause() == Cause::Unknown));
    }
}

mod in_the_layer {
    use std::convert::Infallible;

    use super::*;

    async fn send(
        layer: &ValidateSignatureLayer,
        request: Request<Full<Bytes>>,
    ) -> Response<String> {
        let service = layer.layer(service_fn(async |request: Request<Full<Bytes>>| {
            let cause = match Checked::of(request.extensions()).unwrap() {
                Checked::Verified(_) => "verified",
                Checked::Reported(reported) => reported.diagnosis().unwrap().cause().code(),
            };
            Ok::<_, Infallible>(Response::new(cause.to_owned()))
        }));
        service.oneshot(request).await.unwrap()
    }

    fn request(headers: &[(&str, &str)], signed: &str) -> Request<Full<Bytes>> {
        let mut request = Request::post(sms::PATH)
            .header("content-type", sms::FORM)
            .header(SIGNATURE, sign(signed, &sms::body()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(sms::body().into()).unwrap()
    }

    fn diagnosis(response: &Response<String>) -> &Diagnosis {
        response.extensions().get().unwrap()
    }

    #[tokio::test]
    async fn a_refusal_names_its_cause_and_stays_a_refusal() {
        let url = PublicUrl::direct(Scheme::Http);
        let layer = ValidateSignatureLayer::new(url, tokens()).with_diagnosis(Diagnose::new());
        let headers = [
            ("host", "internal:3000"),
            ("x-forwarded-host", "hooks.example.com"),
        ];
        let signed = "https://hooks.example.com/twilio/sms";
        let response = send(&layer, request(&headers, signed)).await;
        assert_eq!(response.status(), 403);
        assert_eq!(response.body(), "");
        assert_eq!(response.extensions().get(), Some(&SignatureError::Mismatch));
        let found = diagnosis(&response);
        assert_eq!(found.causes(), [Cause::Scheme, Cause::Host]);
        assert_eq!(
            found.to_string(),
            "Your server sees http://internal:3000/twilio/sms, but Twilio signed \
             https://hooks.example.com/twilio/sms: set the public URL to the one that Twilio \
             calls, or trust the proxy that knows it."
        );

        let reporting = layer.with_mode(Mode::ReportOnly);
        let response = send(&reporting, request(&headers, signed)).await;
        assert_eq!(response.body(), "scheme");
    }

    #[tokio::test]
    async fn the_configured_url_and_the_headers_suggest_what_to_try() {
        let url = PublicUrl::fixed("https://hooks.example.com/api").unwrap();
        let layer = ValidateSignatureLayer::new(url, tokens()).with_diagnosis(Diagnose::new());
        for (headers, signed, causes) in [
            // The proxy takes nothing off.
            (
                &[][..],
                "https://hooks.example.com/twilio/sms",
                &[Cause::Path][..],
            ),
            (
                &[("x-forwarded-prefix", "/v2")][..],
                "https://hooks.example.com/v2/api/twilio/sms",
                &[Cause::Path],
            ),
            (
                &[("forwarded", "for=10.0.0.1;host=\"new.example:8443\"")][..],
                "https://new.example:8443/api/twilio/sms",
                &[Cause::Host],
            ),
            (
                &[("x-original-uri", "/hooks?lang=en")][..],
                "https://hooks.example.com/hooks?lang=en",
                &[Cause::Path],
            ),
        ] {
            let response = send(&layer, request(headers, signed)).await;
            assert_eq!(diagnosis(&response).causes(), causes, "{signed}");
        }

        // What a router made of the target.
        let mut nested = request(&[], "https://hooks.example.com/twilio/sms");
        nested
            .extensions_mut()
            .insert(RequestTarget("/nested/twilio/sms".parse().unwrap()));
        let url = PublicUrl::fixed("https://hooks.example.com").unwrap();
        let layer = ValidateSignatureLayer::new(url, tokens()).with_diagnosis(Diagnose::new());
        let response = send(&layer, nested).await;
        assert_eq!(diagnosis(&response).causes(), [Cause::Path]);
    }

    #[tokio::test(start_paused = true)]
    async fn only_a_few_refusals_a_second_are_looked_into() {
        let url = PublicUrl::fixed(sms::BASE).unwrap();
        let layer = ValidateSignatureLayer::new(url, tokens())
            .with_diagnosis(Diagnose::new().with_rate_limit(2));
        let forged = || request(&[], "https://elsewhere.example/");
        for looked_into in [true, true, false, false] {
            let response = send(&layer, forged()).await;
            assert_eq!(response.status(), 403);
            assert_eq!(
                response.extensions().get::<Diagnosis>().is_some(),
                looked_into
            );
        }
        tokio::time::advance(std::time::Duration::from_secs(1)).await;
        let response = send(&layer, forged()).await;
        assert_eq!(diagnosis(&response).cause(), Cause::Unknown);
    }

    #[tokio::test]
    async fn without_being_asked_nothing_is_looked_into() {
        let url = PublicUrl::fixed(sms::BASE).unwrap();
        let layer = ValidateSignatureLayer::new(url, tokens());
        let response = send(&layer, request(&[], "http://hooks.example.com/twilio/sms")).await;
        assert_eq!(response.status(), 403);
        assert!(response.extensions().get::<Diagnosis>().is_none());
    }

    #[tokio::test]
    async fn shared_keys_are_told_from_tokens() {
        let url = PublicUrl::fixed(sms::BASE).unwrap();
        let layer = ValidateSignatureLayer::new(url, tokens()).with_diagnosis(Diagnose::new());
        let settings = format!("key={SHARED_KEY},algorithm=HMAC_SHA1");
        let signed = [sms::BASE, sms::PATH].concat();
        let response = send(&layer, request(&[(SETTINGS, &settings)], &signed)).await;
        assert_eq!(diagnosis(&response).causes(), [Cause::SharedKey]);
    }
}
