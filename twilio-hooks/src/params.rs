//! [`Params`]: the form fields of one webhook, exactly as they came over the wire.

use std::{borrow::Cow, fmt, str, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The parameters of one webhook: every pair, in wire order, byte for byte.
///
/// Twilio sends `application/x-www-form-urlencoded`. The signature covers every pair, also those
/// this crate has no field for, and [new ones appear without notice][docs]; so a webhook is first
/// decoded into `Params`, checked, and only then read into a typed payload. Nothing is dropped on
/// the way: repeated names stay, empty values stay, unknown names stay, and bytes that are not
/// UTF-8 stay what they are.
///
/// Cloning is cheap: clones share one buffer. `Debug` shows the names only, because values are
/// phone numbers and message texts.
///
/// # Examples
/// ```
/// use twilio_hooks::Params;
///
/// let params = Params::from_form(b"From=%2B12025550143&Body=two+words&NumMedia=0");
/// assert_eq!(params.get("From"), Some("+12025550143"));
/// assert_eq!(params.get("Body"), Some("two words"));
/// assert_eq!(params.parse::<u32>("NumMedia"), Ok(Some(0)));
/// assert_eq!(params.get("MessageSid"), None);
/// ```
///
/// [docs]: https://www.twilio.com/docs/messaging/guides/webhook-request
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params {
    inner: Arc<Inner>,
}

/// All names and values one after the other, without separators: the very bytes that Twilio's
/// signature takes, so a pair is one slice of it.
#[derive(Default, PartialEq, Eq)]
struct Inner {
    text: Vec<u8>,
    spans: Vec<Span>,
}

/// Where a pair ends in the text; it starts where the one before it ended.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Span {
    name_end: u32,
    value_end: u32,
}

impl Params {
    /// Decodes a form body or a query string.
    ///
    /// The rules are those of browsers, applied to bytes: pairs are split at `&`, the first `=`
    /// ends the name, `+` is a blank, `%XX` is a byte, a malformed `%` stays as it is, empty pieces
    /// are skipped. A piece without `=` is a name with an empty value. This never fails, takes
    /// linear time, and needs at most five times the memory of its input.
    ///
    /// Input beyond 4 GiB is cut off; bound the body long before, as
    /// [`ValidateSignatureLayer`](crate::signature::ValidateSignatureLayer) does.
    #[must_use]
    pub fn from_form(form: &[u8]) -> Self {
        let form = &form[..form.len().min(u32::MAX as usize)];
        // Decoding never makes a text longer.
        let mut text = Vec::with_capacity(form.len());
        let mut spans = Vec::with_capacity(form.len() / 16 + 1);
        let mut rest = form;
        while let Some((first, after)) = rest.split_first() {
            if *first == b'&' {
                rest = after;
                continue;
            }
            let mut name_end = None;
            loop {
                let (plain, special) = rest.split_at(plain_bytes(rest));
                text.extend_from_slice(plain);
                let (byte, length) = match special {
                    [] | [b'&', ..] => {
                        rest = special;
                        break;
                    }
                    [b'=', after @ ..] if name_end.is_none() => {
                        name_end = Some(text.len() as u32);
                        rest = after;
                        continue;
                    }
                    [b'%', ..] => unescape(special),
                    [b'+', ..] => (b' ', 1),
                    [byte, ..] => (*byte, 1),
                };
                text.push(byte);
                rest = &special[length..];
            }
            let value_end = text.len() as u32;
            spans.push(Span {
                name_end: name_end.unwrap_or(value_end),
                value_end,
            });
        }
        Self {
            inner: Arc::new(Inner { text, spans }),
        }
    }

