//! The keys that were used, and what came of them.

use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{CompanyId, store::StoreError};
use uuid::Uuid;

use crate::{
    args,
    database::{Db, Row},
    jobs::Job,
};

/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// After this long nobody is at work any more: the process has ended in the middle.
const ABANDONED: SignedDuration = SignedDuration::from_mins(2);

/// How often what is old is forgotten.
const PAUSE: Duration = Duration::from_secs(60 * 60);

/// Whose key it is, and what for.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) company: CompanyId,
    pub(super) caller: String,
    pub(super) route: String,
    pub(super) key: String,
}

/// An answer that is kept.
pub(super) struct Kept {
    pub(super) status: StatusCode,
    pub(super) content_type: Option<String>,
    pub(super) location: Option<String>,
    pub(super) body: Vec<u8>,
}

/// The right to run the request of a key.
#[derive(Debug)]
pub(super) struct Claim {
    db: Db,
    id: Uuid,
}

/// Who has a key.
pub(super) enum Claimed {
    /// Whoever asks now.
    Ours(Claim),
    /// Nobody any more: this came of it.
    Kept(Kept),
    /// An earlier request that has not ended.
    UnderWay,
    /// A request that was another one.
    Other,
}

/// Takes a key for a request, unless somebody has it.
pub(super) async fn claim(
    db: &Db,
    key: &Key,
    request: Vec<u8>,
    now: Timestamp,
) -> Result<Claimed, StoreError> {
    let id = Uuid::new_v4();
    let sql = "insert into idempotency_keys
                   (company_id, caller, route, idempotency_key, claim, request, created_at)
               values ($1, $2, $3, $4, $5, $6, $7)
               on conflict (company_id, caller, route, idempotency_key) do update
               set claim = excluded.claim, request = excluded.request,
                   created_at = excluded.created_at,
                   status = null, content_type = null, location = null, body = null
               where idempotency_keys.created_at < $8
                  or (idempotency_keys.status is null and idempotency_keys.created_at < $9)
               returning claim";
    let args = args![
        key.company,
        &key.caller,
        &key.route,
        &key.key,
        id,
        request.clone(),
        now,
        before(now, KEPT),
        before(now, ABANDONED),
    ];
    if db.write_row(sql, args).await?.is_some() {
        let db = db.clone();
        return Ok(Claimed::Ours(Claim { db, id }));
    }
    let sql = "select request, status, content_type, location, body from idempotency_keys
               where company_id = $1 and caller = $2 and route = $3 and idempotency_key = $4";
    let args = args![key.company, &key.caller, &key.route, &key.key];
    // What was there a moment ago and is no more was refused: it may be tried again.
    let Some(row) = db.row(sql, args).await? else {
        return Ok(Claimed::UnderWay);
    };
    if row.get::<Vec<u8>>("request")? != request {
        return Ok(Claimed::Other);
    }
    Ok(kept(&row)?.map_or(Claimed::UnderWay, Claimed::Kept))
}

fn kept(row: &Row) -> Result<Option<Kept>, StoreError> {
    let Some(status) = row.get::<Option<i64>>("status")? else {
        return Ok(None);
    };
    let status = u16::try_from(status).ok();
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    Ok(Some(Kept {
        status: status.ok_or_else(|| StoreError::corrupt("column", "status is no status"))?,
        content_type: row.get("content_type")?,
        location: row.get("location")?,
        body: row.get::<Option<Vec<u8>>>("body")?.unwrap_or_default(),
    }))
}

impl Claim {
    /// Keeps the answer.
    pub(super) async fn keep(&self, kept: &Kept) -> Result<(), StoreError> {
        let sql = "update idempotency_keys
                   set status = $2, content_type = $3, location = $4, body = $5 where claim = $1";
        let args = args![
            self.id,
            u32::from(kept.status.as_u16()),
            kept.content_type.clone(),
            kept.location.clone(),
            kept.body.clone(),
        ];
        self.db.execute(sql, args).await.map(drop)
    }

    /// Gives the key back.
    pub(super) async fn release(&self) -> Result<(), StoreError> {
        let sql = "delete from idempotency_keys where claim = $1";
        self.db.execute(sql, args![self.id]).await.map(drop)
    }
}

/// Forgets keys whose time is over.
#[derive(Debug, Clone)]
pub struct ForgetKeys {
    db: Db,
}

impl ForgetKeys {
    /// Those in this database.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Job for ForgetKeys {
    fn name(&self) -> &'static str {
        "forget-idempotency-keys"
    }

    async fn run(&self, now: Timestamp) -> anyhow::Result<Duration> {
        let sql = "delete from idempotency_keys where created_at < $1";
        self.db.execute(sql, args![before(now, KEPT)]).await?;
        Ok(PAUSE)
    }
}

fn before(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}
