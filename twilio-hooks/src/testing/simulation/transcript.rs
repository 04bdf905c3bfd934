//! [`Transcript`]: what has happened in a simulated call or conversation.

use std::{fmt, time::Duration};

use http::{Method, StatusCode};

use crate::Params;

/// What has happened so far, in order.
///
/// As a text, and in `Debug`, it is one line for each entry, with numbers and texts in full: all of
/// it comes from the test itself and from the application under test.
#[derive(Clone, Default)]
pub struct Transcript {
    entries: Vec<Entry>,
}

/// Something that happened, and when.
#[derive(Clone)]
#[non_exhaustive]
pub struct Entry {
    /// The time since the start. Nobody really waits for it.
    pub at: Duration,
    /// What happened.
    pub what: Happening,
}

/// Something that happened.
#[derive(Clone)]
#[non_exhaustive]
pub enum Happening {
    /// The application was asked or told something.
    Request(SentRequest),
    /// A person heard words or a sound, or received a message.
    Heard(String),
    /// A person did something, or a call got further; a sentence.
    Event(String),
    /// Something that doesn't change the call, and that is worth knowing; a sentence.
    Note(String),
}

/// A request that was sent to the application.
#[derive(Clone)]
#[non_exhaustive]
pub struct SentRequest {
    /// POST, or GET with the parameters in the query.
    pub method: Method,
    /// The URL, without the parameters.
    pub url: String,
    /// The parameters, as typed payloads read them.
    pub params: Params,
    /// The status of the response; absent if there was none.
    pub status: Option<StatusCode>,
}

impl Transcript {
    /// Everything.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The requests.
    pub fn requests(&self) -> impl Iterator<Item = &SentRequest> {
        self.entries.iter().filter_map(|entry| match &entry.what {
            Happening::Request(request) => Some(request),
            _ => None,
        })
    }

    /// The requests to a path, such as `/voice/status`.
    pub fn requests_to(&self, path: &str) -> impl Iterator<Item = &SentRequest> {
        self.requests()
            .filter(move |request| request.path() == path)
    }

    /// What persons heard or received.
    pub fn heard(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|entry| match &entry.what {
            Happening::Heard(text) => Some(text.as_str()),
            _ => None,
        })
    }

    pub(super) fn push(&mut self, at: Duration, what: Happening) {
        self.entries.push(Entry { at, what });
    }
}

impl SentRequest {
    /// The path of the URL.
    #[must_use]
    pub fn path(&self) -> &str {
        let (_, rest) = self.url.split_once("://").unwrap_or(("", &self.url));
        let path = rest.find('/').map_or("/", |start| &rest[start..]);
        path.split('?').next().unwrap_or(path)
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.entries.is_empty() {
            return f.write_str("Nothing has happened yet.");
        }
        for (index, entry) in self.entries.iter().enumerate() {
            let end = if index > 0 { "\n" } else { "" };
            write!(f, "{end}{entry}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.at.as_secs();
        write!(f, "{:>3}:{:02}  ", seconds / 60, seconds % 60)?;
        match &self.what {
            Happening::Request(request) => write!(f, "{request}"),
            Happening::Heard(text) => write!(f, "    \u{201c}{text}\u{201d}"),
            Happening::Event(text) => f.write_str(text),
            Happening::Note(text) => write!(f, "({text})"),
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(request) => fmt::Debug::fmt(request, f),
            Self::Heard(text) => f.debug_tuple("Heard").field(text).finish(),
            Self::Event(text) => f.debug_tuple("Event").field(text).finish(),
            Self::Note(text) => f.debug_tuple("Note").field(text).finish(),
        }
    }
}

/// What tells requests apart at a glance, in the order in which it is shown.
const TELLING: &[&str] = &[
    "Digits",
    "SpeechResult",
    "DialCallStatus",
    "QueueResult",
    "RecordingStatus",
    "StatusCallbackEvent",
    "MessageStatus",
    "CallStatus",
    "ErrorCode",
];

impl fmt::Display for SentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, rest) = self.url.split_once("://").unwrap_or(("", &self.url));
        let target = rest.find(['/', '?']).map_or("/", |start| &rest[start..]);
        write!(f, "{} {target}", self.method)?;
        for name in TELLING {
            if let Some(value) = self.params.get(name) {
                write!(f, " {name}={value}")?;
            }
        }
        match self.status {
            Some(status) => write!(f, " -> {}", status.as_u16()),
            None => f.write_str(" -> no response"),
        }
    }
}

impl fmt::Debug for SentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
