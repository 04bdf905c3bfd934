//! The table, and whether the targets are met.

use std::collections::HashMap;

use crate::{Contestant, Role, Task, rounds::Figure};

/// How many allocations doing the work once takes, and how many bytes they have in all.
pub type Allocations = (u64, u64);

/// One line of the table.
struct Row<'a> {
    contestant: &'a Contestant,
    figure: Figure,
}

/// Prints everything, as Markdown.
pub fn print(
    contestants: &[Contestant],
    figures: &[Figure],
    allocations: &HashMap<(String, String), Allocations>,
) {
    let rows: Vec<Row<'_>> = contestants
        .iter()
        .zip(figures)
        .map(|(contestant, &figure)| Row { contestant, figure })
        .collect();
    println!("| | time | spread | to ours | to the yardstick | allocations | bytes |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    let mut notes = Vec::new();
    for task in Task::ALL {
        println!("| **{}** | | | | | | |", title(task));
        let yardstick = median(&rows, task, Role::Yardstick);
        let ours = median(&rows, task, Role::Ours);
        for row in of(&rows, task) {
            let Row { contestant, figure } = row;
            let key = (task.name().to_owned(), contestant.name.clone());
            let (count, bytes) = match allocations.get(&key) {
                Some((count, bytes)) => (count.to_string(), bytes.to_string()),
                None => ("–".to_owned(), "–".to_owned()),
            };
            let mark = if contestant.note.is_empty() {
                String::new()
            } else {
                notes.push(contestant.note);
                format!(" ({})", notes.len())
            };
            let name = match contestant.role {
                Role::Ours => format!("**{}**", contestant.name),
                Role::Yardstick | Role::Peer => contestant.name.clone(),
            };
            println!(
                "| {name}{mark} | {} | ±{:.0} % | {:.2} | {:.2} | {count} | {bytes} |",
                time(figure.median),
                100.0 * figure.spread / figure.median,
                figure.median / ours,
                figure.median / yardstick,
            );
        }
    }
    println!();
    for (number, note) in (1..).zip(notes) {
        println!("({number}) {note}.  ");
    }
    println!();
    for reason in LEFT_OUT {
        println!("- {reason}");
    }
    println!();
    for line in targets(&rows) {
        println!("{line}");
    }
}

/// Who is not in a comparison, and why.
const LEFT_OUT: [&str; 4] = [
    "Payloads: the Python and Node packages, webhook-verify and twiml have no typed payloads; those of \
     rusty_twilio are about calls.",
    "Signature: twiml has no check.",
    "TwiML: webhook-verify has none; rusty_twilio has `<Connect>`, `<Dial>` and `<Reject>` only; the crate \
     twilio has no `<Hangup>`, and its `<Play>` can't be constructed.",
    "Allocations are those of Rust's allocator, so Python and Node have none here.",
];

fn title(task: Task) -> &'static str {
    match task {
        Task::Signature => "Signature of a text message, from the raw body to the verdict",
        Task::Payload => "Typed text message from the raw body",
        Task::Twiml => "TwiML of five verbs, built and written",
    }
}

fn of<'a, 'r>(rows: &'r [Row<'a>], task: Task) -> impl Iterator<Item = &'r Row<'a>> {
    rows.iter().filter(move |row| row.contestant.task == task)
}

fn median(rows: &[Row<'_>], task: Task, role: Role) -> f64 {
    of(rows, task)
        .find(|row| row.contestant.role == role)
        .map_or(f64::NAN, |row| row.figure.median)
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1_000.0 => format!("{nanoseconds:.0} ns"),
        ..100_000.0 => format!("{:.2} µs", nanoseconds / 1e3),
        _ => format!("{:.0} µs", nanoseconds / 1e3),
    }
}

/// What this library promises itself, held against the figures.
fn targets(rows: &[Row<'_>]) -> Vec<String> {
    let to_yardstick = |task| median(rows, task, Role::Ours) / median(rows, task, Role::Yardstick);
    let fastest = |wanted: &str| {
        of(rows, Task::Signature)
            .filter(|row| row.contestant.role == Role::Peer)
            .filter(|row| {
                let name = &row.contestant.name;
                match wanted {
                    "Rust" => !name.contains("Node") && !name.contains("Python"),
                    _ => name.contains(wanted),
                }
            })
            .map(|row| row.figure.median / median(rows, Task::Signature, Role::Ours))
            .fold(f64::NAN, f64::min)
    };
    let at_most = |what: &str, value: f64, bound: f64| {
        let word = if value <= bound { "met" } else { "MISSED" };
        format!("- {word}: {what}: {value:.2}, at most {bound}")
    };
    let at_least = |what: &str, value: f64, bound: f64| {
        let word = if value >= bound { "met" } else { "MISSED" };
        format!("- {word}: {what}: {value:.1}, at least {bound}")
    };
    vec![
        at_most("signature to raw HMAC", to_yardstick(Task::Signature), 2.94),
        at_least(
            "fastest Rust peer's signature to ours",
            fastest("Rust"),
            2.8,
        ),
        at_least("Node's signature to ours", fastest("Node"), 11.0),
        at_least("Python's signature to ours", fastest("Python"), 70.0),
        at_most(
            "payload to serde_urlencoded",
            to_yardstick(Task::Payload),
            1.0,
        ),
        at_most(
            "TwiML to pushing into a String",
            to_yardstick(Task::Twiml),
            1.5,
        ),
    ]
}