    /// Builds parameters from pairs, keeping their order and repetitions.
    ///
    /// # Panics
    /// If all names and values together exceed 4 GiB.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::Params;
    ///
    /// let params = Params::from_pairs([("Body", "hi & bye"), ("From", "+12025550143")]);
    /// assert_eq!(params.to_form(), "Body=hi+%26+bye&From=%2B12025550143");
    /// ```
    pub fn from_pairs<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: AsRef<[u8]>,
        V: AsRef<[u8]>,
    {
        let end = |text: &Vec<u8>| u32::try_from(text.len()).expect("parameters below 4 GiB");
        let mut text = Vec::new();
        let mut spans = Vec::new();
        for (name, value) in pairs {
            text.extend_from_slice(name.as_ref());
            let name_end = end(&text);
            text.extend_from_slice(value.as_ref());
            spans.push(Span {
                name_end,
                value_end: end(&text),
            });
        }
        Self {
            inner: Arc::new(Inner { text, spans }),
        }
    }

    /// How many pairs there are, repeated names counted each time.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.spans.len()
    }

    /// Whether there is no pair at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inner.spans.is_empty()
    }

    /// The first value of `name`, or `None` if the name is absent or its value is not UTF-8.
    ///
    /// Names are case-sensitive. Present-but-empty gives `Some("")`; [`parse`](Self::parse) treats
    /// that as absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_bytes(name)
            .and_then(|value| str::from_utf8(value).ok())
    }

    /// The first value of `name` as the bytes that were sent.
    #[must_use]
    pub fn get_bytes(&self, name: &str) -> Option<&[u8]> {
        self.iter_bytes()
            .find(|(key, _)| *key == name.as_bytes())
            .map(|(_, value)| value)
    }

    /// All values of `name` in wire order; bytes that are not UTF-8 show as U+FFFD.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Cow<'a, str>> {
        self.iter_bytes()
            .filter(move |(key, _)| *key == name.as_bytes())
            .map(|(_, value)| String::from_utf8_lossy(value))
    }

    /// The first value of `name` read as a `T`; absent and empty are both `None`.
    ///
    /// # Errors
    /// [`ParamError::Invalid`] if there is a value and `T` does not understand it.
    pub fn parse<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, ParamError> {
        match self.get_bytes(name) {
            None | Some([]) => Ok(None),
            Some(value) => str::from_utf8(value)
                .ok()
                .and_then(|value| value.parse().ok())
                .map(Some)
                .ok_or(ParamError::Invalid { name }),
        }
    }

    /// All pairs in wire order; bytes that are not UTF-8 show as U+FFFD.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        self.iter_bytes().map(|(name, value)| {
            (
                String::from_utf8_lossy(name),
                String::from_utf8_lossy(value),
            )
        })
    }

    /// All pairs in wire order, as bytes.
    #[must_use]
    pub fn iter_bytes(&self) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> {
        let text = &*self.inner.text;
        let mut name_start = 0;
        self.inner.spans.iter().map(move |span| {
            let (name_end, value_end) = (span.name_end as usize, span.value_end as usize);
            let pair = (&text[name_start..name_end], &text[name_end..value_end]);
            name_start = value_end;
            pair
        })
    }

    /// The first eight bytes of each name as a number, with zeros after a shorter name: where two
    /// of these differ, the names differ in the same way.
    pub(crate) fn name_prefixes(&self) -> impl ExactSizeIterator<Item = u64> {
        let text = &*self.inner.text;
        let mut name_start = 0;
        self.inner.spans.iter().map(move |span| {
            let (start, end) = (name_start, span.name_end as usize);
            name_start = span.value_end as usize;
            let length = end - start;
            // What follows a name is its value, so eight bytes can be read almost always.
            let chunk = text[start..].first_chunk().copied().unwrap_or_else(|| {
                let mut chunk = [0; 8];
                chunk[..length.min(8)].copy_from_slice(&text[start..end.min(start + 8)]);
                chunk
            });
            let behind = u64::MAX.checked_shr(8 * length.min(8) as u32);
            u64::from_be_bytes(chunk) & !behind.unwrap_or_default()
        })
    }

    /// Name and value of pair `index`.
    pub(crate) fn pair(&self, index: usize) -> (&[u8], &[u8]) {
        let (name_start, span) = self.span(index);
        let text = &self.inner.text;
        (
            &text[name_start..span.name_end as usize],
            &text[span.name_end as usize..span.value_end as usize],
        )
    }

    /// Name and value of pair `index` as one slice: what the signature takes of it.
    pub(crate) fn joined(&self, index: usize) -> &[u8] {
        let (name_start, span) = self.span(index);
        &self.inner.text[name_start..span.value_end as usize]
    }

    fn span(&self, index: usize) -> (usize, Span) {
        let start = match index {
            0 => 0,
            _ => self.inner.spans[index - 1].value_end as usize,
        };
        (start, self.inner.spans[index])
    }

    /// The pairs as a form body that decodes to the same pairs.
    ///
    /// The spelling is the one of browsers (`+` for a blank, upper-case hex digits), which need not
    /// be the one that was received.
    #[must_use]
    pub fn to_form(&self) -> String {
        let mut form = String::with_capacity(self.inner.text.len() * 2);
        for (name, value) in self.iter_bytes() {
            if !form.is_empty() {
                form.push('&');
            }
            encode_into(&mut form, name);
            form.push('=');
            encode_into(&mut form, value);
        }
        form
    }
}

