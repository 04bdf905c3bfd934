//! [`Page`]: what somebody does with a browser, and sees in it. It waits for what is to come, by
//! condition.

use std::{fs, time::Duration};

use bytes::Bytes;
use fantoccini::{
    Client, Locator,
    elements::Element,
    error::{CmdError, ErrorStatus},
};
use http::{Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{client::legacy, rt::TokioExecutor};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::chromium::screenshots;

/// How long something may take that is to happen. A machine may have a lot to do.
const PATIENCE: Duration = Duration::from_secs(20);

/// A tab.
pub(crate) struct Page {
    pub(crate) client: Client,
    /// Where the driver takes what the standard of drivers does not have.
    session: String,
    /// The server.
    url: String,
}

impl Page {
    pub(crate) async fn new(client: Client, driver: &str, url: String) -> Self {
        let id = client.session_id().await.unwrap().unwrap();
        let session = format!("{driver}/session/{id}");
        Self {
            client,
            session,
            url,
        }
    }

    pub(crate) async fn go(&self, path: &str) {
        let url = format!("{}{path}", self.url);
        self.client.goto(&url).await.unwrap();
    }

    /// Signs in, and waits for the start page to be live.
    pub(crate) async fn sign_in_with(&self, email: &str, password: &str) {
        self.go("/sign-in").await;
        self.fill("#email", email).await;
        self.fill("#password", password).await;
        self.click("button[type=submit]").await;
        self.is_live().await;
    }

    /// Waits until the page hears what happens.
    pub(crate) async fn is_live(&self) {
        self.see("body[data-live=open]").await;
    }

    /// Waits for an element.
    #[track_caller]
    pub(crate) fn see(&self, css: &str) -> impl Future<Output = Element> {
        self.until(format!("{css} to be seen"), async move || {
            let found = self.client.find(Locator::Css(css)).await.ok()?;
            found.is_displayed().await.ok()?.then_some(found)
        })
    }

    /// Waits until there is no such element, or nobody sees it.
    #[track_caller]
    pub(crate) fn see_no(&self, css: &str) -> impl Future<Output = ()> {
        self.until(format!("{css} to be gone"), async move || {
            for found in self.client.find_all(Locator::Css(css)).await.ok()? {
                if found.is_displayed().await.unwrap_or(false) {
                    return None;
                }
            }
            Some(())
        })
    }

    /// Waits until an element says this, in part.
    #[track_caller]
    pub(crate) fn read(&self, css: &str, text: &str) -> impl Future<Output = ()> {
        self.until(format!("{css} to say {text:?}"), async move || {
            let found = self.client.find(Locator::Css(css)).await.ok()?;
            found.text().await.ok()?.contains(text).then_some(())
        })
    }

    /// Waits until there are so many.
    #[track_caller]
    pub(crate) fn count(&self, css: &str, count: usize) -> impl Future<Output = ()> {
        self.until(format!("{count} times {css}"), async move || {
            let found = self.client.find_all(Locator::Css(css)).await.ok()?;
            (found.len() == count).then_some(())
        })
    }

    /// Waits until an expression of JavaScript is true.
    #[track_caller]
    pub(crate) fn holds(&self, expression: &str) -> impl Future<Output = ()> {
        self.until(format!("{expression} to hold"), async move || {
            (self.js(expression).await == json!(true)).then_some(())
        })
    }

    /// Waits until the address has this path, with its query.
    #[track_caller]
    pub(crate) fn is_at(&self, path: &str) -> impl Future<Output = ()> {
        self.until(format!("{path} to be the address"), async move || {
            let url = self.client.current_url().await.ok()?;
            let is = match url.query() {
                Some(query) => format!("{}?{query}", url.path()),
                None => url.path().to_owned(),
            };
            (is == path).then_some(())
        })
    }

    #[track_caller]
    fn until<T>(
        &self,
        what: String,
        mut look: impl AsyncFnMut() -> Option<T>,
    ) -> impl Future<Output = T> {
        let caller = std::panic::Location::caller();
        async move {
            let end = Instant::now() + PATIENCE;
            loop {
                if let Some(seen) = look().await {
                    return seen;
                }
                assert!(Instant::now() < end, "{caller}: waited for {what}");
                sleep(Duration::from_millis(25)).await;
            }
        }
    }

    /// Clicks on what is to be seen.
    #[track_caller]
    pub(crate) fn click(&self, css: &str) -> impl Future<Output = ()> {
        self.until(format!("{css} to be clicked"), async move || {
            there(self.see(css).await.click().await)
        })
    }

    /// Types into a field, which is empty then.
    #[track_caller]
    pub(crate) fn fill(&self, css: &str, text: &str) -> impl Future<Output = ()> {
        self.until(format!("{css} to be filled in"), async move || {
            let field = self.see(css).await;
            there(field.clear().await)?;
            there(field.send_keys(text).await)
        })
    }

    /// Types where the keyboard is.
    #[track_caller]
    pub(crate) fn press(&self, keys: &str) -> impl Future<Output = ()> {
        self.until("a key to be pressed".to_owned(), async move || {
            let element = self.client.active_element().await.unwrap();
            there(element.send_keys(keys).await)
        })
    }

    #[track_caller]
    pub(crate) fn text(&self, css: &str) -> impl Future<Output = String> {
        self.until(format!("{css} to be read"), async move || {
            there(self.see(css).await.text().await)
        })
    }

    pub(crate) async fn texts(&self, css: &str) -> Vec<String> {
        let script =
            "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText.trim())";
        let texts = self.client.execute(script, vec![json!(css)]).await.unwrap();
        serde_json::from_value(texts).unwrap()
    }

    /// The value of an expression of JavaScript.
    pub(crate) async fn js(&self, expression: &str) -> Value {
        let script = format!("return {expression}");
        self.client.execute(&script, vec![]).await.unwrap()
    }

    /// What the browser has complained about since it was asked last.
    pub(crate) async fn log(&self) -> Vec<Value> {
        let log = self.driver("se/log", &json!({ "type": "browser" })).await;
        log.as_array().unwrap().clone()
    }

    /// Expects that the browser has complained about nothing, scripts and styles that it refuses among
    /// them. Answers with an error status are in its log, too; these are expected ones.
    pub(crate) async fn has_no_complaints(&self) {
        let complaints: Vec<_> = self
            .log()
            .await
            .into_iter()
            .filter(|it| it["source"] != "network")
            .collect();
        assert!(complaints.is_empty(), "{complaints:#?}");
    }

    /// A window of this width, as on a phone.
    pub(crate) async fn resize(&self, width: u32, height: u32) {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await;
    }

    /// Colours as the visitor's computer has them.
    pub(crate) async fn prefer(&self, scheme: &str) {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": [feature] }),
        )
        .await;
    }

    pub(crate) async fn devtools(&self, method: &str, params: Value) -> Value {
        let command = json!({ "cmd": method, "params": params });
        self.driver("goog/cdp/execute", &command).await
    }

    async fn driver(&self, path: &str, body: &Value) -> Value {
        let client = legacy::Client::builder(TokioExecutor::new()).build_http();
        let request = Request::post(format!("{}/{path}", self.session))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body.to_string())))
            .unwrap();
        let answer = client.request(request).await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let answer: Value = serde_json::from_slice(&body).unwrap();
        answer["value"].clone()
    }

    pub(crate) async fn screenshot(&self, name: &str) {
        let picture = self.client.screenshot().await.unwrap();
        fs::write(screenshots().join(format!("{name}.png")), picture).unwrap();
    }
}

/// What came of touching an element; nothing, if the page has replaced it since it was found: then
/// nothing was done either, and whoever looks again finds the new one.
fn there<T>(done: Result<T, CmdError>) -> Option<T> {
    match done {
        Err(CmdError::Standard(error)) if error.error == ErrorStatus::StaleElementReference => None,
        done => Some(done.unwrap()),
    }
}
