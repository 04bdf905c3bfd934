//! [`add_starters`]: the templates that a company begins with.

use jiff::Timestamp;
use twilio_hooks::{CompanyId, HistoryId, store::StoreError};

use crate::{args, database::Db};

/// Name, shortcut and text.
const STARTERS: [[&str; 3]; 4] = [
    [
        "Welcome",
        "welcome",
        "Hi {{contact.first_name | default: \"there\"}}, thank you for contacting {{company.name}}! \
         How can we help you?",
    ],
    [
        "Out of office",
        "away",
        "Hi {{contact.first_name | default: \"there\"}}, thank you for your message. We are closed \
         right now and will answer as soon as we are back. {{company.name}}",
    ],
    [
        "Follow-up",
        "followup",
        "Hi {{contact.first_name | default: \"there\"}}, this is {{user.name | default: \"the team\"}} \
         at {{company.name}}. Do you have any questions since we last spoke? Just reply to this \
         message.",
    ],
    [
        "Appointment confirmation",
        "appointment",
        "Hi {{contact.first_name | default: \"there\"}}, your appointment with {{company.name}} is on \
         {{date}} at {{time}}. Please reply to this message if you can't make it.",
    ],
];

/// Gives a company its first templates, once: those that are deleted don't come back.
///
/// # Errors
/// If the database fails.
pub async fn add_starters(db: &Db, company: CompanyId, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    let sql = "insert into template_starters (company_id) values ($1)
               on conflict (company_id) do nothing";
    if tx.execute(sql, args![company]).await? == 0 {
        return Ok(());
    }
    for [name, shortcut, body] in STARTERS {
        let sql = "insert into templates
                       (id, company_id, name, shortcut, body, created_at, updated_at)
                   values ($1, $2, $3, $4, $5, $6, $6) on conflict do nothing";
        let args = args![HistoryId::at(now), company, name, shortcut, body, now];
        tx.execute(sql, args).await?;
    }
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::{MAX_TEXT, Template};

    #[test]
    fn every_starter_can_be_read() {
        for [name, _, body] in STARTERS {
            assert!(Template::parse(body).is_ok(), "{name}");
            assert!(body.len() < MAX_TEXT / 4 && body.is_ascii(), "{name}");
        }
    }
}
