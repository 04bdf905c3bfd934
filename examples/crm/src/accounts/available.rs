//! What a company could take into use: the numbers and messaging services of its accounts.

use std::collections::HashSet;

use twilio_hooks::{
    AccountSid, CompanyId, LineId,
    client::{Capabilities, Client, ClientError, ListIncomingPhoneNumbers, ListMessagingServices},
    store::{Line, StoreError},
};

use super::{AccountError, Accounts};
use crate::args;

/// How many numbers of an account are looked at.
const MOST: usize = 2000;

/// What the accounts of a company have.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Available {
    /// Numbers and messaging services.
    pub lines: Vec<AvailableLine>,
    /// Accounts that could not be asked, and why.
    pub failed: Vec<(AccountSid, String)>,
    /// Whether there are more than are shown.
    pub more: bool,
}

/// A number or a messaging service.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AvailableLine {
    /// The account that has it.
    pub account_sid: AccountSid,
    /// The number in E.164, or the SID of the messaging service.
    pub address: String,
    /// What Twilio calls it.
    pub name: Option<String>,
    /// Whether it is a messaging service.
    pub is_service: bool,
    /// Whether it takes calls.
    pub voice: bool,
    /// Whether it takes texts.
    pub sms: bool,
    /// Whether it takes media.
    pub mms: bool,
    /// The line, if it is one of the company's.
    pub line: Option<LineId>,
    /// Whether it is a line, of whichever company.
    pub is_line: bool,
}

impl Accounts {
    /// Asks Twilio what the accounts of a company have. An account that can't be asked does not hide
    /// the others.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn available(&self, company: CompanyId) -> Result<Available, StoreError> {
        let lines = self.inner.database.lines.lines(company).await?;
        let mut available = Available::default();
        for sid in self.of_company(company).await? {
            let taken = self.addresses_in_use(&sid).await?;
            let client = match self.client(&sid).await {
                Ok(client) => client,
                Err(AccountError::Store(error)) => return Err(error),
                Err(AccountError::Unknown) => continue,
            };
            match of_account(&client, &sid).await {
                Ok((found, more)) => {
                    available.more |= more;
                    let found = found.into_iter();
                    available
                        .lines
                        .extend(found.map(|line| line.known(&lines, &taken)));
                }
                Err(error) => available.failed.push((sid, error.to_string())),
            }
        }
        Ok(available)
    }

    /// The addresses of an account that are lines, of whichever company.
    pub(super) async fn addresses_in_use(
        &self,
        sid: &AccountSid,
    ) -> Result<HashSet<String>, StoreError> {
        let sql = "select address from lines where account_sid = $1";
        let db = &self.inner.database.db;
        let rows = db.rows(sql, args![sid.as_str()]).await?;
        rows.iter().map(|row| row.get("address")).collect()
    }
}

impl AvailableLine {
    fn known(mut self, lines: &[Line], taken: &HashSet<String>) -> Self {
        let same =
            |line: &&Line| line.account_sid == self.account_sid && line.address == self.address;
        self.line = lines.iter().find(same).map(|line| line.id);
        self.is_line = taken.contains(&self.address);
        self
    }
}

async fn of_account(
    client: &Client,
    sid: &AccountSid,
) -> Result<(Vec<AvailableLine>, bool), ClientError> {
    let mut lines = Vec::new();
    let mut more = false;
    let which = ListIncomingPhoneNumbers::new().page_size(1000_u32);
    let mut numbers = client.incoming_phone_numbers().list(which);
    while let Some(number) = numbers.next().await {
        let number = number?;
        if lines.len() == MOST {
            more = true;
            break;
        }
        let Some(address) = number.phone_number else {
            continue;
        };
        let can = |what: fn(&Capabilities) -> Option<bool>| {
            let capabilities = number.capabilities.as_ref();
            capabilities.and_then(what).unwrap_or(false)
        };
        lines.push(AvailableLine {
            account_sid: sid.clone(),
            address: address.as_str().to_owned(),
            name: number.friendly_name.clone(),
            is_service: false,
            voice: can(|it| it.voice),
            sms: can(|it| it.sms),
            mms: can(|it| it.mms),
            line: None,
            is_line: false,
        });
    }
    let how = ListMessagingServices::new().page_size(100_u32);
    for service in client.messaging_services().list(how).all().await? {
        lines.push(AvailableLine {
            account_sid: sid.clone(),
            address: service.sid.as_str().to_owned(),
            name: service.friendly_name,
            is_service: true,
            voice: false,
            sms: true,
            mms: true,
            line: None,
            is_line: false,
        });
    }
    Ok((lines, more))
}
