use std::{
    fs,
    io::{self, Write},
    process::ExitCode,
    sync::{Arc, Mutex},
};

use axum::response::IntoResponse;
use clap::Parser;
use http::StatusCode;

use super::{ACCOUNT, CUSTOMER, LINE, TOKEN, server::Server};
use crate::simulate::{
    Stop, Summary,
    cli::{self, Defaults, SimulateArgs},
};

#[derive(Debug, Parser)]
struct Program {
    #[command(flatten)]
    args: SimulateArgs,
}

/// The arguments as given, whatever the environment of the test says.
fn args(line: &str) -> SimulateArgs {
    let words = ["simulate"].into_iter().chain(line.split_whitespace());
    let mut args = Program::try_parse_from(words).unwrap().args;
    let common = match &mut args.what {
        cli::What::Sms(sms) => &mut sms.common,
        cli::What::Call(call) => &mut call.common,
        cli::What::Recording(recording) => &mut recording.common,
    };
    (common.account_sid, common.auth_token) = (None, None);
    args
}

fn defaults(url: &str) -> Defaults {
    Defaults {
        url: Some(url.to_owned()),
        account_sid: Some(ACCOUNT.to_owned()),
        auth_token: Some(TOKEN.to_owned()),
        line: Some(LINE.to_owned()),
        ..Defaults::default()
    }
}

/// What was printed.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn simulate(line: &str, defaults: &Defaults) -> anyhow::Result<(Summary, String)> {
    let paper = Paper::default();
    let stop = Stop::default();
    let summary = cli::simulate(args(line), defaults, &stop, paper.clone()).await?;
    let printed = String::from_utf8(paper.0.lock().unwrap().clone())?;
    Ok((summary, printed))
}

