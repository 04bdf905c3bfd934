//! A newcomer's first quarter of an hour: from a clone of the repository to a text that arrives in the open
//! page of a browser, by nothing but the commands of the READMEs. They are taken from there, out of the
//! blocks below `<!-- newcomer: … -->`, and run by a shell as they stand.
//!
//! The program is built in a target directory of the tests' own, as a release that is quickly built.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../browser/chromium.rs"]
mod chromium;
mod clone;
#[path = "../browser/page.rs"]
#[allow(dead_code, reason = "the tests of the pages use the rest")]
mod page;
mod terminal;

use std::net::{SocketAddr, TcpListener};

use twilio_hooks::testing::{FakeTwilio, OverHttp};

use crate::{clone::Clone, page::Page, terminal::Terminal};

const NUMBER: &str = "+12025550187";
const TEXT: &str = "Is anybody there?";

/// What is between two parts of a text; both must be there.
#[track_caller]
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let found = text.split_once(before);
    let (_, rest) = found.unwrap_or_else(|| panic!("{before:?} is not in {text}"));
    let found = rest.split_once(after);
    found
        .unwrap_or_else(|| panic!("{after:?} is not in {rest}"))
        .0
}

/// Whoever has no Twilio account looks at the demo, and writes a text to it.
#[tokio::test]
async fn a_newcomer_without_an_account_sees_a_text_arrive() {
    let clone = Clone::new();
    let commands = clone.block("README.md", "look");
    assert_eq!(commands, clone.block("examples/crm/README.md", "look"));
    let mut demo = Terminal::run(&clone, &commands, &[]);
    let open = demo.line("in a browser, and sign in as ").await;
    let url = between(&open, "Open ", "/ in a browser").to_owned();
    let email = between(&open, "sign in as ", " with").to_owned();
    let (_, password) = open.split_once("the password ").unwrap();
    let simulate = demo.line(" simulate sms ").await;
    chromium::run("newcomer_demo", &url, async |page: &Page| {
        page.go("/").await;
        page.is_at("/sign-in").await;
        page.sign_in_with(&email, password).await;
        page.is_at("/messages").await;
        page.click("[data-bell-button]").await;
        page.see(".notice").await;
        let write = simulate.replace("Hello!", TEXT);
        Terminal::run(&clone, &write, &[]).ends().await;
        // It is not alone: people write all the time, and this one gets an answer.
        let notice = format!("[...document.querySelectorAll('.notice a')].find(it => it.textContent.includes('{TEXT}'))");
        page.holds(&format!("!!{notice}")).await;
        page.js(&format!("({notice}.click(), true)")).await;
        page.read(".entry.is-found .body", TEXT).await;
        page.has_no_complaints().await;
    })
    .await;
}

/// Whoever has one sets the server up with it, and gets a text. The account is a fake at a port of this
/// machine, which counts in place of Twilio's address, and the server is called there where it listens.
#[tokio::test]
async fn a_newcomer_with_an_account_sees_a_text_arrive() {
    let fake = FakeTwilio::builder().live().start().await.unwrap();
    fake.add_number(NUMBER);
    let address = free_address();
    let url = format!("http://{address}");
    let clone = Clone::new();
    let commands = clone.block("examples/crm/README.md", "run");
    let email = between(&commands, "--email ", " ").to_owned();
    let password = between(&commands, "echo '", "' | crm user").to_owned();
    let mut own = commands.clone();
    for (sample, value) in [
        (
            "TWILIO_ACCOUNT_SID=AC…",
            format!("TWILIO_ACCOUNT_SID={}", fake.account_sid()),
        ),
        (
            "TWILIO_AUTH_TOKEN=…",
            format!("TWILIO_AUTH_TOKEN='{}'", fake.auth_token()),
        ),
        (
            "CRM_PUBLIC_URL=https://crm.example.com",
            format!("CRM_PUBLIC_URL={url}"),
        ),
    ] {
        assert_eq!(own.matches(sample).count(), 1, "{sample} in {own}");
        own = own.replace(sample, &value);
    }
    assert!(!own.contains('…'), "there is more to fill in: {own}");
    let (api, listen) = (fake.base_url(), address.to_string());
    let environment = [
        ("TWILIO_API_URL", api.as_str()),
        ("CRM_LISTEN", listen.as_str()),
    ];
    let mut server = Terminal::run(&clone, &own, &environment);
    server.line("listening on ").await;

    // Twilio sends texts to where the account says.
    let number = fake.phone_numbers().pop().unwrap();
    let webhook = number.sms_url.unwrap();
    assert!(webhook.starts_with(&url), "{webhook}");
    chromium::run("newcomer_account", &url, async |page: &Page| {
        page.go("/").await;
        page.sign_in_with(&email, &password).await;
        page.read(".threads", "Nobody has written or called yet.")
            .await;
        let mut friend = fake.texter(OverHttp::new(address), &webhook).to(NUMBER);
        friend.texts("Hello from my phone!").await.unwrap();
        page.read(
            ".thread:first-child .thread-preview",
            "Hello from my phone!",
        )
        .await;
        page.read("[data-bell-count]", "1").await;
        page.has_no_complaints().await;
    })
    .await;
}

/// Nobody listens there now.
fn free_address() -> SocketAddr {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap()
}
