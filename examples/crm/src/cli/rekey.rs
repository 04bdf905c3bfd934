//! `crm rekey`.

use std::{path::Path, process::ExitCode};

use anyhow::Context as _;

use super::variable;
use crate::{config::Config, database::Database, sealed::Vault};

/// Servers may be running, if they have the new key as well.
pub(super) async fn run(path: Option<&Path>) -> anyhow::Result<ExitCode> {
    let config = Config::load(path, variable)?;
    let first = config.keyring.first_id().map(str::to_owned).context(
        "no encryption key is configured: write `encryption_keys` (or set CRM_ENCRYPTION_KEY), the \
         new key first",
    )?;
    let database = Database::connect(&config.database_url).await?;
    let vault = Vault::new(database.db.clone(), config.keyring);
    let sealed = vault.reseal().await.context(
        "not all secrets could be sealed with the first key; those that were stay so, and this can \
         be run again",
    );
    database.db.close().await;
    let sealed = sealed?;
    println!("sealed {sealed} secrets with the key `{first}`");
    Ok(ExitCode::SUCCESS)
}
