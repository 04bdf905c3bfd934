//! What was set at Twilio before our webhooks were: kept so that it can be put back.
//!
//! A URL may have a password in it; then all of it is sealed.

use serde_json::{Map, Value};
use twilio_hooks::{AccountSid, CompanyId, store::StoreError};

use super::{Accounts, ManageError};
use crate::{
    api::Caller,
    args,
    database::Tx,
    sealed::{Place, Vault},
    secret::Secret,
};

/// What one of our webhooks has replaced.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    /// The SID of the number or messaging service.
    pub(super) resource: String,
    /// Which webhook, as text.
    pub(super) webhook: String,
    /// Twilio's parameters and their values.
    pub(super) previous: Map<String, Value>,
}

impl Accounts {
    /// Remembers what is about to be replaced. What was remembered before and is not named now stays.
    pub(super) async fn remember(
        &self,
        caller: &Caller,
        account: &AccountSid,
        taken: Taken,
    ) -> Result<(), ManageError> {
        let Taken {
            resource,
            webhook,
            previous,
        } = taken;
        let known = self.recall(caller.company, &resource).await?;
        let known = known.into_iter().find(|known| known.webhook == webhook);
        let mut all = known.map_or_else(Map::new, |known| known.previous);
        all.extend(previous);
        let secret = all.values().filter_map(Value::as_str).any(has_password);
        let text = Value::from(all).to_string();

        let now = self.inner.clock.now();
        let mut tx = self.inner.database.db.begin().await?;
        let sql =
            "insert into taken_webhooks (company_id, account_sid, resource, webhook, previous,
                       taken_at)
                   values ($1, $2, $3, $4, $5, $6)
                   on conflict (company_id, resource, webhook) do update set
                       previous = excluded.previous, taken_at = excluded.taken_at";
        let open = (!secret).then_some(text.as_str());
        let args = args![
            caller.company,
            account.as_str(),
            &resource,
            &webhook,
            open,
            now
        ];
        tx.execute(sql, args).await?;
        if secret {
            let place = place(caller.company, &resource, &webhook);
            let text = Secret::new(&text);
            self.vault()
                .put(&mut tx, place, &text, caller.actor, now)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// What our webhooks of a number or service have replaced.
    pub(super) async fn recall(
        &self,
        company: CompanyId,
        resource: &str,
    ) -> Result<Vec<Taken>, StoreError> {
        let sql = "select webhook, previous from taken_webhooks
                   where company_id = $1 and resource = $2 order by webhook";
        let db = &self.inner.database.db;
        let mut taken = Vec::new();
        let mut sealed = None;
        for row in db.rows(sql, args![company, resource]).await? {
            let webhook: String = row.get("webhook")?;
            let text: Option<String> = row.get("previous")?;
            let text = match text {
                Some(text) => text,
                None => {
                    let secrets = match sealed.take() {
                        Some(secrets) => secrets,
                        None => self.vault().of(company, resource).await?,
                    };
                    let text = open(self.vault(), &secrets, &webhook)?;
                    sealed = Some(secrets);
                    text
                }
            };
            let previous = serde_json::from_str(&text);
            taken.push(Taken {
                resource: resource.to_owned(),
                webhook,
                previous: previous.map_err(|error| StoreError::corrupt("webhook", error))?,
            });
        }
        Ok(taken)
    }

    /// Forgets what a webhook has replaced, as it was put back.
    pub(super) async fn forget_taken(
        &self,
        company: CompanyId,
        taken: &Taken,
    ) -> Result<(), StoreError> {
        let mut tx = self.inner.database.db.begin().await?;
        let sql = "delete from taken_webhooks
                   where company_id = $1 and resource = $2 and webhook = $3";
        tx.execute(sql, args![company, &taken.resource, &taken.webhook])
            .await?;
        let (resource, field) = (&taken.resource, Some(&*taken.webhook));
        self.vault()
            .clear(&mut tx, company, resource, field)
            .await?;
        tx.commit().await
    }
}

/// Forgets all that was replaced in an account, as the account goes.
pub(super) async fn forget_all(
    tx: &mut Tx,
    vault: &Vault,
    company: CompanyId,
    account: &AccountSid,
) -> Result<(), StoreError> {
    let sql = "delete from taken_webhooks where company_id = $1 and account_sid = $2
               returning resource";
    for row in tx.rows(sql, args![company, account.as_str()]).await? {
        let resource: String = row.get("resource")?;
        vault.clear(tx, company, &resource, None).await?;
    }
    Ok(())
}

fn place<'a>(company: CompanyId, resource: &'a str, webhook: &'a str) -> Place<'a> {
    Place {
        company,
        object: resource,
        field: webhook,
    }
}

fn open(
    vault: &Vault,
    secrets: &[crate::sealed::Stored],
    webhook: &str,
) -> Result<String, StoreError> {
    let stored = secrets.iter().find(|stored| stored.field == webhook);
    let stored = stored.ok_or_else(|| StoreError::corrupt("webhook", "its secret is gone"))?;
    let secret = vault.open(stored);
    let secret = secret.map_err(|error| StoreError::corrupt("secret", error))?;
    Ok(secret.expose().to_owned())
}

/// Whether there is a name or password before the host of a URL, or anything that may be a key behind
/// it.
fn has_password(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.contains('@') || rest.contains('?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_with_something_secret_are_known() {
        for secret in [
            "https://anna:hunter2@example.com/",
            "https://example.com/sms?key=1",
        ] {
            assert!(has_password(secret), "{secret}");
        }
        for plain in ["", "POST", "https://example.com/a@b", "AP1"] {
            assert!(!has_password(plain), "{plain}");
        }
    }
}
