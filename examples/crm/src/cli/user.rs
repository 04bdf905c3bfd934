//! `crm user add`: the first owner of a company, and whoever else shall be able to sign in.

use std::{path::Path, process::ExitCode};

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::{company, first_line, variable};
use crate::{
    clock::Clock,
    config::Config,
    database::Database,
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
    let company = company::find(args.company.as_deref(), config, database).await?;
    let password = if args.password_stdin {
        let password = first_line().context("the password can't be read")?;
        Some(Password::new(password))
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
