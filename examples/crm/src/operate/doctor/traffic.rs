//! What has come in lately: when something did at last, what nobody owns, and what was refused.

use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{HistoryId, store::StoreError};
use uuid::Uuid;

use super::{Finding, database::Opened};
use crate::{api::marker::SeenView, args};

const A_DAY: SignedDuration = SignedDuration::from_hours(24);

pub(super) async fn examine(
    opened: &Opened,
    seen: Option<&SeenView>,
    now: Timestamp,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    match look(opened, now).await {
        Ok(found) => findings.extend(found),
        Err(error) => findings.push(Finding::fault(
            "traffic_unreadable",
            format!("What has come in can't be read: {error}."),
            "Look into the database's log.",
        )),
    }
    findings.extend(seen.into_iter().flat_map(refused));
    findings
}

async fn look(opened: &Opened, now: Timestamp) -> Result<Vec<Finding>, StoreError> {
    let db = &opened.database.db;
    let mut findings = Vec::new();
    let sql = "select received_at from webhooks where account_sid = $1 order by id desc limit 1";
    for account in opened.accounts.all().await? {
        let row = db.row(sql, args![account.as_str()]).await?;
        let last: Option<Timestamp> = row.map(|row| row.get("received_at")).transpose()?;
        let finding = match last {
            Some(last) => {
                let last = last.strftime("%F %H:%M UTC");
                Finding::fine("last_webhook", format!("The last webhook came on {last}."))
            }
            None => Finding::warning(
                "no_webhook_yet",
                "No webhook of the account has ever come in.",
                "Send a text to one of its numbers. If nothing comes, look into the error log of \
                 Twilio's console.",
            ),
        };
        findings.push(finding.about(account.as_str()));
    }
    let sql = "select account_sid, count(*) as webhooks from webhooks
               where company_id is null and id > $1 group by account_sid order by account_sid";
    let since = Uuid::from(HistoryId::at(
        now.checked_sub(A_DAY).unwrap_or(Timestamp::MIN),
    ));
    for row in db.rows(sql, args![since]).await? {
        let (account, count): (String, i64) = (row.get("account_sid")?, row.get("webhooks")?);
        let finding = Finding::warning(
            "unrouted",
            format!("{count} webhooks of the last 24 hours were for numbers that are no lines."),
            "Take the numbers into use by `crm setup`, and send POST /api/operator/reroute.",
        );
        findings.push(finding.about(account));
    }
    Ok(findings)
}

/// What the server that has answered has refused.
fn refused(seen: &SeenView) -> Option<Finding> {
    let count = |reasons: &[&str]| -> u64 {
        let counts = reasons
            .iter()
            .filter_map(|reason| seen.refused.get(*reason));
        counts.sum()
    };
    let all: Vec<_> = seen.refused.iter().collect();
    let list: Vec<_> = all
        .iter()
        .map(|(reason, count)| format!("{count} {reason}"))
        .collect();
    let list = list.join(", ");
    let own = ["no-key", "key-lookup", "missing-peer-addr", "malformed-url"];
    if count(&["mismatch", "unknown-account"]) + count(&own) > 0 {
        return Some(Finding::warning(
            "refused",
            format!("Webhooks were refused in the last 24 hours: {list}."),
            "Look into the server's log: each refusal has a line that says why, and with a wrong \
             signature the URL that was checked.",
        ));
    }
    let strangers = "Nobody but strangers was refused in the last 24 hours";
    let strangers = match all.is_empty() {
        true => "No webhook was refused in the last 24 hours.".to_owned(),
        false => format!("{strangers}: {list}."),
    };
    Some(Finding::fine("refused_none", strangers))
}
