//! [`Keyword`]: the words that Twilio takes as a wish to get no more messages, or to get them again.

use twilio_hooks::webhook::{IncomingMessage, OptOutType};

use super::Source;

/// What one of [Twilio's default words](https://help.twilio.com/articles/223134027) means. They
/// count only as the whole text, in any letter case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyword {
    /// No more messages.
    Stop,
    /// Messages again.
    Start,
    /// Messages again, from somebody who had stopped them; from anybody else an ordinary word.
    Yes,
    /// Who is this? Twilio answers, and nothing changes.
    Help,
}

impl Keyword {
    /// The meaning of a text, if it is such a word.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Some(match text.trim().to_ascii_uppercase().as_str() {
            "STOP" | "STOPALL" | "UNSUBSCRIBE" | "CANCEL" | "END" | "QUIT" | "REVOKE"
            | "OPTOUT" => Self::Stop,
            "START" | "UNSTOP" => Self::Start,
            "YES" => Self::Yes,
            "HELP" | "INFO" => Self::Help,
            _ => return None,
        })
    }
}

/// What a text says about consent, and who understood it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// What was said.
    pub keyword: Keyword,
    /// [`Source::Keyword`] or [`Source::OptOutType`].
    pub source: Source,
}

impl Said {
    /// What a message says, if it says anything.
    ///
    /// Advanced opt-out has words of the company's own, so where Twilio names the type, that counts
    /// and not the text.
    #[must_use]
    pub fn of(message: &IncomingMessage) -> Option<Self> {
        Self::read(&message.body, message.opt_out_type.as_ref())
    }

    pub(super) fn read(text: &str, opt_out_type: Option<&OptOutType>) -> Option<Self> {
        let Some(kind) = opt_out_type else {
            return Keyword::of(text).map(|keyword| Self {
                keyword,
                source: Source::Keyword,
            });
        };
        let keyword = match kind {
            OptOutType::Stop => Keyword::Stop,
            OptOutType::Start => Keyword::Start,
            // Of a type to come we only know that Twilio has answered.
            _ => Keyword::Help,
        };
        Some(Self {
            keyword,
            source: Source::OptOutType,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_twilio_counts_in_any_case_with_space_around_it() {
        for (words, keyword) in [
            (
                "stop StopAll UNSUBSCRIBE cancel end quit revoke optout",
                Keyword::Stop,
            ),
            ("START unstop", Keyword::Start),
            ("yes YES", Keyword::Yes),
            ("help Info", Keyword::Help),
        ] {
            for word in words.split(' ') {
                assert_eq!(
                    Keyword::of(&format!(" {word}\r\n")),
                    Some(keyword),
                    "{word}"
                );
            }
        }
    }

    #[test]
    fn a_word_within_a_text_is_only_a_word() {
        for text in [
            "",
            "Please stop by at nine",
            "STOP.",
            "stop stop",
            "Yes please",
            "S T O P",
            "ＳＴＯＰ",
            "nonstop",
        ] {
            assert_eq!(Keyword::of(text), None, "{text}");
        }
    }

    #[test]
    fn what_advanced_opt_out_says_counts_and_not_the_text() {
        let read = |text, kind: Option<&str>| {
            let kind = kind.map(OptOutType::from);
            Said::read(text, kind.as_ref()).map(|said| (said.keyword, said.source))
        };
        let advanced = |keyword| Some((keyword, Source::OptOutType));
        assert_eq!(read("arret", Some("STOP")), advanced(Keyword::Stop));
        assert_eq!(read("STOP", Some("START")), advanced(Keyword::Start));
        assert_eq!(read("STOP", Some("HELP")), advanced(Keyword::Help));
        assert_eq!(read("STOP", Some("PAUSE")), advanced(Keyword::Help));
        assert_eq!(read("stop", None), Some((Keyword::Stop, Source::Keyword)));
        assert_eq!(read("arret", None), None);
    }
}
