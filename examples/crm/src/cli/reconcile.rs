//! `crm reconcile`: looks at Twilio for what was missed.

use std::{path::Path, process::ExitCode};

use anyhow::{Context as _, ensure};
use clap::Args;
use jiff::Timestamp;
use twilio_hooks::AccountSid;

use super::variable;
use crate::{
    app::AppState,
    config::{Config, duration},
    database::Database,
    logs,
    reconcile::Tally,
};

/// Look at Twilio for what was missed, and record it.
#[derive(Debug, Args)]
pub(super) struct ReconcileArgs {
    /// How far back: 90m, 24h, 2d.
    #[arg(long, value_name = "TIME", default_value = "24h")]
    since: String,

    /// One account only.
    #[arg(long, value_name = "SID")]
    account: Option<String>,

    /// Say what was missed, and record nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(args: ReconcileArgs, path: Option<&Path>) -> anyhow::Result<ExitCode> {
    let config = Config::load(path, variable)?;
    logs::init(&config.log)?;
    let database = Database::connect(&config.database_url).await?;
    let db = database.db.clone();
    let (state, _dispatcher) = AppState::new(&config, database).await?;
    let looked = look(&args, &state).await;
    db.close().await;
    looked
}

async fn look(args: &ReconcileArgs, state: &AppState) -> anyhow::Result<ExitCode> {
    let back = duration(&args.since).context("--since")?;
    let now = state.clock.now();
    let since = now.checked_sub(back).unwrap_or(Timestamp::MIN);
    let wanted = args.account.as_deref().map(AccountSid::from);
    let mut accounts = state.accounts.all().await?;
    accounts.retain(|account| wanted.as_ref().is_none_or(|wanted| wanted == account));
    ensure!(!accounts.is_empty(), "there is no such account");
    let mut code = ExitCode::SUCCESS;
    for account in &accounts {
        let looked = if args.dry_run {
            Some(state.reconcile.dry_run(account, since).await)
        } else {
            state.reconcile.run_now(account, since).await?
        };
        match looked {
            Some(Ok(tally)) => println!("{account}: {}", words(&tally, args.dry_run)),
            Some(Err(error)) => {
                println!("{account}: failed: {error}");
                code = ExitCode::FAILURE;
            }
            None => println!("{account}: the server is looking at it already"),
        }
    }
    Ok(code)
}

fn words(tally: &Tally, is_dry: bool) -> String {
    let Tally {
        looked_at,
        found,
        unrouted,
        not_stored,
        ..
    } = tally;
    let done = if is_dry { "would record" } else { "recorded" };
    let mut text = format!(
        "looked at {looked_at}, {done} {} messages, {} calls, {} recordings",
        found.messages, found.calls, found.recordings
    );
    if *unrouted > 0 {
        text += &format!(", {unrouted} of them for numbers that nobody has");
    }
    if *not_stored > 0 {
        text += &format!("; {not_stored} could not be stored");
    }
    text
}
