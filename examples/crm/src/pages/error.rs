//! [`PageError`]: pages that say why there is no page.

use askama::Template;
use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, StatusCode, header};
use twilio_hooks::store::StoreError;

use super::{
    assets,
    html::Html,
    visitor::{Theme, sign_in_path},
};
use crate::{api::Problem, people::PeopleError};

/// Why a page can't be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PageError {
    /// Nobody is signed in.
    SignIn,
    /// The visitor may not see it.
    Forbidden,
    /// There is no such page or thing, or it is another company's.
    NotFound,
    /// The address says something that can't be understood.
    BadRequest,
    /// The visitor asks too often.
    TooMany,
    /// The server can't answer now.
    Unavailable,
    /// A mistake of ours.
    Internal,
}

impl PageError {
    fn status(self) -> StatusCode {
        match self {
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::SignIn => "You are signed out",
            Self::Forbidden => "You can’t see this page",
            Self::NotFound => "There is nothing here",
            Self::BadRequest => "This address is not complete",
            Self::TooMany => "These were too many pages",
            Self::Unavailable => "The server can’t answer now",
            Self::Internal => "Something went wrong",
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::SignIn => "Sign in to go on.",
            Self::Forbidden => {
                "Your role does not allow it. An administrator of your company can change that."
            }
            Self::NotFound => "The address is wrong, or what was here has been deleted.",
            Self::BadRequest => "Go back to where you came from, and try the link again.",
            Self::TooMany => "Wait for some seconds, and go on.",
            Self::Unavailable => "It is back in a moment, most likely. Nothing was lost.",
            Self::Internal => "It is our mistake, and the log of the server has the reason.",
        }
    }

    fn may_retry(self) -> bool {
        matches!(self, Self::TooMany | Self::Unavailable | Self::Internal)
    }
}

/// The page itself is made by [`show`], which knows what was asked for.
impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Problem> for PageError {
    fn from(problem: Problem) -> Self {
        match problem.status() {
            StatusCode::UNAUTHORIZED => Self::SignIn,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::TOO_MANY_REQUESTS => Self::TooMany,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            status if status.is_client_error() => Self::BadRequest,
            _ => Self::Internal,
        }
    }
}

/// It is logged by the problem that it becomes.
impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        Problem::from(error).into()
    }
}

impl From<PeopleError> for PageError {
    fn from(error: PeopleError) -> Self {
        Problem::from(error).into()
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    assets: &'static str,
    theme: Theme,
    error: PageError,
}

/// Makes pages of the errors of what is inside. A part of a page stays what it is: its module knows
/// what to do.
pub(super) async fn show(request: Request, next: Next) -> Response {
    let is_part = request.uri().path().starts_with("/parts/");
    let (headers, uri) = (request.headers().clone(), request.uri().clone());
    let response = next.run(request).await;
    match response.extensions().get::<PageError>() {
        None => response,
        Some(_) if is_part => response,
        Some(PageError::SignIn) => Redirect::to(&sign_in_path(&uri)).into_response(),
        Some(error) => {
            let mut page = render(*error, &headers);
            if let Some(wait) = response.headers().get(header::RETRY_AFTER) {
                page.headers_mut().insert(header::RETRY_AFTER, wait.clone());
            }
            page
        }
    }
}

pub(super) fn render(error: PageError, headers: &HeaderMap) -> Response {
    let page = ErrorPage {
        assets: assets::root(),
        theme: Theme::of(headers),
        error,
    };
    (error.status(), Html(page)).into_response()
}
