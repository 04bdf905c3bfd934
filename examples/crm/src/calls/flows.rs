//! [`Flows`]: what was decided about calls, and how far they are, in the database.

use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{
    AccountSid, CallId, CallSid, CompanyId, RecordingSid, UserId, store::StoreError,
};
use uuid::Uuid;

use super::{
    flow::{Ending, Position, State},
    happened::Happened,
    plan::Plan,
    settings::json,
};
use crate::{
    args,
    database::{Db, Row, Tx},
};

/// How long a message may still be reported after the caller has hung up.
const LATE_MESSAGE: SignedDuration = SignedDuration::from_secs(20);

/// A call that came in, and where it is.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    /// The call.
    pub call_id: CallId,
    /// Whose it is.
    pub company_id: CompanyId,
    /// The account that it came over.
    pub account_sid: AccountSid,
    /// Twilio's name for it.
    pub call_sid: Option<CallSid>,
    /// What was decided.
    pub plan: Plan,
    /// Where it is.
    pub state: State,
    /// How often it has moved on: the step whose answer is waited for.
    pub step: i64,
}

/// What moving on writes, besides the state.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    /// Who of us has talked.
    pub handled_by: Option<UserId>,
    /// The message that was left, and how many seconds it has.
    pub message: Option<(Option<RecordingSid>, u32)>,
}

/// The flows in the database.
#[derive(Debug, Clone)]
pub(super) struct Flows {
    db: Db,
}

impl Flows {
    /// The flows in `db`.
    #[must_use]
    pub(super) fn new(db: Db) -> Self {
        Self { db }
    }

