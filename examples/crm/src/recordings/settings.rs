//! [`RecordingSettings`]: what a company wants done with its recordings.

use jiff::Timestamp;
use twilio_hooks::{CompanyId, store::StoreError};

use super::Recordings;
use crate::{
    args,
    database::{Row, Tx},
};

/// How many days recordings can be kept if not for ever: a hundred years.
pub const MOST_KEEP_DAYS: u32 = 36_500;

/// What a company wants done with its recordings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecordingSettings {
    /// Whether finished recordings are copied to this server.
    pub keep_copies: bool,
    /// Whether they are deleted at Twilio once there is a copy.
    pub delete_at_twilio: bool,
    /// After how many days they are deleted here and at Twilio; never, if not set.
    pub keep_days: Option<u32>,
}

impl RecordingSettings {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            keep_copies: row.get("keep_copies")?,
            delete_at_twilio: row.get("delete_at_twilio")?,
            keep_days: row.get("keep_days")?,
        })
    }
}

impl Recordings {
    /// What a company has set, or the defaults.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn settings(&self, company: CompanyId) -> Result<RecordingSettings, StoreError> {
        let sql = "select keep_copies, delete_at_twilio, keep_days from recording_settings
                   where company_id = $1";
        match self.db.row(sql, args![company]).await? {
            Some(row) => RecordingSettings::read(&row),
            None => Ok(self.defaults),
        }
    }

    /// Sets it. Copies that there are stay, also if no more are to be made.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set(
        &self,
        tx: &mut Tx,
        company: CompanyId,
        settings: RecordingSettings,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let RecordingSettings {
            keep_copies,
            delete_at_twilio,
            keep_days,
        } = settings;
        let sql = "insert into recording_settings
                       (company_id, keep_copies, delete_at_twilio, keep_days, updated_at)
                   values ($1, $2, $3, $4, $5)
                   on conflict (company_id) do update set
                       keep_copies = excluded.keep_copies,
                       delete_at_twilio = excluded.delete_at_twilio,
                       keep_days = excluded.keep_days, updated_at = excluded.updated_at";
        let args = args![company, keep_copies, delete_at_twilio, keep_days, now];
        tx.execute(sql, args).await?;
        if !keep_copies {
            // Those that wait no longer do; should copies be wanted again, all are looked at again.
            let sql = "delete from recording_files where company_id = $1 and copied_at is null";
            tx.execute(sql, args![company]).await?;
            let sql = "delete from recording_queues where company_id = $1";
            tx.execute(sql, args![company]).await?;
        }
        Ok(())
    }

    /// All companies.
    pub(super) async fn companies(&self) -> Result<Vec<CompanyId>, StoreError> {
        let rows = self
            .db
            .rows("select id from companies order by id", args![])
            .await?;
        rows.iter().map(|row| row.get("id")).collect()
    }
}
