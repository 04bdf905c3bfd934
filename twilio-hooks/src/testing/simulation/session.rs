//! [`Session`]: questions and reports to the application, the clock and the transcript.

use std::{collections::BTreeMap, fmt, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::{
    Account, Application, Failure, FailureKind, Form, Happening, Target, Transcript,
    answer::{self, Refused, Twiml},
};
use crate::{
    ErrorCode,
    twiml::{
        HttpMethod,
        lint::{Finding, FindingCode, Severity},
    },
};

/// More documents than this, with nobody doing anything, are a circle.
const MOST_DOCUMENTS: u32 = 100;

pub(in crate::testing) struct Session {
    pub(super) application: Box<dyn Application>,
    /// The URL that the application was made for; others of its host are its too.
    home: Target,
    /// Whether the URLs of all hosts are the application's.
    pub(in crate::testing) is_everywhere: bool,
    pub(in crate::testing) account: Account,
    pub(in crate::testing) account_sid: String,
    pub(in crate::testing) auth_token: String,
    pub(in crate::testing) fallback: Option<Target>,
    pub(in crate::testing) allowed: Vec<FindingCode>,
    pub(in crate::testing) transcript: Transcript,
    pub(super) cookies: BTreeMap<String, String>,
    pub(in crate::testing) start: Timestamp,
    pub(in crate::testing) elapsed: Duration,
    documents: u32,
}

/// Neither the token nor the application is shown.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("transcript", &self.transcript)
            .finish_non_exhaustive()
    }
}

impl Session {
    pub(in crate::testing) fn new(application: Box<dyn Application>, home: Target) -> Self {
        Self {
            application,
            home,
            is_everywhere: false,
            account: Account::default(),
            account_sid: "AC00000000000000000000000000000001".to_owned(),
            auth_token: "0123456789abcdef0123456789abcdef".to_owned(),
            fallback: None,
            allowed: Vec::new(),
            transcript: Transcript::default(),
            cookies: BTreeMap::new(),
            start: Timestamp::constant(1_767_261_199, 0),
            elapsed: Duration::ZERO,
            documents: 0,
        }
    }

    /// The URL that the application was made for.
    pub(in crate::testing) const fn home(&self) -> &Target {
        &self.home
    }

    /// Another URL or method for the first question.
    pub(in crate::testing) fn set_method(&mut self, method: HttpMethod) {
        self.home.method = method;
    }

