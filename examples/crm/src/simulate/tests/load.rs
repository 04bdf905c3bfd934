use std::{
    collections::{HashMap, HashSet},
    io,
    time::Duration,
};

use axum::response::IntoResponse;
use http::StatusCode;
use jiff::Timestamp;
use tokio::net::TcpListener;
use twilio_hooks::webhook::{CallStatusUpdate, Webhook};

use super::{ACCOUNT, CUSTOMER, LINE, TOKEN, origin, server::Server};
use crate::simulate::{
    CallOutcome, Client, Load, MessageOutcome, Origin, Outcome, Random, Repeat, Scenario, Stop,
    Summary, Target, plan,
};

const OK: Outcome = Outcome::Status(StatusCode::OK);

fn text(random: Random) -> Scenario {
    let mut origin = Origin::new(ACCOUNT, random, Timestamp::now());
    Scenario::incoming_sms(&mut origin, CUSTOMER, LINE, "hi")
}

fn call(random: Random) -> Scenario {
    let mut origin = Origin::new(ACCOUNT, random, Timestamp::now());
    let outcome = CallOutcome::Completed { seconds: 5 };
    Scenario::incoming_call(&mut origin, CUSTOMER, LINE, outcome)
}

async fn run(server: &Server, load: &Load, make: fn(Random) -> Scenario) -> Summary {
    let client = Client::new(server.target()).with_timeout(Duration::from_secs(5));
    let summary = load.run(&client, &Stop::default(), make, |_| Ok(())).await;
    summary.unwrap()
}

#[tokio::test]
async fn a_request_is_like_one_of_twilio() {
    let server = Server::friendly().await;
    let target = server
        .target()
        .with_public_url("https://crm.example.com")
        .unwrap();
    let client = Client::new(target);
    for scenario in [
        Scenario::incoming_sms(&mut origin(), CUSTOMER, LINE, "Grüße & Küsse 😘"),
        Scenario::incoming_call(&mut origin(), CUSTOMER, LINE, CallOutcome::NoAnswer),
        Scenario::outgoing_sms(&mut origin(), LINE, CUSTOMER, "", MessageOutcome::Delivered),
        Scenario::recording(&mut origin(), "CA1", 3),
    ] {
        for step in &scenario.steps {
            let answer = client.send(step).await;
            assert_eq!((answer.outcome, &*answer.body), (OK, "<Response/>"));
            let request = server.received().pop().unwrap();
            assert_eq!(request.path, format!("/api/webhooks/twilio/{}", step.path));
            assert_eq!(request.params(), step.params);
            assert!(request.is_signed_for("https://crm.example.com"));
            assert!(!request.is_signed_for(&server.url));
            assert_eq!(request.header("host"), "crm.example.com");
            assert_eq!(request.header("user-agent"), "TwilioProxy/1.1");
            assert_eq!(request.header("accept"), "*/*");
            assert_eq!(
                request.header("content-type"),
                "application/x-www-form-urlencoded"
            );
            assert_eq!(request.header("i-twilio-idempotency-token"), step.token);
        }
    }
}

#[tokio::test]
async fn every_scenario_is_sent_once_whatever_the_concurrency() {
    let server = Server::friendly().await;
    let load = Load {
        count: 60,
        concurrency: 7,
        ..Load::default()
    };
    let summary = run(&server, &load, call).await;
    assert_eq!(
        (summary.scenarios, summary.requests(), summary.repeated),
        (60, 180, 0)
    );
    assert_eq!(summary.outcomes(), &[(OK, 180)].into());
    assert!(summary.is_success() && summary.throughput() > 0.0);

    let mut statuses: HashMap<String, Vec<String>> = HashMap::new();
    for request in server.received() {
        assert!(request.is_signed_for(&server.url));
        let params = request.params();
        let [sid, status] = ["CallSid", "CallStatus"].map(|name| params.get(name).unwrap());
        statuses
            .entry(sid.to_owned())
            .or_default()
            .push(status.to_owned());
    }
    assert_eq!(statuses.len(), 60);
    for statuses in statuses.values() {
        assert_eq!(statuses, &["ringing", "in-progress", "completed"]);
    }
}

#[tokio::test]
async fn the_same_seed_sends_the_same_sids_in_any_concurrency() {
    let mut runs = Vec::new();
    for (seed, concurrency) in [(1, 1), (1, 8), (2, 1)] {
        let server = Server::friendly().await;
        let load = Load {
            count: 20,
            seed,
            concurrency,
            ..Load::default()
        };
        run(&server, &load, text).await;
        let sids: HashSet<_> = server
            .received()
            .iter()
            .map(|request| request.params().get("MessageSid").unwrap().to_owned())
            .collect();
        assert_eq!(sids.len(), 20);
        runs.push(sids);
    }
    assert_eq!(runs[0], runs[1]);
    assert!(runs[0].is_disjoint(&runs[2]));
}

