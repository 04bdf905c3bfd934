//! [`OutgoingCall`]: a call that one of our people starts, in the database.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use twilio_hooks::{
    AccountSid, Address, CallId, CallSid, CallStatus, CompanyId, LineId, UserId,
    store::{CallChange, Change, ContactDetails, Direction, Interaction, StoreError},
};

use super::super::{
    Speech,
    flows::add_events,
    happened::{Happened, HappenedKind},
    settings::json,
};
use crate::{
    api::Caller,
    args,
    database::{Db, Row},
    people::audit,
};

/// What was decided when the call was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Decided {
    /// The number of the line.
    pub(super) line: String,
    /// What the person hears first.
    pub(super) company: String,
    /// Such as `Ana's mobile`.
    pub(super) phone_name: String,
    /// Whether the person has to press 1.
    pub(super) confirm: bool,
    /// Whether the talk is recorded.
    pub(super) record: bool,
    /// What the called one hears first.
    pub(super) announcement: Option<Speech>,
}

/// How far asking Twilio for a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OutgoingState {
    /// Twilio is being asked.
    Asked,
    /// Twilio has it.
    Started,
    /// Twilio does not have it.
    Failed,
    /// Twilio has it or not; it is being looked up.
    Unknown,
}

impl OutgoingState {
    /// How it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Started => "started",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    fn from_column(text: &str) -> Self {
        [Self::Asked, Self::Started, Self::Failed]
            .into_iter()
            .find(|it| it.as_str() == text)
            .unwrap_or(Self::Unknown)
    }
}

/// Where such a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// Our phone rings.
    Ours,
    /// The other one rings, or they talk.
    Theirs,
    /// It is over.
    Over,
}

/// A call that one of our people has started.
#[derive(Debug, Clone)]
pub struct OutgoingCall {
    /// The call.
    pub call_id: CallId,
    /// Whose it is.
    pub company_id: CompanyId,
    /// The account it goes over.
    pub account_sid: AccountSid,
    /// Twilio's name for it, once that is known.
    pub call_sid: Option<CallSid>,
    /// Who has started it.
    pub user_id: UserId,
    /// The phone that rings first.
    pub phone: String,
    /// Who is called.
    pub to: String,
    /// How far asking for it has come.
    pub state: OutgoingState,
    /// Why Twilio has not taken it, or what became of it.
    pub error_code: Option<u32>,
    /// When Twilio was asked.
    pub asked_at: Timestamp,
    pub(super) decided: Decided,
    pub(super) stage: Stage,
    pub(super) step: i64,
}

impl OutgoingCall {
    /// What a report of our leg writes: to the people it is a call with whom they called.
    pub(super) fn adjust(&self, mut change: Change) -> Change {
        let to = Address::from(self.to.as_str());
        change.line = self.decided.line.as_str().into();
        change.contact = ContactDetails::from_address(&to);
        if let Interaction::Call(call) = &mut change.interaction {
            call.id = Some(self.call_id);
            call.direction = Direction::Outbound;
            call.from = self.decided.line.as_str().into();
            call.to = to;
        }
        change
    }

    /// What our own knowledge of it writes.
    pub(super) fn change(&self, sid: &CallSid, status: CallStatus, now: Timestamp) -> Change {
        let call = CallChange::new(sid.clone(), Direction::Outbound, status);
        let account = self.account_sid.clone();
        self.adjust(Change::new(account, Interaction::Call(call), now))
    }
}

/// A call to be started.
pub(super) struct NewCall<'n> {
    pub(super) call: &'n OutgoingCall,
    pub(super) line_id: LineId,
    pub(super) key: &'n str,
}

/// The calls that our people start, in the database.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    db: Db,
}

/// How long nothing need be heard of a call before it is looked up.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// Calls that were asked for earlier can't be taken for a new one.
const LATELY: SignedDuration = SignedDuration::from_mins(30);

