//! [`backup`]: a copy of a SQLite database that goes on being used.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::Path,
};

use anyhow::{Context as _, bail, ensure};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::{args, database::Db};

/// A copy that was opened and looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backup {
    /// How long the file is.
    pub bytes: u64,
}

/// Copies a SQLite database as it is at one moment into a new file, and proves that the copy can be
/// opened, is whole and has all tables. Servers may go on writing meanwhile.
///
/// # Errors
/// If it is a Postgres database, the file is there already, or the copy can't be made or is not whole; then
/// there is no file.
pub async fn backup(db: &Db, target: &Path) -> anyhow::Result<Backup> {
    if matches!(db, Db::Postgres(_)) {
        bail!(
            "a Postgres database is backed up by its own tools: pg_dump --format=custom \
             --file=crm.dump \"$DATABASE_URL\", and pg_restore puts it back"
        );
    }
    create(target).with_context(|| format!("{} can't be made", target.display()))?;
    let copied = copy(db, target).await;
    if copied.is_err() {
        // Half a backup is none.
        let _ = fs::remove_file(target);
    }
    copied
}

/// An empty file for its owner alone; one that is there already stays what it is.
fn create(target: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(target).map(drop)
}

async fn copy(db: &Db, target: &Path) -> anyhow::Result<Backup> {
    let name = target
        .to_str()
        .context("the name of the file is no UTF-8")?;
    db.execute("vacuum into $1", args![name])
        .await
        .context("the database can't be copied")?;
    let options = SqliteConnectOptions::new().filename(target).read_only(true);
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options);
    let copy = Db::file(pool.await.context("the copy can't be opened")?);
    let proved = prove(db, &copy).await;
    copy.close().await;
    proved?;
    // On the disk, and findable there.
    let file = File::open(target)?;
    file.sync_all().context("the copy can't be written")?;
    if let Some(directory) = target.parent().filter(|path| !path.as_os_str().is_empty()) {
        File::open(directory)?.sync_all()?;
    }
    Ok(Backup {
        bytes: file.metadata()?.len(),
    })
}

async fn prove(db: &Db, copy: &Db) -> anyhow::Result<()> {
    let rows = copy.rows("pragma integrity_check", args![]).await?;
    let said: String = rows
        .first()
        .context("SQLite says nothing of the copy")?
        .get("integrity_check")?;
    ensure!(said == "ok", "the copy is not whole: {said}");
    let wrong = copy.rows("pragma foreign_key_check", args![]).await?;
    ensure!(
        wrong.is_empty(),
        "rows of the copy refer to others that are missing"
    );
    ensure!(
        copy.inspect().await? == db.inspect().await?,
        "the copy has other tables than the database"
    );
    Ok(())
}
