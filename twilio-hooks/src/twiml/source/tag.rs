//! The inside of start tags, and references.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use quick_xml::escape::resolve_xml_entity;

use super::{Attribute, BLANKS, Element, Refused, is_allowed};
use crate::twiml::name::is_source_name;
use crate::twiml::parse::{ParseErrorKind, shorten};

/// Reads the inside of a start tag.
pub(super) fn element(
    text: &str,
    offset: usize,
    tag: Range<usize>,
) -> Result<Element<'_>, Refused> {
    let (start, tag) = (tag.start, &text[tag]);
    let (name, mut rest) = tag.split_at(tag.find(BLANKS).unwrap_or(tag.len()));
    if !is_source_name(name) {
        return Err(Refused::syntax(start, "a tag without a proper name"));
    }
    let mut attributes = Vec::new();
    loop {
        let trimmed = rest.trim_start_matches(BLANKS);
        if trimmed.is_empty() {
            break;
        }
        let at = start + tag.len() - trimmed.len();
        if trimmed.len() == rest.len() {
            return Err(Refused::syntax(at, "no space before an attribute"));
        }
        let (attribute, after) = attribute(trimmed, at)?;
        attributes.push(attribute);
        rest = after;
    }
    let mut names = HashSet::new();
    if attributes.len() > 1
        && let Some(second) = attributes.iter().find(|next| !names.insert(next.name))
    {
        let name = shorten(second.name);
        return Err(Refused::new(
            second.offset,
            ParseErrorKind::DuplicateAttribute { name },
        ));
    }
    Ok(Element {
        name,
        offset,
        attributes,
        content: Vec::new(),
        self_closing: false,
    })
}

/// Reads the attribute that `rest` begins with; also gives what follows it.
fn attribute(rest: &str, offset: usize) -> Result<(Attribute<'_>, &str), Refused> {
    let end = rest.find(|c| c == '=' || BLANKS.contains(&c));
    let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
    if !is_source_name(name) {
        return Err(Refused::syntax(
            offset,
            "an attribute without a proper name",
        ));
    }
    let Some(after) = after.trim_start_matches(BLANKS).strip_prefix('=') else {
        return Err(Refused::syntax(offset, "an attribute without a value"));
    };
    let after = after.trim_start_matches(BLANKS);
    let quoted = match after.as_bytes() {
        [b'"', ..] => after[1..].split_once('"'),
        [b'\'', ..] => after[1..].split_once('\''),
        _ => None,
    };
    let Some((raw, rest_after)) = quoted else {
        return Err(Refused::syntax(offset, "an attribute without quotes"));
    };
    let value_offset = offset + rest.len() - after.len() + 1;
    let value = attribute_value(raw, value_offset)?;
    let attribute = Attribute {
        name,
        value,
        offset,
    };
    Ok((attribute, rest_after))
}

/// Resolves references and turns line breaks and tabs into spaces, as XML wants.
fn attribute_value(raw: &str, offset: usize) -> Result<Cow<'_, str>, Refused> {
    const SPECIAL: [char; 5] = ['&', '<', '\t', '\r', '\n'];
    if !raw.contains(SPECIAL) {
        return Ok(raw.into());
    }
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(index) = rest.find(SPECIAL) {
        let at = offset + raw.len() - rest.len() + index;
        value.push_str(&rest[..index]);
        rest = &rest[index..];
        let length = match rest.as_bytes() {
            [b'<', ..] => return Err(Refused::syntax(at, "`<` in an attribute")),
            [b'&', ..] => {
                let Some(end) = rest.find(';') else {
                    return Err(Refused::syntax(at, "`&` that is not written as `&amp;`"));
                };
                value.push(reference(&rest[1..end], at)?);
                end + 1
            }
            [b'\r', b'\n', ..] => {
                value.push(' ');
                2
            }
            _ => {
                value.push(' ');
                1
            }
        };
        rest = &rest[length..];
    }
    value.push_str(rest);
    Ok(value.into())
}

/// The character that a reference stands for.
pub(super) fn reference(name: &str, offset: usize) -> Result<char, Refused> {
    let Some(number) = name.strip_prefix('#') else {
        let entity = resolve_xml_entity(name).and_then(|text| text.chars().next());
        let name = shorten(name);
        return entity
            .ok_or_else(|| Refused::new(offset, ParseErrorKind::UnknownReference { name }));
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let signed = digits.starts_with('+');
    let code = u32::from_str_radix(digits, radix).ok();
    code.filter(|_| !signed)
        .and_then(char::from_u32)
        .filter(|&character| is_allowed(character))
        .ok_or_else(|| Refused::syntax(offset, "a reference to a character that doesn't exist"))
}
