//! The log: where it goes and what it looks like.

use std::io;

use anyhow::Context as _;
use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::config::{Log, LogFormat};

/// Sends the log to standard error for the rest of the process.
///
/// # Errors
/// If the filter can't be read, or there is a log already.
pub fn init(log: &Log) -> anyhow::Result<()> {
    let subscriber = subscriber(log, io::stderr)?;
    tracing::subscriber::set_global_default(subscriber).context("there is a log already")
}

/// The log, written to a place of one's own.
///
/// # Errors
/// If the filter can't be read.
pub fn subscriber<W>(log: &Log, writer: W) -> anyhow::Result<Box<dyn Subscriber + Send + Sync>>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&log.filter)
        .with_context(|| format!("the log filter `{}` can't be read", log.filter))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer);
    Ok(match log.format {
        LogFormat::Text => Box::new(builder.with_ansi(false).finish()),
        LogFormat::Json => Box::new(builder.json().flatten_event(true).finish()),
    })
}
