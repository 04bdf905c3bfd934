//! Who may use which route: the table is `roles.txt`.

#![allow(clippy::print_stdout, reason = "the table is for people to see")]

use axum::body::Body;
use crm::people::Role;
use http::header;
use uuid::Uuid;

use crate::{
    document::{Document, Operation},
    support::{ALPHA, Crm, OPERATOR, Storage},
};

/// The least that somebody must be for each route. A new route is a new line: when it is missing, the
/// test shows the whole table as it is.
const TABLE: &str = include_str!("roles.txt");

/// D.7: who may do what is a table of roles and routes. Each role may do what the lower ones may.
#[tokio::test]
async fn each_route_asks_for_a_role() {
    let first = format!("operator_token = \"{OPERATOR}\"");
    let crm = Crm::with_fake_and(Storage::sqlite(), &first).await;
    let document = Document::load();
    let mut tokens = Vec::new();
    for role in Role::ALL {
        tokens.push((role, crm.token(ALPHA, role).await));
    }
    let mut table = String::new();
    for operation in document.operations() {
        let least = least(&crm, &document, &operation, &tokens).await;
        let line = format!("{least:<10} {:<6} {}\n", operation.method, operation.path);
        table.push_str(&line);
    }
    println!("{table}");
    assert_eq!(
        table, TABLE,
        "\nwho may do what has changed. If it is meant to, this is the new table:\n{table}"
    );
}

async fn least(
    crm: &Crm,
    document: &Document,
    operation: &Operation,
    tokens: &[(Role, String)],
) -> String {
    if operation.is_open {
        return "anybody".to_owned();
    }
    let nobody = ask(crm, document, operation, None).await;
    assert_eq!(
        nobody, 401,
        "{operation:?} is not for everybody, as the document says"
    );
    let mut least = None;
    for (role, token) in tokens {
        let status = ask(crm, document, operation, Some(token)).await;
        if status == 401 {
            return "operator".to_owned();
        }
        let may = status != 403;
        assert!(
            may || least.is_none(),
            "{operation:?}: {role} may not, and a lower role may"
        );
        if may && least.is_none() {
            least = Some(*role);
        }
    }
    least.map_or_else(|| "nobody".to_owned(), |role| role.to_string())
}

/// The ids are nothing's: whether somebody may is decided before anything is looked for.
async fn ask(crm: &Crm, document: &Document, operation: &Operation, token: Option<&String>) -> u16 {
    let ids: Vec<_> = operation.kinds.iter().map(|_| Uuid::now_v7()).collect();
    let mut request = operation
        .request()
        .uri(operation.path_with(&ids))
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let body = document.body(operation, &|_| Uuid::now_v7());
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    crm.send(request.body(Body::from(body)).unwrap())
        .await
        .status
}
