//! Calls that are put through.

use std::time::Duration;

use twilio_hooks::{twiml::lint::FindingCode, webhook::EventKind};

use crate::support::{Answer, Asked, caller, kinds, nothing, told, twiml};

/// Puts a call through to two numbers, and tells how that went.
fn forward(asked: &Asked) -> Answer {
    match &*asked.path {
        "/voice" => twiml(
            r#"<Dial action="/dialled" timeout="20" callerId="+12025550101">
                <Number statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed">+12025550102</Number>
                <Client statusCallback="/leg">alice</Client>
            </Dial><Say>Never.</Say>"#,
        ),
        "/dialled" => twiml(&format!(
            "<Say>It was {}.</Say>",
            asked.get("DialCallStatus")
        )),
        _ => nothing(),
    }
}

#[tokio::test]
async fn a_call_is_forwarded_and_answered() {
    let mut call = caller(forward).call().await.unwrap();
    call.is_connected_to("+12025550102").await.unwrap();
    call.is_connected_to("client:alice").await.unwrap();
    assert!(call.is_connected_to("+12025550199").await.is_err());
    call.somebody_answers().await.unwrap();
    assert!(call.is_connected_to("client:alice").await.is_err());
    call.talks_for(Duration::from_secs(61)).await.unwrap();
    call.they_hang_up().await.unwrap();
    call.hears("It was completed").await.unwrap();

    let transcript = call.transcript();
    assert_eq!(
        told(transcript, "/leg", "CallStatus"),
        [
            "initiated",
            "ringing",
            "in-progress",
            "canceled",
            "completed"
        ]
    );
    assert_eq!(
        told(transcript, "/leg", "SequenceNumber"),
        ["0", "1", "2", "2", "3"]
    );
    assert_eq!(told(transcript, "/leg", "From"), ["+12025550101"; 5]);
    assert_eq!(
        told(transcript, "/leg", "ParentCallSid"),
        [call.sid().as_str(); 5]
    );
    assert_eq!(told(transcript, "/leg", "CallDuration")[4], "61");
    assert_eq!(told(transcript, "/leg", "Duration")[4], "2");
    assert_eq!(
        told(transcript, "/leg", "Timestamp")[4],
        "Thu, 01 Jan 2026 09:54:25 +0000"
    );
    assert_eq!(told(transcript, "/dialled", "DialCallDuration"), ["61"]);
    assert_eq!(told(transcript, "/dialled", "DialBridged"), ["true"]);
    let kinds = kinds(transcript);
    assert!(
        kinds.contains(&("/leg", EventKind::DialCallStatus)),
        "{kinds:?}"
    );
    assert_eq!(kinds.last(), Some(&("/dialled", EventKind::DialAction)));
}

#[tokio::test]
async fn the_one_who_is_named_answers() {
    let mut call = caller(forward).call().await.unwrap();
    assert!(call.answers("bob").await.is_err());
    call.answers("alice")
        .await
        .unwrap()
        .is_connected_to("alice")
        .await
        .unwrap();
}

#[tokio::test]
async fn calls_that_nobody_takes_tell_why() {
    for status in ["no-answer", "busy", "failed"] {
        let mut call = caller(forward).call().await.unwrap();
        match status {
            "no-answer" => call.nobody_answers().await,
            "busy" => call.is_busy().await,
            _ => call.fails().await,
        }
        .unwrap();
        call.hears(&format!("It was {status}.")).await.unwrap();
        call.is_over().await.unwrap();
        let transcript = call.transcript();
        assert_eq!(
            told(transcript, "/leg", "CallStatus"),
            ["initiated", "ringing", status, status]
        );
        assert_eq!(told(transcript, "/dialled", "DialBridged"), ["false"]);
        assert_eq!(kinds(transcript).len(), 6);
    }
}

#[tokio::test]
async fn a_caller_who_hangs_up_ends_the_ringing() {
    let mut call = caller(forward)
        .status_callback("/status")
        .call()
        .await
        .unwrap();
    call.is_connected_to("alice")
        .await
        .unwrap()
        .hangs_up()
        .await
        .unwrap();
    let transcript = call.transcript();
    assert_eq!(told(transcript, "/dialled", "DialCallStatus"), ["canceled"]);
    assert_eq!(told(transcript, "/dialled", "CallStatus"), ["completed"]);
    assert_eq!(told(transcript, "/status", "CallStatus"), ["completed"]);
    assert!(transcript.heard().all(|prompt| !prompt.contains("It was")));
    assert_eq!(
        kinds(transcript).last(),
        Some(&("/status", EventKind::CallStatus))
    );
}

#[tokio::test]
async fn a_caller_who_hangs_up_ends_the_talk() {
    let mut call = caller(forward).call().await.unwrap();
    call.somebody_answers()
        .await
        .unwrap()
        .hangs_up()
        .await
        .unwrap();
    assert_eq!(
        told(call.transcript(), "/dialled", "DialCallStatus"),
        ["completed"]
    );
    assert_eq!(
        told(call.transcript(), "/dialled", "CallStatus"),
        ["completed"]
    );
}

#[tokio::test]
async fn without_action_the_next_verb_follows() {
    let answer = |_: &Asked| {
        twiml("<Dial>+12025550102</Dial><Say>Nobody.</Say><Dial><Sip>sip:a@b.example</Sip></Dial>")
    };
    let mut call = caller(answer).call().await.unwrap();
    call.is_busy().await.unwrap().hears("Nobody").await.unwrap();
    call.is_connected_to("sip:a@b.example").await.unwrap();
    call.somebody_answers()
        .await
        .unwrap()
        .they_hang_up()
        .await
        .unwrap();
    call.is_over().await.unwrap();
    assert_eq!(kinds(call.transcript()).len(), 1);
}

