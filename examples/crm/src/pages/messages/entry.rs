//! [`EntryView`]: one thing that was said, as a conversation shows it.

use std::collections::HashMap;

use askama::{Template, filters::HtmlSafe};
use twilio_hooks::{
    CallStatus, MessageStatus, UserId,
    store::{Call, Direction, Message, PageRequest},
};
use uuid::Uuid;

use crate::{
    app::AppState,
    calls,
    messaging::{
        failure::{Delay, Failure},
        retry::failure_of_message,
    },
    pages::{
        PageError, Visitor, assets,
        player::{RecordingView, minutes},
        time::When,
    },
    people::Permission,
    recordings::Which,
    threads::{Entry, entry::Sent},
};

/// More recordings of one call are in the list of calls.
const RECORDINGS: u32 = 5;

/// One thing in a conversation.
#[derive(Template)]
#[template(path = "messages/entry.html")]
pub(super) struct EntryView {
    assets: &'static str,
    pub(super) id: Uuid,
    pub(super) at: When,
    /// When it was, to the millisecond, for what belongs together.
    pub(super) moment: jiff::Timestamp,
    pub(super) ours: bool,
    pub(super) what: What,
    /// Whether it follows on one from the same side, soon after.
    pub(super) follows: bool,
}

impl HtmlSafe for EntryView {}

/// What it is.
pub(super) enum What {
    Text(Box<TextView>),
    Call(CallView),
    /// Something a newer store has.
    Other,
}

/// A text.
pub(super) struct TextView {
    /// Who of us wrote it.
    author: Option<String>,
    is_automatic: bool,
    body: String,
    files: Vec<FileView>,
    /// How far ours is.
    tick: Option<Tick>,
    failure: Option<Failure>,
    /// Why it still waits.
    delay: Option<&'static str>,
    may_retry: bool,
    may_cancel: bool,
    was_retried: bool,
}

/// How far a text of ours is: an icon, and the same in words.
pub(super) struct Tick {
    icon: &'static str,
    word: &'static str,
    kind: &'static str,
    at: When,
}

/// A file of a text.
pub(super) struct FileView {
    url: String,
    kind: FileKind,
    name: String,
}

/// How a file is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    Picture,
    Sound,
    Film,
    Other,
}

impl FileView {
    fn new(url: String, content_type: Option<&str>, number: usize) -> Self {
        let kind = match content_type.and_then(|it| it.split('/').next()) {
            Some("image") => FileKind::Picture,
            Some("audio") => FileKind::Sound,
            Some("video") => FileKind::Film,
            _ => FileKind::Other,
        };
        let name = match kind {
            FileKind::Picture => "Picture",
            FileKind::Sound => "Sound",
            FileKind::Film => "Film",
            FileKind::Other => match content_type {
                Some("application/pdf") => "PDF",
                Some("text/vcard" | "text/x-vcard") => "Contact card",
                _ => "File",
            },
        };
        Self {
            url,
            kind,
            name: format!("{name} {number}"),
        }
    }
}

/// A call.
pub(super) struct CallView {
    icon: &'static str,
    title: &'static str,
    /// How long, or why there is nothing to tell of.
    detail: String,
    is_missed: bool,
    author: Option<String>,
    recordings: Vec<RecordingView>,
}

/// What views are made with.
pub(super) struct Viewer<'a> {
    state: &'a AppState,
    visitor: &'a Visitor,
    /// The names of those of us who have written or talked.
    names: HashMap<UserId, String>,
}

impl<'a> Viewer<'a> {
    pub(super) fn new(state: &'a AppState, visitor: &'a Visitor) -> Self {
        Self {
            state,
            visitor,
            names: HashMap::new(),
        }
    }

    /// One entry.
    ///
    /// # Errors
    /// If the database fails.
    pub(super) async fn view(&mut self, entry: Entry) -> Result<EntryView, PageError> {
        let id = entry.id();
        Ok(match entry {
            Entry::Message(message, sent) => {
                let moment = message.created_at;
                let ours = message.direction == Direction::Outbound;
                let text = self.message(message, sent.map(|sent| *sent)).await?;
                self.entry(id, moment, ours, What::Text(Box::new(text)))
            }
            Entry::Pending(sent) => {
                let moment = sent.text.created_at;
                let text = self.pending(sent).await?;
                self.entry(id, moment, true, What::Text(Box::new(text)))
            }
            Entry::Call(call) => {
                let (moment, ours) = (call.created_at, call.direction == Direction::Outbound);
                let call = self.call(&call).await?;
                self.entry(id, moment, ours, What::Call(call))
            }
            Entry::Other(_) => self.entry(id, self.visitor.caller.at, false, What::Other),
        })
    }

    fn entry(&self, id: Uuid, moment: jiff::Timestamp, ours: bool, what: What) -> EntryView {
        EntryView {
            assets: assets::root(),
            id,
            at: self.visitor.when(moment),
            moment,
            ours,
            what,
            follows: false,
        }
    }

