//! The commands of whoever runs the server.

mod commands;
mod doctor;
mod patient;
mod public_url;
mod setup;
mod site;

use std::process::{Output, Stdio};

use tokio::process::Command;

use crate::support::TempDir;

/// What a command said, and how it ended.
#[derive(Debug)]
struct Ran {
    code: i32,
    output: String,
    errors: String,
}

impl Ran {
    #[track_caller]
    fn json(&self, code: i32) -> serde_json::Value {
        assert_eq!(self.code, code, "{self:?}");
        serde_json::from_str(&self.output).unwrap()
    }

    #[track_caller]
    fn ok(&self) -> &str {
        assert_eq!(self.code, 0, "{self:?}");
        &self.output
    }

    /// Expects that it ended with 1 and said why.
    #[track_caller]
    fn error(&self) -> &str {
        assert_eq!(self.code, 1, "{self:?}");
        &self.errors
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap(),
            output: text(output.stdout),
            errors: text(output.stderr),
        }
    }
}

/// The binary with a configuration of its own.
struct Binary {
    directory: TempDir,
}

impl Binary {
    fn new(toml: &str) -> Self {
        let directory = TempDir::new();
        std::fs::write(directory.join("crm.toml"), toml).unwrap();
        Self { directory }
    }

    async fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "").await
    }

    /// With something on standard input.
    async fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        use tokio::io::AsyncWriteExt as _;
        let mut child = Command::new(env!("CARGO_BIN_EXE_crm"))
            .env_clear()
            .current_dir(self.directory.join(""))
            .args(["--config", "crm.toml"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // It may have ended without reading.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        child.wait_with_output().await.unwrap().into()
    }
}
