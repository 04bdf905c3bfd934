//! What is stored already of what Twilio lists, and what has not come to an end.

use std::collections::BTreeSet;

use jiff::Timestamp;
use twilio_hooks::{AccountSid, CompanyId, store::StoreError};

use crate::{
    args,
    database::{Db, Row},
};

/// How many of those that have not ended are asked for one by one.
const AT_ONCE: i64 = 200;

/// What is stored of a message, call or recording.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// Whose it is.
    pub(super) company_id: Option<CompanyId>,
    /// How far along it is.
    pub(super) rank: i64,
    /// Whether all is there that comes besides the status: a text, a duration, a URL.
    pub(super) is_complete: bool,
    /// Whether it is known why it failed.
    pub(super) has_error: bool,
}

impl Known {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            company_id: row.get("company_id")?,
            rank: row.get("rank")?,
            is_complete: row.get("is_complete")?,
            has_error: row.get("has_error")?,
        })
    }
}

macro_rules! known {
    ($name:ident, $sql:literal) => {
        pub(super) async fn $name(
            db: &Db,
            account: &AccountSid,
            sid: &str,
        ) -> Result<Option<Known>, StoreError> {
            let row = db.row($sql, args![account.as_str(), sid]).await?;
            row.as_ref().map(Known::read).transpose()
        }
    };
}

// What was erased has an empty text, and stays as it is.
known!(
    message,
    "select company_id, cast(status_rank as bigint) as rank, body is not null as is_complete,
         error_code is not null as has_error
     from sms where account_sid = $1 and message_sid = $2"
);
known!(
    call,
    "select company_id, cast(status_rank as bigint) as rank, duration is not null as is_complete,
         error_code is not null as has_error
     from calls where account_sid = $1 and call_sid = $2"
);
// The rows of recordings go with an erased contact; what waits to be erased is as good as deleted.
known!(
    recording,
    "select company_id, 80 as rank, true as is_complete, true as has_error
     from erasures where account_sid = $1 and sid = $2
     union all
     select company_id, cast(status_rank as bigint) as rank, call_sid is not null as is_complete,
         error_code is not null as has_error
     from recordings where account_sid = $1 and recording_sid = $2"
);

/// Which of those that have not ended are looked at, oldest first: the young ones are in Twilio's list
/// anyhow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ages {
    /// First heard of after this.
    pub(super) oldest: Timestamp,
    /// And before that.
    pub(super) newest: Timestamp,
    /// For many messages `sent` is the last word; those older than this are believed.
    pub(super) sent: Timestamp,
}

macro_rules! unfinished {
    ($name:ident, $sql:literal) => {
        pub(super) async fn $name(
            db: &Db,
            account: &AccountSid,
            ages: Ages,
        ) -> Result<BTreeSet<String>, StoreError> {
            let mut args = args![account.as_str(), ages.oldest, ages.newest, AT_ONCE];
            if $sql.contains("$5") {
                args.push(ages.sent.into());
            }
            let rows = db.rows($sql, args).await?;
            rows.iter().map(|row| row.get("sid")).collect()
        }
    };
}

unfinished!(
    unfinished_messages,
    "select message_sid as sid from sms
     where account_sid = $1 and status_rank < 70 and created_at >= $2 and created_at < $3
       and (status_rank < 50 or created_at >= $5)
     order by created_at limit $4"
);
unfinished!(
    unfinished_calls,
    "select call_sid as sid from calls
     where account_sid = $1 and status_rank < 70 and parent_call_sid is null
       and created_at >= $2 and created_at < $3
     order by created_at limit $4"
);
unfinished!(
    unfinished_recordings,
    "select recording_sid as sid from recordings
     where account_sid = $1 and status_rank < 70
       and created_at >= $2 and created_at < $3
     order by created_at limit $4"
);
