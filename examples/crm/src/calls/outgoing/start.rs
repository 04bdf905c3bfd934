//! [`Outgoing`]: starts a call.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::timeout;
use tracing::Instrument as _;
use twilio_hooks::{
    Address, AddressKind, CallId, CallStatus, CompanyId, ContactId, Hooks, LineId, UserId,
    client::{ClientError, CreateCall},
    store::{Line, StoreError},
    webhook::CallEvent,
};

use super::{
    super::{
        Invalid, Phone, Speech, check_number,
        document::ANNOUNCEMENT,
        settings::{Recording, Rules},
    },
    kept::{Decided, Kept, NewCall, OutgoingCall, OutgoingState, Stage},
};
use crate::{
    accounts::Accounts,
    api::Caller,
    args,
    clock::Clock,
    contacts::{company, phone},
    database::Database,
};

/// For how many seconds our own phone rings.
const RING: u32 = 30;

/// How long Twilio's answer is waited for: less than a request of the API may take, and less than
/// Twilio is asked.
const PATIENCE: Duration = Duration::from_secs(7);

/// A call that somebody wants to start.
#[derive(Debug, Clone)]
pub struct StartCall {
    /// Whose people.
    pub company: CompanyId,
    /// Who is connected.
    pub user: UserId,
    /// On which phone; the first that there is, unless said.
    pub phone: Option<Phone>,
    /// Over which line; the person's own, unless said.
    pub line: Option<LineId>,
    /// Who is called: a contact,
    pub contact: Option<ContactId>,
    /// or a number.
    pub to: Option<String>,
    /// So that asking twice starts one call; it is needed.
    pub key: Option<String>,
}

/// Why a call is not started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Something in the request can't be.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// It names something that the company does not have.
    #[error("there is no such thing")]
    NotFound,
    /// There is no key.
    #[error("there is no key")]
    NoKey,
    /// The key belongs to another request.
    #[error("the key belongs to another request")]
    OtherRequest,
    /// Nothing was kept, and Twilio was not asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Starts calls.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub(super) database: Database,
    pub(super) kept: Kept,
    pub(super) hooks: Hooks,
    pub(super) accounts: Accounts,
    pub(super) clock: Clock,
    pub(super) public_url: Arc<str>,
}

impl Outgoing {
    /// Starts calls over `accounts`, and keeps what comes of them by `hooks`.
    #[must_use]
    pub fn new(
        database: Database,
        hooks: Hooks,
        accounts: Accounts,
        clock: Clock,
        public_url: &str,
    ) -> Self {
        Self {
            kept: Kept::new(database.db.clone()),
            database,
            hooks,
            accounts,
            clock,
            public_url: public_url.trim_end_matches('/').into(),
        }
    }

