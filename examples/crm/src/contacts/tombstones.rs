//! Tombstones: that an erased number does not want messages, without the number.
//!
//! What is kept is a digest of the number, under a key that each company has alone: two companies can't
//! compare what they have erased. Whoever has the key can try all numbers, so it hides the number from
//! those who read the table, and not from those who have the whole database.

use sha2::{Digest as _, Sha256};
use twilio_hooks::{CompanyId, ContactId, store::StoreError};
use uuid::Uuid;

use crate::{args, database::Tx};

/// A number as it is kept of an erased contact.
#[must_use]
pub fn digest(key: &[u8], company: CompanyId, address: &str) -> Vec<u8> {
    // The key and the id are of one length each.
    Sha256::new()
        .chain_update(key)
        .chain_update(company.as_uuid())
        .chain_update(address)
        .finalize()
        .to_vec()
}

/// Keeps the no of a contact who is about to be erased.
pub(super) async fn bury(
    tx: &mut Tx,
    company: CompanyId,
    contact: ContactId,
    address: &str,
) -> Result<(), StoreError> {
    let sql = "select 1 as some from consents
               where company_id = $1 and contact_id = $2 and opted_out";
    if tx.row(sql, args![company, contact]).await?.is_none() {
        return Ok(());
    }
    let digest = digest(&key(tx, company).await?, company, address);
    let sql = "insert into consent_tombstones
                   (company_id, digest, scope, opted_out, source, since, said_at)
               select company_id, $3, scope, opted_out, source, since, said_at from consents
               where company_id = $1 and contact_id = $2 and opted_out
               on conflict (company_id, digest, scope) do nothing";
    tx.execute(sql, args![company, contact, digest]).await?;
    Ok(())
}

/// The company's key, which is made when it is first needed.
async fn key(tx: &mut Tx, company: CompanyId) -> Result<Vec<u8>, StoreError> {
    let fresh = [Uuid::new_v4(), Uuid::new_v4()]
        .map(Uuid::into_bytes)
        .concat();
    let sql = "insert into company_settings (company_id, digest_key) values ($1, $2)
               on conflict (company_id) do update
               set digest_key = coalesce(company_settings.digest_key, excluded.digest_key)
               returning digest_key";
    let row = tx.row(sql, args![company, fresh]).await?;
    row.ok_or_else(|| StoreError::corrupt("key", "it is gone"))?
        .get("digest_key")
}
