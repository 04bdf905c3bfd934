//! [`Channel`]: the way a text goes.

use jiff::{SignedDuration, Timestamp};
use twilio_hooks::{Address, AddressKind, CompanyId, ContactId, store::StoreError};

use super::{Outgoing, Refusal, outgoing::is_service, parties::OurLine};
use crate::{args, database::Tx, threads::reads::first_id};

/// How many texts of a contact are looked at for one to a line.
const LATEST: i64 = 50;

/// How long WhatsApp lets us write freely after a person has written.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// The way a text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// SMS and MMS.
    Sms,
    /// WhatsApp.
    WhatsApp,
}

impl Channel {
    /// How it is written in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::WhatsApp => "whatsapp",
        }
    }

    pub(super) fn read(word: &str) -> Result<Self, StoreError> {
        match word {
            "sms" => Ok(Self::Sms),
            "whatsapp" => Ok(Self::WhatsApp),
            _ => Err(StoreError::corrupt("outgoing", "its channel is no channel")),
        }
    }

    /// The one of an address as Twilio writes it.
    pub(super) fn of(address: &Address) -> Self {
        match address.kind() {
            AddressKind::WhatsApp => Self::WhatsApp,
            _ => Self::Sms,
        }
    }

    /// An address as Twilio wants it.
    pub(super) fn address(self, address: &str) -> Address {
        match self {
            Self::WhatsApp if Self::of(&Address::from(address)) != Self::WhatsApp => {
                Address::from(format!("whatsapp:{address}"))
            }
            _ => Address::from(address),
        }
    }
}

/// Refuses lines of channels that nothing can be sent by from here.
pub(super) fn check_line(line: &OurLine) -> Result<(), Refusal> {
    let channel = match Address::from(line.address.as_str()).kind() {
        AddressKind::Messenger => "Messenger",
        AddressKind::Rcs => "RCS",
        _ => return Ok(()),
    };
    Err(Refusal::invalid(format!(
        "{channel} can't be written by from here; choose a line that is a phone number"
    )))
}

/// How a contact has written to a line last, and so how it is answered; by SMS if it never has.
pub(super) async fn of_answer(
    tx: &mut Tx,
    company: CompanyId,
    contact: ContactId,
    line: &OurLine,
    lines: &[OurLine],
) -> Result<Channel, StoreError> {
    let sql = "select account_sid, from_address, to_address from sms
               where company_id = $1 and contact_id = $2 and direction = 'INBOUND'
               order by id desc limit $3";
    for row in tx.rows(sql, args![company, contact, LATEST]).await? {
        let (account, theirs, ours): (String, String, String) = (
            row.get("account_sid")?,
            row.get("from_address")?,
            row.get("to_address")?,
        );
        let ours = Address::from(ours);
        let is_to_line = match lines.iter().find(|line| line.has(&account, &ours)) {
            Some(found) => found.id == line.id,
            // The numbers of a messaging service need not be lines.
            None => is_service(&line.address) && line.account_sid.as_str() == account,
        };
        if is_to_line {
            return Ok(Channel::of(&Address::from(theirs)));
        }
    }
    Ok(Channel::Sms)
}

/// Whether WhatsApp lets us write freely to whom this text was for: within a day after the person has
/// written to the line by WhatsApp.
pub(super) async fn is_window_open(
    tx: &mut Tx,
    text: &Outgoing,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "select id from sms
               where company_id = $1 and contact_id = $2 and direction = 'INBOUND' and id >= $3
                 and account_sid = $4 and from_address like 'whatsapp:%'
                 and ($5 or to_address = $6)
               order by id desc limit 1";
    let since = now.checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
    let args = args![
        text.company_id,
        text.contact_id,
        first_id(since),
        text.account_sid.as_str(),
        text.is_of_service(),
        Channel::WhatsApp.address(&text.sender).as_str(),
    ];
    Ok(tx.row(sql, args).await?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_their_channel_once() {
        let number = "+12025550143";
        assert_eq!(Channel::Sms.address(number).as_str(), number);
        let whatsapp = Channel::WhatsApp.address(number);
        assert_eq!(whatsapp.as_str(), "whatsapp:+12025550143");
        assert_eq!(Channel::WhatsApp.address(whatsapp.as_str()), whatsapp);
        assert_eq!(Channel::of(&whatsapp), Channel::WhatsApp);
        assert_eq!(Channel::of(&Address::from(number)), Channel::Sms);
    }

    #[test]
    fn channels_are_read_as_they_are_written() {
        for channel in [Channel::Sms, Channel::WhatsApp] {
            assert_eq!(Channel::read(channel.as_str()).unwrap(), channel);
        }
        assert!(Channel::read("pigeon").is_err());
    }
}
