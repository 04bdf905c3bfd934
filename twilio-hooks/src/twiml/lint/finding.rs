use std::fmt;

use crate::twiml::Position;

/// Enough for a person to read; a longer list would only cost time.
const MOST_FINDINGS: usize = 1000;

/// Something in a document that Twilio refuses, skips, or does otherwise than it looks.
///
/// As a text it is one line for a log or an editor: place, severity, code, message, suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Which rule it is about.
    pub code: FindingCode,
    /// How bad it is.
    pub severity: Severity,
    /// Where the element or attribute begins.
    pub position: Position,
    /// What Twilio will do and how to mend it, as a sentence.
    pub message: String,
    /// What was probably meant, if a name or value is misspelt.
    pub suggestion: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            code,
            severity,
            position,
            message,
            ..
        } = self;
        write!(f, "{position}: {severity}[{code}]: {message}")?;
        match &self.suggestion {
            Some(suggestion) => write!(f, " Did you mean `{suggestion}`?"),
            None => Ok(()),
        }
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It works, but perhaps not as intended.
    Warning,
    /// Twilio refuses or skips it.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Defines the codes, each with its stable name.
macro_rules! codes {
    ($($(#[$doc:meta])* $Code:ident = $name:literal,)*) => {
        /// The rule that a finding is about; its name is stable, for lists of what to ignore.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum FindingCode {
            $($(#[$doc])* $Code,)*
        }

        impl FindingCode {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$Code),*];

            /// The name, such as `unknown-element`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$Code => $name,)*
                }
            }
        }
    };
}

codes! {
    /// The text is not XML, has a document type, or is nested more than 64 deep; Twilio's error
    /// 12100.
    NotWellFormed = "not-well-formed",
    /// The root is not `<Response>`; Twilio's error 12102.
    WrongRoot = "wrong-root",
    /// The document has more than 64 kB; Twilio's error 11750.
    TooLarge = "too-large",
    /// No element of TwiML has this name; Twilio's warning 12200.
    UnknownElement = "unknown-element",
    /// The element has no attribute of this name; Twilio's warning 12200.
    UnknownAttribute = "unknown-attribute",
    /// The name is right but for upper and lower case.
    WrongCase = "wrong-case",
    /// The element exists, but not in this place.
    WrongNesting = "wrong-nesting",
    /// The element means nothing without an attribute.
    MissingAttribute = "missing-attribute",
    /// The value should be a number.
    NotANumber = "not-a-number",
    /// The number is too small or too great.
    OutOfRange = "out-of-range",
    /// The value is not among those that there are.
    ValueNotAllowed = "value-not-allowed",
    /// There is text in an element that has none.
    UnexpectedText = "unexpected-text",
    /// There is nothing in an element that needs text.
    MissingText = "missing-text",
    /// The text is longer than Twilio takes.
    TextTooLong = "text-too-long",
    /// The input goes to the current URL, because there is no `action`; that loops unless the URL is
    /// prepared.
    MissingAction = "missing-action",
    /// The verb is never carried out.
    UnreachableVerb = "unreachable-verb",
    /// The call is answered, because `<Reject>` isn't the first verb.
    RejectNotFirst = "reject-not-first",
    /// The call ends at once.
    EmptyResponse = "empty-response",
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Their positions are only offsets until the end.
    findings: Vec<Finding>,
}

impl Report {
    pub(super) fn error(&mut self, code: FindingCode, offset: usize, message: impl Into<String>) {
        self.add(code, Severity::Error, offset, message.into(), None);
    }

    pub(super) fn warning(&mut self, code: FindingCode, offset: usize, message: impl Into<String>) {
        self.add(code, Severity::Warning, offset, message.into(), None);
    }

    pub(super) fn add(
        &mut self,
        code: FindingCode,
        severity: Severity,
        offset: usize,
        message: String,
        suggestion: Option<String>,
    ) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(Finding {
                code,
                severity,
                position: Position {
                    offset,
                    ..Position::START
                },
                message,
                suggestion,
            });
        }
    }

    /// Whether further findings would be left out, so that there is no need to look for them.
    pub(super) fn is_full(&self) -> bool {
        self.findings.len() >= MOST_FINDINGS
    }

    /// The findings by their places, with lines and columns.
    pub(super) fn finish(mut self, text: &str) -> Vec<Finding> {
        self.findings
            .sort_by_key(|finding| (finding.position.offset, finding.code));
        let mut position = Position::START;
        for finding in &mut self.findings {
            position = position.forward_to(text, finding.position.offset);
            finding.position = position;
        }
        self.findings
    }
}
