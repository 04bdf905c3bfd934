//! Installs packages of Debian and its relatives.

use std::{
    env,
    fs::File,
    path::Path,
    process::{Command, Stdio},
};

/// Installs a package, its name being `$1`, and starts no service of it: this machine is for tests.
const INSTALL: &str = "
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    trap 'rm -f $policy' EXIT
    printf '#!/bin/sh\\nexit 101\\n' > $policy
    chmod 755 $policy
fi
DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \\
    install --no-install-recommends \"$1\"
";

/// Installs `package`, as root or through `sudo`, after a shell command that prepares for it. One
/// process does it, others wait; `present` tells whether one of them has done it already.
///
/// # Panics
/// With `advice`, if it can't be installed.
pub(crate) fn install(package: &str, prepare: &str, present: impl Fn() -> bool, advice: &str) {
    let lock = env::temp_dir().join("twilio-hooks-tests-install.lock");
    let lock = File::create(lock).and_then(|lock| lock.lock().map(|()| lock));
    if present() {
        return;
    }
    assert!(Path::new("/usr/bin/apt-get").exists(), "{advice}");
    let steps = [
        vec!["sh", "-c", prepare],
        vec!["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", "update"],
        vec!["sh", "-c", INSTALL, "sh", package],
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
        panic!("{advice}; `{program} {}` failed: {problem}", args.join(" "));
    }
    drop(lock);
}

pub(crate) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}
