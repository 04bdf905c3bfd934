//! Contestants in other languages: a process that is started once, does what a line asks for, times
//! it by itself, and answers with a line.

use std::{
    cell::RefCell,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    rc::Rc,
};

use serde::Deserialize;
use serde_json::json;

use crate::{
    Contestant, Role, Task,
    inputs::{BODY, SIGNATURE, TOKEN, URL, WRONG_SIGNATURE},
    official::Runtime,
    twiml::assert_complete,
    twiml::five_verbs::VALUES,
};

/// What a process says about itself before it works.
#[derive(Debug, Deserialize)]
struct Greeting {
    /// Package, version, and what runs it.
    name: String,
    /// What it thinks of the right signature, and of the wrong one.
    verdicts: (bool, bool),
    /// The voice response it writes.
    document: String,
}

#[derive(Debug)]
struct Process {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Process {
    fn ask(&mut self, request: &str) -> String {
        writeln!(self.requests, "{request}").expect("the process takes requests");
        let mut answer = String::new();
        let read = self.answers.read_line(&mut answer);
        assert!(
            read.is_ok_and(|length| length > 0),
            "the process ended: see what it wrote above"
        );
        answer
    }
}

/// It ends with its input, and is waited for.
impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The contestants that a process plays: `program`, a file beside this one.
///
/// # Panics
/// If it can't be started, or does not do its tasks right.
#[must_use]
pub fn contestants(runtime: &Runtime, program: &str) -> Vec<Contestant> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src")
        .join(program);
    let mut child = Command::new(&runtime.interpreter)
        .arg(&program)
        .env("NODE_PATH", &runtime.packages)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("{} does not start: {error}", runtime.interpreter.display())
        });
    let requests = child.stdin.take().expect("it is a pipe");
    let answers = BufReader::new(child.stdout.take().expect("it is a pipe"));
    let mut process = Process {
        child,
        requests,
        answers,
    };

    let inputs = json!({
        "url": URL,
        "body": BODY,
        "token": TOKEN,
        "signature": &*SIGNATURE,
        "wrong_signature": WRONG_SIGNATURE,
        "values": VALUES,
    });
    let greeting = process.ask(&inputs.to_string());
    let greeting: Greeting = serde_json::from_str(&greeting).expect("a greeting");
    assert_eq!(greeting.verdicts, (true, false), "{}", greeting.name);
    assert_complete(&greeting.document);

    let process = Rc::new(RefCell::new(process));
    [
        (
            Task::Signature,
            "the form is decoded by the standard library",
        ),
        (Task::Twiml, ""),
    ]
    .map(|(task, note)| {
        let process = Rc::clone(&process);
        Contestant {
            task,
            role: Role::Peer,
            name: greeting.name.clone(),
            note,
            work: Box::new(move |times, meter| {
                let answer = process
                    .borrow_mut()
                    .ask(&format!("{} {times}", task.name()));
                meter.report(answer.trim().parse().expect("nanoseconds"));
            }),
        }
    })
    .into()
}