macro_rules! select {
    ($where:literal) => {
        concat!(
            "select o.call_id, o.company_id, f.account_sid, f.call_sid, o.user_id, o.phone,
                 o.to_number, o.state as asked, o.error_code, o.asked_at, f.plan, f.state, f.step
             from outgoing_calls o
             join call_flows f on f.company_id = o.company_id and f.call_id = o.call_id
             where ",
            $where
        )
    };
}

impl Kept {
    pub(super) fn new(db: Db) -> Self {
        Self { db }
    }

    /// Keeps a call before Twilio is asked, and puts it on the audit log. Says `false` if the person
    /// has used the key before.
    pub(super) async fn add(&self, new: &NewCall<'_>, caller: &Caller) -> Result<bool, StoreError> {
        let call = new.call;
        let mut tx = self.db.begin().await?;
        let sql = "insert into call_flows (call_id, company_id, line_id, direction, account_sid,
                       plan, state, step, handled_by, created_at)
                   values ($1, $2, $3, 'OUTBOUND', $4, $5, $6, $7, $8, $9)";
        let args = args![
            call.call_id,
            call.company_id,
            new.line_id,
            call.account_sid.as_str(),
            json(&call.decided),
            json(&call.stage),
            call.step,
            call.user_id,
            call.asked_at,
        ];
        tx.execute(sql, args).await?;
        let sql = "insert into outgoing_calls (call_id, company_id, user_id, phone, to_number,
                       state, idempotency_key, asked_at, look_at)
                   values ($1, $2, $3, $4, $5, 'asked', $6, $7, $8)
                   on conflict (company_id, user_id, idempotency_key) do nothing";
        let look_at = call.asked_at.checked_add(PATIENCE).unwrap_or(call.asked_at);
        let args = args![
            call.call_id,
            call.company_id,
            call.user_id,
            call.phone.as_str(),
            call.to.as_str(),
            new.key,
            call.asked_at,
            look_at,
        ];
        if tx.execute(sql, args).await? == 0 {
            return Ok(false);
        }
        let rings = Happened::about(HappenedKind::Forwarded, &call.decided.phone_name);
        let (company, id) = (call.company_id, call.call_id);
        add_events(&mut tx, company, id, &[rings], call.asked_at).await?;
        let object = Some(("call", id.as_uuid()));
        let details = serde_json::json!({ "user_id": call.user_id });
        audit(&mut tx, caller, "call.started", object, details).await?;
        tx.commit().await?;
        Ok(true)
    }

    pub(super) async fn by_key(
        &self,
        company: CompanyId,
        user: UserId,
        key: &str,
    ) -> Result<Option<OutgoingCall>, StoreError> {
        let sql = select!("o.company_id = $1 and o.user_id = $2 and o.idempotency_key = $3");
        let row = self.db.row(sql, args![company, user, key]).await?;
        row.as_ref().map(read).transpose()
    }

    pub(super) async fn get(
        &self,
        company: CompanyId,
        id: CallId,
    ) -> Result<Option<OutgoingCall>, StoreError> {
        let sql = select!("o.company_id = $1 and o.call_id = $2");
        let row = self.db.row(sql, args![company, id]).await?;
        row.as_ref().map(read).transpose()
    }

    /// As whoever signs for this account may know it.
    pub(super) async fn of_account(
        &self,
        account: &AccountSid,
        id: CallId,
    ) -> Result<Option<OutgoingCall>, StoreError> {
        let sql = select!("f.account_sid = $1 and o.call_id = $2");
        let row = self.db.row(sql, args![account.as_str(), id]).await?;
        row.as_ref().map(read).transpose()
    }

    /// Twilio has it, and calls it this. Says `false` if it calls it something else.
    pub(super) async fn started(
        &self,
        call: &OutgoingCall,
        sid: &CallSid,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let sql = "update call_flows set call_sid = $3
                   where company_id = $1 and call_id = $2
                       and (call_sid is null or call_sid = $3)";
        let args = args![call.company_id, call.call_id, sid.as_str()];
        if tx.execute(sql, args).await? == 0 {
            return Ok(false);
        }
        let sql = "update outgoing_calls set state = 'started', error_code = null, look_at = null
                   where company_id = $1 and call_id = $2";
        tx.execute(sql, args![call.company_id, call.call_id])
            .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Twilio does not have it, or nobody knows.
    pub(super) async fn not_started(
        &self,
        call: &OutgoingCall,
        state: OutgoingState,
        error_code: Option<u32>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let look_at =
            (state == OutgoingState::Unknown).then(|| now.checked_add(PATIENCE).unwrap_or(now));
        let mut tx = self.db.begin().await?;
        let sql = "update outgoing_calls set state = $3, error_code = $4, look_at = $5
                   where company_id = $1 and call_id = $2 and state in ('asked', 'unknown')";
        let args = args![
            call.company_id,
            call.call_id,
            state.as_str(),
            error_code,
            look_at,
        ];
        if tx.execute(sql, args).await? > 0 && state == OutgoingState::Failed {
            let failed = Happened::about(HappenedKind::Failed, &call.decided.phone_name);
            add_events(&mut tx, call.company_id, call.call_id, &[failed], now).await?;
        }
        tx.commit().await
    }

    /// Moves a call on from the stage it is at. Says whether nobody else has.
    pub(super) async fn advance(
        &self,
        call: &OutgoingCall,
        stage: Stage,
        happened: &[Happened],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let sql = "update call_flows set step = step + 1, state = $4,
                       ended_at = coalesce(ended_at, $5)
                   where company_id = $1 and call_id = $2 and step = $3";
        let ended = (stage == Stage::Over).then_some(now);
        let args = args![
            call.company_id,
            call.call_id,
            call.step,
            json(&stage),
            ended,
        ];
        if tx.execute(sql, args).await? == 0 {
            return Ok(false);
        }
        add_events(&mut tx, call.company_id, call.call_id, happened, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The calls of which too little was heard.
    pub(super) async fn doubtful(&self, now: Timestamp) -> Result<Vec<OutgoingCall>, StoreError> {
        let sql = select!("o.look_at <= $1 order by o.look_at limit 20");
        let rows = self.db.rows(sql, args![now]).await?;
        rows.iter().map(read).collect()
    }

    /// Says whether this call is ours to look up: of several servers one does it.
    pub(super) async fn claim(
        &self,
        call: &OutgoingCall,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "update outgoing_calls set look_at = $3
                   where company_id = $1 and call_id = $2 and look_at <= $4";
        let next = now.checked_add(PATIENCE).unwrap_or(now);
        let args = args![call.company_id, call.call_id, next, now];
        Ok(self.db.execute(sql, args).await? > 0)
    }

    /// Whether a call at Twilio is known to be another one than this.
    pub(super) async fn is_of_another(
        &self,
        call: &OutgoingCall,
        sid: &CallSid,
    ) -> Result<bool, StoreError> {
        let sql = "select id from calls
                   where account_sid = $1 and call_sid = $2 and id <> $3
                   union all
                   select call_id from call_flows
                   where account_sid = $1 and call_sid = $2 and call_id <> $3 and call_id > $4";
        let oldest = call.asked_at.checked_sub(LATELY).unwrap_or(call.asked_at);
        let args = args![
            call.account_sid.as_str(),
            sid.as_str(),
            call.call_id,
            CallId::at(oldest),
        ];
        Ok(self.db.row(sql, args).await?.is_some())
    }
}

fn read(row: &Row) -> Result<OutgoingCall, StoreError> {
    let (account, state): (String, String) = (row.get("account_sid")?, row.get("asked")?);
    let call_sid: Option<String> = row.get("call_sid")?;
    Ok(OutgoingCall {
        call_id: row.get("call_id")?,
        company_id: row.get("company_id")?,
        account_sid: account.into(),
        call_sid: call_sid.map(Into::into),
        user_id: row.get("user_id")?,
        phone: row.get("phone")?,
        to: row.get("to_number")?,
        state: OutgoingState::from_column(&state),
        error_code: row.get("error_code")?,
        asked_at: row.get("asked_at")?,
        decided: row.json("plan")?,
        stage: row.json("state")?,
        step: row.get("step")?,
    })
}
