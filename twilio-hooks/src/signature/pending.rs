//! One request on its way through the check.

use std::{error::Error, pin::Pin, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, Request, Version, header, request::Parts};
use http_body_util::Full;

use super::{
    AccountKeys, KeyError, KeyProvider, Mode, Reported, RequestView, SharedKey, SignatureError,
    Verified,
    layer::{Config, KeySource},
    public_url::for_log,
    request::{Content, KeyChoice, query},
    scheme::check_header,
    shared_key::SharedKeySettings,
};
use crate::AccountSid;

const SIGNATURE: HeaderName = HeaderName::from_static("x-twilio-signature");
const SETTINGS: HeaderName = HeaderName::from_static("x-twilio-webhooks-signature-settings");

/// A request whose signature is being checked: what is known so far.
#[derive(Debug)]
pub(super) struct Pending {
    config: Arc<Config>,
    parts: Parts,
    /// Empty as long as it is not known.
    url: String,
    body: Bytes,
    content: Content,
    /// What the headers alone are refused for. It only comes to the body if the layer reports.
    header_error: Option<SignatureError>,
}

/// The next step.
pub(super) enum Step {
    /// Ask for keys, then go on with [`Pending::with_keys`].
    LookUp(Pending, LookUp),
    /// Pass the request on.
    Forward(Request<Full<Bytes>>),
    /// Refuse it.
    Refuse(SignatureError),
}

pub(super) type LookUp = Pin<Box<dyn Future<Output = Result<Keys, KeyError>> + Send>>;

/// Keys that a provider found.
#[derive(Debug)]
pub(super) enum Keys {
    Account(AccountKeys),
    Shared(SharedKey),
}

impl Pending {
    /// Looks at the headers, before anything of the body is read.
    pub(super) fn begin(config: Arc<Config>, parts: Parts) -> Result<Self, SignatureError> {
        let mut pending = Self {
            config,
            parts,
            url: String::new(),
            body: Bytes::new(),
            content: Content::default(),
            header_error: None,
        };
        pending.header_error = pending.check_headers().err();
        match pending.header_error {
            Some(error) if pending.config.mode == Mode::Enforce => Err(pending.refuse(error, None)),
            _ => Ok(pending),
        }
    }

    fn check_headers(&mut self) -> Result<(), SignatureError> {
        // First of all, so that every event in the log has it.
        let url = match self.config.public_url.of(&self.parts) {
            Ok(url) => {
                self.url = url;
                Ok(())
            }
            Err(error) => Err(error),
        };
        let headers = &self.parts.headers;
        let mut signatures = headers.get_all(&SIGNATURE).iter();
        match (signatures.next(), signatures.next()) {
            (None, _) => return Err(SignatureError::Missing),
            (Some(signature), None) => check_header(signature.as_bytes())?,
            _ => return Err(SignatureError::Malformed),
        }
        let mut settings = headers.get_all(&SETTINGS).iter();
        match (settings.next(), settings.next()) {
            (None, _) => {}
            (Some(settings), None) => drop(SharedKeySettings::parse(settings.as_bytes())?),
            _ => return Err(SignatureError::UnknownSharedKey),
        }
        url
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// Whether the headers announce more than the limit.
    pub(super) fn announces_too_much(&self) -> bool {
        let length = self.parts.headers.get(header::CONTENT_LENGTH);
        length
            .and_then(|length| length.to_str().ok()?.parse().ok())
            .is_some_and(|length: u64| length > self.config.body_limit as u64)
    }

    /// Goes on once the body is there.
    pub(super) fn with_body(mut self, body: Bytes) -> Step {
        let mut types = self.parts.headers.get_all(header::CONTENT_TYPE).iter();
        let content_type = match (types.next(), types.next()) {
            (Some(only), None) => Some(only.as_bytes()),
            _ => None,
        };
        let query = match &*self.url {
            "" => self.parts.uri.query().unwrap_or_default(),
            url => query(url),
        };
        self.content = Content::read(query, content_type, &body);
        self.body = body;
        if let Some(error) = self.header_error {
            return self.finish(Err(error), None);
        }
        let provider = match &self.config.keys {
            KeySource::Tokens(tokens) => {
                let result = self.config.scheme.verify(&self.view(), tokens);
                return self.finish(result, None);
            }
            KeySource::Provider(provider) => Arc::clone(provider),
        };
        match self.view().key_choice() {
            Ok(choice) => {
                let look_up = look_up(provider, choice);
                Step::LookUp(self, look_up)
            }
            Err(error) => self.finish(Err(error), None),
        }
    }

    /// Goes on once the keys are there.
    pub(super) fn with_keys(self, keys: Result<Keys, KeyError>) -> Step {
        let scheme = self.config.scheme;
        let view = self.view();
        let result = match (keys, view.key_choice()) {
            (Err(error), _) => return self.finish(Err(error.refusal()), Some(&error)),
            (Ok(Keys::Account(keys)), Ok(KeyChoice::Account(named))) => {
                scheme.verify_with_account(&view, &keys, named.as_deref())
            }
            (Ok(Keys::Shared(key)), Ok(KeyChoice::Shared(settings, named))) => {
                scheme.verify_with_shared_key(&view, &key, &settings, named.as_deref())
            }
            _ => Err(SignatureError::KeyLookup),
        };
        self.finish(result, None)
    }

    fn view(&self) -> RequestView<'_> {
        let headers = &self.parts.headers;
        let signature = headers.get(&SIGNATURE).map_or(&[][..], |s| s.as_bytes());
        let view =
            RequestView::from_content(&self.url, self.content.clone(), &self.body, signature)
                .with_upgrade(is_upgrade(&self.parts));
        match headers.get(&SETTINGS) {
            Some(settings) => view.with_settings(settings.as_bytes()),
            None => view,
        }
    }

