//! [`Media`]: a file that came with a message.

use std::{
    collections::BTreeMap,
    fmt::{self, Debug},
};

use serde::{Deserialize, Serialize};

use super::field::{Family, Pair, fill, text};

/// A file that came with a message: a picture, a voice note, a contact card, …
///
/// See [how Twilio stores media](https://www.twilio.com/docs/messaging/api/media-resource).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Media {
    /// Where to fetch the file. Twilio redirects from here to the storage, and asks for HTTP
    /// authentication if the account protects its media.
    pub url: String,
    /// The media type as the sender's side gave it. It can have parameters, can be
    /// `application/octet-stream`, and need not be true. Absent only if Twilio left it out.
    pub content_type: Option<String>,
}

impl Media {
    /// A file at `url`.
    pub fn new(url: impl Into<String>, content_type: Option<&str>) -> Self {
        Self {
            url: url.into(),
            content_type: content_type.map(str::to_owned),
        }
    }
}

/// Shows the media type; the URL gives access to the file.
impl Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Media")
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

/// `{prefix}Url{N}` and `{prefix}ContentType{N}` in the order of N, whatever `NumMedia` says and
/// however large or sparse the numbers are.
impl Family for Vec<Media> {
    type Slots<'a> = BTreeMap<u32, MediaPairs<'a>>;

    fn take<'a>(slots: &mut Self::Slots<'a>, rest: &'a str, pair: Pair<'a>) -> bool {
        let (number, is_url) = match (rest.strip_prefix("Url"), rest.strip_prefix("ContentType")) {
            (Some(number), _) => (number, true),
            (_, Some(number)) => (number, false),
            _ => return false,
        };
        let Some(number) = parse_number(number) else {
            return false;
        };
        let pairs = slots.entry(number).or_default();
        if is_url {
            fill(&mut pairs.url, pair)
        } else {
            fill(&mut pairs.content_type, pair)
        }
    }

    fn finish<'a>(slots: Self::Slots<'a>, extra: &mut Vec<Pair<'a>>) -> Self {
        let value = |pair: Option<Pair<'a>>| text(pair.map(|(_, value)| value));
        slots
            .into_values()
            .filter_map(|pairs| {
                let Some(url) = value(pairs.url) else {
                    extra.extend(pairs.content_type);
                    return None;
                };
                Some(Media {
                    url,
                    content_type: value(pairs.content_type),
                })
            })
            .collect()
    }

    fn shown(&self) -> Option<&dyn Debug> {
        (!self.is_empty()).then_some(self)
    }
}

/// The parameters of one file.
#[derive(Default)]
pub(crate) struct MediaPairs<'a> {
    url: Option<Pair<'a>>,
    content_type: Option<Pair<'a>>,
}

/// Digits as Twilio writes a number, so that two names never mean one file.
fn parse_number(digits: &str) -> Option<u32> {
    let canonical = digits == "0" || !digits.starts_with(['0', '+']);
    digits.parse().ok().filter(|_| canonical)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &'static str)]) -> (Vec<Media>, Vec<&'static str>) {
        let mut slots = BTreeMap::new();
        let mut extra = Vec::new();
        for (name, value) in pairs {
            let pair = (name.as_bytes(), value.as_bytes());
            if !Vec::<Media>::take(&mut slots, &name["Media".len()..], pair) {
                extra.push(pair);
            }
        }
        let media = Vec::<Media>::finish(slots, &mut extra);
        let names = extra
            .iter()
            .map(|(name, _)| str::from_utf8(name).unwrap())
            .collect();
        (media, names)
    }

    #[test]
    fn files_are_in_the_order_of_their_numbers_with_gaps_closed() {
        let (media, extra) = read(&[
            ("MediaUrl10", "k"),
            ("MediaContentType2", "image/png"),
            ("MediaUrl4294967295", "z"),
            ("MediaUrl2", "c"),
        ]);
        let urls: Vec<_> = media.iter().map(|media| &*media.url).collect();
        assert_eq!(urls, ["c", "k", "z"]);
        assert_eq!(media[0].content_type.as_deref(), Some("image/png"));
        assert_eq!(media[1].content_type, None);
        assert!(extra.is_empty());
    }

    #[test]
    fn names_that_only_resemble_media_are_not_taken() {
        let names = [
            "MediaUrl",
            "MediaUrl01",
            "MediaUrl+1",
            "MediaUrl-1",
            "MediaUrlx",
            "MediaUrl4294967296",
            "MediaType0",
        ];
        let (media, extra) = read(&names.map(|name| (name, "x")));
        assert!(media.is_empty());
        assert_eq!(extra, names);
    }

    #[test]
    fn a_type_without_url_is_kept_aside() {
        let (media, extra) = read(&[("MediaContentType0", "image/png"), ("MediaUrl0", "")]);
        assert!(media.is_empty());
        assert_eq!(extra, ["MediaContentType0"]);
    }
}
