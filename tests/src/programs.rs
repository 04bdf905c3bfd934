//! Programs that servers stand behind and run under: nginx, Caddy and systemd's checks of units.
//!
//! Those of the machine are taken. If one is missing, Debian's package is installed with `apt-get`, and no
//! service of it is started.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::apt;

/// The program `nginx`. The first call may take some seconds.
///
/// # Panics
/// With advice, if there is none and none can be had.
#[must_use]
pub fn nginx() -> PathBuf {
    installed("nginx", "NGINX", "nginx")
}

/// The program `caddy`. The first call may take some seconds.
///
/// # Panics
/// With advice, if there is none and none can be had.
#[must_use]
pub fn caddy() -> PathBuf {
    installed("caddy", "CADDY", "caddy")
}

/// The program `systemd-analyze`, which works without a running systemd, too. The first call may take
/// some seconds.
///
/// # Panics
/// With advice, if there is none and none can be had.
#[must_use]
pub fn systemd_analyze() -> PathBuf {
    installed("systemd-analyze", "SYSTEMD_ANALYZE", "systemd")
}

fn installed(name: &str, variable: &str, package: &str) -> PathBuf {
    let present = || find(variable, &[name]);
    let advice = format!(
        "tests of the deployment samples need {name}: install Debian's package `{package}`, or name the program by \
         the variable {variable}"
    );
    if present().is_none() {
        apt::install(package, "true", || present().is_some(), &advice);
    }
    present().expect(&advice)
}

/// The program that a variable names, or the first of these on the path, or where only root has its path.
pub(crate) fn find(variable: &str, names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let roots = ["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from);
    let mut directories = env::split_paths(&path).chain(roots);
    env::var_os(variable).map(PathBuf::from).or_else(|| {
        directories.find_map(|directory: PathBuf| {
            let mut files = names.iter().map(|name| Path::new(&directory).join(name));
            files.find(|file| file.is_file())
        })
    })
}
