//! `crm user`: the first owner of a company, and whoever else shall be able to sign in, or not any more.

use std::{path::Path, process::ExitCode};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::json;
use twilio_hooks::store::PageRequest;

use super::{company, first_line, variable};
use crate::{
    api::Caller,
    clock::Clock,
    config::Config,
    database::{Company, Database},
    people::{NewUser, OneTimeToken, Password, People, Role, User},
};

/// Add people who may sign in, show them, and let them in or out.
#[derive(Debug, Args)]
pub(super) struct UserArgs {
    /// The company; needed if there are several.
    #[arg(long, value_name = "NAME", global = true)]
    company: Option<String>,

    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add somebody to a company. Prints a token to choose a password with, unless you give one.
    Add(AddArgs),
    /// Show the people, newest first.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// End what somebody may do: sessions end at once, open WebSockets within half a minute.
    Disable {
        /// What the person signs in with.
        email: String,
    },
    /// Let somebody in again, with the password they had.
    Enable {
        /// What the person signs in with.
        email: String,
    },
    /// Print a token to choose a new password with, or set the password.
    Password {
        /// What the person signs in with.
        email: String,

        /// Read the password from standard input, its first line. All their sessions end.
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(Debug, Args)]
struct AddArgs {
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
    let config = Config::load(path, variable)?;
    let database = Database::connect(&config.database_url).await?;
    let done = async {
        let company = company::find(args.company.as_deref(), &config, &database).await?;
        let clock = Clock::default();
        let desk = Desk {
            caller: Caller::server(company.id, clock.now()),
            people: People::new(database.db.clone(), clock),
            public_url: config.public_url.trim_end_matches('/').to_owned(),
            company,
        };
        desk.work(args.command).await
    }
    .await;
    database.db.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

/// Where the people of one company are managed.
struct Desk {
    company: Company,
    caller: Caller,
    people: People,
    public_url: String,
}

impl Desk {
    async fn work(&self, command: UserCommand) -> anyhow::Result<()> {
        match command {
            UserCommand::Add(args) => self.add(args).await,
            UserCommand::List { json } => {
                show(&self.all().await?, json);
                Ok(())
            }
            UserCommand::Disable { email } => {
                let user = self.find(&email).await?;
                let user = self.people.disable_user(&self.caller, user.id).await?;
                println!("{} can't sign in any more", user.email);
                Ok(())
            }
            UserCommand::Enable { email } => {
                let user = self.find(&email).await?;
                let user = self.people.enable_user(&self.caller, user.id).await?;
                println!("{} can sign in again", user.email);
                Ok(())
            }
            UserCommand::Password {
                email,
                password_stdin,
            } => {
                let user = self.find(&email).await?;
                self.set_password(&user, password_stdin).await
            }
        }
    }

    async fn add(&self, args: AddArgs) -> anyhow::Result<()> {
        let password = password(args.password_stdin)?;
        let new = NewUser {
            email: args.email,
            name: args.name,
            role: args.role,
        };
        let (user, token) = self
            .people
            .add_user(self.company.id, &new, password)
            .await?;
        match token {
            None => println!("{} can sign in now", user.email),
            Some(token) => self.print(&user, &token),
        }
        Ok(())
    }

    async fn set_password(&self, user: &User, is_given: bool) -> anyhow::Result<()> {
        let password = password(is_given)?;
        let token = self.people.renew_token(&self.caller, user.id).await?;
        let Some(password) = password else {
            self.print(user, &token);
            return Ok(());
        };
        let token = token.token.expose();
        let chosen = self.people.choose_password(token, password, None, None);
        let user = chosen.await?;
        println!(
            "{} has a new password, and all sessions have ended",
            user.email
        );
        Ok(())
    }

    fn print(&self, user: &User, token: &OneTimeToken) {
        println!(
            "{} chooses a password with this token until {}, by POST {}/api/password:\n{}",
            user.email,
            token.expires_at.strftime("%F %H:%M UTC"),
            self.public_url,
            token.token.expose(),
        );
    }

    async fn find(&self, email: &str) -> anyhow::Result<User> {
        let wanted = email.trim().to_lowercase();
        let mut users = self.all().await?.into_iter();
        let user = users.find(|user| user.email == wanted);
        user.with_context(|| {
            format!(
                "nobody in {} has the email address {wanted}",
                self.company.name
            )
        })
    }

    async fn all(&self) -> anyhow::Result<Vec<User>> {
        let mut request = PageRequest::newest(200);
        let mut users = Vec::new();
        loop {
            let page = self.people.users(self.company.id, request).await?;
            users.extend(page.items);
            match page.next {
                Some(next) => request.before = Some(next),
                None => return Ok(users),
            }
        }
    }
}

fn password(is_given: bool) -> anyhow::Result<Option<Password>> {
    if !is_given {
        return Ok(None);
    }
    let password = first_line().context("the password can't be read")?;
    Ok(Some(Password::new(password)))
}

fn show(users: &[User], as_json: bool) {
    if as_json {
        let view = |it: &User| {
            json!({
                "id": it.id,
                "email": it.email,
                "name": it.name,
                "role": it.role,
                "has_password": it.has_password,
                "created_at": it.created_at,
                "disabled_at": it.disabled_at,
            })
        };
        let all: Vec<_> = users.iter().map(view).collect();
        println!("{:#}", json!(all));
        return;
    }
    for it in users {
        let state = match (it.disabled_at, it.has_password) {
            (Some(_), _) => "  (disabled)",
            (None, false) => "  (invited)",
            (None, true) => "",
        };
        println!("{:<9}  {}  {}{state}", it.role.as_str(), it.email, it.name);
    }
}