    /// A call that was started, as far as it is known.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn get(
        &self,
        company: CompanyId,
        id: CallId,
    ) -> Result<Option<OutgoingCall>, StoreError> {
        self.kept.get(company, id).await
    }

    /// Keeps a call and asks Twilio for it. Asking again by the same key starts nothing.
    ///
    /// What Twilio says is in the state: its answer is waited for, but not long. If none comes the call
    /// is looked up later.
    ///
    /// # Errors
    /// See [`StartError`]; Twilio was not asked then.
    pub async fn start(
        &self,
        caller: &Caller,
        wanted: &StartCall,
    ) -> Result<OutgoingCall, StartError> {
        let now = self.clock.now();
        let lines = self.database.lines.lines(wanted.company).await?;
        self.exist(wanted, &lines).await?;
        if let Some(key) = &wanted.key
            && let Some(before) = self.repeated(wanted, key).await?
        {
            return Ok(before);
        }
        let (call, line_id) = self.prepare(wanted, &lines, now).await?;
        let key = wanted.key.as_deref().ok_or(StartError::NoKey)?;
        let new = NewCall {
            call: &call,
            line_id,
            key,
        };
        if !self.kept.add(&new, caller).await? {
            let before = self.repeated(wanted, key).await?;
            return before.ok_or(StartError::OtherRequest);
        }
        // Whoever asked may hang up, or have waited long enough; what was begun is brought to its end.
        let (this, asked) = (self.clone(), call.clone());
        let asking = tokio::spawn(async move { this.ask(&asked).await }.in_current_span());
        match timeout(PATIENCE, asking).await {
            Ok(Ok(Ok(()))) | Err(_) => {}
            Ok(Ok(Err(error))) => tracing::error!(
                call.id = %call.call_id,
                error = &error as &dyn std::error::Error,
                "what Twilio said of a call was not kept"
            ),
            Ok(Err(_)) => {
                tracing::error!(call.id = %call.call_id, reason = "panic", "a call was asked for");
            }
        }
        let kept = self.kept.get(call.company_id, call.call_id).await?;
        Ok(kept.unwrap_or(call))
    }

    /// Everything that is named must be the company's.
    async fn exist(&self, wanted: &StartCall, lines: &[Line]) -> Result<(), StartError> {
        let sql = "select id from users
                   where company_id = $1 and id = $2 and disabled_at is null";
        let args = args![wanted.company, wanted.user];
        let user = self.database.db.row(sql, args).await?;
        let has_line = wanted
            .line
            .is_none_or(|id| lines.iter().any(|line| line.id == id));
        let directory = &self.database.directory;
        let has_contact = match wanted.contact {
            Some(id) => directory.contact(wanted.company, id).await?.is_some(),
            None => true,
        };
        if user.is_some() && has_line && has_contact {
            Ok(())
        } else {
            Err(StartError::NotFound)
        }
    }

    async fn repeated(
        &self,
        wanted: &StartCall,
        key: &str,
    ) -> Result<Option<OutgoingCall>, StartError> {
        let (company, user) = (wanted.company, wanted.user);
        let Some(before) = self.kept.by_key(company, user, key).await? else {
            return Ok(None);
        };
        let to = self.to(wanted).await?;
        if before.to == to.as_str() {
            Ok(Some(before))
        } else {
            Err(StartError::OtherRequest)
        }
    }

    async fn prepare(
        &self,
        wanted: &StartCall,
        lines: &[Line],
        now: Timestamp,
    ) -> Result<(OutgoingCall, LineId), StartError> {
        let company = wanted.company;
        let (phone, phone_name) = self.phone(wanted).await?;
        let to = self.to(wanted).await?;
        let line = line(lines, wanted)?;
        if lines.iter().any(|line| line.address == to.as_str()) {
            return Err(Invalid::new("to", "is one of your own lines").into());
        }
        if phone == to.as_str() {
            return Err(Invalid::new("to", "is the phone that would ring first").into());
        }
        let rules = Rules::new(self.database.db.clone());
        let settings = rules.company(company).await?;
        let of_line = rules.line(company, line.id).await?.recording;
        let recording = of_line.unwrap_or(settings.recording);
        let sql = "select name from companies where id = $1";
        let row = self.database.db.row(sql, args![company]).await?;
        let row = row.ok_or(StartError::NotFound)?;
        let call = OutgoingCall {
            call_id: CallId::at(now),
            company_id: company,
            account_sid: line.account_sid.clone(),
            call_sid: None,
            user_id: wanted.user,
            phone,
            to: to.as_str().to_owned(),
            state: OutgoingState::Asked,
            error_code: None,
            asked_at: now,
            decided: Decided {
                line: line.address.clone(),
                company: row.get("name")?,
                phone_name,
                confirm: !settings.connect_at_once,
                record: recording != Recording::Off,
                announcement: (recording == Recording::Announce).then(|| {
                    let own = settings.announcement.clone();
                    own.unwrap_or_else(|| Speech::new(ANNOUNCEMENT))
                }),
            },
            stage: Stage::Ours,
            step: 1,
        };
        Ok((call, line.id))
    }

    /// The phone that rings first, and what it is called.
    async fn phone(&self, wanted: &StartCall) -> Result<(String, String), StartError> {
        let sql = "select name, mobile, office from users
                   where company_id = $1 and id = $2 and disabled_at is null";
        let args = args![wanted.company, wanted.user];
        let row = self.database.db.row(sql, args).await?;
        let row = row.ok_or(StartError::NotFound)?;
        let name: String = row.get("name")?;
        let (mobile, office): (Option<String>, Option<String>) =
            (row.get("mobile")?, row.get("office")?);
        let found = match wanted.phone {
            Some(Phone::Mobile) => mobile.map(|it| (it, "mobile")),
            Some(Phone::Office) => office.map(|it| (it, "office")),
            None => mobile
                .map(|it| (it, "mobile"))
                .or(office.map(|it| (it, "office"))),
        };
        let Some((number, which)) = found else {
            return Err(Invalid::new("phone", "has no number: enter it in your profile").into());
        };
        check_number(&number).map_err(|reason| Invalid::new("phone", reason))?;
        Ok((number, format!("{name}'s {which}")))
    }

    async fn to(&self, wanted: &StartCall) -> Result<Address, StartError> {
        let to = match (&wanted.to, wanted.contact) {
            (Some(to), None) => {
                let country = company::country(&self.database.db, wanted.company).await?;
                let number = phone::normalise(to, country);
                number
                    .map_err(|error| Invalid::new("to", format!("is no phone number: {error}")))?
                    .as_str()
                    .to_owned()
            }
            (None, Some(contact)) => {
                let directory = &self.database.directory;
                let contact = directory.contact(wanted.company, contact).await?;
                contact.ok_or(StartError::NotFound)?.address
            }
            _ => return Err(Invalid::new("to", "or `contact_id` is needed, and not both").into()),
        };
        check_number(&to).map_err(|reason| Invalid::new("to", reason))?;
        Ok(to.into())
    }

    /// Asks Twilio, once.
    async fn ask(&self, call: &OutgoingCall) -> Result<(), StoreError> {
        let now = self.clock.now();
        let created = match self.accounts.client(&call.account_sid).await {
            Ok(client) => client.calls().create(self.request(call)).await,
            Err(_) => {
                let failed = OutgoingState::Failed;
                return self.kept.not_started(call, failed, None, now).await;
            }
        };
        match created {
            Ok(created) => {
                self.kept.started(call, &created.sid).await?;
                let status = created.status.unwrap_or(CallStatus::Queued);
                let change = call.change(&created.sid, status, now);
                if self.hooks.record(change).await.is_err() {
                    // The first report makes the row then.
                    tracing::warn!(call.id = %call.call_id, "a call that was started is not kept yet");
                }
                Ok(())
            }
            Err(error) => self.not_taken(call, &error, now).await,
        }
    }

    async fn not_taken(
        &self,
        call: &OutgoingCall,
        error: &ClientError,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let state = if error.outcome_is_unknown() {
            OutgoingState::Unknown
        } else {
            OutgoingState::Failed
        };
        tracing::warn!(
            call.id = %call.call_id,
            reason = state.as_str(),
            error = error as &dyn std::error::Error,
            "Twilio has not taken a call"
        );
        self.kept.not_started(call, state, error.code(), now).await
    }

    fn request(&self, call: &OutgoingCall) -> CreateCall {
        let url = |name: &str| self.url(call.call_id, name);
        let events = [
            CallEvent::Initiated,
            CallEvent::Ringing,
            CallEvent::Answered,
            CallEvent::Completed,
        ];
        let request = CreateCall::new(call.phone.as_str(), call.decided.line.as_str())
            .url(url("ours"))
            .timeout(RING)
            .status_callback(url("status"));
        events
            .into_iter()
            .fold(request, CreateCall::status_callback_event)
    }

    /// Where Twilio goes on with a call.
    pub(super) fn url(&self, call: CallId, name: &str) -> String {
        let public_url = &self.public_url;
        format!("{public_url}/api/webhooks/twilio/voice/out/{call}/{name}")
    }
}

/// The line that is asked for; that of the person; or the only one.
fn line<'l>(lines: &'l [Line], wanted: &StartCall) -> Result<&'l Line, StartError> {
    let is_number =
        |line: &&Line| Address::from(line.address.as_str()).kind() == AddressKind::PhoneNumber;
    if let Some(id) = wanted.line {
        let line = lines.iter().find(|line| line.id == id);
        let line = line.ok_or(StartError::NotFound)?;
        return Some(line)
            .filter(is_number)
            .ok_or_else(|| Invalid::new("line_id", "is no line that can call").into());
    }
    let mut own = lines.iter().filter(is_number);
    let of_user = own.clone().find(|line| line.user_id == Some(wanted.user));
    match (of_user, own.next(), own.next()) {
        (Some(line), ..) | (None, Some(line), None) => Ok(line),
        (None, None, _) => Err(Invalid::new("line_id", "is needed, and you have no line").into()),
        (None, Some(_), Some(_)) => {
            Err(Invalid::new("line_id", "is needed, because you have several lines").into())
        }
    }
}
