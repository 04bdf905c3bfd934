//! Threads: the list, the pages, and what each person has read.

use std::net::SocketAddr;

use crm::{
    app::{AppState, app},
    args,
    database::{Database, Db},
    people::Role,
    threads::{self, list::Wanted},
};
use futures_util::StreamExt as _;
use http::header;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};
use uuid::Uuid;

use crate::{
    browser::Browser,
    desk::{contact, person, texts},
    support::{
        ALPHA, ALPHA_LINE, BETA, Crm, PUBLIC_URL, SENDER, Storage, on_both_databases, sid, soon,
    },
};

const OTHER: &str = "+12025550144";

/// The list as `name: last text, unread`.
async fn list(who: &Browser<'_>, query: &str) -> Vec<String> {
    let page = who.get(&format!("/api/threads{query}")).await.json();
    let items = page["items"].as_array().unwrap().iter();
    let line = |it: &Value| {
        let text = it["last"]["text"].as_str().unwrap_or("call").to_owned();
        format!(
            "{}: {text}, {}",
            it["display_name"].as_str().unwrap(),
            it["unread"]
        )
    };
    items.map(line).collect()
}

async fn read(who: &Browser<'_>, contact: &str, up_to: &Value) {
    let path = format!("/api/threads/{contact}/read");
    let body = json!({ "up_to": up_to });
    who.put(&path, &body).await.json();
}

async fn status(crm: &Crm, number: u32, status: &str) {
    let params = [
        ("MessageSid", &*sid("SM", number)),
        ("From", ALPHA_LINE),
        ("To", SENDER),
        ("MessageStatus", status),
    ];
    assert_eq!(crm.twilio("sms/status", &params).await.status, 204);
}

