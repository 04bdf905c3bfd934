//! A Postgres to test on, and a database of its own for each test.
//!
//! If `TEST_DATABASE_URL` is set, databases named `twilio_hooks_test_…` are created and dropped on
//! that server. Otherwise each test process starts a server of its own below the temporary
//! directory, with the programs of an installed Postgres. If there are none, they are installed with
//! `apt-get`. Nothing is skipped: without a Postgres the tests fail and say why.
//!
//! The server ends with the test process, however that ends: a shell watches over it and notices
//! when its input is closed.

mod install;

use std::{
    env, fs,
    net::TcpListener,
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection, PgPool, Row, postgres::PgPoolOptions,
};
use twilio_hooks_sqlx::PgStore;

use self::install::{Account, Programs};
use crate::TempDir;

/// What the names of test databases begin with.
const PREFIX: &str = "twilio_hooks_test_";

/// Test databases of others are left alone for an hour; then their process has died.
const STALE: Duration = Duration::from_secs(3600);

/// An empty database with the tables of `PgStore`, dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    server: &'static Server,
    name: String,
}

impl TestDatabase {
    /// Creates a database.
    ///
    /// # Panics
    /// If there is no Postgres and none can be had.
    pub async fn create() -> Self {
        let server = server();
        let name = server.create_database().await;
        Self { server, name }
    }

    /// Creates a database without tables.
    ///
    /// # Panics
    /// If there is no Postgres and none can be had.
    pub async fn create_empty() -> Self {
        let server = server();
        let name = new_name();
        let sql = format!("create database {name} template template0");
        server.execute(sql).await;
        Self { server, name }
    }

    /// The URL of the database.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url_of(&self.name)
    }

    /// A pool of up to ten connections.
    ///
    /// # Panics
    /// If the database can't be reached.
    pub async fn pool(&self) -> PgPool {
        PgPoolOptions::new()
            .connect(&self.url())
            .await
            .expect("the test database answers")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // The server ends soon and takes all databases with it.
        if self.server.cluster.is_some() {
            return;
        }
        let sql = format!("drop database if exists {} with (force)", self.name);
        let url = self.server.url.clone();
        // A runtime may be running here, and another can't be started inside it.
        let dropping = thread::spawn(move || block_on(execute(&url, sql)));
        let _ = dropping.join();
    }
}

/// Where databases are created.
#[derive(Debug)]
struct Server {
    url: String,
    /// Present if it is a server of our own.
    cluster: Option<Cluster>,
    /// A database with all tables, which others are copies of.
    template: OnceLock<String>,
}

/// The server of this process, started by whoever needs it first.
fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        // Not on the caller's thread: it may be running a runtime already.
        let starting = thread::spawn(|| match env::var("TEST_DATABASE_URL") {
            Ok(url) if !url.is_empty() => {
                block_on(drop_stale(&url));
                Server {
                    url,
                    cluster: None,
                    template: OnceLock::new(),
                }
            }
            _ => {
                let cluster = Cluster::start(Durability::Off);
                let server = Server {
                    url: cluster.url(),
                    cluster: Some(cluster),
                    template: OnceLock::new(),
                };
                let template = block_on(server.make_template());
                server.template.set(template).expect("nobody else sets it");
                server
            }
        });
        starting.join().expect("a Postgres to test on")
    })
}

impl Server {
    fn url_of(&self, database: &str) -> String {
        let mut url: sqlx::postgres::PgConnectOptions = self
            .url
            .parse()
            .expect("TEST_DATABASE_URL is a Postgres URL");
        url = url.database(database);
        sqlx::ConnectOptions::to_url_lossy(&url).to_string()
    }

    async fn execute(&self, sql: String) {
        execute(&self.url, sql).await;
    }

    async fn make_template(&self) -> String {
        let name = new_name();
        self.execute(format!("create database {name} template template0"))
            .await;
        migrate(&self.url_of(&name)).await;
        name
    }

    /// Copying a template is ten times as fast as creating the tables. On a server that is not ours
    /// there is none, because nothing would drop it in the end.
    async fn create_database(&self) -> String {
        let name = new_name();
        match self.template.get() {
            Some(template) => {
                self.execute(format!("create database {name} template {template}"))
                    .await;
            }
            None => {
                self.execute(format!("create database {name} template template0"))
                    .await;
                migrate(&self.url_of(&name)).await;
            }
        }
        name
    }
}

async fn migrate(url: &str) {
    let pool = PgPoolOptions::new().max_connections(1).connect(url).await;
    let store = PgStore::new(pool.expect("the new database answers"));
    store.migrate().await.expect("tables are created");
    store.pool().close().await;
}

async fn execute(url: &str, sql: String) {
    let mut connection = PgConnection::connect(url)
        .await
        .expect("the Postgres to test on answers");
    connection
        .execute(AssertSqlSafe(sql))
        .await
        .expect("test databases can be created and dropped");
    let _ = connection.close().await;
}

/// Drops what test processes have left that were killed.
async fn drop_stale(url: &str) {
    let mut connection = PgConnection::connect(url)
        .await
        .expect("the server of TEST_DATABASE_URL answers");
    let names = sqlx::query("select datname from pg_database where datname like $1")
        .bind(format!("{PREFIX}%"))
        .fetch_all(&mut connection)
        .await
        .expect("databases are listed");
    for row in names {
        let name: String = row.get(0);
        let made = name[PREFIX.len()..].split('_').next();
        let made = made
            .and_then(|seconds| seconds.parse().ok())
            .map(Duration::from_secs);
        if made.is_some_and(|made| since_epoch().saturating_sub(made) > STALE) {
            // Somebody else may be dropping it as well.
            let sql = format!("drop database if exists {name} with (force)");
            let _ = connection.execute(AssertSqlSafe(sql)).await;
        }
    }
}

