//! How long lists and searches take, asked one after the other.

use std::time::Duration;

use crm::simulate::Random;

use crate::{
    desk::Desk,
    seed::{BUSY, DONE},
    server::Server,
    shares, skewed,
    storage::Storage,
    word,
};

/// What a list may take at the 95th percentile, in milliseconds.
const LIMIT: f64 = 50.0;

pub(crate) async fn measure(storage: &Storage) {
    let database = storage.original();
    let server = Server::start(&database);
    let desk = Desk::of_person(&server, BUSY).await;
    let done = Desk::of_person(&server, DONE).await;
    let mut table = Table::default();
    threads(&desk, &done, &mut table).await;
    conversations(&desk, &mut table).await;
    contacts(&desk, &mut table).await;
    searches(&desk, &mut table).await;
    calls(&desk, &mut table).await;
    notifications(&desk, &done, &mut table).await;
    table.end();
    drop(server);
    database.close().await;
}

/// What took how long.
#[derive(Default)]
struct Table {
    slow: Vec<String>,
}

impl Table {
    fn row(&mut self, name: &str, mut took: Vec<Duration>) {
        if self.slow.is_empty() {
            let [p50, p95, p99, longest] = ["p50", "p95", "p99", "longest"];
            self.slow.push(String::new());
            println!("{:<40} {p50:>8} {p95:>8} {p99:>8} {longest:>8}", "ms");
        }
        let [p50, p95, p99, longest] = shares(&mut took);
        if p95 > LIMIT {
            self.slow.push(name.to_owned());
        }
        println!("{name:<40} {p50:>8.1} {p95:>8.1} {p99:>8.1} {longest:>8.1}");
    }

    fn end(self) {
        match &self.slow[1..] {
            [] => println!("all are below {LIMIT} ms at the 95th percentile"),
            slow => println!(
                "above {LIMIT} ms at the 95th percentile: {}",
                slow.join("; ")
            ),
        }
    }
}

async fn threads(desk: &Desk, done: &Desk, table: &mut Table) {
    let first = desk.each(|_| "/api/threads".to_owned()).await;
    table.row("threads", first);
    for filter in ["all", "unread", "failed", "blocked"] {
        let path = format!("/api/threads?filter={filter}");
        if filter != "all" {
            let first = desk.each(|_| path.clone()).await;
            table.row(&format!("threads, {filter}"), first);
        }
        let begins = desk.pages(&format!("{path}&limit=200"), "next", 60).await;
        let deep = desk.each(|round| format!("{path}&before={}", begins[round % begins.len()]));
        table.row(&format!("threads, {filter}, deep pages"), deep.await);
    }
    let all_read = done.each(|_| "/api/threads?filter=unread".to_owned()).await;
    table.row("threads, unread, all are read", all_read);
    let lines = desk.get("/api/lines").await;
    let line = lines["items"][1]["id"].as_str().unwrap();
    let of_line = desk.each(|_| format!("/api/threads?line={line}")).await;
    table.row("threads of a line", of_line);
    let by_name = desk.each(|round| format!("/api/threads?q={}", word(round * 13)));
    table.row("threads by a name", by_name.await);
}

