//! The JSON API: what it shows, to whom, and what it refuses.

use axum::body::Body;
use http::{Request, header};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{ALPHA, ALPHA_LINE, BETA, BETA_LINE, Crm, OPERATOR, SENDER, sid};

/// Every route that reads something of a company's, with an id where one belongs.
const LISTS: [&str; 5] = [
    "/api/contacts",
    "/api/messages",
    "/api/calls",
    "/api/notifications",
    "/api/lines",
];

#[tokio::test]
async fn a_token_is_needed_everywhere() {
    let crm = Crm::start().await;
    let id = Uuid::now_v7();
    let mut routes = LISTS.map(str::to_owned).to_vec();
    for resource in ["contacts", "messages", "calls", "lines"] {
        routes.push(format!("/api/{resource}/{id}"));
    }
    routes.push(format!("/api/contacts/{id}/timeline"));
    routes.push("/api/live".to_owned());
    for route in &routes {
        let without = Request::get(route).body(Body::empty()).unwrap();
        let answer = crm.send(without).await;
        answer.problem(401);
        assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer");
        for wrong in ["", "x", &ALPHA[1..], &format!("{ALPHA}x"), OPERATOR] {
            crm.get(wrong, route).await.problem(401);
        }
        let basic = Request::get(route)
            .header(header::AUTHORIZATION, format!("Basic {ALPHA}"))
            .body(Body::empty())
            .unwrap();
        crm.send(basic).await.problem(401);
        let in_the_url = Request::get(format!("{route}?token={ALPHA}")).body(Body::empty());
        crm.send(in_the_url.unwrap()).await.problem(401);
    }
    let patch = crm
        .request("PATCH", "x", &format!("/api/lines/{id}"), Some("{}"))
        .await;
    patch.problem(401);
}

#[tokio::test]
async fn a_message_is_shown_without_the_addresses_of_its_files() {
    let crm = Crm::start().await;
    let params = [
        ("MessageSid", &*sid("MM", 1)),
        ("From", SENDER),
        ("To", ALPHA_LINE),
        ("Body", "Look!"),
        ("NumMedia", "1"),
        ("NumSegments", "1"),
        ("FromCity", "WASHINGTON"),
        ("FromCountry", "US"),
        ("MediaUrl0", "https://api.twilio.com/secret-file"),
        ("MediaContentType0", "image/jpeg"),
    ];
    assert_eq!(crm.twilio("sms/incoming", &params).await.status, 200);
    let contacts = crm.get(ALPHA, "/api/contacts").await.items();
    let contact = &contacts[0];
    let answer = crm.get(ALPHA, "/api/messages").await;
    assert!(!answer.body.contains("twilio.com"), "{}", answer.body);
    let message = &answer.items()[0];
    let expected = json!({
        "id": message["id"],
        "message_sid": sid("MM", 1),
        "contact_id": contact["id"],
        "user_id": null,
        "direction": "inbound",
        "status": "received",
        "from_address": SENDER,
        "to_address": ALPHA_LINE,
        "body": "Look!",
        "media": [{ "content_type": "image/jpeg" }],
        "num_segments": 1,
        "error_code": null,
        "created_at": message["created_at"],
        "updated_at": message["updated_at"],
    });
    assert_eq!(*message, expected);
    let id = message["id"].as_str().unwrap();
    assert_eq!(
        crm.get(ALPHA, &format!("/api/messages/{id}")).await.json(),
        expected
    );
    let expected = json!({
        "id": contact["id"],
        "address": SENDER,
        "phone": "(202) 555-0143",
        "display_name": "(202) 555-0143",
        "name": null,
        "email": null,
        "company_name": null,
        "notes": null,
        "labels": [],
        "blocked": false,
        "merged_into": null,
        "city": "WASHINGTON",
        "state": null,
        "zip": null,
        "country": "US",
        "created_at": contact["created_at"],
    });
    assert_eq!(*contact, expected);
    let id = contact["id"].as_str().unwrap();
    let mut alone = expected;
    alone["merged"] = json!([]);
    assert_eq!(
        crm.get(ALPHA, &format!("/api/contacts/{id}")).await.json(),
        alone
    );
}

#[tokio::test]
async fn a_call_is_shown_with_its_recordings_but_not_where_they_are() {
    let crm = Crm::start().await;
    crm.call(&sid("CA", 1), SENDER, ALPHA_LINE).await;
    let completed = [
        ("CallSid", &*sid("CA", 1)),
        ("From", SENDER),
        ("To", ALPHA_LINE),
        ("Direction", "inbound"),
        ("CallStatus", "completed"),
        ("CallDuration", "42"),
    ];
    assert_eq!(crm.twilio("voice/status", &completed).await.status, 204);
    let recording = [
        ("CallSid", &*sid("CA", 1)),
        ("RecordingSid", &sid("RE", 1)),
        ("RecordingStatus", "completed"),
        ("RecordingUrl", "https://api.twilio.com/secret-recording"),
        ("RecordingDuration", "41"),
        ("RecordingChannels", "1"),
    ];
    assert_eq!(crm.twilio("voice/recording", &recording).await.status, 204);
    let list = crm.get(ALPHA, "/api/calls").await;
    let call = &list.items()[0];
    assert_eq!(call["status"], "completed");
    assert_eq!(call["direction"], "inbound");
    assert_eq!(call["duration"], 42);
    assert_eq!(call["has_recording"], true);
    assert!(call.get("recordings").is_none());
    let id = call["id"].as_str().unwrap();
    let detail = crm.get(ALPHA, &format!("/api/calls/{id}")).await;
    assert!(!detail.body.contains("twilio.com") && !list.body.contains("twilio.com"));
    let recording = &detail.json()["recordings"][0];
    assert_eq!(recording["recording_sid"], sid("RE", 1));
    assert_eq!(recording["duration"], 41);
    assert!(recording.get("url").is_none());
}

