//! `crm demo`: everything in one process, with made-up messages and calls.

use std::{
    env, fs,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context as _;
use clap::Args;
use tokio::{net::TcpListener, sync::oneshot};
use twilio_hooks::notify::{Bus, BusEvent};
use uuid::Uuid;

use crate::{
    app::AppState,
    config::{Config, Log, LogFormat},
    database::Database,
    jobs::Jobs,
    logs,
    server::{serve, stop_signal},
    simulate::{
        Client, Target,
        demo::{Pauses, Stories, play},
    },
};

/// The number of the made-up company.
const LINE: &str = "+12025550100";

/// How many ports are tried.
const PORTS: u16 = 20;

/// Try it out: a server with made-up messages and calls, without Twilio and without a trace.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// The port on 127.0.0.1; if it is taken, the next free one. 0 takes any.
    #[arg(long, default_value_t = 3000)]
    port: u16,
}

pub(super) async fn run(args: DemoArgs) -> anyhow::Result<ExitCode> {
    logs::init(&Log {
        format: LogFormat::Text,
        filter: "warn".to_owned(),
    })?;
    let stop = stop_signal().context("signals can't be listened to")?;
    let directory = DataDir::new()?;
    let listener = listen(args.port).await?;
    let url = format!(
        "http://{}",
        listener
            .local_addr()
            .context("the listener has no address")?
    );
    let facts = Facts::new(url);
    let config = Config::parse(&facts.config(&directory)).context("the demo's configuration")?;
    let database = Database::connect(&config.database_url).await?;
    let bus = database.bus.clone();
    let (mut state, dispatcher) = AppState::new(&config, database).await?;
    // Twilio knows nothing of the account.
    state.checks = Jobs::new();
    let target = Target::new(
        &facts.url,
        facts.account_sid.as_str(),
        facts.auth_token.as_str(),
    )
    .context("the demo can't simulate")?;
    let seed = Uuid::new_v4().as_u64_pair().0;
    let stories = Stories::new(facts.account_sid.as_str(), LINE, seed);

    say(&facts.welcome());
    let (stop_server, server_stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, state, dispatcher, async {
        let _ = server_stopped.await;
    }));
    let client = Client::new(target);
    tokio::select! {
        () = stop => {}
        () = tell(&*bus) => {}
        _ = play(&client, stories, Pauses::default(), |_, _| {}) => {}
    }
    say("\nThat was it; nothing of it is kept.\n");
    drop(stop_server);
    server
        .await
        .context("the server broke")?
        .context("the server failed")?;
    Ok(ExitCode::SUCCESS)
}

/// One line for each notification.
async fn tell(bus: &dyn Bus) {
    let mut events = bus.subscribe();
    while let Some(event) = events.recv().await {
        if let BusEvent::Notification(it) = event {
            say(&format!(
                "#{:<4} {}: {}\n",
                it.seq,
                it.title,
                it.message.replace('\n', " ")
            ));
        }
    }
}

/// Whoever reads this may have gone; the demo goes on.
fn say(text: &str) {
    let mut stdout = io::stdout();
    let _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}

async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    let mut result = TcpListener::bind(("127.0.0.1", port)).await;
    for next in (1..PORTS).map_while(|offset| port.checked_add(offset)) {
        match &result {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                result = TcpListener::bind(("127.0.0.1", next)).await;
            }
            _ => break,
        }
    }
    result.with_context(|| format!("127.0.0.1:{port} and the ports after it can't be listened on"))
}

/// What the demo is made of; new each time.
struct Facts {
    url: String,
    account_sid: String,
    auth_token: String,
    api_token: String,
}

impl Facts {
    fn new(url: String) -> Self {
        let random = || Uuid::new_v4().simple().to_string();
        Self {
            url,
            account_sid: format!("AC{}", random()),
            auth_token: random(),
            api_token: random(),
        }
    }

    fn config(&self, directory: &DataDir) -> String {
        let Self {
            url,
            account_sid,
            auth_token,
            api_token,
        } = self;
        let path = directory.0.join("crm.sqlite");
        let data_dir = toml::Value::String(directory.0.join("files").display().to_string());
        // A path may have whatever TOML has a meaning for.
        let database_url = toml::Value::String(format!("sqlite:{}", path.display()));
        format!(
            r#"
            public_url = "{url}"
            database_url = {database_url}
            data_dir = {data_dir}

            # There is no Twilio to ask.
            [reconcile]
            every = "off"

            [[accounts]]
            sid = "{account_sid}"
            auth_tokens = ["{auth_token}"]

            [[companies]]
            name = "Demo company"
            api_token = "{api_token}"

            [[lines]]
            number = "{LINE}"
            greeting = "Welcome to the demo company. We will call you back."
            text_reply = "Thank you! We have got your message."
            "#
        )
    }

    fn welcome(&self) -> String {
        let Self {
            url,
            account_sid,
            auth_token,
            api_token,
        } = self;
        let socket = url.replacen("http", "ws", 1);
        let crm = env::args().next().unwrap_or_else(|| "crm".to_owned());
        let curl =
            |path: &str| format!("  curl -H 'Authorization: Bearer {api_token}' {url}{path}\n");
        [
            &format!("A CRM with made-up people is running at {url}; Ctrl-C ends it.\n"),
            "\nIn another terminal, look at the newest messages, contacts and calls, and at all that \
             happened:\n\n",
            &curl("/api/messages"),
            &curl("/api/contacts"),
            &curl("/api/calls"),
            &curl("/api/notifications"),
            "\nHear it live, in a terminal or in the console of a browser:\n\n",
            &format!("  websocat -H 'Authorization: Bearer {api_token}' {socket}/api/live\n"),
            &format!(
                "  new WebSocket('{socket}/api/live', ['crm', 'bearer.{api_token}']).onmessage = \
                 (event) => console.log(event.data)\n"
            ),
            "\nText the company yourself, as Twilio would hand it over:\n\n",
            &format!(
                "  {crm} simulate sms --url {url} --account-sid {account_sid} --auth-token \
                 {auth_token} --to {LINE} --body 'Hello!'\n"
            ),
            "\nThis is what happens:\n\n",
        ]
        .concat()
    }
}

/// A directory of this process alone, which goes away with it.
struct DataDir(PathBuf);

impl DataDir {
    fn new() -> anyhow::Result<Self> {
        let path = env::temp_dir().join(format!("crm-demo-{}", Uuid::new_v4().simple()));
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&path)
            .with_context(|| format!("the directory {} can't be made", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
