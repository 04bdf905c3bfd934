//! `crm user add`: the first owner of a company, and whoever else shall be able to sign in.

use std::{
    io::{self, BufRead as _},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use super::variable;
use crate::{
    clock::Clock,
    config::Config,
    database::{Company, Database},
    people::{NewUser, Password, People, Role},
};

/// Add people who may sign in.
#[derive(Debug, Args)]
pub(super) struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add somebody to a company. Prints a token to choose a password with, unless you give one.
    Add(AddArgs),
}

#[derive(Debug, Args)]
struct AddArgs {
    /// The company; needed if there are several.
    #[arg(long, value_name = "NAME")]
    company: Option<String>,

    /// What the person signs in with.
    #[arg(long)]
    email: String,

    /// The person's name.
    #[arg(long)]
    name: Option<String>,

    /// owner, admin, agent or `read_only`.
    #[arg(long, default_value = "owner")]
    role: Role,

    /// Read the password from standard input, its first line.
    #[arg(long)]
    password_stdin: bool,
}

pub(super) async fn run(args: UserArgs, path: Option<&Path>) -> anyhow::Result<ExitCode> {
    let UserCommand::Add(args) = args.command;
    let config = Config::load(path, variable)?;
    let database = Database::connect(&config.database_url).await?;
    let added = add(args, &config, &database).await;
    database.db.close().await;
    added
}

async fn add(args: AddArgs, config: &Config, database: &Database) -> anyhow::Result<ExitCode> {
    let company = company(args.company.as_deref(), config, database).await?;
    let password = if args.password_stdin {
        Some(read_password()?)
    } else {
        None
    };
    let new = NewUser {
        email: args.email,
        name: args.name,
        role: args.role,
    };
    let people = People::new(database.db.clone(), Clock::default());
    let (user, token) = people.add_user(company.id, &new, password).await?;
    match token {
        None => println!("{} can sign in now", user.email),
        Some(token) => println!(
            "{} chooses a password with this token until {}, by POST {}/api/password:\n{}",
            user.email,
            token.expires_at.strftime("%F %H:%M UTC"),
            config.public_url.trim_end_matches('/'),
            token.token.expose(),
        ),
    }
    Ok(ExitCode::SUCCESS)
}

/// The server adds the companies of the configuration when it starts; it may not have started yet.
async fn company(
    name: Option<&str>,
    config: &Config,
    database: &Database,
) -> anyhow::Result<Company> {
    let name = match (name, config.companies.as_slice()) {
        (Some(name), _) => name.trim(),
        (None, [only]) => &only.name,
        (None, _) => bail!("there are several companies, and --company must say which it is"),
    };
    let known = database.settings.companies().await?;
    if let Some(company) = known.into_iter().find(|company| company.name == name) {
        return Ok(company);
    }
    if config.companies.iter().all(|company| company.name != name) {
        bail!("there is no company `{name}`, neither in the database nor in the configuration");
    }
    let now = Clock::default().now();
    Ok(database.settings.add_company(name, now).await?)
}

fn read_password() -> anyhow::Result<Password> {
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .context("the password can't be read")?;
    Ok(Password::new(line.trim_end_matches(['\r', '\n'])))
}
