//! [`Problem`]: errors as JSON, as RFC 9457 has them.

use std::{borrow::Cow, time::Duration};

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use twilio_hooks::{ReceiveError, store::StoreError};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{people::PeopleError, reroute::RerouteError};

/// Why a request of the API failed: `{"type", "title", "status", "detail"}`.
///
/// The detail is for the programmer on the other side. It never says what the database said.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    detail: Cow<'static, str>,
    retry_after: Option<Duration>,
    field: Option<&'static str>,
    existing: Option<Uuid>,
}

impl Problem {
    fn new(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            detail: detail.into(),
            retry_after: None,
            field: None,
            existing: None,
        }
    }

    /// 400: the request says something that can't be understood.
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 401: nobody is signed in, no token, or not one of ours.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "sign in, or send a valid token in the header `Authorization: Bearer <token>`",
        )
    }

    /// 401: it is not known whose email address and password these are.
    #[must_use]
    pub fn wrong_login() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "the email address or the password is not right",
        )
    }

    /// 403: a page of somebody else's has sent this, in the name of whoever looks at it.
    #[must_use]
    pub fn foreign_origin() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "with a cookie, requests come from the pages of this server only",
        )
    }

    /// 403: the caller is known, and may not do this.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "your role does not allow this; ask an administrator of your company",
        )
    }

    /// 404: there is no such thing, or it is another company's.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "there is nothing here")
    }

    /// 405: not with this method.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "this address does not take the method",
        )
    }

    /// 409: it can't be done as things are now.
    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, detail)
    }

    /// 409: there is one already, and this is its id.
    pub fn exists(detail: impl Into<Cow<'static, str>>, id: impl Into<Uuid>) -> Self {
        let mut problem = Self::conflict(detail);
        problem.existing = Some(id.into());
        problem
    }

    /// 422: the request is understood, and something in it can't be.
    pub fn unprocessable(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    /// 422: this field of the request can't be as it is.
    pub fn field(field: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            field: Some(field),
            ..Self::unprocessable(detail)
        }
    }

    /// 429: too much at once, or today.
    pub fn too_many(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, detail)
    }

    /// The status of HTTP.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Says when the request may be made again.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// 502: Twilio did not do it.
    pub fn twilio(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, detail)
    }

    /// 500: a mistake of ours.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "something went wrong; the log has the reason",
        )
    }

    /// 503: try again later.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the server is not able to answer now; try again later",
        )
        .with_retry_after(Duration::from_secs(5))
    }

    /// A refusal of axum's, with its status.
    #[must_use]
    pub fn refused(status: StatusCode, detail: String) -> Self {
        Self::new(status, detail)
    }
}

/// An error, as [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) has it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProblemView {
    #[serde(rename = "type")]
    kind: &'static str,
    /// What the status means.
    title: &'static str,
    /// The status of HTTP.
    status: u16,
    /// What is wrong, for whoever wrote the request.
    detail: Cow<'static, str>,
    /// The field of the request that it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    /// What there is already, if that is why.
    existing_id: Option<Uuid>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemView {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: self.detail,
            field: self.field,
            existing_id: self.existing,
        };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, json);
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(wait) = self.retry_after {
            // Up, because a second too early is refused again.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(header::RETRY_AFTER, seconds.max(1).into());
        }
        response
    }
}

/// Here the request ends, so here the error is logged.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(
            reason = "store",
            error = &error as &dyn std::error::Error,
            "request of the API not answered"
        );
        match error {
            StoreError::Backend(_) => Self::unavailable(),
            _ => Self::internal(),
        }
    }
}

impl From<RerouteError> for Problem {
    fn from(error: RerouteError) -> Self {
        match error {
            RerouteError::Store(error) => error.into(),
            RerouteError::Receive(error) => error.into(),
            RerouteError::Panic => Self::internal(),
        }
    }
}

impl From<PeopleError> for Problem {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::NotFound => Self::not_found(),
            PeopleError::Forbidden => Self::forbidden(),
            PeopleError::LastOwner => {
                Self::conflict("a company always has an owner; make somebody else one before")
            }
            PeopleError::EmailInUse => Self::conflict("the email address is in use"),
            PeopleError::Conflict(detail) => Self::conflict(detail),
            PeopleError::Invalid(detail) => Self::unprocessable(detail),
            PeopleError::Phone(detail) => Self::unprocessable(detail),
            PeopleError::WrongLogin => Self::wrong_login(),
            PeopleError::WrongPassword => Self::unprocessable("the present password is not right"),
            PeopleError::TooMany(wait) => {
                Self::too_many("too many attempts; wait before the next one").with_retry_after(wait)
            }
            PeopleError::Busy => {
                tracing::warn!(reason = "passwords", "too many passwords are being checked");
                Self::unavailable()
            }
            PeopleError::Store(error) => error.into(),
        }
    }
}

impl From<ReceiveError> for Problem {
    fn from(error: ReceiveError) -> Self {
        tracing::error!(
            reason = error.code(),
            error = &error as &dyn std::error::Error,
            "request of the API not answered"
        );
        Self::unavailable()
    }
}
