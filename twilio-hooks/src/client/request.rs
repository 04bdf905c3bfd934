//! Requests to the API: what all resources share.

use std::{future::Future, time::Duration};

use bytes::Bytes;
use http::Method;
use serde_json::{Map, Value};
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    Attempt, Client, ClientError, ClientErrorKind,
    hosts::Product,
    macros::{FromObject, Pairs},
    retry::Repeat,
    transport::{Outgoing, collect, refusal},
};

/// One request to the API.
#[derive(Debug, Clone)]
pub(super) struct ApiRequest {
    pub(super) product: Product,
    pub(super) method: Method,
    pub(super) path_and_query: String,
    pub(super) form: Option<Bytes>,
    pub(super) repeat: Repeat,
}

impl ApiRequest {
    pub(super) fn get(product: Product, path_and_query: String) -> Self {
        Self {
            product,
            method: Method::GET,
            path_and_query,
            form: None,
            repeat: Repeat::Reads,
        }
    }

    pub(super) fn post(product: Product, path: String, form: Pairs, repeat: Repeat) -> Self {
        Self {
            product,
            method: Method::POST,
            path_and_query: path,
            form: Some(form.encode().into()),
            repeat,
        }
    }

    fn delete(product: Product, path: String) -> Self {
        Self {
            product,
            method: Method::DELETE,
            path_and_query: path,
            form: None,
            repeat: Repeat::Idempotent,
        }
    }
}

impl Client {
    /// The path of a resource of the account, such as `/2010-04-01/Accounts/AC…/Messages/SM…`.
    pub(super) fn account_path(&self, segments: &[&str]) -> Result<String, ClientError> {
        let mut path = "/2010-04-01/Accounts".to_owned();
        push_segments(&mut path, &[self.account_sid().as_str()])?;
        push_segments(&mut path, segments)?;
        Ok(path)
    }

    /// The path of a messaging service or something in it.
    pub(super) fn service_path(segments: &[&str]) -> Result<String, ClientError> {
        let mut path = "/v1/Services".to_owned();
        push_segments(&mut path, segments)?;
        Ok(path)
    }

    /// Sends a request and reads the resource that it is answered with.
    pub(super) async fn request<T: FromObject>(
        &self,
        request: ApiRequest,
    ) -> Result<T, ClientError> {
        let (object, attempts) = self.object(&request).await?;
        T::from_object(object).map_err(|field| {
            ClientError::because(ClientErrorKind::Decode, field)
                .after(attempts, request.repeat.changes_something())
        })
    }

    /// Sends a request and reads the JSON object that it is answered with, and after how many
    /// attempts.
    pub(super) async fn object(
        &self,
        request: &ApiRequest,
    ) -> Result<(Map<String, Value>, u32), ClientError> {
        let (body, attempts) = self.send(request).await?;
        match serde_json::from_slice(&body) {
            Ok(Value::Object(object)) => Ok((object, attempts)),
            // The error of serde_json quotes what it met, which may be personal.
            _ => Err(ClientError::new(ClientErrorKind::Decode)
                .after(attempts, request.repeat.changes_something())),
        }
    }

    /// Deletes a resource.
    pub(super) async fn delete(&self, product: Product, path: String) -> Result<(), ClientError> {
        match self.send(&ApiRequest::delete(product, path)).await {
            Ok(_) => Ok(()),
            // An earlier attempt, whose answer got lost, has deleted it.
            Err(error) if error.is_not_found() && error.outcome_is_unknown() => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn send(&self, request: &ApiRequest) -> Result<(Bytes, u32), ClientError> {
        let url = self
            .inner
            .hosts
            .url(request.product, &request.path_and_query)
            .ok_or_else(|| ClientError::new(ClientErrorKind::InvalidRequest))?;
        let outgoing = Outgoing {
            method: request.method.clone(),
            url,
            form: request.form.clone(),
            authorization: Some(self.inner.authorization.clone()),
            range: None,
        };
        let outgoing = &outgoing;
        self.with_repeats(request.repeat, || async move {
            let answer = self.inner.transport.send(outgoing).await?;
            if answer.status().is_success() {
                collect(answer.into_body(), self.inner.response_limit).await
            } else {
                Err(refusal(answer).await)
            }
        })
        .await
    }

    /// Does something within the time limits, again and again as far as that is allowed; gives also
    /// how often it took.
    pub(super) async fn with_repeats<T, F, Fut>(
        &self,
        repeat: Repeat,
        attempt: F,
    ) -> Result<(T, u32), ClientError>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, ClientError>>,
    {
        let policy = &self.inner.retries;
        let clock = &self.inner.clock;
        let start = clock.now();
        let elapsed = || clock.now().saturating_duration_since(start);
        let mut attempts = 0;
        let mut earlier_is_unknown = false;
        loop {
            attempts += 1;
            let left = policy.total().saturating_sub(elapsed());
            let began = clock.now();
            let outcome = match timeout(self.inner.time_limit.min(left), attempt()).await {
                Ok(outcome) => outcome,
                Err(_) => Err(ClientError::new(ClientErrorKind::Timeout {
                    may_have_been_received: true,
                })),
            };
            if let Some(observer) = &self.inner.observer {
                let took = clock.now().saturating_duration_since(began);
                observer.attempted(&Attempt::new(outcome.as_ref().err(), took));
            }
            let error = match outcome {
                Ok(answer) => return Ok((answer, attempts)),
                Err(error) => error,
            }
            .after(attempts, repeat.changes_something())
            .and_earlier(earlier_is_unknown);
            earlier_is_unknown = error.outcome_is_unknown();
            let Some(pause) = policy.pause(&error, repeat, attempts, elapsed(), random()) else {
                tracing::debug!(twilio.attempts = attempts, error = %error, "request failed");
                return Err(error);
            };
            tracing::debug!(
                twilio.attempts = attempts,
                pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
                error = %error,
                "request is repeated after a pause"
            );
            clock.sleep(pause).await;
        }
    }
}

/// Adds parts of a path. SIDs come from webhooks too, so what could lead elsewhere is refused.
fn push_segments(path: &mut String, segments: &[&str]) -> Result<(), ClientError> {
    for segment in segments {
        if segment.is_empty() || !segment.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(ClientError::because(
                ClientErrorKind::InvalidRequest,
                "a SID has letters and digits only",
            ));
        }
        path.push('/');
        path.push_str(segment);
    }
    Ok(())
}

/// A number between 0 and 1 that other clients don't have.
fn random() -> f64 {
    f64::from(Uuid::new_v4().as_fields().0) / f64::from(u32::MAX)
}

/// A path with parameters in its query string.
pub(super) fn with_query(path: &str, query: Pairs) -> String {
    match query.encode() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// How long a request may take at most, if nothing else is set.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sid_cannot_lead_elsewhere() {
        for odd in [
            "",
            "..",
            "SM1/../../x",
            "SM1?x",
            "SM1#",
            "SM 1",
            "SMé",
            "SM%2e",
        ] {
            let mut path = String::new();
            let error = push_segments(&mut path, &[odd]).unwrap_err();
            assert_eq!(error.kind(), &ClientErrorKind::InvalidRequest, "{odd}");
        }
    }
}
