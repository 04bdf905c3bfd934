//! Between whom a text goes: who gets it, from which line, and by which channel.

use jiff::Timestamp;
use twilio_hooks::{AccountSid, Address, CompanyId, ContactId, LineId, store::StoreError};
use uuid::Uuid;

use super::{
    NewText, Refusal,
    channel::{self, Channel},
    intent::To,
    recipient::{self, Recipient},
    settings::SendingSettings,
};
use crate::{args, contacts::company, database::Tx};

/// A line of the company.
pub(super) struct OurLine {
    pub(super) id: LineId,
    pub(super) account_sid: AccountSid,
    pub(super) address: String,
}

impl OurLine {
    /// Whether our side of a message, as Twilio writes it, is this line.
    pub(super) fn has(&self, account: &str, ours: &Address) -> bool {
        self.account_sid.as_str() == account && ours.contact_key() == Some(&self.address)
    }
}

/// Between whom a text goes.
pub(super) struct Parties<'l> {
    pub(super) recipient: Recipient,
    pub(super) line: &'l OurLine,
    pub(super) channel: Channel,
}

pub(super) async fn lines(tx: &mut Tx, company: CompanyId) -> Result<Vec<OurLine>, StoreError> {
    let sql = "select id, account_sid, address from lines where company_id = $1 order by id";
    let rows = tx.rows(sql, args![company]).await?;
    rows.iter()
        .map(|row| {
            let account: String = row.get("account_sid")?;
            Ok(OurLine {
                id: row.get("id")?,
                account_sid: account.into(),
                address: row.get("address")?,
            })
        })
        .collect()
}

/// Who gets it, from which line, and how.
pub(super) async fn parties<'l>(
    tx: &mut Tx,
    text: &NewText,
    lines: &'l [OurLine],
    settings: &SendingSettings,
    now: Timestamp,
) -> Result<Parties<'l>, Refusal> {
    let by_id = |id| lines.iter().find(|line| line.id == id);
    let given = match text.line {
        Some(id) => Some(by_id(id).ok_or(Refusal::NotFound)?),
        None => None,
    };
    let usual = match (settings.default_line.and_then(by_id), lines) {
        (Some(line), _) => Some(line),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let recipient = match &text.to {
        To::Contact(id) => recipient::find(tx, text.company, *id).await?,
        To::Number(number) => {
            let home = company::country_in(tx, text.company).await?;
            let number = recipient::number(number, home)?;
            recipient::find_or_make(tx, text.company, &number, now).await?
        }
    };
    let line = match given {
        Some(line) => Some(line),
        None => last_line(tx, text.company, recipient.id, lines)
            .await?
            .or(usual),
    };
    let line = line.ok_or_else(|| {
        Refusal::invalid(if lines.is_empty() {
            "the company has no line to send from"
        } else {
            "say which line sends it: `line_id`, or a default line in the settings"
        })
    })?;
    channel::check_line(line)?;
    let channel = match (text.channel, &text.to) {
        (Some(channel), _) => channel,
        (None, To::Number(_)) => Channel::Sms,
        (None, To::Contact(_)) => {
            channel::of_answer(tx, text.company, recipient.id, line, lines).await?
        }
    };
    Ok(Parties {
        recipient,
        line,
        channel,
    })
}

/// The line of the last text between us and the contact.
async fn last_line<'a>(
    tx: &mut Tx,
    company: CompanyId,
    contact: ContactId,
    lines: &'a [OurLine],
) -> Result<Option<&'a OurLine>, StoreError> {
    // A line that is a messaging service shows in what we have sent ourselves only.
    let sql = "select id, line_id from outgoing where company_id = $1 and contact_id = $2
               order by id desc limit 1";
    let mut last: Option<(Uuid, &OurLine)> = None;
    if let Some(row) = tx.row(sql, args![company, contact]).await? {
        let (id, line): (Uuid, LineId) = (row.get("id")?, row.get("line_id")?);
        last = lines.iter().find(|it| it.id == line).map(|it| (id, it));
    }
    let sql = "select id, account_sid,
                   case when direction = 'INBOUND' then to_address else from_address end as ours
               from sms where company_id = $1 and contact_id = $2 order by id desc limit 10";
    for row in tx.rows(sql, args![company, contact]).await? {
        let (id, account, ours): (Uuid, String, String) =
            (row.get("id")?, row.get("account_sid")?, row.get("ours")?);
        let ours = Address::from(ours.as_str());
        let line = lines.iter().find(|line| line.has(&account, &ours));
        if let Some(line) = line {
            if last.is_none_or(|(newest, _)| newest < id) {
                last = Some((id, line));
            }
            break;
        }
    }
    Ok(last.map(|(_, line)| line))
}
