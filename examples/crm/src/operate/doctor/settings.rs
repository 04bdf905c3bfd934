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
    findings.extend(examine_key(config));
    findings
}

fn examine_key(config: &Config) -> Option<Finding> {
    let file = config.key_file();
    let path = file.path().display();
    if config.needs_key() {
        return Some(Finding::fine(
            "no_encryption_key",
            format!(
                "There is no encryption key yet; the server makes one in {path} when it starts."
            ),
        ));
    }
    if config.keyring.is_empty() {
        return Some(Finding::fine(
            "no_encryption_key",
            "There is no encryption key, so companies can't add Twilio accounts by themselves.",
        ));
    }
    if !file.path().exists() {
        return None;
    }
    if file.is_open_to_others() {
        return Some(Finding::warning(
            "encryption_key_readable",
            format!("Others on this machine may read the encryption key {path}."),
            "Let nobody but the server's user read it: chmod 600.",
        ));
    }
    Some(Finding::fine(
        "encryption_key_file",
        format!(
            "The encryption key is in {path}. Keep a copy of it, apart from backups of the database: \
             without it the Twilio credentials in the database can't be read."
        ),
    ))
}
