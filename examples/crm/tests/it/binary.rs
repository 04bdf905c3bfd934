//! The binary: how it starts, what it says, and how it stops.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::{ACCOUNT, ALPHA, AUTH_TOKEN, PUBLIC_URL, TempDir, config};

pub(crate) fn crm(directory: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crm"));
    command
        .env_clear()
        .current_dir(directory.join(""))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Ends the process with the test, also when the test fails.
pub(crate) struct Running(pub(crate) Child);

#[cfg(unix)]
impl Running {
    /// Sends it a signal, by its name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &pid])
            .status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
#[test]
fn it_serves_until_it_is_told_to_stop() {
    let directory = TempDir::new();
    let child = crm(&directory)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("CRM_PUBLIC_URL", PUBLIC_URL)
        .env("TWILIO_ACCOUNT_SID", ACCOUNT)
        .env("TWILIO_AUTH_TOKEN", AUTH_TOKEN)
        .env("CRM_API_TOKEN", ALPHA)
        .env("CRM_NUMBERS", "+12025550187")
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let mut line = String::new();
    BufReader::new(running.0.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line
        .trim()
        .strip_prefix("listening on http://")
        .expect(&line);

    let mut socket = TcpStream::connect(address).unwrap();
    let request = format!(
        "GET /api/lines HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {ALPHA}\r\n\
         Connection: close\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    socket.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
    assert!(response.contains("+12025550187"), "{response}");
    assert!(directory.join("crm.sqlite").exists());

    running.signal("TERM");
    let status = running.0.wait().unwrap();
    let mut log = String::new();
    running
        .0
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("stopped"), "{log}");
    assert!(!log.contains(ALPHA) && !log.contains(AUTH_TOKEN), "{log}");
}

#[cfg(unix)]
#[test]
fn the_demo_shows_what_happens_and_leaves_nothing() {
    let directory = TempDir::new();
    let child = crm(&directory)
        .args(["demo", "--port", "0"])
        .env("TMPDIR", directory.join(""))
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let mut lines = BufReader::new(running.0.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let curl = lines
        .find(|line| line.contains("/api/notifications"))
        .unwrap();
    let simulate = lines.find(|line| line.contains("simulate sms")).unwrap();
    let event = lines.find(|line| line.starts_with('#')).unwrap();
    assert!(event.starts_with("#1 "), "{event}");
    assert_eq!(std::fs::read_dir(directory.join("")).unwrap().count(), 1);

    let output = crm(&directory)
        .args(&words(&simulate)[1..])
        .output()
        .unwrap();
    let answer = String::from_utf8(output.stdout).unwrap();
    assert!(answer.contains("We have got your message."), "{answer}");
    lines.find(|line| line.contains("Hello!")).unwrap();
    assert!(curl.contains("Authorization: Bearer "), "{curl}");

    running.signal("INT");
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
    assert_eq!(std::fs::read_dir(directory.join("")).unwrap().count(), 0);
}

/// The words of a line as a shell sees them; quotes hide blanks.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in line.trim().chars() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, ' ') => words.push(String::new()),
            _ => words.last_mut().unwrap().push(c),
        }
    }
    words
}

/// Does what a line with `curl` does, and gives status and body.
pub(crate) fn curl(line: &str) -> (u16, Value) {
    let words = words(line);
    let url = words.iter().find(|word| word.starts_with("http")).unwrap();
    let (host, path) = url["http://".len()..].split_once('/').unwrap();
    let after = |flag: &str| {
        let values = words.windows(2).filter(|pair| pair[0] == *flag);
        values.map(|pair| pair[1].clone()).collect::<Vec<_>>()
    };
    let method = after("-X").pop().unwrap_or_else(|| "GET".to_owned());
    let body = after("-d").pop().unwrap_or_default();
    let headers = after("-H").join("\r\n");
    let length = body.len();
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    );
    let mut socket = TcpStream::connect(host).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    socket.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}

/// The lines to copy do what they say: a text is sent and delivered, and somebody answers it.
#[cfg(unix)]
#[test]
fn the_lines_of_the_demo_work() {
    let directory = TempDir::new();
    let child = crm(&directory)
        .args(["demo", "--port", "0"])
        .env("TMPDIR", directory.join(""))
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
    let lines: Vec<_> = lines
        .map(Result::unwrap)
        .take_while(|line| !line.starts_with("This is what happens"))
        .collect();
    let mut reads = 0;
    for line in lines.iter().filter(|line| line.contains("curl -H")) {
        let (status, body) = if line.contains("/audio") {
            continue;
        } else {
            curl(line)
        };
        assert_eq!(status, 200, "{line}");
        assert!(body["items"].is_array(), "{line}");
        reads += 1;
    }
    assert_eq!(reads, 4);

    let read = lines.iter().find(|line| line.ends_with("/api/messages"));
    let (read, send) = (read.unwrap(), "-X POST");
    let send = lines
        .iter()
        .find(|line| line.contains(send) && line.contains("/api/messages "));
    let document = crm::api::document();
    let can_send = document["paths"]["/api/messages"].get("post").is_some();
    assert_eq!(send.is_some(), can_send);
    let Some(send) = send else { return };
    let (status, sent) = curl(send);
    assert_eq!(status, 201, "{sent}");
    let message = format!("{read}/{}", sent["id"].as_str().unwrap());
    let wait = || std::thread::sleep(Duration::from_millis(200));
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let (_, now) = curl(&message);
        if now["status"] == "delivered" {
            break;
        }
        assert!(Instant::now() < deadline, "{now}");
        wait();
    }
    loop {
        let (_, page) = curl(read);
        let is_answer = |it: &Value| {
            it["direction"] == "inbound"
                && it["from_address"] == sent["to_address"]
                && it["created_at"].as_str() > sent["created_at"].as_str()
        };
        if page["items"].as_array().unwrap().iter().any(is_answer) {
            break;
        }
        assert!(Instant::now() < deadline, "nobody answers");
        wait();
    }
}

