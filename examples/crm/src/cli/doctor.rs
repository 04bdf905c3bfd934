//! `crm doctor`: says what is wrong with the set-up, and what to do about it.

use std::{path::Path, process::ExitCode};

use clap::Args;
use serde_json::json;

use super::{quiet_log, variable};
use crate::operate::doctor::{Doctor, Finding, Level};

const FAULTS: u8 = 2;
const WARNINGS: u8 = 1;

/// Look whether configuration, database, clock, public URL, proxy, accounts and webhooks are right.
///
/// Nothing is changed. Exit codes: 0 nothing is wrong; 1 there are warnings, and --strict was given;
/// 2 something does not work.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Warnings count as well.
    #[arg(long)]
    strict: bool,

    /// Say it as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: DoctorArgs, path: Option<&Path>) -> anyhow::Result<ExitCode> {
    quiet_log()?;
    let findings = Doctor::default().examine_file(path, variable).await;
    if args.json {
        let all = json!({"worst": worst(&findings), "findings": findings});
        println!("{all:#}");
    } else {
        for finding in &findings {
            println!("{}", text(finding));
        }
    }
    Ok(code(worst(&findings), args.strict).into())
}

fn text(finding: &Finding) -> String {
    let subject = finding.subject.as_deref();
    let subject = subject.map_or_else(String::new, |subject| format!("{subject}: "));
    let mut text = format!(
        "{:<8}{subject}{} [{}]",
        finding.level, finding.cause, finding.code
    );
    if !finding.remedy.is_empty() {
        text += &format!("\n        → {}", finding.remedy);
    }
    text
}

fn worst(findings: &[Finding]) -> Level {
    let levels = findings.iter().map(|finding| finding.level);
    levels.max().unwrap_or(Level::Fine)
}

fn code(worst: Level, is_strict: bool) -> u8 {
    match worst {
        Level::Fault => FAULTS,
        Level::Warning if is_strict => WARNINGS,
        Level::Warning | Level::Fine => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_count_for_the_strict_only() {
        assert_eq!(code(Level::Fine, true), 0);
        assert_eq!(code(Level::Warning, false), 0);
        assert_eq!(code(Level::Warning, true), WARNINGS);
        assert_eq!(code(Level::Fault, false), FAULTS);
    }
}
