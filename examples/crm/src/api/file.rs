//! What every answer with somebody's file says of itself.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// Sets these fields, and that nobody keeps the file and no browser guesses what it is.
pub(super) fn describe<const N: usize>(
    headers: &mut HeaderMap,
    fields: [(HeaderName, Option<String>); N],
) {
    for (name, value) in fields {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    for (name, value) in [
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
