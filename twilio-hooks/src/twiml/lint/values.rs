//! The values of attributes.

use crate::twiml::schema::{AttributeSchema, ElementSchema, ValueKind};
use crate::twiml::source::Attribute;

use super::finding::{FindingCode, Report, Severity};
use super::suggest::closest;

/// Longer lists of values are not repeated in a message.
const MOST_VALUES: usize = 8;

/// What is wrong with a value.
#[derive(Debug)]
struct Problem {
    code: FindingCode,
    severity: Severity,
    /// What the attribute takes.
    takes: String,
    suggestion: Option<&'static str>,
}

impl Problem {
    fn error(code: FindingCode, takes: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            takes: takes.into(),
            suggestion: None,
        }
    }
}

/// Checks the value of an attribute.
pub(super) fn check(
    element: &ElementSchema,
    schema: &AttributeSchema,
    attribute: &Attribute<'_>,
    report: &mut Report,
) {
    let Some(problem) = problem(&schema.kind, schema.range, &attribute.value) else {
        return;
    };
    let does = match problem.severity {
        Severity::Error => "Twilio ignores",
        Severity::Warning => "Twilio may ignore",
    };
    let (name, tag, takes) = (schema.name, element.tag, problem.takes);
    report.add(
        problem.code,
        problem.severity,
        attribute.offset,
        format!("{does} `{name}` of `<{tag}>`, which takes {takes}."),
        problem.suggestion.map(ToOwned::to_owned),
    );
}

fn problem(kind: &ValueKind, range: Option<(f64, f64)>, value: &str) -> Option<Problem> {
    match kind {
        ValueKind::Text | ValueKind::BooleanOrText => None,
        ValueKind::Integer => number(whole(value), range, "a whole number"),
        ValueKind::Decimal => number(value.parse().ok(), range, "a number"),
        ValueKind::Boolean => word(&["true", "false"], &[], false, value),
        ValueKind::Enum { values, also, open } => word(values, also, *open, value),
        ValueKind::IntegerOr(words) if words.contains(&value) => None,
        ValueKind::IntegerOr(words) => {
            let takes = format!("a whole number or {}", list(words));
            number(whole(value), range, &takes)
        }
        ValueKind::List { separator, item } => value
            .split(separator)
            .filter(|item| !item.is_empty())
            .find_map(|value| problem(item, range, value)),
    }
}

/// A whole number of any length.
fn whole(value: &str) -> Option<f64> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|_| whole)
}

fn number(number: Option<f64>, range: Option<(f64, f64)>, takes: &str) -> Option<Problem> {
    let Some(number) = number else {
        return Some(Problem::error(FindingCode::NotANumber, takes));
    };
    let within = match range {
        Some((least, greatest)) => (least..=greatest).contains(&number),
        None => number >= 0.0 && number.is_finite(),
    };
    if within {
        return None;
    }
    let takes = match range {
        Some((least, greatest)) => format!("{least} to {greatest}"),
        None => format!("{takes} that is not negative"),
    };
    Some(Problem::error(FindingCode::OutOfRange, takes))
}

fn word(
    values: &'static [&'static str],
    also: &'static [&'static str],
    open: bool,
    value: &str,
) -> Option<Problem> {
    let known = || values.iter().chain(also).copied();
    if known().any(|known| known == value) {
        return None;
    }
    let same = known().find(|known| known.eq_ignore_ascii_case(value));
    let takes = match known().count() {
        0..=MOST_VALUES => list(&known().collect::<Vec<_>>()),
        count => format!("one of {count} known words"),
    };
    Some(Problem {
        code: FindingCode::ValueNotAllowed,
        // Other spellings may be understood, but nobody promises it.
        severity: if open || same.is_some() {
            Severity::Warning
        } else {
            Severity::Error
        },
        takes,
        suggestion: same.or_else(|| closest(value, known())),
    })
}

/// `a`, `b` or `c`.
fn list(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match &quoted[..] {
        [words @ .., last] if !words.is_empty() => format!("{} or {last}", words.join(", ")),
        words => words.concat(),
    }
}
