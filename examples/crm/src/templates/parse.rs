//! [`Template`]: a text with blanks, read and filled in. Nothing in here knows a database.

use std::{collections::BTreeMap, fmt, ops::Range};

use crate::messaging::segments::MAX_BODY;

/// What Twilio takes in one [message](https://www.twilio.com/docs/messaging/api/message-resource), as
/// [`length`](crate::messaging::segments::length) counts.
pub const MAX_TEXT: usize = MAX_BODY;

/// The names that the CRM has values for.
pub const KNOWN: [&str; 6] = [
    "contact.name",
    "contact.first_name",
    "contact.phone",
    "company.name",
    "user.name",
    "line.number",
];

/// A text with blanks that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Blank {
        name: String,
        default: Option<String>,
        /// As it was written.
        source: String,
    },
}

/// Values for blanks. A blank one is none.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<String, String>);

/// The names only: the values may be anybody's.
impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Values {
    /// No values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a value, unless there is nothing in it.
    pub fn set(&mut self, name: impl Into<String>, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            self.0.insert(name.into(), value.to_owned());
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the text.
    pub fn parse(text: &str) -> Result<Self, Vec<TemplateError>> {
        let mut reader = Reader { text, position: 0 };
        let (mut parts, mut errors) = (Vec::new(), Vec::new());
        while let Some(offset) = reader.rest().find("{{") {
            let start = reader.position + offset;
            parts.push(Part::Text(text[reader.position..start].to_owned()));
            reader.position = start + 2;
            match reader.blank() {
                Ok((name, default)) => parts.push(Part::Blank {
                    name,
                    default,
                    source: text[start..reader.position].to_owned(),
                }),
                Err((kind, place)) => {
                    errors.push(TemplateError::new(text, kind, start, place));
                    reader.skip_blank();
                }
            }
        }
        parts.push(Part::Text(reader.rest().to_owned()));
        parts.retain(|part| !matches!(part, Part::Text(text) if text.is_empty()));
        if errors.is_empty() {
            Ok(Self { parts })
        } else {
            Err(errors)
        }
    }

    /// The names of its blanks, each once, in the order of the text.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.blanks(|_| true)
    }

    /// The names of the blanks that neither have a value in `values` nor a default.
    #[must_use]
    pub fn missing(&self, values: &Values) -> Vec<&str> {
        self.blanks(|blank| {
            matches!(blank, Part::Blank { name, default: None, .. } if values.get(name).is_none())
        })
    }

    /// The text with its blanks filled in.
    ///
    /// # Errors
    /// The names that are [missing](Self::missing).
    pub fn render(&self, values: &Values) -> Result<String, Vec<&str>> {
        let missing = self.missing(values);
        if missing.is_empty() {
            Ok(self.preview(values))
        } else {
            Err(missing)
        }
    }

    /// As [`render`](Self::render), for showing: what is missing stays as it was written.
    #[must_use]
    pub fn preview(&self, values: &Values) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Blank {
                name,
                default,
                source,
            } => values.get(name).or(default.as_deref()).unwrap_or(source),
        });
        parts.collect()
    }

    fn blanks(&self, is_wanted: impl Fn(&Part) -> bool) -> Vec<&str> {
        let mut names = Vec::new();
        for part in self.parts.iter().filter(|part| is_wanted(part)) {
            if let Part::Blank { name, .. } = part
                && !names.contains(&name.as_str())
            {
                names.push(name.as_str());
            }
        }
        names
    }
}

/// What is wrong with a blank, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// What is wrong.
    pub kind: ErrorKind,
    /// From the opening braces to where it went wrong, in characters of the text, from 0.
    pub span: Range<usize>,
    /// What is written there.
    shown: String,
}

/// What is wrong with a blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The braces are not closed.
    Unclosed,
    /// There is no name.
    NoName,
    /// The name has a dot, and the CRM knows nothing by it.
    UnknownName,
    /// Something else than `default` stands after the bar.
    UnknownFilter,
    /// After `default:` there is no text in double quotes.
    NoDefault,
    /// Something stands where the braces should be closed.
    Surplus,
}

