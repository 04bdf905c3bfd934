//! The sample explains everything, and mistakes are named.

use crm::{
    config::{Config, LogFormat},
    secret::Secret,
};

use crate::support::{ACCOUNT, TempDir, config};

const ENCRYPTION_KEYS: &str = "b:Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=, \
                               a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

const SAMPLE: &str = include_str!("../../crm.sample.toml");

/// The sample with every key switched on.
fn everything() -> String {
    let switch_on = |line: &str| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '[') => {
            format!("{rest}\n")
        }
        _ => format!("{line}\n"),
    };
    SAMPLE.lines().map(switch_on).collect()
}

#[test]
fn the_sample_is_a_configuration() {
    let config = Config::parse(SAMPLE).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.lines[0].company, "Example & Sons");
    assert!(config.operator_token.is_none());
}

#[test]
fn the_sample_shows_the_defaults() {
    let sample = Config::parse(SAMPLE).unwrap();
    let shown = Config::parse(&everything()).unwrap();
    assert_eq!(shown.listen, sample.listen);
    assert_eq!(shown.log, sample.log);
    assert_eq!(shown.database_url.expose(), sample.database_url.expose());
    assert_eq!(shown.data_dir, sample.data_dir);
    assert_eq!(shown.reconcile, sample.reconcile);
}

