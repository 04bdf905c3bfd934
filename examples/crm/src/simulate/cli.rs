//! `crm simulate`: reads the command line, sends, and tells how it went.

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context;
use http::StatusCode;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use tokio::signal;

use super::{
    AckLog, Answer, Client, Event, Load, Outcome, Step, Stop, Summary, job::Job, summary::Millis,
};
pub use super::{
    args::{CallArgs, CallEnd, CommonArgs, RecordingArgs, SimulateArgs, SmsArgs, SmsEnd, What},
    job::Defaults,
};

/// Does what the command line asks for, and prints what came of it to standard output.
///
/// A single message or call is shown request by request, with the TwiML that came back; many are
/// summed up, with a progress bar if standard error is a terminal. The exit code is 1 if any
/// request was not answered 2xx. Ctrl-C ends a run early, with its summary.
///
/// # Errors
/// If a fact is missing (the message names the flag), a URL can't be used, or the log can't be
/// written.
pub async fn run(args: SimulateArgs, defaults: Defaults) -> anyhow::Result<ExitCode> {
    let stop = Stop::default();
    let interrupt = tokio::spawn(on_interrupt(stop.clone()));
    let summary = simulate(args, &defaults, &stop, io::stdout()).await;
    interrupt.abort();
    Ok(exit_code(&summary?))
}

pub(super) fn exit_code(summary: &Summary) -> ExitCode {
    if summary.is_success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The same with another place to print to.
pub(super) async fn simulate(
    args: SimulateArgs,
    defaults: &Defaults,
    stop: &Stop,
    out: impl Write + Send + 'static,
) -> anyhow::Result<Summary> {
    let common = args.what.common();
    let client = Client::new(common.target(defaults)?);
    let load = common.load();
    let log = common.log.as_ref().map(|path| {
        AckLog::open(path).with_context(|| format!("--log {}: can't be opened", path.display()))
    });
    let log = log.transpose()?;
    let job = Job::new(args, defaults, client.target().account_sid().as_str())?;

    let single = load.count == 1;
    let bar = progress_bar(&load);
    let out = Arc::new(Mutex::new(out));
    let watch = {
        let (bar, out) = (bar.clone(), Arc::clone(&out));
        move |event: Event<'_>| {
            match event {
                Event::Answered { step, answer } => {
                    if let (Some(log), true) = (&log, answer.outcome.is_success()) {
                        log.add(&step.sid)?;
                    }
                    if single {
                        let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
                        print_answer(&mut *out, step, answer)?;
                    }
                }
                Event::Finished => bar.inc(1),
            }
            Ok(())
        }
    };
    let make = move |random| job.scenario(random, Timestamp::now());
    let summary = load.run(&client, stop, make, watch).await;
    bar.finish_and_clear();
    let summary = summary.context("the run ended early")?;

    let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
    if !single {
        writeln!(out, "{summary}")?;
        writeln!(out, "  seed     {}", load.seed)?;
    }
    if summary.scenarios < load.count {
        let left = load.count - summary.scenarios;
        writeln!(
            out,
            "Stopped early: {left} of {} were not sent.",
            load.count
        )?;
    }
    print_advice(&mut *out, &summary, &client)?;
    Ok(summary)
}

/// One line for the request, and below it the answer.
fn print_answer(out: &mut impl Write, step: &Step, answer: &Answer) -> io::Result<()> {
    let (path, outcome, sid) = (step.path, answer.outcome, &step.sid);
    let latency = Millis(answer.latency).to_string();
    writeln!(out, "{path:<16} {outcome:<16} {latency:>9}  {sid}")?;
    for line in answer.body.lines().filter(|line| !line.is_empty()) {
        writeln!(out, "    {line}")?;
    }
    Ok(())
}

/// What usually is behind the failures there were.
fn print_advice(out: &mut impl Write, summary: &Summary, client: &Client) -> io::Result<()> {
    let target = client.target();
    for outcome in summary.outcomes().keys() {
        match *outcome {
            Outcome::Status(StatusCode::FORBIDDEN) => writeln!(
                out,
                "403: the server refused the signature. It was made for {}…, with the token of {}; \
                 --public-url, --auth-token and --account-sid have to be what the server knows.",
                target.signed_url(""),
                target.account_sid(),
            )?,
            Outcome::Status(StatusCode::NOT_FOUND) => writeln!(
                out,
                "404: there are no webhooks below {}; is it another --prefix?",
                target.url(""),
            )?,
            Outcome::NoConnection => writeln!(
                out,
                "no connection: is a server listening at {}?",
                target.url(""),
            )?,
            _ => {}
        }
    }
    Ok(())
}

fn progress_bar(load: &Load) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(load.count), ProgressDrawTarget::hidden());
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {per_sec} {eta} left");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    if load.count > 1 && io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::stderr());
    }
    bar
}

/// The first Ctrl-C lets what has begun come to its end, the second one does not.
async fn on_interrupt(stop: Stop) {
    if signal::ctrl_c().await.is_ok() {
        stop.stop();
    }
    if signal::ctrl_c().await.is_ok() {
        std::process::exit(130);
    }
}
