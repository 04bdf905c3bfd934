//! Who is signed in: [`Session`].

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use twilio_hooks::{CompanyId, UserId, store::StoreError};
use uuid::Uuid;

use super::{
    People, PeopleError, audit,
    audit::new_id,
    random::{digest, new_secret},
};
use crate::{
    api::{Actor, Caller},
    args,
    database::{Row, Tx},
    secret::Secret,
};

/// How long a session lasts at most.
pub const SESSION_LASTS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long a session lasts that nobody uses.
pub(super) const IDLE_LASTS: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How precisely it is kept when somebody was last seen.
pub(super) const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// How much is kept of what a browser calls itself.
const MAX_AGENT: usize = 300;

/// Somebody who is signed in with a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Session {
    /// The session.
    pub id: Uuid,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When it ends, however busy.
    pub expires_at: Timestamp,
    /// What the browser calls itself.
    pub agent: Option<String>,
}

impl People {
    /// Who has this secret in their cookie, in their present role.
    pub(crate) async fn by_session(&self, secret: &str) -> Result<Option<Caller>, StoreError> {
        let now = self.clock.now();
        let sql = "select s.id, s.company_id, s.user_id, s.seen_at, u.role
                   from sessions s join users u on u.id = s.user_id
                   where s.digest = $1 and s.expires_at > $2 and s.seen_at > $3
                       and u.disabled_at is null";
        let idle = ago(now, IDLE_LASTS);
        let Some(row) = self.db.row(sql, args![digest(secret), now, idle]).await? else {
            return Ok(None);
        };
        let (id, seen_at): (Uuid, Timestamp) = (row.get("id")?, row.get("seen_at")?);
        let long_ago = ago(now, SEEN_EVERY);
        if seen_at <= long_ago {
            let sql = "update sessions set seen_at = $2 where id = $1 and seen_at <= $3";
            self.db.execute(sql, args![id, now, long_ago]).await?;
        }
        Ok(Some(Caller {
            role: row.parse("role")?,
            actor: Actor::User(row.get("user_id")?),
            session: Some(id),
            ..Caller::server(row.get("company_id")?, now)
        }))
    }

    /// Whether the caller still is who they were when they came.
    pub(super) async fn still_valid(&self, caller: &Caller) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let row = match (caller.actor, caller.session) {
            (Actor::User(user), Some(session)) => {
                let sql = "select u.role from sessions s join users u on u.id = s.user_id
                           where s.id = $1 and s.user_id = $2 and s.expires_at > $3
                               and s.seen_at > $4 and u.disabled_at is null";
                let args = args![session, user, now, ago(now, IDLE_LASTS)];
                self.db.row(sql, args).await?
            }
            (Actor::ApiToken(token), _) => {
                let sql = "select role from api_tokens where id = $1 and revoked_at is null";
                self.db.row(sql, args![token]).await?
            }
            (Actor::User(_), None) | (Actor::Configured | Actor::Server, _) => return Ok(true),
        };
        Ok(match row {
            Some(row) => row.parse("role").is_ok_and(|role| caller.role == role),
            None => false,
        })
    }

    /// The sessions of a person, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sessions(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        let now = self.clock.now();
        let sql = "select id, created_at, seen_at, expires_at, agent from sessions
                   where user_id = $1 and expires_at > $2 and seen_at > $3 order by id desc";
        let args = args![user, now, ago(now, IDLE_LASTS)];
        let rows = self.db.rows(sql, args).await?;
        rows.iter().map(session).collect()
    }

    /// Ends a session of the caller's own.
    ///
    /// # Errors
    /// If the caller has no such session, or the database fails.
    pub async fn end_session(&self, caller: &Caller, id: Uuid) -> Result<(), PeopleError> {
        let user = caller.user().ok_or(PeopleError::NotFound)?;
        let mut tx = self.db.begin().await?;
        let sql = "delete from sessions where company_id = $1 and user_id = $2 and id = $3";
        if tx.execute(sql, args![caller.company, user, id]).await? == 0 {
            return Err(PeopleError::NotFound);
        }
        let object = Some(("session", id));
        audit(&mut tx, caller, "session.ended", object, json!({})).await?;
        tx.commit().await?;
        self.revocations.tell(Actor::User(user));
        Ok(())
    }
}

/// Begins a session, and gives the secret of its cookie.
pub(super) async fn insert(
    tx: &mut Tx,
    company: CompanyId,
    user: UserId,
    agent: Option<&str>,
    now: Timestamp,
) -> Result<(Session, Secret), StoreError> {
    let secret = new_secret("");
    let session = Session {
        id: new_id(now),
        created_at: now,
        seen_at: now,
        expires_at: now.saturating_add(SESSION_LASTS).unwrap_or(now),
        agent: agent.map(|agent| agent.chars().take(MAX_AGENT).collect()),
    };
    let sql =
        "insert into sessions (digest, id, company_id, user_id, created_at, seen_at, expires_at,
                   agent)
               values ($1, $2, $3, $4, $5, $5, $6, $7)";
    let args = args![
        digest(secret.expose()),
        session.id,
        company,
        user,
        now,
        session.expires_at,
        session.agent.as_deref()
    ];
    tx.execute(sql, args).await?;
    Ok((session, secret))
}

/// Ends all sessions of a person but one.
pub(super) async fn end_all(
    tx: &mut Tx,
    user: UserId,
    except: Option<Uuid>,
) -> Result<(), StoreError> {
    let sql = "delete from sessions where user_id = $1 and id <> $2";
    let args = args![user, except.unwrap_or(Uuid::nil())];
    tx.execute(sql, args).await.map(drop)
}

pub(super) fn ago(now: Timestamp, duration: SignedDuration) -> Timestamp {
    now.saturating_sub(duration).unwrap_or(now)
}

fn session(row: &Row) -> Result<Session, StoreError> {
    Ok(Session {
        id: row.get("id")?,
        created_at: row.get("created_at")?,
        seen_at: row.get("seen_at")?,
        expires_at: row.get("expires_at")?,
        agent: row.get("agent")?,
    })
}
