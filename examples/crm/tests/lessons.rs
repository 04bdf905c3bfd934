//! LESSONS.md says which tests show what: they must be there.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{collections::HashSet, fs, path::Path};

const LESSONS: &str = include_str!("../LESSONS.md");

/// The names of all functions below a directory.
fn functions(directory: &Path, names: &mut HashSet<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                functions(&path, names);
            }
        } else if name.ends_with(".rs") {
            let source = fs::read_to_string(&path).unwrap();
            for part in source.split("fn ").skip(1) {
                let end = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                names.insert(part[..end.unwrap_or(part.len())].to_owned());
            }
        }
    }
}

#[test]
fn every_test_named_in_the_lessons_exists() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut names = HashSet::new();
    functions(&workspace, &mut names);
    let rows = LESSONS.lines().filter(|line| line.starts_with("| "));
    let rows: Vec<_> = rows.skip(1).collect();
    assert_eq!(rows.len(), 30);
    let mut wrong = Vec::new();
    for (number, row) in (1..).zip(rows) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 6, "{row}");
        assert_eq!(cells[1], number.to_string());
        let tests: Vec<_> = cells[4].split(", ").collect();
        for test in tests {
            let name = test.strip_prefix('`').and_then(|it| it.strip_suffix('`'));
            if !name.is_some_and(|name| names.contains(name)) {
                wrong.push(test);
            }
        }
    }
    assert!(wrong.is_empty(), "no such tests: {wrong:#?}");
}