/// Shows the names, in wire order; values are personal data.
impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.iter().map(|(name, _)| name))
            .finish()
    }
}

/// As one form-encoded text, which keeps order, repetitions and every byte.
impl Serialize for Params {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_form())
    }
}

impl<'de> Deserialize<'de> for Params {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Params;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("form-encoded parameters")
            }

            fn visit_str<E: de::Error>(self, form: &str) -> Result<Params, E> {
                Ok(Params::from_form(form.as_bytes()))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

/// Why a parameter could not be read.
///
/// The message names the parameter and never shows its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParamError {
    /// A required parameter is absent or empty.
    #[error("parameter `{name}` is missing")]
    Missing {
        /// The parameter's name on the wire.
        name: &'static str,
    },
    /// A parameter has a value that its type does not understand.
    #[error("parameter `{name}` is not readable")]
    Invalid {
        /// The parameter's name on the wire.
        name: &'static str,
    },
}

impl ParamError {
    /// The parameter's name on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Missing { name } | Self::Invalid { name } => name,
        }
    }
}

/// How many bytes are looked at together.
const CHUNK: usize = 8;

/// How many bytes at the start are neither `&`, `=`, `+` nor `%`, or some fewer.
fn plain_bytes(text: &[u8]) -> usize {
    let mut plain = 0;
    while let Some(chunk) = text[plain..].first_chunk() {
        let special = special_bytes(u64::from_le_bytes(*chunk));
        if special != 0 {
            return plain + special.trailing_zeros() as usize / 8;
        }
        plain += CHUNK;
    }
    let is_special = |byte: &u8| matches!(byte, b'&' | b'=' | b'+' | b'%');
    let rest = &text[plain..];
    plain + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// Where a byte may be `&`, `=`, `+` or `%`, its highest bit. None of them is missed. Other bytes
/// are marked too: those below `,`, which forms hardly have, and some after a marked one.
fn special_bytes(chunk: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; CHUNK]);
    // Subtracting borrows from the highest bit of each byte that is smaller.
    let below = |bytes: u64, bound: u8| bytes.wrapping_sub(ONES * u64::from(bound)) & !bytes;
    let highest_bits = ONES << 7;
    (below(chunk, b',') | below(chunk ^ (ONES * u64::from(b'=')), 1)) & highest_bits
}

