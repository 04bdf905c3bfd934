//! Whose keys are taken: by account, by route, from a provider, one of several.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceExt, service_fn};
use twilio_hooks::{
    AccountSid,
    signature::{
        AccountKeys, AuthTokens, KeyError, KeyProvider, PublicUrl, SharedKey, SignatureError,
        SigningKey, ValidateSignatureLayer, Verified, VerifiedKey, with_body_hash,
    },
};

use super::{
    good, layer, refused, request, send,
    signature_support::{SETTINGS, SIGNATURE, sms},
};

#[tokio::test]
async fn one_account_cannot_sign_for_another() {
    let url = PublicUrl::fixed(sms::BASE).unwrap();
    let tokens = AuthTokens::new()
        .account(sms::ACCOUNT, [sms::TOKEN])
        .account("AC2", ["token of the second account"])
        .with_default_account("AC2");
    let layer = ValidateSignatureLayer::new(url, tokens);
    let key = SigningKey::auth_token("token of the second account".to_owned()).unwrap();
    let signed = |form: &str| {
        let params = twilio_hooks::Params::from_form(form.as_bytes());
        let signature = key.sign(&[sms::BASE, sms::PATH].concat(), &params);
        let mut request = request(Full::<Bytes>::from(form.to_owned()));
        request
            .headers_mut()
            .insert(SIGNATURE, signature.parse().unwrap());
        request
    };
    assert_eq!(
        send(&layer, signed("AccountSid=AC2&Body=x")).await.status(),
        StatusCode::OK
    );
    assert_eq!(
        send(&layer, signed("Body=x")).await.status(),
        StatusCode::OK
    );
    let foreign = format!("AccountSid={}&Body=x", sms::ACCOUNT);
    assert_eq!(
        refused(&layer, signed(&foreign)).await,
        SignatureError::Mismatch
    );
    assert_eq!(
        refused(&layer, signed("AccountSid=AC3&Body=x")).await,
        SignatureError::UnknownAccount
    );
    assert_eq!(
        refused(&layer, signed(&format!("AccountSid=AC2&{foreign}"))).await,
        SignatureError::AmbiguousAccount
    );
}

