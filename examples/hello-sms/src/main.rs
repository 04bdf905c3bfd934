//! Answers every text message. Run it with the two facts from Twilio's console, and the address
//! under which Twilio reaches it:
//!
//! ```sh
//! TWILIO_ACCOUNT_SID=AC… TWILIO_AUTH_TOKEN=… PUBLIC_URL=https://hooks.example.com \
//!     cargo run -p hello-sms
//! ```

use std::{env::var, error::Error};

use axum::Router;
use twilio_hooks::{
    Hooks, Received,
    signature::{AuthTokens, PublicUrl, ValidateSignatureLayer},
    store::MemoryStore,
    twiml::{Message, MessagingResponse},
    webhook::IncomingMessage,
};
use twilio_hooks_axum::Webhooks;

async fn reply(message: Received<IncomingMessage>) -> MessagingResponse {
    MessagingResponse::new().with(Message::new(format!("You said: {}", message.webhook.body)))
}

fn app(url: &str, account: &str, token: &str) -> Result<Router, Box<dyn Error>> {
    let tokens = AuthTokens::single(account, token);
    let layer = ValidateSignatureLayer::new(PublicUrl::fixed(url)?, tokens);
    Ok(Webhooks::new(Hooks::new(MemoryStore::new()).on_message(reply), layer).into_router())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = app(
        &var("PUBLIC_URL")?,
        &var("TWILIO_ACCOUNT_SID")?,
        &var("TWILIO_AUTH_TOKEN")?,
    )?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app).await?)
}

#[cfg(test)]
mod tests;
