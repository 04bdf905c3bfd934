//! What is done by itself: with recordings, and to find what was missed.

use anyhow::{Context as _, bail, ensure};
use jiff::SignedDuration;

use super::file::{ReconcileSection, RecordingsSection, WebhookLogSection};
use crate::recordings::{MOST_KEEP_DAYS, RecordingSettings};

/// When what was missed is looked for at Twilio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReconcileTimes {
    /// How much time there is between two times; never, if not set.
    pub every: Option<SignedDuration>,
    /// How far back it looks at least.
    pub look_back: SignedDuration,
}

impl Default for ReconcileTimes {
    fn default() -> Self {
        Self {
            every: Some(SignedDuration::from_hours(1)),
            look_back: SignedDuration::from_hours(24),
        }
    }
}

pub(super) fn recordings(section: &RecordingsSection) -> anyhow::Result<RecordingSettings> {
    let settings = RecordingSettings {
        keep_copies: section.keep_copies.unwrap_or(false),
        delete_at_twilio: section.delete_at_twilio.unwrap_or(false),
        keep_days: section.keep_days,
    };
    ensure!(
        settings.keep_copies || !settings.delete_at_twilio,
        "`recordings.delete_at_twilio` needs `recordings.keep_copies`: nothing would be left"
    );
    ensure!(
        settings
            .keep_days
            .is_none_or(|days| (1..=MOST_KEEP_DAYS).contains(&days)),
        "`recordings.keep_days` is between 1 and {MOST_KEEP_DAYS}; leave it out to keep them for ever"
    );
    Ok(settings)
}

pub(super) fn reconcile(section: &ReconcileSection) -> anyhow::Result<ReconcileTimes> {
    let default = ReconcileTimes::default();
    let every = match section.every.as_deref().map(str::trim) {
        None => default.every,
        Some("off") => None,
        Some(text) => Some(duration(text).context("`reconcile.every`")?),
    };
    let look_back = match section.look_back.as_deref() {
        None => default.look_back,
        Some(text) => duration(text).context("`reconcile.look_back`")?,
    };
    Ok(ReconcileTimes { every, look_back })
}

/// The longest that the log of webhooks goes back.
const LONGEST_LOG: SignedDuration = SignedDuration::from_hours(90 * 24);

pub(super) fn webhook_log(section: &WebhookLogSection) -> anyhow::Result<SignedDuration> {
    let Some(keep) = section.keep.as_deref() else {
        return Ok(SignedDuration::from_hours(7 * 24));
    };
    let keep = duration(keep).context("`webhook_log.keep`")?;
    ensure!(keep <= LONGEST_LOG, "`webhook_log.keep` is 90d at most");
    Ok(keep)
}

/// Reads a time such as `90m`, `24h` or `2d`.
///
/// # Errors
/// If it is none, or more than a year.
pub fn duration(text: &str) -> anyhow::Result<SignedDuration> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.len() - usize::from(text.ends_with(['m', 'h', 'd'])));
    let minutes = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        _ => bail!("`{text}` is no time like 90m, 24h or 2d"),
    };
    let count: u32 = number
        .parse()
        .ok()
        .with_context(|| format!("`{text}` is no time like 90m, 24h or 2d"))?;
    let minutes = i64::from(count) * minutes;
    ensure!(
        (1..=366 * 24 * 60).contains(&minutes),
        "`{text}` is not between a minute and a year"
    );
    Ok(SignedDuration::from_mins(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_of_webhooks_goes_back_a_week_unless_set_and_never_a_year() {
        let keep = |keep: Option<&str>| {
            webhook_log(&WebhookLogSection {
                keep: keep.map(str::to_owned),
            })
        };
        assert_eq!(keep(None).unwrap(), SignedDuration::from_hours(7 * 24));
        assert_eq!(keep(Some("90d")).unwrap(), LONGEST_LOG);
        assert!(keep(Some("91d")).is_err() && keep(Some("off")).is_err());
    }

    #[test]
    fn times_are_minutes_hours_or_days() {
        assert_eq!(duration("90m").unwrap(), SignedDuration::from_mins(90));
        assert_eq!(duration(" 24h").unwrap(), SignedDuration::from_hours(24));
        assert_eq!(duration("2d").unwrap(), SignedDuration::from_hours(48));
        for odd in ["", "h", "24", "0h", "-1h", "1.5h", "400d", "1 h", "1µ"] {
            assert!(duration(odd).is_err(), "{odd}");
        }
    }
}