    fn finish(
        mut self,
        result: Result<Verified, SignatureError>,
        cause: Option<&KeyError>,
    ) -> Step {
        // Another layer outside may have left its own opinion.
        let extensions = &mut self.parts.extensions;
        extensions.remove::<Verified>();
        extensions.remove::<Reported>();
        match result {
            Ok(verified) => {
                extensions.insert(verified);
            }
            Err(error) if self.config.mode == Mode::ReportOnly => {
                self.log(error, cause, false);
                self.parts.extensions.insert(Reported {
                    error,
                    params: self.content.params,
                });
            }
            Err(error) => return Step::Refuse(self.refuse(error, cause)),
        }
        Step::Forward(Request::from_parts(self.parts, Full::new(self.body)))
    }

    /// Logs a refusal, which is the last of the request.
    pub(super) fn refuse(&self, error: SignatureError, cause: Option<&KeyError>) -> SignatureError {
        self.log(error, cause, true);
        error
    }

    /// Shows the reason and the URL that was tried; nothing that is secret or personal.
    fn log(&self, error: SignatureError, cause: Option<&KeyError>, refused: bool) {
        let url = for_log(&self.url);
        let cause = cause.and_then(Error::source).map(tracing::field::display);
        tracing::warn!(
            reason = error.code(),
            url,
            refused,
            cause,
            "a webhook failed the signature check: {error}"
        );
    }
}

fn look_up(provider: Arc<dyn KeyProvider>, choice: KeyChoice<'_>) -> LookUp {
    match choice {
        KeyChoice::Account(named) => {
            let account_sid = named.as_deref().map(AccountSid::from);
            Box::pin(async move {
                let keys = provider.account_keys(account_sid.as_ref()).await?;
                Ok(Keys::Account(keys))
            })
        }
        KeyChoice::Shared(settings, _) => Box::pin(async move {
            let key = provider.shared_key(&settings.id).await?;
            Ok(Keys::Shared(key))
        }),
    }
}

/// Whether the request asks for a WebSocket: by headers, or over HTTP/2 by a `CONNECT` that has a
/// path, which only the extended one has.
fn is_upgrade(parts: &Parts) -> bool {
    match parts.version {
        Version::HTTP_2 | Version::HTTP_3 => {
            parts.method == Method::CONNECT && parts.uri.path_and_query().is_some()
        }
        _ => {
            parts.method == Method::GET
                && has_token(&parts.headers, &header::UPGRADE, "websocket")
                && has_token(&parts.headers, &header::CONNECTION, "upgrade")
        }
    }
}

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(','))
        .any(|element| element.trim().eq_ignore_ascii_case(token))
}
