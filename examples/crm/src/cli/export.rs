//! `crm export`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;

use super::{company, variable};
use crate::{clock::Clock, config::Config, database::Database, operate::export::export};

/// Write everything that a company has into a directory, as JSON lines and CSV.
///
/// README.md in the directory describes the files.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The company; needed if there are several.
    #[arg(long, value_name = "NAME")]
    company: Option<String>,

    /// The directory, which is made, or empty.
    directory: PathBuf,
}

pub(super) async fn run(args: ExportArgs, path: Option<&Path>) -> anyhow::Result<ExitCode> {
    let config = Config::load(path, variable)?;
    let database = Database::connect(&config.database_url).await?;
    let done = async {
        let company = company::find(args.company.as_deref(), &config, &database).await?;
        let now = Clock::default().now();
        export(&database.db, &company, &args.directory, now).await
    }
    .await;
    database.db.close().await;
    for (kind, count) in done? {
        println!("{kind}: {count}");
    }
    Ok(ExitCode::SUCCESS)
}
