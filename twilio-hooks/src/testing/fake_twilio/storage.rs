//! The store that files are redirected to: another host, without credentials.

use http::{HeaderMap, StatusCode, header};

use super::{answer::Answer, state::File};

/// The answer to a request for a file, or for a part of it.
pub(super) fn serve(file: Option<&File>, headers: &HeaderMap) -> Answer {
    let Some(file) = file else {
        return Answer::empty(StatusCode::NOT_FOUND);
    };
    let length = file.bytes.len();
    let range = headers
        .get(header::RANGE)
        .and_then(|range| range.to_str().ok())
        .map(|range| parse_range(range, length));
    let answer = |status, bytes| {
        Answer {
            status,
            headers: Vec::new(),
            body: bytes,
        }
        .with(header::CONTENT_TYPE, file.content_type.clone())
        .with(header::ACCEPT_RANGES, "bytes".to_owned())
    };
    match range {
        None => answer(StatusCode::OK, file.bytes.clone()),
        Some(Some((first, last))) => {
            answer(StatusCode::PARTIAL_CONTENT, file.bytes.slice(first..=last)).with(
                header::CONTENT_RANGE,
                format!("bytes {first}-{last}/{length}"),
            )
        }
        Some(None) => Answer::empty(StatusCode::RANGE_NOT_SATISFIABLE)
            .with(header::CONTENT_RANGE, format!("bytes */{length}")),
    }
}

/// The first and the last byte of one range.
fn parse_range(range: &str, length: usize) -> Option<(usize, usize)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let end = length.checked_sub(1)?;
    let (first, last) = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) => (first, last.min(end)),
        (Ok(first), Err(_)) if last.is_empty() => (first, end),
        (Err(_), Ok(count)) if first.is_empty() => (length.saturating_sub(count), end),
        _ => return None,
    };
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_have_a_beginning_or_an_end_or_both() {
        assert_eq!(parse_range("bytes=0-9", 100), Some((0, 9)));
        assert_eq!(parse_range("bytes=90-", 100), Some((90, 99)));
        assert_eq!(parse_range("bytes=-10", 100), Some((90, 99)));
        assert_eq!(parse_range("bytes=0-999", 100), Some((0, 99)));
        for odd in [
            "bytes=100-",
            "bytes=9-1",
            "bytes=-",
            "0-9",
            "bytes=a-b",
            "bytes=0-1,5-6",
        ] {
            assert_eq!(parse_range(odd, 100), None, "{odd}");
        }
        assert_eq!(parse_range("bytes=0-", 0), None);
    }
}