#[test]
fn the_command_line_is_consistent() {
    use clap::CommandFactory;
    Program::command().debug_assert();
    for wrong in [
        "sms --outcome failed",
        "sms --duplicates 101",
        "sms --senders 0",
        "sms --concurrency 0",
        "sms --rate 0",
        "sms --delay -1s",
        "",
    ] {
        let words = ["simulate"].into_iter().chain(wrong.split_whitespace());
        assert!(Program::try_parse_from(words).is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn a_single_message_shows_its_answer() {
    let server = Server::friendly().await;
    let line = format!("sms --from {CUSTOMER} --body Hello");
    let (summary, printed) = simulate(&line, &defaults(&server.url)).await.unwrap();
    assert!(summary.is_success());
    let request = server.received().pop().unwrap();
    let params = request.params();
    assert!(request.is_signed_for(&server.url));
    assert_eq!(params.get("Body"), Some("Hello"));
    assert_eq!(
        [params.get("From"), params.get("To")],
        [Some(CUSTOMER), Some(LINE)]
    );
    assert!(printed.starts_with("sms/incoming     200 OK "), "{printed}");
    assert!(
        printed.contains(params.get("MessageSid").unwrap()),
        "{printed}"
    );
    assert!(printed.ends_with("\n    <Response/>\n"), "{printed}");
}

#[tokio::test]
async fn each_kind_goes_to_its_paths() {
    for (line, paths) in [
        ("sms --whatsapp --media 1", &["sms/incoming"][..]),
        ("sms --outgoing --outcome failed", &["sms/status"; 2]),
        ("sms --outgoing", &["sms/status"; 4]),
        ("call --outcome busy", &["voice/incoming", "voice/status"]),
        ("recording --call CA1", &["voice/recording"; 2]),
        (
            "recording",
            &[
                "voice/incoming",
                "voice/status",
                "voice/recording",
                "voice/status",
                "voice/recording",
            ],
        ),
    ] {
        let server = Server::friendly().await;
        let line = format!("{line} --prefix /hooks");
        simulate(&line, &defaults(&server.url)).await.unwrap();
        let received: Vec<_> = server.received().into_iter().map(|r| r.path).collect();
        let expected: Vec<_> = paths.iter().map(|path| format!("/hooks/{path}")).collect();
        assert_eq!(received, expected, "{line}");
    }
}

#[tokio::test]
async fn many_are_summed_up_and_the_log_has_what_was_acknowledged() {
    let server = Server::start(async |before| match before {
        3 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        4 => StatusCode::FORBIDDEN.into_response(),
        _ => StatusCode::OK.into_response(),
    })
    .await;
    let log = std::env::temp_dir().join(format!("crm-simulate-{}.log", uuid::Uuid::new_v4()));
    fs::write(&log, "earlier\n").unwrap();
    let line = format!(
        "sms --count 25 --concurrency 4 --seed 5 --log {}",
        log.display()
    );
    let (summary, printed) = simulate(&line, &defaults(&server.url)).await.unwrap();
    let logged = fs::read_to_string(&log).unwrap();
    fs::remove_file(&log).unwrap();

    assert!(!summary.is_success());
    let sids: Vec<_> = logged.lines().collect();
    assert_eq!((sids[0], sids.len()), ("earlier", 1 + 23));
    for expected in [
        "25 requests for 25 scenarios, in ",
        "200 OK                           23",
        "503 Service Unavailable           1",
        "403 Forbidden                     1",
        "p50 ",
        "seed     5",
        "403: the server refused the signature",
    ] {
        assert!(printed.contains(expected), "{expected:?} in {printed}");
    }
}

#[tokio::test]
async fn senders_are_as_many_as_asked_for() {
    let server = Server::friendly().await;
    simulate("sms -n 60 -c 2 --senders 3", &defaults(&server.url))
        .await
        .unwrap();
    let received = server.received();
    let mut from: Vec<_> = received
        .iter()
        .map(|r| r.params().get("From").unwrap().to_owned())
        .collect();
    from.sort();
    from.dedup();
    assert_eq!(from.len(), 3);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let all = defaults("http://127.0.0.1:9");
    for (defaults, line, flag) in [
        (
            Defaults {
                url: None,
                ..all.clone()
            },
            "sms",
            "--url",
        ),
        (
            Defaults {
                account_sid: Some(" ".to_owned()),
                ..all.clone()
            },
            "sms",
            "--account-sid",
        ),
        (
            Defaults {
                auth_token: None,
                ..all.clone()
            },
            "call",
            "--auth-token",
        ),
        (
            Defaults {
                line: None,
                ..all.clone()
            },
            "call",
            "--to",
        ),
        (
            Defaults {
                line: None,
                ..all.clone()
            },
            "sms --outgoing",
            "--from",
        ),
        (
            all.clone(),
            "sms --url https://crm.example.com",
            "--public-url",
        ),
        (
            all.clone(),
            "sms --public-url crm.example.com",
            "--public-url",
        ),
        (all.clone(), "recording --call CA1 --to 1", "--call"),
        (all.clone(), "sms --log /", "--log"),
    ] {
        let error = cli::simulate(args(line), &defaults, &Stop::default(), io::sink()).await;
        let error = format!("{:#}", error.unwrap_err());
        assert!(error.contains(flag), "{flag}: {error}");
        assert!(!error.contains(TOKEN), "{error}");
    }
    assert!(!format!("{all:?}").contains(TOKEN));
}

#[tokio::test]
async fn the_exit_code_tells_failures() {
    for (status, code) in [
        (StatusCode::NO_CONTENT, ExitCode::SUCCESS),
        (StatusCode::FOUND, ExitCode::FAILURE),
        (StatusCode::FORBIDDEN, ExitCode::FAILURE),
    ] {
        let server = Server::start(move |_| async move { status.into_response() }).await;
        let (summary, _) = simulate("call", &defaults(&server.url)).await.unwrap();
        let told = cli::exit_code(&summary);
        assert_eq!(format!("{told:?}"), format!("{code:?}"), "{status}");
    }
}
