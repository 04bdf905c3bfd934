//! One company and another one's ids: every route of the OpenAPI document is tried with them, in the
//! path, in the query and in the body.
//!
//! A new route is tried by itself. If it takes an id of a new kind, the test asks for two things: a line
//! in [`KINDS`], and something that makes one in [`fill`].

#![allow(
    clippy::print_stdout,
    reason = "how much was tried is for people to see"
)]

use std::{collections::BTreeMap, fs, path::Path};

use crm::{args, people::Role};
use serde_json::json;
use twilio_hooks::CompanyId;
use uuid::Uuid;

use crate::{
    browser::{Browser, PASSWORD},
    document::{Document, Operation},
    dump::{differences, dump},
    live, media,
    support::{ALPHA, ALPHA_LINE, BETA, BETA_LINE, Crm, SENDER, on_both_databases, sid},
};

/// What ids are of: the word before them in a path, and the table of the rows, of which the newest one
/// of a company is taken.
const KINDS: &[(&str, &str)] = &[
    ("calls", "calls"),
    ("contacts", "contacts"),
    ("lines", "lines"),
    ("media", "uploads"),
    ("menus", "menus"),
    ("merge", "contacts"),
    ("messages", "sms"),
    ("notifications", "notifications"),
    ("recordings", "recordings"),
    ("sessions", "sessions"),
    ("templates", "templates"),
    ("threads", "contacts"),
    ("tokens", "api_tokens"),
    ("twilio-accounts", "twilio_accounts"),
    ("users", "users"),
    ("webhook-log", "webhook_log"),
];

/// Properties and parameters that take an id and are not named after its kind.
const NAMES: &[(&str, &str)] = &[
    ("around", "messages"),
    ("default_line_id", "lines"),
    ("ids", "notifications"),
    ("line", "lines"),
    ("media", "media"),
    ("other_id", "contacts"),
    ("up_to", "messages"),
];

/// Properties and parameters that look like an id of a row and are none: the path, the name, and why.
const NO_REFERENCES: &[(&str, &str, &str)] = &[
    (
        "",
        "before",
        "a position in a list, which need not be anything's",
    ),
    (
        "",
        "after",
        "a position in a list, which need not be anything's",
    ),
];

/// Requests that are refused for another reason than an id, whatever ids they have, and why.
const REFUSED_ANYWAY: &[(&str, &str, &str)] = &[(
    "POST",
    "/api/lines",
    "a line is added once Twilio says that the account has the number, and no example can name one",
)];

/// Paths that are not about what belongs to a company.
const ELSEWHERE: &[&str] = &["/api/docs/", "/api/operator/", "/api/webhooks/", "/media/"];

/// Somebody who asks for a company, and what it has.
struct Side<'a> {
    company: CompanyId,
    token: &'static str,
    line: &'static str,
    /// The number that the sender's and the messages' ids are made of.
    number: u32,
    owner: &'static str,
    crm: &'a Crm,
}

fn alpha(crm: &Crm, company: CompanyId) -> Side<'_> {
    Side {
        company,
        token: ALPHA,
        line: ALPHA_LINE,
        number: 1_000,
        owner: "owner@alpha.example",
        crm,
    }
}

fn beta(crm: &Crm, company: CompanyId) -> Side<'_> {
    Side {
        company,
        token: BETA,
        line: BETA_LINE,
        number: 2_000_000,
        owner: "owner@beta.example",
        crm,
    }
}

