use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use twilio_hooks::testing::SignedRequest;

use super::*;

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// Sends a call that was signed with `token` to a server of its own; gives the whole answer.
async fn call(token: &str) -> String {
    let layer = ValidateSignatureLayer::new(
        PublicUrl::fixed("https://hooks.example.com").unwrap(),
        AuthTokens::single(ACCOUNT, TOKEN),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        serve(listener, layer)
            .await
            .map_err(|error| error.to_string())
    });

    let request = SignedRequest::post("https://hooks.example.com/voice")
        .param("AccountSid", ACCOUNT)
        .param("CallSid", "CA00000000000000000000000000000001")
        .param("From", "+12025550143")
        .param("To", "+12025550187")
        .param("FromCity", "OAKLAND")
        .sign(token);
    let (parts, body) = request.into_parts();
    let mut text = format!(
        "POST /voice HTTP/1.1\r\ncontent-length: {}\r\nconnection: close\r\n",
        body.len()
    );
    for (name, value) in &parts.headers {
        text += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(format!("{text}\r\n").as_bytes())
        .await
        .unwrap();
    stream.write_all(&body).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_caller_is_greeted() {
    let answer = call(TOKEN).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(
        answer.ends_with("<Say>Hello, caller from OAKLAND.</Say></Response>"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_stranger_is_refused() {
    let answer = call("another token").await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
}
