//! Taking numbers into use, and letting them go.
//!
//! A company takes numbers of its own accounts, and of those that the configuration gives it. Of an
//! account that several companies share, the configuration alone says whose a number is: else the first
//! to ask could read the others' messages.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use twilio_hooks::{
    AccountSid, Address, CompanyId, LineId, MessagingServiceSid, UserId,
    client::{Client, ClientError, ListIncomingPhoneNumbers},
    store::{Line, StoreError},
};

use super::{AccountError, Accounts, ManageError, Refused, Removed, TwilioAccount, problems};
use crate::{
    api::Caller,
    args,
    database::{Db, LineSettingsPatch, Settings, Tx, lock_line},
    messaging,
    people::audit,
    replies,
};

/// A line to add.
#[derive(Debug, Clone)]
pub struct NewLine {
    /// The account that has the number.
    pub account_sid: AccountSid,
    /// A phone number, or the SID of a messaging service.
    pub address: String,
    /// The person who is responsible for it.
    pub user: Option<UserId>,
    /// What people call it.
    pub name: Option<String>,
}

/// A change of a line: an outer `None` leaves things as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinePatch {
    /// The person who is responsible for it.
    pub user: Option<Option<UserId>>,
    /// What people call it.
    pub name: Option<Option<String>>,
    /// What it says by itself.
    pub settings: LineSettingsPatch,
}

const TAKEN: &str = "this number is a line on this server already";

fn refused(field: &'static str, reason: &'static str) -> ManageError {
    ManageError::Refused(Refused::Field { field, reason })
}

impl Accounts {
    /// Adds a line to the caller's company, if Twilio says that the account has the number.
    ///
    /// # Errors
    /// If the company may not take numbers of the account, the account does not have it, it is a line
    /// already, or the database fails.
    pub async fn add_line(&self, caller: &Caller, new: NewLine) -> Result<Line, ManageError> {
        let (company, sid) = (caller.company, &new.account_sid);
        if !self.of_company(company).await?.contains(sid) {
            return Err(self.why_not(company, sid).await?);
        }
        self.assign_line(caller, new).await
    }

    /// The same for whoever runs the server, who says whose the numbers of a shared account are.
    ///
    /// # Errors
    /// If the account is another company's or does not have the number, it is a line already, or the
    /// database fails.
    pub async fn assign_line(&self, caller: &Caller, new: NewLine) -> Result<Line, ManageError> {
        let (company, sid) = (caller.company, &new.account_sid);
        let address = address(&new.address).ok_or_else(|| {
            refused(
                "address",
                "neither a phone number in the international form, such as +12025550143, nor the \
                 SID of a messaging service",
            )
        })?;
        let client = self.client(sid).await.map_err(|error| match error {
            AccountError::Unknown => ManageError::NotFound,
            AccountError::Store(error) => error.into(),
        })?;
        if !has(&client, sid, &address).await.map_err(Refused::Twilio)? {
            return Err(refused("address", "the account does not have it at Twilio"));
        }

        let now = self.inner.clock.now();
        let mut line = Line::new(LineId::at(now), sid.clone(), address, company);
        line.user_id = new.user;
        let mut tx = self.inner.database.db.begin().await?;
        let is_stored = !self.inner.configured.contains_key(sid);
        if is_stored && !TwilioAccount::hold(&mut tx, company, sid).await? {
            return Err(ManageError::NotFound);
        }
        check_user(&mut tx, company, new.user).await?;
        let sql = "insert into lines (id, account_sid, address, company_id, user_id)
                   values ($1, $2, $3, $4, $5) on conflict (account_sid, address) do nothing";
        let args = args![line.id, sid.as_str(), &line.address, company, line.user_id];
        if tx.execute(sql, args).await? == 0 {
            return Err(ManageError::Conflict(TAKEN));
        }
        set_name(&mut tx, &line, new.name.as_deref()).await?;
        let details = json!({"account_sid": sid, "address": line.address, "user_id": new.user});
        let object = ("line", line.id.into());
        audit(&mut tx, caller, "line.added", Some(object), details).await?;
        tx.commit().await?;
        Ok(line)
    }

    /// Who has lines of a shared account knows that there is such an account; to all others there is
    /// none.
    async fn why_not(
        &self,
        company: CompanyId,
        sid: &AccountSid,
    ) -> Result<ManageError, StoreError> {
        let lines = self.inner.database.lines.lines(company).await?;
        let uses = lines.iter().any(|line| line.account_sid == *sid);
        if uses && self.inner.configured.contains_key(sid) {
            return Ok(ManageError::Conflict(
                "companies share this account: whoever runs this server says whose its numbers are",
            ));
        }
        Ok(ManageError::NotFound)
    }