#[tokio::test]
async fn a_repeated_request_is_the_same_to_the_token() {
    let server = Server::friendly().await;
    let load = Load {
        count: 40,
        concurrency: 4,
        duplicates: 100,
        ..Load::default()
    };
    let summary = run(&server, &load, text).await;
    assert_eq!((summary.requests(), summary.repeated), (80, 40));
    let mut seen: HashMap<_, Vec<_>> = HashMap::new();
    for request in server.received() {
        let token = request.header("i-twilio-idempotency-token").to_owned();
        seen.entry(token).or_default().push(request.body);
    }
    assert_eq!(seen.len(), 40);
    assert!(
        seen.values()
            .all(|bodies| bodies.len() == 2 && bodies[0] == bodies[1])
    );
}

#[test]
fn a_plan_keeps_every_step_and_the_share_of_repeats() {
    let (mut repeats, mut out_of_order) = ([0; 3], 0);
    for index in 0..1000 {
        let scenario = call(Random::stream(1, index));
        let mut random = Random::stream(2, index);
        let deliveries = plan(scenario.clone(), 20, true, &mut random);
        let again = plan(scenario.clone(), 20, true, &mut Random::stream(2, index));
        assert_eq!(deliveries, again);
        for delivery in &deliveries {
            assert!(scenario.steps.contains(&delivery.step));
            repeats[delivery.repeat as usize] += 1;
        }
        assert_eq!(deliveries.len(), scenario.steps.len());
        let ordered = deliveries
            .iter()
            .zip(&scenario.steps)
            .all(|(d, step)| d.step == *step);
        out_of_order += u32::from(!ordered);
    }
    assert!(
        (2300..2500).contains(&repeats[Repeat::Never as usize]),
        "{repeats:?}"
    );
    assert!(repeats.iter().all(|&count| count > 200), "{repeats:?}");
    // Of the six orders of three requests, one is the right one.
    assert!((780..890).contains(&out_of_order), "{out_of_order}");
    assert!(
        plan(call(Random::new(1)), 0, false, &mut Random::new(1))
            .iter()
            .all(|delivery| delivery.repeat == Repeat::Never)
    );
}

#[tokio::test]
async fn failures_are_counted_by_kind() {
    let server = Server::start(async |before| match before {
        0 => StatusCode::FORBIDDEN.into_response(),
        1 | 2 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        _ => StatusCode::NO_CONTENT.into_response(),
    })
    .await;
    let load = Load {
        count: 10,
        ..Load::default()
    };
    let summary = run(&server, &load, text).await;
    assert!(!summary.is_success());
    let counts = [(403, 1), (500, 2), (204, 7)]
        .map(|(code, count)| (Outcome::Status(StatusCode::from_u16(code).unwrap()), count));
    assert_eq!(summary.outcomes(), &counts.into());
}

#[tokio::test]
async fn a_slow_answer_times_out() {
    let server = Server::start(async |_| {
        tokio::time::sleep(Duration::from_secs(60)).await;
        StatusCode::OK.into_response()
    })
    .await;
    let client = Client::new(server.target()).with_timeout(Duration::from_millis(50));
    let answer = client.send(&text(Random::new(1)).steps[0]).await;
    assert_eq!(answer.outcome, Outcome::TimedOut);
    assert!(answer.latency >= Duration::from_millis(50) && answer.body.is_empty());
}

#[tokio::test]
async fn a_server_that_is_away_or_talks_nonsense_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let target = Target::new(&url, ACCOUNT, TOKEN).unwrap();
    let client = Client::new(target.clone());
    let step = &text(Random::new(1)).steps[0];

    let (answer, _) = tokio::join!(client.send(step), async {
        let (socket, _) = listener.accept().await.unwrap();
        socket.readable().await.unwrap();
        drop(socket);
    });
    assert_eq!(answer.outcome, Outcome::Broken);
    drop(listener);
    let answer = Client::new(target).send(step).await;
    assert_eq!(answer.outcome, Outcome::NoConnection);
}

#[tokio::test]
async fn a_stopped_run_sums_up_what_was_sent() {
    let server = Server::friendly().await;
    let (client, stop) = (Client::new(server.target()), Stop::default());
    let load = Load {
        count: 1000,
        ..Load::default()
    };
    let stopper = stop.clone();
    let summary = load.run(&client, &stop, text, move |_| {
        stopper.stop();
        Ok(())
    });
    assert_eq!(summary.await.unwrap().scenarios, 1);

    let failing = |_: crate::simulate::Event<'_>| Err(io::Error::other("full"));
    let failed = load.run(&client, &Stop::default(), text, failing).await;
    assert_eq!(failed.unwrap_err().to_string(), "full");
}

#[tokio::test]
async fn shuffled_reports_still_all_arrive() {
    let server = Server::friendly().await;
    let load = Load {
        count: 30,
        shuffle: true,
        concurrency: 3,
        ..Load::default()
    };
    let summary = run(&server, &load, call).await;
    assert_eq!(summary.requests(), 90);
    let mut first_reports = HashMap::new();
    for request in server.received() {
        if let Ok(update) = CallStatusUpdate::from_params(&request.params()) {
            let status = update.call_status.as_str().to_owned();
            first_reports.entry(update.call_sid).or_insert(status);
        }
    }
    let kinds: HashSet<_> = first_reports.values().collect();
    assert_eq!(kinds.len(), 3, "each status is first somewhere: {kinds:?}");
}
