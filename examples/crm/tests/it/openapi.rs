//! The OpenAPI document, and the page that shows it.

use std::collections::HashSet;

use axum::body::Body;
use http::{Method, Request, header};
use serde_json::{Value, json};
use utoipa::openapi::{OpenApi, path::Operation};
use uuid::Uuid;

use crate::support::{Answer, Crm, OPERATOR};

/// Those that need no token.
const OPEN: [&str; 8] = [
    "/.well-known/crm",
    "/api/docs",
    "/api/docs/",
    "/api/docs/{file}",
    "/api/openapi.json",
    "/healthz",
    "/media/{token}",
    "/readyz",
];

/// Signing in needs no token either.
fn is_open(path: &str, operation: &Value) -> bool {
    OPEN.contains(&path) || operation["tags"] == json!(["session"])
}

async fn fetch(crm: &Crm, path: &str) -> Answer {
    crm.send(Request::get(path).body(Body::empty()).unwrap())
        .await
}

async fn document(crm: &Crm) -> Value {
    fetch(crm, "/api/openapi.json").await.json()
}

/// Path, method and description of every operation.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let item = item.as_object().unwrap();
            item.iter()
                .map(move |(method, operation)| (&**path, &**method, operation))
        })
        .collect()
}

fn walk(value: &Value, see: &mut impl FnMut(&Value)) {
    see(value);
    match value {
        Value::Object(object) => object.values().for_each(|value| walk(value, see)),
        Value::Array(array) => array.iter().for_each(|value| walk(value, see)),
        _ => {}
    }
}

/// `{}` is the schema of anything, which utoipa writes and does not read.
fn name_anything(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for value in object.values_mut() {
                if *value == json!({}) {
                    *value = json!({ "type": "object" });
                }
                name_anything(value);
            }
            // A schema with nothing but words is one of anything too.
            if object.len() == 1 && object.contains_key("description") {
                object.insert("type".to_owned(), "object".into());
            }
        }
        Value::Array(array) => array.iter_mut().for_each(name_anything),
        _ => {}
    }
}

#[tokio::test]
async fn it_is_a_document_of_openapi_3_1_that_anybody_may_read() {
    let crm = Crm::start().await;
    let document = document(&crm).await;
    assert_eq!(document["openapi"], "3.1.0");
    let mut readable = document.clone();
    name_anything(&mut readable);
    for (path, method, operation) in operations(&readable) {
        let read = serde_json::from_value::<Operation>(operation.clone());
        assert!(read.is_ok(), "{method} {path}: {operation}");
    }
    let read: OpenApi = serde_json::from_value(readable).unwrap();
    assert!(read.paths.paths.len() > 10);
    assert_eq!(document, crm::api::document());
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let document = document(&Crm::start().await).await;
    let mut references = 0;
    walk(&document, &mut |value| {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
            references += 1;
        }
    });
    assert!(references > 50, "{references}");
}

#[tokio::test]
async fn every_operation_has_a_name_of_its_own_and_says_what_it_does() {
    let document = document(&Crm::start().await).await;
    let mut names = HashSet::new();
    for (path, method, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap();
        assert!(names.insert(name), "{name} is there twice");
        let summary = operation["summary"].as_str().unwrap_or_default();
        assert!(!summary.is_empty(), "{method} {path} has no summary");
        assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{path}");
        for (status, response) in operation["responses"].as_object().unwrap() {
            let says = response["description"].as_str().unwrap_or_default();
            let is_shared = response.get("$ref").is_some();
            assert!(is_shared || !says.is_empty(), "{method} {path} {status}");
        }
    }
}

#[tokio::test]
async fn every_schema_says_what_it_is() {
    let document = document(&Crm::start().await).await;
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let silent: Vec<_> = schemas
        .iter()
        .filter(|(_, schema)| {
            let says = schema["description"].as_str();
            says.unwrap_or_default().is_empty()
        })
        .map(|(name, _)| name)
        .collect();
    assert!(silent.is_empty(), "without a doc comment: {silent:?}");
}

