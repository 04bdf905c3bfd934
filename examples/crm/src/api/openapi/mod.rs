//! `/api/openapi.json`: the document that describes every route, made from the routes; and a viewer for
//! it at `/api/docs/`.

mod finish;
mod viewer;

use std::sync::LazyLock;

use axum::response::{IntoResponse as _, Response};
use http::header;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) use self::finish::finish;
use crate::app::AppState;

/// It is the same for everybody, and so is its text.
static TEXT: LazyLock<String> = LazyLock::new(|| super::document().to_string());

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .merge(viewer::router())
}

/// This document.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "documentation",
    security(()),
    responses((status = 200, description = "An OpenAPI document.", body = Object))
)]
async fn show() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, TEXT.as_str()).into_response()
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, fs, path::Path};

    /// Of two schemas with one name the document would show one for both.
    #[test]
    fn no_two_schemas_have_one_name() {
        let mut found: HashMap<String, String> = HashMap::new();
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api");
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let Ok(source) = fs::read_to_string(&path) else {
                continue;
            };
            for part in source.split("ToSchema)]").skip(1) {
                let (attributes, rest) = part.split_once('{').unwrap();
                let words = attributes.split_whitespace().collect::<Vec<_>>();
                let keyword = words
                    .iter()
                    .position(|word| matches!(*word, "struct" | "enum"));
                // Generic ones get the names of their parts.
                let Some(name) = keyword.and_then(|at| words.get(at + 1)) else {
                    panic!("{}: {rest}", path.display());
                };
                let alias = attributes.split_once("as = ").map(|(_, alias)| alias);
                let alias = alias.and_then(|alias| alias.split([')', ',']).next());
                let name = alias.unwrap_or(name).to_owned();
                let file = path.display().to_string();
                if let Some(other) = found.insert(name.clone(), file.clone()) {
                    panic!("{name} is in {other} and in {file}");
                }
            }
        }
        assert!(found.len() > 20, "{found:?}");
    }
}
