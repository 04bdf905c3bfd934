//! [`NewText`]: what may be sent, and how it becomes a row, before Twilio hears of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use twilio_hooks::{CompanyId, ContactId, LineId, MessageId, UserId, store::StoreError};
use uuid::Uuid;

use super::{
    Messaging, Outgoing, Refusal,
    channel::Channel,
    claim,
    media::{self, MAX_FILES},
    parties::{Parties, lines, parties},
    segments::{MAX_BODY, length},
    settings::settings_in,
};
use crate::{
    args,
    consent::{self, Between},
    contacts::block::is_blocked_in,
    database::Tx,
    templates::{Context, render_in},
};

/// A text to send.
#[derive(Clone)]
#[non_exhaustive]
pub struct NewText {
    /// Whose it is.
    pub company: CompanyId,
    /// Whom it is for.
    pub to: To,
    /// The line that sends it. Unless set: the one of the last conversation with the contact, else the company's
    /// default line, else its only one.
    pub line: Option<LineId>,
    /// The text; may be empty if there are files, and must be if there is a template.
    pub body: String,
    /// A template of the company, and values for its blanks by their names.
    pub template: Option<(Uuid, BTreeMap<String, String>)>,
    /// Uploads of the company.
    pub media: Vec<Uuid>,
    /// The person who wrote it.
    pub user: Option<UserId>,
    /// Whether no person wrote it.
    pub automatic: bool,
    pub(super) retry_of: Option<MessageId>,
    /// Unless set: that of the contact's last text to the line; for a number, SMS.
    pub(super) channel: Option<Channel>,
}

/// Whom a text is for.
#[derive(Clone, PartialEq, Eq)]
pub enum To {
    /// A contact.
    Contact(ContactId),
    /// A number, as somebody wrote it. If it is nobody's yet, a contact is made.
    Number(String),
}

impl NewText {
    /// A text of a person or a program.
    #[must_use]
    pub fn new(company: CompanyId, to: To, body: impl Into<String>) -> Self {
        Self {
            company,
            to,
            line: None,
            body: body.into(),
            template: None,
            media: Vec::new(),
            user: None,
            automatic: false,
            retry_of: None,
            channel: None,
        }
    }

    /// Chooses the line.
    #[must_use]
    pub fn with_line(mut self, line: impl Into<Option<LineId>>) -> Self {
        self.line = line.into();
        self
    }

    /// Takes the text from a template.
    #[must_use]
    pub fn with_template(mut self, id: Uuid, values: BTreeMap<String, String>) -> Self {
        self.template = Some((id, values));
        self
    }

    /// Adds files.
    #[must_use]
    pub fn with_media(mut self, media: Vec<Uuid>) -> Self {
        self.media = media;
        self
    }

    /// Says who wrote it.
    #[must_use]
    pub fn with_user(mut self, user: impl Into<Option<UserId>>) -> Self {
        self.user = user.into();
        self
    }

    /// Goes by SMS, however the contact has written last.
    #[must_use]
    pub fn by_sms(mut self) -> Self {
        self.channel = Some(Channel::Sms);
        self
    }

    /// Says that no person wrote it.
    #[must_use]
    pub fn automatic(mut self) -> Self {
        self.automatic = true;
        self
    }

    /// The text that is sent.
    async fn text(
        &self,
        tx: &mut Tx,
        template: Option<String>,
        contact: ContactId,
        line: LineId,
    ) -> Result<String, Refusal> {
        let (Some((_, given)), Some(template)) = (&self.template, template) else {
            return Ok(self.body.clone());
        };
        if !self.body.is_empty() {
            return Err(Refusal::invalid(
                "say what to send: either `body` or `template_id`",
            ));
        }
        let context = Context {
            company: self.company,
            contact: Some(contact),
            user: self.user,
            line: Some(line),
            given,
        };
        render_in(tx, &template, &context)
            .await?
            .map_err(|error| Refusal::invalid(error.to_string()))
    }
}

fn check(body: &str, media: &[Uuid]) -> Result<(), Refusal> {
    if body.trim().is_empty() && media.is_empty() {
        return Err(Refusal::invalid(
            "there is neither a text nor a file to send",
        ));
    }
    if body.contains('\0') {
        return Err(Refusal::invalid("the text has a NUL character"));
    }
    if length(body) > MAX_BODY {
        return Err(Refusal::invalid(format!(
            "the text has more than {MAX_BODY} characters, which is the most that Twilio sends"
        )));
    }
    Ok(())
}

