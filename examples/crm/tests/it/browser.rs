//! Somebody with a browser: a cookie, and pages of our own.

use axum::body::Body;
use crm::people::{NewUser, Password, Role, User};
use http::{Request, header, request::Builder};
use serde_json::{Value, json};
use twilio_hooks::CompanyId;

use crate::support::{Answer, Crm, PUBLIC_URL};

pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct Browser<'a> {
    crm: &'a Crm,
    /// What it sends as `Cookie`.
    pub(crate) cookie: String,
}

impl<'a> Browser<'a> {
    pub(crate) async fn sign_in(crm: &'a Crm, email: &str) -> Self {
        Self::sign_in_with(crm, email, PASSWORD).await
    }

    pub(crate) async fn sign_in_with(crm: &'a Crm, email: &str, password: &str) -> Self {
        let answer = crm.log_in(email, password).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        Self {
            crm,
            cookie: cookie_of(&answer),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path), None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Request::post(path), Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Request::put(path), Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Request::patch(path), Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Request::delete(path), None).await
    }

    pub(crate) async fn send(&self, request: Builder, body: Option<&Value>) -> Answer {
        let request = request
            .header(header::COOKIE, &self.cookie)
            .header(header::ORIGIN, &self.crm.config.public_url)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.map(Value::to_string).unwrap_or_default()))
            .unwrap();
        self.crm.send(request).await
    }
}

/// The `name=value` of the cookie that an answer sets.
pub(crate) fn cookie_of(answer: &Answer) -> String {
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

impl Crm {
    pub(crate) async fn company(&self, name: &str) -> CompanyId {
        let companies = self.state.database.settings.companies().await.unwrap();
        let company = companies.iter().find(|company| company.name == name);
        company.unwrap().id
    }

    /// Somebody who can sign in with [`PASSWORD`].
    pub(crate) async fn add_person(&self, company: &str, email: &str, role: Role) -> User {
        let company = self.company(company).await;
        let new = NewUser {
            email: email.to_owned(),
            name: None,
            role,
        };
        let password = Some(Password::new(PASSWORD));
        let added = self.state.people.add_user(company, &new, password).await;
        added.unwrap().0
    }

    /// A token of a program in this role.
    pub(crate) async fn token(&self, configured: &str, role: Role) -> String {
        let body = json!({ "name": role.as_str(), "role": role });
        let answer = self.post(configured, "/api/tokens", &body).await;
        let token = answer.json_with(201);
        token["secret"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Answer {
        let mut request = login(email, password);
        let origin = self.config.public_url.parse().unwrap();
        request.headers_mut().insert(header::ORIGIN, origin);
        self.send(request).await
    }
}

pub(crate) fn login(email: &str, password: &str) -> Request<Body> {
    let body = json!({ "email": email, "password": password });
    Request::post("/api/session")
        .header(header::ORIGIN, PUBLIC_URL)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}
