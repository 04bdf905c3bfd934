use std::time::Duration;

use super::{ACCOUNT, LINE, server::Server};
use crate::simulate::{
    Client,
    demo::{Pauses, Stories, play},
};

#[tokio::test]
async fn stories_are_played_until_nobody_listens() {
    let server = Server::friendly().await;
    let client = Client::new(server.target());
    let pauses = Pauses {
        stories: Duration::ZERO..=Duration::from_millis(1),
        steps: Duration::ZERO,
    };
    let (told, mut listener) = tokio::sync::mpsc::unbounded_channel();
    let playing = play(
        &client,
        Stories::new(ACCOUNT, LINE, 3),
        pauses,
        |story, answers| {
            assert!(answers.iter().all(|answer| answer.outcome.is_success()));
            assert_eq!(answers.len(), story.scenario().steps.len());
            let _ = told.send(answers.len());
        },
    );
    let listening = async {
        let mut requests = 0;
        for _ in 0..20 {
            requests += listener.recv().await.unwrap();
        }
        requests
    };
    let requests = tokio::select! {
        never = playing => match never {},
        requests = listening => requests,
    };
    let received = server.received();
    assert!(received.len() >= requests && requests >= 20);
    assert!(
        received
            .iter()
            .all(|request| request.is_signed_for(&server.url))
    );
}
