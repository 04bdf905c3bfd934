//! One request on its way through the check.

use std::{error::Error, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Version, header, request::Parts};
use http_body_util::Full;
use jiff::Timestamp;
use tokio::time::Instant;

use super::{
    AccountKeys, Delivery, Diagnose, Diagnosis, KeyError, KeyProvider, Mode, NamedAccount,
    OnRepeat, ReplayGuard, Reported, RequestView, Seen, SharedKey, SignatureError, Verified,
    diagnosis::KnownKeys,
    in_time::in_time,
    layer::{Config, KeySource},
    public_url::for_log,
    request::{Content, KeyChoice, query},
    scheme::check_header,
    shared_key::SharedKeySettings,
};
use crate::{AccountSid, BoxError};

const SIGNATURE: HeaderName = HeaderName::from_static("x-twilio-signature");
const SETTINGS: HeaderName = HeaderName::from_static("x-twilio-webhooks-signature-settings");
const IDEMPOTENCY_TOKEN: HeaderName = HeaderName::from_static("i-twilio-idempotency-token");

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
    /// Once the signature was found good.
    verified: Option<Verified>,
    /// While a guard is asked about it, and afterwards if it is the first.
    noted: Option<Noted>,
}

/// The next step.
pub(super) enum Step {
    /// Ask for keys, then go on with [`Pending::with_keys`].
    LookUp(Pending, LookUp),
    /// Ask the guard, then go on with [`Pending::with_seen`].
    Note(Pending, Note),
    /// Pass the request on; a guard may have noted it.
    Forward(Request<Full<Bytes>>, Option<Noted>),
    /// Answer a repeated request without passing it on.
    Acknowledge,
    /// Refuse it.
    Refuse(Refusal),
}

pub(super) type LookUp = Pin<Box<dyn Future<Output = Result<Keys, KeyError>> + Send>>;
pub(super) type Note = Pin<Box<dyn Future<Output = Result<Seen, BoxError>> + Send>>;
pub(super) type Forget = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Why a request is refused.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) error: SignatureError,
    pub(super) diagnosis: Option<Box<Diagnosis>>,
    pub(super) account: Option<NamedAccount>,
}

/// A request that a guard knows of.
#[derive(Debug, Clone)]
pub(super) struct Noted {
    guard: Arc<dyn ReplayGuard>,
    delivery: Arc<Delivery>,
    limit: Option<Duration>,
}

impl Noted {
    fn note(&self) -> Note {
        let this = self.clone();
        Box::pin(async move {
            let seen = in_time(this.guard.note(&this.delivery), this.limit).await;
            seen.unwrap_or_else(|| Err("the replay guard took too long".into()))
        })
    }

    /// Takes it back.
    pub(super) fn forget(self) -> Forget {
        Box::pin(async move {
            if in_time(self.guard.forget(&self.delivery), self.limit)
                .await
                .is_none()
            {
                tracing::error!(
                    "a failed webhook may count as seen: the replay guard took too long"
                );
            }
        })
    }
}

/// Keys that a provider found.
#[derive(Debug)]
pub(super) enum Keys {
    Account(AccountKeys),
    Shared(SharedKey),
}

impl Pending {
    /// Looks at the headers, before anything of the body is read.
    pub(super) fn begin(config: Arc<Config>, parts: Parts) -> Result<Self, Refusal> {
        let mut pending = Self {
            config,
            parts,
            url: String::new(),
            body: Bytes::new(),
            content: Content::default(),
            header_error: None,
            verified: None,
            noted: None,
        };
        pending.header_error = pending.check_headers().err();
        match pending.header_error {
            Some(error) if pending.config.mode == Mode::Enforce => Err(pending.refuse(error)),
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
            return self.fail(error, None, None);
        }
        let provider = match &self.config.keys {
            KeySource::Tokens(tokens) => {
                return match self.config.scheme.verify(&self.view(), tokens) {
                    Ok(verified) => self.pass(verified),
                    Err(error) => {
                        let diagnosis = self.diagnose(error, KnownKeys::of_tokens(tokens));
                        self.fail(error, None, diagnosis)
                    }
                };
            }
            KeySource::Provider(provider) => Arc::clone(provider),
        };
        match self.view().key_choice() {
            Ok(choice) => {
                let look_up = look_up(provider, choice, self.config.look_up_timeout);
                Step::LookUp(self, look_up)
            }
            Err(error) => self.fail(error, None, None),
        }
    }

