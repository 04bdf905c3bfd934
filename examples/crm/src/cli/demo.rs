//! `crm demo`: everything in one process, with made-up people and a made-up Twilio.

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
    config::{Log, LogFormat},
    demo::{Demo, live},
    logs,
    server::{serve, stop_signal},
};

/// People take as much time as people do.
const SPEED: f64 = 1.0;

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
    let address = listener
        .local_addr()
        .context("the listener has no address")?;
    let (demo, dispatcher) = Demo::new(address, &directory.0, SPEED).await?;
    let state = demo.state();
    let bus = state.database.bus.clone();

    say(&demo.welcome().await?);
    let (stop_server, server_stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, state, dispatcher, async {
        let _ = server_stopped.await;
    }));
    tokio::select! {
        () = stop => {}
        () = tell(&*bus) => {}
        never = live(&demo, SPEED) => match never {},
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
