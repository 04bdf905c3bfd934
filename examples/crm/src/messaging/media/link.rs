//! Public addresses of files, for Twilio.

use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};
use twilio_hooks::store::StoreError;
use uuid::Uuid;

use super::File;
use crate::{
    args,
    messaging::{Messaging, Outgoing, after},
};

/// How long an address works. A message may wait for
/// [ten hours](https://www.twilio.com/docs/messaging/api/message-resource) at Twilio.
pub const LINK_LIFE: SignedDuration = SignedDuration::from_hours(12);

impl Messaging {
    /// Fresh addresses of the files of a text, in their order.
    ///
    /// # Errors
    /// If the database fails.
    pub(in crate::messaging) async fn links(
        &self,
        text: &Outgoing,
    ) -> Result<Vec<String>, StoreError> {
        let sql = "select upload_id from outgoing_media
                   where company_id = $1 and outgoing_id = $2 order by position";
        let rows = self.db().rows(sql, args![text.company_id, text.id]).await?;
        let mut urls = Vec::with_capacity(rows.len());
        for row in rows {
            let upload: Uuid = row.get("upload_id")?;
            // 244 random bits.
            let token = format!(
                "{}{}",
                Uuid::new_v4().as_simple(),
                Uuid::new_v4().as_simple()
            );
            let sql = "insert into media_links (digest, company_id, upload_id, expires_at)
                       values ($1, $2, $3, $4)";
            let expires_at = after(self.clock.now(), LINK_LIFE);
            let args = args![digest(&token), text.company_id, upload, expires_at];
            self.db().execute(sql, args).await?;
            urls.push(format!("{}/media/{token}", self.public_url));
        }
        Ok(urls)
    }

    /// The file that a public address leads to, as long as it works.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn linked_file(&self, token: &str) -> Result<Option<File>, StoreError> {
        let sql = "select u.content_type, u.bytes from media_links l
                   join uploads u on u.company_id = l.company_id and u.id = l.upload_id
                   where l.digest = $1 and l.expires_at > $2";
        let args = args![digest(token), self.clock.now()];
        let row = self.db().row(sql, args).await?;
        row.as_ref().map(File::read).transpose()
    }
}

fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