    /// Goes on once the keys are there.
    pub(super) fn with_keys(self, keys: Result<Keys, KeyError>) -> Step {
        let scheme = self.config.scheme;
        let view = self.view();
        let result = match (&keys, view.key_choice()) {
            (Err(error), _) => return self.fail(error.refusal(), Some(error), None),
            (Ok(Keys::Account(keys)), Ok(KeyChoice::Account(named))) => {
                scheme.verify_with_account(&view, keys, named.as_deref())
            }
            (Ok(Keys::Shared(key)), Ok(KeyChoice::Shared(settings, named))) => {
                scheme.verify_with_shared_key(&view, key, &settings, named.as_deref())
            }
            _ => Err(SignatureError::KeyLookup),
        };
        match (result, keys) {
            (Ok(verified), _) => self.pass(verified),
            (Err(error), keys) => {
                let known = match &keys {
                    Ok(Keys::Account(keys)) => KnownKeys::of_account(keys),
                    Ok(Keys::Shared(key)) => KnownKeys::of_shared_key(key),
                    Err(_) => KnownKeys::default(),
                };
                let diagnosis = self.diagnose(error, known);
                self.fail(error, None, diagnosis)
            }
        }
    }

    /// Goes on once the guard has answered.
    pub(super) fn with_seen(mut self, seen: Result<Seen, BoxError>) -> Step {
        let repeat = match seen {
            Ok(seen) => seen == Seen::Repeated,
            Err(error) => {
                tracing::error!(
                    error = &*error,
                    "it is not known whether a webhook is repeated"
                );
                false
            }
        };
        let on_repeat = self.config.replays.as_ref().map(|(_, on_repeat)| on_repeat);
        if repeat && on_repeat == Some(&OnRepeat::Acknowledge) {
            tracing::info!(
                url = for_log(&self.url),
                "a repeated webhook was acknowledged and dropped"
            );
            return Step::Acknowledge;
        }
        if repeat {
            self.noted = None;
        }
        if let Some(verified) = &mut self.verified {
            verified.repeat = repeat;
        }
        self.forward()
    }

