//! [`Clone`]: the repository, as somebody gets it.

use std::{
    fs::{self, File},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use twilio_hooks_tests::{TempDir, official::target_directory};

/// A clone in a directory of its own. What is not committed is not in it.
pub(crate) struct Clone {
    directory: TempDir,
}

impl Clone {
    pub(crate) fn new() -> Self {
        let clone = Self {
            directory: TempDir::new(),
        };
        let origin = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut git = Command::new("git");
        git.args(["clone", "--quiet", "--no-hardlinks"])
            .arg(&origin)
            .arg(clone.path());
        // Also of a checkout that belongs to somebody else.
        git.env("GIT_CONFIG_COUNT", "1");
        git.env("GIT_CONFIG_KEY_0", "safe.directory")
            .env("GIT_CONFIG_VALUE_0", "*");
        let output = git
            .output()
            .expect("git is there, and this is a checkout of it");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        clone.keep_times(&origin);
        // Where it is built, so that it has not to be built from the beginning each time.
        let target = target_directory().join("newcomer");
        fs::create_dir_all(&target).unwrap();
        symlink(
            fs::canonicalize(target).unwrap(),
            clone.path().join("target"),
        )
        .unwrap();
        clone
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("clone")
    }

    /// Lets files that are as in the checkout be as old as there: Cargo builds what has changed since.
    fn keep_times(&self, origin: &Path) {
        let mut git = Command::new("git");
        git.args(["ls-files", "-z"]).current_dir(self.path());
        let files = String::from_utf8(git.output().unwrap().stdout).unwrap();
        for file in files.split_terminator('\0') {
            let (ours, theirs) = (self.path().join(file), origin.join(file));
            let same = fs::read(&theirs).is_ok_and(|bytes| fs::read(&ours).unwrap() == bytes);
            if same {
                let time = fs::metadata(theirs).unwrap().modified().unwrap();
                File::options()
                    .write(true)
                    .open(ours)
                    .unwrap()
                    .set_modified(time)
                    .unwrap();
            }
        }
    }

    /// The commands below the mark `<!-- newcomer: name -->` of a file.
    pub(crate) fn block(&self, file: &str, name: &str) -> String {
        let text = fs::read_to_string(self.path().join(file)).unwrap();
        let mark = format!("<!-- newcomer: {name} -->\n```sh\n");
        let found = text
            .split_once(&mark)
            .and_then(|(_, rest)| rest.split_once("```"));
        let (commands, _) = found.unwrap_or_else(|| panic!("{file} has no commands to {name}"));
        commands.to_owned()
    }
}
