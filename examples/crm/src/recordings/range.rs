//! [`ByteRange`]: the part of a file that a player asks for.

use http::HeaderValue;

/// One range of bytes, as the header `Range` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteRange {
    /// From the first byte to the last, or to the end.
    From {
        /// The first byte, counted from 0.
        first: u64,
        /// The last byte.
        last: Option<u64>,
    },
    /// So many bytes at the end.
    Last(u64),
}

/// A header `Range` that names no bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRange;

impl ByteRange {
    /// Reads the header. What is not about bytes, or asks for several parts at once, is `None`: then
    /// the whole file is a right answer.
    ///
    /// # Errors
    /// If no byte can be meant.
    pub fn parse(header: Option<&HeaderValue>) -> Result<Option<Self>, BadRange> {
        let Some(header) = header else {
            return Ok(None);
        };
        let text = header.to_str().map_err(|_| BadRange)?;
        let Some(range) = text.trim().strip_prefix("bytes=") else {
            return Ok(None);
        };
        if range.contains(',') {
            return Ok(None);
        }
        let (first, last) = range.trim().split_once('-').ok_or(BadRange)?;
        let range = match (number(first)?, number(last)?) {
            (Some(first), last) if last.is_none_or(|last| first <= last) => {
                Self::From { first, last }
            }
            (None, Some(count)) if count > 0 => Self::Last(count),
            _ => return Err(BadRange),
        };
        Ok(Some(range))
    }

    /// The header for it.
    #[must_use]
    pub fn to_header(self) -> String {
        match self {
            Self::From { first, last: None } => format!("bytes={first}-"),
            Self::From {
                first,
                last: Some(last),
            } => format!("bytes={first}-{last}"),
            Self::Last(count) => format!("bytes=-{count}"),
        }
    }

    /// The first byte and the last one in a file of this length; `None` if it has none of them.
    #[must_use]
    pub fn within(self, length: u64) -> Option<(u64, u64)> {
        let end = length.checked_sub(1)?;
        match self {
            Self::From { first, last } => {
                (first <= end).then(|| (first, last.unwrap_or(end).min(end)))
            }
            Self::Last(count) => Some((length.saturating_sub(count), end)),
        }
    }

    /// Whether somebody begins to listen with it.
    #[must_use]
    pub fn is_start(self) -> bool {
        matches!(self, Self::From { first: 0, .. }) && !self.is_probe()
    }

    /// Whether it only finds out if parts can be had: some players ask for the first two bytes before.
    #[must_use]
    pub fn is_probe(self) -> bool {
        matches!(
            self,
            Self::From {
                first: 0,
                last: Some(0..=1)
            }
        )
    }
}

/// Digits, or nothing.
fn number(digits: &str) -> Result<Option<u64>, BadRange> {
    match digits.trim() {
        "" => Ok(None),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            // More than there can be is as good as the most.
            Ok(Some(digits.parse().unwrap_or(u64::MAX)))
        }
        _ => Err(BadRange),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &'static str) -> Result<Option<ByteRange>, BadRange> {
        ByteRange::parse(Some(&HeaderValue::from_static(text)))
    }

    #[test]
    fn ranges_are_written_as_they_were_read() {
        for text in ["bytes=0-", "bytes=0-0", "bytes=5-99", "bytes=-7"] {
            assert_eq!(parse(text).unwrap().unwrap().to_header(), text);
        }
    }

    #[test]
    fn other_units_and_several_parts_mean_the_whole_file() {
        assert_eq!(ByteRange::parse(None), Ok(None));
        for text in ["items=0-5", "bytes=0-1,5-6"] {
            assert_eq!(parse(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn what_names_no_byte_is_refused() {
        for text in [
            "bytes=",
            "bytes=-",
            "bytes=5-4",
            "bytes=a-b",
            "bytes=-0",
            "bytes=+1-",
        ] {
            assert_eq!(parse(text), Err(BadRange), "{text}");
        }
    }

    #[test]
    fn a_range_is_cut_at_the_end_of_the_file() {
        let within = |text, length| parse(text).unwrap().unwrap().within(length);
        assert_eq!(within("bytes=0-", 10), Some((0, 9)));
        assert_eq!(within("bytes=3-99999999999999999999999", 10), Some((3, 9)));
        assert_eq!(within("bytes=-3", 10), Some((7, 9)));
        assert_eq!(within("bytes=-30", 10), Some((0, 9)));
        assert_eq!(within("bytes=10-", 10), None);
        assert_eq!(within("bytes=0-", 0), None);
    }

    #[test]
    fn a_probe_is_not_a_start() {
        let range = |text| parse(text).unwrap().unwrap();
        assert!(range("bytes=0-1").is_probe() && !range("bytes=0-1").is_start());
        assert!(range("bytes=0-").is_start() && range("bytes=0-2").is_start());
        assert!(!range("bytes=1-").is_start());
    }
}
