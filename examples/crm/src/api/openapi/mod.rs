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

    /// The code of every file below a directory.
    fn sources(directory: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else {
                let source = fs::read_to_string(&path).unwrap();
                let code = source.split("#[cfg(test)]").next().unwrap_or_default();
                found.push((path.display().to_string(), code.to_owned()));
            }
        }
    }

    /// Of two schemas with one name the document would show one for both.
    #[test]
    fn no_two_schemas_have_one_name() {
        let mut files = Vec::new();
        sources(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut files,
        );
        let mut found: HashMap<String, String> = HashMap::new();
        for (file, source) in files {
            for part in source.split("ToSchema)]").skip(1) {
                let keywords = ["struct ", "enum "].iter();
                let at = keywords.filter_map(|keyword| part.find(keyword)).min();
                let (attributes, item) = part.split_at(at.unwrap());
                // Generic ones get the names of their parts.
                let name = item.split_whitespace().nth(1).unwrap();
                let alias = attributes.split_once("as = ").map(|(_, alias)| alias);
                let alias = alias.and_then(|alias| alias.split([')', ',']).next());
                let name = alias.unwrap_or(name).to_owned();
                if let Some(other) = found.insert(name.clone(), file.clone()) {
                    panic!("{name} is in {other} and in {file}");
                }
            }
        }
        assert!(found.len() > 100, "{found:?}");
    }
}