    /// Changes a line of the caller's company, and gives it as it is then.
    ///
    /// # Errors
    /// If there is no such line or user in the company, or the database fails.
    pub async fn change_line(
        &self,
        caller: &Caller,
        mut line: Line,
        patch: &LinePatch,
    ) -> Result<Line, ManageError> {
        let mut tx = self.inner.database.db.begin().await?;
        if !lock_line(&mut tx, caller.company, line.id).await? {
            return Err(ManageError::NotFound);
        }
        // Somebody may have changed it since it was read.
        let sql = "select user_id from lines where company_id = $1 and id = $2";
        let row = tx.row(sql, args![caller.company, line.id]).await?;
        line.user_id = row.ok_or(ManageError::NotFound)?.get("user_id")?;
        let mut details = Map::new();
        if let Some(user) = patch.user {
            check_user(&mut tx, caller.company, user).await?;
            let sql = "update lines set user_id = $3 where company_id = $1 and id = $2";
            let args = args![caller.company, line.id, user];
            tx.execute(sql, args).await?;
            details.insert("user_id".into(), json!({"was": line.user_id, "is": user}));
            line.user_id = user;
        }
        if let Some(name) = &patch.name {
            set_name(&mut tx, &line, name.as_deref()).await?;
            details.insert("name".into(), json!(name));
        }
        change_settings(&mut tx, &line, &patch.settings, &mut details).await?;
        let object = ("line", line.id.into());
        audit(
            &mut tx,
            caller,
            "line.changed",
            Some(object),
            details.into(),
        )
        .await?;
        tx.commit().await?;
        Ok(line)
    }

    /// Takes a line out of use; what came over it stays. With `release` what was set at Twilio before
    /// is put back, as far as Twilio can be asked.
    ///
    /// # Errors
    /// If the line is in the configuration, or the database fails.
    pub async fn remove_line(
        &self,
        caller: &Caller,
        line: &Line,
        release: bool,
    ) -> Result<Removed, ManageError> {
        let seed = (line.account_sid.clone(), line.address.clone());
        if self.inner.seeds.contains(&seed) {
            return Err(ManageError::Conflict(
                "the line is in the server's configuration: whoever runs the server takes it out \
                 there first",
            ));
        }
        let mut removed = Removed::default();
        if release {
            self.try_release(caller, line, &mut removed).await;
        }
        if !self.forget_line(caller, line).await? {
            return Err(ManageError::NotFound);
        }
        removed.lines = 1;
        Ok(removed)
    }

    /// Puts back what was set at Twilio before, if that is possible: a line goes all the same.
    pub(super) async fn try_release(&self, caller: &Caller, line: &Line, removed: &mut Removed) {
        if let Err(error) = self.release_webhooks(caller, line).await {
            tracing::warn!(
                line.id = %line.id,
                reason = "twilio",
                error = &error as &dyn std::error::Error,
                "the webhooks of a line that goes could not be put back"
            );
            removed.not_released.push(line.address.clone());
        }
    }

