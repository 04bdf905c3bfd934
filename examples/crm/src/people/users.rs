//! The members of a company: [`User`], and who may change whom.

use jiff::Timestamp;
use serde_json::json;
use twilio_hooks::{
    CompanyId, UserId,
    store::{Page, PageRequest, StoreError},
};
use uuid::Uuid;

use super::{
    OneTimeToken, People, PeopleError, Permission, Role, audit,
    entry::{INVITATION_LASTS, put_token},
    fields,
    profile::{are_not_lines, note_changes, patched},
};
use crate::{
    api::{Actor, Caller},
    args,
    contacts::company,
    database::{Row, Tx, is_duplicate, lock_company},
};

/// A person who works in a company.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// The person.
    pub id: UserId,
    /// Where they work.
    pub company_id: CompanyId,
    /// What they sign in with, in lower case.
    pub email: String,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Their mobile phone, in E.164; calls are forwarded to it.
    pub mobile: Option<String>,
    /// The phone on their desk, in E.164; calls are forwarded to it, too.
    pub office: Option<String>,
    /// An IANA name: where pages show times as the clock on their wall does. Nothing else goes by it.
    pub time_zone: Option<String>,
    /// Whether they have chosen a password; who has not was only invited so far.
    pub has_password: bool,
    /// When they were invited.
    pub created_at: Timestamp,
    /// Since when they may do nothing.
    pub disabled_at: Option<Timestamp>,
}

/// Somebody to invite.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// What they will sign in with.
    pub email: String,
    /// Their name; what stands before the `@` unless given. They can correct it when they come.
    pub name: Option<String>,
    /// What they will be.
    pub role: Role,
}

/// A change of a [`User`]: the outer `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct UserPatch {
    /// The new email address.
    pub email: Option<String>,
    /// The new name.
    pub name: Option<String>,
    /// The new role.
    pub role: Option<Role>,
    /// The new mobile number, as people write it.
    pub mobile: Option<Option<String>>,
    /// The new number of the phone in the office, as people write it.
    pub office: Option<Option<String>>,
    /// The new time zone.
    pub time_zone: Option<Option<String>>,
}

