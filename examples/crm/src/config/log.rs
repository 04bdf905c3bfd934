//! [`Log`]: what is logged, and how.

use anyhow::bail;

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Log {
    /// The form of a line.
    pub format: LogFormat,
    /// Which events, as `tracing_subscriber::EnvFilter` writes it.
    pub filter: String,
}

/// The form of a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one JSON object in each line.
    Json,
}

impl Log {
    pub(super) fn new(format: Option<&str>, filter: Option<String>) -> anyhow::Result<Self> {
        let format = match format.map(str::trim) {
            None | Some("text") => LogFormat::Text,
            Some("json") => LogFormat::Json,
            Some(other) => bail!("`log.format` is `{other}`; it can be `text` or `json`"),
        };
        Ok(Self {
            format,
            ..filter.map_or_else(Self::default, |filter| Self { format, filter })
        })
    }
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            filter: "info,sqlx=warn".to_owned(),
        }
    }
}
