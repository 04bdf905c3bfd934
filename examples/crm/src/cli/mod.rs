//! The command line: one file for each command, and what they share here.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what a command says to a person goes to the terminal"
)]

mod ask;
mod backup;
mod company;
mod demo;
mod doctor;
mod export;
mod migrate;
mod reconcile;
mod rekey;
mod release;
mod serve;
mod setup;
mod token;
mod user;

use std::{
    env,
    io::{self, BufRead as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use crate::{
    app::AppState,
    config::{Config, Known, Log},
    database::Database,
    logs,
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
    /// Take numbers into use, and let Twilio send what comes in for them to this server.
    Setup(setup::SetupArgs),
    /// Put back what was set at Twilio before the webhooks of lines were ours.
    Release(release::ReleaseArgs),
    /// Look whether configuration, database, public URL, accounts and webhooks are right.
    Doctor(doctor::DoctorArgs),
    /// Bring the tables up to date, as the server does when it starts.
    Migrate(migrate::MigrateArgs),
    /// Seal the secrets in the database with the first of the encryption keys.
    Rekey,
    /// Try it out: a server with made-up messages and calls, without Twilio and without a trace.
    Demo(demo::DemoArgs),
    /// Copy the SQLite database into a new file, while servers go on.
    Backup(backup::BackupArgs),
    /// Write everything that a company has into a directory, as JSON lines and CSV.
    Export(export::ExportArgs),
    /// Add, list and rename companies.
    Company(company::CompanyArgs),
    /// Add people who may sign in, show them, and let them in or out.
    User(user::UserArgs),
    /// Add, list and revoke tokens of programs.
    Token(token::TokenArgs),
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
        Command::Setup(args) => runtime.block_on(setup::run(args, config)),
        Command::Release(args) => runtime.block_on(release::run(args, config)),
        Command::Doctor(args) => runtime.block_on(doctor::run(args, config)),
        Command::Migrate(args) => runtime.block_on(migrate::run(args, config)),
        Command::Rekey => runtime.block_on(rekey::run(config)),
        Command::Demo(args) => runtime.block_on(demo::run(args)),
        Command::Backup(args) => runtime.block_on(backup::run(args, config)),
        Command::Export(args) => runtime.block_on(export::run(args, config)),
        Command::Company(args) => runtime.block_on(company::run(args, config)),
        Command::Token(args) => runtime.block_on(token::run(args, config)),
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

/// The configuration, and the server's parts without a server. Only warnings are logged, unless the
/// configuration says what is: the command itself says what it does.
async fn open(path: Option<&Path>) -> anyhow::Result<(Config, AppState)> {
    let config = Config::load(path, variable)?;
    let mut log = config.log.clone();
    if log.filter == Log::default().filter {
        "warn".clone_into(&mut log.filter);
    }
    logs::init(&log)?;
    let database = Database::connect(&config.database_url).await?;
    let (state, _dispatcher) = AppState::new(&config, database).await?;
    Ok((config, state))
}

/// Nothing is logged but what is broken: the command says what there is to say.
fn quiet_log() -> anyhow::Result<()> {
    logs::init(&Log {
        filter: "error".to_owned(),
        ..Log::default()
    })
}

/// The first line of standard input.
fn first_line() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// A variable of the environment.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}