impl People {
    /// The members of a company, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn users(
        &self,
        company: CompanyId,
        page: PageRequest,
    ) -> Result<Page<User>, StoreError> {
        let sql = "select id, company_id, email, name, role, mobile, office, time_zone,
                       password_hash is not null as has_password, created_at, disabled_at
                   from users where company_id = $1 and id < $2 order by id desc limit $3";
        let before = page.before.unwrap_or(Uuid::max());
        let args = args![company, before, i64::from(page.limit) + 1];
        let rows = self.db.rows(sql, args).await?;
        let users = rows.iter().map(user).collect::<Result<_, _>>()?;
        Ok(Page::from_rows(users, page.limit, |user: &User| {
            user.id.as_uuid()
        }))
    }

    /// One member of a company.
    ///
    /// # Errors
    /// If there is no such person in the company, or the database fails.
    pub async fn user(&self, company: CompanyId, id: UserId) -> Result<User, PeopleError> {
        let row = self.db.row(ONE_USER, args![company, id]).await?;
        Ok(user(&row.ok_or(PeopleError::NotFound)?)?)
    }

    /// Adds somebody, who chooses a password with the token. The token is not kept: it is to be shown
    /// once.
    ///
    /// # Errors
    /// If the caller may not, the email address is in use or none, or the database fails.
    pub async fn invite(
        &self,
        caller: &Caller,
        new: &NewUser,
    ) -> Result<(User, OneTimeToken), PeopleError> {
        may_manage(caller, new.role)?;
        let mut tx = self.db.begin().await?;
        let user = insert(&mut tx, caller.company, new, None, caller.at).await?;
        let token = put_token(&mut tx, &user, caller.at, INVITATION_LASTS).await?;
        let details = json!({ "email": user.email, "role": user.role });
        let object = Some(("user", user.id.as_uuid()));
        audit(&mut tx, caller, "user.invited", object, details).await?;
        tx.commit().await?;
        Ok((user, token))
    }

    /// Changes a person. Everybody may correct their own name, numbers and time zone.
    ///
    /// # Errors
    /// If there is no such person in the company, the caller may not, a field can't be so, the company
    /// would have no owner, or the database fails.
    pub async fn change_user(
        &self,
        caller: &Caller,
        id: UserId,
        patch: &UserPatch,
    ) -> Result<User, PeopleError> {
        let concerns_entry = patch.email.is_some() || patch.role.is_some();
        if caller.user() != Some(id) || concerns_entry {
            require(caller, Permission::ManageMembers)?;
        }
        let country = company::country(&self.db, caller.company).await?;
        let mut tx = self.db.begin().await?;
        let before = lock(&mut tx, caller.company, id).await?;
        if caller.user() != Some(id) || concerns_entry {
            may_manage(caller, before.role)?;
        }
        let after = patched(&before, patch, country)?;
        are_not_lines(&mut tx, &before, &after).await?;
        if after.role != before.role {
            may_manage(caller, after.role)?;
            if before.role == Role::Owner {
                keep_an_owner(&mut tx, &before).await?;
            }
        }
        update(&mut tx, &after).await?;
        if after.email != before.email {
            // It was meant for whoever reads the old address.
            forget_token(&mut tx, id).await?;
        }
        note_changes(&mut tx, caller, &before, &after).await?;
        tx.commit().await?;
        if after.role != before.role {
            self.revocations.tell(Actor::User(id));
        }
        Ok(after)
    }

    /// Ends what somebody may do: their sessions, and their invitation. What they did stays theirs.
    ///
    /// # Errors
    /// If there is no such person in the company, the caller may not, the company would have no owner,
    /// or the database fails.
    pub async fn disable_user(&self, caller: &Caller, id: UserId) -> Result<User, PeopleError> {
        require(caller, Permission::ManageMembers)?;
        let mut tx = self.db.begin().await?;
        let mut user = lock(&mut tx, caller.company, id).await?;
        may_manage(caller, user.role)?;
        if user.disabled_at.is_some() {
            return Ok(user);
        }
        if user.role == Role::Owner {
            keep_an_owner(&mut tx, &user).await?;
        }
        user.disabled_at = Some(caller.at);
        update(&mut tx, &user).await?;
        forget_token(&mut tx, id).await?;
        let sql = "delete from sessions where user_id = $1";
        tx.execute(sql, args![id]).await?;
        let object = Some(("user", id.as_uuid()));
        audit(&mut tx, caller, "user.disabled", object, json!({})).await?;
        tx.commit().await?;
        self.revocations.tell(Actor::User(id));
        Ok(user)
    }

    /// Lets somebody in again who was disabled, with the password they had.
    ///
    /// # Errors
    /// If there is no such person in the company, the caller may not, or the database fails.
    pub async fn enable_user(&self, caller: &Caller, id: UserId) -> Result<User, PeopleError> {
        require(caller, Permission::ManageMembers)?;
        let mut tx = self.db.begin().await?;
        let mut user = lock(&mut tx, caller.company, id).await?;
        may_manage(caller, user.role)?;
        if user.disabled_at.take().is_none() {
            return Ok(user);
        }
        update(&mut tx, &user).await?;
        let object = Some(("user", id.as_uuid()));
        audit(&mut tx, caller, "user.enabled", object, json!({})).await?;
        tx.commit().await?;
        Ok(user)
    }
}

const ONE_USER: &str = "select id, company_id, email, name, role, mobile, office, time_zone,
                            password_hash is not null as has_password, created_at, disabled_at
                        from users where company_id = $1 and id = $2";

/// Goes on only if the caller may do this.
pub(super) fn require(caller: &Caller, permission: Permission) -> Result<(), PeopleError> {
    if caller.role.may(permission) {
        Ok(())
    } else {
        Err(PeopleError::Forbidden)
    }
}