/// Makes one more of each thing in a company.
async fn fill(side: &mut Side<'_>) {
    let crm = side.crm;
    side.number += 1;
    let number = side.number;
    // Who signs in often has to wait.
    crm.clock.advance(jiff::SignedDuration::from_mins(2));
    let sender = format!("+1202{:07}", 5_550_000 + number % 1_000_000);
    if crm.fake.is_some() {
        media::send_picture(crm, &sender, side.line).await;
    } else {
        crm.text(&sid("SM", number), &sender, side.line, "Hello!")
            .await;
    }
    crm.call(&sid("CA", number), &sender, side.line).await;
    if crm.fake.is_some() {
        crm.settle().await;
    }
    crm.deliver().await;
    crm.token(side.token, Role::Agent).await;
    let recording = [
        ("CallSid", &*sid("CA", number)),
        ("RecordingSid", &*sid("RE", number)),
        ("RecordingStatus", "in-progress"),
    ];
    assert!(crm.twilio("voice/recording", &recording).await.status < 300);
    crm.state.webhook_log.write().await.unwrap();
    // Adding one by the API would ask Twilio for it.
    let sql = "insert into twilio_accounts (id, company_id, account_sid, created_at, verified_at, revision)
               values ($1, $2, $3, $4, $4, 1)";
    let now = crm.clock.now();
    let row = args![Uuid::now_v7(), side.company, sid("AC", number), now];
    crm.state.database.db.execute(sql, row).await.unwrap();
    let email = format!("member-{number}@example.com");
    let body = json!({ "email": email, "role": "agent" });
    crm.post(side.token, "/api/users", &body)
        .await
        .json_with(201);
    let body = json!({ "name": format!("Template {number}"), "body": "Hello" });
    crm.post(side.token, "/api/templates", &body)
        .await
        .json_with(201);
    crm.upload(side.token, "image/gif", "GIF89a")
        .await
        .json_with(201);
    // A company has few menus.
    if crm.get(side.token, "/api/menus").await.items().len() < 5 {
        let body = json!({
            "name": format!("Menu {number}"), "prompt": { "text": "Press 1." },
            "keys": { "1": { "do": "voicemail" } },
        });
        crm.post(side.token, "/api/menus", &body)
            .await
            .json_with(201);
    }
    assert_eq!(crm.log_in(side.owner, PASSWORD).await.status, 200);
}

/// The newest id of each kind that a company has.
async fn ids_of(crm: &Crm, company: CompanyId) -> BTreeMap<&'static str, Uuid> {
    let mut ids = BTreeMap::new();
    for (kind, table) in KINDS {
        let sql = format!("select id from {table} where company_id = $1 order by id desc limit 1");
        let db = &crm.state.database.db;
        if let Some(row) = db.row(sql.leak(), args![company]).await.unwrap() {
            ids.insert(*kind, row.get("id").unwrap());
        }
    }
    ids
}

/// The kind of thing that a property or parameter names.
fn kind_of(name: &str) -> Option<&'static str> {
    if let Some((_, kind)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some(kind);
    }
    let singular = name
        .strip_suffix("_ids")
        .or_else(|| name.strip_suffix("_id"));
    let plural = format!("{}s", singular?);
    KINDS
        .iter()
        .map(|(kind, _)| *kind)
        .find(|kind| *kind == plural)
}

fn is_reference(operation: &Operation, name: &str) -> bool {
    !NO_REFERENCES
        .iter()
        .any(|(path, known, _)| *known == name && (path.is_empty() || *path == operation.path))
}

#[derive(Default)]
struct Tried {
    paths: usize,
    path_ids: usize,
    other_kinds: usize,
    query_ids: usize,
    body_ids: usize,
    lists: usize,
    controls: usize,
}

on_both_databases! {
    /// D.1: each verb with another company's id is answered 404, ids inside of bodies too, and nothing
    /// is changed by it.
    async fn nothing_of_another_company_can_be_reached(crm: Crm) {
        let document = Document::load();
        let operations = document.operations();
        let (mut tried, mut wrong) = (Tried::default(), Vec::new());
        for (company, owner) in [("Alpha", "owner@alpha.example"), ("Beta", "owner@beta.example")] {
            crm.add_person(company, owner, Role::Owner).await;
        }
        let mut alpha = alpha(&crm, crm.company("Alpha").await);
        let mut beta = beta(&crm, crm.company("Beta").await);
        let caller = Browser::sign_in(&crm, alpha.owner).await;
        fill(&mut alpha).await;
        fill(&mut beta).await;
        let own = ids_of(&crm, alpha.company).await;
        let foreign = ids_of(&crm, beta.company).await;
        assert_eq!(own.len(), KINDS.len(), "`fill` makes one of each kind: {own:?}");
        assert_eq!(foreign.len(), KINDS.len(), "{foreign:?}");

        // When somebody is seen is written, and is no change of anything here.
        caller.get("/api/session").await.json();
        for operation in &operations {
            tried.paths += 1;
            let missing = missing_samples(&document, operation);
            if !missing.is_empty() {
                wrong.extend(missing);
                continue;
            }
            let before = dump(&crm.state.database.db).await;
            try_path(&caller, &document, operation, &own, &foreign, &mut tried, &mut wrong).await;
            try_bodies(&caller, &document, operation, &own, &foreign, &mut tried, &mut wrong).await;
            try_reading(&caller, operation, &own, &foreign, &mut tried, &mut wrong).await;
            let after = dump(&crm.state.database.db).await;
            for difference in differences(&before, &after) {
                if is_noted_reading(&difference) {
                    continue;
                }
                wrong.push(format!("{} {} changed {difference}", operation.method, operation.path));
            }
        }
        // With ids of its own the same requests are answered, or else the tests above say nothing.
        for operation in &operations {
            if missing_samples(&document, operation).is_empty() {
                control(&caller, &document, operation, &mut alpha, &mut tried, &mut wrong).await;
            }
        }
        println!(
            "{} methods of the document: {} with another company's ids in the path, {} with ids of \
             another kind, {} with ids in the query, {} ids in bodies, {} lists read, {} controls",
            tried.paths,
            tried.path_ids,
            tried.other_kinds,
            tried.query_ids,
            tried.body_ids,
            tried.lists,
            tried.controls,
        );
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
        let places = operations.iter().map(|operation| operation.path.matches('{').count());
        let numbers = operations.iter().map(|operation| operation.numbers.len());
        let ids = places.sum::<usize>() - numbers.sum::<usize>();
        assert_eq!(tried.path_ids, ids, "each place of a path is tried");
    }
}