/// The byte that an escape stands for and the escape's length; a malformed one is just a `%`.
fn unescape(text: &[u8]) -> (u8, usize) {
    if let [_, high, low, ..] = text
        && let (Some(high), Some(low)) = (hex_digit(*high), hex_digit(*low))
    {
        return (high << 4 | low, 3);
    }
    (b'%', 1)
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

fn encode_into(form: &mut String, bytes: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
                form.push(char::from(byte));
            }
            b' ' => form.push('+'),
            _ => {
                form.push('%');
                form.push(char::from(HEX[usize::from(byte >> 4)]));
                form.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(form: &str) -> Vec<(String, String)> {
        Params::from_form(form.as_bytes())
            .iter()
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn order_and_repetitions_are_kept() {
        assert_eq!(
            pairs("b=2&a=1&b=3"),
            [pair("b", "2"), pair("a", "1"), pair("b", "3")]
        );
    }

    #[test]
    fn the_first_equals_sign_ends_the_name() {
        assert_eq!(
            pairs("a=b=c&=d&e&f="),
            [
                pair("a", "b=c"),
                pair("", "d"),
                pair("e", ""),
                pair("f", ""),
            ]
        );
    }

    #[test]
    fn empty_pieces_are_skipped_and_malformed_escapes_stay() {
        assert_eq!(
            pairs("&&a=%&b=%4&c=%zz&&d=%%41+%2B&"),
            [
                pair("a", "%"),
                pair("b", "%4"),
                pair("c", "%zz"),
                pair("d", "%A +"),
            ]
        );
    }

    /// The rules once more, in as many steps as it takes to write them down.
    fn decode_slowly(form: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        fn decode(mut rest: &[u8]) -> Vec<u8> {
            let mut text = Vec::new();
            while let [byte, tail @ ..] = rest {
                rest = tail;
                text.push(match (byte, tail) {
                    (b'+', _) => b' ',
                    (b'%', [high, low, tail @ ..])
                        if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
                    {
                        rest = tail;
                        let digits = [*high, *low];
                        u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap()
                    }
                    _ => *byte,
                });
            }
            text
        }
        form.split(|byte| *byte == b'&')
            .filter(|piece| !piece.is_empty())
            .map(|piece| {
                let mut halves = piece.splitn(2, |byte| *byte == b'=').map(decode);
                let name = halves.next().unwrap_or_default();
                (name, halves.next().unwrap_or_default())
            })
            .collect()
    }

    #[test]
    fn bytes_that_are_not_utf8_survive() {
        let params = Params::from_form(b"Body=a%FFb&From=x");
        assert_eq!(params.get_bytes("Body"), Some(&b"a\xFFb"[..]));
        assert_eq!(params.get("Body"), None);
        assert_eq!(Params::from_form(params.to_form().as_bytes()), params);
    }

    #[test]
    fn absent_and_empty_values_parse_to_none() {
        let params = Params::from_form(b"NumMedia=&ErrorCode=x");
        assert_eq!(params.parse::<u32>("NumMedia"), Ok(None));
        assert_eq!(params.parse::<u32>("NumSegments"), Ok(None));
        assert_eq!(
            params.parse::<u32>("ErrorCode"),
            Err(ParamError::Invalid { name: "ErrorCode" })
        );
    }

    #[test]
    fn debug_shows_no_value() {
        let shown = format!(
            "{:?}",
            Params::from_form(b"From=%2B12025550143&Body=secret")
        );
        assert_eq!(shown, r#"["From", "Body"]"#);
    }

    proptest! {
        #[test]
        fn any_pairs_survive_encoding(pairs in prop::collection::vec((any::<Vec<u8>>(), any::<Vec<u8>>()), 0..8)) {
            let params = Params::from_pairs(pairs);
            prop_assert_eq!(Params::from_form(params.to_form().as_bytes()), params);
        }

        #[test]
        fn decoding_follows_the_rules(form in "[&=+%a4Fé]{0,60}|[ -~]{0,60}") {
            let params = Params::from_form(form.as_bytes());
            let pairs: Vec<_> = params
                .iter_bytes()
                .map(|(name, value)| (name.to_vec(), value.to_vec()))
                .collect();
            prop_assert_eq!(pairs, decode_slowly(form.as_bytes()));
        }

        #[test]
        fn any_bytes_decode(form in any::<Vec<u8>>()) {
            let params = Params::from_form(&form);
            prop_assert_eq!(Params::from_form(params.to_form().as_bytes()), params);
        }
    }
}
