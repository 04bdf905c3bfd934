//! What a change makes of a person: which fields it may have, and what of it is on the audit log.

use serde_json::{Map, Value, json};
use twilio_hooks::store::StoreError;

use super::{PeopleError, User, UserPatch, audit, fields};
use crate::{api::Caller, args, contacts::phone::Country, database::Tx};

/// A call that is forwarded to a line of the company's own would come in again.
pub(super) async fn are_not_lines(
    tx: &mut Tx,
    before: &User,
    after: &User,
) -> Result<(), PeopleError> {
    let sql = "select id from lines where company_id = $1 and address = $2";
    for (field, was, is) in [
        ("mobile", &before.mobile, &after.mobile),
        ("office", &before.office, &after.office),
    ] {
        if let Some(number) = is
            && was != is
            && tx
                .row(sql, args![after.company_id, number])
                .await?
                .is_some()
        {
            let reason = format!("`{field}` is one of your own lines");
            return Err(PeopleError::Phone(reason));
        }
    }
    Ok(())
}

/// The person as the patch makes them.
pub(super) fn patched(
    before: &User,
    patch: &UserPatch,
    country: Country,
) -> Result<User, PeopleError> {
    let phone = |field, text: &Option<String>| {
        let text = text.as_deref();
        text.map(|text| fields::phone(field, text, country))
            .transpose()
    };
    let mut user = before.clone();
    if let Some(email) = &patch.email {
        user.email = fields::email(email)?;
    }
    if let Some(name) = &patch.name {
        user.name = fields::name(name)?;
    }
    if let Some(role) = patch.role {
        user.role = role;
    }
    if let Some(mobile) = &patch.mobile {
        user.mobile = phone("mobile", mobile)?;
    }
    if let Some(office) = &patch.office {
        user.office = phone("office", office)?;
    }
    if let Some(zone) = &patch.time_zone {
        user.time_zone = zone.as_deref().map(fields::time_zone).transpose()?;
    }
    Ok(user)
}

/// A role is an entry of its own, because it is what an audit looks for.
pub(super) async fn note_changes(
    tx: &mut Tx,
    caller: &Caller,
    before: &User,
    after: &User,
) -> Result<(), StoreError> {
    let object = Some(("user", after.id.as_uuid()));
    if before.role != after.role {
        let details = json!({ "before": before.role, "after": after.role });
        audit(&mut *tx, caller, "user.role_changed", object, details).await?;
    }
    let (mut old, mut new) = (Map::new(), Map::new());
    let (before, after) = (profile(before), profile(after));
    for (field, value) in after {
        if before.get(&field) != Some(&value) {
            old.insert(field.clone(), before.get(&field).cloned().into());
            new.insert(field, value);
        }
    }
    if !new.is_empty() {
        let details = json!({ "before": old, "after": new });
        audit(&mut *tx, caller, "user.changed", object, details).await?;
    }
    Ok(())
}

fn profile(user: &User) -> Map<String, Value> {
    [
        ("email", Some(&user.email)),
        ("name", Some(&user.name)),
        ("mobile", user.mobile.as_ref()),
        ("office", user.office.as_ref()),
        ("time_zone", user.time_zone.as_ref()),
    ]
    .into_iter()
    .map(|(field, value)| (field.to_owned(), json!(value)))
    .collect()
}