#[tokio::test]
async fn json_events_and_gets_are_checked_with_the_default_account() {
    let key = SigningKey::auth_token(sms::TOKEN.to_owned()).unwrap();
    let body = r#"[{"type":"com.twilio.messaging.message.sent"}]"#;
    let target = with_body_hash("/events", body.as_bytes());
    let url = [sms::BASE, &target].concat();
    let signature = key.sign(&url, &twilio_hooks::Params::default());
    let event = |body: &str| {
        Request::post(&target)
            .header("content-type", "application/json")
            .header(SIGNATURE, &signature)
            .body(Full::<Bytes>::from(body.to_owned()))
            .unwrap()
    };
    assert_eq!(send(&layer(), event(body)).await.status(), StatusCode::OK);
    assert_eq!(
        refused(&layer(), event("[]")).await,
        SignatureError::BodyHash
    );

    let signature = key.sign("https://hooks.example.com/get?Body=hi", &Default::default());
    let get = Request::get("/get?Body=hi").header(SIGNATURE, signature);
    let service = layer().layer(service_fn(async |request: Request<Full<Bytes>>| {
        let verified = request.extensions().get::<Verified>().unwrap();
        assert_eq!(verified.params().get("Body"), Some("hi"));
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    }));
    let response = service
        .oneshot(get.body(Full::<Bytes>::default()).unwrap())
        .await;
    assert_eq!(response.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_route_checks_its_events_with_the_keys_of_its_account() {
    const OTHER: &str = "AC000000000000000000000000000000b2";
    let tokens = AuthTokens::single(sms::ACCOUNT, sms::TOKEN).account(OTHER, ["other token"]);
    let url = PublicUrl::fixed(sms::BASE).unwrap();
    let default = ValidateSignatureLayer::new(url, tokens);
    let of_other = default.clone().with_account(OTHER);

    // The body may say what it likes about accounts.
    let body = format!(r#"{{"AccountSid":"{}"}}"#, sms::ACCOUNT);
    let event = |path: &str, token: &str| {
        let target = with_body_hash(path, body.as_bytes());
        let key = SigningKey::auth_token(token.to_owned()).unwrap();
        let url = [sms::BASE, &target].concat();
        Request::post(target)
            .header("content-type", "application/json")
            .header(SIGNATURE, key.sign(&url, &Default::default()))
            .body(Full::<Bytes>::from(body.clone()))
            .unwrap()
    };
    let account_of = async |layer: &ValidateSignatureLayer, request| {
        let service = layer.layer(service_fn(async |request: Request<Full<Bytes>>| {
            let verified = request.extensions().get::<Verified>().unwrap();
            let account_sid = verified.account_sid().unwrap().to_string();
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(account_sid)))
        }));
        let response = service.oneshot(request).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    };
    assert_eq!(
        account_of(&default, event("/events", sms::TOKEN)).await,
        sms::ACCOUNT
    );
    assert_eq!(
        account_of(&of_other, event("/events", "other token")).await,
        OTHER
    );
    // The query string chooses as well.
    let named = format!("/events?AccountSid={OTHER}");
    assert_eq!(
        account_of(&default, event(&named, "other token")).await,
        OTHER
    );

    // The key of one account signs for no other.
    for (layer, path, token) in [
        (&default, "/events", "other token"),
        (&of_other, "/events", sms::TOKEN),
        (&default, &*named, sms::TOKEN),
    ] {
        let error = refused(layer, event(path, token)).await;
        assert_eq!(error, SignatureError::Mismatch);
    }
    // Nor does the form of one account pass on the route of another.
    let error = refused(&of_other, good()).await;
    assert_eq!(error, SignatureError::UnknownAccount);
}

/// Tokens that change while the server runs.
#[derive(Debug, Default)]
struct Changing {
    token: Mutex<Option<String>>,
    asked: AtomicUsize,
}

#[async_trait]
impl KeyProvider for Changing {
    async fn account_keys(
        &self,
        account_sid: Option<&AccountSid>,
    ) -> Result<AccountKeys, KeyError> {
        tokio::task::yield_now().await;
        self.asked.fetch_add(1, Ordering::Relaxed);
        match account_sid.map(AccountSid::as_str) {
            Some("AC-down") => Err(KeyError::lookup("the database is down")),
            Some("AC-other") => Ok(AccountKeys::new(sms::ACCOUNT, [sms::TOKEN])),
            Some(sms::ACCOUNT) => {
                let token = self.token.lock().unwrap().clone();
                Ok(AccountKeys::new(sms::ACCOUNT, token))
            }
            _ => Err(KeyError::UnknownAccount),
        }
    }
}

#[tokio::test]
async fn a_changed_token_counts_from_the_next_request_on() {
    let provider = Arc::new(Changing::default());
    let url = PublicUrl::fixed(sms::BASE).unwrap();
    let layer = ValidateSignatureLayer::with_key_provider(url, Arc::clone(&provider));
    assert_eq!(refused(&layer, good()).await, SignatureError::NoKey);
    *provider.token.lock().unwrap() = Some("another token".to_owned());
    assert_eq!(refused(&layer, good()).await, SignatureError::Mismatch);
    *provider.token.lock().unwrap() = Some(sms::TOKEN.to_owned());
    assert_eq!(send(&layer, good()).await.status(), StatusCode::OK);

    let of = |account: &str| request(Full::<Bytes>::from(format!("AccountSid={account}")));
    assert_eq!(
        refused(&layer, of("AC-down")).await,
        SignatureError::KeyLookup
    );
    assert_eq!(
        refused(&layer, of("AC-other")).await,
        SignatureError::KeyLookup
    );
    assert_eq!(
        refused(&layer, of("AC-strange")).await,
        SignatureError::UnknownAccount
    );
    let mut shared = good();
    let settings = "key=webhooks_sharedkey_1".parse().unwrap();
    shared.headers_mut().insert(SETTINGS, settings);
    assert_eq!(
        refused(&layer, shared).await,
        SignatureError::UnknownSharedKey
    );
    assert_eq!(provider.asked.load(Ordering::Relaxed), 6);
}

/// A database that never answers.
#[derive(Debug)]
struct Hanging;

#[async_trait]
impl KeyProvider for Hanging {
    async fn account_keys(&self, _: Option<&AccountSid>) -> Result<AccountKeys, KeyError> {
        std::future::pending().await
    }

    async fn shared_key(&self, _: &str) -> Result<SharedKey, KeyError> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_ends_the_request_in_time() {
    let url = PublicUrl::fixed(sms::BASE).unwrap();
    let layer = ValidateSignatureLayer::with_key_provider(url, Hanging);
    let mut shared = good();
    let settings = "key=webhooks_sharedkey_1".parse().unwrap();
    shared.headers_mut().insert(SETTINGS, settings);
    for request in [good(), shared] {
        let start = tokio::time::Instant::now();
        assert_eq!(refused(&layer, request).await, SignatureError::KeyLookup);
        let waited = start.elapsed();
        assert!(waited >= Duration::from_secs(2) && waited < Duration::from_secs(3));
    }

    let patient = layer.with_look_up_timeout(None);
    let hour = Duration::from_secs(3600);
    let never = tokio::time::timeout(hour, send(&patient, good()));
    assert!(never.await.is_err());
}

#[tokio::test]
async fn the_second_token_is_told_from_the_first() {
    let url = PublicUrl::fixed(sms::BASE).unwrap();
    let tokens = AuthTokens::new().account(sms::ACCOUNT, ["", "new token", sms::TOKEN]);
    let service = ValidateSignatureLayer::new(url, tokens).layer(service_fn(
        async |request: Request<Full<Bytes>>| {
            let verified = request.extensions().get::<Verified>().unwrap();
            assert_eq!(*verified.key(), VerifiedKey::AuthToken { index: 2 });
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        },
    ));
    assert_eq!(
        service.oneshot(good()).await.unwrap().status(),
        StatusCode::OK
    );
}
