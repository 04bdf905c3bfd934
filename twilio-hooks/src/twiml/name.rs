use std::borrow::Cow;
use std::fmt;

/// The name of an attribute or an element that this crate has no type for.
///
/// Names are checked when they are made, so that what is written with them is XML: a letter or `_`
/// first, then letters, digits, `-`, `_` and `.`, as XML 1.0 defines them for all scripts. A prefix
/// may only be `xml:`, because no other is declared in TwiML; for the same reason `xmlns` is
/// refused. Only names that were read from a document have what they had there.
///
/// # Examples
///
/// ```
/// use twilio_hooks::twiml::{Say, XmlName};
///
/// const EMOTION: XmlName = XmlName::from_static("emotion");
///
/// let say = Say::new("Hello").attribute(EMOTION, "calm");
/// assert_eq!(say.to_string(), r#"<Say emotion="calm">Hello</Say>"#);
/// assert!(XmlName::new("two words").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct XmlName(Cow<'static, str>);

impl XmlName {
    /// Checks a name.
    ///
    /// # Errors
    ///
    /// If it isn't a name, has a prefix other than `xml:`, or is `xmlns`.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Result<Self, InvalidXmlName> {
        let name = name.into();
        if is_name(&name) {
            Ok(Self(name))
        } else {
            Err(InvalidXmlName {
                name: name.into_owned(),
            })
        }
    }

    /// Takes a name that the program was written with; as a `const` it is checked by the compiler.
    ///
    /// # Panics
    ///
    /// If it isn't a name, or not ASCII. [`XmlName::new`] takes the names of other scripts.
    #[must_use]
    pub const fn from_static(name: &'static str) -> Self {
        assert!(is_plain_name(name.as_bytes()), "not an ASCII XML name");
        Self(Cow::Borrowed(name))
    }

    /// A name that stood in a document and is XML, whatever its prefix.
    pub(crate) fn from_source(name: &str) -> Self {
        debug_assert!(is_source_name(name), "{name:?}");
        Self(Cow::Owned(name.to_owned()))
    }

    /// The name as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for XmlName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text was not usable as the name of an attribute or element.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not an XML name")]
#[non_exhaustive]
pub struct InvalidXmlName {
    /// What was refused.
    pub name: String,
}

/// The names that can be checked byte by byte in a constant.
pub(crate) const fn is_plain_name(name: &[u8]) -> bool {
    let local = match name {
        [b'x', b'm', b'l', b':', local @ ..] => local,
        [] | b"xmlns" => return false,
        _ => name,
    };
    let mut index = 0;
    while index < local.len() {
        let fits = match local[index] {
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => true,
            b'0'..=b'9' | b'-' | b'.' => index > 0,
            _ => false,
        };
        if !fits {
            return false;
        }
        index += 1;
    }
    !local.is_empty()
}

fn is_name(name: &str) -> bool {
    let mut local = name.strip_prefix("xml:").unwrap_or(name).chars();
    name != "xmlns" && local.next().is_some_and(starts_name) && local.all(continues_name)
}

/// Whether XML 1.0 allows the name, which may have any prefix.
pub(crate) fn is_source_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c == ':' || starts_name(c))
        && chars.all(|c| c == ':' || continues_name(c))
}

/// `NameStartChar` of <https://www.w3.org/TR/xml/#NT-NameStartChar>, without the colon.
const fn starts_name(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// `NameChar` of the same page.
const fn continues_name(c: char) -> bool {
    starts_name(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_scripts_are_taken() {
        for name in [
            "a", "_x", "data-x", "y.ext", "Größe", "naïve", "名前", "xml:lang", "a1",
        ] {
            assert_eq!(XmlName::new(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for name in [
            "", "1st", "-a", ".a", "bad name", "a=b", "a\"", "a<", "a>", "a/", "a&", "a\0", "·a",
            "×",
        ] {
            assert_eq!(
                XmlName::new(name),
                Err(InvalidXmlName {
                    name: name.to_owned()
                })
            );
        }
    }

    #[test]
    fn undeclared_prefixes_are_refused() {
        for name in ["a:b", ":a", "a:", "xml:", "xml:a:b", "xmlns", "xmlns:a"] {
            assert!(XmlName::new(name).is_err(), "{name}");
        }
    }

    #[test]
    fn plain_names_are_names() {
        for name in [
            "a",
            "_",
            "Say",
            "say-as",
            "a.b",
            "statusCallback",
            "",
            "1",
            "-",
            "xmlns",
            "a b",
            "é",
            "xml:lang",
            "xml:",
            "a:b",
        ] {
            assert_eq!(
                is_plain_name(name.as_bytes()),
                name.is_ascii() && is_name(name),
                "{name}"
            );
        }
    }

    #[test]
    #[should_panic(expected = "not an ASCII XML name")]
    fn a_wrong_literal_panics() {
        let _ = XmlName::from_static("two words");
    }
}
