//! `crm backup`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;

use super::variable;
use crate::{config::Config, database::Database, operate::backup::backup};

/// Copy the SQLite database into a new file, while servers go on.
///
/// The copy is opened and looked through before it counts. It has no encryption keys and no files of
/// `data_dir`: keep those as well.
#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// The new file.
    file: PathBuf,
}

pub(super) async fn run(args: BackupArgs, path: Option<&Path>) -> anyhow::Result<ExitCode> {
    let config = Config::load(path, variable)?;
    let db = Database::open_as_it_is(&config.database_url).await?;
    let made = backup(&db, &args.file).await;
    db.close().await;
    let (file, bytes) = (args.file.display(), made?.bytes);
    println!("{file}: {bytes} bytes; it can be opened and is whole");
    Ok(ExitCode::SUCCESS)
}
