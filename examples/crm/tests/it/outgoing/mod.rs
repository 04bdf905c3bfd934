//! Texts that we send, from the request to the last report.

mod answers;
mod channel;
mod given_away;
mod limits;
mod media;
mod rules;
mod rush;
mod sending;
mod unknown;

use axum::body::Body;
use http::{Request, header};
use jiff::SignedDuration;
use serde_json::{Value, json};
use twilio_hooks::{
    CompanyId, LineId,
    store::{Line, Lines as _},
};
use uuid::Uuid;

use crate::support::{ALPHA, Answer, Crm};

/// Somebody else than `SENDER`.
const OTHER: &str = "+12025550144";
const THIRD: &str = "+12025550145";

impl Crm {
    /// Lets Twilio's clock show what ours does, whose messages are found by their time.
    pub(crate) async fn same_time(&self) {
        let ahead = self.clock.now().duration_since(self.fake().now());
        let deliveries = self.fake().advance(ahead.try_into().unwrap()).await;
        assert!(deliveries.is_empty());
    }

    /// Lets the time go on, here and at Twilio; what Twilio reports meanwhile gets lost.
    async fn wait(&self, seconds: i64) {
        let time = SignedDuration::from_secs(seconds);
        self.clock.advance(time);
        self.fake().advance(time.try_into().unwrap()).await;
    }

    pub(crate) async fn post_with_key(&self, key: &str, token: &str, body: &Value) -> Answer {
        let request = Request::post("/api/messages")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", key)
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }

    /// Asks for a text.
    async fn ask(&self, body: &Value) -> Answer {
        self.post_with_key(&Uuid::new_v4().to_string(), ALPHA, body)
            .await
    }

    /// Asks for a text, and gives its id.
    pub(crate) async fn want(&self, to: &str, body: &str) -> String {
        let message = self.ask(&json!({"to": to, "body": body})).await;
        let message = message.json_with(201);
        assert_eq!(message["status"], "queued");
        message["id"].as_str().unwrap().to_owned()
    }

    async fn message(&self, id: &str) -> Value {
        self.get(ALPHA, &format!("/api/messages/{id}")).await.json()
    }

    async fn act(&self, token: &str, id: &str, what: &str) -> Answer {
        self.request("POST", token, &format!("/api/messages/{id}/{what}"), None)
            .await
    }

    async fn configure(&self, body: &Value) -> Value {
        self.patch(ALPHA, "/api/settings/messaging", body)
            .await
            .json()
    }

    /// The bodies of the messages that Twilio has, oldest first.
    pub(crate) fn sent(&self) -> Vec<String> {
        let messages = self.fake().messages();
        messages
            .into_iter()
            .map(|message| message.body.unwrap_or_default())
            .collect()
    }

    pub(crate) async fn alpha(&self) -> CompanyId {
        let companies = self.state.database.settings.companies().await.unwrap();
        companies
            .iter()
            .find(|company| company.name == "Alpha")
            .unwrap()
            .id
    }

    /// Gives Alpha one more line.
    async fn add_line(&self, account: &str, address: &str) -> LineId {
        let line = Line::new(
            LineId::at(self.clock.now()),
            account,
            address,
            self.alpha().await,
        );
        self.state.database.lines.put_line(&line).await.unwrap();
        line.id
    }

    /// The notifications of Alpha, in order: type and title.
    async fn told(&self) -> Vec<(String, String)> {
        self.deliver().await;
        let items = self.get(ALPHA, "/api/notifications").await.items();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        items
            .iter()
            .map(|item| (text(&item["type"]), text(&item["title"])))
            .collect()
    }
}