async fn conversations(desk: &Desk, table: &mut Table) {
    let threads = desk.get("/api/threads?limit=200").await;
    let ids: Vec<_> = threads["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|thread| thread["contact_id"].as_str().unwrap())
        .collect();
    let newest = desk.each(|round| format!("/api/threads/{}", ids[round % ids.len()]));
    table.row("a conversation", newest.await);
    let busiest = busiest(desk, &ids).await;
    let path = format!("/api/threads/{busiest}?limit=200");
    let begins = desk.pages(&path, "older", 100).await;
    println!(
        "  (the longest one has {} entries or more)",
        begins.len() * 200
    );
    for way in ["before", "around", "after"] {
        let deep = desk.each(|round| {
            let at = &begins[round % begins.len()];
            format!("/api/threads/{busiest}?{way}={at}")
        });
        table.row(
            &format!("the longest conversation, {way} an entry"),
            deep.await,
        );
    }
    let all = desk.each(|round| {
        let at = &begins[round % begins.len()];
        format!("/api/threads/{busiest}?limit=200&before={at}")
    });
    table.row("the longest conversation, 200 entries", all.await);
}

/// The thread with the most entries of those that were active last.
async fn busiest(desk: &Desk, ids: &[&str]) -> String {
    let mut found = (String::new(), String::new());
    for id in ids {
        // The less far one page of 200 reaches back, the more there are.
        let page = desk.get(&format!("/api/threads/{id}?limit=200")).await;
        match page["older"].as_str() {
            Some(oldest) if *oldest > *found.1 => found = ((*id).to_owned(), oldest.to_owned()),
            _ => {}
        }
    }
    found.0
}

async fn contacts(desk: &Desk, table: &mut Table) {
    let first = desk.each(|_| "/api/contacts".to_owned()).await;
    table.row("contacts", first);
    let begins = desk.pages("/api/contacts?limit=200", "next", 60).await;
    let deep = desk.each(|round| format!("/api/contacts?before={}", begins[round % begins.len()]));
    table.row("contacts, deep pages", deep.await);
    let number = desk.each(|round| format!("/api/contacts?q={}", 120_000 + round * 37));
    table.row("contacts by a part of a number", number.await);
    let name = desk.each(|round| format!("/api/contacts?q={}", word(round * 7)));
    table.row("contacts by a name", name.await);
    let letters = desk.each(|round| format!("/api/contacts?q={}", &word(round)[..2]));
    table.row("contacts by two letters", letters.await);
    let nobody = desk.each(|_| "/api/contacts?q=qq".to_owned()).await;
    table.row("contacts by two letters, nobody", nobody);
    let blocked = desk.each(|_| "/api/contacts?blocked=true".to_owned()).await;
    table.row("contacts that are blocked", blocked);
}

async fn searches(desk: &Desk, table: &mut Table) {
    let mut search = async |name: &str, text: &mut dyn FnMut(usize) -> String| {
        let took = desk.each(|round| format!("/api/search?q={}", text(round)));
        table.row(&format!("search, {name}"), took.await);
    };
    let mut random = Random::new(7);
    let mut any_word = || word(skewed(&mut random, 5000));
    search("a frequent word", &mut |round| word(round % 20)).await;
    search("a rare word", &mut |round| word(4000 + round)).await;
    search("an unknown word", &mut |_| "nothinglikeit".to_owned()).await;
    search("two words", &mut |_| {
        format!("{}%20{}", any_word(), any_word())
    })
    .await;
    search("two rare words", &mut |round| {
        format!("{}%20{}", word(4900 + round % 90), word(4800 + round % 80))
    })
    .await;
    search("three letters", &mut |round| word(round)[..3].to_owned()).await;
    search("a part of a number", &mut |round| {
        (120_000 + round * 37).to_string()
    })
    .await;
    let mut deep = Vec::new();
    for number in 0..3 {
        let path = format!("/api/search?limit=200&q={}", word(number));
        deep.push((number, desk.pages(&path, "next", 60).await));
    }
    let took = desk.each(|round| {
        let (number, begins) = &deep[round % deep.len()];
        let before = &begins[round % begins.len()];
        format!("/api/search?q={}&before={before}", word(*number))
    });
    table.row("search, a frequent word, deep pages", took.await);
}

async fn calls(desk: &Desk, table: &mut Table) {
    for (name, filter) in [
        ("calls", ""),
        ("calls that came in", "&direction=inbound"),
        ("calls that were missed", "&missed=true"),
        ("calls with a message", "&voicemail=true"),
        ("calls that were not missed", "&missed=false"),
    ] {
        let first = desk.each(|_| format!("/api/calls?limit=50{filter}")).await;
        table.row(name, first);
    }
    let begins = desk.pages("/api/calls?limit=200", "next", 60).await;
    let deep = desk.each(|round| format!("/api/calls?before={}", begins[round % begins.len()]));
    table.row("calls, deep pages", deep.await);
    let none = "/api/calls?direction=outbound&missed=true";
    let none = desk.each(|_| none.to_owned()).await;
    table.row("calls, a filter that nothing fits", none);
    let messages = desk.each(|_| "/api/messages".to_owned()).await;
    table.row("messages", messages);
}

async fn notifications(desk: &Desk, done: &Desk, table: &mut Table) {
    let first = desk.each(|_| "/api/me/notifications".to_owned()).await;
    table.row("notifications", first);
    let path = "/api/me/notifications?limit=200";
    let begins = desk.pages(path, "next", 60).await;
    let deep = desk.each(|round| {
        let before = &begins[round % begins.len()];
        format!("/api/me/notifications?before={before}")
    });
    table.row("notifications, deep pages", deep.await);
    let unread = desk.each(|_| "/api/me/notifications?unread=true".to_owned());
    table.row("notifications, unread", unread.await);
    for (name, desk) in [("what is unread", desk), ("what is unread, all read", done)] {
        let took = desk.each(|_| "/api/me/unread".to_owned()).await;
        table.row(name, took);
    }
}
