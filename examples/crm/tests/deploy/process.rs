//! [`Process`]: a program beside the test.

use std::{
    io::Read as _,
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::{
    net::TcpStream,
    time::{Instant, sleep},
};

/// How long it may take to start. A machine may have a lot to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// The leader of a group with the program, until its input is closed.
const WATCHED: &str = "\"$@\" & read -r _; kill -- -$$";

/// A program that ends with this value, or with the test, however that ends.
pub(crate) struct Process {
    /// Held: when its input is closed, it ends.
    shell: Child,
    name: String,
}

impl Process {
    pub(crate) fn start(
        program: &Path,
        directory: &Path,
        adapt: impl FnOnce(&mut Command),
    ) -> Self {
        let mut command = Command::new("sh");
        command
            .args(["-c", WATCHED, "sh"])
            .arg(program)
            .current_dir(directory)
            .process_group(0);
        command
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", directory);
        adapt(&mut command);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let shell = command.spawn().unwrap();
        let name = program.display().to_string();
        Self { shell, name }
    }

    /// Waits until somebody listens at all of these ports.
    pub(crate) async fn listens(mut self, ports: &[u16]) -> Self {
        let end = Instant::now() + PATIENCE;
        for port in ports {
            while TcpStream::connect(("127.0.0.1", *port)).await.is_err() {
                if Instant::now() > end {
                    self.stop();
                    let mut said = String::new();
                    let mut output = self.shell.stderr.take().unwrap();
                    let _ = output.read_to_string(&mut said);
                    panic!("{} does not listen at {port}: {said}", self.name);
                }
                sleep(Duration::from_millis(20)).await;
            }
        }
        // What it says later would fill the pipe.
        let mut output = self.shell.stderr.take().unwrap();
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        self
    }

    fn stop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A port that nobody listens at now.
pub(crate) fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    socket.local_addr().unwrap().port()
}
