//! [`Desk`]: somebody who looks at lists.

use std::time::{Duration, Instant};

use http::{HeaderName, HeaderValue, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    seed::{PASSWORD, PUBLIC_URL, TOKEN},
    server::Server,
    setting,
};

/// Somebody who is signed in, or a program. Connections stay open.
#[derive(Clone)]
pub(crate) struct Desk {
    client: Client<HttpConnector, String>,
    address: String,
    credential: (HeaderName, HeaderValue),
}

impl Desk {
    /// A program of the large company.
    pub(crate) fn of_program(server: &Server) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let token = format!("Bearer {TOKEN}").parse().unwrap();
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            address: server.address.clone(),
            credential: (header::AUTHORIZATION, token),
        }
    }

    /// A person of the large company.
    pub(crate) async fn of_person(server: &Server, email: &str) -> Self {
        let mut desk = Self::of_program(server);
        let body = json!({ "email": email, "password": PASSWORD });
        let request = Request::post(format!("http://{}/api/session", desk.address))
            .header(header::ORIGIN, PUBLIC_URL)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string())
            .unwrap();
        let answer = desk.client.request(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().parse().unwrap();
        desk.credential = (header::COOKIE, cookie);
        desk
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.timed(path).await.0
    }

    /// What is there, and how long it took until all of it was here. The server takes so many requests a
    /// minute of one caller: then this one waits, and asks again.
    pub(crate) async fn timed(&self, path: &str) -> (Value, Duration) {
        loop {
            let (name, value) = &self.credential;
            let request = Request::get(format!("http://{}{path}", self.address))
                .header(name, value)
                .body(String::new())
                .unwrap();
            let start = Instant::now();
            let answer = self.client.request(request).await.unwrap();
            let (parts, body) = answer.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let took = start.elapsed();
            if parts.status == StatusCode::TOO_MANY_REQUESTS {
                let seconds = parts.headers[header::RETRY_AFTER].to_str().unwrap();
                sleep(Duration::from_secs(seconds.parse().unwrap())).await;
                continue;
            }
            assert_eq!(parts.status, StatusCode::OK, "{path}");
            return (serde_json::from_slice(&body).unwrap(), took);
        }
    }

    /// Each round's path, one after the other.
    pub(crate) async fn each(&self, mut path: impl FnMut(usize) -> String) -> Vec<Duration> {
        let mut took = Vec::new();
        for round in 0..rounds() {
            took.push(self.timed(&path(round)).await.1);
        }
        took
    }

    /// Where the pages of a list begin, to its end or up to so many; `next` is what the list calls it.
    pub(crate) async fn pages(&self, path: &str, next: &str, most: usize) -> Vec<String> {
        let mut begins = Vec::new();
        let mut page = self.get(path).await;
        while begins.len() < most {
            let begin = match &page[next] {
                Value::Null => break,
                Value::String(begin) => begin.clone(),
                begin => begin.to_string(),
            };
            page = self.get(&format!("{path}&before={begin}")).await;
            begins.push(begin);
        }
        begins
    }
}

fn rounds() -> usize {
    setting("BENCH_ROUNDS", 200) as usize
}
