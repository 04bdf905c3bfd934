//! People: members of a company, how they come in, what ends that, and what is on the audit log.

mod audit;
mod first_run;
mod limits;
mod live;
mod members;
mod passwords;
mod sessions;
mod tokens;

use std::net::SocketAddr;

use axum::{body::Body, extract::ConnectInfo};
use http::Request;
use serde_json::{Value, json};

use crate::support::{Answer, Crm, PUBLIC_URL};

/// Invites somebody and gives the row and the one-time token.
async fn invite(crm: &Crm, token: &str, email: &str, role: &str) -> (Value, String) {
    let body = json!({ "email": email, "role": role });
    let invited = crm.post(token, "/api/users", &body).await.json_with(201);
    let secret = invited["invitation"]["token"].as_str().unwrap().to_owned();
    (invited["user"].clone(), secret)
}

/// Chooses a password with a one-time token.
async fn choose(crm: &Crm, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "password": password });
    crm.post("", "/api/password", &body).await
}

fn user_path(user: &Value) -> String {
    format!("/api/users/{}", user["id"].as_str().unwrap())
}

/// The request, as it comes from this address.
fn from(peer: &str, mut request: Request<Body>) -> Request<Body> {
    let peer: SocketAddr = peer.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

/// What the audit log of a company says, newest first: the action and the details.
async fn audit(crm: &Crm, token: &str) -> Vec<(String, Value)> {
    let entries = crm.get(token, "/api/audit?limit=200").await.items();
    let of = |entry: Value| {
        let action = entry["action"].as_str().unwrap().to_owned();
        (action, entry["details"].clone())
    };
    entries.into_iter().map(of).collect()
}

const ORIGIN: &str = PUBLIC_URL;
