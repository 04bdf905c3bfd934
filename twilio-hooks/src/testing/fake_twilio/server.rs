//! The two HTTP servers of the fake: the API, and the store of files.

use std::{
    convert::Infallible,
    future::{Future, pending},
    io,
    sync::Arc,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, task::JoinSet};

use super::{
    RecordedRequest, Shared,
    answer::{Answer, refusal},
    fault::Course,
    routes::ApiCall,
    storage,
    table::http_date,
};
use crate::Params;

/// Twilio takes far less.
const BODY_LIMIT: usize = 1024 * 1024;

/// Accepts connections until the task is aborted; its connections end with it.
pub(super) async fn serve<F, Fut>(listener: TcpListener, answer: F)
where
    F: Fn(Request<Incoming>) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = io::Result<Response<Full<Bytes>>>> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let service = service_fn(answer.clone());
                let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                // A client that goes away is no failure of the server.
                connections.spawn(async move { drop(connection.await) });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

pub(super) async fn api(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> io::Result<Response<Full<Bytes>>> {
    let request = record(request).await?;
    let said_date;
    let course = {
        let mut state = shared.lock();
        said_date = state.said_date;
        state.requests.push(request.clone());
        let fault = state.next_fault(&request.path);
        let handle = || {
            if !shared.is_authorized(&request.headers) {
                return refusal(
                    StatusCode::UNAUTHORIZED,
                    20003,
                    "The credentials are wrong.",
                )
                .with(
                    header::WWW_AUTHENTICATE,
                    r#"Basic realm="Twilio API""#.to_owned(),
                );
            }
            state.handle(ApiCall {
                method: request.method,
                path: request.path,
                query: request.query,
                form: request.form,
                account_sid: String::new(),
            })
        };
        match fault {
            Some(fault) => fault.course(handle),
            None => Course::Answer(handle()),
        }
    };
    match course {
        Course::Answer(answer) => Ok(match said_date {
            Some(date) => answer.with(header::DATE, http_date(date)),
            None => answer,
        }
        .into_response()),
        Course::Close => Err(io::ErrorKind::ConnectionAborted.into()),
        Course::Hang => Ok(pending::<Result<_, Infallible>>()
            .await
            .unwrap_or_else(|never| match never {})),
    }
}

pub(super) async fn store(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> io::Result<Response<Full<Bytes>>> {
    let request = record(request).await?;
    let mut state = shared.lock();
    state.storage_requests.push(request.clone());
    let signed = request.query.get("signature") == Some("made-up");
    let answer = if request.method == Method::GET && signed {
        storage::serve(
            state.files.get(request.path.trim_start_matches('/')),
            &request.headers,
        )
    } else {
        Answer::empty(StatusCode::FORBIDDEN)
    };
    Ok(answer.into_response())
}

async fn record(request: Request<Incoming>) -> io::Result<RecordedRequest> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, BODY_LIMIT).collect().await;
    let body = body
        .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?
        .to_bytes();
    let mut headers = head.headers;
    if let Some(authorization) = headers.get_mut(header::AUTHORIZATION) {
        authorization.set_sensitive(true);
    }
    Ok(RecordedRequest {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: Params::from_form(head.uri.query().unwrap_or_default().as_bytes()),
        form: Params::from_form(&body),
        headers,
    })
}

impl Shared {
    fn is_authorized(&self, headers: &HeaderMap) -> bool {
        let pair = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Basic "))
            .and_then(|encoded| BASE64_STANDARD.decode(encoded).ok())
            .and_then(|pair| String::from_utf8(pair).ok());
        pair.as_deref()
            .and_then(|pair| pair.split_once(':'))
            .is_some_and(|(user, secret)| {
                self.secrets
                    .iter()
                    .any(|(known, right)| *known == user && *right == secret)
            })
    }
}
