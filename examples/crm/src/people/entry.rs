//! How people come in: an invitation, a password, signing in.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tracing::Instrument as _;
use twilio_hooks::{CompanyId, UserId, store::StoreError};

use super::{
    NewUser, Password, People, PeopleError, Role, Session, User, audit, fields,
    random::{digest, new_secret},
    sessions,
    users::{forget_token, insert, lock, may_manage},
};
use crate::{
    api::{Actor, Caller},
    args,
    database::Tx,
    secret::Secret,
};

/// How long somebody who was invited may take.
pub(super) const INVITATION_LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long somebody who has forgotten the password may take.
const RESET_LASTS: SignedDuration = SignedDuration::from_hours(24);

/// What somebody chooses a password with, once. Only its digest is kept.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OneTimeToken {
    /// The token itself, to be shown once.
    pub token: Secret,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

/// Somebody who wants to come in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Who they say they are.
    pub email: String,
    /// What shall prove it.
    pub password: Password,
    /// What the browser calls itself.
    pub agent: Option<String>,
    /// Where the request comes from.
    pub ip: Option<IpAddr>,
}

impl People {
    /// Lets somebody in: a new session, and the secret of its cookie.
    ///
    /// # Errors
    /// [`PeopleError::WrongLogin`] whatever is not right, [`PeopleError::TooMany`]; or the database
    /// fails.
    pub async fn sign_in(&self, attempt: SignIn) -> Result<(Session, Secret), PeopleError> {
        self.limits.count_ip(attempt.ip)?;
        let email = attempt.email.trim().to_lowercase();
        self.limits.count_email(&email)?;
        let now = self.clock.now();
        let sql = "select id, company_id, role, password_hash from users
                   where email = $1 and disabled_at is null";
        let row = self.db.row(sql, args![&email]).await?;
        let hash: Option<String> = match &row {
            Some(row) => row.get("password_hash")?,
            None => None,
        };
        let fits = self
            .passwords
            .verify(attempt.password, hash.clone())
            .await?;
        let Some(row) = row else {
            return Err(PeopleError::WrongLogin);
        };
        let (user, company): (UserId, CompanyId) = (row.get("id")?, row.get("company_id")?);
        if !fits {
            self.note_refusal(company, user, attempt.ip, now);
            return Err(PeopleError::WrongLogin);
        }
        let mut tx = self.db.begin().await?;
        // While the password was compared, somebody may have changed it, or disabled the person.
        // Whoever is doing so now goes first, and ends all sessions that are there by then.
        let sql = self.db.pick(
            "select id from users where id = $1 and password_hash = $2 and disabled_at is null",
            "select id from users where id = $1 and password_hash = $2 and disabled_at is null
             for no key update",
        );
        if tx.row(sql, args![user, hash]).await?.is_none() {
            return Err(PeopleError::WrongLogin);
        }
        let (session, secret) =
            sessions::insert(&mut tx, company, user, attempt.agent.as_deref(), now).await?;
        let caller = Caller {
            role: row.parse("role")?,
            actor: Actor::User(user),
            session: Some(session.id),
            ip: attempt.ip,
            ..Caller::server(company, now)
        };
        let object = Some(("session", session.id));
        audit(&mut tx, &caller, "session.started", object, json!({})).await?;
        tx.commit().await?;
        Ok((session, secret))
    }

    /// In a task of its own: the answer must not take longer for an email address that somebody has.
    fn note_refusal(&self, company: CompanyId, user: UserId, ip: Option<IpAddr>, now: Timestamp) {
        let db = self.db.clone();
        let caller = Caller {
            ip,
            ..Caller::server(company, now)
        };
        let work = async move {
            let object = Some(("user", user.as_uuid()));
            if let Err(error) = audit(&db, &caller, "session.refused", object, json!({})).await {
                tracing::error!(
                    reason = "store",
                    error = &error as &dyn std::error::Error,
                    "a refused login is not on the audit log"
                );
            }
        };
        tokio::spawn(work.in_current_span());
    }

