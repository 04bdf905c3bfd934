use super::Text;
use super::element::ChildOf;
use super::xml::{WriteXml, XmlWriter};

/// A comment, which may stand anywhere; Twilio skips it.
///
/// It is written exactly as it is given: `Comment::new(" menu ")` becomes `<!-- menu -->`. Before
/// and after the root it is put by [`Document`](super::Document).
///
/// # Examples
///
/// ```
/// use twilio_hooks::twiml::{Comment, Hangup, VoiceResponse};
///
/// let reply = VoiceResponse::new().with(Comment::new(" closed ")?).with(Hangup::new());
/// assert!(reply.to_xml().ends_with("<Response><!-- closed --><Hangup/></Response>"));
///
/// assert!(Comment::new("a -- b").is_err());
/// # Ok::<(), twilio_hooks::twiml::InvalidComment>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment(Text);

impl Comment {
    /// Checks a comment, which XML has no escapes for.
    ///
    /// # Errors
    ///
    /// - It contains `--` or ends with `-`, which would end it early.
    /// - It contains a character that XML can't carry (a control character, U+FFFE, U+FFFF) or that
    ///   a parser would change (a carriage return).
    pub fn new(text: impl Into<Text>) -> Result<Self, InvalidComment> {
        let text = text.into();
        let kept = |c| matches!(c, '\t' | '\n' | ' '..='\u{FFFD}' | '\u{10000}'..);
        if text.contains("--") || text.ends_with('-') || !text.chars().all(kept) {
            return Err(InvalidComment);
        }
        Ok(Self(text))
    }

    /// A comment that stood in a document.
    pub(super) fn from_source(text: &str) -> Self {
        debug_assert!(Self::new(text.to_owned()).is_ok(), "{text:?}");
        Self(text.to_owned().into())
    }

    /// The comment between `<!--` and `-->`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<Parent> ChildOf<Parent> for Comment {}

impl WriteXml for Comment {
    fn write_xml(&self, xml: &mut XmlWriter) {
        xml.comment(self);
    }
}

/// A text can't be a comment in XML; [`Comment::new`] tells which can't.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not usable as an XML comment")]
#[non_exhaustive]
pub struct InvalidComment;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_written_as_they_are() {
        for text in ["", " a < b & c > d \"q\" ", "-a", "a - b", "ä\n\tb 🎉"] {
            let comment = Comment::new(text).unwrap();
            assert_eq!(comment.to_string(), format!("<!--{text}-->"));
        }
    }

    #[test]
    fn what_would_break_the_document_is_refused() {
        for text in [
            "--", "a--b", "-", "a-", "a\0", "a\r\nb", "\u{FFFE}", "\u{FFFF}",
        ] {
            assert_eq!(Comment::new(text), Err(InvalidComment), "{text:?}");
        }
    }
}