/// Whether the caller may change somebody of this role, or make somebody one: owners are made and
/// changed by owners.
pub(super) fn may_manage(caller: &Caller, role: Role) -> Result<(), PeopleError> {
    require(caller, Permission::ManageMembers)?;
    if role == Role::Owner {
        require(caller, Permission::Own)?;
    }
    Ok(())
}

/// The person, while nobody else changes people of the company: two owners could unmake each other.
pub(super) async fn lock(tx: &mut Tx, company: CompanyId, id: UserId) -> Result<User, PeopleError> {
    lock_company(tx, company).await?;
    let row = tx.row(ONE_USER, args![company, id]).await?;
    Ok(user(&row.ok_or(PeopleError::NotFound)?)?)
}

/// Somebody must be left who can do what only an owner may. Who was only invited can't, and counts
/// only beside others like that.
async fn keep_an_owner(tx: &mut Tx, leaving: &User) -> Result<(), PeopleError> {
    let sql = "select id from users
               where company_id = $1 and role = 'owner' and disabled_at is null and id <> $2
                   and (password_hash is not null or not $3) limit 1";
    let args = args![leaving.company_id, leaving.id, leaving.has_password];
    match tx.row(sql, args).await? {
        Some(_) => Ok(()),
        None if leaving.disabled_at.is_some() => Ok(()),
        None => Err(PeopleError::LastOwner),
    }
}

pub(super) async fn insert(
    tx: &mut Tx,
    company: CompanyId,
    new: &NewUser,
    password_hash: Option<String>,
    now: Timestamp,
) -> Result<User, PeopleError> {
    let email = fields::email(&new.email)?;
    let name = match &new.name {
        Some(name) => fields::name(name)?,
        None => email.split('@').next().unwrap_or(&email).to_owned(),
    };
    let user = User {
        id: UserId::at(now),
        company_id: company,
        email,
        name,
        role: new.role,
        mobile: None,
        office: None,
        time_zone: None,
        has_password: password_hash.is_some(),
        created_at: now,
        disabled_at: None,
    };
    let sql = "insert into users (id, company_id, email, name, role, password_hash, created_at)
               values ($1, $2, $3, $4, $5, $6, $7)";
    let args = args![
        user.id,
        company,
        &user.email,
        &user.name,
        user.role.as_str(),
        password_hash,
        now
    ];
    tx.execute(sql, args).await.map_err(email_in_use)?;
    Ok(user)
}

async fn update(tx: &mut Tx, user: &User) -> Result<(), PeopleError> {
    let sql = "update users set email = $3, name = $4, role = $5, mobile = $6, office = $7,
                   time_zone = $8, disabled_at = $9
               where company_id = $1 and id = $2";
    let args = args![
        user.company_id,
        user.id,
        &user.email,
        &user.name,
        user.role.as_str(),
        user.mobile.as_deref(),
        user.office.as_deref(),
        user.time_zone.as_deref(),
        user.disabled_at,
    ];
    tx.execute(sql, args).await.map_err(email_in_use)?;
    Ok(())
}

fn email_in_use(error: StoreError) -> PeopleError {
    if is_duplicate(&error) {
        PeopleError::EmailInUse
    } else {
        error.into()
    }
}

pub(super) async fn forget_token(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    let sql = "delete from password_tokens where user_id = $1";
    tx.execute(sql, args![user]).await.map(drop)
}

pub(super) fn user(row: &Row) -> Result<User, StoreError> {
    Ok(User {
        id: row.get("id")?,
        company_id: row.get("company_id")?,
        email: row.get("email")?,
        name: row.get("name")?,
        role: row.parse("role")?,
        mobile: row.get("mobile")?,
        office: row.get("office")?,
        time_zone: row.get("time_zone")?,
        has_password: row.get("has_password")?,
        created_at: row.get("created_at")?,
        disabled_at: row.get("disabled_at")?,
    })
}
