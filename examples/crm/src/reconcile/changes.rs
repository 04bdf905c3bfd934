//! What Twilio's lists say, as the webhooks would have said it: so the same is written, and our people
//! are told in the same words.

use jiff::Timestamp;
use twilio_hooks::{
    AccountSid, Hooks, MediaSid, MessageSid, Params, ReceiveError,
    client::{Call, Media, Message, MessageDirection, Recording},
    store::{Change, Interaction},
    webhook::{
        CallStatusUpdate, Hooked, IncomingMessage, MessageStatusUpdate, RecordingStatusUpdate,
        Webhook,
    },
};

use super::owner::bare;

/// Whoever reads the history sees that this came by no webhook.
const MARK: (&str, &str) = ("ReadFromApi", "true");

/// The parameters of a webhook that never came.
#[derive(Default)]
struct Pairs(Vec<(String, String)>);

impl Pairs {
    fn of(account: &AccountSid) -> Self {
        Self::default()
            .with("AccountSid", Some(account))
            .with(MARK.0, Some(MARK.1))
    }

    fn with(mut self, name: impl Into<String>, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.0.push((name.into(), value.to_string()));
        }
        self
    }

    fn read<W: Webhook>(self) -> Option<(W, Params)> {
        let params = Params::from_pairs(self.0);
        let webhook = W::from_params(&params).ok()?;
        Some((webhook, params))
    }
}

/// What is recorded, and the webhook whose handler has to hear of it: our people are told of failures
/// there, and the flow of a call goes on. That of an incoming text is none of them, because it would
/// answer; what the text says about consent is taken in without it.
#[derive(Debug)]
pub struct Report {
    /// What is recorded.
    pub change: Change,
    heard: Option<(Heard, Params)>,
}

#[derive(Debug)]
enum Heard {
    Message(Box<MessageStatusUpdate>),
    Call(Box<CallStatusUpdate>),
}

impl Report {
    /// Of something that another company had to do with: how far it is, for nobody to hear of.
    pub(super) fn bare(self) -> Self {
        Self {
            change: bare(self.change),
            heard: None,
        }
    }

    /// Whether a handler has to hear of it.
    pub(super) fn is_for_handlers(&self) -> bool {
        self.heard.is_some()
    }

    /// Lets the handler hear of it, after it was recorded.
    ///
    /// # Errors
    /// If it fails.
    pub async fn tell(self, hooks: &Hooks) -> Result<(), ReceiveError> {
        let Self { change, heard } = self;
        let at = change.received_at;
        match heard {
            Some((Heard::Message(webhook), params)) => {
                hooks.receive_with(*webhook, &params, at, |_| change).await
            }
            Some((Heard::Call(webhook), params)) => {
                hooks.receive_with(*webhook, &params, at, |_| change).await
            }
            None => Ok(()),
        }
    }
}

/// Where a file of a message is. Nobody fetches it by this address: it says which file it is.
#[must_use]
pub fn media_url(account: &AccountSid, message: &MessageSid, media: &MediaSid) -> String {
    format!("https://api.twilio.com/2010-04-01/Accounts/{account}/Messages/{message}/Media/{media}")
}

/// A message, with its files.
#[must_use]
pub fn message(
    account: &AccountSid,
    message: &Message,
    files: &[Media],
    at: Timestamp,
) -> Option<Report> {
    let url = |file: &Media| media_url(account, &message.sid, &file.sid);
    let pairs = Pairs::of(account)
        .with("MessageSid", Some(&message.sid))
        .with(
            "MessagingServiceSid",
            message.messaging_service_sid.as_ref(),
        )
        .with("From", message.from.as_ref())
        .with("To", message.to.as_ref())
        .with("Body", message.body.as_ref())
        .with(
            "NumSegments",
            message.num_segments.filter(|&count| count > 0),
        )
        .with("ErrorCode", message.error_code);
    if message.direction == Some(MessageDirection::Inbound) {
        let pairs = pairs.with("NumMedia", Some(files.len()));
        let pairs = files
            .iter()
            .enumerate()
            .fold(pairs, |pairs, (index, file)| {
                pairs
                    .with(format!("MediaUrl{index}"), Some(url(file)))
                    .with(
                        format!("MediaContentType{index}"),
                        file.content_type.as_ref(),
                    )
            });
        let (webhook, params) = pairs.read::<IncomingMessage>()?;
        return Some(Report {
            change: webhook.change(&params, at),
            heard: None,
        });
    }
    let pairs = pairs.with("MessageStatus", message.status.as_ref());
    let (webhook, params) = pairs.read::<MessageStatusUpdate>()?;
    let mut change = webhook.change(&params, at);
    if let Interaction::Message(report) = &mut change.interaction {
        report.media = files
            .iter()
            .map(|file| twilio_hooks::webhook::Media::new(url(file), file.content_type.as_deref()))
            .collect();
    }
    Some(Report {
        change,
        heard: Some((Heard::Message(Box::new(webhook)), params)),
    })
}

/// A call.
#[must_use]
pub fn call(account: &AccountSid, call: &Call, at: Timestamp) -> Option<Report> {
    let pairs = Pairs::of(account)
        .with("CallSid", Some(&call.sid))
        .with("ParentCallSid", call.parent_call_sid.as_ref())
        .with("CallStatus", call.status.as_ref())
        .with("Direction", call.direction.as_ref())
        .with("From", call.from.as_ref())
        .with("To", call.to.as_ref())
        .with("CallerName", call.caller_name.as_ref())
        .with("CallDuration", call.duration);
    let (webhook, params) = pairs.read::<CallStatusUpdate>()?;
    Some(Report {
        change: webhook.change(&params, at),
        heard: Some((Heard::Call(Box::new(webhook)), params)),
    })
}

/// A recording.
#[must_use]
pub fn recording(account: &AccountSid, recording: &Recording, at: Timestamp) -> Option<Report> {
    let pairs = Pairs::of(account)
        .with("RecordingSid", Some(&recording.sid))
        .with("CallSid", recording.call_sid.as_ref())
        .with("RecordingStatus", recording.status.as_ref())
        .with("RecordingUrl", recording.media_url.as_ref())
        .with("RecordingDuration", recording.duration)
        .with("RecordingChannels", recording.channels)
        .with("RecordingSource", recording.source.as_ref())
        .with("ErrorCode", recording.error_code);
    let (webhook, params) = pairs.read::<RecordingStatusUpdate>()?;
    let mut change = webhook.change(&params, at);
    if let Interaction::Recording(report) = &mut change.interaction {
        report.started_at = recording.start_time;
    }
    Some(Report {
        change,
        heard: None,
    })
}
