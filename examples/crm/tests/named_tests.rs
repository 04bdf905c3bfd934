//! LESSONS.md and the guide's page about security say which tests show what: they must be there.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{collections::HashSet, fs, path::Path};

const LESSONS: &str = include_str!("../LESSONS.md");
const SECURITY: &str = include_str!("../guide/security.md");
const CRM: &str = env!("CARGO_MANIFEST_DIR");

/// The names of all functions below a directory.
fn functions(directory: &Path) -> HashSet<String> {
    let mut names = HashSet::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                names.extend(functions(&path));
            }
        } else if name.ends_with(".rs") {
            let source = fs::read_to_string(&path).unwrap();
            for part in source.split("fn ").skip(1) {
                let end = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                names.insert(part[..end.unwrap_or(part.len())].to_owned());
            }
        }
    }
    names
}

/// The cells of a row of a table; nothing, if it is the rule below the head, or no row.
fn cells(line: &str) -> Option<Vec<&str>> {
    let row = line.strip_prefix("| ")?.strip_suffix(" |")?;
    Some(row.split(" | ").map(str::trim).collect())
}

/// What stands in a cell with tests, `a`, `b`, and is no test there.
fn missing<'a>(cell: &'a str, there: &HashSet<String>) -> Vec<&'a str> {
    let is_missing = |test: &&str| {
        let name = test.strip_prefix('`').and_then(|it| it.strip_suffix('`'));
        !name.is_some_and(|name| there.contains(name))
    };
    cell.split(", ").filter(is_missing).collect()
}

#[test]
fn every_test_named_in_the_lessons_exists() {
    let there = functions(&Path::new(CRM).join("../.."));
    let rows: Vec<_> = LESSONS.lines().filter_map(cells).skip(1).collect();
    assert_eq!(rows.len(), 30);
    let mut wrong = Vec::new();
    for (number, row) in (1..).zip(&rows) {
        assert_eq!(row.len(), 4, "{row:?}");
        assert_eq!(row[0], number.to_string());
        wrong.extend(missing(row[3], &there));
    }
    assert!(wrong.is_empty(), "no such tests: {wrong:#?}");
}

/// Also of this package, because the page says how to run them.
#[test]
fn every_test_named_in_the_guide_to_security_exists() {
    let there = functions(Path::new(CRM));
    let rows = SECURITY.lines().filter_map(cells);
    let rows: Vec<_> = rows.filter(|row| row[0] != "statement").collect();
    assert!(rows.len() > 50, "only {} statements", rows.len());
    let mut wrong = Vec::new();
    for row in rows {
        assert_eq!(row.len(), 2, "{row:?}");
        wrong.extend(missing(row[1], &there));
    }
    assert!(wrong.is_empty(), "no such tests: {wrong:#?}");
}
