//! What a server does with a million messages: how long lists take, how many webhooks it stores, and
//! how much memory it needs.
//!
//! ```text
//! cargo bench -p crm --bench reading [-- [sqlite|postgres] [lists|webhooks|memory|record]]
//! ```
//! Everything is asked by HTTP of `crm serve`, a process of its own. The databases have a million
//! messages of 20,000 contacts (`BENCH_MESSAGES` and `BENCH_CONTACTS` change that). They are made once,
//! in the directory for temporary files of the build, and are used again; what writes gets a copy.
//! `BENCH_SERVER` names another program than the one that was built just now, to compare them.
//!
//! - `lists`: how long pages of lists and searches take.
//! - `webhooks`: how many texts are stored in a second, and how fast they are answered.
//! - `memory`: what the process needs, with 200 WebSockets that hear of texts.
//! - `record`: what the triggers that keep lists and searches right cost, in an empty database.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a program that measures"
)]

mod desk;
mod lists;
mod memory;
mod record;
mod seed;
mod server;
mod storage;
mod webhooks;

use std::{env, time::Duration};

use crm::simulate::Random;

use self::storage::{Kind, Storage};

#[tokio::main(worker_threads = 2)]
async fn main() {
    // `cargo test --benches` only wants to know that it starts.
    if !env::args().any(|arg| arg == "--bench") {
        return;
    }
    let words: Vec<_> = env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let chosen = |all: &[&str], name: &str| {
        let has = |name: &str| words.iter().any(|word| word == name);
        has(name) || !all.iter().any(|name| has(name))
    };
    let kinds = [("sqlite", Kind::Sqlite), ("postgres", Kind::Postgres)];
    let tasks = ["lists", "webhooks", "memory", "record"];
    let wanted: Vec<_> = tasks
        .into_iter()
        .filter(|task| chosen(&tasks, task))
        .collect();
    for (name, kind) in kinds {
        if !chosen(&["sqlite", "postgres"], name) {
            continue;
        }
        println!("# {name}");
        if wanted == ["record"] {
            record::measure(kind).await;
            continue;
        }
        let storage = Storage::seeded(kind).await;
        for task in &wanted {
            match *task {
                "lists" => lists::measure(&storage).await,
                "webhooks" => webhooks::measure(&storage).await,
                "memory" => memory::measure(&storage).await,
                _ => record::measure(kind).await,
            }
        }
    }
}

/// A number from the environment.
fn setting(name: &str, default: u32) -> u32 {
    env::var(name).map_or(default, |value| value.parse().unwrap())
}

/// p50, p95, p99 and the longest, in milliseconds.
fn shares(took: &mut [Duration]) -> [f64; 4] {
    took.sort_unstable();
    [50, 95, 99, 100].map(|share| {
        let rank = (took.len() * share).div_ceil(100);
        took[rank - 1].as_secs_f64() * 1000.0
    })
}

/// Below `end`; low ones are far more frequent.
fn skewed(random: &mut Random, end: usize) -> usize {
    const STEPS: usize = 1 << 20;
    let share = random.below(STEPS) as f64 / STEPS as f64;
    (share.powi(3) * end as f64) as usize
}

/// A word that looks like one; each number below 10,000 has its own.
fn word(number: usize) -> String {
    const FIRST: [&str; 10] = ["ba", "de", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu"];
    const LAST: [&str; 10] = ["n", "r", "s", "l", "m", "t", "x", "v", "k", "p"];
    let mut rest = number;
    let mut word = String::new();
    for _ in 0..3 {
        word.push_str(FIRST[rest % 10]);
        rest /= 10;
    }
    word.push_str(LAST[rest % 10]);
    word
}
