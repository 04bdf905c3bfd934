//! The database: whether it can be reached, is up to date, and can be written.

use twilio_hooks::store::StoreError;

use super::Finding;
use crate::{
    accounts::Accounts,
    args,
    clock::Clock,
    config::Config,
    database::{Company, Database, Db},
    marker::Marker,
};

/// The database and what is read from it, if it is as it should be.
pub(super) struct Opened {
    pub(super) database: Database,
    pub(super) companies: Vec<Company>,
    pub(super) accounts: Accounts,
    pub(super) marker: Marker,
}

pub(super) async fn examine(config: &Config, clock: &Clock) -> (Vec<Finding>, Option<Opened>) {
    let db = match Database::open_as_it_is(&config.database_url).await {
        Ok(db) => db,
        Err(error) => return (vec![unreachable(&error)], None),
    };
    let looked = look(&db).await;
    db.close().await;
    match looked {
        Ok(finding) if finding.level == super::Level::Fine => {
            let (more, opened) = open(config, clock).await;
            ([vec![finding], more].concat(), opened)
        }
        Ok(finding) => (vec![finding], None),
        Err(error) => (vec![unreachable(&error.into())], None),
    }
}

fn unreachable(error: &anyhow::Error) -> Finding {
    Finding::fault(
        "database_unreachable",
        format!("{}.", first_words(error)),
        "Check `database_url` (DATABASE_URL): the path and its rights, or host, name and password. A \
         new SQLite file is made by `crm migrate` or by the first start of the server.",
    )
}

/// What a database says of itself may have its address in it, and that a password.
fn first_words(error: &anyhow::Error) -> String {
    let cause = error.root_cause().to_string();
    match cause.contains("://") {
        true => error.to_string(),
        false => format!("{error}: {cause}"),
    }
}

async fn look(db: &Db) -> Result<Finding, StoreError> {
    let inspection = db.inspect().await?;
    if let Err(error) = inspection.refuse_unknown() {
        let remedy = "Run the version of crm that the other servers on this database run.";
        return Ok(Finding::fault(
            "database_newer",
            format!("{error}."),
            remedy,
        ));
    }
    if !inspection.missing.is_empty() {
        let missing = inspection.missing.join(", ");
        return Ok(Finding::warning(
            "database_older",
            format!("The database lacks {missing}."),
            "Start the server or run `crm migrate`: both bring it up to date.",
        ));
    }
    if let Err(error) = write(db).await {
        let why = anyhow::Error::new(error);
        return Ok(Finding::fault(
            "database_read_only",
            format!(
                "The database can be read and not written ({}).",
                first_words(&why)
            ),
            "Check the rights of the file and its directory, and that the disk is not full; with \
             Postgres, that it is not a standby.",
        ));
    }
    Ok(Finding::fine(
        "database",
        format!(
            "The database can be written and has all {} migrations.",
            inspection.applied
        ),
    ))
}

/// Changes something and undoes it.
async fn write(db: &Db) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    let sql = "insert into account_checks (account_sid, next_at)
               select 'a trial of crm doctor', next_at from account_checks where account_sid = ''";
    tx.execute(sql, args![]).await.map(drop)
}

async fn open(config: &Config, clock: &Clock) -> (Vec<Finding>, Option<Opened>) {
    match try_open(config, clock).await {
        Ok(opened) => (Vec::new(), Some(opened)),
        Err(error) => {
            let finding = Finding::fault(
                "secrets_sealed",
                format!("{error:#}."),
                "Put the key that the secrets were sealed with into `encryption_keys` (or \
                 CRM_ENCRYPTION_KEY) again, or the file encryption.key back into `data_dir`.",
            );
            (vec![finding], None)
        }
    }
}

async fn try_open(config: &Config, clock: &Clock) -> anyhow::Result<Opened> {
    let database = Database::connect(&config.database_url).await?;
    let companies = database.settings.companies().await?;
    let accounts = Accounts::open(config, &database, &companies, clock.clone()).await?;
    Ok(Opened {
        marker: Marker::peek(&database.db).await?,
        companies,
        accounts,
        database,
    })
}
