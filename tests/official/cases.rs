//! One request, and what each side thinks of it.

use serde_json::{Value, json};
use twilio_hooks::{
    Params,
    signature::{Algorithm, AuthTokens, RequestView, SharedKey, SignatureScheme, SigningKey},
};
use twilio_hooks_tests::official;

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const JSON: &str = "application/json";

const ACCOUNT: &str = "AC000000000000000000000000000000a1";
const SHARED_KEY: &str = "webhooks_sharedkey_01aaaaaaaaaaaaaaaaaaaaaaaa";

/// A request as it arrives.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) algorithm: Algorithm,
    /// `None` if there is no body.
    pub(crate) content_type: Option<&'static str>,
    pub(crate) body: String,
    pub(crate) signature: String,
}

/// What one side says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) valid: bool,
    /// Of the request as it is.
    pub(crate) signature: String,
}

impl Case {
    /// A request that is signed as it is.
    pub(crate) fn signed(
        url: &str,
        token: &str,
        algorithm: Algorithm,
        content_type: Option<&'static str>,
        body: &str,
    ) -> Self {
        let mut case = Self {
            url: url.to_owned(),
            token: token.to_owned(),
            algorithm,
            content_type,
            body: body.to_owned(),
            signature: String::new(),
        };
        case.signature = case.ours().signature;
        case
    }

    /// What this crate says.
    pub(crate) fn ours(&self) -> Answer {
        let shared = self.algorithm == Algorithm::HmacSha256;
        let tokens = match shared {
            true => AuthTokens::new().shared_key(SharedKey::new(
                SHARED_KEY,
                ACCOUNT,
                &*self.token,
                self.algorithm,
            )),
            false => AuthTokens::new()
                .account(ACCOUNT, [&*self.token])
                .with_default_account(ACCOUNT),
        };
        let settings = format!("key={SHARED_KEY},algorithm=HMAC_SHA256");
        let mut request = RequestView::with_body(
            &self.url,
            self.content_type.map(str::as_bytes),
            self.body.as_bytes(),
            self.signature.as_bytes(),
        );
        if shared {
            request = request.with_settings(settings.as_bytes());
        }
        let form = match self.content_type {
            Some(FORM) => Params::from_form(self.body.as_bytes()),
            _ => Params::default(),
        };
        let valid = SignatureScheme::new().verify(&request, &tokens).is_ok();
        // An empty secret makes no key.
        let signature = SigningKey::new(self.token.clone(), self.algorithm)
            .map_or_else(String::new, |key| key.sign(&self.url, &form));
        Answer { valid, signature }
    }

    fn to_json(&self) -> Value {
        json!({
            "url": self.url,
            "token": self.token,
            "algorithm": match self.algorithm {
                Algorithm::HmacSha256 => "HMAC_SHA256",
                _ => "HMAC_SHA1",
            },
            "content_type": self.content_type,
            "body": self.body,
            "signature": self.signature,
        })
    }
}

/// What the Python package says, or the exception it throws.
pub(crate) fn python(cases: &[Case]) -> Vec<Result<Answer, String>> {
    answers(&official::python(), "official.py", cases)
}

/// What the Node package says, or the exception it throws.
pub(crate) fn node(cases: &[Case]) -> Vec<Result<Answer, String>> {
    answers(&official::node(), "official.mjs", cases)
}

fn answers(
    runtime: &official::Runtime,
    program: &str,
    cases: &[Case],
) -> Vec<Result<Answer, String>> {
    let input = cases
        .iter()
        .map(|case| format!("{}\n", case.to_json()))
        .collect();
    let output = runtime.run(program, input);
    let answers: Vec<_> = output
        .lines()
        .map(|line| {
            let answer: Value = serde_json::from_str(line).unwrap();
            match answer["error"].as_str() {
                Some(error) => Err(error.to_owned()),
                None => Ok(Answer {
                    valid: answer["valid"].as_bool().unwrap(),
                    signature: answer["signature"].as_str().unwrap().to_owned(),
                }),
            }
        })
        .collect();
    assert_eq!(answers.len(), cases.len(), "one answer for each request");
    answers
}
