//! When something last happened with contacts.

use std::collections::HashMap;

use jiff::Timestamp;
use twilio_hooks::{CompanyId, ContactId, store::StoreError};
use uuid::Uuid;

use crate::{args, database::Db};

/// When somebody of these primary contacts wrote or called last, or was written to or called. Who is
/// not in it never did.
///
/// # Errors
/// If the database fails.
pub async fn last_activity(
    db: &Db,
    company: CompanyId,
    contacts: &[ContactId],
) -> Result<HashMap<ContactId, Timestamp>, StoreError> {
    let sql = db.pick(
        "select contact_id, last_id from threads
         where company_id = $1 and contact_id in (select value from json_each($2))",
        "select contact_id, last_id from threads
         where company_id = $1
           and contact_id in (select value::uuid from jsonb_array_elements_text($2::jsonb) as v(value))",
    );
    let list =
        serde_json::to_string(contacts).map_err(|error| StoreError::corrupt("ids", error))?;
    let rows = db.rows(sql, args![company, list]).await?;
    let mut found = HashMap::new();
    for row in rows {
        if let Some(at) = began(row.get("last_id")?) {
            found.insert(row.get("contact_id")?, at);
        }
    }
    Ok(found)
}

/// Ids begin with the milliseconds.
fn began(id: Uuid) -> Option<Timestamp> {
    let milliseconds = i64::try_from(id.as_u128() >> 80).ok()?;
    Timestamp::from_millisecond(milliseconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_when_it_was() {
        let at: Timestamp = "2026-11-23T15:00:00.123Z".parse().unwrap();
        assert_eq!(began(ContactId::at(at).as_uuid()), Some(at));
    }
}