    /// Keeps a call that begins. Says whether it is new; if Twilio has asked before, what was decided
    /// then counts.
    ///
    /// # Errors
    /// If the database fails.
    pub(super) async fn begin(
        &self,
        flow: &Flow,
        happened: &[Happened],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let sql = "insert into call_flows (call_id, company_id, line_id, direction, account_sid,
                       call_sid, plan, state, step, missed, ended_at, settle_at, created_at)
                   values ($1, $2, $3, 'INBOUND', $4, $5, $6, $7, $8, $9, $10, $10, $11)
                   on conflict (call_id) do nothing";
        let ended = ending(&flow.state);
        let args = args![
            flow.call_id,
            flow.company_id,
            flow.plan.line_id,
            flow.account_sid.as_str(),
            flow.call_sid.as_ref().map(|sid| sid.as_str().to_owned()),
            json(&flow.plan),
            json(&flow.state),
            flow.step,
            ended.is_some_and(Ending::is_missed),
            ended.map(|_| now),
            now,
        ];
        if tx.execute(sql, args).await? == 0 {
            return Ok(false);
        }
        add_events(&mut tx, flow.company_id, flow.call_id, happened, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The flow of an incoming call, as whoever signs for this account may know it.
    ///
    /// # Errors
    /// If the database fails.
    pub(super) async fn incoming(
        &self,
        account: &AccountSid,
        call: CallId,
    ) -> Result<Option<Flow>, StoreError> {
        let sql = "select call_id, company_id, account_sid, call_sid, plan, state, step
                   from call_flows
                   where call_id = $1 and account_sid = $2 and direction = 'INBOUND'";
        let row = self.db.row(sql, args![call, account.as_str()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// Moves a call on, if nobody else has done so from the step it is at. Says whether it did.
    ///
    /// # Errors
    /// If the database fails; the call is where it was then.
    pub(super) async fn advance(
        &self,
        flow: &Flow,
        state: &State,
        outcome: &Outcome,
        happened: &[Happened],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let sql = "update call_flows set step = step + 1, state = $4,
                       handled_by = coalesce($5, handled_by),
                       missed = $6, voicemail = $7,
                       voicemail_sid = $8, voicemail_seconds = $9,
                       ended_at = coalesce(ended_at, $10), settle_at = coalesce(settle_at, $10)
                   where company_id = $1 and call_id = $2 and step = $3 and ended_at is null";
        let ended = ending(state);
        let (sid, seconds) = outcome.message.clone().unzip();
        let args = args![
            flow.company_id,
            flow.call_id,
            flow.step,
            json(state),
            outcome.handled_by,
            ended.is_some_and(Ending::is_missed),
            ended == Some(Ending::LeftMessage),
            sid.flatten().map(|sid| sid.as_str().to_owned()),
            seconds,
            ended.map(|_| now),
        ];
        if tx.execute(sql, args).await? == 0 {
            return Ok(false);
        }
        add_events(&mut tx, flow.company_id, flow.call_id, happened, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Somebody has taken a call, or is talking: so people see at once who has it.
    ///
    /// # Errors
    /// If the database fails.
    pub(super) async fn handled_by(&self, flow: &Flow, user: UserId) -> Result<(), StoreError> {
        let sql = "update call_flows set handled_by = $3
                   where company_id = $1 and call_id = $2 and ended_at is null";
        let args = args![flow.company_id, flow.call_id, user];
        self.db.execute(sql, args).await?;
        Ok(())
    }

    /// Twilio says that a call is over. It is told what came of it at once; or a little later, if a
    /// message may still come.
    ///
    /// # Errors
    /// If the database fails.
    pub(super) async fn call_is_over(
        &self,
        company: CompanyId,
        call: CallId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "select state from call_flows
                   where company_id = $1 and call_id = $2 and direction = 'INBOUND'
                       and settle_at is null";
        let Some(row) = self.db.row(sql, args![company, call]).await? else {
            return Ok(());
        };
        // Who was led there has reached nobody, with a message or without.
        let records = row
            .json::<State>("state")
            .is_ok_and(|state| state.at == Position::Voicemail);
        let later = now.checked_add(LATE_MESSAGE).unwrap_or(now);
        let sql = "update call_flows set settle_at = $3, missed = $4
                   where company_id = $1 and call_id = $2 and settle_at is null";
        let at = if records { later } else { now };
        let args = args![company, call, at, records];
        self.db.execute(sql, args).await?;
        Ok(())
    }

    /// The flows that are to be settled by now, the oldest first. One that can't be read, because a newer
    /// version of the server has written it, stops no other.
    ///
    /// # Errors
    /// If the database fails.
    pub(super) async fn to_settle(&self, now: Timestamp) -> Result<Vec<ToSettle>, StoreError> {
        let sql = "select call_id, company_id, account_sid, call_sid, plan, state, step,
                       voicemail, voicemail_sid, voicemail_seconds, ended_at
                   from call_flows
                   where settled_at is null and settle_at <= $1 and direction = 'INBOUND'
                   order by settle_at limit 50";
        let rows = self.db.rows(sql, args![now]).await?;
        rows.iter()
            .map(|row| Ok(((row.get("company_id")?, row.get("call_id")?), due(row))))
            .collect()
    }

    /// When the next flow is to be settled.
    ///
    /// # Errors
    /// If the database fails.
    pub(super) async fn next_to_settle(&self) -> Result<Option<Timestamp>, StoreError> {
        let sql = "select min(settle_at) as next from call_flows
                   where settled_at is null and settle_at is not null and direction = 'INBOUND'";
        match self.db.row(sql, args![]).await? {
            Some(row) => row.get("next"),
            None => Ok(None),
        }
    }

    /// Marks calls that the store knows to be over, and whose end nobody was told of.
    ///
    /// # Errors
    /// If the database fails.
    pub(super) async fn notice_ended_calls(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "select f.company_id, f.call_id from call_flows f
                   join calls c on c.company_id = f.company_id and c.id = f.call_id
                   where f.settled_at is null and f.settle_at is null
                       and f.direction = 'INBOUND' and c.status_rank >= 70
                   limit 50";
        let rows = self.db.rows(sql, args![]).await?;
        for row in &rows {
            self.call_is_over(row.get("company_id")?, row.get("call_id")?, now)
                .await?;
        }
        Ok(rows.len() as u64)
    }
}

/// A call, and its flow that is to be settled, or why it can't be read.
pub(super) type ToSettle = ((CompanyId, CallId), Result<Due, StoreError>);

/// A flow that is to be settled.
#[derive(Debug)]
pub(super) struct Due {
    /// It.
    pub flow: Flow,
    /// The message that was left.
    pub voicemail: Option<(Option<String>, u32)>,
    /// Whether it came to its end as planned; otherwise the caller hung up.
    pub has_ended: bool,
}

/// Everybody was told. Says whether that is news: another server may have told them.
///
/// # Errors
/// If the database fails.
pub(super) async fn settled(tx: &mut Tx, flow: &Flow, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "update call_flows set settled_at = $3
               where company_id = $1 and call_id = $2 and settled_at is null";
    let args = args![flow.company_id, flow.call_id, now];
    Ok(tx.execute(sql, args).await? > 0)
}

/// Adds to the list of what happened.
pub(super) async fn add_events(
    tx: &mut Tx,
    company: CompanyId,
    call: CallId,
    happened: &[Happened],
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "insert into call_events (id, company_id, call_id, kind, name, key, seconds, at)
               values ($1, $2, $3, $4, $5, $6, $7, $8)";
    for it in happened {
        let args = args![
            new_id(now),
            company,
            call,
            it.kind.as_str(),
            it.name.as_deref(),
            it.key.map(String::from),
            it.seconds,
            now,
        ];
        tx.execute(sql, args).await?;
    }
    Ok(())
}

/// An id for a row that has no type of its own: ids made later sort later.
pub(super) fn new_id(now: Timestamp) -> Uuid {
    CallId::at(now).as_uuid()
}

fn ending(state: &State) -> Option<Ending> {
    match state.at {
        Position::Over(ending) => Some(ending),
        _ => None,
    }
}

fn read(row: &Row) -> Result<Flow, StoreError> {
    let account: String = row.get("account_sid")?;
    let call_sid: Option<String> = row.get("call_sid")?;
    Ok(Flow {
        call_id: row.get("call_id")?,
        company_id: row.get("company_id")?,
        account_sid: account.into(),
        call_sid: call_sid.map(Into::into),
        plan: row.json("plan")?,
        state: row.json("state")?,
        step: row.get("step")?,
    })
}

fn due(row: &Row) -> Result<Due, StoreError> {
    let ended: Option<Timestamp> = row.get("ended_at")?;
    let seconds: Option<u32> = row.get("voicemail_seconds")?;
    let has_message: bool = row.get("voicemail")?;
    let sid: Option<String> = row.get("voicemail_sid")?;
    Ok(Due {
        flow: read(row)?,
        voicemail: has_message.then(|| (sid, seconds.unwrap_or(0))),
        has_ended: ended.is_some(),
    })
}
