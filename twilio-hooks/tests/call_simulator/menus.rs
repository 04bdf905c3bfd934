//! Greetings, menus, and the way from one document to the next.

use twilio_hooks::{testing::FailureKind, webhook::EventKind};

use crate::support::{Answer, Asked, caller, kinds, nothing, told, twiml};

const MENU: &str = r#"<Say>Welcome to <emphasis>Fish</emphasis>.</Say>
    <Gather input="dtmf speech" numDigits="1" action="/voice/menu">
        <Say>Press 1, or say sales.</Say>
    </Gather>
    <Say>We heard nothing.</Say><Redirect method="GET">?again=yes</Redirect>"#;

fn menu(asked: &Asked) -> Answer {
    match (&*asked.path, asked.get("Digits"), asked.get("SpeechResult")) {
        ("/voice", ..) => twiml(MENU),
        ("/voice/menu", "1", _) | ("/voice/menu", _, "sales") => twiml("<Say>Sales.</Say>"),
        ("/voice/menu", ..) => twiml("<Say>Wrong key.</Say><Redirect>../voice</Redirect>"),
        _ => nothing(),
    }
}

#[tokio::test]
async fn a_caller_is_greeted_and_chooses_by_key() {
    let mut call = caller(menu)
        .status_callback("/voice/status")
        .call()
        .await
        .unwrap();
    call.hears("Welcome to Fish.").await.unwrap();
    call.presses("1")
        .await
        .unwrap()
        .hears("Sales")
        .await
        .unwrap();
    call.is_over().await.unwrap();
    assert_eq!(
        kinds(call.transcript()),
        [
            ("/voice", EventKind::IncomingCall),
            ("/voice/menu", EventKind::GatherAction),
            ("/voice/status", EventKind::CallStatus),
        ]
    );
    assert_eq!(told(call.transcript(), "/voice", "CallStatus"), ["ringing"]);
    assert_eq!(
        told(call.transcript(), "/voice/menu", "CallStatus"),
        ["in-progress"]
    );
    assert_eq!(
        told(call.transcript(), "/voice/status", "CallStatus"),
        ["completed"]
    );
    assert_eq!(
        told(call.transcript(), "/voice/status", "CallSid"),
        [call.sid().as_str()]
    );
}

#[tokio::test]
async fn a_caller_chooses_by_word() {
    let mut call = caller(menu).call().await.unwrap();
    call.says("sales")
        .await
        .unwrap()
        .hears("Sales")
        .await
        .unwrap();
    assert_eq!(kinds(call.transcript())[1].1, EventKind::GatherAction);
}

#[tokio::test]
async fn words_are_told_while_they_are_spoken() {
    let answer = |asked: &Asked| match &*asked.path {
        "/voice" => twiml(
            r#"<Gather input="speech" language="de-DE" partialResultCallback="/partial" action="/done"/>"#,
        ),
        "/done" => twiml("<Say>Danke.</Say>"),
        _ => nothing(),
    };
    let mut call = caller(answer).call().await.unwrap();
    assert!(call.presses("1").await.is_err());
    call.says("zwei Karten")
        .await
        .unwrap()
        .hears("Danke")
        .await
        .unwrap();
    assert_eq!(
        told(call.transcript(), "/partial", "UnstableSpeechResult"),
        ["zwei Karten"]
    );
    assert_eq!(told(call.transcript(), "/done", "Language"), ["de-DE"]);
    assert_eq!(
        kinds(call.transcript())[1].1,
        EventKind::GatherPartialResult
    );
}

#[tokio::test]
async fn a_wrong_key_leads_back_to_the_menu() {
    let mut call = caller(menu).call().await.unwrap();
    call.presses("9")
        .await
        .unwrap()
        .hears("Wrong key")
        .await
        .unwrap();
    call.hears("Welcome")
        .await
        .unwrap()
        .presses("1")
        .await
        .unwrap();
    call.hears("Sales").await.unwrap();
}

