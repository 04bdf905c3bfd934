//! [`RecordingView`]: a recording, as it is listened to.

use askama::{Template, filters::HtmlSafe};
use twilio_hooks::RecordingStatus;

use super::assets;
use crate::recordings::RecordingRow;

/// A recording of a call. It is a player, or says why there is none.
#[derive(Template)]
#[template(path = "parts/player.html")]
pub(crate) struct RecordingView {
    assets: &'static str,
    pub(crate) id: String,
    pub(crate) title: &'static str,
    /// `2:03`, or nothing if nobody knows.
    pub(crate) duration: String,
    /// The same in seconds, 0 if nobody knows.
    seconds: u32,
    /// Whether it can be listened to.
    state: Playable,
}

impl HtmlSafe for RecordingView {}

/// Whether a recording can be listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Playable {
    Yes,
    NotYet,
    /// There is nothing to hear: silence, or it failed.
    Never,
    /// It was deleted.
    NotAnyMore,
    /// The visitor's role does not allow it.
    NotAllowed,
}

impl RecordingView {
    pub(crate) fn new(row: &RecordingRow, may_play: bool) -> Self {
        use RecordingStatus::{Absent, Completed, Deleted, Failed};
        Self {
            assets: assets::root(),
            id: row.id.to_string(),
            title: match row.is_voicemail() {
                true => "Voicemail",
                false => "Recording",
            },
            duration: row.duration.map(minutes).unwrap_or_default(),
            seconds: row.duration.unwrap_or(0),
            state: match row.status {
                Absent | Failed => Playable::Never,
                Deleted => Playable::NotAnyMore,
                Completed if may_play => Playable::Yes,
                Completed => Playable::NotAllowed,
                _ => Playable::NotYet,
            },
        }
    }

    /// Why it can't be listened to, if that is so.
    pub(crate) fn why_not(&self) -> Option<String> {
        let title = self.title;
        match self.state {
            Playable::Yes => None,
            Playable::NotYet => Some(format!("{title} is being processed.")),
            Playable::Never => Some(format!("{title} is not available.")),
            Playable::NotAnyMore => Some(format!("{title} was deleted.")),
            Playable::NotAllowed => {
                let length = match self.duration.as_str() {
                    "" => String::new(),
                    duration => format!(", {duration}"),
                };
                Some(format!(
                    "{title}{length}. Your role does not let you listen to it."
                ))
            }
        }
    }
}

/// `2:03`.
pub(crate) fn minutes(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::minutes;

    #[test]
    fn durations_are_minutes_and_seconds() {
        assert_eq!(
            [0, 9, 60, 123, 3600].map(minutes),
            ["0:00", "0:09", "1:00", "2:03", "60:00"]
        );
    }
}