    async fn name(&mut self, user: Option<UserId>) -> Result<Option<String>, PageError> {
        let Some(id) = user else { return Ok(None) };
        if id == self.visitor.user.id {
            return Ok(Some("You".to_owned()));
        }
        if !self.names.contains_key(&id) {
            let user = self
                .state
                .people
                .user(self.visitor.caller.company, id)
                .await?;
            self.names.insert(id, user.name);
        }
        Ok(self.names.get(&id).cloned())
    }

    async fn message(
        &mut self,
        message: Message,
        sent: Option<Sent>,
    ) -> Result<TextView, PageError> {
        let ours = message.direction == Direction::Outbound;
        let failure = match ours {
            true => failure_of_message(&message.status, message.error_code),
            false => None,
        };
        let tick = ours.then(|| self.tick(&message.status, message.updated_at));
        let body = message.body.unwrap_or_default();
        let Some(sent) = sent else {
            let files = message.media.iter().enumerate().map(|(index, file)| {
                let url = format!("/api/messages/{}/media/{index}", message.id);
                FileView::new(url, file.content_type.as_deref(), index + 1)
            });
            return Ok(TextView {
                author: None,
                is_automatic: false,
                body,
                files: files.collect(),
                tick,
                failure,
                delay: None,
                may_retry: false,
                may_cancel: false,
                was_retried: false,
            });
        };
        self.sent(sent, body, tick, failure).await
    }

    async fn pending(&mut self, sent: Sent) -> Result<TextView, PageError> {
        let tick = self.tick(&sent.text.status(), sent.text.updated_at);
        let (body, failure) = (sent.text.body.clone(), sent.text.failure());
        self.sent(sent, body, Some(tick), failure).await
    }

    async fn sent(
        &mut self,
        sent: Sent,
        body: String,
        tick: Option<Tick>,
        failure: Option<Failure>,
    ) -> Result<TextView, PageError> {
        let Sent { text, files } = sent;
        let files = files.iter().enumerate().map(|(index, file)| {
            let url = format!("/api/media/{}", file.id);
            FileView::new(url, Some(&file.content_type), index + 1)
        });
        let may_send = self.visitor.caller.role.may(Permission::Send);
        let is_retryable = failure.as_ref().is_some_and(|failure| failure.retryable);
        Ok(TextView {
            author: self.name(text.user_id).await?,
            is_automatic: text.automatic,
            body,
            files: files.collect(),
            tick,
            may_retry: may_send && is_retryable && text.retried_by.is_none(),
            failure,
            delay: text.delay().map(Delay::sentence),
            may_cancel: may_send && text.is_cancelable(),
            was_retried: text.retried_by.is_some(),
        })
    }

    fn tick(&self, status: &MessageStatus, at: jiff::Timestamp) -> Tick {
        let (icon, word, kind) = match status {
            MessageStatus::Sent => ("check", "Sent", "sent"),
            MessageStatus::Delivered | MessageStatus::PartiallyDelivered => {
                ("checks", "Delivered", "delivered")
            }
            MessageStatus::Read => ("checks", "Read", "read"),
            MessageStatus::Failed | MessageStatus::Undelivered => {
                ("warning", "Not delivered", "failed")
            }
            MessageStatus::Canceled => ("close", "Taken back", "canceled"),
            _ => ("clock", "Sending", "sending"),
        };
        Tick {
            icon,
            word,
            kind,
            at: self.visitor.when(at),
        }
    }

    async fn call(&mut self, call: &Call) -> Result<CallView, PageError> {
        let (state, company) = (self.state, self.visitor.caller.company);
        let outcome = calls::outcome(&state.database.db, company, call.id).await?;
        let page = PageRequest::newest(RECORDINGS);
        let rows = state.recordings.list(company, Which::OfCall(call.id), page);
        let rows = rows.await?;
        let may_play = self.visitor.caller.role.may(Permission::PlayRecordings);
        let recordings = rows
            .items
            .iter()
            .map(|row| RecordingView::new(row, may_play));
        let ours = call.direction == Direction::Outbound;
        let is_missed = outcome.is_missed(call);
        let (icon, title) = match (ours, is_missed, outcome.voicemail) {
            (true, ..) => ("call-out", "Outgoing call"),
            (false, _, true) => ("voicemail", "Voicemail"),
            (false, true, false) => ("call-missed", "Missed call"),
            (false, false, false) => ("call-in", "Incoming call"),
        };
        Ok(CallView {
            icon,
            title,
            detail: detail(call),
            is_missed,
            author: self.name(outcome.handled_by).await?,
            recordings: recordings.collect(),
        })
    }
}

fn detail(call: &Call) -> String {
    let word = match call.status {
        CallStatus::Completed => {
            return call.duration.map_or_else(|| "Ended".to_owned(), minutes);
        }
        CallStatus::NoAnswer => "No answer",
        CallStatus::Busy => "Busy",
        CallStatus::Failed => "Failed",
        CallStatus::Canceled => "Hung up",
        CallStatus::InProgress => "In progress",
        _ => "Ringing",
    };
    word.to_owned()
}