/// Shows no number.
impl std::fmt::Debug for To {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Contact(id) => f.debug_tuple("Contact").field(id).finish(),
            Self::Number(_) => f.write_str("Number(…)"),
        }
    }
}

/// Shows neither text nor number.
impl std::fmt::Debug for NewText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewText")
            .field("company", &self.company)
            .field("line", &self.line)
            .field("automatic", &self.automatic)
            .finish_non_exhaustive()
    }
}

/// The key of a request, and the digest of what it asks for: the same request made twice is one.
#[derive(Debug, Clone)]
pub struct Once {
    /// The key, as the client chose it.
    pub key: String,
    /// The SHA-256 of the request.
    pub request: [u8; 32],
}

impl Messaging {
    /// Keeps a text to be sent, and has it sent soon.
    ///
    /// # Errors
    /// If something is another company's, the contact does not want it, the day's budget is used up,
    /// or the database fails. Nothing is kept then.
    pub async fn queue(&self, text: &NewText) -> Result<Outgoing, Refusal> {
        let mut tx = self.db().begin().await?;
        let outgoing = self.queue_in(&mut tx, text).await?;
        tx.commit().await?;
        self.wake.wake();
        Ok(outgoing)
    }

    /// As [`queue`](Self::queue), for a request that may be repeated: the second time it gives the
    /// text that the first one made.
    ///
    /// # Errors
    /// As for [`queue`](Self::queue), and if another request had this key.
    pub async fn queue_once(&self, text: &NewText, once: &Once) -> Result<Outgoing, Refusal> {
        let mut tx = self.db().begin().await?;
        let id = MessageId::at(self.clock.now());
        if let Some(first) = earlier(&mut tx, text.company, once).await? {
            return Ok(first);
        }
        let outgoing = match self.queue_as(&mut tx, text, id).await {
            Ok(outgoing) => outgoing,
            Err(refusal) => {
                // Perhaps only because the same request, made at the same time, was faster.
                drop(tx);
                let mut tx = self.db().begin().await?;
                let first = earlier(&mut tx, text.company, once).await?;
                return first.ok_or(refusal);
            }
        };
        let sql = "insert into outgoing_keys (company_id, key, request, outgoing_id, created_at)
                   values ($1, $2, $3, $4, $5)
                   on conflict (company_id, key) do nothing";
        let args = args![
            text.company,
            once.key.as_str(),
            once.request.to_vec(),
            id,
            self.clock.now()
        ];
        if tx.execute(sql, args).await? == 0 {
            // Another request with this key was faster: this one's row is undone.
            drop(tx);
            let mut tx = self.db().begin().await?;
            let first = earlier(&mut tx, text.company, once).await?;
            return first.ok_or_else(|| {
                Refusal::conflict("another request with this `Idempotency-Key` is under way")
            });
        }
        tx.commit().await?;
        self.wake.wake();
        Ok(outgoing)
    }

    /// Keeps a text in a transaction of the caller's, who [wakes](Self::wake) the sender after the
    /// commit.
    ///
    /// # Errors
    /// As for [`queue`](Self::queue); the transaction must be given up then.
    pub async fn queue_in(&self, tx: &mut Tx, text: &NewText) -> Result<Outgoing, Refusal> {
        let id = MessageId::at(self.clock.now());
        self.queue_as(tx, text, id).await
    }