#[tokio::test]
async fn a_timeline_has_texts_and_calls_newest_first() {
    let crm = Crm::start().await;
    crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "First").await;
    crm.call(&sid("CA", 1), SENDER, ALPHA_LINE).await;
    crm.text(&sid("SM", 2), "whatsapp:+12025550143", ALPHA_LINE, "Third")
        .await;
    let contact = crm.get(ALPHA, "/api/contacts").await.items()[0]["id"].clone();
    let path = format!("/api/contacts/{}/timeline", contact.as_str().unwrap());
    let items = crm.get(ALPHA, &path).await.items();
    let kinds: Vec<_> = items
        .iter()
        .map(|item| item["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["message", "call", "message"]);
    assert_eq!(items[0]["body"], "Third");
    assert_eq!(items[1]["has_recording"], false);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let crm = Crm::start().await;
    for number in 1..=5 {
        crm.text(&sid("SM", number), SENDER, ALPHA_LINE, &number.to_string())
            .await;
    }
    let mut bodies = Vec::new();
    let mut next = String::new();
    loop {
        let page = crm
            .get(ALPHA, &format!("/api/messages?limit=2&before={next}"))
            .await
            .json();
        bodies.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["body"].clone()),
        );
        match &page["next"] {
            Value::String(cursor) => next = cursor.clone(),
            _ => break,
        }
    }
    assert_eq!(bodies, ["5", "4", "3", "2", "1"]);
    let all = crm.get(ALPHA, "/api/messages?limit=100000").await.json();
    assert_eq!(all["items"].as_array().unwrap().len(), 5);
    assert_eq!(all["next"], Value::Null);
}

#[tokio::test]
async fn notifications_are_numbered_and_come_in_pages() {
    let crm = Crm::start().await;
    for number in 1..=5 {
        crm.text(&sid("SM", number), SENDER, ALPHA_LINE, "Hello!")
            .await;
    }
    crm.deliver().await;
    let page = crm.get(ALPHA, "/api/notifications?limit=2").await.json();
    assert_eq!(page["next"], 2);
    let first = &page["items"][0];
    assert_eq!(first["type"], "sms_received");
    assert_eq!(first["title"], format!("New SMS from {SENDER}"));
    assert_eq!(first["message"], "Hello!");
    assert_eq!(first["seq"], 1);
    assert!(first["sms_id"].is_string() && first["contact_id"].is_string());
    let page = crm.get(ALPHA, "/api/notifications?since=3").await.json();
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    assert_eq!(page["next"], Value::Null);
}

#[tokio::test]
async fn what_belongs_to_another_company_is_not_found() {
    let crm = Crm::start().await;
    crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "For Alpha")
        .await;
    crm.call(&sid("CA", 1), SENDER, ALPHA_LINE).await;
    crm.deliver().await;
    for list in LISTS {
        let items = crm.get(BETA, list).await.items();
        let expected = usize::from(list == "/api/lines");
        assert_eq!(items.len(), expected, "{list}");
    }
    for resource in ["contacts", "messages", "calls", "lines"] {
        let items = crm.get(ALPHA, &format!("/api/{resource}")).await.items();
        let path = format!("/api/{resource}/{}", items[0]["id"].as_str().unwrap());
        crm.get(ALPHA, &path).await.json();
        let foreign = crm.get(BETA, &path).await.problem(404);
        let unknown = format!("/api/{resource}/{}", Uuid::now_v7());
        assert_eq!(crm.get(BETA, &unknown).await.problem(404), foreign);
    }
    let contact = crm.get(ALPHA, "/api/contacts").await.items()[0]["id"].clone();
    let path = format!("/api/contacts/{}/timeline", contact.as_str().unwrap());
    crm.get(BETA, &path).await.problem(404);
    let line = crm.get(ALPHA, "/api/lines").await.items()[0]["id"].clone();
    let path = format!("/api/lines/{}", line.as_str().unwrap());
    let body = Some(r#"{"greeting": "Hijacked"}"#);
    crm.request("PATCH", BETA, &path, body).await.problem(404);
    assert_eq!(crm.get(ALPHA, &path).await.json()["greeting"], Value::Null);
}

