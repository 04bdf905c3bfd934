//! `crm setup`: numbers become lines, and Twilio sends what comes in for them to this server.

use std::{
    io::{self, BufRead, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use clap::Args;
use twilio_hooks::AccountSid;

use super::{
    ask::{Asker, terminal},
    company, first_line, open,
};
use crate::{
    accounts::{Access, NewAccount},
    api::Caller,
    app::AppState,
    config::Config,
    database::Company,
    operate::setup::{Number, Outcome, Owner, Setup},
    secret::Secret,
};

/// What a script learns from the exit code.
const NEEDS_TAKE_OVER: u8 = 3;
const WOULD_CHANGE: u8 = 4;

/// Take numbers into use, and let Twilio send what comes in for them to this server.
///
/// Without --number and --all it asks which; if nobody sits at a terminal, it only shows them.
/// Exit codes: 0 all that was chosen is set; 1 something failed; 3 another application's webhooks
/// are there, and --take-over was not given; 4 with --dry-run, something would be changed.
#[derive(Debug, Args)]
pub(super) struct SetupArgs {
    /// The company whose lines the numbers become; needed if there are several.
    #[arg(long, value_name = "NAME")]
    company: Option<String>,

    /// The Twilio account; needed if there are several.
    #[arg(long, value_name = "SID")]
    account: Option<String>,

    /// Read the account's auth token from standard input, its first line: for an account that is not
    /// in the configuration. It is kept in the database, sealed.
    #[arg(long, requires = "account")]
    auth_token_stdin: bool,

    /// A number to set up, or the SID of a messaging service; several are possible.
    #[arg(long = "number", value_name = "NUMBER", conflicts_with = "all")]
    numbers: Vec<String>,

    /// All numbers of the account that are no other company's.
    #[arg(long)]
    all: bool,

    /// Replace the webhooks of other applications. They get nothing any more; `crm release` puts them
    /// back.
    #[arg(long)]
    take_over: bool,

    /// Say what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,

    /// Say it as JSON, and ask nothing.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: SetupArgs, path: Option<&Path>) -> anyhow::Result<ExitCode> {
    let (config, state) = open(path).await?;
    let mut asker = if args.json || args.auth_token_stdin {
        None
    } else {
        terminal()
    };
    let done = work(
        &args,
        &config,
        &state,
        asker.as_mut(),
        &mut io::stdout().lock(),
    )
    .await;
    state.database.db.close().await;
    done.map(ExitCode::from)
}

async fn work<R: BufRead, W: Write>(
    args: &SetupArgs,
    config: &Config,
    state: &AppState,
    mut asker: Option<&mut Asker<R, W>>,
    out: &mut impl Write,
) -> anyhow::Result<u8> {
    let company = which_company(args, config, state, asker.as_deref_mut()).await?;
    let account = which_account(args, state, &company, asker.as_deref_mut()).await?;
    let mut setup = Setup::look(state, &company, &account).await?;
    if !args.json {
        show(&setup, out)?;
    }
    for place in chosen(args, &setup, asker.as_deref_mut())? {
        let number = &setup.numbers[place];
        let mut take_over = args.take_over;
        if let Some(asker) = asker.as_deref_mut()
            && !take_over
            && number.is_anothers()
            && number.line != Owner::AnotherCompany
        {
            let address = &number.address;
            let question = format!(
                "{address} is another application's, which would get nothing any more. Replace it?"
            );
            take_over = asker.yes(&question)?;
        }
        match args.dry_run {
            true => setup.rehearse(place, take_over),
            false => setup.set(state, place, take_over).await,
        }
        if !args.json {
            writeln!(out, "{}", sentence(&setup.numbers[place]))?;
        }
    }
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &setup)?;
        writeln!(out)?;
    }
    Ok(code(&setup))
}

async fn which_company<R: BufRead, W: Write>(
    args: &SetupArgs,
    config: &Config,
    state: &AppState,
    asker: Option<&mut Asker<R, W>>,
) -> anyhow::Result<Company> {
    let database = &state.database;
    match (&args.company, config.companies.as_slice(), asker) {
        (None, [_, _, ..], Some(asker)) => {
            let known = database.settings.companies().await?;
            let names: Vec<_> = known.iter().map(|company| company.name.clone()).collect();
            let place = asker.one_of("Which company's lines shall the numbers be?", &names)?;
            Ok(known[place].clone())
        }
        (name, ..) => company::find(name.as_deref(), config, database).await,
    }
}

