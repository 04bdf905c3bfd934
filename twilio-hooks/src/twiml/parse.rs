use std::fmt;

use super::source::{self, Element};

/// How deep elements may be nested in TwiML that is parsed; Twilio's own nest four deep, SSML a few
/// more.
pub(crate) const MAX_DEPTH: usize = 64;

/// Longer names are cut in errors and findings.
const LONGEST_NAME: usize = 40;

/// The root of a TwiML document.
pub(crate) fn root(text: &str) -> Result<Element<'_>, ParseError> {
    let root = source::document(text).map_err(|refused| refused.at(text))?;
    if root.name == "Response" {
        return Ok(root);
    }
    let found = shorten(root.name);
    Err(source::Refused::new(root.offset, ParseErrorKind::WrongRoot { found }).at(text))
}

/// A name from a document, cut to a length that can be shown.
pub(crate) fn shorten(name: &str) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// Why a text can't be read as TwiML, and where.
///
/// Names of elements and attributes are shown in it, cut to a sane length; texts and values never
/// are.
///
/// # Examples
///
/// ```
/// use twilio_hooks::twiml::{ParseErrorKind, VoiceResponse};
///
/// let error = VoiceResponse::parse("<Response>\n  <Say>Hello</say>\n</Response>").unwrap_err();
/// assert_eq!(error.to_string(), "`</say>` where `</Say>` is expected, at 2:13");
/// assert!(matches!(error.kind, ParseErrorKind::MismatchedEnd { .. }));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}, at {position}")]
#[non_exhaustive]
pub struct ParseError {
    /// What is wrong.
    pub kind: ParseErrorKind,
    /// Where it is wrong.
    pub position: Position,
}

/// What is wrong with a text that can't be read as TwiML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// There is no element at all.
    #[error("there is no `<Response>`")]
    Empty,
    /// The root is another element; Twilio's error 12102.
    #[error("the root is `<{found}>` instead of `<Response>`")]
    WrongRoot {
        /// What it is called.
        found: String,
    },
    /// The document ends inside an element that begins here.
    #[error("`<{name}>` is not closed")]
    Unclosed {
        /// The element.
        name: String,
    },
    /// An end tag closes another element than the last that was opened.
    #[error("`</{found}>` where `</{expected}>` is expected")]
    MismatchedEnd {
        /// The element that is open.
        expected: String,
        /// The name in the end tag.
        found: String,
    },
    /// An element has an attribute twice.
    #[error("attribute `{name}` is given twice")]
    DuplicateAttribute {
        /// The attribute.
        name: String,
    },
    /// A reference like `&nbsp;` to something that XML doesn't define.
    #[error("unknown reference `&{name};`; a plain `&` is written as `&amp;`")]
    UnknownReference {
        /// What stands between `&` and `;`.
        name: String,
    },
    /// A document type, which TwiML has no use for and attackers do.
    #[error("a document type is refused")]
    DocumentType,
    /// More than 64 elements inside each other.
    #[error("elements are nested deeper than {MAX_DEPTH}")]
    TooDeep,
    /// XML that is broken in another way; Twilio's error 12100.
    #[error("{reason}")]
    Syntax {
        /// How, in a few words.
        reason: &'static str,
    },
}

/// A place in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// The byte in the document, from 0.
    pub offset: usize,
}

impl Position {
    /// Where the document begins.
    pub(crate) const START: Self = Self {
        line: 1,
        column: 1,
        offset: 0,
    };

    /// The place of a byte at or after this one, which takes no look at what is before.
    pub(crate) fn forward_to(self, text: &str, offset: usize) -> Self {
        let between = &text[self.offset..offset];
        let (line, column) = match between.rsplit_once('\n') {
            Some((before, last)) => {
                let lines = 1 + before.bytes().filter(|&byte| byte == b'\n').count();
                (self.line + lines, 1 + last.chars().count())
            }
            None => (self.line, self.column + between.chars().count()),
        };
        Self {
            line,
            column,
            offset,
        }
    }
}

impl fmt::Display for Position {
    /// Writes `line:column`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl source::Refused {
    fn at(self, text: &str) -> ParseError {
        ParseError {
            kind: self.kind,
            position: Position::START.forward_to(text, self.offset),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters() {
        let text = "ab\r\nçd\n\nx";
        let position = |offset| Position::START.forward_to(text, offset).to_string();
        assert_eq!(position(0), "1:1");
        assert_eq!(position(2), "1:3");
        assert_eq!(position(4), "2:1");
        assert_eq!(position(6), "2:2");
        assert_eq!(position(8), "3:1");
        assert_eq!(position(9), "4:1");
        assert_eq!(position(text.len()), "4:2");
    }

    #[test]
    fn positions_can_be_found_one_after_another() {
        let text = "a\nbc\n\ndé\nf";
        let mut position = Position::START;
        for (offset, _) in text.char_indices() {
            position = position.forward_to(text, offset);
            assert_eq!(position, Position::START.forward_to(text, offset));
        }
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(shorten("Say"), "Say");
        assert_eq!(shorten(&"é".repeat(40)), "é".repeat(40));
        assert_eq!(shorten(&"é".repeat(41)), format!("{}…", "é".repeat(40)));
    }
}
