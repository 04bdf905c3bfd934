//! What can be tried, as lines to copy. Only what the API has is told of.

use std::env;

use twilio_hooks::store::PageRequest;

use super::{Demo, LINE, cast::Person, set_up::OWNER};

impl Demo {
    /// What is there and what can be done with it, as text for a terminal.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn welcome(&self) -> anyhow::Result<String> {
        let url = self.url();
        let token = &self.api_token;
        let document = crate::api::document();
        let is_there = |method: &str, path: &str| document["paths"][path].get(method).is_some();
        let read = |path: &str| format!("  curl -H 'Authorization: Bearer {token}' {url}{path}\n");
        let send = |path: &str, body: &str| {
            format!(
                "  curl -X POST {url}{path} -H 'Authorization: Bearer {token}' -H \"Idempotency-Key: \
                 $(date +%s)\" -H 'Content-Type: application/json' -d '{body}'\n"
            )
        };
        let mut text = format!(
            "A CRM with made-up people is running at {url}; Ctrl-C ends it. Twilio is made up too.\n\n\
             Open {url}/ in a browser, and sign in as {OWNER} with the password {}\n\n{}\
             In another terminal, look at the newest messages, contacts and calls, and at all that \
             happened:\n\n",
            self.password,
            story(),
        );
        for path in ["messages", "contacts", "calls", "notifications"] {
            text += &read(&format!("/api/{path}"));
        }
        let (maya, tom) = (Person::Maya, Person::Tom);
        if is_there("post", "/api/messages") {
            let body = format!(r#"{{"to": "{}", "body": "Hello!"}}"#, maya.number());
            text += &format!("\nText {}, who will answer:\n\n", maya.name());
            text += &send("/api/messages", &body);
        }
        if is_there("post", "/api/calls") {
            let user = self.owner;
            let body = format!(r#"{{"to": "{}", "user_id": "{user}"}}"#, tom.number());
            text += &format!("\nCall {} from your mobile:\n\n", tom.name());
            text += &send("/api/calls", &body);
        }
        if is_there("get", "/api/recordings/{id}/audio")
            && let Some(id) = self.recording().await?
        {
            text += "\nListen to a message that a caller has left:\n\n";
            let path = format!("/api/recordings/{id}/audio");
            text += &read(&path).replace('\n', " -o message.mp3\n");
        }
        if is_there("post", "/api/session") {
            text += &format!(
                "\nSign in by a program:\n\n  curl -c cookies -X POST \
                 {url}/api/session -H 'Content-Type: application/json' -d '{{\"email\": \"{OWNER}\", \
                 \"password\": \"{}\"}}'\n",
                self.password
            );
        }
        if is_there("get", "/api/docs/") {
            text += &format!("\nAll of the API, to be tried in a browser:\n\n  {url}/api/docs/\n");
        }
        text += &self.live_lines();
        text += &self.simulate_line();
        text += "\nThis is what happens:\n\n";
        Ok(text)
    }

    fn live_lines(&self) -> String {
        let (socket, token) = (self.url().replacen("http", "ws", 1), &self.api_token);
        format!(
            "\nHear it live, in a terminal or in the console of a browser:\n\n  websocat -H \
             'Authorization: Bearer {token}' {socket}/api/live\n  new WebSocket('{socket}/api/live', \
             ['crm', 'bearer.{token}']).onmessage = (event) => console.log(event.data)\n"
        )
    }

    fn simulate_line(&self) -> String {
        let crm = env::args().next().unwrap_or_else(|| "crm".to_owned());
        format!(
            "\nText the company yourself, as Twilio would hand it over:\n\n  {crm} simulate sms --url \
             {} --account-sid {} --auth-token '{}' --to {LINE} --body 'Hello!'\n",
            self.url(),
            self.fake.account_sid(),
            self.fake.auth_token(),
        )
    }

    /// A recording of the days before.
    async fn recording(&self) -> anyhow::Result<Option<String>> {
        let directory = &self.state.database.directory;
        let calls = directory
            .calls(self.company, PageRequest::newest(50))
            .await?;
        for call in calls.items {
            let recordings = directory.recordings(self.company, call.id).await?;
            if let Some(recording) = recordings.first() {
                return Ok(Some(recording.id.to_string()));
            }
        }
        Ok(None)
    }
}

/// What goes on, in a few words.
fn story() -> String {
    format!(
        "The company has one number, {LINE}. Who calls it and presses 1 reaches Robin Berg, on the mobile \
         or in the office;\nthe talk is recorded. Who reaches nobody leaves a message, or hangs up and is \
         called back. People write, too, and Robin\nwrites to them. {} has a phone that is off and {} a \
         landline, so texts to them fail; {} does not want any.\n\n",
        Person::Jonas.name(),
        Person::Sam.name(),
        Person::Chloe.name(),
    )
}