    async fn queue_as(
        &self,
        tx: &mut Tx,
        text: &NewText,
        id: MessageId,
    ) -> Result<Outgoing, Refusal> {
        if text.media.len() > MAX_FILES {
            return Err(Refusal::invalid(format!(
                "`media` has more than {MAX_FILES} files"
            )));
        }
        let now = self.clock.now();
        let settings = settings_in(tx, text.company).await?;
        // What is another company's is not found, whatever else is wrong.
        let lines = lines(tx, text.company).await?;
        media::check(tx, text.company, &text.media).await?;
        let template = template(tx, text).await?;
        let parties = parties(tx, text, &lines, &settings, now).await?;
        let Parties {
            recipient, line, ..
        } = &parties;
        let body = text.text(tx, template, recipient.id, line.id).await?;
        check(&body, &text.media)?;
        if is_blocked_in(tx, text.company, recipient.id).await? {
            return Err(Refusal::conflict(
                "this contact is blocked; unblock it to write to it",
            ));
        }
        let between = Between {
            company: text.company,
            line: line.id,
            contact: recipient.id,
        };
        let said = consent::state_in(tx, between).await?;
        if said.opted_out {
            return Err(Refusal::conflict(if said.can_opt_in() {
                "this person is not to get texts from this line, as one of your people has entered"
            } else {
                "this person has texted STOP to this line and gets nothing from it until they text \
                 START"
            }));
        }
        let day = settings.day_of(now);
        let budget = settings.daily_budget;
        if !spend(tx, text.company, &day, budget).await? {
            let detail = format!("the company's budget of {budget} messages a day is used up");
            return Err(Refusal::TooMany(detail.into()));
        }
        let outgoing = insert(tx, text, &body, id, &parties, &day, now).await?;
        media::attach(tx, text.company, id, &text.media).await?;
        claim::enter(tx, text.company, line.id, now).await?;
        Ok(outgoing)
    }
}

/// The text that a request with this key has made.
async fn earlier(
    tx: &mut Tx,
    company: CompanyId,
    once: &Once,
) -> Result<Option<Outgoing>, Refusal> {
    let sql = "select k.request, o.* from outgoing_keys k
               join outgoing o on o.company_id = k.company_id and o.id = k.outgoing_id
               where k.company_id = $1 and k.key = $2";
    let Some(row) = tx.row(sql, args![company, once.key.as_str()]).await? else {
        return Ok(None);
    };
    let request: Vec<u8> = row.get("request")?;
    if request != once.request {
        return Err(Refusal::invalid(
            "another request had this `Idempotency-Key`; every message needs one of its own",
        ));
    }
    Ok(Some(Outgoing::read(&row)?))
}

/// The body of the template, if the text has one.
async fn template(tx: &mut Tx, text: &NewText) -> Result<Option<String>, Refusal> {
    let Some((id, _)) = &text.template else {
        return Ok(None);
    };
    let sql = "select body from templates where company_id = $1 and id = $2";
    let row = tx.row(sql, args![text.company, *id]).await?;
    Ok(Some(row.ok_or(Refusal::NotFound)?.get("body")?))
}

/// Takes one message from the day's budget, and says whether there was one. The row is the lock: of
/// two that want the last one, one gets it.
pub(super) async fn spend(
    tx: &mut Tx,
    company: CompanyId,
    day: &str,
    budget: u32,
) -> Result<bool, StoreError> {
    if budget == 0 {
        return Ok(false);
    }
    let sql = "insert into outgoing_days as d (company_id, day, messages) values ($1, $2, 1)
               on conflict (company_id, day) do update set messages = d.messages + 1
               where d.messages < $3";
    Ok(tx.execute(sql, args![company, day, budget]).await? > 0)
}

async fn insert(
    tx: &mut Tx,
    text: &NewText,
    body: &str,
    id: MessageId,
    parties: &Parties<'_>,
    day: &str,
    now: Timestamp,
) -> Result<Outgoing, StoreError> {
    let sql = "insert into outgoing (id, company_id, contact_id, line_id, account_sid, sender,
                   to_address, body, user_id, automatic, retry_of, state, due_at, attempts,
                   unknowns, checks, budget_day, created_at, updated_at, channel)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'queued', $12, 0, 0, 0, $13,
                   $12, $12, $14)
               returning *";
    let Parties {
        recipient,
        line,
        channel,
    } = parties;
    let args = args![
        id,
        text.company,
        recipient.id,
        line.id,
        line.account_sid.as_str(),
        line.address.as_str(),
        recipient.address.as_str(),
        body,
        text.user,
        text.automatic,
        text.retry_of,
        now,
        day,
        channel.as_str(),
    ];
    let row = tx.row(sql, args).await?;
    let row = row.ok_or_else(|| StoreError::corrupt("outgoing", "it is gone"))?;
    Outgoing::read(&row)
}
