//! Answers that Twilio can't use.

use http::Response;
use http_body_util::Full;
use twilio_hooks::{
    ErrorCode,
    testing::{Failure, FailureKind, call::Caller},
    twiml::lint::FindingCode,
    webhook::EventKind,
};

use crate::support::{Answer, Asked, answer, caller, kinds, nothing, told, twiml};

async fn failure(answer: impl Fn() -> Answer + Clone + Send + Sync + 'static) -> Failure {
    caller(move |_| answer()).call().await.unwrap_err()
}

#[tokio::test]
async fn useless_answers_have_the_code_that_twilio_logs() {
    let without_type = || Response::new(Full::from("<Response/>"));
    for (failure, code) in [
        (failure(|| answer(500, "text/html", "oops")).await, 11200),
        (
            failure(|| answer(404, "text/xml", "<Response/>")).await,
            11200,
        ),
        (failure(without_type).await, 12300),
        (
            failure(|| answer(200, "application/json", "{}")).await,
            12300,
        ),
        (
            failure(|| answer(200, "text/xml", "<Response><Say>")).await,
            12100,
        ),
        (failure(|| answer(200, "text/xml", "<Twiml/>")).await, 12102),
        (
            failure(|| answer(200, "text/xml", vec![b' '; 70_000])).await,
            11750,
        ),
        (failure(|| answer(200, "text/xml", vec![0xff])).await, 12100),
        (failure(|| redirect("/voice")).await, 11215),
    ] {
        assert_eq!(failure.kind, FailureKind::Answer, "{failure}");
        assert_eq!(failure.code.map(ErrorCode::number), Some(code), "{failure}");
        assert_eq!(
            failure.transcript.requests().next().unwrap().path(),
            "/voice"
        );
    }
}

fn redirect(to: &str) -> Answer {
    let mut answer = nothing();
    *answer.status_mut() = http::StatusCode::TEMPORARY_REDIRECT;
    answer.headers_mut().insert("location", to.parse().unwrap());
    answer
}

#[tokio::test]
async fn broken_twiml_is_told_with_its_place() {
    let failure =
        failure(|| answer(200, "text/xml", "<Response>\n  <Say>Hi</say>\n</Response>")).await;
    assert_eq!(
        failure.message,
        "POST /voice: the document can't be read: `</say>` where `</Say>` is expected, at 2:10 \
         (Twilio's error 12100)"
    );
}

#[tokio::test]
async fn an_error_of_the_linter_is_a_failure_unless_it_is_allowed() {
    let misspelt = |_: &Asked| twiml("<Puase/><Say>Hello</Say>");
    let failure = caller(misspelt).call().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Lint);
    assert!(
        failure.message.contains("1:11: error[unknown-element]"),
        "{}",
        failure.message
    );
    assert!(
        failure.message.contains("Did you mean `<Pause>`?"),
        "{}",
        failure.message
    );

    let mut call = caller(misspelt)
        .allow(FindingCode::UnknownElement)
        .call()
        .await
        .unwrap();
    call.hears("Hello").await.unwrap();
    let transcript = call.transcript().to_string();
    assert!(
        transcript.contains("(12200: Twilio skips <Puase>)"),
        "{transcript}"
    );
}

#[tokio::test]
async fn the_fallback_url_takes_over() {
    let broken = |asked: &Asked| match &*asked.path {
        "/voice" => answer(503, "text/plain", ""),
        _ => twiml("<Say>Please call again.</Say>"),
    };
    let mut call = caller(broken).fallback("/fallback").call().await.unwrap();
    call.hears("call again").await.unwrap();
    assert_eq!(told(call.transcript(), "/fallback", "ErrorCode"), ["11200"]);
    assert_eq!(
        told(call.transcript(), "/fallback", "ErrorUrl"),
        ["https://hooks.example.com/voice"]
    );
    assert_eq!(kinds(call.transcript())[1].1, EventKind::CallFallback);

    let failure = caller(|_| answer(500, "text/plain", ""))
        .fallback("/fallback")
        .call()
        .await
        .unwrap_err();
    assert!(
        failure.message.starts_with("POST /fallback: "),
        "{}",
        failure.message
    );
}

#[tokio::test]
async fn reports_have_to_be_taken() {
    let refuses = |asked: &Asked| match &*asked.path {
        "/voice" => twiml("<Say>Hi</Say>"),
        _ => answer(500, "text/plain", ""),
    };
    let mut call = caller(refuses)
        .status_callback("/status")
        .call()
        .await
        .unwrap();
    let failure = call.is_over().await.unwrap_err();
    assert_eq!(failure.code.map(ErrorCode::number), Some(15003));
}

#[tokio::test]
async fn a_wrong_token_is_refused_by_the_application() {
    let call = caller(|_| twiml("<Say>Hi</Say>"));
    let failure = call
        .account("AC00000000000000000000000000000009", "another token")
        .call()
        .await
        .unwrap_err();
    assert!(failure.message.contains("403"), "{failure}");
    assert!(!failure.to_string().contains("another token"));
}

#[tokio::test]
async fn plain_text_is_spoken_and_sounds_are_played() {
    let mut call = caller(|_| answer(200, "text/plain; charset=utf-8", "Not found"))
        .call()
        .await
        .unwrap();
    call.hears("Not found")
        .await
        .unwrap()
        .is_over()
        .await
        .unwrap();
    let mut call = caller(|_| answer(200, "audio/mpeg", "ID3"))
        .call()
        .await
        .unwrap();
    call.hears("/voice").await.unwrap().is_over().await.unwrap();
    let mut call = caller(|_| nothing()).call().await.unwrap();
    call.is_over().await.unwrap();
}

#[tokio::test]
async fn http_redirects_are_followed() {
    let moved = |asked: &Asked| match &*asked.path {
        "/voice" => redirect("/moved/here"),
        "/moved/here" => twiml("<Redirect>there</Redirect>"),
        path => twiml(&format!("<Say>{path}</Say>")),
    };
    let mut call = caller(moved).call().await.unwrap();
    call.hears("/moved/there").await.unwrap();
}

#[tokio::test]
async fn other_hosts_are_not_asked() {
    let elsewhere = |_: &Asked| twiml("<Redirect>https://other.example/voice</Redirect>");
    let mut call = caller(elsewhere).call().await.unwrap();
    let failure = call.hears("x").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unsupported);
    assert!(
        failure.message.contains("https://other.example"),
        "{}",
        failure.message
    );
}

#[tokio::test]
async fn what_is_not_played_is_a_failure() {
    let pays = |_: &Asked| twiml("<Pay/>");
    let mut call = caller(pays).call().await.unwrap();
    let failure = call.is_over().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unsupported);
    assert!(failure.message.contains("<Pay>"), "{}", failure.message);
}

#[tokio::test]
async fn a_service_that_fails_is_told() {
    let service = tower::service_fn(|_: http::Request<Full<bytes::Bytes>>| async {
        Err::<Answer, _>(std::io::Error::other("no database"))
    });
    let failure = Caller::new(service, "https://hooks.example.com/voice")
        .call()
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Service);
    assert!(
        failure.message.contains("no database"),
        "{}",
        failure.message
    );
    assert!(
        failure
            .to_string()
            .contains("POST /voice CallStatus=ringing -> no response")
    );
}