#[tokio::test]
async fn what_can_not_be_understood_is_refused() {
    let crm = Crm::start().await;
    for path in [
        "/api/contacts/42",
        "/api/contacts/42/timeline",
        "/api/messages/x",
        "/api/messages/%FF",
        "/api/calls/x",
        "/api/lines/x",
        "/api/messages?limit=0",
        "/api/messages?limit=-1",
        "/api/messages?limit=ten",
        "/api/messages?limit=1&limit=2",
        "/api/messages?before=yesterday",
        "/api/messages?after=1",
        "/api/notifications?since=-1",
        "/api/notifications?since=18446744073709551615",
        "/api/notifications?limit=0",
    ] {
        crm.get(ALPHA, path).await.problem(400);
    }
    crm.get(ALPHA, "/api/nothing").await.problem(404);
    crm.get(ALPHA, "/nothing").await.problem(404);
    crm.request("PUT", ALPHA, "/api/messages", Some("{}"))
        .await
        .problem(405);
    crm.request("DELETE", ALPHA, "/api/lines", None)
        .await
        .problem(405);
}

#[tokio::test]
async fn a_line_is_changed_and_the_next_webhook_knows() {
    let crm = Crm::start().await;
    let lines = crm.get(ALPHA, "/api/lines").await.items();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["number"], ALPHA_LINE);
    let path = format!("/api/lines/{}", lines[0]["id"].as_str().unwrap());
    let patch = async |body: &str| crm.request("PATCH", ALPHA, &path, Some(body)).await;

    let line = patch(r#"{"greeting": "Hello <you>", "text_reply": "Got it"}"#)
        .await
        .json();
    assert_eq!(
        (&line["greeting"], &line["text_reply"]),
        (&json!("Hello <you>"), &json!("Got it"))
    );
    let answer = crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hi").await;
    assert!(answer.body.contains(">Got it</Message>"), "{}", answer.body);
    let answer = crm.call(&sid("CA", 1), SENDER, ALPHA_LINE).await;
    assert!(
        answer.body.contains("<Say>Hello &lt;you&gt;</Say>"),
        "{}",
        answer.body
    );

    let line = patch(r#"{"text_reply": null}"#).await.json();
    assert_eq!(
        (&line["greeting"], &line["text_reply"]),
        (&json!("Hello <you>"), &Value::Null)
    );
    let answer = crm.text(&sid("SM", 2), SENDER, ALPHA_LINE, "Hi").await;
    assert!(answer.body.ends_with("<Response/>"), "{}", answer.body);

    assert_eq!(
        patch(r#"{"greeting": "  "}"#).await.json()["greeting"],
        Value::Null
    );
    assert_eq!(patch("{}").await.json()["id"], lines[0]["id"]);
    let long = format!(r#"{{"text_reply": "{}"}}"#, "x".repeat(1601));
    let wide = format!(r#"{{"text_reply": "{}"}}"#, "😀".repeat(801));
    for wrong in [
        "",
        "{",
        r#"{"greting": "x"}"#,
        r#"{"greeting": 1}"#,
        r#"{"greeting": "\u0000"}"#,
        &long,
        &wide,
    ] {
        patch(wrong).await.problem(400);
    }
    let huge = format!(r#"{{"greeting": "{}"}}"#, "x".repeat(100_000));
    patch(&huge).await.problem(413);
    let form = Request::patch(&path)
        .header(header::AUTHORIZATION, format!("Bearer {ALPHA}"))
        .header(header::CONTENT_TYPE, "text/plain")
        .body(Body::from("{}"))
        .unwrap();
    crm.send(form).await.problem(415);
}

#[tokio::test]
async fn the_database_keeps_what_was_changed_when_the_server_starts_again() {
    let crm = Crm::start().await;
    let lines = crm.get(BETA, "/api/lines").await.items();
    let path = format!("/api/lines/{}", lines[0]["id"].as_str().unwrap());
    crm.request(
        "PATCH",
        BETA,
        &path,
        Some(r#"{"greeting": "Changed", "text_reply": null}"#),
    )
    .await
    .json();
    crm.text(&sid("SM", 1), SENDER, BETA_LINE, "Before").await;
    crm.state.database.db.close().await;

    let database = crm::database::Database::connect(&crm.config.database_url)
        .await
        .unwrap();
    let (state, dispatcher) = crm::app::AppState::new(&crm.config, database)
        .await
        .unwrap();
    let again = Crm {
        app: crm::app::app(state.clone()),
        state,
        dispatcher,
        ..crm
    };
    let line = again.get(BETA, &path).await.json();
    assert_eq!(
        (&line["greeting"], &line["text_reply"]),
        (&json!("Changed"), &Value::Null)
    );
    assert_eq!(
        again.get(BETA, "/api/messages").await.items()[0]["body"],
        "Before"
    );
}

#[tokio::test]
async fn responses_carry_an_id_of_ours() {
    let crm = Crm::start().await;
    let request = Request::get("/healthz")
        .header("x-request-id", "theirs")
        .body(Body::empty())
        .unwrap();
    let answer = crm.send(request).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"));
    answer.headers["x-request-id"]
        .to_str()
        .unwrap()
        .parse::<Uuid>()
        .unwrap();
    assert_eq!(crm.get("", "/readyz").await.status, 200);
}