/// What the tables above lack for a route.
fn missing_samples(document: &Document, operation: &Operation) -> Vec<String> {
    if is_elsewhere(operation) {
        return Vec::new();
    }
    let unknown = |kind: &&String| KINDS.iter().all(|(known, _)| known != kind);
    let place = format!("{} {}", operation.method, operation.path);
    let kinds = operation.kinds.iter().filter(unknown);
    let kinds = kinds.map(|kind| format!("{place}: add `{kind}` to KINDS, and make one in `fill`"));
    let fields = document.id_fields(operation);
    let names = fields.iter().map(|field| field.name.clone());
    let names = names
        .chain(operation.query_ids.iter().cloned())
        .filter(|name| is_reference(operation, name) && kind_of(name).is_none())
        .map(|name| format!("{place}: add `{name}` to NAMES, or say in NO_REFERENCES what it is"));
    kinds.chain(names).collect()
}

/// Whether it is on the audit log that the caller has read what is its own.
fn is_noted_reading(difference: &str) -> bool {
    difference.starts_with("+ audit_log ") && difference.contains(".exported")
}

fn is_elsewhere(operation: &Operation) -> bool {
    ELSEWHERE
        .iter()
        .any(|path| operation.path.starts_with(path))
}

type Ids = BTreeMap<&'static str, Uuid>;

/// An id of the caller's own for a property.
fn own_id(own: &Ids) -> impl Fn(&str) -> Uuid {
    let own = own.clone();
    move |name| kind_of(name).map_or_else(Uuid::now_v7, |kind| own[kind])
}

async fn try_path(
    caller: &Browser<'_>,
    document: &Document,
    operation: &Operation,
    own: &Ids,
    foreign: &Ids,
    tried: &mut Tried,
    wrong: &mut Vec<String>,
) {
    if operation.kinds.is_empty() {
        return;
    }
    let body = document.body(operation, &own_id(own));
    let mut paths = Vec::new();
    let of = |ids: &Ids| -> Vec<Uuid> {
        let kinds = operation.kinds.iter();
        kinds
            .map(|kind| ids.get(kind.as_str()).copied().unwrap_or_default())
            .collect()
    };
    // Each place alone has the other company's id, and then all of them have.
    for place in 0..operation.kinds.len() {
        let mut ids = of(own);
        ids[place] = of(foreign)[place];
        paths.push(ids);
        for (_, other) in own.iter().filter(|(_, id)| **id != of(own)[place]) {
            let mut ids = of(own);
            ids[place] = *other;
            paths.push(ids);
            tried.other_kinds += 1;
        }
    }
    paths.push(of(foreign));
    tried.path_ids += operation.kinds.len();
    for ids in paths {
        let path = operation.path_with(&ids);
        let request = operation.request().uri(&path);
        let answer = caller.send(request, body.as_ref()).await;
        if answer.status != 404 {
            wrong.push(format!(
                "{} {path} ({}) is answered {} and not 404: {}",
                operation.method, operation.path, answer.status, answer.body
            ));
        }
    }
}

async fn try_bodies(
    caller: &Browser<'_>,
    document: &Document,
    operation: &Operation,
    own: &Ids,
    foreign: &Ids,
    tried: &mut Tried,
    wrong: &mut Vec<String>,
) {
    if is_elsewhere(operation) {
        return;
    }
    for field in document.id_fields(operation) {
        let Some(kind) = kind_of(&field.name).filter(|_| is_reference(operation, &field.name))
        else {
            continue;
        };
        tried.body_ids += 1;
        let ids: Vec<_> = operation
            .kinds
            .iter()
            .map(|kind| own[kind.as_str()])
            .collect();
        let body = document.body_with(operation, &field, foreign[kind], &own_id(own));
        let request = operation.request().uri(operation.path_with(&ids));
        let answer = caller.send(request, Some(&body)).await;
        if answer.status != 404 {
            wrong.push(format!(
                "{} {} with another company's `{}` in the body is answered {} and not 404: {body} {}",
                operation.method, operation.path, field.name, answer.status, answer.body
            ));
        }
    }
}

