//! [`JsonError`]: why a JSON text could not be read.

/// Why a JSON text could not be read.
///
/// It tells the place and never the content, which may be personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// The text is not JSON, or not UTF-8.
    #[error("not JSON at line {line}, column {column}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The byte in the line, from 1; 0 right at its start.
        column: usize,
    },
    /// The text is JSON, but of another form.
    #[error("the JSON is not {expected}")]
    Shape {
        /// What was expected.
        expected: &'static str,
    },
    /// A required member is absent, empty or `null`.
    #[error("member `{name}` is missing")]
    Missing {
        /// The member's name on the wire.
        name: &'static str,
    },
    /// A required member is a list or an object.
    #[error("member `{name}` is not readable")]
    Invalid {
        /// The member's name on the wire.
        name: &'static str,
    },
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        Self::Syntax {
            line: error.line(),
            column: error.column(),
        }
    }
}
