//! What the fake answers: resources, errors, files.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use serde_json::{Map, Value, json};

/// An answer of the API; an error is one too.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(header::HeaderName, String)>,
    pub(super) body: Bytes,
}

impl Answer {
    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        Self {
            status,
            headers: vec![(header::CONTENT_TYPE, "application/json".to_owned())],
            body: body.to_string().into(),
        }
    }

    pub(super) fn ok(body: &Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    pub(super) fn created(body: &Value) -> Self {
        Self::json(StatusCode::CREATED, body)
    }

    pub(super) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    pub(super) fn with(mut self, name: header::HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Leaves fields out of a resource, or of all those in a list.
    pub(super) fn without(mut self, fields: &[&str]) -> Self {
        let Ok(mut body) = serde_json::from_slice::<Map<String, Value>>(&self.body) else {
            return self;
        };
        body.retain(|name, _| !fields.contains(&&**name));
        let lists = body.values_mut().filter_map(Value::as_array_mut);
        for row in lists.flatten().filter_map(Value::as_object_mut) {
            row.retain(|name, _| !fields.contains(&&**name));
        }
        self.body = Value::Object(body).to_string().into();
        self
    }

    pub(super) fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.body));
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// An error in the shape of Twilio's; the words are our own.
pub(super) type Refusal = Answer;

pub(super) fn refusal(status: StatusCode, code: u32, message: &str) -> Refusal {
    Answer::json(
        status,
        &json!({
            "code": code,
            "message": message,
            "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
            "status": status.as_u16(),
        }),
    )
}

pub(super) fn bad_request(code: u32, message: &str) -> Refusal {
    refusal(StatusCode::BAD_REQUEST, code, message)
}

pub(super) fn not_found(path: &str) -> Refusal {
    refusal(
        StatusCode::NOT_FOUND,
        20404,
        &format!("There is nothing at {path}."),
    )
}
