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

/// Prints everything, as Markdown; whether the targets are met goes to the standard error output.
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
    println!("| | median | spread | fastest | to ours | to the yardstick | allocations | bytes |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    let mut notes = Vec::new();
    for task in Task::ALL {
        println!("| **{}** | | | | | | | |", title(task));
        let yardstick = of_role(&rows, task, Role::Yardstick).median;
        let ours = of_role(&rows, task, Role::Ours).median;
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
                "| {name}{mark} | {} | ±{:.0} % | {} | {:.2} | {:.2} | {count} | {bytes} |",
                time(figure.median),
                100.0 * figure.spread / figure.median,
                time(figure.fastest),
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
    eprintln!();
    for line in targets(&rows) {
        eprintln!("{line}");
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

fn of_role(rows: &[Row<'_>], task: Task, role: Role) -> Figure {
    of(rows, task)
        .find(|row| row.contestant.role == role)
        .map(|row| row.figure)
        .expect("every task has its yardstick and us")
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1_000.0 => format!("{nanoseconds:.0} ns"),
        ..100_000.0 => format!("{:.2} µs", nanoseconds / 1e3),
        _ => format!("{:.0} µs", nanoseconds / 1e3),
    }
}

/// What this library promises itself, held against the medians; in brackets what it would be by the
/// fastest rounds, because a busy machine slows some kinds of work down more than others.
fn targets(rows: &[Row<'_>]) -> Vec<String> {
    type Choice = fn(&Figure) -> f64;
    let choices: [Choice; 2] = [|figure| figure.median, |figure| figure.fastest];
    let to_yardstick = |task| {
        choices.map(|of| {
            of(&of_role(rows, task, Role::Ours)) / of(&of_role(rows, task, Role::Yardstick))
        })
    };
    let best_peer = |is_meant: fn(&str) -> bool| {
        choices.map(|choice| {
            of(rows, Task::Signature)
                .filter(|row| row.contestant.role == Role::Peer && is_meant(&row.contestant.name))
                .map(|row| choice(&row.figure))
                .fold(f64::INFINITY, f64::min)
                / choice(&of_role(rows, Task::Signature, Role::Ours))
        })
    };
    let line = |what: &str, [median, fastest]: [f64; 2], bound: f64, at_most: bool| {
        let word = match (median <= bound) == at_most {
            true => "met",
            false => "MISSED",
        };
        let side = match at_most {
            true => "at most",
            false => "at least",
        };
        format!("- {word}: {what}: {median:.2} ({fastest:.2}), {side} {bound}")
    };
    let is_rust = |name: &str| !name.contains("Node") && !name.contains("Python");
    vec![
        line(
            "signature, ours to raw HMAC",
            to_yardstick(Task::Signature),
            2.94,
            true,
        ),
        line(
            "signature, best Rust peer to ours",
            best_peer(is_rust),
            2.8,
            false,
        ),
        line(
            "signature, Node to ours",
            best_peer(|name| name.contains("Node")),
            11.0,
            false,
        ),
        line(
            "signature, Python to ours",
            best_peer(|name| name.contains("Python")),
            70.0,
            false,
        ),
        line(
            "payload, ours to serde_urlencoded",
            to_yardstick(Task::Payload),
            1.0,
            true,
        ),
        line(
            "TwiML, ours to pushing into a String",
            to_yardstick(Task::Twiml),
            1.5,
            true,
        ),
    ]
}