#[tokio::test]
async fn a_silent_caller_gets_to_the_verbs_after_the_gather() {
    let mut call = caller(menu).call().await.unwrap();
    call.stays_silent().await.unwrap();
    call.hears("We heard nothing").await.unwrap();
    call.hears("Welcome").await.unwrap();
    let again = call.transcript().requests().last().unwrap();
    assert_eq!(again.method, http::Method::GET);
    assert_eq!(again.url, "https://hooks.example.com/voice?again=yes");
    assert_eq!(kinds(call.transcript())[1].1, EventKind::IncomingCall);
}

#[tokio::test]
async fn no_input_is_input_if_the_gather_says_so() {
    let answer = |asked: &Asked| match &*asked.path {
        "/voice" => {
            twiml(r#"<Gather actionOnEmptyResult="true" action="/keys"/><Say>Never.</Say>"#)
        }
        _ => twiml("<Say>Nothing it is.</Say>"),
    };
    let mut call = caller(answer).call().await.unwrap();
    call.stays_silent()
        .await
        .unwrap()
        .hears("Nothing it is")
        .await
        .unwrap();
    assert_eq!(told(call.transcript(), "/keys", "Digits"), [""]);
}

#[tokio::test]
async fn a_gather_without_action_asks_the_same_url() {
    let answer = |asked: &Asked| match asked.get("Digits") {
        "" => twiml(r#"<Gather finishOnKey="*"><Say>Your number?</Say></Gather>"#),
        digits => twiml(&format!("<Say>You said {digits}.</Say>")),
    };
    let mut call = caller(answer).call().await.unwrap();
    call.presses("12#34*").await.unwrap();
    call.hears("You said 12#34.").await.unwrap();
    assert_eq!(
        told(call.transcript(), "/voice", "FinishedOnKey"),
        ["(absent)", "*"]
    );
}

#[tokio::test]
async fn what_is_never_heard_fails_with_the_transcript() {
    let mut call = caller(menu).call().await.unwrap();
    let failure = call.hears("Goodbye").await.unwrap_err();
    assert_eq!(
        (failure.kind, failure.code),
        (FailureKind::Unexpected, None)
    );
    let lines: Vec<_> = failure.to_string().lines().map(str::to_owned).collect();
    assert_eq!(
        lines,
        [
            "the caller never hears \"Goodbye\": the caller is asked for input by a <Gather>",
            "",
            "  0:00  POST /voice CallStatus=ringing -> 200",
            "  0:00      “Welcome to Fish.”",
            "  0:01      “Press 1, or say sales.”",
        ]
    );
    assert_eq!(format!("{failure:?}"), failure.to_string());
}

#[tokio::test]
async fn steps_that_nothing_waits_for_fail() {
    let mut call = caller(menu).call().await.unwrap();
    for failure in [
        call.presses("12").await.unwrap_err(),
        call.somebody_answers().await.unwrap_err(),
        call.is_busy().await.unwrap_err(),
        call.they_press("1").await.unwrap_err(),
        call.they_hang_up().await.unwrap_err(),
        call.is_connected_to("+12025550102").await.unwrap_err(),
        call.speaks_for(std::time::Duration::from_secs(1))
            .await
            .unwrap_err(),
        call.is_over().await.unwrap_err(),
    ] {
        assert_eq!(failure.kind, FailureKind::Unexpected, "{failure}");
    }
    call.presses("1").await.unwrap().is_over().await.unwrap();
    assert!(call.hangs_up().await.is_err());
}

#[tokio::test]
async fn redirects_without_an_end_are_a_circle() {
    let answer = |asked: &Asked| match &*asked.path {
        "/voice" => twiml("<Redirect>/other</Redirect>"),
        _ => twiml("<Pause/><Redirect>/voice</Redirect>"),
    };
    let mut call = caller(answer).call().await.unwrap();
    let failure = call.hears("anything").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Circles);
    assert!(
        failure.message.contains("goes round in circles"),
        "{}",
        failure.message
    );
    assert_eq!(failure.transcript.requests().count(), 101);
}

#[tokio::test]
async fn a_patient_caller_is_no_circle() {
    let mut call = caller(menu).call().await.unwrap();
    for _ in 0..150 {
        call.stays_silent()
            .await
            .unwrap()
            .hears("Welcome")
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn cookies_come_back_within_a_call() {
    let answer = |asked: &Asked| match &asked.cookie {
        None => {
            let mut answer = twiml("<Redirect/>".replace("/>", ">/voice</Redirect>").as_str());
            let cookie = "step=2; Path=/; HttpOnly".parse().unwrap();
            answer.headers_mut().insert("set-cookie", cookie);
            answer
        }
        Some(cookie) => twiml(&format!("<Say>{cookie}</Say>")),
    };
    let mut call = caller(answer).call().await.unwrap();
    call.hears("step=2").await.unwrap();
}

#[tokio::test]
async fn a_voice_url_can_be_asked_by_get() {
    let answer = |asked: &Asked| {
        twiml(&format!(
            "<Say>{} {}</Say>",
            asked.method,
            asked.get("CallSid")
        ))
    };
    let mut call = caller(answer).by_get().call().await.unwrap();
    let sid = call.sid();
    call.hears(&format!("GET {sid}")).await.unwrap();
}

#[tokio::test]
async fn a_rejected_call_was_never_answered() {
    let answer = |asked: &Asked| match &*asked.path {
        "/voice" => twiml(r#"<Reject reason="busy"/>"#),
        _ => nothing(),
    };
    let mut call = caller(answer)
        .status_callback("/status")
        .call()
        .await
        .unwrap();
    call.is_over().await.unwrap();
    assert_eq!(told(call.transcript(), "/status", "CallStatus"), ["busy"]);
    assert_eq!(told(call.transcript(), "/status", "CallDuration"), ["0"]);
}

#[tokio::test]
async fn a_test_adds_parameters_and_sets_the_clock() {
    let answer = |asked: &Asked| match &*asked.path {
        "/voice" => twiml(&format!(
            "<Say>{}</Say><Pause length='60'/>",
            asked.get("StirVerstat")
        )),
        _ => nothing(),
    };
    let mut call = caller(answer)
        .from("anonymous")
        .param("StirVerstat", "TN-Validation-Passed-A")
        .at("2026-03-29T23:59:30Z".parse().unwrap())
        .status_callback("/status")
        .call()
        .await
        .unwrap();
    call.hears("Passed-A")
        .await
        .unwrap()
        .is_over()
        .await
        .unwrap();
    let transcript = call.transcript();
    assert_eq!(told(transcript, "/voice", "From"), ["anonymous"]);
    assert_eq!(told(transcript, "/voice", "FromCity"), ["(absent)"]);
    assert_eq!(
        told(transcript, "/status", "Timestamp"),
        ["Mon, 30 Mar 2026 00:00:30 +0000"]
    );
    assert_eq!(told(transcript, "/status", "CallDuration"), ["60"]);
    assert_eq!(told(transcript, "/status", "Duration"), ["1"]);
    assert_eq!(kinds(transcript).len(), 2);
}

#[tokio::test]
async fn calls_can_be_made_at_the_same_time() {
    let calls: Vec<_> = (0..8)
        .map(|_| {
            tokio::spawn(async {
                let mut call = caller(menu).call().await.unwrap();
                call.presses("1")
                    .await
                    .unwrap()
                    .hears("Sales")
                    .await
                    .unwrap();
                call.sid()
            })
        })
        .collect();
    let mut sids = std::collections::HashSet::new();
    for call in calls {
        assert!(
            sids.insert(call.await.unwrap()),
            "each call has a SID of its own"
        );
    }
}
