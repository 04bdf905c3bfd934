//! The configuration.

use super::Finding;
use crate::config::Config;

pub(super) fn unreadable(error: &anyhow::Error) -> Finding {
    Finding::fault(
        "configuration",
        format!("The server would not start with this configuration: {error:#}."),
        "Correct it; crm.sample.toml explains every key.",
    )
}

pub(super) fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = vec![Finding::fine(
        "configuration",
        format!(
            "The configuration can be read: {} accounts, {} companies, {} lines.",
            config.accounts.len(),
            config.companies.len(),
            config.lines.len()
        ),
    )];
    if config.keyring.is_empty() {
        findings.push(Finding::fine(
            "no_encryption_key",
            "There is no encryption key, so companies can't add Twilio accounts by themselves.",
        ));
    }
    findings
}
