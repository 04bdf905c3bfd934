//! How many texts one process stores, and how fast it answers them.

use std::time::{Duration, Instant};

use crm::simulate::{Client, Load, Origin, Random, Scenario, Stop, Summary, Target};
use jiff::Timestamp;
use twilio_hooks::AccountSid;

use crate::{
    seed::{ACCOUNT, AUTH_TOKEN, PUBLIC_URL, contact_address, is_blocked, line},
    server::Server,
    setting, skewed,
    storage::Storage,
    word,
};

/// How many texts are on their way at once, and how many a second there are at most.
const LOADS: [(usize, Option<f64>); 4] =
    [(1, Some(20.0)), (16, Some(100.0)), (16, None), (64, None)];

pub(crate) async fn measure(storage: &Storage) {
    let database = storage.copy().await;
    let server = Server::start(&database);
    // What is read first comes from the disk.
    send(&server, 16, None, Duration::from_secs(3)).await;
    println!("texts at once  at most/s  stored/s    p50 ms    p95 ms    p99 ms");
    for (concurrency, rate) in LOADS {
        let time = Duration::from_secs(u64::from(setting("BENCH_SECONDS", 20)));
        let summary = send(&server, concurrency, rate, time).await;
        assert!(summary.is_success(), "{summary}");
        let [p50, p95, p99] = summary
            .percentiles([0.5, 0.95, 0.99])
            .map(|time| time.as_secs_f64() * 1000.0);
        let most = rate.map_or("any".to_owned(), |rate| rate.to_string());
        let stored = summary.throughput();
        println!("{concurrency:>13}  {most:>9}  {stored:>8.0}  {p50:>8.1}  {p95:>8.1}  {p99:>8.1}");
    }
    drop(server);
    database.close().await;
}

/// Texts from the contacts of the large company that are not blocked, so that all who listen hear of each;
/// each is one request, and stored before it is answered.
pub(crate) async fn send(
    server: &Server,
    concurrency: usize,
    rate: Option<f64>,
    time: Duration,
) -> Summary {
    let target = Target::new(&format!("http://{}", server.address), ACCOUNT, AUTH_TOKEN)
        .unwrap()
        .with_public_url(PUBLIC_URL)
        .unwrap();
    let contacts = setting("BENCH_CONTACTS", 20_000) as usize * 4 / 5;
    let make = move |mut random: Random| {
        let mut number = skewed(&mut random, contacts);
        if is_blocked(number) {
            number += 1;
        }
        let from = contact_address(number);
        let to = line(random.below(4));
        let body: Vec<_> = (0..4 + random.below(12))
            .map(|_| word(skewed(&mut random, 5000)))
            .collect();
        let mut origin = Origin::new(AccountSid::from(ACCOUNT), random, Timestamp::now());
        Scenario::incoming_sms(&mut origin, &from, &to, &body.join(" "))
    };
    let stop = Stop::default();
    let end = Instant::now() + time;
    let load = Load {
        count: u64::MAX,
        concurrency,
        rate,
        seed: u64::from(std::process::id()) << 32
            | u64::from(Timestamp::now().subsec_nanosecond() as u32),
        ..Load::default()
    };
    let at_end = stop.clone();
    let watch = move |_: crm::simulate::Event<'_>| {
        if Instant::now() > end {
            at_end.stop();
        }
        Ok(())
    };
    load.run(&Client::new(target), &stop, make, watch)
        .await
        .unwrap()
}
