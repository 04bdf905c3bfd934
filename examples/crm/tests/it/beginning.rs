//! A server that begins with nobody: its key, and the code that sets it up.

use std::{
    fs::{Permissions, metadata, read_to_string, set_permissions},
    io::{BufRead as _, BufReader, Read as _},
    os::unix::fs::PermissionsExt as _,
};

use serde_json::json;

use crate::{
    binary::{Running, crm, curl},
    support::{PUBLIC_URL, TempDir},
};

/// A server that is told its public URL and where its files are, and nothing else; and where it listens.
fn begin(directory: &TempDir) -> (Running, String) {
    let child = crm(directory)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("CRM_PUBLIC_URL", PUBLIC_URL)
        .env("CRM_DATA_DIR", directory.join("data"))
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let mut line = String::new();
    let stdout = running.0.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on ").expect(&line);
    (running, address.to_owned())
}

/// Ends it, and gives what it has said on standard error.
fn end(mut running: Running) -> String {
    running.0.kill().unwrap();
    running.0.wait().unwrap();
    let mut said = String::new();
    let mut stderr = running.0.stderr.take().unwrap();
    stderr.read_to_string(&mut said).unwrap();
    said
}

#[test]
fn a_server_that_is_told_nothing_makes_its_own_key() {
    let directory = TempDir::new();
    let path = directory.join("data").join("encryption.key");
    let (running, _) = begin(&directory);
    let said = end(running);
    assert!(
        said.contains("/first-run") && said.contains("encryption.key"),
        "{said}"
    );
    let key = read_to_string(&path).unwrap();
    assert!(
        !said.contains(key.trim().split_once(':').unwrap().1),
        "{said}"
    );
    let mode = metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let data = metadata(directory.join("data")).unwrap();
    assert_eq!(data.permissions().mode() & 0o077, 0);

    let doctor = || {
        let output = crm(&directory)
            .args(["doctor", "--json"])
            .env("CRM_DATA_DIR", directory.join("data"))
            // Nobody is asked.
            .env("CRM_PUBLIC_URL", "http://127.0.0.1:9")
            .env("TWILIO_API_URL", "http://127.0.0.1:9")
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(doctor().contains("encryption_key_file"));
    set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    assert!(doctor().contains("encryption_key_readable"));

    let (running, _) = begin(&directory);
    let said = end(running);
    assert!(!said.contains("encryption.key"), "{said}");
    assert_eq!(read_to_string(&path).unwrap(), key);
}

#[test]
fn a_server_that_is_told_nothing_is_set_up_with_the_code_that_it_says() {
    let directory = TempDir::new();
    let (mut running, url) = begin(&directory);
    // It is read from as long as the server runs.
    let mut lines = BufReader::new(running.0.stderr.take().unwrap()).lines();
    let mut said = lines.by_ref().map(Result::unwrap);
    let said = said.find(|line| line.contains("the code ")).unwrap();
    let (_, code) = said.rsplit_once(' ').unwrap();
    let set_up = |code: &str| {
        let body = json!({
            "code": code,
            "company": "Example",
            "name": "Ana Lopez",
            "email": "ana@example.com",
            "password": "a password of my own",
        });
        curl(&format!(
            "curl -X POST -H 'Content-Type: application/json' -d '{body}' {url}/api/first-run"
        ))
    };
    assert_eq!(set_up("a-guess").0, 422);
    assert_eq!(set_up(code).0, 201);
    assert_eq!(set_up(code).0, 404);
    drop((running, lines));
    let (running, _) = begin(&directory);
    let said = end(running);
    assert!(!said.contains("/first-run"), "{said}");
}
