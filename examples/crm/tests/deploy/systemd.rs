//! The units.

use std::{fs, path::Path, process::Command};

use twilio_hooks_tests::{TempDir, programs};

use crate::server::replaced;

/// The files of the sample, and what they are called where they are used, as its README says.
const UNITS: [(&str, &str); 5] = [
    ("crm.service", "crm.service"),
    ("crm.service", "crm-next.service"),
    (
        "crm-next.service.d/next.conf",
        "crm-next.service.d/next.conf",
    ),
    ("backup.service", "crm-backup.service"),
    ("backup.timer", "crm-backup.timer"),
];

/// The units with the program that there is, where systemd looks for it.
fn installed() -> TempDir {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    let directory = TempDir::new();
    for (sample, name) in UNITS {
        let mut text = fs::read_to_string(samples.join(sample)).unwrap();
        if name.ends_with(".service") {
            text = replaced(&text, "/usr/local/bin/crm", env!("CARGO_BIN_EXE_crm"));
        }
        let file = directory.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    directory
}

fn analyze(directory: &TempDir, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(programs::systemd_analyze());
    command.args(arguments).current_dir(directory.path());
    // Those of the machine come after ours.
    command.env(
        "SYSTEMD_UNIT_PATH",
        format!("{}:", directory.path().display()),
    );
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units() {
    let directory = installed();
    let units = [
        "./crm.service",
        "./crm-next.service",
        "./crm-backup.service",
        "./crm-backup.timer",
    ];
    let (is_good, said) = analyze(&directory, &[&["verify", "--man=no"][..], &units].concat());
    assert!(is_good && said.is_empty(), "{said}");
    // It does say something if there is something to say.
    let broken = directory.path().join("broken.service");
    fs::write(
        broken,
        "[Service]\nExecStart=/bin/true\nProtectSytem=strict\n",
    )
    .unwrap();
    let (_, said) = analyze(&directory, &["verify", "--man=no", "./broken.service"]);
    assert!(said.contains("ProtectSytem"), "{said}");
}

#[test]
fn the_servers_units_leave_little_to_attack() {
    let directory = installed();
    // From 0, nothing, to 100, everything.
    let arguments = ["security", "--offline=true", "--threshold=20", "--no-pager"];
    for unit in [
        "./crm.service",
        "./crm-next.service",
        "./crm-backup.service",
    ] {
        let (is_good, said) = analyze(&directory, &[&arguments[..], &[unit]].concat());
        assert!(is_good, "{said}");
    }
}