    fn view(&self) -> RequestView<'_> {
        let headers = &self.parts.headers;
        let signature = headers.get(&SIGNATURE).map_or(&[][..], |s| s.as_bytes());
        let view =
            RequestView::from_content(&self.url, self.content.clone(), &self.body, signature)
                .with_upgrade(is_upgrade(&self.parts));
        let view = match headers.get(&SETTINGS) {
            Some(settings) => view.with_settings(settings.as_bytes()),
            None => view,
        };
        match &self.config.account {
            Some(account_sid) => view.with_account(account_sid.as_str()),
            None => view,
        }
    }

    /// The signature is good.
    fn pass(mut self, verified: Verified) -> Step {
        if let Some((guard, _)) = &self.config.replays {
            let header = |name| self.parts.headers.get(name).map(HeaderValue::as_bytes);
            let delivery = Delivery::of(
                &verified,
                header(&SIGNATURE).unwrap_or_default(),
                header(&IDEMPOTENCY_TOKEN),
                Timestamp::now(),
            );
            let noted = Noted {
                guard: Arc::clone(guard),
                delivery: Arc::new(delivery),
                limit: self.config.look_up_timeout,
            };
            let note = noted.note();
            self.noted = Some(noted);
            self.verified = Some(verified);
            return Step::Note(self, note);
        }
        self.verified = Some(verified);
        self.forward()
    }

    /// It is not; what becomes of the request depends on the mode.
    fn fail(
        mut self,
        error: SignatureError,
        cause: Option<&KeyError>,
        diagnosis: Option<Box<Diagnosis>>,
    ) -> Step {
        let refused = self.config.mode != Mode::ReportOnly;
        self.log(error, cause, diagnosis.as_deref(), refused);
        if refused {
            let account = self.named_account();
            return Step::Refuse(Refusal {
                error,
                diagnosis,
                account,
            });
        }
        self.forget_others();
        self.parts.extensions.insert(Reported {
            error,
            diagnosis,
            params: std::mem::take(&mut self.content.params),
        });
        Step::Forward(Request::from_parts(self.parts, Full::new(self.body)), None)
    }

    fn forward(mut self) -> Step {
        self.forget_others();
        if let Some(verified) = self.verified {
            self.parts.extensions.insert(verified);
        }
        let request = Request::from_parts(self.parts, Full::new(self.body));
        Step::Forward(request, self.noted)
    }

    /// Another layer outside may have left its own opinion.
    fn forget_others(&mut self) {
        self.parts.extensions.remove::<Verified>();
        self.parts.extensions.remove::<Reported>();
    }

    /// Refuses before the body is known.
    pub(super) fn refuse(&self, error: SignatureError) -> Refusal {
        self.log(error, None, None, true);
        Refusal {
            error,
            diagnosis: None,
            account: None,
        }
    }

    /// Only what can be an account: it may be shown and kept.
    fn named_account(&self) -> Option<NamedAccount> {
        let view = self.view();
        let account = match view.key_choice().ok()? {
            KeyChoice::Account(account) | KeyChoice::Shared(_, account) => account?,
        };
        let account_sid = AccountSid::from(&*account);
        account_sid
            .is_well_formed()
            .then_some(NamedAccount(account_sid))
    }

    /// Looks for the cause, if the layer is asked to and has not been busy with that.
    fn diagnose(&self, error: SignatureError, keys: KnownKeys<'_>) -> Option<Box<Diagnosis>> {
        let (diagnose, limit) = self.config.diagnose.as_ref()?;
        if !Diagnose::can_tell(error) || !limit.allows(Instant::now()) {
            return None;
        }
        let diagnosis = diagnose
            .clone()
            .with_scheme(self.config.scheme)
            .request(&self.parts, &self.config.public_url)
            .find(&self.view(), error, &keys);
        Some(Box::new(diagnosis))
    }

    /// Shows the reason and the URL that was tried; nothing that is secret or personal.
    fn log(
        &self,
        error: SignatureError,
        cause: Option<&KeyError>,
        diagnosis: Option<&Diagnosis>,
        refused: bool,
    ) {
        let url = for_log(&self.url);
        let cause = cause.and_then(Error::source).map(tracing::field::display);
        tracing::warn!(
            reason = error.code(),
            url,
            refused,
            cause,
            diagnosis = diagnosis.map(|diagnosis| diagnosis.cause().code()),
            advice = diagnosis.map(tracing::field::display),
            "a webhook failed the signature check: {error}"
        );
    }
}

fn look_up(
    provider: Arc<dyn KeyProvider>,
    choice: KeyChoice<'_>,
    limit: Option<Duration>,
) -> LookUp {
    match choice {
        KeyChoice::Account(named) => {
            let account_sid = named.as_deref().map(AccountSid::from);
            Box::pin(async move {
                let keys = provider.account_keys(account_sid.as_ref());
                let keys = in_time(keys, limit).await.unwrap_or_else(too_late)?;
                Ok(Keys::Account(keys))
            })
        }
        KeyChoice::Shared(settings, _) => Box::pin(async move {
            let key = provider.shared_key(&settings.id);
            let key = in_time(key, limit).await.unwrap_or_else(too_late)?;
            Ok(Keys::Shared(key))
        }),
    }
}

fn too_late<T>() -> Result<T, KeyError> {
    Err(KeyError::lookup("the key provider took too long"))
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
