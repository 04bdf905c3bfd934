//! Whom a text is for: numbers as people write them, and the contact behind one.

use jiff::Timestamp;
use twilio_hooks::{Address, AddressKind, CompanyId, ContactId, store::StoreError};

use super::Refusal;
use crate::{
    args,
    contacts::{
        details,
        phone::{Country, E164, normalise},
    },
    database::{Row, Tx},
};

/// The number that somebody wrote; `home` is whose numbers may be written without their country's
/// code.
pub(super) fn number(text: &str, home: Country) -> Result<E164, Refusal> {
    normalise(text, home).map_err(|error| Refusal::invalid(format!("`to`: {error}")))
}

/// A contact that may be texted.
#[derive(Debug)]
pub(super) struct Recipient {
    pub(super) id: ContactId,
    pub(super) address: String,
}

impl Recipient {
    fn read(row: &Row) -> Result<Self, Refusal> {
        let address: String = row.get("address")?;
        match Address::from(address.as_str()).kind() {
            AddressKind::PhoneNumber | AddressKind::ShortCode => Ok(Self {
                id: row.get("id")?,
                address,
            }),
            AddressKind::Messenger => Err(Refusal::invalid(
                "this contact writes by Messenger, which can't be answered from here",
            )),
            _ => Err(Refusal::invalid(
                "this contact has no number that can be texted",
            )),
        }
    }
}

/// A contact of the company.
pub(super) async fn find(
    tx: &mut Tx,
    company: CompanyId,
    id: ContactId,
) -> Result<Recipient, Refusal> {
    let sql = "select id, address from contacts where company_id = $1 and id = $2";
    let row = tx.row(sql, args![company, id]).await?;
    Recipient::read(&row.ok_or(Refusal::NotFound)?)
}

/// The contact with a number, or with another spelling of it; it is made if there is none.
///
/// If it is a part of another contact, it is the part that is texted.
pub(super) async fn find_or_make(
    tx: &mut Tx,
    company: CompanyId,
    number: &E164,
    now: Timestamp,
) -> Result<Recipient, Refusal> {
    let address = Address::from(number.as_str());
    if let Ok(made) = details::create(tx, company, &address, now).await? {
        return find(tx, company, made).await;
    }
    let variants = number.variants();
    let other = variants.first().unwrap_or(number);
    let sql = "select id, address from contacts where company_id = $1 and address in ($2, $3)
               order by address <> $2 limit 1";
    let row = tx
        .row(sql, args![company, number.as_str(), other.as_str()])
        .await?;
    let row = row.ok_or_else(|| StoreError::corrupt("contact", "it is gone"))?;
    Recipient::read(&row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_be_written_as_in_the_country_of_the_company() {
        let written = |text, home| {
            let number = number(text, home).ok();
            number.map(|number| number.as_str().to_owned())
        };
        let us = Some("+12025550143".to_owned());
        assert_eq!(written("(202) 555-0143", Country::US), us);
        let german = Some("+4915123456789".to_owned());
        assert_eq!(written("0151 23456789", Country::DE), german);
        assert_eq!(written(" +1 202 555 0143", Country::DE), us);
        let wuppertal = Some("+492025550143".to_owned());
        assert_eq!(written("(202) 555-0143", Country::DE), wuppertal);
        assert_eq!(written("whatsapp:+12025550143", Country::US), None);
    }
}
