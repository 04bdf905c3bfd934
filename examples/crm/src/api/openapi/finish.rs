//! What is the same for every route, and is therefore written here once: who may ask, how errors look,
//! and a name for each operation.

use http::StatusCode;
use serde_json::{Map, Value, json};

const PROBLEM: &str = "#/components/schemas/ProblemView";
const PROBLEM_TYPE: &str = "application/problem+json";

/// Errors that many routes have: status, name in the document, and when.
const SHARED: [(u16, &str, &str); 10] = [
    (
        400,
        "BadRequest",
        "Something in the request can't be understood.",
    ),
    (401, "Unauthorized", "There is no valid token or session."),
    (
        403,
        "Forbidden",
        "The role of the caller does not allow it.",
    ),
    (
        404,
        "NotFound",
        "There is no such thing, or it is another company's.",
    ),
    (409, "Conflict", "It can't be done as things are now."),
    (413, "TooLarge", "The body is too large."),
    (415, "UnsupportedMediaType", "The body is not JSON."),
    (
        422,
        "Unprocessable",
        "The request is understood, and something in it can't be.",
    ),
    (
        429,
        "TooManyRequests",
        "Too many requests; `Retry-After` says for how many seconds to wait.",
    ),
    (
        503,
        "Unavailable",
        "The server can't answer now; `Retry-After` says for how many seconds to wait.",
    ),
];

/// Adds to the document what the routes leave out.
pub(in crate::api) fn finish(mut document: Value) -> Value {
    document["security"] = json!([{ "token": [] }, { "session": [] }]);
    document["components"]["securitySchemes"] = json!({
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of the company's: the one in the configuration, or one that was made \
                in the CRM. For the WebSocket it may be the subprotocol `bearer.<token>` instead.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-crm",
            "description": "The cookie of somebody who has signed in; over plain http its name is `crm`. \
                Requests that change something must come from the pages of this server.",
        },
        "operator": {
            "type": "http",
            "scheme": "bearer",
            "description": "The operator's token, if the configuration has one.",
        },
    });
    let shared: Map<_, _> = SHARED.iter().map(shared).collect();
    document["components"]["responses"] = Value::Object(shared);
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (path, item) in paths {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            operation["operationId"] = operation_id(method, path).into();
            let usual = usual_errors(path, operation);
            let responses = &mut operation["responses"];
            for (status, response) in responses.as_object_mut().into_iter().flatten() {
                finish_response(status, response);
            }
            for status in usual {
                let response = &mut responses[status.to_string()];
                if response.is_null() {
                    *response = reference(status);
                }
            }
        }
    }
    document
}

/// `get_contacts_by_id_timeline`: what a generated client calls it.
fn operation_id(method: &str, path: &str) -> String {
    // A page and the redirect to it differ by the slash only.
    let path = match path.strip_suffix('/') {
        Some(page) => &format!("{page}/page"),
        None => path,
    };
    let words = path
        .split('/')
        .filter(|word| !word.is_empty() && *word != "api");
    words.fold(method.to_owned(), |name, word| {
        let word = match word
            .strip_prefix('{')
            .and_then(|word| word.strip_suffix('}'))
        {
            Some(parameter) => format!("by_{parameter}"),
            None => word.replace(|c: char| !c.is_ascii_alphanumeric(), "_"),
        };
        format!("{name}_{word}")
    })
}

/// What can go wrong with a route, by what it takes.
fn usual_errors(path: &str, operation: &Value) -> Vec<u16> {
    // An empty requirement says that nothing is required.
    let is_open = operation["security"] == json!([{}]);
    if is_open && !path.starts_with("/api/") {
        return Vec::new();
    }
    let takes_body = operation.get("requestBody").is_some();
    let takes_parameters = operation.get("parameters").is_some();
    let cases: [(bool, &[u16]); 5] = [
        (takes_body || takes_parameters, &[400]),
        (!is_open, &[401, 403, 503]),
        (path.contains('{'), &[404]),
        (takes_body, &[413, 415]),
        (true, &[429]),
    ];
    let cases = cases.iter().filter(|(applies, _)| *applies);
    cases.flat_map(|(_, statuses)| *statuses).copied().collect()
}

fn finish_response(status: &str, response: &mut Value) {
    let status = status.parse().unwrap_or_default();
    let is_silent = response["description"].as_str().is_none_or(str::is_empty);
    let content = response.get_mut("content").and_then(Value::as_object_mut);
    let is_problem = content
        .as_ref()
        .and_then(|content| content.get("application/json"))
        .is_some_and(|json| json["schema"]["$ref"] == PROBLEM);
    if is_problem && is_silent && SHARED.iter().any(|(known, ..)| *known == status) {
        *response = reference(status);
        return;
    }
    if is_problem && let Some(content) = content {
        *content = problem_content();
    }
    if is_silent {
        let status = StatusCode::from_u16(status).ok();
        let reason = status.and_then(|status| status.canonical_reason());
        response["description"] = reason.unwrap_or_default().into();
    }
}

fn shared((status, name, description): &(u16, &str, &str)) -> (String, Value) {
    let mut response = json!({ "description": description, "content": problem_content() });
    if matches!(status, 429 | 503) {
        response["headers"] = json!({
            "Retry-After": { "description": "Seconds.", "schema": { "type": "integer" } },
        });
    }
    ((*name).to_owned(), response)
}

fn problem_content() -> Map<String, Value> {
    let content = json!({ "schema": { "$ref": PROBLEM } });
    Map::from_iter([(PROBLEM_TYPE.to_owned(), content)])
}

fn reference(status: u16) -> Value {
    let known = SHARED.iter().find(|(known, ..)| *known == status);
    let name = known.map_or("Unavailable", |(_, name, _)| name);
    json!({ "$ref": format!("#/components/responses/{name}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_named_by_method_and_path() {
        for (method, path, name) in [
            ("get", "/api/contacts", "get_contacts"),
            ("patch", "/api/lines/{id}", "patch_lines_by_id"),
            (
                "put",
                "/api/line-rules/{id}/x.json",
                "put_line_rules_by_id_x_json",
            ),
            ("get", "/api/docs/", "get_docs_page"),
            ("get", "/healthz", "get_healthz"),
        ] {
            assert_eq!(operation_id(method, path), name);
        }
    }

    #[test]
    fn a_problem_with_words_of_its_own_keeps_them() {
        let content = json!({ "application/json": { "schema": { "$ref": PROBLEM } } });
        let mut own = json!({ "description": "It is too late.", "content": content });
        finish_response("409", &mut own);
        assert_eq!(own["description"], "It is too late.");
        assert_eq!(own["content"][PROBLEM_TYPE]["schema"]["$ref"], PROBLEM);

        let mut silent = json!({ "description": "", "content": content });
        finish_response("409", &mut silent);
        assert_eq!(silent, json!({ "$ref": "#/components/responses/Conflict" }));
    }

    #[test]
    fn every_answer_has_a_description() {
        let mut answer = json!({ "description": "" });
        finish_response("201", &mut answer);
        assert_eq!(answer["description"], "Created");
    }
}
