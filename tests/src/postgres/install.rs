//! The programs of Postgres, and who may run them.

use std::{env, fs, path::PathBuf};

use crate::apt::{self, is_root};

/// What to do when nothing else helps.
const ADVICE: &str = "tests need Postgres: install the package `postgresql` (or set \
                      TEST_DATABASE_URL to a server on which databases may be created)";

/// A directory with `initdb`, `postgres` and `pg_isready`.
#[derive(Debug)]
pub(super) struct Programs(PathBuf);

impl Programs {
    pub(super) fn find_or_install() -> Self {
        Self::find().unwrap_or_else(|| {
            install();
            Self::find().unwrap_or_else(|| panic!("{ADVICE}"))
        })
    }

    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }

    /// On the path, or where Debian keeps them; the newest version there.
    fn find() -> Option<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let mut versions: Vec<_> = fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        versions.sort_by_key(|version| {
            let name = version.file_name().and_then(|name| name.to_str());
            name.and_then(|name| name.parse::<u32>().ok())
        });
        env::split_paths(&path)
            .chain(
                versions
                    .into_iter()
                    .rev()
                    .map(|version| version.join("bin")),
            )
            .find(|directory| {
                let has = |program| directory.join(program).is_file();
                has("initdb") && has("postgres") && has("pg_isready")
            })
            .map(Self)
    }
}

/// A user of this machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// Who runs the server: `None` is whoever runs the tests. Postgres refuses to run as root, and
    /// then it is the user that its package has made.
    pub(super) fn of_server() -> Option<Self> {
        if !is_root() {
            return None;
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let account = users.lines().find_map(|line| {
            let mut fields = line.split(':');
            if fields.next() != Some("postgres") {
                return None;
            }
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            Some(Self { uid, gid })
        });
        Some(account.expect("Postgres does not run as root, and there is no user `postgres`"))
    }
}

/// Installs Debian's package.
fn install() {
    // The package would create and start a server of its own, which nobody asked for.
    let settings = "/etc/postgresql-common/createcluster.d";
    let no_server = format!(
        "test -e /etc/postgresql-common || {{ mkdir -p {settings} && \
         echo 'create_main_cluster = false' > {settings}/no-main-cluster.conf; }}"
    );
    apt::install(
        "postgresql",
        &no_server,
        || Programs::find().is_some(),
        ADVICE,
    );
}
