//! Where the large databases are.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use crm::{
    config::Config,
    database::{Database, Db},
};
use twilio_hooks_sqlx::sqlx::{self, AssertSqlSafe};
use twilio_hooks_tests::postgres::{Cluster, Durability};

use crate::{seed, setting};

/// Changes with what is put into the database, so that an old one is not used any more.
const VERSION: u32 = 1;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// A database that was filled.
pub(crate) struct Storage {
    database: Place,
}

enum Place {
    File(PathBuf),
    Server(Cluster),
}

/// What a server is configured with; a copy is removed in the end.
pub(crate) struct Opened<'a> {
    pub(crate) toml: String,
    storage: &'a Storage,
    is_copy: bool,
}

const SEEDED: &str = "seeded";
const COPY: &str = "copy";

impl Storage {
    /// Makes the database, unless it is there.
    pub(crate) async fn seeded(kind: Kind) -> Self {
        let size = seed::Size {
            messages: setting("BENCH_MESSAGES", 1_000_000) as usize,
            contacts: setting("BENCH_CONTACTS", 20_000) as usize,
        };
        let name = format!("reading-{VERSION}-{}-{}", size.messages, size.contacts);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let start = Instant::now();
        let (storage, is_new) = match kind {
            Kind::Sqlite => Self::file(path.with_extension("sqlite"), size).await,
            Kind::Postgres => Self::server(&path.with_extension("postgres"), size).await,
        };
        if is_new {
            let seconds = start.elapsed().as_secs();
            println!("{size:?}, made in {seconds} s");
        }
        storage
    }

    async fn file(path: PathBuf, size: seed::Size) -> (Self, bool) {
        let is_new = !path.exists();
        if is_new {
            let unfinished = path.with_extension("unfinished");
            remove_file(&unfinished);
            let db = fill(&url_of(&unfinished), size).await;
            if let Db::Sqlite { reading: pool, .. } = &db {
                let checkpoint = "pragma wal_checkpoint(truncate)";
                sqlx::raw_sql(checkpoint).execute(pool).await.unwrap();
            }
            db.close().await;
            fs::rename(&unfinished, &path).unwrap();
        }
        let database = Place::File(path);
        (Self { database }, is_new)
    }

    async fn server(directory: &Path, size: seed::Size) -> (Self, bool) {
        let cluster = Cluster::start_in(directory, Durability::On);
        let has_it = "select 1 from pg_database where datname = 'seeded'";
        let pool = connect(&cluster, "postgres").await;
        let is_new = sqlx::query(has_it)
            .fetch_optional(&pool)
            .await
            .unwrap()
            .is_none();
        if is_new {
            for sql in [
                "drop database if exists unfinished with (force)",
                "create database unfinished template template0",
            ] {
                sqlx::query(sql).execute(&pool).await.unwrap();
            }
            let db = fill(&cluster.url_of("unfinished"), size).await;
            db.close().await;
            let unfinished = connect(&cluster, "unfinished").await;
            let vacuum = sqlx::raw_sql("vacuum analyze");
            vacuum.execute(&unfinished).await.unwrap();
            unfinished.close().await;
            let rename = "alter database unfinished rename to seeded";
            sqlx::query(rename).execute(&pool).await.unwrap();
        }
        pool.close().await;
        let database = Place::Server(cluster);
        (Self { database }, is_new)
    }

    /// The database itself, to read.
    pub(crate) fn original(&self) -> Opened<'_> {
        let url = match &self.database {
            Place::File(path) => url_of(path),
            Place::Server(cluster) => cluster.url_of(SEEDED),
        };
        self.opened(&url, false)
    }

    /// A copy, to write to.
    pub(crate) async fn copy(&self) -> Opened<'_> {
        self.remove_copy().await;
        let url = match &self.database {
            Place::File(path) => {
                let copy = path.with_extension(COPY);
                fs::copy(path, &copy).unwrap();
                // Else the server's first flush would wait for gigabytes that are not its own.
                fs::File::open(&copy).unwrap().sync_all().unwrap();
                url_of(&copy)
            }
            Place::Server(cluster) => {
                let sql = format!("create database {COPY} template {SEEDED} strategy file_copy");
                execute(cluster, sql).await;
                cluster.url_of(COPY)
            }
        };
        self.opened(&url, true)
    }

    fn opened(&self, url: &str, is_copy: bool) -> Opened<'_> {
        Opened {
            toml: seed::toml(url),
            storage: self,
            is_copy,
        }
    }

    async fn remove_copy(&self) {
        match &self.database {
            Place::File(path) => remove_file(&path.with_extension(COPY)),
            Place::Server(cluster) => {
                let sql = format!("drop database if exists {COPY} with (force)");
                execute(cluster, sql).await;
            }
        }
    }
}

impl Opened<'_> {
    /// Nobody uses it any more.
    pub(crate) async fn close(self) {
        if self.is_copy {
            self.storage.remove_copy().await;
        }
    }
}

async fn fill(url: &str, size: seed::Size) -> Db {
    let config = Config::parse(&seed::toml(url)).unwrap();
    let database = Database::connect(&config.database_url).await.unwrap();
    let db = database.db.clone();
    seed::fill(&config, database, size).await;
    db
}

fn url_of(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

/// With the files that SQLite puts beside it.
fn remove_file(path: &Path) {
    for end in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        let _ = fs::remove_file(name);
    }
}

async fn connect(cluster: &Cluster, database: &str) -> sqlx::PgPool {
    let url = cluster.url_of(database);
    sqlx::PgPool::connect(&url).await.unwrap()
}

async fn execute(cluster: &Cluster, sql: String) {
    let pool = connect(cluster, "postgres").await;
    let sql = AssertSqlSafe(sql);
    sqlx::query(sql).execute(&pool).await.unwrap();
    pool.close().await;
}