/// What it says on standard error when it does not start.
fn refusal(change: impl FnOnce(&mut Command)) -> String {
    let directory = TempDir::new();
    let mut command = crm(&directory);
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    change(&mut command);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_form_of_the_log_that_there_is_not_is_refused() {
    let said = refusal(|command| {
        command
            .args(["--log-format", "xml"])
            .env("CRM_PUBLIC_URL", PUBLIC_URL)
            .env("TWILIO_ACCOUNT_SID", ACCOUNT)
            .env("TWILIO_AUTH_TOKEN", AUTH_TOKEN)
            .env("CRM_API_TOKEN", ALPHA);
    });
    assert!(said.contains("it can be `text` or `json`"), "{said}");
}

#[test]
fn it_does_not_start_open_to_strangers() {
    let said = refusal(|_| {});
    assert!(
        said.starts_with("error: ") && said.contains("TWILIO_ACCOUNT_SID"),
        "{said}"
    );
    let said = refusal(|command| {
        command
            .env("TWILIO_ACCOUNT_SID", ACCOUNT)
            .env("TWILIO_AUTH_TOKEN", AUTH_TOKEN);
    });
    assert!(
        said.contains("CRM_API_TOKEN") && !said.contains(AUTH_TOKEN),
        "{said}"
    );
    let said = refusal(|command| {
        command
            .env("TWILIO_ACCOUNT_SID", ACCOUNT)
            .env("CRM_API_TOKEN", ALPHA);
    });
    assert!(
        said.contains("TWILIO_AUTH_TOKEN") && !said.contains(ALPHA),
        "{said}"
    );
}

#[test]
fn secrets_are_sealed_anew_by_a_command() {
    let directory = TempDir::new();
    let rekey = |keys: Option<&str>| {
        let mut command = crm(&directory);
        command
            .arg("rekey")
            .env("CRM_PUBLIC_URL", PUBLIC_URL)
            .env("TWILIO_ACCOUNT_SID", ACCOUNT)
            .env("TWILIO_AUTH_TOKEN", AUTH_TOKEN)
            .env("CRM_API_TOKEN", ALPHA);
        if let Some(keys) = keys {
            command.env("CRM_ENCRYPTION_KEY", keys);
        }
        command.output().unwrap()
    };
    let refused = rekey(None);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("CRM_ENCRYPTION_KEY"), "{said}");
    let done = rekey(Some(crate::twilios::KEY));
    let said = String::from_utf8(done.stdout).unwrap();
    assert_eq!(said, "sealed 0 secrets with the key `test`\n");
}

#[test]
fn it_names_what_is_wrong_with_its_configuration() {
    let directory = TempDir::new();
    let path = directory.join("crm.toml");
    std::fs::write(&path, config("colour = \"blue\"", "sqlite:x")).unwrap();
    let said = refusal(|command| {
        command.env("CRM_CONFIG", &path);
    });
    assert!(
        said.contains("crm.toml") && said.contains("unknown field `colour`"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
    let said = refusal(|command| {
        command.args(["--config", "missing.toml"]);
    });
    assert!(said.contains("missing.toml can't be read"), "{said}");
    std::fs::write(&path, config("", "mysql://user:hidden@localhost/crm")).unwrap();
    let said = refusal(|command| {
        command.env("CRM_CONFIG", &path);
    });
    assert!(
        said.contains("`sqlite:` or `postgres://`") && !said.contains("hidden"),
        "{said}"
    );
}

/// Somebody must be the first.
#[tokio::test]
async fn the_first_owner_is_added_on_the_command_line() {
    let directory = TempDir::new();
    let add = |arguments: &[&str], password: &str| {
        let mut child = crm(&directory)
            .args(["user", "add", "--company", "Alpha"])
            .args(arguments)
            .env("CRM_PUBLIC_URL", PUBLIC_URL)
            .env("TWILIO_ACCOUNT_SID", ACCOUNT)
            .env("TWILIO_AUTH_TOKEN", AUTH_TOKEN)
            .env("CRM_COMPANY", "Alpha")
            .env("CRM_API_TOKEN", ALPHA)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // It may have ended without reading.
        let _ = stdin.write_all(password.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (
            output.status.success(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let ana = ["--email", "Ana@example.com", "--password-stdin"];
    let (_, _, error) = add(&ana, "short\n");
    assert!(error.contains("10 characters"), "{error}");
    let (added, output, _) = add(&ana, "a long password\n");
    assert!(
        added && output == "ana@example.com can sign in now\n",
        "{output}"
    );
    let (added, _, error) = add(&ana, "a long password\n");
    assert!(
        !added && error.contains("the email address is in use"),
        "{error}"
    );
    let bob = ["--email", "bob@example.com", "--role", "agent"];
    let (added, output, _) = add(&bob, "");
    assert!(added, "{output}");
    let token = output.lines().last().unwrap();

    let storage = crate::support::Storage::Sqlite(directory);
    let crm = crate::support::Crm::start_in(storage).await;
    let answer = crm.log_in("ana@example.com", "a long password").await;
    assert_eq!(answer.json()["role"], "owner");
    let body = serde_json::json!({ "token": token, "password": "another long one" });
    crm.post("", "/api/password", &body).await.json();
    let answer = crm.log_in("bob@example.com", "another long one").await;
    assert_eq!(answer.json()["role"], "agent");
}
