//! The programs of Postgres, and who may run them.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

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

/// Installs Debian's package. One process does it, others wait.
fn install() {
    let lock = env::temp_dir().join("twilio-hooks-tests-install.lock");
    let lock = File::create(lock).and_then(|lock| lock.lock().map(|()| lock));
    if Programs::find().is_some() {
        return;
    }
    assert!(Path::new("/usr/bin/apt-get").exists(), "{ADVICE}");
    // The package would create and start a server of its own, which nobody asked for.
    let settings = "/etc/postgresql-common/createcluster.d";
    let no_server = format!(
        "test -e /etc/postgresql-common || {{ mkdir -p {settings} && \
         echo 'create_main_cluster = false' > {settings}/no-main-cluster.conf; }}"
    );
    let steps = [
        vec!["sh", "-c", &no_server],
        vec!["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", "update"],
        vec![
            "env",
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "-q",
            "-y",
            "-o",
            "DPkg::Lock::Timeout=300",
            "install",
            "--no-install-recommends",
            "postgresql",
        ],
    ];
    for step in steps {
        let (program, args) = match is_root() {
            true => (step[0], &step[1..]),
            false => ("sudo", &step[..]),
        };
        let mut command = Command::new(program);
        if program == "sudo" {
            command.arg("-n");
        }
        let output = command.args(args).stdin(Stdio::null()).output();
        let problem = match output {
            Ok(output) if output.status.success() => continue,
            Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        panic!("{ADVICE}; `{program} {}` failed: {problem}", args.join(" "));
    }
    drop(lock);
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}
