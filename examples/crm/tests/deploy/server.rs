//! [`Server`]: the CRM with the configuration of the sample, as the units start it.

use std::{fs, net::SocketAddr, path::Path, time::Duration};

use tokio::{net::TcpStream, time::sleep};
use twilio_hooks::testing::FakeTwilio;
use twilio_hooks_tests::TempDir;

use crate::process::{Process, free_port};

const CONFIGURATION: &str = include_str!("../../deploy/crm.toml");
const UNIT: &str = include_str!("../../deploy/crm.service");
const NEXT_UNIT: &str = include_str!("../../deploy/crm-next.service.d/next.conf");

/// What the samples have.
pub(crate) const HOST: &str = "crm.example.com";
pub(crate) const LINE: &str = "+12025550187";
pub(crate) const API_TOKEN: &str = "a-long-random-text";

pub(crate) struct Server {
    /// Where it listens, and where the next one does during an upgrade.
    pub(crate) address: SocketAddr,
    pub(crate) next: SocketAddr,
    twilio: String,
    process: Option<Process>,
    directory: TempDir,
}

/// A text with a part replaced that must be there.
#[track_caller]
pub(crate) fn replaced(text: &str, sample: &str, value: &str) -> String {
    assert!(text.contains(sample), "{sample:?} is not in the sample");
    text.replace(sample, value)
}

/// The address in a unit, with another port.
fn address(unit: &str, port: u16) -> SocketAddr {
    let value = unit
        .lines()
        .find_map(|line| line.strip_prefix("Environment=CRM_LISTEN="));
    let mut address: SocketAddr = value
        .expect("the unit says where to listen")
        .parse()
        .unwrap();
    address.set_port(port);
    address
}

impl Server {
    pub(crate) async fn start(fake: &FakeTwilio) -> Self {
        let directory = TempDir::new();
        let path = |name: &str| directory.path().join(name).display().to_string();
        let mut toml = replaced(
            CONFIGURATION,
            "/var/lib/crm/crm.sqlite",
            &path("crm.sqlite"),
        );
        toml = replaced(&toml, "/var/lib/crm/data", &path("data"));
        toml = replaced(
            &toml,
            "AC00000000000000000000000000000001",
            fake.account_sid().as_str(),
        );
        toml = replaced(&toml, "the-auth-token-of-this-account", fake.auth_token());
        fs::write(directory.path().join("crm.toml"), toml).unwrap();
        let mut server = Self {
            address: address(UNIT, free_port()),
            next: address(NEXT_UNIT, free_port()),
            twilio: fake.base_url(),
            process: None,
            directory,
        };
        server.process = Some(server.run(server.address).await);
        server
    }

    async fn run(&self, address: SocketAddr) -> Process {
        let program = Path::new(env!("CARGO_BIN_EXE_crm"));
        let process = Process::start(program, self.directory.path(), |command| {
            command.args(["serve", "--config", "crm.toml"]);
            command
                .env("CRM_LISTEN", address.to_string())
                .env("TWILIO_API_URL", &self.twilio);
        });
        process.listens(&[address.port()]).await
    }

    /// The next server runs, and this one no more.
    pub(crate) async fn change_places(&mut self) {
        let next = self.run(self.next).await;
        self.process = Some(next);
        // It ends what it has begun, and takes nothing new.
        while TcpStream::connect(self.address).await.is_ok() {
            sleep(Duration::from_millis(20)).await;
        }
    }
}