on_both_databases! {
    async fn the_latest_activity_is_on_top_and_each_person_reads_alone_lesson_27(crm: Crm) {
        let (ana, bob) = (
            person(&crm, "Alpha", Role::Agent).await,
            person(&crm, "Alpha", Role::ReadOnly).await,
        );
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "One").await;
        crm.text(&sid("SM", 2), OTHER, ALPHA_LINE, "Two").await;
        crm.text(&sid("SM", 3), SENDER, ALPHA_LINE, "Three").await;
        crm.call(&sid("CA", 1), OTHER, ALPHA_LINE).await;
        assert_eq!(list(&ana, "").await, ["(202) 555-0144: call, 1", "(202) 555-0143: Three, 2"]);
        let id = contact(&crm, SENDER).await;
        let thread = ana.get(&format!("/api/threads/{id}")).await.json();
        assert_eq!(texts(&thread["items"]), ["Three", "One"]);
        // Reading the older one leaves the newer one unread.
        read(&ana, &id, &thread["items"][1]["id"]).await;
        assert_eq!(list(&ana, "?filter=unread").await,
            ["(202) 555-0144: call, 1", "(202) 555-0143: Three, 1"]);
        read(&ana, &id, &thread["items"][0]["id"]).await;
        // Late news from another tab changes nothing.
        read(&ana, &id, &thread["items"][1]["id"]).await;
        assert_eq!(list(&ana, "?filter=unread").await, ["(202) 555-0144: call, 1"]);
        assert_eq!(list(&bob, "").await[1], "(202) 555-0143: Three, 2");
        let counts = ana.get("/api/me/unread").await.json();
        assert_eq!(counts["threads"], 1);
        crm.text(&sid("SM", 4), SENDER, ALPHA_LINE, "Four").await;
        assert_eq!(list(&ana, "").await[0], "(202) 555-0143: Four, 1");
        let unread = ana.delete(&format!("/api/threads/{id}/read")).await;
        assert_eq!(unread.json()["contact_id"], id);
        assert_eq!(list(&ana, "").await[0], "(202) 555-0143: Four, 1");
        // A program reads nothing.
        let items = crm.get(ALPHA, "/api/threads").await.items();
        assert_eq!(items[0]["unread"], Value::Null);
        crm.get(ALPHA, "/api/threads?filter=unread").await.problem(400);
        let path = format!("/api/threads/{id}/read");
        let body = json!({ "up_to": thread["items"][0]["id"] });
        crm.put(ALPHA, &path, &body).await.problem(400);
    }

    async fn whoever_joins_has_nothing_to_catch_up_with(crm: Crm) {
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Before").await;
        let ana = person(&crm, "Alpha", Role::Agent).await;
        let sql = "update users set created_at = $1";
        let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
        crm.state.database.db.execute(sql, args![later]).await.unwrap();
        assert_eq!(list(&ana, "").await, ["(202) 555-0143: Before, 0"]);
        assert!(list(&ana, "?filter=unread").await.is_empty());
    }

    async fn what_is_another_companys_is_not_found(crm: Crm) {
        let (ana, eve) = (
            person(&crm, "Alpha", Role::Agent).await,
            person(&crm, "Beta", Role::Owner).await,
        );
        // An answer would be what was said last.
        let line = crm.get(BETA, "/api/lines").await.items()[0]["id"].clone();
        let line = format!("/api/lines/{}", line.as_str().unwrap());
        crm.patch(BETA, &line, &json!({ "text_reply": null })).await.json();
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "For Alpha").await;
        crm.text(&sid("SM", 2), SENDER, crate::support::BETA_LINE, "For Beta").await;
        let id = contact(&crm, SENDER).await;
        let path = format!("/api/threads/{id}");
        let entry = ana.get(&path).await.json()["items"][0]["id"].clone();
        assert_eq!(list(&eve, "").await, ["(202) 555-0143: For Beta, 1"]);
        eve.get(&path).await.problem(404);
        let up_to = json!({ "up_to": entry });
        eve.put(&format!("{path}/read"), &up_to).await.problem(404);
        eve.delete(&format!("{path}/read")).await.problem(404);
        // Nor is an entry of theirs in a thread of ours.
        let theirs = crm.get(BETA, "/api/contacts").await.items()[0]["id"].clone();
        let theirs = format!("/api/threads/{}", theirs.as_str().unwrap());
        eve.put(&format!("{theirs}/read"), &up_to).await.problem(404);
        let around = format!("{theirs}?around={}", entry.as_str().unwrap());
        eve.get(&around).await.problem(404);
        let line = crm.get(ALPHA, "/api/lines").await.items()[0]["id"].clone();
        let line = format!("/api/threads?line={}", line.as_str().unwrap());
        eve.get(&line).await.problem(404);
        for wrong in ["?filter=mine", "?line=x", "?before=x", "?limit=0", "?x=1"] {
            crm.get(ALPHA, &format!("/api/threads{wrong}")).await.problem(400);
        }
        crm.get(ALPHA, &format!("{path}?before={id}&after={id}")).await.problem(400);
    }

    async fn a_thread_is_read_in_both_directions(crm: Crm) {
        for number in 1..=9 {
            crm.text(&sid("SM", number), SENDER, ALPHA_LINE, &number.to_string()).await;
        }
        let path = format!("/api/threads/{}", contact(&crm, SENDER).await);
        let part = async |query: &str| crm.get(ALPHA, &format!("{path}?{query}")).await.json();
        let newest = part("limit=3").await;
        assert_eq!(texts(&newest["items"]), ["9", "8", "7"]);
        assert_eq!(newest["newer"], Value::Null);
        let older = part(&format!("limit=3&before={}", newest["older"].as_str().unwrap())).await;
        assert_eq!(texts(&older["items"]), ["6", "5", "4"]);
        let middle = older["items"][1]["id"].as_str().unwrap();
        let around = part(&format!("limit=4&around={middle}")).await;
        assert_eq!(texts(&around["items"]), ["7", "6", "5", "4"]);
        let newer = part(&format!("limit=2&after={}", around["newer"].as_str().unwrap())).await;
        assert_eq!(texts(&newer["items"]), ["9", "8"]);
        assert_eq!(newer["newer"], Value::Null);
        let older = part(&format!("limit=9&before={}", around["older"].as_str().unwrap())).await;
        assert_eq!(texts(&older["items"]), ["3", "2", "1"]);
        assert_eq!(older["older"], Value::Null);
        let last = newest["items"][0]["id"].as_str().unwrap();
        let none = part(&format!("after={last}")).await;
        assert_eq!((&none["items"], &none["newer"]), (&json!([]), &Value::Null));
    }

    async fn lists_of_threads_come_in_pages_and_by_filter(crm: Crm) {
        for number in 1..=5 {
            let from = format!("+1202555011{number}");
            crm.text(&sid("SM", number), &from, ALPHA_LINE, &number.to_string()).await;
        }
        let mut seen = Vec::new();
        let mut next = String::new();
        loop {
            let page = crm.get(ALPHA, &format!("/api/threads?limit=2&before={next}")).await.json();
            let items = page["items"].as_array().unwrap();
            seen.extend(items.iter().map(|it| it["last"]["text"].as_str().unwrap().to_owned()));
            match page["next"].as_str() {
                Some(cursor) => next = cursor.to_owned(),
                None => break,
            }
        }
        assert_eq!(seen, ["5", "4", "3", "2", "1"]);
        let count = async |query: &str| crm.get(ALPHA, &format!("/api/threads{query}")).await.items().len();
        assert_eq!(count("?q=0113").await, 1);
        assert_eq!(count("?q=202555").await, 5);
        assert_eq!(count("?q=nobody").await, 0);
        let line = crm.get(ALPHA, "/api/lines").await.items()[0]["id"].clone();
        let line = line.as_str().unwrap();
        assert_eq!(count(&format!("?line={line}")).await, 5);
        assert_eq!(count(&format!("?line={line}&q=0113")).await, 1);
        // Our last message did not arrive, until another one did.
        status(&crm, 20, "sent").await;
        assert_eq!(count("?filter=failed").await, 0);
        status(&crm, 20, "undelivered").await;
        let failed = crm.get(ALPHA, "/api/threads?filter=failed").await.items();
        assert_eq!(failed.len(), 1);
        assert_eq!(failed[0]["failed"], true);
        assert_eq!(failed[0]["last"]["status"], "undelivered");
        assert_eq!(failed[0]["lines"], json!([ALPHA_LINE]));
        status(&crm, 21, "queued").await;
        assert_eq!(count("?filter=failed").await, 0);
    }

    async fn the_number_of_whatsapp_is_the_same_line(crm: Crm) {
        let params = [
            ("MessageSid", &*sid("SM", 1)), ("From", "whatsapp:+12025550143"),
            ("To", "whatsapp:+12025550187"), ("Body", "Hi"), ("NumMedia", "1"),
            ("MediaUrl0", "https://api.twilio.com/file"), ("MediaContentType0", "image/jpeg"),
        ];
        assert_eq!(crm.twilio("sms/incoming", &params).await.status, 200);
        crm.text(&sid("SM", 2), SENDER, ALPHA_LINE, "And by SMS").await;
        let threads = crm.get(ALPHA, "/api/threads").await.items();
        assert_eq!(threads.len(), 1);
        assert_eq!(threads[0]["lines"], json!([ALPHA_LINE]));
        assert_eq!(threads[0]["last"]["has_media"], false);
    }

    async fn a_leg_of_a_call_is_no_conversation(crm: Crm) {
        crm.call(&sid("CA", 1), SENDER, ALPHA_LINE).await;
        let leg = [
            ("CallSid", &*sid("CA", 2)), ("From", SENDER), ("To", "+12025550166"),
            ("Direction", "outbound-dial"), ("CallStatus", "ringing"),
            ("ParentCallSid", &sid("CA", 1)),
        ];
        assert_eq!(crm.twilio("voice/status", &leg).await.status, 204);
        assert_eq!(crm.get(ALPHA, "/api/threads").await.items().len(), 1);
        // One that is known to be a leg only later.
        let mut late = leg;
        late[0].1 = "CA00000000000000000000000000000003";
        late[1].1 = ALPHA_LINE;
        assert_eq!(crm.twilio("voice/status", &late[..5]).await.status, 204);
        assert_eq!(crm.get(ALPHA, "/api/threads").await.items().len(), 2);
        late[4].1 = "in-progress";
        assert_eq!(crm.twilio("voice/status", &late).await.status, 204);
        assert_eq!(crm.get(ALPHA, "/api/threads").await.items().len(), 1);
    }

    async fn a_new_conversation_is_begun_before_anybody_has_written_lesson_28(crm: Crm) {
        let new = json!({ "address": "(202) 555-0143", "name": "Bob" });
        let made = crm.post(ALPHA, "/api/contacts", &new).await.json_with(201);
        let path = format!("/api/threads/{}", made["id"].as_str().unwrap());
        assert_eq!(crm.get(ALPHA, &path).await.json()["items"], json!([]));
        assert!(crm.get(ALPHA, "/api/threads").await.items().is_empty());
        status(&crm, 1, "queued").await;
        assert_eq!(crm.get(ALPHA, "/api/threads").await.items().len(), 1);
    }

    async fn what_is_read_in_one_tab_is_read_in_the_others_lesson_27(crm: Crm) {
        let ana = person(&crm, "Alpha", Role::Agent).await;
        let bob = person(&crm, "Alpha", Role::Agent).await;
        crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
        crm.deliver().await;
        let server = serve(&crm.state).await;
        let (mut tab, mut theirs) = (tab(server, &ana).await, tab(server, &bob).await);
        let id = contact(&crm, SENDER).await;
        let entry = ana.get(&format!("/api/threads/{id}")).await.json()["items"][0]["id"].clone();
        read(&ana, &id, &entry).await;
        let heard = next(&mut tab).await;
        assert_eq!(heard, json!({ "type": "read", "contact_id": id, "up_to": entry }));
        assert_eq!(next(&mut tab).await["type"], "notifications_read");
        // The other person hears only what is new.
        crm.text(&sid("SM", 2), SENDER, ALPHA_LINE, "Again").await;
        crm.deliver().await;
        assert_eq!(next(&mut theirs).await["message"], "Again");
        assert_eq!(next(&mut tab).await["message"], "Again");
        let up_to = json!({ "up_to": 2 });
        ana.put("/api/me/notifications/read", &up_to).await.json();
        assert_eq!(next(&mut tab).await, json!({ "type": "notifications_read", "up_to": 2 }));
    }
}

