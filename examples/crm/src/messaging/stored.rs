//! Messages of the store, many at once.

use std::collections::HashMap;

use twilio_hooks::{
    Address, CompanyId, MessageId, MessageStatus,
    store::{Direction, Message, StoreError},
};

use crate::{
    args,
    database::{Db, Row},
};

macro_rules! columns {
    () => {
        "select s.id, s.company_id, s.user_id, s.contact_id, s.account_sid, s.message_sid,
             s.direction, s.status, s.from_address, s.to_address, s.body,
             cast(s.media as text) as media, s.num_segments, s.error_code, s.created_at, s.updated_at"
    };
}

/// The messages of a company with these ids, in their order. Those that are not there are left out.
///
/// # Errors
/// If the database fails.
pub async fn messages(
    db: &Db,
    company: CompanyId,
    ids: &[MessageId],
) -> Result<Vec<Message>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = db.pick(
        concat!(
            columns!(),
            " from json_each($2) j cross join sms s on s.id = j.value where s.company_id = $1"
        ),
        concat!(
            columns!(),
            " from jsonb_array_elements_text($2::jsonb) as j(value)
             join sms s on s.id = j.value::uuid
             where s.company_id = $1"
        ),
    );
    let list = serde_json::to_string(ids).map_err(|error| StoreError::corrupt("ids", error))?;
    let mut found = HashMap::new();
    for row in &db.rows(sql, args![company, list]).await? {
        let message = read(row)?;
        found.insert(message.id, message);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

fn read(row: &Row) -> Result<Message, StoreError> {
    let text = |column| row.get::<String>(column);
    Ok(Message {
        id: row.get("id")?,
        company_id: row.get("company_id")?,
        user_id: row.get("user_id")?,
        contact_id: row.get("contact_id")?,
        account_sid: text("account_sid")?.into(),
        message_sid: text("message_sid")?.into(),
        direction: match &*text("direction")? {
            "INBOUND" => Direction::Inbound,
            "OUTBOUND" => Direction::Outbound,
            _ => return Err(StoreError::corrupt("direction", "it is none")),
        },
        status: status(&text("status")?),
        from_address: Address::from(text("from_address")?),
        to_address: Address::from(text("to_address")?),
        body: row.get("body")?,
        media: row.json("media")?,
        num_segments: row.get("num_segments")?,
        error_code: row.get("error_code")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// The store keeps those it knows in capitals.
fn status(column: &str) -> MessageStatus {
    let known = MessageStatus::KNOWN.iter().find(|status| {
        let word = status.as_str().replace('-', "_");
        word.eq_ignore_ascii_case(column)
    });
    known
        .cloned()
        .unwrap_or_else(|| MessageStatus::from(column))
}