    /// Says whether there was a line.
    pub(super) async fn forget_line(
        &self,
        caller: &Caller,
        line: &Line,
    ) -> Result<bool, StoreError> {
        let now = self.inner.clock.now();
        let mut tx = self.inner.database.db.begin().await?;
        let sql = "delete from lines where company_id = $1 and id = $2";
        if tx.execute(sql, args![caller.company, line.id]).await? == 0 {
            return Ok(false);
        }
        forget_settings(&mut tx, caller.company, line.id).await?;
        problems::resolve_all(&mut tx, caller.company, &line.id.to_string(), now).await?;
        let details = json!({"account_sid": line.account_sid, "address": line.address});
        let object = ("line", line.id.into());
        audit(&mut tx, caller, "line.removed", Some(object), details).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Changes what a line says by itself, and notes what it was.
async fn change_settings(
    tx: &mut Tx,
    line: &Line,
    patch: &LineSettingsPatch,
    details: &mut Map<String, Value>,
) -> Result<(), StoreError> {
    if *patch == LineSettingsPatch::default() {
        return Ok(());
    }
    if matches!(patch.text_reply, Some(Some(_))) {
        // A line has one of them.
        replies::give_way(tx, line).await?;
    }
    let (was, is) = Settings::change_line_settings(tx, line.id, patch).await?;
    if patch.greeting.is_some() {
        let both = json!({"was": was.greeting, "is": is.greeting});
        details.insert("greeting".into(), both);
    }
    if patch.text_reply.is_some() {
        let both = json!({"was": was.text_reply, "is": is.text_reply});
        details.insert("text_reply".into(), both);
    }
    Ok(())
}

/// What was set for a line that goes: nothing else can be kept from going by it. What was said to its
/// number, and what came over it, stays.
async fn forget_settings(tx: &mut Tx, company: CompanyId, line: LineId) -> Result<(), StoreError> {
    tx.execute("delete from line_settings where line_id = $1", args![line])
        .await?;
    messaging::forget_pace(tx, line).await?;
    for sql in [
        "delete from line_names where company_id = $1 and line_id = $2",
        "delete from line_call_rules where company_id = $1 and line_id = $2",
        "delete from auto_reply_rules where company_id = $1 and line_id = $2",
        "delete from line_services where company_id = $1 and line_id = $2",
        "update messaging_settings set default_line_id = null
         where company_id = $1 and default_line_id = $2",
    ] {
        tx.execute(sql, args![company, line]).await?;
    }
    Ok(())
}

/// What people call the lines of a company.
///
/// # Errors
/// If the database fails.
pub async fn line_names(
    db: &Db,
    company: CompanyId,
) -> Result<HashMap<LineId, String>, StoreError> {
    let sql = "select line_id, name from line_names where company_id = $1";
    let rows = db.rows(sql, args![company]).await?;
    let name = |row: &crate::database::Row| Ok((row.get("line_id")?, row.get("name")?));
    rows.iter().map(name).collect()
}

async fn set_name(tx: &mut Tx, line: &Line, name: Option<&str>) -> Result<(), StoreError> {
    match name {
        Some(name) => {
            let sql = "insert into line_names (line_id, company_id, name) values ($1, $2, $3)
                       on conflict (line_id) do update set name = excluded.name";
            tx.execute(sql, args![line.id, line.company_id, name])
                .await?;
        }
        None => {
            let sql = "delete from line_names where company_id = $1 and line_id = $2";
            tx.execute(sql, args![line.company_id, line.id]).await?;
        }
    }
    Ok(())
}

/// Whether the person works in the company.
async fn check_user(
    tx: &mut Tx,
    company: CompanyId,
    user: Option<UserId>,
) -> Result<(), ManageError> {
    let Some(user) = user else {
        return Ok(());
    };
    let sql = "select id from users where company_id = $1 and id = $2 and disabled_at is null";
    match tx.row(sql, args![company, user]).await? {
        Some(_) => Ok(()),
        None => Err(ManageError::NotFound),
    }
}

/// A number as it is kept, from how people write it; or the SID of a messaging service.
#[must_use]
pub fn address(written: &str) -> Option<String> {
    let written = written.trim();
    let service = MessagingServiceSid::from(written);
    if service.is_well_formed() {
        return Some(written.to_owned());
    }
    let is_decoration = |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '(' | ')' | '/');
    let number: String = written.chars().filter(|c| !is_decoration(*c)).collect();
    Address::from(number).e164().map(str::to_owned)
}

/// Whether the account has a number or messaging service at Twilio.
async fn has(client: &Client, sid: &AccountSid, address: &str) -> Result<bool, ClientError> {
    let service = MessagingServiceSid::from(address);
    if service.is_well_formed() {
        return match client.messaging_services().fetch(&service).await {
            Ok(service) => Ok(service.account_sid.is_none_or(|owner| owner == *sid)),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        };
    }
    let which = ListIncomingPhoneNumbers::new().phone_number(address);
    let mut numbers = client.incoming_phone_numbers().list(which);
    while let Some(number) = numbers.next().await {
        let number = number?.phone_number;
        if number.is_some_and(|number| number.as_str() == address) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_in_one_form() {
        for written in ["+12025550143", " +1 (202) 555-0143 ", "+1.202.555/0143"] {
            assert_eq!(
                address(written).as_deref(),
                Some("+12025550143"),
                "{written}"
            );
        }
        let service = "MG00000000000000000000000000000001";
        assert_eq!(address(service).as_deref(), Some(service));
        for wrong in [
            "",
            "2025550143",
            "12345",
            "whatsapp:",
            "client:anna",
            "MG1",
            "+",
        ] {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }
}
