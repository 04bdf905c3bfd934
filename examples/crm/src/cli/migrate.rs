//! `crm migrate`: brings the tables up to date, or says what they lack.

use std::{path::Path, process::ExitCode};

use clap::Args;

use super::variable;
use crate::{config::Config, database::Database};

/// What a script learns from the exit code.
const SOME_MISSING: u8 = 3;

/// Bring the tables up to date, as the server does when it starts.
#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    /// Only say which migrations are missing. Exit codes: 0 none; 3 some; 1 the database can't be
    /// read, or a newer version has changed it.
    #[arg(long)]
    check: bool,
}

pub(super) async fn run(args: MigrateArgs, path: Option<&Path>) -> anyhow::Result<ExitCode> {
    let config = Config::load(path, variable)?;
    if args.check {
        let db = Database::open_as_it_is(&config.database_url).await?;
        let inspection = db.inspect().await;
        db.close().await;
        let inspection = inspection?;
        inspection.refuse_unknown()?;
        for name in &inspection.missing {
            println!("missing: {name}");
        }
        if inspection.missing.is_empty() {
            println!("all {} migrations are there", inspection.applied);
            return Ok(ExitCode::SUCCESS);
        }
        return Ok(SOME_MISSING.into());
    }
    let before = match Database::open_as_it_is(&config.database_url).await {
        Ok(db) => {
            let inspection = db.inspect().await;
            db.close().await;
            inspection?.applied
        }
        // A new file.
        Err(_) => 0,
    };
    let database = Database::connect(&config.database_url).await?;
    let inspection = database.db.inspect().await;
    database.db.close().await;
    let applied = inspection?.applied;
    println!(
        "{} migrations were missing and are there now",
        applied - before
    );
    Ok(ExitCode::SUCCESS)
}