fn new_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let seconds = since_epoch().as_secs();
    format!("{PREFIX}{seconds}_{}_{number}", process::id())
}

fn since_epoch() -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("a clock after 1970")
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be started")
        .block_on(future)
}

/// Whether a server flushes to disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// As fast as can be; nothing has to survive.
    Off,
    /// As in production.
    On,
}

/// A Postgres server of this process.
#[derive(Debug)]
pub struct Cluster {
    // Closing its input ends the server.
    supervisor: Child,
    port: u16,
    log: PathBuf,
    _directory: Option<TempDir>,
}

/// Runs the server until the input ends, then removes everything, unless it is kept.
const SUPERVISE: &str = r#"
directory=$1; end=$2; shift 2
"$@" </dev/null >"$directory/log" 2>&1 &
server=$!
read -r _
kill -INT "$server" 2>/dev/null
wait "$server"
if [ "$end" = remove ]; then rm -rf "$directory"; fi
"#;

impl Cluster {
    /// Starts a server that is removed in the end.
    ///
    /// # Panics
    /// If Postgres is neither installed nor can be installed, or does not start.
    #[must_use]
    pub fn start(durability: Durability) -> Self {
        let directory = TempDir::new();
        let path = directory.path().to_owned();
        Self::run(&path, Some(directory), durability)
    }

    /// Starts a server whose databases stay: in this directory, which is made if it is not there.
    ///
    /// # Panics
    /// As for [`start`](Self::start), and if the directory can't be made.
    #[must_use]
    pub fn start_in(directory: &Path, durability: Durability) -> Self {
        fs::create_dir_all(directory).expect("the directory can be made");
        Self::run(directory, None, durability)
    }

    fn run(path: &Path, directory: Option<TempDir>, durability: Durability) -> Self {
        let programs = Programs::find_or_install();
        let account = Account::of_server();
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))
            .expect("the directory is ours");
        if let Some(account) = account {
            chown(path, Some(account.uid), Some(account.gid))
                .expect("root may give a directory away");
        }
        let data = path.join("data");
        if !data.join("PG_VERSION").is_file() {
            make_data(&programs, account, path, &data);
        }
        let end = if directory.is_some() {
            "remove"
        } else {
            "keep"
        };
        // Another process may take the port before the server does.
        for _ in 0..5 {
            let port = free_port();
            let mut supervisor = supervise(&programs, account, path, end, port, durability);
            if wait_until_ready(&programs, port, &mut supervisor, path) {
                return Self {
                    supervisor,
                    port,
                    log: path.join("log"),
                    _directory: directory,
                };
            }
            let _ = supervisor.kill();
            let _ = supervisor.wait();
        }
        let log = fs::read_to_string(path.join("log")).unwrap_or_default();
        panic!("Postgres did not start; its log says:\n{log}");
    }

    /// The URL of its database `postgres`.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// The URL of another database of its.
    #[must_use]
    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// What the server has to say.
    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
    }
}

fn make_data(programs: &Programs, account: Option<Account>, directory: &Path, data: &Path) {
    let mut initdb = Command::new(programs.path("initdb"));
    initdb
        .args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
        ])
        .arg("--no-sync")
        .arg("--pgdata")
        .arg(data);
    run_as(&mut initdb, account, directory);
    let output = initdb.output().expect("initdb can be run");
    assert!(
        output.status.success(),
        "initdb failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn supervise(
    programs: &Programs,
    account: Option<Account>,
    directory: &Path,
    end: &str,
    port: u16,
    durability: Durability,
) -> Child {
    let mut supervisor = Command::new("/bin/sh");
    supervisor
        .args(["-c", SUPERVISE, "sh"])
        .arg(directory)
        .arg(end)
        .arg(programs.path("postgres"))
        .arg("-D")
        .arg(directory.join("data"))
        .arg("-k")
        .arg(directory)
        .args(["-h", "127.0.0.1", "-p", &port.to_string()])
        .args(["-c", "max_connections=400"]);
    if durability == Durability::Off {
        supervisor
            .args(["-c", "fsync=off"])
            .args(["-c", "synchronous_commit=off"])
            .args(["-c", "full_page_writes=off"]);
    }
    run_as(&mut supervisor, account, directory);
    supervisor
        // A key press that interrupts the tests must not end the supervisor before its work is done.
        .process_group(0)
        .stdin(Stdio::piped())
        .spawn()
        .expect("a shell can be started")
}

fn run_as(command: &mut Command, account: Option<Account>, directory: &Path) {
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid);
    }
    // The working directory may be one that the account can't enter.
    command
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .env("LC_ALL", "C");
}

fn free_port() -> u16 {
    let socket = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    socket.expect("there is a free port").port()
}

fn wait_until_ready(
    programs: &Programs,
    port: u16,
    supervisor: &mut Child,
    directory: &Path,
) -> bool {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(30) {
        let ready = Command::new(programs.path("pg_isready"))
            .args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])
            .status()
            .is_ok_and(|status| status.success());
        if ready && answers_from(directory) {
            return true;
        }
        if !matches!(supervisor.try_wait(), Ok(None)) {
            return false;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

/// Whether it is our server that has the port: its process writes this file.
fn answers_from(directory: &Path) -> bool {
    let pid_file = directory.join("data").join("postmaster.pid");
    matches!(fs::metadata(pid_file), Ok(file) if file.len() > 0)
}
