//! The command line: `crm serve`, `crm demo`, `crm user`, `crm rekey`, `crm reconcile`,
//! `crm simulate`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what a command says to a person goes to the terminal"
)]

mod demo;
mod reconcile;
mod rekey;
mod serve;
mod user;

use std::{env, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    config::Known,
    simulate::{self, cli::SimulateArgs},
};

/// A CRM server for Twilio: contacts, messages, calls, recordings and live notifications.
#[derive(Debug, Parser)]
#[command(name = "crm", version, about)]
struct Cli {
    /// The configuration, a TOML file; crm.sample.toml explains it. The environment wins.
    #[arg(long, env = "CRM_CONFIG", value_name = "FILE", global = true)]
    config: Option<PathBuf>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(serve::ServeArgs),
    /// Seal the secrets in the database with the first of the encryption keys.
    Rekey,
    /// Try it out: a server with made-up messages and calls, without Twilio and without a trace.
    Demo(demo::DemoArgs),
    /// Add people who may sign in.
    User(user::UserArgs),
    /// Look at Twilio for what was missed, and record it.
    Reconcile(reconcile::ReconcileArgs),
    /// Send webhooks as Twilio would, to a server of yours.
    Simulate(Box<SimulateArgs>),
}

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new()?;
    let config = cli.config.as_deref();
    let code = match cli.command {
        Command::Serve(args) => runtime.block_on(serve::run(args, config)),
        Command::Rekey => runtime.block_on(rekey::run(config)),
        Command::Demo(args) => runtime.block_on(demo::run(args)),
        Command::User(args) => runtime.block_on(user::run(args, config)),
        Command::Reconcile(args) => runtime.block_on(reconcile::run(args, config)),
        Command::Simulate(args) => {
            let known = Known::load(config, without_twilio)?;
            let defaults = simulate::cli::Defaults {
                url: known.url,
                public_url: known.public_url,
                account_sid: known.account_sid,
                auth_token: known.auth_token.map(|token| token.expose().to_owned()),
                line: known.line,
                ..simulate::cli::Defaults::default()
            };
            runtime.block_on(simulate::cli::run(*args, defaults))
        }
    };
    // Whatever still runs was given its time.
    runtime.shutdown_background();
    code
}

/// The environment without the account: `simulate` takes it by flag or variable itself, and one of the
/// two facts may come by flag.
fn without_twilio(name: &str) -> Option<String> {
    if name.starts_with("TWILIO_") {
        None
    } else {
        variable(name)
    }
}

/// A variable of the environment.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}