type Tab =
    tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// A tab of somebody's browser, listening to one of the servers.
async fn tab(server: SocketAddr, who: &Browser<'_>) -> Tab {
    let mut request = format!("ws://{server}/api/live")
        .into_client_request()
        .unwrap();
    let headers = request.headers_mut();
    headers.insert(header::COOKIE, who.cookie.parse().unwrap());
    headers.insert(header::ORIGIN, PUBLIC_URL.parse().unwrap());
    soon(connect_async(request)).await.unwrap().0
}

/// Listens on a port of its own.
async fn serve(state: &AppState) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = app(state.clone());
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

async fn next(tab: &mut Tab) -> Value {
    loop {
        match soon(tab.next()).await.unwrap().unwrap() {
            Message::Text(text) => return serde_json::from_str(&text).unwrap(),
            Message::Ping(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// Two servers on one database: what is read at one is seen at the other.
#[tokio::test]
async fn tabs_of_other_servers_are_told_too_lesson_27() {
    let crm = Crm::with_fake(Storage::postgres().await).await;
    let database = Database::connect(&crm.config.database_url).await.unwrap();
    let (second, _) = AppState::new(&crm.config, database).await.unwrap();
    let ana = person(&crm, "Alpha", Role::Agent).await;
    let mut there = tab(serve(&second).await, &ana).await;
    crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Hello").await;
    let id = contact(&crm, SENDER).await;
    let entry = ana.get(&format!("/api/threads/{id}")).await.json()["items"][0]["id"].clone();
    read(&ana, &id, &entry).await;
    let heard = next(&mut there).await;
    assert_eq!(
        heard,
        json!({ "type": "read", "contact_id": id, "up_to": entry })
    );
}

/// Postgres passes on 8,000 bytes at once.
#[tokio::test]
async fn however_much_is_read_at_once_other_tabs_are_told() {
    let crm = Crm::with_fake(Storage::postgres().await).await;
    let ana = person(&crm, "Alpha", Role::Agent).await;
    let mut there = tab(serve(&crm.state).await, &ana).await;
    for number in 1..=201 {
        let text = format!("Text {number}");
        crm.text(&sid("SM", number), SENDER, ALPHA_LINE, &text)
            .await;
    }
    crm.deliver().await;
    let mut ids = Vec::new();
    let mut path = "/api/me/notifications?limit=200".to_owned();
    while ids.len() < 201 {
        let page = ana.get(&path).await.json();
        let items = page["items"].as_array().unwrap();
        ids.extend(items.iter().map(|it| it["id"].clone()));
        path = format!("/api/me/notifications?before={}", page["next"]);
    }
    let body = json!({ "ids": ids });
    ana.put("/api/me/notifications/read", &body).await.json();
    let mut heard = Vec::new();
    while heard.len() < ids.len() {
        let frame = next(&mut there).await;
        if frame["type"] == "notifications_read" {
            heard.extend(frame["ids"].as_array().unwrap().clone());
        }
    }
    assert_eq!(heard, ids);
}

#[tokio::test]
async fn threads_of_an_older_database_are_made() {
    let storage = Storage::sqlite();
    let crm = Crm::with_fake(storage).await;
    crm.text(&sid("SM", 1), SENDER, ALPHA_LINE, "Old").await;
    crm.text(&sid("SM", 2), OTHER, ALPHA_LINE, "Older").await;
    status(&crm, 3, "failed").await;
    let waits = json!({ "to": "+12025550145", "body": "Waits" });
    crm.post_with_key("waits", ALPHA, &waits)
        .await
        .json_with(201);
    let before = crm.get(ALPHA, "/api/threads").await.json();
    forget_threads(&crm).await;
    let database = Database::connect(&crm.config.database_url).await.unwrap();
    let company = crm.company("Alpha").await;
    let (threads, _) = threads::list::threads(&database.db, company, None, &Wanted::default(), 10)
        .await
        .unwrap();
    let made: Vec<_> = threads
        .iter()
        .map(|it| {
            (
                it.contact.to_string(),
                it.last.id,
                it.failed,
                it.lines.clone(),
            )
        })
        .collect();
    let known: Vec<_> = before["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let lines = it["lines"].as_array().unwrap();
            (
                it["contact_id"].as_str().unwrap().to_owned(),
                it["last"]["id"].as_str().unwrap().parse::<Uuid>().unwrap(),
                it["failed"].as_bool().unwrap(),
                lines
                    .iter()
                    .map(|it| it.as_str().unwrap().to_owned())
                    .collect::<Vec<_>>(),
            )
        })
        .collect();
    assert_eq!(made, known);
    assert_eq!(made.len(), 3);
    let found = crm.get(ALPHA, "/api/search?q=older").await.json();
    assert_eq!(texts(&found["messages"]), ["Older"]);
}

/// Makes the database one of before there were threads.
async fn forget_threads(crm: &Crm) {
    let Db::Sqlite { reading: pool, .. } = &crm.state.database.db else {
        panic!("only on SQLite");
    };
    let drops = "
        drop table thread_reads; drop table thread_lines; drop table threads;
        drop table contact_search; drop table contact_words;
        drop table message_search; drop table message_words; drop index sms_inbound;
        delete from _crm_migrations where version in (9, 16);";
    let sql = "select name from sqlite_master where type = 'trigger'";
    for row in crm.state.database.db.rows(sql, args![]).await.unwrap() {
        let name: String = row.get("name").unwrap();
        let drop = sqlx::AssertSqlSafe(format!("drop trigger {name}"));
        sqlx::raw_sql(drop).execute(pool).await.unwrap();
    }
    sqlx::raw_sql(drops).execute(pool).await.unwrap();
}