/// Asks whoever answers to press 1.
fn screened(asked: &Asked) -> Answer {
    match (&*asked.path, asked.get("Digits")) {
        ("/voice", _) => twiml(
            r#"<Dial action="/dialled" sequential="true">
                <Number url="/screen">+12025550102</Number><Number url="/screen">+12025550103</Number>
            </Dial>"#,
        ),
        ("/screen", _) => twiml(
            r#"<Gather numDigits="1" action="/screened"><Say>Press 1 to take the call.</Say></Gather><Hangup/>"#,
        ),
        ("/screened", "1") => twiml("<Say>Connecting.</Say>"),
        ("/screened", _) => twiml("<Hangup/>"),
        _ => twiml(&format!("<Say>{}</Say>", asked.get("DialBridged"))),
    }
}

#[tokio::test]
async fn a_call_is_accepted_by_a_key() {
    let mut call = caller(screened).call().await.unwrap();
    call.somebody_answers().await.unwrap();
    call.they_hear("Press 1").await.unwrap();
    call.they_press("1").await.unwrap();
    call.they_hear("Connecting").await.unwrap();
    call.is_connected_to("+12025550102").await.unwrap();
    call.they_hang_up()
        .await
        .unwrap()
        .hears("true")
        .await
        .unwrap();
    let transcript = call.transcript();
    assert_eq!(told(transcript, "/screen", "To"), ["+12025550102"]);
    assert_eq!(
        told(transcript, "/screen", "ParentCallSid"),
        [call.sid().as_str()]
    );
    assert_eq!(
        kinds(transcript),
        [
            ("/voice", EventKind::IncomingCall),
            ("/screen", EventKind::DialScreen),
            ("/screened", EventKind::GatherAction),
            ("/dialled", EventKind::DialAction),
        ]
    );
}

#[tokio::test]
async fn a_call_that_is_declined_goes_to_the_next() {
    let mut call = caller(screened).call().await.unwrap();
    assert!(call.is_connected_to("+12025550103").await.is_err());
    call.somebody_answers()
        .await
        .unwrap()
        .they_press("2")
        .await
        .unwrap();
    call.is_connected_to("+12025550103").await.unwrap();
    call.somebody_answers()
        .await
        .unwrap()
        .they_stay_silent()
        .await
        .unwrap();
    call.hears("false").await.unwrap();
    assert_eq!(
        told(call.transcript(), "/dialled", "DialCallStatus"),
        ["completed"]
    );
}

#[tokio::test]
async fn whoever_hangs_up_before_being_connected_declines() {
    let mut call = caller(screened).call().await.unwrap();
    call.somebody_answers()
        .await
        .unwrap()
        .they_hang_up()
        .await
        .unwrap();
    call.nobody_answers()
        .await
        .unwrap()
        .hears("false")
        .await
        .unwrap();
    assert_eq!(
        told(call.transcript(), "/dialled", "DialCallStatus"),
        ["no-answer"]
    );
}

#[tokio::test]
async fn a_caller_leaves_by_the_star() {
    let answer = |asked: &Asked| match &*asked.path {
        "/voice" => twiml(
            r#"<Dial hangupOnStar="true"><Number statusCallback="/leg">+12025550102</Number></Dial><Say>Back.</Say>"#,
        ),
        _ => nothing(),
    };
    let mut call = caller(answer).call().await.unwrap();
    call.presses("*")
        .await
        .unwrap()
        .hears("Back")
        .await
        .unwrap();
    assert_eq!(told(call.transcript(), "/leg", "CallStatus"), ["canceled"]);

    let mut call = caller(answer).call().await.unwrap();
    call.somebody_answers()
        .await
        .unwrap()
        .presses("*")
        .await
        .unwrap();
    call.hears("Back").await.unwrap();
    assert_eq!(told(call.transcript(), "/leg", "CallStatus"), ["completed"]);
}

#[tokio::test]
async fn a_conference_is_entered_and_left() {
    let answer = |asked: &Asked| match &*asked.path {
        "/voice" => twiml(
            r#"<Dial action="/dialled"><Conference statusCallback="/room"
                statusCallbackEvent="start end join leave">daily</Conference></Dial>"#,
        ),
        "/room" => nothing(),
        _ => twiml(&format!("<Say>{}</Say>", asked.get("DialCallStatus"))),
    };
    let mut call = caller(answer).call().await.unwrap();
    call.is_connected_to("daily")
        .await
        .unwrap()
        .somebody_answers()
        .await
        .unwrap();
    call.they_hang_up()
        .await
        .unwrap()
        .hears("answered")
        .await
        .unwrap();
    let transcript = call.transcript();
    assert_eq!(
        told(transcript, "/room", "StatusCallbackEvent"),
        [
            "participant-join",
            "conference-start",
            "participant-leave",
            "conference-end"
        ]
    );
    assert_eq!(
        told(transcript, "/room", "SequenceNumber"),
        ["1", "2", "3", "4"]
    );
    assert_eq!(kinds(transcript)[1].1, EventKind::ConferenceStatus);
}

#[tokio::test]
async fn a_dial_without_anybody_fails() {
    let answer = |asked: &Asked| match &*asked.path {
        "/voice" => twiml(r#"<Dial action="/dialled"/>"#),
        _ => twiml(&format!("<Say>{}</Say>", asked.get("DialCallStatus"))),
    };
    let caller = caller(answer).allow(FindingCode::MissingText);
    let mut call = caller.call().await.unwrap();
    call.hears("failed").await.unwrap();
}
