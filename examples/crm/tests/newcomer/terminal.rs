//! [`Terminal`]: a shell with commands.

use std::{
    env,
    io::{BufRead as _, BufReader},
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::{sync::mpsc, time::timeout};

use crate::clone::Clone;

/// How long a command may take: it may be one that builds everything, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(45 * 60);

/// The leader of a group with everything that it starts, until its input is closed. The output is that
/// of the commands, and then their exit code.
const SHELL: &str = "{ bash -euo pipefail -c \"$0\"; echo \"exit code $?\"; } & exec >/dev/null; read -r _; kill -- -$$";

/// Commands that run in a clone. They end with this value, or with the test, however that ends.
pub(crate) struct Terminal {
    /// Held: when its input is closed, it ends.
    shell: Child,
    lines: mpsc::UnboundedReceiver<String>,
    said: String,
}

impl Terminal {
    pub(crate) fn run(clone: &Clone, commands: &str, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new("sh");
        command
            .args(["-c", SHELL, commands])
            .current_dir(clone.path())
            .process_group(0);
        // What Cargo and the machine say to this test is not for a newcomer.
        command.env_clear();
        let kept = [
            "PATH",
            "HOME",
            "TMPDIR",
            "CARGO_HOME",
            "RUSTUP_HOME",
            "RUSTUP_TOOLCHAIN",
            "CARGO_TERM_COLOR",
        ];
        for name in kept {
            if let Some(value) = env::var_os(name) {
                command.env(name, value);
            }
        }
        // A release is small and fast, and takes its time to build.
        for (key, value) in [
            ("LTO", "off"),
            ("OPT_LEVEL", "0"),
            ("CODEGEN_UNITS", "256"),
            ("INCREMENTAL", "true"),
        ] {
            command.env(format!("CARGO_PROFILE_RELEASE_{key}"), value);
        }
        command.envs(environment.iter().copied());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        let mut shell = command.spawn().unwrap();
        let (sender, lines) = mpsc::unbounded_channel();
        let output = BufReader::new(shell.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                // Also when nobody reads it any more: a full pipe would stop the command.
                let _ = sender.send(line);
            }
        });
        Self {
            shell,
            lines,
            said: String::new(),
        }
    }

    /// Waits for a line in which this stands.
    pub(crate) async fn line(&mut self, part: &str) -> String {
        loop {
            let line = timeout(PATIENCE, self.lines.recv()).await;
            let line = line.unwrap_or_else(|_| panic!("waited for {part:?}: {}", self.said));
            let line = line.unwrap_or_else(|| panic!("{part:?} was not said: {}", self.said));
            self.said += &line;
            self.said.push('\n');
            if line.contains(part) {
                return line;
            }
        }
    }

    /// Waits until the commands have done what they are for.
    pub(crate) async fn ends(&mut self) {
        let end = self.line("exit code ").await;
        assert_eq!(end, "exit code 0", "{}", self.said);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}
