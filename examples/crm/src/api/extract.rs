//! What requests of the API are read with; whatever can't be read is a [`Problem`].

use std::str::FromStr;

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
};
use http::request::Parts;
use serde::{Deserialize, de::DeserializeOwned};
use twilio_hooks::store::PageRequest;
use utoipa::IntoParams;

use super::Problem;
use crate::contacts::search::LONGEST;

/// How many entries a list gives unless asked for another number.
const DEFAULT_LIMIT: u32 = 50;

/// How many entries a list gives at most.
pub(super) const MAX_LIMIT: u32 = 200;

/// `{id}` in the path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Id<T>(pub(super) T);

impl<T, S> FromRequestParts<S> for Id<T>
where
    T: FromStr,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let malformed = || Problem::bad_request("the id in the path is not a UUID");
        let Path(id) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| malformed())?;
        id.parse().map(Self).map_err(|_| malformed())
    }
}

/// `{id}` and a second id in the path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ids<A, B>(pub(super) A, pub(super) B);

impl<A, B, S> FromRequestParts<S> for Ids<A, B>
where
    A: FromStr,
    B: FromStr,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let malformed = || Problem::bad_request("an id in the path is not a UUID");
        let Path((first, second)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|_| malformed())?;
        match (first.parse(), second.parse()) {
            (Ok(first), Ok(second)) => Ok(Self(first, second)),
            _ => Err(malformed()),
        }
    }
}

/// `?limit=&before=`, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it only describes")]
pub(super) struct PagingParams {
    /// How many entries at most; 50 unless set, and never more than 200.
    limit: Option<u32>,
    /// Only entries older than this one: the `next` of the page before.
    before: Option<uuid::Uuid>,
}

/// `?limit=&before=`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paging(pub(super) PageRequest);

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            limit: Option<String>,
            before: Option<String>,
        }
        let raw: Raw = query(parts, state).await?;
        let page = page(raw.limit.as_deref(), raw.before.as_deref())?;
        Ok(Self(page))
    }
}

/// `?since=&limit=`, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it only describes")]
pub(super) struct SinceParams {
    /// Only notifications with a higher number: the last one that was seen.
    since: Option<u64>,
    /// How many entries at most; 50 unless set, and never more than 200.
    limit: Option<u32>,
}

/// `?since=&limit=`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Since {
    pub(super) since: Option<u64>,
    pub(super) limit: u32,
}

impl<S: Send + Sync> FromRequestParts<S> for Since {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            since: Option<String>,
            limit: Option<String>,
        }
        let raw: Raw = query(parts, state).await?;
        let since = match raw.since.as_deref() {
            None | Some("") => None,
            // The databases count with a sign.
            Some(since) => Some(
                since
                    .parse()
                    .ok()
                    .filter(|seq| i64::try_from(*seq).is_ok())
                    .ok_or_else(|| {
                        Problem::bad_request("`since` is not the number of a notification")
                    })?,
            ),
        };
        Ok(Self {
            since,
            limit: limit(raw.limit.as_deref())?,
        })
    }
}

/// Tells null from absent in a body.
pub(super) fn present<'de, T, D>(value: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Option::deserialize(value).map(Some)
}

/// `?release=`, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it only describes")]
pub(super) struct ReleaseParams {
    /// Whether what was set at Twilio before is put back; not unless set.
    release: Option<bool>,
}

/// `?release=`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Release(pub(super) bool);

impl<S: Send + Sync> FromRequestParts<S> for Release {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            release: Option<bool>,
        }
        let raw: Raw = query(parts, state).await?;
        Ok(Self(raw.release.unwrap_or(false)))
    }
}

/// A body of JSON.
#[derive(Debug, Clone, Copy)]
pub(super) struct Body<T>(pub(super) T);

impl<T, S> FromRequest<S> for Body<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(error) if error.status() == http::StatusCode::UNPROCESSABLE_ENTITY => {
                Err(Problem::bad_request(error.body_text()))
            }
            Err(error) => Err(Problem::refused(error.status(), error.body_text())),
        }
    }
}

pub(super) async fn query<T, S>(parts: &mut Parts, state: &S) -> Result<T, Problem>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    match Query::from_request_parts(parts, state).await {
        Ok(Query(query)) => Ok(query),
        Err(error) => Err(Problem::bad_request(error.body_text())),
    }
}

/// Words to search for; none if nothing is left.
pub(super) fn words(name: &str, words: Option<String>) -> Result<Option<String>, Problem> {
    text(name, words, LONGEST)
}

/// An id in the query; blank is none.
pub(super) fn id<T: FromStr>(name: &str, id: Option<&str>) -> Result<Option<T>, Problem> {
    match id {
        None | Some("") => Ok(None),
        Some(id) => match id.parse() {
            Ok(id) => Ok(Some(id)),
            Err(_) => Err(Problem::bad_request(format!("`{name}` is not a UUID"))),
        },
    }
}

/// A text of a body: trimmed, and none if nothing is left.
///
/// NUL is what no database keeps in a text.
pub(super) fn text(
    name: &str,
    text: Option<String>,
    longest: usize,
) -> Result<Option<String>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let trimmed = text.trim();
    if trimmed.chars().count() > longest {
        let detail = format!("`{name}` has more than {longest} characters");
        return Err(Problem::bad_request(detail));
    }
    if trimmed.contains('\0') {
        return Err(Problem::bad_request(format!(
            "`{name}` has a NUL character"
        )));
    }
    Ok(Some(trimmed.to_owned()).filter(|text| !text.is_empty()))
}

/// What `limit` and `before` ask for.
pub(super) fn page(limit_text: Option<&str>, before: Option<&str>) -> Result<PageRequest, Problem> {
    let mut page = PageRequest::newest(limit(limit_text)?);
    page.before =
        match before {
            None | Some("") => None,
            Some(before) => Some(before.parse().map_err(|_| {
                Problem::bad_request("`before` is not the `next` of a page before")
            })?),
        };
    Ok(page)
}

pub(super) fn limit(limit: Option<&str>) -> Result<u32, Problem> {
    let Some(limit) = limit.filter(|limit| !limit.is_empty()) else {
        return Ok(DEFAULT_LIMIT);
    };
    // As many digits as one likes: more than the most is the most.
    let is_number = limit.bytes().all(|byte| byte.is_ascii_digit());
    match limit
        .parse()
        .unwrap_or(if is_number { MAX_LIMIT } else { 0 })
    {
        0 => Err(Problem::bad_request("`limit` is not a number above 0")),
        limit => Ok(limit.min(MAX_LIMIT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_capped_and_must_be_numbers() {
        assert_eq!(limit(None).unwrap(), 50);
        assert_eq!(limit(Some("1")).unwrap(), 1);
        assert_eq!(limit(Some("201")).unwrap(), 200);
        assert_eq!(limit(Some("99999999999999")).unwrap(), 200);
        for wrong in ["0", "-1", "ten", "1.5", "0x10"] {
            assert!(limit(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
