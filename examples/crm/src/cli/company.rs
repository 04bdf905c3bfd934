//! `crm company`, and which company other commands are about.

use std::{path::Path, process::ExitCode};

use anyhow::{bail, ensure};
use clap::{Args, Subcommand};
use serde_json::json;

use super::variable;
use crate::{
    clock::Clock,
    config::Config,
    database::{Company, Database},
    templates,
};

/// Add, list and rename companies.
#[derive(Debug, Args)]
pub(super) struct CompanyArgs {
    #[command(subcommand)]
    command: CompanyCommand,
}

#[derive(Debug, Subcommand)]
enum CompanyCommand {
    /// Add a company that is not in the configuration. `crm user add` and `crm token add` let people
    /// and programs in.
    Add {
        /// Its name, which no other has.
        name: String,
    },
    /// Show the companies, oldest first.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Give a company another name. One that is in the configuration is renamed there first.
    Rename {
        /// The name it has.
        name: String,
        /// The name it gets.
        to: String,
    },
}

pub(super) async fn run(args: CompanyArgs, path: Option<&Path>) -> anyhow::Result<ExitCode> {
    let config = Config::load(path, variable)?;
    let database = Database::connect(&config.database_url).await?;
    let done = work(args.command, &config, &database).await;
    database.db.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn work(command: CompanyCommand, config: &Config, database: &Database) -> anyhow::Result<()> {
    let settings = &database.settings;
    let known = settings.companies().await?;
    let is_known = |name: &str| known.iter().any(|company| company.name == name);
    match command {
        CompanyCommand::Add { name } => {
            let name = given(&name)?;
            ensure!(!is_known(name), "there is a company `{name}` already");
            let now = Clock::default().now();
            let company = settings.add_company(name, now).await?;
            templates::add_starters(&database.db, company.id, now).await?;
            println!("{name} is company {}", company.id);
        }
        CompanyCommand::List { json } if json => {
            let is_configured =
                |it: &Company| config.companies.iter().any(|other| other.name == it.name);
            let view = |it: &Company| json!({"id": it.id, "name": it.name, "in_configuration": is_configured(it)});
            let all: Vec<_> = known.iter().map(view).collect();
            println!("{:#}", json!(all));
        }
        CompanyCommand::List { .. } => {
            for company in &known {
                println!("{}  {}", company.id, company.name);
            }
        }
        CompanyCommand::Rename { name, to } => {
            let (name, to) = (given(&name)?, given(&to)?);
            ensure!(!is_known(to), "there is a company `{to}` already");
            if config.companies.iter().any(|company| company.name == name) {
                bail!(
                    "`{name}` is in the configuration, and would be added again under its old name: \
                     write the new name there first, run this, and then start the server"
                );
            }
            let is_renamed = settings.rename_company(name, to).await?;
            ensure!(is_renamed, "there is no company `{name}`");
            println!("{name} is {to} from now on");
        }
    }
    Ok(())
}

fn given(name: &str) -> anyhow::Result<&str> {
    let name = name.trim();
    ensure!(!name.is_empty(), "a company has a name");
    Ok(name)
}

/// The company of this name, or the only one of the configuration. The server adds the companies of
/// the configuration when it starts; it may not have started yet.
pub(super) async fn find(
    name: Option<&str>,
    config: &Config,
    database: &Database,
) -> anyhow::Result<Company> {
    let known = database.settings.companies().await?;
    let name = match (name, config.companies.as_slice(), known.as_slice()) {
        (Some(name), ..) => name.trim().to_owned(),
        (None, [only], _) => only.name.clone(),
        (None, [], [only]) => only.name.clone(),
        (None, [], []) => bail!("there is no company yet"),
        (None, ..) => bail!("there are several companies, and --company must say which it is"),
    };
    if let Some(company) = known.into_iter().find(|company| company.name == name) {
        return Ok(company);
    }
    if config.companies.iter().all(|company| company.name != name) {
        bail!("there is no company `{name}`, neither in the database nor in the configuration");
    }
    let now = Clock::default().now();
    Ok(database.settings.add_company(&name, now).await?)
}
