//! Whom a text is for: numbers as people write them, and the contact behind one.

use jiff::Timestamp;
use twilio_hooks::{Address, AddressKind, CompanyId, ContactId, store::StoreError};

use super::Refusal;
use crate::{
    args,
    contacts::phone::{Country, E164, normalise},
    database::{Row, Tx},
};

/// The number that somebody wrote; `country` is whose numbers may be written without their country's
/// code.
pub(super) fn number(text: &str, country: Option<Country>) -> Result<E164, Refusal> {
    // Any country does for a number that names its own.
    let country = country.or_else(|| text.trim_start().starts_with('+').then_some(Country::US));
    let country = country.ok_or_else(|| {
        Refusal::invalid("`to` must begin with + and the code of its country, as in +12025550143")
    })?;
    normalise(text, country).map_err(|error| Refusal::invalid(format!("`to`: {error}")))
}

/// The country of one of our numbers; a short code and a messaging service have none.
#[must_use]
pub fn country_of(line: &str) -> Option<Country> {
    phonenumber::parse(None, line).ok()?.country().id()
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

/// The contact with a number, which is made if there is none.
pub(super) async fn find_or_make(
    tx: &mut Tx,
    company: CompanyId,
    number: &str,
    now: Timestamp,
) -> Result<Recipient, Refusal> {
    let sql = "insert into contacts (id, company_id, address, created_at) values ($1, $2, $3, $4)
               on conflict (company_id, address) do nothing";
    tx.execute(sql, args![ContactId::at(now), company, number, now])
        .await?;
    let sql = "select id, address from contacts where company_id = $1 and address = $2";
    let row = tx.row(sql, args![company, number]).await?;
    let row = row.ok_or_else(|| StoreError::corrupt("contact", "it is gone"))?;
    Recipient::read(&row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_be_written_as_in_the_country_of_the_line() {
        let written = |text, line| {
            let number = number(text, country_of(line)).ok();
            number.map(|number| number.as_str().to_owned())
        };
        let us = Some("+12025550143".to_owned());
        assert_eq!(written("(202) 555-0143", "+12025550187"), us);
        assert_eq!(
            written("0151 23456789", "+4930123456"),
            Some("+4915123456789".to_owned())
        );
        let service = "MG00000000000000000000000000000001";
        assert_eq!(written(" +1 202 555 0143", service), us);
        assert_eq!(written("202 555 0143", service), None);
        assert_eq!(written("whatsapp:+12025550143", "+12025550187"), None);
    }

    #[test]
    fn services_and_short_codes_have_no_country() {
        assert_eq!(country_of("MG00000000000000000000000000000001"), None);
        assert_eq!(country_of("12345"), None);
    }
}
