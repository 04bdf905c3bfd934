//! A server that has nobody yet.

use axum::body::Body;
use crm::people::{FirstOwner, FirstRun, Password, PeopleError, Role};
use http::{Request, header};
use serde_json::json;

use super::{ORIGIN, from};
use crate::support::{Crm, Storage};

fn first(email: &str) -> FirstOwner {
    FirstOwner {
        company: "Example & Sons".to_owned(),
        name: "Ana Lopez".to_owned(),
        email: email.to_owned(),
        password: Password::new("a password of my own"),
    }
}

#[tokio::test]
async fn whoever_has_the_code_owns_the_first_company_and_nobody_after() {
    let crm = Crm::start().await;
    let (people, run) = (&crm.state.people, FirstRun::default());
    assert!(!run.is_open(people).await.unwrap());
    let code = run.begin().await;
    assert!(run.is_open(people).await.unwrap());

    let wrong = run
        .finish(people, "guess", first("a@example.com"), None)
        .await;
    assert!(matches!(wrong, Err(PeopleError::Forbidden)));
    let invalid = run
        .finish(people, code.expose(), first("nobody"), None)
        .await;
    assert!(matches!(invalid, Err(PeopleError::Invalid(_))));
    assert!(people.is_nobody_here().await.unwrap());

    let owner = run
        .finish(people, code.expose(), first("a@example.com"), None)
        .await
        .unwrap();
    assert_eq!(owner.role, Role::Owner);
    let again = run
        .finish(people, code.expose(), first("b@example.com"), None)
        .await;
    assert!(matches!(again, Err(PeopleError::NotFound)));
    assert!(!run.is_open(people).await.unwrap());
}

#[tokio::test]
async fn somebody_added_by_a_command_ends_the_first_run() {
    let crm = Crm::start().await;
    let (people, run) = (&crm.state.people, FirstRun::default());
    let code = run.begin().await;
    crm.add_person("Alpha", "ana@alpha.example", Role::Owner)
        .await;
    let late = run
        .finish(people, code.expose(), first("b@example.com"), None)
        .await;
    assert!(matches!(late, Err(PeopleError::NotFound)));
    assert!(!run.is_open(people).await.unwrap());
}

/// What whoever sends the form from a page of this origin is answered.
async fn knock(crm: &Crm, origin: &str, code: &str) -> u16 {
    let body = json!({
        "code": code,
        "company": "Example & Sons",
        "name": "Mallory",
        "email": "a@example.com",
        "password": "a password of my own",
    });
    let request = Request::post("/api/first-run")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ORIGIN, origin)
        .body(Body::from(body.to_string()))
        .unwrap();
    crm.send(from("203.0.113.9:4711", request)).await.status
}

#[tokio::test]
async fn who_has_no_code_can_guess_five_times() {
    let crm = Crm::start().await;
    let code = crm.state.first_run.begin().await;
    for _ in 0..5 {
        assert_eq!(knock(&crm, ORIGIN, "a guess").await, 422);
    }
    assert_eq!(knock(&crm, ORIGIN, code.expose()).await, 429);
    assert!(crm.state.people.is_nobody_here().await.unwrap());
}

#[tokio::test]
async fn a_server_that_has_somebody_has_no_first_run() {
    let crm = Crm::start().await;
    assert_eq!(crm.get("", "/first-run").await.status, 404);
    assert_eq!(knock(&crm, ORIGIN, "").await, 404);
    let code = crm.state.first_run.begin().await;
    assert_eq!(crm.get("", "/first-run").await.status, 200);
    crm.add_person("Alpha", "ana@alpha.example", Role::Agent)
        .await;
    // Neither with the code nor without: nobody learns whether it was right.
    assert_eq!(knock(&crm, ORIGIN, "a guess").await, 404);
    assert_eq!(knock(&crm, ORIGIN, code.expose()).await, 404);
    assert_eq!(crm.get("", "/first-run").await.status, 404);
}

#[tokio::test]
async fn no_page_of_another_site_sets_the_server_up() {
    let crm = Crm::start().await;
    let code = crm.state.first_run.begin().await;
    let foreign = knock(&crm, "https://evil.example", code.expose()).await;
    assert_eq!(foreign, 403);
    assert!(crm.state.people.is_nobody_here().await.unwrap());
    assert_eq!(knock(&crm, ORIGIN, code.expose()).await, 201);
}

/// Two servers on one database, each with a code.
#[tokio::test]
async fn two_owners_who_set_up_at_once_are_one() {
    let crm = Crm::start_in(Storage::postgres().await).await;
    let people = &crm.state.people;
    let (one, other) = (FirstRun::default(), FirstRun::default());
    let (a, b) = (one.begin().await, other.begin().await);
    let (a, b) = tokio::join!(
        one.finish(people, a.expose(), first("a@example.com"), None),
        other.finish(people, b.expose(), first("b@example.com"), None),
    );
    assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
}
