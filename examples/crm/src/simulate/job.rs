//! From the command line and the configuration to what is to be done.

use std::fmt;

use anyhow::{Context, anyhow, bail};
use jiff::Timestamp;

use super::{
    Load, MessageOutcome, Origin, Random, Scenario, Target, TargetError,
    args::{CallArgs, CommonArgs, RecordingArgs, SimulateArgs, SmsArgs, What},
    people::{INCOMING, OUTGOING},
    sender,
};

/// What the command line need not say, because the configuration of the CRM does.
#[derive(Clone, Default)]
pub struct Defaults {
    /// Where the server listens, as an http URL.
    pub url: Option<String>,
    /// The URL under which Twilio knows the server.
    pub public_url: Option<String>,
    /// What the paths of the webhooks begin with.
    pub prefix: Option<String>,
    /// The account whose webhooks the server takes.
    pub account_sid: Option<String>,
    /// The auth token of the account.
    pub auth_token: Option<String>,
    /// A number of ours that people write to and call.
    pub line: Option<String>,
}

/// Leaves out the token and the number.
impl fmt::Debug for Defaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Defaults")
            .field("url", &self.url)
            .field("public_url", &self.public_url)
            .field("prefix", &self.prefix)
            .field("account_sid", &self.account_sid)
            .finish_non_exhaustive()
    }
}

/// A recipe for the scenarios of one run.
pub(super) struct Job {
    account_sid: String,
    kind: Kind,
    from: Option<String>,
    to: Option<String>,
    whatsapp: bool,
    senders: usize,
}

enum Kind {
    Incoming {
        body: Option<String>,
        media: usize,
    },
    Outgoing {
        body: Option<String>,
        outcome: MessageOutcome,
    },
    Call(CallArgs),
    Recording(RecordingArgs),
}

impl What {
    pub(super) fn common(&self) -> &CommonArgs {
        match self {
            Self::Sms(args) => &args.common,
            Self::Call(args) => &args.common,
            Self::Recording(args) => &args.common,
        }
    }
}

impl CommonArgs {
    /// The server to send to.
    pub(super) fn target(&self, defaults: &Defaults) -> anyhow::Result<Target> {
        let url = either(&self.url, &defaults.url)
            .context("which server? Give its URL with --url, such as http://127.0.0.1:8080")?;
        let account_sid = either(&self.account_sid, &defaults.account_sid)
            .context("which account? Give its SID with --account-sid or TWILIO_ACCOUNT_SID")?;
        let auth_token = either(&self.auth_token, &defaults.auth_token)
            .context("nothing to sign with: give --auth-token or set TWILIO_AUTH_TOKEN")?;
        let mut target =
            Target::new(url, account_sid, auth_token).map_err(|error| match error {
                TargetError::Https { url } => anyhow!(
                    "--url {url}: https is not spoken here. Connect by http, for example with \
                 --url http://127.0.0.1:8080, and give the https URL as --public-url"
                ),
                TargetError::BlankToken => anyhow!("--auth-token is blank"),
                error => anyhow!(error).context("--url"),
            })?;
        if let Some(public_url) = either(&self.public_url, &defaults.public_url) {
            target = target.with_public_url(public_url).context("--public-url")?;
        }
        if let Some(prefix) = self.prefix.as_ref().or(defaults.prefix.as_ref()) {
            target = target.with_prefix(prefix);
        }
        Ok(target)
    }

    /// How much is sent, and how.
    pub(super) fn load(&self) -> Load {
        Load {
            count: self.count,
            concurrency: self.concurrency.into(),
            duplicates: self.duplicates,
            shuffle: self.shuffle,
            delay: self.delay,
            rate: self.rate,
            seed: self
                .seed
                .unwrap_or_else(|| Timestamp::now().as_nanosecond() as u64),
        }
    }
}

impl Job {
    /// What `args` ask for.
    pub(super) fn new(
        args: SimulateArgs,
        defaults: &Defaults,
        account_sid: &str,
    ) -> anyhow::Result<Self> {
        let common = args.what.common();
        let (mut from, mut to) = (common.from.clone(), common.to.clone());
        let senders = common.senders as usize;
        let (kind, whatsapp) = match args.what {
            What::Sms(args) => (Kind::sms(&args), args.whatsapp),
            What::Call(args) => (Kind::Call(args), false),
            What::Recording(args) => (Kind::Recording(args), false),
        };
        let ours = defaults.line.clone().filter(|line| !line.is_empty());
        match &kind {
            Kind::Outgoing { .. } if from.is_none() => {
                from = Some(ours.context("who sends it? Give a number of yours with --from")?);
            }
            Kind::Outgoing { .. } => {}
            Kind::Recording(RecordingArgs { call: Some(_), .. }) => {
                if from.is_some() || to.is_some() {
                    bail!("--from and --to have no meaning beside --call, which names the call");
                }
            }
            Kind::Incoming { .. } | Kind::Call(_) | Kind::Recording(_) if to.is_none() => {
                to = Some(ours.context("who is it for? Give a number of yours with --to")?);
            }
            Kind::Incoming { .. } | Kind::Call(_) | Kind::Recording(_) => {}
        }
        Ok(Self {
            account_sid: account_sid.to_owned(),
            kind,
            from,
            to,
            whatsapp,
            senders,
        })
    }

    /// One scenario, which happens at `now`.
    pub(super) fn scenario(&self, random: Random, now: Timestamp) -> Scenario {
        let mut origin = Origin::new(self.account_sid.as_str(), random, now);
        let person = sender(origin.random().below(self.senders));
        let from = self.address(self.from.as_deref().unwrap_or(&person));
        let to = self.address(self.to.as_deref().unwrap_or(&person));
        let origin = &mut origin;
        match &self.kind {
            Kind::Incoming { body, media } => {
                let any = *origin.random().pick(&INCOMING);
                let body = body.as_deref().unwrap_or(any);
                Scenario::incoming_mms(origin, &from, &to, body, *media)
            }
            Kind::Outgoing { body, outcome } => {
                let any = *origin.random().pick(&OUTGOING);
                let body = body.as_deref().unwrap_or(any);
                Scenario::outgoing_sms(origin, &from, &to, body, *outcome)
            }
            Kind::Call(args) => {
                let outcome = args.outcome.outcome(seconds(args.seconds, origin.random()));
                Scenario::incoming_call(origin, &from, &to, outcome)
            }
            Kind::Recording(args) => {
                let seconds = seconds(args.seconds, origin.random());
                match &args.call {
                    Some(call_sid) => Scenario::recording(origin, call_sid, seconds),
                    None => Scenario::recorded_call(origin, &from, &to, seconds),
                }
            }
        }
    }

    fn address(&self, number: &str) -> String {
        if self.whatsapp && !number.starts_with("whatsapp:") {
            format!("whatsapp:{number}")
        } else {
            number.to_owned()
        }
    }
}

impl Kind {
    fn sms(args: &SmsArgs) -> Self {
        let body = args.body.clone();
        if args.outgoing {
            let outcome = args.outcome.outcome(args.error_code);
            Self::Outgoing { body, outcome }
        } else {
            let media = args.media.into();
            Self::Incoming { body, media }
        }
    }
}

/// Blank values count as absent: that is how an unset variable arrives from a shell.
fn either<'a>(given: &'a Option<String>, default: &'a Option<String>) -> Option<&'a str> {
    [given, default]
        .into_iter()
        .flatten()
        .map(|value| value.trim())
        .find(|value| !value.is_empty())
}

fn seconds(given: Option<u32>, random: &mut Random) -> u32 {
    let any = 10 + random.below(231) as u32;
    given.unwrap_or(any)
}
