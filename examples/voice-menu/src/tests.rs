use axum::body::Body;
use http::StatusCode;
use http_body_util::BodyExt;
use tower::ServiceExt;
use twilio_hooks::testing::SignedRequest;

use super::{Team, app};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// The status and what stands inside `<Response>`.
async fn ask(path: &str, params: &[(&str, &str)], token: &str) -> (StatusCode, String) {
    let mut request = SignedRequest::post(format!("https://hooks.example.com{path}"))
        .param("AccountSid", ACCOUNT)
        .param("CallSid", "CA00000000000000000000000000000001")
        .param("CallStatus", "in-progress");
    for (name, value) in params {
        request = request.param(name, value);
    }
    let team = Team {
        sales: "+12025550101".to_owned(),
        support: "+12025550102".to_owned(),
    };
    let app = app("https://hooks.example.com", ACCOUNT, TOKEN, team).unwrap();
    let response = app
        .oneshot(request.sign(token).map(Body::from))
        .await
        .unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let (_, verbs) = body.split_once("?>").unwrap_or_default();
    (status, verbs.to_owned())
}

async fn reply(path: &str, params: &[(&str, &str)]) -> String {
    let (status, verbs) = ask(path, params, TOKEN).await;
    assert_eq!(status, 200);
    verbs
}

#[tokio::test]
async fn a_caller_is_asked_for_a_key_or_a_word() {
    let menu = reply("/voice", &[("From", "+12025550143")]).await;
    assert!(menu.contains(r#"<Gather action="/voice/menu""#), "{menu}");
    assert!(menu.contains(r#"input="dtmf speech""#), "{menu}");
    assert!(menu.ends_with("</Gather><Hangup/></Response>"), "{menu}");
}

#[tokio::test]
async fn keys_and_words_choose() {
    for (name, value, number) in [
        ("Digits", "1", "+12025550101"),
        ("Digits", "2", "+12025550102"),
        ("SpeechResult", "Sales, please.", "+12025550101"),
        ("SpeechResult", "I need SUPPORT", "+12025550102"),
    ] {
        let dial = format!(
            r#"<Response><Dial action="/voice/dialled" timeout="20">{number}</Dial></Response>"#
        );
        assert_eq!(reply("/voice/menu", &[(name, value)]).await, dial);
    }
}

#[tokio::test]
async fn what_is_not_understood_is_asked_again() {
    for answer in [("Digits", "9"), ("SpeechResult", "Pizza!")] {
        let again = reply("/voice/menu", &[answer]).await;
        assert!(again.ends_with("<Redirect>/voice</Redirect></Response>"));
    }
}

#[tokio::test]
async fn a_caller_that_reached_nobody_may_leave_a_message() {
    for params in [
        &[("DialCallStatus", "no-answer")][..],
        &[("DialCallStatus", "busy"), ("DialBridged", "false")],
        &[("DialCallStatus", "completed"), ("DialBridged", "false")],
    ] {
        let voicemail = reply("/voice/dialled", params).await;
        assert!(
            voicemail.ends_with(r#"<Record action="/voice/recorded" maxLength="120"/></Response>"#)
        );
    }
    let talked = reply("/voice/dialled", &[("DialCallStatus", "completed")]).await;
    assert_eq!(talked, "<Response><Hangup/></Response>");
}

#[tokio::test]
async fn a_caller_that_is_still_there_is_thanked() {
    let thanks = reply("/voice/recorded", &[("Digits", "#")]).await;
    assert!(thanks.contains("Thank you"), "{thanks}");
    let gone = reply("/voice/recorded", &[("Digits", "hangup")]).await;
    assert_eq!(gone, "<Response/>");
}

#[tokio::test]
async fn a_stranger_is_refused() {
    let (status, verbs) = ask("/voice/menu", &[("Digits", "1")], "another token").await;
    assert_eq!((status, &*verbs), (StatusCode::FORBIDDEN, ""));
}
