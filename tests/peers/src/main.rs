//! Prints the table: `cargo run --release --manifest-path tests/peers/Cargo.toml`.
//!
//! Without link-time optimisation: `cargo run --profile no-lto --manifest-path tests/peers/Cargo.toml`.

use std::{collections::HashMap, env, process::Command};

use twilio_hooks_peers::{
    Task, in_rust, official,
    rounds::{self, Plan, measure},
    script,
    table::{self, Allocations},
};

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    if let [task, name, times] = &words[..] {
        return only(task, name, times.parse().expect("how many times"));
    }
    let allocations = allocations();
    let mut contestants = in_rust();
    contestants.extend(script::contestants(&official::python(), "peer.py"));
    contestants.extend(script::contestants(&official::node(), "peer.cjs"));
    contestants
        .sort_by_key(|contestant| Task::ALL.iter().position(|task| *task == contestant.task));
    let figures = measure(&mut contestants, Plan::default());
    table::print(&contestants, &figures, &allocations);
}

/// Lets one contestant work for a profiler: `-- signature twilio-hooks 100000`.
fn only(task: &str, name: &str, times: u64) {
    let mut contestants = in_rust();
    let contestant = contestants
        .iter_mut()
        .find(|contestant| contestant.task.name() == task && contestant.name == name)
        .unwrap_or_else(|| panic!("nobody is called `{name}`"));
    println!("{:.1} ns", rounds::once(contestant, times));
}

/// Runs the other program of this package, which counts.
fn allocations() -> HashMap<(String, String), Allocations> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let output = Command::new(cargo)
        .args([
            "run",
            "--quiet",
            "--release",
            "--bin",
            "allocations",
            "--manifest-path",
            manifest,
        ])
        .output()
        .expect("cargo runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "allocations can't be counted: {errors}"
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| {
            let mut fields = line.split('\t');
            let key = (fields.next()?.to_owned(), fields.next()?.to_owned());
            let count = fields.next()?.parse().ok()?;
            Some((key, (count, fields.next()?.parse().ok()?)))
        })
        .collect()
}
