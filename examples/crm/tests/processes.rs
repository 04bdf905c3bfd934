//! Servers as processes: killed in the middle of their work, and two on one database.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    collections::HashSet,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::time::timeout;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};
use twilio_hooks_tests::{TempDir, postgres::TestDatabase};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const AUTH_TOKEN: &str = "an-auth-token-of-twilio";
const API_TOKEN: &str = "token-of-the-company-0123456789";
const LINE: &str = "+12025550187";
const PUBLIC_URL: &str = "https://crm.example.com";

/// A server in a process of its own; it ends with the test.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(directory: &Path, database_url: &str) -> Self {
        let mut process = crm(directory)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("DATABASE_URL", database_url)
            .env("CRM_PUBLIC_URL", PUBLIC_URL)
            .env("CRM_API_TOKEN", API_TOKEN)
            .env("CRM_NUMBERS", LINE)
            .env("CRM_LOG", "error")
            .env("TWILIO_ACCOUNT_SID", ACCOUNT)
            .env("TWILIO_AUTH_TOKEN", AUTH_TOKEN)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line
            .trim()
            .strip_prefix("listening on http://")
            .expect("its address");
        let address = address.to_owned();
        Self { process, address }
    }

    /// `kill -9`: no signal handler runs, nothing is flushed.
    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn get(&self, path: &str) -> Value {
        let mut socket = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "GET {path} HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {API_TOKEN}\r\n\r\n",
            self.address
        );
        socket.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        socket.read_to_string(&mut response).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").expect("a response");
        assert!(head.contains(" 200 "), "{head}");
        serde_json::from_str(body).unwrap()
    }

    /// The SIDs of all messages, in as many pages as it takes.
    fn message_sids(&self) -> Vec<String> {
        let mut sids = Vec::new();
        let mut path = "/api/messages?limit=200".to_owned();
        loop {
            let page = self.get(&path);
            let items = page["items"].as_array().unwrap();
            sids.extend(
                items
                    .iter()
                    .map(|it| it["message_sid"].as_str().unwrap().to_owned()),
            );
            let Some(next) = page["next"].as_str() else {
                return sids;
            };
            path = format!("/api/messages?limit=200&before={next}");
        }
    }

    async fn listen(&self) -> Live {
        let url = format!("ws://{}/api/live?since=0", self.address);
        let mut request = url.into_client_request().unwrap();
        let bearer = format!("Bearer {API_TOKEN}").parse().unwrap();
        request.headers_mut().insert("authorization", bearer);
        Live(connect_async(request).await.unwrap().0)
    }

    /// Simulated texts for this server.
    fn simulate(&self, directory: &Path, arguments: &[&str]) -> Command {
        let mut command = crm(directory);
        command.args([
            "simulate",
            "sms",
            "--url",
            &format!("http://{}", self.address),
        ]);
        command.args([
            "--public-url",
            PUBLIC_URL,
            "--account-sid",
            ACCOUNT,
            "--to",
            LINE,
        ]);
        command
            .args(arguments)
            .env("TWILIO_AUTH_TOKEN", AUTH_TOKEN)
            .stdout(Stdio::null());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn crm(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crm"));
    command
        .env_clear()
        .current_dir(directory)
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    command
}

struct Live(WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>);

impl Live {
    /// The next `count` notifications.
    async fn next(&mut self, count: usize) -> Vec<Value> {
        let mut told = Vec::new();
        while told.len() < count {
            let frame = timeout(Duration::from_secs(60), self.0.next()).await;
            let frame = frame.unwrap_or_else(|_| panic!("{} of {count} were told of", told.len()));
            if let Message::Text(text) = frame.expect("an open socket").unwrap() {
                told.push(serde_json::from_str(&text).unwrap());
            }
        }
        told
    }
}

fn texts_of(told: &[Value], key: &str) -> HashSet<String> {
    told.iter().map(|it| it[key].to_string()).collect()
}

/// Every message that was answered 200 is there after `kill -9`, once, and so is its notification.
async fn nothing_acknowledged_is_lost(database_url: &str) {
    let directory = TempDir::new();
    let mut server = Server::start(directory.path(), database_url);
    let log = directory.path().join("acknowledged");
    let arguments = [
        "--count",
        "5000",
        "--concurrency",
        "32",
        "--senders",
        "500",
        "--log",
        "acknowledged",
    ];
    let mut simulation = server
        .simulate(directory.path(), &arguments)
        .spawn()
        .unwrap();
    let lines = || fs::read_to_string(&log).unwrap_or_default().lines().count();
    let started = Instant::now();
    while lines() < 1500 {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "only {} were answered",
            lines()
        );
        thread::sleep(Duration::from_millis(5));
    }
    server.kill();
    assert!(
        !simulation.wait().unwrap().success(),
        "the simulation did not notice"
    );

    let acknowledged: HashSet<_> = fs::read_to_string(&log)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    assert!(
        (1500..5000).contains(&acknowledged.len()),
        "{}",
        acknowledged.len()
    );
    let server = Server::start(directory.path(), database_url);
    let stored = server.message_sids();
    let unique: HashSet<_> = stored.iter().cloned().collect();
    assert_eq!(stored.len(), unique.len(), "a message is there twice");
    let lost: Vec<_> = acknowledged.difference(&unique).collect();
    assert!(
        lost.is_empty(),
        "{} acknowledged messages are lost",
        lost.len()
    );

    let told = server.listen().await.next(stored.len()).await;
    assert_eq!(texts_of(&told, "sms_id").len(), stored.len());
    let numbers: Vec<_> = told.iter().map(|it| it["seq"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=stored.len() as u64).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_killed_server_has_all_it_acknowledged_on_sqlite() {
    let directory = TempDir::new();
    let url = format!("sqlite:{}", directory.path().join("crm.sqlite").display());
    nothing_acknowledged_is_lost(&url).await;
}

#[tokio::test]
async fn a_killed_server_has_all_it_acknowledged_on_postgres() {
    let database = TestDatabase::create().await;
    nothing_acknowledged_is_lost(&database.url()).await;
}

/// A text that one process takes is told to the listeners of both, once.
#[tokio::test]
async fn two_servers_share_a_postgres() {
    const COUNT: usize = 200;
    let database = TestDatabase::create().await;
    let directory = TempDir::new();
    let servers = [
        Server::start(directory.path(), &database.url()),
        Server::start(directory.path(), &database.url()),
    ];
    let mut live = Vec::new();
    for server in &servers {
        live.push(server.listen().await);
    }
    let count = (COUNT / 2).to_string();
    for server in &servers {
        let arguments = [
            "--count",
            &count,
            "--concurrency",
            "8",
            "--duplicates",
            "20",
        ];
        let status = server
            .simulate(directory.path(), &arguments)
            .status()
            .unwrap();
        assert!(status.success());
    }
    for live in &mut live {
        let told = live.next(COUNT).await;
        assert_eq!(texts_of(&told, "sms_id").len(), COUNT);
        let silence = timeout(Duration::from_millis(300), live.next(1)).await;
        assert!(silence.is_err(), "something was told twice");
    }
    assert_eq!(servers[0].message_sids().len(), COUNT);
}