    /// A new token for somebody who has forgotten the password or missed the invitation; older ones
    /// end. The password they have goes on until they choose another.
    ///
    /// # Errors
    /// If there is no such person in the company, the caller may not, it is the caller (who must know
    /// the password), or the database fails.
    pub async fn renew_token(
        &self,
        caller: &Caller,
        id: UserId,
    ) -> Result<OneTimeToken, PeopleError> {
        let mut tx = self.db.begin().await?;
        let user = lock(&mut tx, caller.company, id).await?;
        may_manage(caller, user.role)?;
        if caller.user() == Some(id) {
            return Err(PeopleError::Conflict(
                "change your own password with the one you have",
            ));
        }
        if user.disabled_at.is_some() {
            return Err(PeopleError::Conflict("the person is disabled"));
        }
        let lasts = if user.has_password {
            RESET_LASTS
        } else {
            INVITATION_LASTS
        };
        let token = put_token(&mut tx, &user, caller.at, lasts).await?;
        let object = Some(("user", id.as_uuid()));
        audit(&mut tx, caller, "user.token_renewed", object, json!({})).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// Sets the password of whoever has a one-time token, and their name if they give one. All their
    /// sessions end.
    ///
    /// # Errors
    /// [`PeopleError::NotFound`] if the token is none, was used, or is too old;
    /// [`PeopleError::TooMany`]; the password or the name can't be taken; or the database fails.
    pub async fn choose_password(
        &self,
        token: &str,
        password: Password,
        name: Option<&str>,
        ip: Option<IpAddr>,
    ) -> Result<User, PeopleError> {
        self.limits.count_ip(ip)?;
        password.check()?;
        let name = name.map(fields::name).transpose()?;
        let (digest, now) = (digest(token), self.clock.now());
        let sql = "select user_id, company_id from password_tokens
                   where digest = $1 and expires_at > $2";
        let known = self.db.row(sql, args![digest.clone(), now]).await?;
        let known = known.ok_or(PeopleError::NotFound)?;
        let (id, company): (UserId, CompanyId) = (known.get("user_id")?, known.get("company_id")?);
        let hash = self.passwords.hash(password).await?;

        let mut tx = self.db.begin().await?;
        lock(&mut tx, company, id).await?;
        let sql = "update users set password_hash = $2, name = coalesce($3, name)
                   where id = $1 and disabled_at is null";
        if tx.execute(sql, args![id, hash, name]).await? == 0 {
            return Err(PeopleError::NotFound);
        }
        // Whoever was faster has used it.
        let sql = "delete from password_tokens
                   where user_id = $1 and digest = $2 and expires_at > $3";
        if tx.execute(sql, args![id, digest, now]).await? == 0 {
            return Err(PeopleError::NotFound);
        }
        sessions::end_all(&mut tx, id, None).await?;
        let user = lock(&mut tx, company, id).await?;
        let caller = Caller {
            role: user.role,
            actor: Actor::User(id),
            ip,
            ..Caller::server(company, now)
        };
        let object = Some(("user", id.as_uuid()));
        audit(&mut tx, &caller, "user.password_chosen", object, json!({})).await?;
        tx.commit().await?;
        self.revocations.tell(Actor::User(id));
        Ok(user)
    }

    /// Changes the caller's own password. All their other sessions end.
    ///
    /// # Errors
    /// If the caller is no person, the present password is not right, the new one can't be taken, there
    /// were too many attempts, or the database fails.
    pub async fn change_password(
        &self,
        caller: &Caller,
        present: Password,
        new: Password,
    ) -> Result<(), PeopleError> {
        let id = caller.user().ok_or(PeopleError::Conflict(
            "only a person who is signed in has a password",
        ))?;
        new.check()?;
        let sql = "select email, password_hash from users where company_id = $1 and id = $2";
        let row = self.db.row(sql, args![caller.company, id]).await?;
        let row = row.ok_or(PeopleError::NotFound)?;
        let (email, hash): (String, Option<String>) =
            (row.get("email")?, row.get("password_hash")?);
        self.limits.count_email(&email)?;
        if !self.passwords.verify(present, hash.clone()).await? {
            return Err(PeopleError::WrongPassword);
        }
        let new = self.passwords.hash(new).await?;

        let mut tx = self.db.begin().await?;
        let sql = "update users set password_hash = $3
                   where id = $1 and password_hash = $2 and disabled_at is null";
        if tx.execute(sql, args![id, hash, new]).await? == 0 {
            return Err(PeopleError::WrongPassword);
        }
        forget_token(&mut tx, id).await?;
        sessions::end_all(&mut tx, id, caller.session).await?;
        let object = Some(("user", id.as_uuid()));
        audit(&mut tx, caller, "user.password_changed", object, json!({})).await?;
        tx.commit().await?;
        self.revocations.tell(Actor::User(id));
        Ok(())
    }

    /// Adds a person from outside of the API: whoever runs the server says so. With a password they can
    /// sign in at once, without one they get a token to choose it.
    ///
    /// # Errors
    /// If the email address is in use or none, the password can't be taken, or the database fails.
    pub async fn add_user(
        &self,
        company: CompanyId,
        new: &NewUser,
        password: Option<Password>,
    ) -> Result<(User, Option<OneTimeToken>), PeopleError> {
        let hash = match password {
            Some(password) => Some(self.passwords.hash(password).await?),
            None => None,
        };
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let user = insert(&mut tx, company, new, hash, now).await?;
        let token = if user.has_password {
            None
        } else {
            Some(put_token(&mut tx, &user, now, INVITATION_LASTS).await?)
        };
        let details = json!({ "email": user.email, "role": user.role });
        let object = Some(("user", user.id.as_uuid()));
        let server = Caller::server(company, now);
        audit(&mut tx, &server, "user.added", object, details).await?;
        tx.commit().await?;
        Ok((user, token))
    }
}

/// Adds an owner to a company, who can sign in at once.
///
/// # Errors
/// As for [`People::add_user`].
pub async fn create_owner(
    people: &People,
    company: CompanyId,
    email: &str,
    name: &str,
    password: Password,
) -> Result<User, PeopleError> {
    let new = NewUser {
        email: email.to_owned(),
        name: Some(name.to_owned()),
        role: Role::Owner,
    };
    let (user, _) = people.add_user(company, &new, Some(password)).await?;
    Ok(user)
}

/// Makes a token for a person; the one before ends.
pub(super) async fn put_token(
    tx: &mut Tx,
    user: &User,
    now: Timestamp,
    lasts: SignedDuration,
) -> Result<OneTimeToken, StoreError> {
    let token = new_secret("");
    let expires_at = now.saturating_add(lasts).unwrap_or(now);
    let sql = "insert into password_tokens (user_id, company_id, digest, created_at, expires_at)
               values ($1, $2, $3, $4, $5)
               on conflict (user_id) do update set digest = excluded.digest,
                   created_at = excluded.created_at, expires_at = excluded.expires_at";
    let args = args![
        user.id,
        user.company_id,
        digest(token.expose()),
        now,
        expires_at
    ];
    tx.execute(sql, args).await?;
    Ok(OneTimeToken { token, expires_at })
}