async fn which_account<R: BufRead, W: Write>(
    args: &SetupArgs,
    state: &AppState,
    company: &Company,
    asker: Option<&mut Asker<R, W>>,
) -> anyhow::Result<AccountSid> {
    let open = state.accounts.open_to(company.id).await?;
    if let Some(wanted) = &args.account {
        let wanted = AccountSid::from(wanted.trim());
        if open.contains(&wanted) {
            return Ok(wanted);
        }
        if !args.auth_token_stdin {
            bail!(
                "the account {wanted} is not set up for this company: add it to the configuration, or \
                 give its auth token by --auth-token-stdin"
            );
        }
        let token = first_line().context("the auth token can't be read")?;
        add_account(state, company, wanted.clone(), Secret::new(&token)).await?;
        return Ok(wanted);
    }
    match (open.as_slice(), asker) {
        ([], _) => bail!(
            "there is no Twilio account whose numbers this company may have: set one in the \
             configuration, or give --account and --auth-token-stdin"
        ),
        ([only], _) => Ok(only.clone()),
        (several, Some(asker)) => {
            let sids: Vec<_> = several.iter().map(ToString::to_string).collect();
            let place = asker.one_of("Which account?", &sids)?;
            Ok(several[place].clone())
        }
        (_, None) => bail!("there are several accounts, and --account must say which it is"),
    }
}

async fn add_account(
    state: &AppState,
    company: &Company,
    account_sid: AccountSid,
    token: Secret,
) -> anyhow::Result<()> {
    let caller = Caller::server(company.id, state.clock.now());
    let access = Access {
        auth_token: Some(token),
        secondary_auth_token: None,
        api_key: None,
        region: None,
        edge: None,
    };
    let new = NewAccount {
        account_sid,
        friendly_name: None,
        access,
    };
    state.accounts.add(&caller, new).await?;
    Ok(())
}

/// The places of the numbers that are to be set up.
fn chosen<R: BufRead, W: Write>(
    args: &SetupArgs,
    setup: &Setup,
    asker: Option<&mut Asker<R, W>>,
) -> anyhow::Result<Vec<usize>> {
    if args.all {
        let numbers = setup.numbers.iter().enumerate();
        let numbers =
            numbers.filter(|(_, it)| !it.is_messaging_service && it.line != Owner::AnotherCompany);
        return Ok(numbers.map(|(place, _)| place).collect());
    }
    if !args.numbers.is_empty() {
        let place = |written: &String| {
            let place = setup.find(written);
            place.with_context(|| format!("the account has no number `{written}`"))
        };
        return args.numbers.iter().map(place).collect();
    }
    match asker {
        Some(asker) if !setup.numbers.is_empty() => {
            Ok(asker.some_of("Which of them shall be set up?", setup.numbers.len())?)
        }
        _ => Ok(Vec::new()),
    }
}

fn show(setup: &Setup, out: &mut impl Write) -> io::Result<()> {
    let name = setup.account_name.as_deref().unwrap_or("no name");
    writeln!(
        out,
        "The account {} ({name}) takes the credentials; its numbers, for {}:",
        setup.account_sid, setup.company
    )?;
    for (place, number) in (1..).zip(&setup.numbers) {
        let mut about = Vec::new();
        if number.is_messaging_service {
            about.push("a messaging service".to_owned());
        }
        if let Some(service) = &number.messaging_service_sid {
            about.push(format!("in the messaging service {service}"));
        }
        about.push(match number.line {
            Owner::Nobody => "no line yet".to_owned(),
            Owner::Own => "a line".to_owned(),
            Owner::AnotherCompany => "a line of another company".to_owned(),
        });
        let name = number.name.as_deref().unwrap_or_default();
        writeln!(
            out,
            "\n{place:3}  {}  {name}  ({})",
            number.address,
            about.join(", ")
        )?;
        for row in &number.webhooks {
            let actual = row.actual.as_deref().unwrap_or("nothing");
            let method = row.actual_method.as_deref().unwrap_or_default();
            if row.is_ok() {
                writeln!(out, "     {:<16}  {actual}  as it should be", row.webhook)?;
            } else {
                writeln!(
                    out,
                    "     {:<16}  {actual} {method}  ({})",
                    row.webhook, row.reason
                )?;
                writeln!(out, "     {:<16}  → {}", "", row.expected)?;
            }
        }
    }
    writeln!(out)
}

