//! Chromium, started for a story and ended with it.

use std::{fs, panic::AssertUnwindSafe, path::PathBuf};

use fantoccini::ClientBuilder;
use futures_util::FutureExt as _;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use twilio_hooks_tests::{chromium, official::target_directory};

use crate::page::Page;

/// How many browsers run at a time; a server is beside each.
static BROWSERS: Semaphore = Semaphore::const_new(2);

/// Runs a story in a browser, which ends with it, also when it fails: then a picture and
/// the log of the browser are left.
pub(crate) async fn run(name: &str, url: &str, story: impl AsyncFnOnce(&Page)) {
    let _turn = BROWSERS.acquire().await.unwrap();
    let page = open(url).await;
    let result = AssertUnwindSafe(story(&page)).catch_unwind().await;
    if let Err(panic) = result {
        page.screenshot(&format!("failed-{name}")).await;
        let log = page.log().await;
        page.client.close().await.unwrap();
        let file = screenshots().join(format!("failed-{name}.log"));
        fs::write(file, format!("{log:#?}")).unwrap();
        std::panic::resume_unwind(panic);
    }
    page.client.close().await.unwrap();
}

/// A browser of its own, with nothing kept from others.
pub(crate) async fn open(url: &str) -> Page {
    let driver = tokio::task::spawn_blocking(chromium::driver).await.unwrap();
    let mut args = vec![
        "--headless=new",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--mute-audio",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-extensions",
        "--lang=en-US",
        "--window-size=1280,860",
        // Nothing outside is ever asked.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ];
    if is_root() {
        args.push("--no-sandbox");
    }
    let capabilities = json!({
        "goog:chromeOptions": { "binary": driver.browser, "args": args },
        "goog:loggingPrefs": { "browser": "ALL" },
    });
    let Value::Object(capabilities) = capabilities else {
        unreachable!("it is an object")
    };
    let client = ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities)
        .connect(&driver.url)
        .await
        .unwrap();
    Page::new(client, &driver.url, url.to_owned()).await
}

fn is_root() -> bool {
    let id = std::process::Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

/// Where pictures of pages go.
pub(crate) fn screenshots() -> PathBuf {
    let directory = target_directory().join("screenshots");
    fs::create_dir_all(&directory).unwrap();
    directory
}
