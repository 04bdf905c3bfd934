//! Chromium and its driver, and axe, for tests in a browser.
//!
//! `CHROME` and `CHROMEDRIVER` name programs to use. Otherwise those of the machine are taken, and if
//! there are none, Debian's packages are installed with `apt-get`.

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use crate::{apt, official, programs::find};

const ADVICE: &str = "tests in a browser need Chromium and its driver: install Debian's packages `chromium` and \
     `chromium-driver`, or name a Chrome and the chromedriver of the same version by the variables CHROME and \
     CHROMEDRIVER (on Ubuntu the packages are snaps, which a test can't use)";

const AXE_PACKAGE: &str = include_str!("../official/axe/package.json");
const AXE_LOCK: &str = include_str!("../official/axe/package-lock.json");

/// A running driver, which starts browsers. It ends with this process, and its browsers with it.
#[derive(Debug)]
pub struct Driver {
    /// Where it answers.
    pub url: String,
    /// The browser that it is to start.
    pub browser: PathBuf,
    /// Held, not read: when its input is closed, it ends.
    _shell: Child,
}

/// The driver of this process, started by whoever needs it first.
///
/// # Panics
/// With advice, if there is none and none can be had.
pub fn driver() -> &'static Driver {
    static DRIVER: OnceLock<Driver> = OnceLock::new();
    DRIVER.get_or_init(|| {
        let (browser, program) = programs();
        // The shell is the leader of a group with everything that the driver starts.
        let script = "\"$0\" --port=0 & read _; kill -- -$$";
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).arg(&program).process_group(0);
        shell
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut shell = shell.spawn().expect("there is a shell");
        let output = shell.stdout.take().expect("it is piped");
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let port = lines.find_map(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.unwrap_or_else(|| panic!("{} does not start; {ADVICE}", program.display()));
        // What it says later would fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Driver {
            url: format!("http://127.0.0.1:{port}"),
            browser,
            _shell: shell,
        }
    })
}

/// The browser and its driver.
fn programs() -> (PathBuf, PathBuf) {
    let chosen = |name| env::var_os(name).map(PathBuf::from);
    let browser = || {
        find(
            "CHROME",
            &["chromium", "google-chrome", "google-chrome-stable"],
        )
    };
    let driver = || find("CHROMEDRIVER", &["chromedriver"]);
    if let (Some(browser), Some(driver)) = (chosen("CHROME"), chosen("CHROMEDRIVER")) {
        return (browser, driver);
    }
    let present = || browser().is_some() && driver().is_some();
    if !present() {
        apt::install("chromium-driver", "true", present, ADVICE);
    }
    browser().zip(driver()).expect(ADVICE)
}

/// The script of [axe](https://github.com/dequelabs/axe-core), which looks for what keeps people from
/// using a page. The first call may take some seconds.
///
/// # Panics
/// If it can't be installed.
#[must_use]
pub fn axe() -> String {
    let file = |directory: &Path| directory.join("node_modules/axe-core/axe.min.js");
    let directory = official::npm_packages("axe", AXE_PACKAGE, AXE_LOCK, |directory| {
        file(directory).is_file()
    });
    fs::read_to_string(file(&directory)).expect("it was installed")
}
