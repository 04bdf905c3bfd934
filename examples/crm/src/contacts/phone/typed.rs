//! What people type and paste, down to its digits.

use super::PhoneError;

/// Longer than any number with all its brackets and spaces.
const LONGEST: usize = 64;

/// What may stand between the digits of a number.
const BETWEEN: [char; 14] = [
    ' ', '\u{a0}', '\u{202f}', '\t', '-', '\u{2010}', '\u{2011}', '\u{2013}', '.', '/', '(', ')',
    '[', ']',
];

/// Marks that come along when a number is copied, and are not seen.
const INVISIBLE: [char; 6] = [
    '\u{200e}', '\u{200f}', '\u{202a}', '\u{202c}', '\u{2068}', '\u{2069}',
];

/// `+` or not, and the digits.
pub(super) fn digits(text: &str) -> Result<String, PhoneError> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || INVISIBLE.contains(&c));
    let text = match text.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("tel") => rest,
        _ => text,
    };
    if text.is_empty() {
        return Err(PhoneError::Empty);
    }
    if text.len() > LONGEST {
        return Err(PhoneError::NotANumber);
    }
    let mut digits = String::new();
    for (at, c) in text.char_indices() {
        match c {
            '+' | '\u{ff0b}' if digits.is_empty() => digits.push('+'),
            _ if BETWEEN.contains(&c) || INVISIBLE.contains(&c) => {}
            _ => match decimal(c) {
                Some(digit) => digits.push(digit),
                None if digits.len() > 1 && is_extension(&text[at..]) => {
                    return Err(PhoneError::Extension);
                }
                None => return Err(PhoneError::NotANumber),
            },
        }
    }
    match digits.trim_start_matches('+') {
        "" => Err(PhoneError::NotANumber),
        _ => Ok(digits),
    }
}

/// Digits as keyboards of several scripts have them.
fn decimal(c: char) -> Option<char> {
    let zero = match c {
        '0'..='9' => return Some(c),
        '\u{660}'..='\u{669}' => 0x660,
        '\u{6f0}'..='\u{6f9}' => 0x6f0,
        '\u{966}'..='\u{96f}' => 0x966,
        '\u{ff10}'..='\u{ff19}' => 0xff10,
        _ => return None,
    };
    char::from_digit(u32::from(c) - zero, 10)
}

/// Whether a number ends here and an extension begins.
fn is_extension(rest: &str) -> bool {
    let rest = rest.to_ascii_lowercase();
    [
        "ext",
        "x",
        "#",
        ",",
        ";",
        "anexo",
        "int",
        "poste",
        "durchwahl",
    ]
    .iter()
    .any(|mark| rest.starts_with(mark))
}
