//! `crm serve`, as a process of its own.

use std::{
    env,
    fs::{self, File},
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use twilio_hooks_tests::TempDir;

use crate::storage::Opened;

/// A server that ends with this value.
pub(crate) struct Server {
    process: Child,
    /// Host and port.
    pub(crate) address: String,
    _directory: TempDir,
}

impl Server {
    pub(crate) fn start(database: &Opened<'_>) -> Self {
        let directory = TempDir::new();
        let config = directory.path().join("crm.toml");
        fs::write(&config, &database.toml).unwrap();
        let log = File::create(directory.path().join("log")).unwrap();
        let program = env::var("BENCH_SERVER").unwrap_or(env!("CARGO_BIN_EXE_crm").to_owned());
        let mut process = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(config)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let Some(Ok(line)) = lines.next() else {
            let log = fs::read_to_string(directory.path().join("log"));
            panic!("the server does not start: {}", log.unwrap_or_default());
        };
        Self {
            process,
            address: line.rsplit_once("//").unwrap().1.to_owned(),
            _directory: directory,
        }
    }

    /// The memory it has now, in kB.
    pub(crate) fn memory(&self) -> u64 {
        self.field("VmRSS")
    }

    /// The most memory it has had, in kB.
    pub(crate) fn most_memory(&self) -> u64 {
        self.field("VmHWM")
    }

    fn field(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