#[tokio::test]
async fn errors_are_described_once_and_everywhere() {
    let document = document(&Crm::start().await).await;
    let shared = document["components"]["responses"].as_object().unwrap();
    for (name, response) in shared {
        let content = response["content"].as_object().unwrap();
        let types: Vec<_> = content.keys().collect();
        assert_eq!(types, ["application/problem+json"], "{name}");
    }
    for (path, method, operation) in operations(&document) {
        let has = |status: &str| operation["responses"].get(status).is_some();
        if path.starts_with("/api/") {
            assert!(has("429"), "{method} {path}");
        }
        if !is_open(path, operation) {
            assert!(has("401") && has("403") && has("503"), "{method} {path}");
        }
        if path.contains('{') {
            assert!(has("404"), "{method} {path}");
        }
        walk(operation, &mut |value| {
            let json = &value["application/json"]["schema"]["$ref"];
            assert_ne!(json, "#/components/schemas/ProblemView", "{method} {path}");
        });
    }
}

/// What is a route answers something else than 404 and 405 to somebody who may not use it.
#[tokio::test]
async fn what_is_described_exists_and_needs_a_token_if_it_says_so() {
    let crm = Crm::start_with(&format!("operator_token = {OPERATOR:?}")).await;
    let document = document(&crm).await;
    for (path, method, operation) in operations(&document) {
        let is_described_open = operation["security"] == json!([{}]);
        assert!(!is_described_open || is_open(path, operation), "{path}");
        if is_open(path, operation) {
            continue;
        }
        let mut address = path.to_owned();
        while let (Some(start), Some(end)) = (address.find('{'), address.find('}')) {
            address.replace_range(start..=end, &Uuid::now_v7().to_string());
        }
        let request = Request::builder()
            .method(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap())
            .uri(&address)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from("{}"))
            .unwrap();
        let answer = crm.send(request).await;
        assert_eq!(answer.status, 401, "{method} {path}");
    }
}

/// Routes that were added without `routes!` would be missing in the document.
#[tokio::test]
async fn every_route_of_the_server_is_described() {
    let crm = Crm::start().await;
    let document = document(&crm).await;
    // The router shows its patterns in `Debug`.
    let shown = format!("{:?}", crm.app);
    let patterns: HashSet<_> = shown
        .split('"')
        .filter(|text| text.starts_with('/'))
        .collect();
    assert!(patterns.contains("/api/contacts/{id}/timeline"), "{shown}");
    for pattern in patterns {
        let is_webhook = pattern.starts_with("/api/webhooks/");
        let is_inner = pattern == "/" || pattern.contains("__private");
        // Outside of the API there are pages for people, and what is named here.
        let is_page = !pattern.starts_with("/api/")
            && !["/media/{token}", "/healthz", "/metrics", "/readyz"].contains(&pattern);
        let is_described = document["paths"].get(pattern).is_some();
        assert!(
            is_webhook || is_inner || is_page || is_described,
            "{pattern}"
        );
    }
}

#[tokio::test]
async fn the_viewer_shows_it_and_asks_nobody_else() {
    let crm = Crm::start().await;
    let moved = fetch(&crm, "/api/docs").await;
    assert_eq!(moved.status, 308);
    assert_eq!(moved.headers[header::LOCATION], "docs/");

    let page = fetch(&crm, "/api/docs/").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.headers[header::CONTENT_TYPE], "text/html");
    let policy = page.headers[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"));
    assert!(!policy.contains("unsafe") && !policy.contains("http"));
    assert!(!page.body.contains("//"), "{}", page.body);
    assert!(!page.body.contains("<style") && !page.body.contains(" style="));

    let mut scripts = 0;
    for part in page.body.split(['"', '\'']) {
        let name = part.strip_prefix("./").unwrap_or(part);
        let kind = match name.rsplit_once('.') {
            Some((_, "js")) => "text/javascript",
            Some((_, "css")) => "text/css",
            _ => continue,
        };
        let file = fetch(&crm, &format!("/api/docs/{name}")).await;
        assert_eq!(file.status, 200, "{name}");
        assert_eq!(file.headers[header::CONTENT_TYPE], kind, "{name}");
        assert_eq!(file.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        scripts += 1;
    }
    assert_eq!(scripts, 5);
    let settings = fetch(&crm, "/api/docs/swagger-initializer.js").await.body;
    assert!(settings.contains("\"../openapi.json\""), "{settings}");
    assert!(
        settings.contains("\"validatorUrl\": \"none\""),
        "{settings}"
    );
    assert!(!settings.contains("://"), "{settings}");
    fetch(&crm, "/api/docs/other.html").await.problem(404);
}
