//! [`FirstRun`]: the first company and its owner, on a server that has nobody yet.
//!
//! Whoever reads what the server says when it starts has a code, and no stranger is quicker without it.

use std::{net::IpAddr, sync::Arc};

use serde_json::json;
use tokio::sync::Mutex;
use twilio_hooks::{CompanyId, store::StoreError};

use super::{
    NewUser, Password, People, PeopleError, Role, User, audit, fields, random::new_secret,
    users::insert,
};
use crate::{
    api::{Actor, Caller},
    args,
    database::Tx,
    secret::{Secret, SecretDigest},
    templates,
};

/// The code that sets the server up, as long as it is needed. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct FirstRun {
    code: Arc<Mutex<Option<SecretDigest>>>,
}

/// The first company, and who owns it.
#[derive(Debug, Clone)]
pub struct FirstOwner {
    /// What the company is called.
    pub company: String,
    /// The owner's name.
    pub name: String,
    /// What the owner signs in with.
    pub email: String,
    /// What the owner signs in with, too.
    pub password: Password,
}

impl FirstRun {
    /// Makes a code, to be shown once to whoever started the server. Only its digest is kept.
    pub async fn begin(&self) -> Secret {
        let code = new_secret("");
        *self.code.lock().await = Some(code.digest());
        code
    }

    /// Whether the server waits for its first owner. Somebody may have been added by a command.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_open(&self, people: &People) -> Result<bool, StoreError> {
        let mut kept = self.code.lock().await;
        forget_if_needless(&mut kept, people).await?;
        Ok(kept.is_some())
    }

    /// Adds the company and its owner, once, for whoever has the code.
    ///
    /// # Errors
    /// [`PeopleError::NotFound`] if the server is set up; [`PeopleError::Forbidden`] if the code is
    /// another one; [`PeopleError::TooMany`]; something can't be so; or the database fails.
    pub async fn finish(
        &self,
        people: &People,
        code: &str,
        first: FirstOwner,
        ip: Option<IpAddr>,
    ) -> Result<User, PeopleError> {
        people.limits.count_ip(ip)?;
        // Held until the end: the code is used once.
        let mut kept = self.code.lock().await;
        forget_if_needless(&mut kept, people).await?;
        let digest = kept.as_ref().ok_or(PeopleError::NotFound)?;
        if !digest.matches(&Secret::new(code).digest()) {
            return Err(PeopleError::Forbidden);
        }
        let owner = people.add_first(first, ip).await;
        // Another server of the same database may have been quicker.
        if matches!(owner, Ok(_) | Err(PeopleError::NotFound)) {
            *kept = None;
        }
        owner
    }
}

async fn forget_if_needless(
    kept: &mut Option<SecretDigest>,
    people: &People,
) -> Result<(), StoreError> {
    if kept.is_some() && !people.is_nobody_here().await? {
        *kept = None;
    }
    Ok(())
}

impl People {
    /// Whether there is nobody yet, in no company.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_nobody_here(&self) -> Result<bool, StoreError> {
        Ok(self.db.row(ANYBODY, args![]).await?.is_none())
    }

    async fn add_first(&self, first: FirstOwner, ip: Option<IpAddr>) -> Result<User, PeopleError> {
        let name = fields::name(&first.company)?;
        let new = NewUser {
            email: first.email,
            name: Some(first.name),
            role: Role::Owner,
        };
        let hash = self.passwords.hash(first.password).await?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        // Whoever adds somebody meanwhile, on another server of the database, waits.
        if matches!(tx, Tx::Postgres(_)) {
            let sql = "lock table users in share row exclusive mode";
            tx.execute(sql, args![]).await?;
        }
        if tx.row(ANYBODY, args![]).await?.is_some() {
            return Err(PeopleError::NotFound);
        }
        let sql = "insert into companies (id, name, created_at) values ($1, $2, $3)
                   on conflict (name) do nothing";
        tx.execute(sql, args![CompanyId::at(now), &name, now])
            .await?;
        let row = tx
            .row("select id from companies where name = $1", args![&name])
            .await?;
        let row = row.ok_or_else(|| StoreError::corrupt("company", "it is gone"))?;
        let company: CompanyId = row.get("id")?;
        let user = insert(&mut tx, company, &new, Some(hash), now).await?;
        let caller = Caller {
            role: Role::Owner,
            actor: Actor::User(user.id),
            ip,
            ..Caller::server(company, now)
        };
        let object = Some(("user", user.id.as_uuid()));
        let details = json!({ "company": name, "email": user.email });
        audit(&mut tx, &caller, "company.set_up", object, details).await?;
        tx.commit().await?;
        templates::add_starters(&self.db, company, now).await?;
        Ok(user)
    }
}

const ANYBODY: &str = "select id from users limit 1";
