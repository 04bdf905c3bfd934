//! [`Html`]: a template that is an answer.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

use super::PageError;

/// A page, or a part of one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Html<T>(pub(crate) T);

impl<T: Template> IntoResponse for Html<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(text) => {
                let html = HeaderValue::from_static("text/html; charset=utf-8");
                ([(header::CONTENT_TYPE, html)], text).into_response()
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(reason = "template", error, "page not rendered");
                PageError::Internal.into_response()
            }
        }
    }
}
