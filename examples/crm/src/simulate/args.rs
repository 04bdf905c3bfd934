//! What can be said to `crm simulate` on the command line.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Subcommand, ValueEnum};
use jiff::SignedDuration;

use super::{CallOutcome, MessageOutcome};

/// Sends webhooks to a running server, signed as Twilio signs them.
#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// What happens.
    #[command(subcommand)]
    pub what: What,
}

/// What happens at Twilio.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Somebody texts one of our numbers; with --outgoing, a text of ours is delivered
    Sms(SmsArgs),
    /// Somebody calls one of our numbers
    Call(CallArgs),
    /// A call is recorded
    Recording(RecordingArgs),
}

/// `crm simulate sms`.
#[derive(Debug, Args)]
pub struct SmsArgs {
    /// The text [default: one of a few friendly ones]
    #[arg(long)]
    pub body: Option<String>,
    /// How many pictures come along
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(..=10))]
    pub media: u8,
    /// Let it be a WhatsApp message
    #[arg(long)]
    pub whatsapp: bool,
    /// Report on a text that was sent, instead of one that comes in
    #[arg(long, conflicts_with = "media")]
    pub outgoing: bool,
    /// How the sent text ends
    #[arg(long, value_enum, default_value_t, requires = "outgoing")]
    pub outcome: SmsEnd,
    /// The error code of an undelivered or failed text [default: 30003 or 30001]
    #[arg(long, value_name = "CODE", requires = "outgoing")]
    pub error_code: Option<u32>,
    /// What all kinds have in common.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// `crm simulate call`.
#[derive(Debug, Args)]
pub struct CallArgs {
    /// How the call ends
    #[arg(long, value_enum, default_value_t)]
    pub outcome: CallEnd,
    /// How long a completed call takes [default: between 10 s and 4 min]
    #[arg(long)]
    pub seconds: Option<u32>,
    /// What all kinds have in common.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// `crm simulate recording`.
#[derive(Debug, Args)]
pub struct RecordingArgs {
    /// The SID of the call that is recorded [default: a new call comes in first]
    #[arg(long, value_name = "SID")]
    pub call: Option<String>,
    /// How long the recording is [default: between 10 s and 4 min]
    #[arg(long)]
    pub seconds: Option<u32>,
    /// What all kinds have in common.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// What all kinds of webhooks have in common.
#[derive(Args)]
pub struct CommonArgs {
    /// Where to connect: an http URL
    #[arg(long, help_heading = "Server")]
    pub url: Option<String>,
    /// The URL that Twilio would know and sign [default: the same]
    #[arg(long, value_name = "URL", help_heading = "Server")]
    pub public_url: Option<String>,
    /// What the paths of the webhooks begin with
    #[arg(long, value_name = "PATH", help_heading = "Server")]
    pub prefix: Option<String>,
    /// The account the webhooks are about
    #[arg(
        long,
        value_name = "SID",
        env = "TWILIO_ACCOUNT_SID",
        help_heading = "Server"
    )]
    pub account_sid: Option<String>,
    /// The token to sign with
    #[arg(
        long,
        value_name = "TOKEN",
        env = "TWILIO_AUTH_TOKEN",
        hide_env_values = true,
        help_heading = "Server"
    )]
    pub auth_token: Option<String>,

    /// Who writes or calls [default: fictional people, or our line if --outgoing]
    #[arg(long, value_name = "NUMBER")]
    pub from: Option<String>,
    /// Who is written to or called [default: our line, or fictional people if --outgoing]
    #[arg(long, value_name = "NUMBER")]
    pub to: Option<String>,

    /// How many messages, calls or recordings there are
    #[arg(
        short = 'n',
        long,
        value_name = "N",
        default_value_t = 1,
        help_heading = "Load"
    )]
    pub count: u64,
    /// How many of them go on at the same time
    #[arg(
        short,
        long,
        value_name = "N",
        default_value_t = 1,
        value_parser = clap::value_parser!(u16).range(1..),
        help_heading = "Load"
    )]
    pub concurrency: u16,
    /// Send each request again with this chance, after the first one or at the same time
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 0,
        value_parser = clap::value_parser!(u8).range(..=100),
        help_heading = "Load"
    )]
    pub duplicates: u8,
    /// Send the requests of each message or call in any order
    #[arg(long, help_heading = "Load")]
    pub shuffle: bool,
    /// How many fictional people write or call
    #[arg(
        long,
        value_name = "N",
        default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(1..=i64::try_from(super::capacity()).unwrap_or(i64::MAX)),
        help_heading = "Load"
    )]
    pub senders: u32,
    /// Repeat an earlier run: the same seed gives the same requests, SIDs included
    #[arg(long, help_heading = "Load")]
    pub seed: Option<u64>,
    /// Wait between two requests of one message or call, such as 200ms
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration, help_heading = "Load")]
    pub delay: Duration,
    /// Send at most this many requests a second
    #[arg(long, value_name = "PER_SECOND", value_parser = rate, help_heading = "Load")]
    pub rate: Option<f64>,
    /// Append the SID of every request that is answered 2xx to a file
    #[arg(long, value_name = "FILE", help_heading = "Load")]
    pub log: Option<PathBuf>,
}

/// Shows no token and no numbers.
impl std::fmt::Debug for CommonArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommonArgs")
            .field("url", &self.url)
            .field("public_url", &self.public_url)
            .field("count", &self.count)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}

/// How a sent text ends.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum SmsEnd {
    /// The handset confirmed it
    #[default]
    Delivered,
    /// The carrier could not deliver it
    Undelivered,
    /// It was never handed over
    Failed,
}

impl SmsEnd {
    pub(super) fn outcome(self, error_code: Option<u32>) -> MessageOutcome {
        match self {
            Self::Delivered => MessageOutcome::Delivered,
            Self::Undelivered => MessageOutcome::Undelivered(error_code.unwrap_or(30003)),
            Self::Failed => MessageOutcome::Failed(error_code.unwrap_or(30001)),
        }
    }
}

/// How a call ends.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum CallEnd {
    /// It was answered
    #[default]
    Completed,
    /// Nobody answered in time
    NoAnswer,
    /// The line was busy
    Busy,
    /// The caller hung up before the answer
    Canceled,
    /// It could not be put through
    Failed,
}

impl CallEnd {
    pub(super) fn outcome(self, seconds: u32) -> CallOutcome {
        match self {
            Self::Completed => CallOutcome::Completed { seconds },
            Self::NoAnswer => CallOutcome::NoAnswer,
            Self::Busy => CallOutcome::Busy,
            Self::Canceled => CallOutcome::Canceled,
            Self::Failed => CallOutcome::Failed,
        }
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let duration: SignedDuration = text.parse().map_err(|_| "not a time such as 200ms or 2s")?;
    Duration::try_from(duration).map_err(|_| "a time can't be negative".to_owned())
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if rate > 0.0 && f64::is_finite(rate) => Ok(rate),
        _ => Err("not a number above 0".to_owned()),
    }
}
