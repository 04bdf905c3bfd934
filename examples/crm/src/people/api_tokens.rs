//! Programs of a company: [`ApiToken`].

use jiff::Timestamp;
use serde_json::json;
use twilio_hooks::{
    CompanyId, UserId,
    store::{Page, PageRequest, StoreError},
};
use uuid::Uuid;

use super::{
    People, PeopleError, Permission, Role, audit,
    audit::new_id,
    fields,
    random::{digest, new_secret},
    sessions::{SEEN_EVERY, ago},
    users::require,
};
use crate::{
    api::{Actor, Caller},
    args,
    database::Row,
    secret::Secret,
};

/// What a token that was made here begins with, so that people and scanners see what it is.
pub(super) const PREFIX: &str = "crm_";

/// What a program shows to use the API. Of the token itself only the digest is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiToken {
    /// The token's row.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// What the program may do.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
    /// The person who made it, if it was one.
    pub created_by: Option<UserId>,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
    /// Since when it is worth nothing.
    pub revoked_at: Option<Timestamp>,
}

impl People {
    /// The program that has this token.
    pub(crate) async fn by_token(&self, token: &str) -> Result<Option<Caller>, StoreError> {
        if !token.starts_with(PREFIX) {
            return Ok(None);
        }
        let now = self.clock.now();
        let sql = "select id, company_id, role, used_at from api_tokens
                   where digest = $1 and revoked_at is null";
        let Some(row) = self.db.row(sql, args![digest(token)]).await? else {
            return Ok(None);
        };
        let (id, used_at): (Uuid, Option<Timestamp>) = (row.get("id")?, row.get("used_at")?);
        let long_ago = ago(now, SEEN_EVERY);
        if used_at.is_none_or(|used_at| used_at <= long_ago) {
            let sql = "update api_tokens set used_at = $2
                       where id = $1 and (used_at is null or used_at <= $3)";
            self.db.execute(sql, args![id, now, long_ago]).await?;
        }
        Ok(Some(Caller {
            role: row.parse("role")?,
            actor: Actor::ApiToken(id),
            ..Caller::server(row.get("company_id")?, now)
        }))
    }

    /// The tokens of a company, newest first, the revoked ones among them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn api_tokens(
        &self,
        company: CompanyId,
        page: PageRequest,
    ) -> Result<Page<ApiToken>, StoreError> {
        let sql =
            "select id, name, role, created_at, created_by, used_at, revoked_at from api_tokens
                   where company_id = $1 and id < $2 order by id desc limit $3";
        let before = page.before.unwrap_or(Uuid::max());
        let args = args![company, before, i64::from(page.limit) + 1];
        let rows = self.db.rows(sql, args).await?;
        let tokens = rows.iter().map(api_token).collect::<Result<_, _>>()?;
        Ok(Page::from_rows(tokens, page.limit, |token: &ApiToken| {
            token.id
        }))
    }

    /// Makes a token. It is not kept: it is to be shown once.
    ///
    /// # Errors
    /// If the caller may not, or may less than the token would, the name can't be so, or the database
    /// fails.
    pub async fn create_api_token(
        &self,
        caller: &Caller,
        name: &str,
        role: Role,
    ) -> Result<(ApiToken, Secret), PeopleError> {
        require(caller, Permission::ManageCredentials)?;
        if role > caller.role {
            return Err(PeopleError::Forbidden);
        }
        let secret = new_secret(PREFIX);
        let token = ApiToken {
            id: new_id(caller.at),
            name: fields::name(name)?,
            role,
            created_at: caller.at,
            created_by: caller.user(),
            used_at: None,
            revoked_at: None,
        };
        let mut tx = self.db.begin().await?;
        let sql =
            "insert into api_tokens (id, company_id, name, digest, role, created_at, created_by)
                   values ($1, $2, $3, $4, $5, $6, $7)";
        let args = args![
            token.id,
            caller.company,
            &token.name,
            digest(secret.expose()),
            role.as_str(),
            token.created_at,
            token.created_by,
        ];
        tx.execute(sql, args).await?;
        let details = json!({ "name": token.name, "role": role });
        let object = Some(("api_token", token.id));
        audit(&mut tx, caller, "api_token.created", object, details).await?;
        tx.commit().await?;
        Ok((token, secret))
    }

    /// Makes a token worth nothing, also one that may more than the caller: who finds it in a wrong place
    /// need not wait for an owner.
    ///
    /// # Errors
    /// If there is no such token in the company, the caller may not, or the database fails.
    pub async fn revoke_api_token(&self, caller: &Caller, id: Uuid) -> Result<(), PeopleError> {
        require(caller, Permission::ManageCredentials)?;
        let mut tx = self.db.begin().await?;
        let sql = "select id from api_tokens where company_id = $1 and id = $2";
        let row = tx.row(sql, args![caller.company, id]).await?;
        row.ok_or(PeopleError::NotFound)?;
        let sql = "update api_tokens set revoked_at = $3
                   where company_id = $1 and id = $2 and revoked_at is null";
        if tx
            .execute(sql, args![caller.company, id, caller.at])
            .await?
            > 0
        {
            let object = Some(("api_token", id));
            audit(&mut tx, caller, "api_token.revoked", object, json!({})).await?;
        }
        tx.commit().await?;
        self.revocations.tell(Actor::ApiToken(id));
        Ok(())
    }
}

fn api_token(row: &Row) -> Result<ApiToken, StoreError> {
    Ok(ApiToken {
        id: row.get("id")?,
        name: row.get("name")?,
        role: row.parse("role")?,
        created_at: row.get("created_at")?,
        created_by: row.get("created_by")?,
        used_at: row.get("used_at")?,
        revoked_at: row.get("revoked_at")?,
    })
}
