//! What comes as JSON: webhooks with such a body, and the messages of WebSockets.

use std::hint::black_box;

use twilio_hooks::{
    webhook::json::{
        AssistantResponse, CopilotNote, EventBatch, IntelligenceTranscript, JsonWebhook, LinkClick,
        PortingEvent, VerifyEvent,
    },
    websocket::{conversation_relay::RelayMessage, media_streams::StreamMessage},
};

use crate::limits::bounded;

/// Takes the input as a webhook of each kind, and as a message of each kind of socket.
pub fn json(input: &[u8]) {
    bounded(input, 512, || {
        webhook::<AssistantResponse>(input);
        webhook::<CopilotNote>(input);
        webhook::<EventBatch>(input);
        webhook::<IntelligenceTranscript>(input);
        webhook::<LinkClick>(input);
        webhook::<PortingEvent>(input);
        webhook::<VerifyEvent>(input);
    });
    bounded(input, 512, || {
        if let Ok(message) = StreamMessage::from_json(input) {
            let _ = black_box(format!("{message:?}"));
        }
        if let Ok(message) = RelayMessage::from_json(input) {
            let _ = black_box(format!("{message:?}"));
        }
    });
}

fn webhook<W: JsonWebhook>(input: &[u8]) {
    if let Ok(webhook) = W::from_json(input) {
        let _ = black_box(format!("{webhook:?}"));
    }
}