impl TemplateError {
    fn new(text: &str, kind: ErrorKind, start: usize, end: usize) -> Self {
        let characters = |position: usize| text[..position].chars().count();
        Self {
            kind,
            span: characters(start)..characters(end),
            shown: text[start..end].chars().take(40).collect(),
        }
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, span, shown } = self;
        write!(f, "at character {}, `{shown}`: ", span.start + 1)?;
        match kind {
            ErrorKind::Unclosed => f.write_str("`}}` is missing"),
            ErrorKind::NoName => f.write_str("a name is missing, as in `{{contact.name}}`"),
            ErrorKind::UnknownName => {
                write!(f, "there is no such name; there are {}", KNOWN.join(", "))
            }
            ErrorKind::UnknownFilter => {
                f.write_str("after `|` there can only be `default: \"a text\"`")
            }
            ErrorKind::NoDefault => {
                f.write_str("after `default` a colon and a text in double quotes are needed")
            }
            ErrorKind::Surplus => f.write_str("`}}` is expected after this"),
        }
    }
}

impl std::error::Error for TemplateError {}

/// Reads a text from left to right.
struct Reader<'a> {
    text: &'a str,
    /// In bytes.
    position: usize,
}

/// What is wrong, and up to which byte.
type Wrong = (ErrorKind, usize);

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn skip_space(&mut self) {
        self.position = self.text.len() - self.rest().trim_start().len();
    }

    /// Goes past `expected`, if it is next.
    fn take(&mut self, expected: &str) -> bool {
        self.skip_space();
        let is_next = self.rest().starts_with(expected);
        if is_next {
            self.position += expected.len();
        }
        is_next
    }

    /// Goes past letters, digits, `_` and `.`.
    fn word(&mut self) -> &'a str {
        self.skip_space();
        let rest = self.rest();
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        self.position += end;
        &rest[..end]
    }

    /// What is between the braces, the first of which are behind us.
    fn blank(&mut self) -> Result<(String, Option<String>), Wrong> {
        let name = self.word();
        if name.is_empty() {
            return Err(self.wrong(ErrorKind::NoName));
        }
        let is_ours = name.contains('.');
        if is_ours && !KNOWN.contains(&name) {
            return Err((ErrorKind::UnknownName, self.position));
        }
        let mut default = None;
        if self.take("|") {
            if self.word() != "default" {
                return Err(self.wrong(ErrorKind::UnknownFilter));
            }
            if !self.take(":") {
                return Err(self.wrong(ErrorKind::NoDefault));
            }
            default = Some(self.quoted()?);
        }
        if self.take("}}") {
            Ok((name.to_owned(), default))
        } else {
            Err(self.wrong(ErrorKind::Surplus))
        }
    }

    /// A text in double quotes, in which `\"` and `\\` stand for what follows the backslash.
    fn quoted(&mut self) -> Result<String, Wrong> {
        if !self.take("\"") {
            return Err(self.wrong(ErrorKind::NoDefault));
        }
        let mut text = String::new();
        let mut characters = self.rest().char_indices().peekable();
        while let Some((offset, c)) = characters.next() {
            match (c, characters.peek().map(|(_, next)| *next)) {
                ('"', _) => {
                    self.position += offset + 1;
                    return Ok(text);
                }
                ('\\', Some(escaped @ ('"' | '\\'))) => {
                    text.push(escaped);
                    characters.next();
                }
                (c, _) => text.push(c),
            }
        }
        Err((ErrorKind::NoDefault, self.text.len()))
    }

    /// Here it went wrong; and if there are no more braces, that is why.
    fn wrong(&self, kind: ErrorKind) -> Wrong {
        match self.rest().find("}}") {
            Some(offset) => (kind, self.position + offset + 2),
            None => (ErrorKind::Unclosed, self.text.len()),
        }
    }

    /// After a blank that is wrong, goes on behind it.
    fn skip_blank(&mut self) {
        self.position = match self.rest().find("}}") {
            Some(offset) => self.position + offset + 2,
            None => self.text.len(),
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Values {
        let mut values = Values::new();
        for (name, value) in pairs {
            values.set(*name, Some(value));
        }
        values
    }

    fn rendered(text: &str, pairs: &[(&str, &str)]) -> String {
        Template::parse(text)
            .unwrap()
            .render(&values(pairs))
            .unwrap()
    }

    fn wrong(text: &str) -> Vec<(ErrorKind, Range<usize>)> {
        let errors = Template::parse(text).unwrap_err();
        errors.into_iter().map(|it| (it.kind, it.span)).collect()
    }

    #[test]
    fn blanks_are_filled_in() {
        let text = "Hi {{ contact.first_name|default:\"there\" }}, {{date}}!";
        assert_eq!(
            rendered(text, &[("contact.first_name", "Ana"), ("date", "Monday")]),
            "Hi Ana, Monday!"
        );
        assert_eq!(rendered(text, &[("date", "Monday")]), "Hi there, Monday!");
        let template = Template::parse(text).unwrap();
        assert_eq!(template.names(), ["contact.first_name", "date"]);
    }

    #[test]
    fn a_default_may_be_empty_and_have_quotes_and_braces() {
        assert_eq!(rendered(r#"a{{b | default: ""}}c"#, &[]), "ac");
        assert_eq!(
            rendered(r#"{{b | default: "\"}}\" \\ \n"}}"#, &[]),
            r#""}}" \ \n"#
        );
    }

    #[test]
    fn all_that_is_missing_is_listed_once() {
        let text = "{{b}} {{a}} {{b}} {{c | default: \"x\"}} {{user.name}} {{d}}";
        let template = Template::parse(text).unwrap();
        let given = values(&[("d", "d"), ("a", " \n")]);
        assert_eq!(template.render(&given), Err(vec!["b", "a", "user.name"]));
        assert_eq!(
            template.preview(&given),
            "{{b}} {{a}} {{b}} x {{user.name}} d"
        );
    }

    #[test]
    fn values_are_not_filled_in_again() {
        let text = "{{a}}{{b}}";
        let pairs = [("a", "{{b}}"), ("b", "{{a | default: \"x\"}}")];
        assert_eq!(rendered(text, &pairs), "{{b}}{{a | default: \"x\"}}");
    }

    #[test]
    fn every_mistake_is_found_with_its_place() {
        assert_eq!(wrong("Grüße {{"), [(ErrorKind::Unclosed, 6..8)]);
        assert_eq!(wrong("{{a"), [(ErrorKind::Unclosed, 0..3)]);
        assert_eq!(wrong("{{a|default:\"}}"), [(ErrorKind::NoDefault, 0..15)]);
        assert_eq!(
            wrong("ä{{}} {{contact.nmae}} {{a|upper}} {{a|default}} {{a b}} {{a|default: b}}"),
            [
                (ErrorKind::NoName, 1..5),
                (ErrorKind::UnknownName, 6..20),
                (ErrorKind::UnknownFilter, 23..34),
                (ErrorKind::NoDefault, 35..48),
                (ErrorKind::Surplus, 49..56),
                (ErrorKind::NoDefault, 57..73),
            ]
        );
        let errors = Template::parse("Hi {{contact.nmae}}").unwrap_err();
        let shown = errors[0].to_string();
        assert!(shown.starts_with("at character 4, `{{contact.nmae`: there is no such name"));
        assert!(shown.contains("contact.name"), "{shown}");
    }

    #[test]
    fn single_braces_are_text() {
        for text in ["{a}", "}} { {", "a } } b", ""] {
            assert_eq!(rendered(text, &[]), text);
        }
    }

    proptest! {
        #[test]
        fn text_without_blanks_stays_as_it_is(text in "[^{]*|([^{]|\\{[^{])*") {
            let template = Template::parse(&text).unwrap();
            prop_assert_eq!(template.render(&Values::new()).unwrap(), text);
        }

        #[test]
        fn what_is_around_a_blank_and_in_its_value_stays(before in "[^{]*", value in ".*[^\\s].*", after in "[^{]*") {
            let text = format!("{before}{{{{x}}}}{after}");
            let template = Template::parse(&text).unwrap();
            let rendered = template.render(&values(&[("x", &value)])).unwrap();
            prop_assert_eq!(rendered, format!("{before}{value}{after}"));
        }

        #[test]
        fn nothing_panics(text in "[{}|:\"\\\\ a.ü]{0,40}") {
            match Template::parse(&text) {
                Ok(template) => prop_assert_eq!(template.missing(&Values::new()).len(), template.render(&Values::new()).err().map_or(0, |it| it.len())),
                Err(errors) => {
                    prop_assert!(!errors.is_empty());
                    for error in errors {
                        prop_assert!(error.span.end <= text.chars().count());
                        let _ = error.to_string();
                    }
                }
            }
        }
    }
}
