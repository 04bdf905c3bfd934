use axum::body::Body;
use http_body_util::BodyExt;
use tower::ServiceExt;
use twilio_hooks::testing::SignedRequest;

use super::app;

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

fn text(token: &str) -> http::Request<Body> {
    SignedRequest::post("https://hooks.example.com/api/webhooks/twilio/sms/incoming")
        .param("AccountSid", ACCOUNT)
        .param("MessageSid", "SM00000000000000000000000000000001")
        .param("From", "+12025550143")
        .param("To", "+12025550187")
        .param("Body", "Fish & chips")
        .sign(token)
        .map(Body::from)
}

#[tokio::test]
async fn a_text_is_answered() {
    let app = app("https://hooks.example.com", ACCOUNT, TOKEN).unwrap();
    let response = app.oneshot(text(TOKEN)).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(
        response.headers()["content-type"],
        "text/xml; charset=utf-8"
    );
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(
        String::from_utf8_lossy(&body)
            .ends_with("<Response><Message>You said: Fish &amp; chips</Message></Response>")
    );
}

#[tokio::test]
async fn a_stranger_is_refused() {
    let app = app("https://hooks.example.com", ACCOUNT, TOKEN).unwrap();
    let response = app.oneshot(text("another token")).await.unwrap();
    assert_eq!(response.status(), 403);
}
