//! What has to be known to [decide](super::decision), in two reads.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use twilio_hooks::{Address, CompanyId, ContactId, LineId, store::StoreError};

use super::{decision::Facts, rule::Rule};
use crate::{
    args,
    consent::{self, Between},
    contacts::block::is_blocked_in,
    database::{Row, Tx},
    hours::ClosedPeriod,
};

/// A text as far as the facts depend on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) company: CompanyId,
    pub(super) line: Option<LineId>,
    pub(super) contact: Option<ContactId>,
    pub(super) from: Option<&'a Address>,
    pub(super) digest: &'a [u8],
    pub(super) at: Timestamp,
    /// Whether somebody only wants to see what would be decided: they must not learn whose the numbers
    /// of other companies are.
    pub(super) is_preview: bool,
}

/// What texts of one sender have in common if they are the same; empty if there is no text, as in
/// pictures, which may well come one after the other.
pub(super) fn digest(text: &str) -> Vec<u8> {
    match text.trim() {
        "" => Vec::new(),
        text => Sha256::digest(text).to_vec(),
    }
}

/// When the closed period began, as it is kept: databases don't reach back to the beginning of time.
pub(super) fn kept(closed: ClosedPeriod) -> Timestamp {
    closed.since.max(Timestamp::UNIX_EPOCH)
}

/// The facts.
pub(super) async fn facts(
    tx: &mut Tx,
    question: &Question<'_>,
    rule: &Rule,
    closed: Option<ClosedPeriod>,
) -> Result<Facts, StoreError> {
    let Question {
        company, contact, ..
    } = *question;
    let ago = |minutes: u32| {
        let length = SignedDuration::from_mins(i64::from(minutes));
        question.at.checked_sub(length).unwrap_or(Timestamp::MIN)
    };
    let args = args![
        company,
        contact,
        question.from.and_then(Address::contact_key),
        ago(60),
        question.digest.to_vec(),
        ago(rule.every_minutes),
        ago(24 * 60),
        closed.map(kept),
        !question.is_preview,
    ];
    let row = tx.row(SQL, args).await?;
    let row = row.ok_or_else(|| StoreError::corrupt("facts", "there are none"))?;
    let mut facts = read(&row)?;
    if let Some(contact) = contact {
        facts.is_blocked = is_blocked_in(tx, company, contact).await?;
        if let Some(line) = question.line {
            let between = Between {
                company,
                line,
                contact,
            };
            facts.is_opted_out = consent::state_in(tx, between).await?.opted_out;
        }
    }
    Ok(facts)
}

/// The last texts and the last decisions are enough, and however many there are, it takes no longer.
const SQL: &str = "with
    talk as (
        select id, direction, created_at from sms
        where company_id = $1 and contact_id = $2 order by id desc limit 20
    ),
    written as (
        select id, sms_id, automatic, state, created_at from outgoing
        where company_id = $1 and contact_id = $2 order by id desc limit 40
    ),
    agent as (
        select max(created_at) as at from (
            select created_at from talk where direction = 'OUTBOUND' and not exists (
                select 1 from written w where w.automatic and talk.id in (w.id, w.sms_id))
            union all
            select created_at from written where not automatic and state <> 'canceled'
        ) as people
    ),
    hour as (
        select digest from auto_replies
        where company_id = $1 and contact_id = $2 and at > $4 order by at desc limit 50
    )
    select
        exists (select 1 from lines where address = $3 and ($9 or company_id = $1)) as own_line,
        (select count(*) from hour) as texts,
        (select count(*) from hour where digest = $5 and length($5) > 0) as same_texts,
        (select count(*) from auto_replies where company_id = $1 and contact_id = $2
            and reply_id is not null and at > $6) as recent_answers,
        (select count(*) from auto_replies where company_id = $1 and contact_id = $2
            and reply_id is not null and at > $7) as answers_today,
        (select count(*) from auto_replies where company_id = $1 and contact_id = $2
            and reply_id is not null and closed_since = $8) as answers_in_period,
        (select at from agent) as agent_wrote,
        (select max(created_at) from talk where direction = 'INBOUND'
            and created_at < (select at from agent)) as contact_wrote";

fn read(row: &Row) -> Result<Facts, StoreError> {
    Ok(Facts {
        is_own_line: row.get("own_line")?,
        is_blocked: false,
        is_opted_out: false,
        texts: row.get("texts")?,
        same_texts: row.get("same_texts")?,
        recent_answers: row.get("recent_answers")?,
        answers_today: row.get("answers_today")?,
        answers_in_period: row.get("answers_in_period")?,
        agent_wrote: row.get("agent_wrote")?,
        contact_wrote: row.get("contact_wrote")?,
    })
}
