//! `crm token`: what programs of a company show to use the API.

use std::{path::Path, process::ExitCode};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::json;
use twilio_hooks::store::PageRequest;
use uuid::Uuid;

use super::{company, variable};
use crate::{
    api::Caller,
    clock::Clock,
    config::Config,
    database::{Company, Database},
    people::{ApiToken, People, Role},
};

/// Add, list and revoke tokens of programs.
#[derive(Debug, Args)]
pub(super) struct TokenArgs {
    /// The company; needed if there are several.
    #[arg(long, value_name = "NAME", global = true)]
    company: Option<String>,

    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make a token. It is printed, once.
    Add {
        /// What it is for.
        #[arg(long)]
        name: String,

        /// owner, admin, agent or `read_only`.
        #[arg(long, default_value = "agent")]
        role: Role,
    },
    /// Show the tokens, newest first; not the secrets, which nobody knows.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Make a token worth nothing. A running server closes its WebSockets within half a minute.
    Revoke {
        /// Which one, as `list` shows it.
        id: Uuid,
    },
}

pub(super) async fn run(args: TokenArgs, path: Option<&Path>) -> anyhow::Result<ExitCode> {
    let config = Config::load(path, variable)?;
    let database = Database::connect(&config.database_url).await?;
    let done = async {
        let company = company::find(args.company.as_deref(), &config, &database).await?;
        work(args.command, &company, &database).await
    }
    .await;
    database.db.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn work(command: TokenCommand, company: &Company, database: &Database) -> anyhow::Result<()> {
    let clock = Clock::default();
    let caller = Caller::server(company.id, clock.now());
    let people = People::new(database.db.clone(), clock);
    match command {
        TokenCommand::Add { name, role } => {
            let (token, secret) = people.create_api_token(&caller, &name, role).await?;
            eprintln!("the token `{}` ({}):", token.name, token.id);
            println!("{}", secret.expose());
        }
        TokenCommand::List { json } => {
            let tokens = all(&people, company).await?;
            show(&tokens, json);
        }
        TokenCommand::Revoke { id } => {
            let revoked = people.revoke_api_token(&caller, id).await;
            revoked.with_context(|| format!("{} has no token {id}", company.name))?;
            println!("{id} is worth nothing any more");
        }
    }
    Ok(())
}

async fn all(people: &People, company: &Company) -> anyhow::Result<Vec<ApiToken>> {
    let mut request = PageRequest::newest(200);
    let mut tokens = Vec::new();
    loop {
        let page = people.api_tokens(company.id, request).await?;
        tokens.extend(page.items);
        match page.next {
            Some(next) => request.before = Some(next),
            None => return Ok(tokens),
        }
    }
}

fn show(tokens: &[ApiToken], as_json: bool) {
    if as_json {
        let view = |it: &ApiToken| {
            json!({
                "id": it.id,
                "name": it.name,
                "role": it.role,
                "created_at": it.created_at,
                "used_at": it.used_at,
                "revoked_at": it.revoked_at,
            })
        };
        let all: Vec<_> = tokens.iter().map(view).collect();
        println!("{:#}", json!(all));
        return;
    }
    for it in tokens {
        let used = it.used_at.map_or_else(
            || "never used".to_owned(),
            |at| format!("used {}", at.strftime("%F")),
        );
        let revoked = if it.revoked_at.is_some() {
            ", revoked"
        } else {
            ""
        };
        println!("{}  {:<9}  {}  ({used}{revoked})", it.id, it.role, it.name);
    }
}
