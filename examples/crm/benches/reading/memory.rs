//! What `crm serve` needs, with open WebSockets and people who look at lists.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use futures_util::StreamExt as _;
use http::header;
use tokio::{net::TcpStream, task::JoinSet};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};
use twilio_hooks::testing::SignedRequest;
use twilio_hooks_tests::TempDir;

use crate::{
    seed::{ACCOUNT, AUTH_TOKEN, LINE, PUBLIC_URL, Seeded, TOKEN, word},
    setting,
};

/// How many clients listen.
const LISTENERS: u32 = 200;

/// What the server may need, in kB.
const LIMIT: u64 = 100_000;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) async fn measure(seeded: &Seeded) {
    let directory = TempDir::new();
    let config = directory.path().join("crm.toml");
    fs::write(&config, &seeded.toml).unwrap();
    let (mut server, address) = start(&config);
    let at_start = resident(&server);
    let mut sockets = Vec::new();
    for _ in 0..setting("BENCH_LISTENERS", LISTENERS) {
        sockets.push(listen(&address).await);
    }
    let with_listeners = resident(&server);
    look_around(&address).await;
    let after_lists = resident(&server);
    let heard = write(&address, &mut sockets).await;
    let (now, most) = (resident(&server), field(&server, "VmHWM"));
    println!("resident memory of `crm serve`, in kB");
    println!("  at the start                     {at_start:>8}");
    println!("  with {LISTENERS} WebSockets              {with_listeners:>8}");
    println!("  after lists and searches         {after_lists:>8}");
    println!("  after messages, {heard:>6} frames    {now:>8}");
    println!("  at most                          {most:>8}");
    let verdict = if most < LIMIT {
        "is below"
    } else {
        "is not below"
    };
    println!("  which {verdict} {LIMIT}");
    server.kill().unwrap();
    server.wait().unwrap();
}

fn start(config: &std::path::Path) -> (Child, String) {
    let mut server = Command::new(env!("CARGO_BIN_EXE_crm"))
        .args(["serve", "--listen", "127.0.0.1:0", "--config"])
        .arg(config)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let address = line.rsplit_once("//").unwrap().1.to_owned();
    (server, address)
}

fn resident(server: &Child) -> u64 {
    field(server, "VmRSS")
}

fn field(server: &Child, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

async fn listen(address: &str) -> Socket {
    let mut request = format!("ws://{address}/api/live")
        .into_client_request()
        .unwrap();
    let token = format!("Bearer {TOKEN}").parse().unwrap();
    request.headers_mut().insert(header::AUTHORIZATION, token);
    connect_async(request).await.unwrap().0
}

/// Eight people at once.
async fn look_around(address: &str) {
    let threads = get(address, "/api/threads?limit=200").await;
    let threads: serde_json::Value = serde_json::from_str(&threads).unwrap();
    let ids: Vec<String> = threads["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["contact_id"].as_str().unwrap().to_owned())
        .collect();
    let mut people = JoinSet::new();
    for person in 0..8 {
        let (address, ids) = (address.to_owned(), ids.clone());
        people.spawn(async move {
            for round in 0..100 {
                let number = person * 100 + round;
                for path in [
                    "/api/threads".to_owned(),
                    format!("/api/threads/{}?limit=200", ids[number % ids.len()]),
                    format!("/api/search?q={}", word(number)),
                    format!("/api/contacts?q={}", 250_000 + number * 37),
                ] {
                    get(&address, &path).await;
                }
            }
        });
    }
    while let Some(done) = people.join_next().await {
        done.unwrap();
    }
}

async fn get(address: &str, path: &str) -> String {
    let request = http::Request::get(format!("http://{address}{path}"))
        .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
        .body(String::new())
        .unwrap();
    let (status, body) = send(request).await;
    assert_eq!(status, 200, "{path}");
    body
}

async fn send(request: http::Request<String>) -> (u16, String) {
    use http_body_util::BodyExt as _;
    use hyper_util::{client::legacy::Client, rt::TokioExecutor};
    let client = Client::builder(TokioExecutor::new()).build_http::<String>();
    let answer = client.request(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// Texts from the busiest contacts, and what all listeners hear of them.
async fn write(address: &str, sockets: &mut [Socket]) -> usize {
    const TEXTS: usize = 100;
    let run = uuid::Uuid::now_v7().as_u128();
    for number in 0..TEXTS {
        let sid = format!("SM{:032x}", run.wrapping_add(number as u128));
        let request = SignedRequest::post(format!("{PUBLIC_URL}/api/webhooks/twilio/sms/incoming"))
            .param("AccountSid", ACCOUNT)
            .param("MessageSid", &sid)
            .param("From", "+12025550143")
            .param("To", LINE)
            .param("Body", "Hello from the benchmark")
            .sign(AUTH_TOKEN);
        let (mut parts, body) = request.into_parts();
        parts.uri = format!("http://{address}/api/webhooks/twilio/sms/incoming")
            .parse()
            .unwrap();
        let body = String::from_utf8(body.into()).unwrap();
        let (status, _) = send(http::Request::from_parts(parts, body)).await;
        assert_eq!(status, 200);
    }
    let mut heard = 0;
    for socket in sockets {
        for _ in 0..TEXTS {
            let next = tokio::time::timeout(Duration::from_secs(10), socket.next()).await;
            if let Ok(Some(Ok(Message::Text(_)))) = next {
                heard += 1;
            }
        }
    }
    heard
}
