//! What goes around every route of the API: limits, idempotency keys, errors of one form, and headers
//! that keep browsers from doing more with an answer than they should.

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{Problem, idempotency::IdempotentRoutes};
use crate::app::AppState;

/// Whoever watches over the process is answered whatever else is asked, and reads plain text.
const WATCHED: [&str; 2] = ["/healthz", "/readyz"];

/// What the middleware needs.
#[derive(Debug, Clone)]
struct Guard {
    state: AppState,
    idempotent: IdempotentRoutes,
}

/// Puts it around the routes.
pub(super) fn guard(
    routes: Router<AppState>,
    idempotent: IdempotentRoutes,
    state: &AppState,
) -> Router<AppState> {
    let guard = Guard {
        state: state.clone(),
        idempotent,
    };
    routes.layer(from_fn_with_state(guard, around))
}

async fn around(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let mut response = limited(&guard, request, next).await;
    protect(response.headers_mut());
    response
}

async fn limited(guard: &Guard, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if WATCHED.contains(&path) {
        return next.run(request).await;
    }
    let is_api = path.starts_with("/api/");
    let (parts, body) = request.into_parts();
    if let Err(problem) = guard.state.limits.check(&parts, &guard.state) {
        return problem.into_response();
    }
    let request = Request::from_parts(parts, body);
    if !is_api {
        return next.run(request).await;
    }
    one_form(guard.idempotent.run(&guard.state, request, next).await)
}

/// Errors that axum answers with a text of its own become problems, and keep their headers.
fn one_form(response: Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    if !is_error || content_type.is_some_and(|kind| kind == "application/problem+json") {
        return response;
    }
    let detail = match status {
        StatusCode::METHOD_NOT_ALLOWED => "this address does not take the method",
        StatusCode::PAYLOAD_TOO_LARGE => "the body is too large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "the body is not of a type that this address takes",
        StatusCode::NOT_FOUND => "there is nothing here",
        _ => "the request was refused",
    };
    let mut problem = Problem::refused(status, detail.to_owned()).into_response();
    for (name, value) in response.headers() {
        if name != header::CONTENT_LENGTH && !problem.headers().contains_key(name) {
            problem.headers_mut().insert(name, value.clone());
        }
    }
    problem
}

/// What a route has set itself is left alone.
fn protect(headers: &mut HeaderMap) {
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().ends_with(b"json"));
    let set = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in set {
        if name == header::CACHE_CONTROL && !is_json {
            continue;
        }
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_in_plain_text_becomes_a_problem() {
        let allow = [(header::ALLOW, "GET,HEAD")];
        let response = (StatusCode::METHOD_NOT_ALLOWED, allow, "no").into_response();
        let response = one_form(response);
        assert_eq!(response.status(), 405);
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
        assert_eq!(response.headers()[header::ALLOW], "GET,HEAD");
    }

    #[test]
    fn an_answer_keeps_the_policy_it_has() {
        let mut headers = HeaderMap::new();
        let own = HeaderValue::from_static("default-src 'self'");
        headers.insert(header::CONTENT_SECURITY_POLICY, own.clone());
        protect(&mut headers);
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], own);
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(!headers.contains_key(header::CACHE_CONTROL));
    }
}
