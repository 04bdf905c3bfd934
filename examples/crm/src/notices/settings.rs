//! What a person wants to hear of: for each topic, in the list and with a sound.

use twilio_hooks::{CompanyId, UserId, notify::Topic, store::StoreError};

use crate::{
    args,
    database::{Db, Tx},
};

/// What a person wants to hear of one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preference {
    /// What it is about.
    pub topic: Topic,
    /// Whether it is in the list and counts there.
    pub in_app: bool,
    /// Whether it makes a sound.
    pub sound: bool,
}

impl Preference {
    /// What it is until the person has said otherwise: what we do ourselves is no news, and only what
    /// somebody waits for makes a sound.
    #[must_use]
    pub fn initial(topic: Topic) -> Self {
        Self {
            in_app: !matches!(topic, Topic::SmsStatusUpdate | Topic::CallStatusUpdate),
            sound: matches!(
                topic,
                Topic::SmsReceived
                    | Topic::CallReceived
                    | Topic::MissedCall
                    | Topic::VoicemailReceived
            ),
            topic,
        }
    }
}

/// What a person wants to hear of, for every topic there is.
///
/// # Errors
/// If the database fails.
pub async fn preferences(
    db: &Db,
    company: CompanyId,
    user: UserId,
) -> Result<Vec<Preference>, StoreError> {
    let sql = "select topic, in_app, sound from notification_settings
               where user_id = $1 and company_id = $2";
    let mut all: Vec<_> = Topic::KNOWN
        .iter()
        .cloned()
        .map(Preference::initial)
        .collect();
    for row in db.rows(sql, args![user, company]).await? {
        let topic = Topic::from(row.get::<String>("topic")?.as_str());
        if let Some(known) = all.iter_mut().find(|known| known.topic == topic) {
            known.in_app = row.get("in_app")?;
            known.sound = row.get("sound")?;
        }
    }
    Ok(all)
}

/// The topics that a person does not want in the list, as JSON.
pub(super) async fn hidden(
    db: &Db,
    company: CompanyId,
    user: UserId,
) -> Result<Vec<String>, StoreError> {
    let all = preferences(db, company, user).await?;
    let hidden = all.into_iter().filter(|preference| !preference.in_app);
    Ok(hidden
        .map(|preference| preference.topic.as_str().to_owned())
        .collect())
}

/// Sets what a person wants to hear of; other topics stay as they are.
///
/// # Errors
/// If the database fails.
pub async fn change(
    tx: &mut Tx,
    company: CompanyId,
    user: UserId,
    preferences: &[Preference],
) -> Result<(), StoreError> {
    let sql = "insert into notification_settings (user_id, topic, company_id, in_app, sound)
               values ($1, $2, $3, $4, $5)
               on conflict (user_id, topic) do update
               set in_app = excluded.in_app, sound = excluded.sound";
    for it in preferences {
        let args = args![user, it.topic.as_str(), company, it.in_app, it.sound];
        tx.execute(sql, args).await?;
    }
    Ok(())
}