/// What is read has nothing of the other company's, whatever the query asks for.
async fn try_reading(
    caller: &Browser<'_>,
    operation: &Operation,
    own: &Ids,
    foreign: &Ids,
    tried: &mut Tried,
    wrong: &mut Vec<String>,
) {
    if operation.method != "GET" || is_elsewhere(operation) {
        return;
    }
    let ids: Vec<_> = operation
        .kinds
        .iter()
        .map(|kind| own[kind.as_str()])
        .collect();
    let path = operation.path_with(&ids);
    let mut paths = vec![path.clone()];
    for name in &operation.query_ids {
        tried.query_ids += 1;
        let id = kind_of(name).map_or(Uuid::max(), |kind| foreign[kind]);
        paths.push(format!("{path}?{name}={id}"));
    }
    for path in paths {
        tried.lists += 1;
        let answer = caller.get(&path).await;
        let leaks = foreign
            .values()
            .any(|id| answer.body.contains(&id.to_string()));
        if leaks || answer.body.contains("beta.example") || answer.status >= 500 {
            wrong.push(format!(
                "GET {path} shows what is another company's: {answer:?}"
            ));
        }
    }
}

/// Asks with ids of the caller's own: whatever the answer is, it is not that there is nothing.
async fn control(
    caller: &Browser<'_>,
    document: &Document,
    operation: &Operation,
    side: &mut Side<'_>,
    tried: &mut Tried,
    wrong: &mut Vec<String>,
) {
    let fields = document.id_fields(operation);
    let has_ids = !operation.kinds.is_empty() || !fields.is_empty();
    if !has_ids || is_elsewhere(operation) {
        return;
    }
    let mut bodies = 0;
    loop {
        // The request before may have used it up.
        fill(side).await;
        let own = ids_of(side.crm, side.company).await;
        let body = match fields.get(bodies) {
            None => document.body(operation, &own_id(&own)),
            Some(field) => {
                let id = own_id(&own)(&field.name);
                Some(document.body_with(operation, field, id, &own_id(&own)))
            }
        };
        tried.controls += 1;
        let ids: Vec<_> = operation
            .kinds
            .iter()
            .map(|kind| own[kind.as_str()])
            .collect();
        let request = operation.request().uri(operation.path_with(&ids));
        let answer = caller.send(request, body.as_ref()).await;
        let expected = REFUSED_ANYWAY
            .iter()
            .any(|(method, path, _)| *method == operation.method && *path == operation.path);
        if !expected && matches!(answer.status, 400 | 401 | 403 | 404 | 405 | 415 | 500..) {
            wrong.push(format!(
                "{} {} with the caller's own ids is answered {}; if the body is not right, the schema \
                 lacks examples: {body:?} {}",
                operation.method, operation.path, answer.status, answer.body
            ));
        }
        bodies += 1;
        if bodies > fields.len() {
            return;
        }
    }
}

/// Whoever listens hears nothing of another company, whatever happens there.
#[tokio::test]
async fn nothing_of_another_company_is_heard_live() {
    let running = live::start().await;
    let mut socket = running.listen("?since=0", ALPHA).await;
    let crm = &running.crm;
    crm.add_person("Beta", "owner@beta.example", Role::Owner)
        .await;
    let mut beta = beta(crm, crm.company("Beta").await);
    fill(&mut beta).await;
    let foreign = ids_of(crm, beta.company).await;
    crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "The last one")
        .await;
    loop {
        let heard = live::next(&mut socket).await;
        let text = heard.to_string();
        for id in foreign.values() {
            assert!(!text.contains(&id.to_string()), "{text}");
        }
        if heard["message"] == "The last one" {
            break;
        }
    }
}

/// A route that is not in the document is not tried, so there is none.
#[test]
fn every_route_is_in_the_document() {
    let api = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api");
    let mut files = vec![api];
    let mut read = 0;
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(
                fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
            continue;
        }
        read += 1;
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for forbidden in [".route(", ".nest(", ".route_service(", ".nest_service("] {
            assert!(
                !code.contains(forbidden),
                "{} has `{forbidden}…)`; register routes by `.routes(routes!(…))`",
                path.display()
            );
        }
    }
    assert!(read > 10);
}
