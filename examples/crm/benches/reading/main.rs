//! How long it takes to read from a large database, how much memory a server needs for that, and what
//! keeping lists and searches right costs each message that is recorded.
//!
//! ```text
//! cargo bench -p crm --bench reading [-- lists|memory|record]
//! ```
//! The database is SQLite with a million messages of 20,000 contacts (`BENCH_MESSAGES` and
//! `BENCH_CONTACTS` change that). It is made once, in the directory for temporary files of the build,
//! and is used again. `lists` asks through the whole application, `memory` starts the server with 200
//! open WebSockets, and `record` compares SQLite and Postgres with and without the triggers.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a program that measures"
)]

mod lists;
mod memory;
mod record;
mod seed;

use std::{env, time::Duration};

#[tokio::main(worker_threads = 2)]
async fn main() {
    // `cargo test --benches` only wants to know that it starts.
    if !env::args().any(|arg| arg == "--bench") {
        return;
    }
    let only = env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let is_wanted = |name| only.as_deref().is_none_or(|only| only == name);
    if is_wanted("lists") {
        lists::measure(&seed::seeded().await).await;
    }
    if is_wanted("memory") {
        memory::measure(&seed::seeded().await).await;
    }
    if is_wanted("record") {
        record::measure().await;
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
        let at = (took.len() * share / 100).min(took.len() - 1);
        took[at].as_secs_f64() * 1000.0
    })
}

/// Numbers that look random, and are the same each time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Below `end`; low ones are far more frequent.
    fn skewed(&mut self, end: usize) -> usize {
        let share = self.next().powi(3);
        (share * end as f64) as usize
    }
}