    /// The virtual time.
    fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.elapsed).unwrap_or(SignedDuration::MAX);
        self.start.saturating_add(elapsed).unwrap_or(self.start)
    }

    /// The virtual time, as callbacks have it.
    pub(in crate::testing) fn timestamp(&self) -> String {
        self.now()
            .strftime("%a, %d %b %Y %H:%M:%S +0000")
            .to_string()
    }

    pub(in crate::testing) fn wait(&mut self, time: Duration) {
        self.elapsed = self.elapsed.saturating_add(time);
        if let Some(ledger) = self.account.ledger() {
            ledger.pass_to(self.now());
        }
    }

    /// Really waits until it is so late, if the account's time can't be passed at will.
    pub(in crate::testing) async fn keep_pace(&mut self) {
        if let Some(ledger) = self.account.ledger() {
            ledger.wait_until(self.now()).await;
        }
    }

    /// Makes it a simulation at an account, whose time it shares.
    #[cfg(feature = "client")]
    pub(in crate::testing) fn enter(&mut self, account: Account) {
        if let Some(ledger) = account.ledger() {
            self.start = ledger.now();
        }
        self.account = account;
    }

    pub(in crate::testing) fn event(&mut self, text: impl Into<String>) {
        self.transcript
            .push(self.elapsed, Happening::Event(text.into()));
    }

    pub(in crate::testing) fn note(&mut self, text: impl Into<String>) {
        self.transcript
            .push(self.elapsed, Happening::Note(text.into()));
    }

    pub(in crate::testing) fn heard(&mut self, text: impl Into<String>) {
        self.transcript
            .push(self.elapsed, Happening::Heard(text.into()));
    }

    pub(in crate::testing) fn failure(
        &self,
        kind: FailureKind,
        code: Option<ErrorCode>,
        message: impl Into<String>,
    ) -> Failure {
        Failure {
            kind,
            code,
            message: message.into(),
            transcript: self.transcript.clone(),
        }
    }

    /// The test wants something that isn't so.
    pub(in crate::testing) fn unexpected(&self, message: impl Into<String>) -> Failure {
        self.failure(FailureKind::Unexpected, None, message)
    }

    /// A person did something, so that documents may follow each other again.
    pub(in crate::testing) async fn person_acts(&mut self) {
        self.documents = 0;
        self.keep_pace().await;
        // The account's time may have gone on between two steps.
        let passed = self
            .account
            .ledger()
            .and_then(|ledger| Duration::try_from(ledger.now().duration_since(self.start)).ok());
        self.elapsed = self.elapsed.max(passed.unwrap_or_default());
    }

    /// Whether a URL is the application's.
    fn is_at_home(&self, target: &Target) -> bool {
        self.is_everywhere || target.origin() == self.home.origin()
    }

    /// Asks for a document; gives it and where it came from.
    ///
    /// If Twilio can't use the answer, it asks the fallback URL, if one is set and this is a
    /// question for which it has one.
    pub(in crate::testing) async fn ask<T: Twiml>(
        &mut self,
        target: &Target,
        form: Form,
        may_fall_back: bool,
    ) -> Result<(T, Target), Failure> {
        let refused = match self.document(target, form.clone()).await? {
            Ok(document) => return Ok(document),
            Err(refused) => refused,
        };
        let fallback = self.fallback.clone().filter(|_| may_fall_back);
        let Some(fallback) = fallback else {
            return Err(self.refused(target, &refused));
        };
        self.note(format!(
            "{}: {}, so that Twilio asks the fallback URL",
            refused.code, refused.reason
        ));
        let form = form
            .and("ErrorCode", refused.code.number())
            .and("ErrorUrl", &target.url);
        let document = self.document(&fallback, form).await?;
        document.map_err(|refused| self.refused(&fallback, &refused))
    }

    /// Reports something; a report that isn't taken is a failure with the code of Twilio's warning.
    pub(in crate::testing) async fn tell(
        &mut self,
        target: &Target,
        form: Form,
        code: u32,
    ) -> Result<(), Failure> {
        if !self.is_at_home(target) {
            let host = target.origin();
            self.note(format!(
                "a report to {host} is left out; that isn't the application"
            ));
            return Ok(());
        }
        let (response, _) = match self.send(target, form).await? {
            Ok(response) => response,
            Err(refused) => return Err(self.refused(target, &refused)),
        };
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let reason = format!("the application answered {status} to a report");
        Err(self.refused(target, &Refused::new(code, reason)))
    }

    async fn document<T: Twiml>(
        &mut self,
        target: &Target,
        form: Form,
    ) -> Result<Result<(T, Target), Refused>, Failure> {
        self.documents += 1;
        if self.documents > MOST_DOCUMENTS {
            let message = format!(
                "the application goes round in circles: {MOST_DOCUMENTS} documents, and nobody did anything"
            );
            return Err(self.failure(FailureKind::Circles, None, message));
        }
        if !self.is_at_home(target) {
            let message = format!(
                "the TwiML at {} is not the application's, whose host is that of {}",
                target.origin(),
                self.home.origin(),
            );
            return Err(self.failure(FailureKind::Unsupported, None, message));
        }
        let (response, target) = match self.send(target, form).await? {
            Ok(response) => response,
            Err(refused) => return Ok(Err(refused)),
        };
        let (document, findings) = match answer::read(&response, &target.url) {
            Ok(read) => read,
            Err(refused) => return Ok(Err(refused)),
        };
        self.check(&target.to_string(), &findings)?;
        Ok(Ok((document, target)))
    }

    /// Reads a document that was not asked for.
    pub(in crate::testing) fn read<T: Twiml>(&self, text: &str) -> Result<T, Failure> {
        let (document, findings) = answer::read_text(text)
            .map_err(|refused| self.refused_at("the TwiML of the request to the API", &refused))?;
        self.check("request to the API", &findings)?;
        Ok(document)
    }

    /// Objects to errors that the test doesn't let pass.
    fn check(&self, source: &str, findings: &[Finding]) -> Result<(), Failure> {
        let errors = findings.iter().filter(|finding| {
            finding.severity == Severity::Error && !self.allowed.contains(&finding.code)
        });
        let errors: Vec<_> = errors.map(ToString::to_string).collect();
        if errors.is_empty() {
            return Ok(());
        }
        let message = format!("the TwiML of {source} has errors:\n{}", errors.join("\n"));
        Err(self.failure(FailureKind::Lint, None, message))
    }

    fn refused(&self, target: &Target, refused: &Refused) -> Failure {
        self.refused_at(&target.to_string(), refused)
    }

    fn refused_at(&self, source: &str, refused: &Refused) -> Failure {
        let Refused { code, reason } = refused;
        let message = format!("{source}: {reason} (Twilio's error {code})");
        self.failure(FailureKind::Answer, Some(*code), message)
    }
}
