//! `crm serve`.

use std::{
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use anyhow::Context as _;
use clap::Args;
use tokio::net::TcpListener;

use super::variable;
use crate::{
    app::AppState,
    config::Config,
    database::Database,
    logs,
    server::{serve, stop_signal},
};

/// Run the server.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Where to listen, as address and port; port 0 takes any that is free.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
}

pub(super) async fn run(args: ServeArgs, path: Option<&Path>) -> anyhow::Result<ExitCode> {
    let config = Config::load(path, |name| match (name, &args.listen) {
        ("CRM_LISTEN", Some(listen)) => Some(listen.clone()),
        _ => variable(name),
    })?;
    logs::init(&config.log)?;
    // Before anything is open: a signal from now on ends the process in order.
    let stop = stop_signal().context("signals can't be listened to")?;
    let database = Database::connect(&config.database_url).await?;
    let (state, dispatcher) = AppState::new(&config, database).await?;
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("{} can't be listened on", config.listen))?;
    let address = listener
        .local_addr()
        .context("the listener has no address")?;
    tracing::info!(
        %address,
        accounts = config.accounts.len(),
        companies = config.companies.len(),
        "listening"
    );
    // Scripts wait for this line, and whoever reads it may have gone.
    let mut stdout = io::stdout();
    let _ = writeln!(stdout, "listening on http://{address}").and_then(|()| stdout.flush());
    serve(listener, state, dispatcher, stop)
        .await
        .context("the server failed")?;
    Ok(ExitCode::SUCCESS)
}