#[test]
fn times_and_retention_are_read_and_checked() {
    let parse = |section: &str| {
        Config::parse(&format!(
            "{}\n{section}",
            SAMPLE
                .replace("[recordings]", "")
                .replace("[reconcile]", "")
        ))
    };
    let config = parse("[recordings]\nkeep_copies = true\nkeep_days = 30").unwrap();
    assert!(config.recordings.keep_copies && !config.recordings.delete_at_twilio);
    assert_eq!(config.recordings.keep_days, Some(30));
    let config = parse("[reconcile]\nevery = \"off\"\nlook_back = \"2d\"").unwrap();
    assert_eq!(config.reconcile.every, None);
    assert_eq!(config.reconcile.look_back.as_hours(), 48);
    for wrong in [
        "[recordings]\ndelete_at_twilio = true",
        "[recordings]\nkeep_days = 0",
        "[reconcile]\nevery = \"often\"",
        "[reconcile]\nlook_back = \"0h\"",
    ] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn every_key_of_the_sample_is_explained() {
    let mut explained = false;
    for line in SAMPLE.lines() {
        let key = line.strip_prefix('#').unwrap_or(line);
        if line.starts_with("# ") {
            explained = true;
        } else if key.contains(" = ") {
            assert!(explained, "`{line}` has no comment of its own");
            explained = false;
        }
    }
}

/// serde lists the keys it knows when it meets one that it does not.
#[test]
fn every_key_there_is_is_in_the_sample() {
    let sections = [
        "",
        "[log]",
        "[recordings]",
        "[reconcile]",
        "[trusted_proxies]",
        "[tls]",
        "[[accounts]]",
        "[[companies]]",
        "[[lines]]",
    ];
    let mut keys = 0;
    for section in sections {
        let text = format!("{section}\nno_such_key = 1");
        let error = format!("{:#}", Config::parse(&text).unwrap_err());
        assert!(error.contains("no_such_key"), "{error}");
        let (_, known) = error.split_once("expected").unwrap();
        for key in known.split('`').skip(1).step_by(2) {
            let is_there = everything().lines().any(|line| {
                line.starts_with(&format!("{key} = ")) || line.contains(&format!("[{key}]"))
            });
            assert!(is_there, "`{key}` of `{section}` is missing in the sample");
            keys += 1;
        }
    }
    assert!(keys > 20, "{keys}");
}

#[test]
fn the_environment_wins() {
    let directory = TempDir::new();
    let path = directory.join("crm.toml");
    std::fs::write(&path, SAMPLE).unwrap();
    let config = Config::load(Some(&path), |name| {
        let value = match name {
            "CRM_LISTEN" => "[::1]:8080",
            "CRM_PUBLIC_URL" => "https://other.example.com",
            "DATABASE_URL" => "postgres://localhost/crm",
            "CRM_LOG_FORMAT" => "json",
            "CRM_LOG" => " ",
            "CRM_OPERATOR_TOKEN" => "the-operator",
            "CRM_ENCRYPTION_KEY" => ENCRYPTION_KEYS,
            "TWILIO_ACCOUNT_SID" => ACCOUNT,
            "TWILIO_AUTH_TOKEN" => "new, old",
            "CRM_API_TOKEN" => "another",
            "CRM_NUMBERS" => "+12025550187, +12025550111",
            _ => return None,
        };
        Some(value.to_owned())
    })
    .unwrap();
    assert_eq!(config.listen.to_string(), "[::1]:8080");
    assert_eq!(config.public_url, "https://other.example.com");
    assert_eq!(config.database_url.expose(), "postgres://localhost/crm");
    assert_eq!(
        (config.log.format, &*config.log.filter),
        (LogFormat::Json, "info,sqlx=warn")
    );
    assert_eq!(format!("{:?}", config.keyring), r#"Keyring(["b", "a"])"#);
    assert_eq!(config.operator_token.unwrap().expose(), "the-operator");
    assert_eq!(config.accounts.len(), 1);
    let tokens: Vec<_> = config.accounts[0]
        .auth_tokens
        .iter()
        .map(Secret::expose)
        .collect();
    assert_eq!(tokens, ["new", "old"]);
    assert_eq!(config.companies[0].name, "Example & Sons");
    assert_eq!(config.companies[0].api_token.expose(), "another");
    let numbers: Vec<_> = config
        .lines
        .iter()
        .map(|line| line.number.as_str())
        .collect();
    assert_eq!(numbers, ["+12025550187", "+12025550111"]);
}

#[test]
fn a_company_and_an_account_can_come_from_the_environment_alone() {
    let config = Config::load(None, |name| {
        let value = match name {
            "CRM_PUBLIC_URL" => "https://crm.example.com",
            "TWILIO_ACCOUNT_SID" => ACCOUNT,
            "TWILIO_AUTH_TOKEN" => "token",
            "CRM_API_TOKEN" => "another",
            _ => return None,
        };
        Some(value.to_owned())
    })
    .unwrap();
    assert_eq!(config.companies[0].name, "My company");
    assert_eq!(config.database_url.expose(), "sqlite:crm.sqlite");
}

#[test]
fn mistakes_are_named_and_secrets_are_not() {
    let good = config("", "sqlite:crm.sqlite");
    Config::parse(&good).unwrap();
    let cases = [
        ("[[accounts]]", "[[acounts]]", "unknown field `acounts`"),
        ("name = \"Alpha\"", "nam = \"Alpha\"", "unknown field `nam`"),
        (
            "auth_tokens = [\"an-auth",
            "auth_tokens = [1, \"an-auth",
            "must be a list of texts",
        ),
        (
            "public_url",
            "encryption_keys = [4711]\npublic_url",
            "`encryption_keys` must be a list of texts",
        ),
        (
            "public_url",
            "encryption_keys = [\"2026:an-auth\"]\npublic_url",
            "no base64",
        ),
        (
            "auth_tokens = [",
            "company = \"Gamma\"\n        auth_tokens = [",
            "not among `[[companies]]`",
        ),
        (
            "auth_tokens = [\"an-auth-token-of-twilio\"]",
            "auth_tokens = []",
            "no auth token",
        ),
        (
            "api_token = \"token-of-alpha-0123456789\"",
            "api_token = 4711",
            "must be a text",
        ),
        (
            "api_token = \"token-of-alpha-0123456789\"",
            "",
            "`Alpha` has no API token",
        ),
        (
            "token-of-alpha-0123456789",
            "token-of-beta-0123456789",
            "the same API token",
        ),
        ("\"token-of-alpha", "token-of-alpha", "line 12"),
        ("sid = \"AC0", "sid = \"AC", "no account SID"),
        (
            "number = \"+12025550187\"",
            "number = \"(202) 555-0187\"",
            "line 1 of `[[lines]]`",
        ),
        (
            "company = \"Alpha\"",
            "company = \"Gamma\"",
            "not among `[[companies]]`",
        ),
        ("company = \"Alpha\"", "", "several companies"),
        (
            "https://crm.example.com",
            "crm.example.com",
            "must start with https://",
        ),
        (
            "public_url = \"https://crm.example.com\"",
            "",
            "no public URL",
        ),
        (
            "public_url",
            "listen = \"localhost\"\npublic_url",
            "no address and port",
        ),
        (
            "public_url",
            "log.format = \"xml\"\npublic_url",
            "`text` or `json`",
        ),
        (
            "public_url",
            "trusted_proxies.addresses = [\"x\"]\npublic_url",
            "no address or network",
        ),
    ];
    for (from, to, expected) in cases {
        let wrong = good.replacen(from, to, 1);
        assert_ne!(wrong, good, "{from}");
        let error = format!("{:#}", Config::parse(&wrong).expect_err(to));
        assert!(error.contains(expected), "{to}: {error}");
        for secret in ["an-auth", "of-alpha", "of-beta", "4711"] {
            assert!(!error.contains(secret), "{error}");
        }
    }
}

#[test]
fn without_account_or_token_nothing_starts() {
    let only_url = "public_url = \"https://crm.example.com\"\n";
    let error = Config::parse(only_url).unwrap_err().to_string();
    assert!(error.contains("TWILIO_ACCOUNT_SID"), "{error}");
    let account = format!("[[accounts]]\nsid = \"{ACCOUNT}\"\nauth_tokens = \"token\"");
    let error = Config::parse(&format!("{only_url}{account}"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("CRM_API_TOKEN"), "{error}");
}

#[test]
fn debug_shows_no_secret() {
    let config = Config::parse(&config(
        "operator_token = \"of-operator\"",
        "sqlite:of-path",
    ))
    .unwrap();
    let shown = format!("{config:?}");
    for secret in ["an-auth", "of-alpha", "of-beta", "of-operator", "of-path"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