fn sentence(number: &Number) -> String {
    let done = match number.result {
        Outcome::NotChosen => "was not chosen",
        Outcome::NothingToDo => "is as it should be",
        Outcome::WouldSet => "would be set up",
        Outcome::Set => "is set up",
        Outcome::NeedsTakeOver => {
            "is another application's and was left alone; --take-over replaces it"
        }
        Outcome::Failed => "could not be set up",
    };
    match &number.error {
        Some(error) => format!("{} {done}: {error}", number.address),
        None => format!("{} {done}", number.address),
    }
}

fn code(setup: &Setup) -> u8 {
    let has = |outcome| setup.numbers.iter().any(|number| number.result == outcome);
    if has(Outcome::Failed) {
        1
    } else if has(Outcome::NeedsTakeOver) {
        NEEDS_TAKE_OVER
    } else if has(Outcome::WouldSet) {
        WOULD_CHANGE
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use twilio_hooks::{client::UpdateIncomingPhoneNumber, testing::FakeTwilio};
    use uuid::Uuid;

    use super::*;
    use crate::database::Database;

    const OTHERS: &str = "https://example.com/theirs";

    fn nothing_given() -> SetupArgs {
        SetupArgs {
            company: None,
            account: None,
            auth_token_stdin: false,
            numbers: Vec::new(),
            all: false,
            take_over: false,
            dry_run: false,
            json: false,
        }
    }

    /// Somebody at the terminal: which company, which numbers, and whether to replace what is there.
    #[tokio::test]
    async fn whoever_gives_nothing_is_asked() {
        let fake = FakeTwilio::start().await.unwrap();
        for number in ["+12025550187", "+12025550188"] {
            fake.add_number(number);
        }
        let theirs = UpdateIncomingPhoneNumber::new().sms_url(OTHERS);
        let client = fake.client();
        let numbers = client.incoming_phone_numbers();
        let first = fake.phone_numbers()[0].sid.clone();
        numbers.update(&first, theirs).await.unwrap();
        let file = std::env::temp_dir().join(format!("crm-setup-{}.sqlite", Uuid::now_v7()));
        let config = format!(
            "public_url = \"https://crm.example.com\"
             twilio_api_url = {:?}
             database_url = \"sqlite:{}\"
             [[accounts]]
             sid = \"{}\"
             auth_tokens = [{:?}]
             [[companies]]
             name = \"Alpha\"
             api_token = \"token-of-alpha\"
             [[companies]]
             name = \"Beta\"
             api_token = \"token-of-beta\"",
            fake.base_url(),
            file.display(),
            fake.account_sid(),
            fake.auth_token()
        );
        let config = Config::parse(&config).unwrap();
        let database = Database::connect(&config.database_url).await.unwrap();
        let (state, _) = AppState::new(&config, database).await.unwrap();
        let args = nothing_given();
        let mut said = Vec::new();
        let mut talk = async |answers: &'static str| {
            let mut asker = Asker::new(answers.as_bytes(), Vec::new());
            let done = work(&args, &config, &state, Some(&mut asker), &mut said).await;
            let said = String::from_utf8(std::mem::take(&mut said)).unwrap();
            (done.unwrap(), said)
        };
        let (code, said) = talk("2\nall\nno\n").await;
        assert_eq!(code, NEEDS_TAKE_OVER);
        assert!(
            said.contains("+12025550187 is another application's"),
            "{said}"
        );
        assert!(said.contains("+12025550188 is set up"), "{said}");
        assert!(
            said.contains(OTHERS) && !said.contains(fake.auth_token()),
            "{said}"
        );
        let url = |place: usize| fake.phone_numbers()[place].sms_url.clone();
        assert_eq!(url(0).as_deref(), Some(OTHERS));
        let (code, said) = talk("2\n1-2\nyes\n").await;
        assert_eq!(code, 0);
        assert!(said.contains("+12025550187 is set up"), "{said}");
        assert!(said.contains("+12025550188 is as it should be"), "{said}");
        assert_eq!(url(0), url(1));
        let (code, _) = talk("2\n\n").await;
        assert_eq!(code, 0, "nothing was chosen");
        state.database.db.close().await;
        let _ = std::fs::remove_file(file);
    }
}
