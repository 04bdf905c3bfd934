//! [`Upload`]: a file that was handed in to be sent.

use twilio_hooks::{CompanyId, MessageId, UserId, store::StoreError};
use uuid::Uuid;

use super::{Kind, MAX_BYTES};
use crate::{
    args,
    database::{Row, Tx},
    messaging::{Messaging, Refusal},
};

/// A file that was handed in.
#[derive(Debug, Clone)]
pub struct Upload {
    /// What texts name it by.
    pub id: Uuid,
    /// What it is.
    pub kind: Kind,
    /// How many bytes it has.
    pub size: usize,
}

/// A file with its bytes. `Debug` leaves them out.
pub struct File {
    /// What it is.
    pub kind: Kind,
    /// The file.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("File")
            .field("kind", &self.kind)
            .field("size", &self.bytes.len())
            .finish()
    }
}

impl File {
    pub(super) fn read(row: &Row) -> Result<Self, StoreError> {
        let content_type: String = row.get("content_type")?;
        Ok(Self {
            kind: Kind::read(&content_type)
                .ok_or_else(|| StoreError::corrupt("upload", "its type is none of ours"))?,
            bytes: row.get("bytes")?,
        })
    }
}

impl Messaging {
    /// Keeps a file. It goes away after a day if no text has it by then.
    ///
    /// # Errors
    /// If it is empty, too large, or of a type that can't be sent; if it is not what it is called;
    /// or if the database fails.
    pub async fn upload(
        &self,
        company: CompanyId,
        user: Option<UserId>,
        content_type: Option<&str>,
        bytes: Vec<u8>,
    ) -> Result<Upload, Refusal> {
        if bytes.len() > MAX_BYTES {
            return Err(Refusal::invalid("the file has more than 5 MB"));
        }
        let kind = Kind::of(&bytes).ok_or_else(|| {
            Refusal::invalid(
                "the file is none that can be sent: JPEG, PNG, GIF, MP4, 3GPP, MP3, AMR, PDF, vCard",
            )
        })?;
        if !kind.may_be_called(content_type) {
            return Err(Refusal::invalid(
                "the file is not what its `Content-Type` says",
            ));
        }
        let now = self.clock.now();
        // Ids of our tables grow with time.
        let upload = Upload {
            id: MessageId::at(now).as_uuid(),
            kind,
            size: bytes.len(),
        };
        let size = i64::try_from(upload.size).unwrap_or(i64::MAX);
        let sql = "insert into uploads (id, company_id, user_id, content_type, size, bytes,
                       loose, created_at)
                   values ($1, $2, $3, $4, $5, $6, $7, $8)";
        let args = args![
            upload.id,
            company,
            user,
            kind.content_type(),
            size,
            bytes,
            true,
            now
        ];
        self.db().execute(sql, args).await?;
        Ok(upload)
    }

    /// A file of a company.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn file(&self, company: CompanyId, id: Uuid) -> Result<Option<File>, StoreError> {
        let sql = "select content_type, bytes from uploads where company_id = $1 and id = $2";
        let row = self.db().row(sql, args![company, id]).await?;
        row.as_ref().map(File::read).transpose()
    }
}

/// Whether a text may have these files.
pub(in crate::messaging) async fn check(
    tx: &mut Tx,
    company: CompanyId,
    media: &[Uuid],
) -> Result<(), Refusal> {
    let mut total = 0;
    for id in media {
        let sql = "select size from uploads where company_id = $1 and id = $2";
        let row = tx.row(sql, args![company, *id]).await?;
        let size: i64 = row.ok_or(Refusal::NotFound)?.get("size")?;
        total += usize::try_from(size).unwrap_or(usize::MAX);
    }
    if total > MAX_BYTES {
        return Err(Refusal::invalid(
            "the files of a message may have 5 MB together",
        ));
    }
    Ok(())
}

/// Gives a text its files.
pub(in crate::messaging) async fn attach(
    tx: &mut Tx,
    company: CompanyId,
    outgoing: MessageId,
    media: &[Uuid],
) -> Result<(), StoreError> {
    for (position, id) in (0_i64..).zip(media) {
        let sql = "insert into outgoing_media (company_id, outgoing_id, upload_id, position)
                   values ($1, $2, $3, $4)";
        tx.execute(sql, args![company, outgoing, *id, position])
            .await?;
        let sql = "update uploads set loose = $3 where company_id = $1 and id = $2";
        tx.execute(sql, args![company, *id, false]).await?;
    }
    Ok(())
}
