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
    metrics::serve_metrics,
    sealed::{Keyring, Vault},
    server::{Entrance, Tls, serve, stop_signal},
};

/// Run the server.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Where to listen, as address and port; port 0 takes any that is free.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// How lines of the log look: `text` for people, `json` for programs.
    #[arg(long, value_name = "FORM")]
    log_format: Option<String>,
}

pub(super) async fn run(args: ServeArgs, path: Option<&Path>) -> anyhow::Result<ExitCode> {
    let mut config = Config::load(path, |name| {
        let flag = match name {
            "CRM_LISTEN" => args.listen.clone(),
            "CRM_LOG_FORMAT" => args.log_format.clone(),
            _ => None,
        };
        flag.or_else(|| variable(name))
    })?;
    logs::init(&config.log)?;
    // Before anything is open: a signal from now on ends the process in order.
    let stop = stop_signal().context("signals can't be listened to")?;
    let database = Database::connect(&config.database_url).await?;
    make_key(&mut config, &database).await?;
    let (state, dispatcher) = AppState::new(&config, database).await?;
    let tls = match &config.tls {
        Some(files) => Some(Tls::load(&files.certificate, &files.key)?),
        None => None,
    };
    let scheme = if tls.is_some() { "https" } else { "http" };
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("{} can't be listened on", config.listen))?;
    let address = listener
        .local_addr()
        .context("the listener has no address")?;
    let entrance = Entrance::from(listener).with_tls(tls);
    tracing::info!(
        %address,
        accounts = config.accounts.len(),
        companies = config.companies.len(),
        "listening"
    );
    let metrics = match config.metrics_listen {
        Some(address) => {
            let listener = TcpListener::bind(address)
                .await
                .with_context(|| format!("{address} can't be listened on"))?;
            tracing::info!(%address, "metrics can be asked for");
            Some(tokio::spawn(serve_metrics(listener, state.clone())))
        }
        None => None,
    };
    if config.companies.is_empty() && state.people.is_nobody_here().await? {
        let code = state.first_run.begin().await;
        // Only whoever started the server reads this. It is not a line of the log, which others keep.
        let mut stderr = io::stderr();
        let _ = writeln!(
            stderr,
            "nobody is here yet: open {}/first-run and set the server up with the code {}",
            state.public_url,
            code.expose()
        );
    }
    // Scripts wait for this line, and whoever reads it may have gone.
    let mut stdout = io::stdout();
    let _ = writeln!(stdout, "listening on {scheme}://{address}").and_then(|()| stdout.flush());
    let served = serve(entrance, state, dispatcher, stop).await;
    if let Some(metrics) = metrics {
        metrics.abort();
    }
    served.context("the server failed")?;
    Ok(ExitCode::SUCCESS)
}

/// Makes the encryption key of a server that needs one and was told none. Secrets that are there already
/// need the key that they were sealed with, and no other.
async fn make_key(config: &mut Config, database: &Database) -> anyhow::Result<()> {
    let vault = Vault::new(database.db.clone(), config.keyring.clone());
    if !config.needs_key() || vault.check().await.is_err() {
        return Ok(());
    }
    let file = config.key_file();
    config.keyring = Keyring::parse(&[file.make()?])?;
    tracing::warn!(
        path = %file.path().display(),
        reason = "new-encryption-key",
        "an encryption key was made: keep a copy of this file, apart from backups of the database; \
         without it the Twilio credentials in the database can't be read"
    );
    Ok(())
}
