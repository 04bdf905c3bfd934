//! What a whole account has, and how its webhooks are set: for whoever runs the server.

use twilio_hooks::{
    AccountSid, Address,
    client::{Client, ClientError, ListIncomingPhoneNumbers},
};

use super::{Services, Setup, WebhookState};
use crate::accounts::{AccountError, Accounts, ManageError, Refused};

/// A number or a messaging service of an account.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Found {
    /// The number in E.164, or the SID of the messaging service.
    pub address: String,
    /// What Twilio calls it.
    pub name: Option<String>,
    /// What Twilio says of it.
    pub setup: Setup,
}

impl Found {
    /// Whether it is a messaging service.
    #[must_use]
    pub fn is_service(&self) -> bool {
        self.setup.number.is_none()
    }
}

impl Accounts {
    /// All numbers and messaging services of an account, whoever's lines they are.
    ///
    /// # Errors
    /// If the account is not set up here, Twilio can't be asked, or the database fails.
    pub async fn overview(&self, sid: &AccountSid) -> Result<Vec<Found>, ManageError> {
        let client = self.client(sid).await.map_err(|error| match error {
            AccountError::Unknown => ManageError::NotFound,
            AccountError::Store(error) => error.into(),
        })?;
        Ok(everything(&client).await.map_err(Refused::Twilio)?)
    }

    /// How the webhooks of what an account has are set, beside what they should be.
    #[must_use]
    pub fn states_of(&self, found: &Found) -> Vec<WebhookState> {
        found.setup.states(|webhook| self.expected(webhook))
    }
}

async fn everything(client: &Client) -> Result<Vec<Found>, ClientError> {
    let services = Services::all(client).await?;
    let which = ListIncomingPhoneNumbers::new().page_size(1000_u32);
    let mut numbers = client.incoming_phone_numbers().list(which);
    let mut found = Vec::new();
    while let Some(number) = numbers.next().await {
        let number = number?;
        let Some(address) = number.phone_number.as_ref().map(Address::to_string) else {
            continue;
        };
        let name = number.friendly_name.clone();
        found.push(Found {
            address,
            name: name.filter(|name| !name.is_empty()),
            setup: Setup::of_number(client, number, &services).await?,
        });
    }
    for (sid, name) in services.names() {
        found.push(Found {
            address: sid.to_string(),
            name: name.map(str::to_owned),
            setup: services.setup_of(sid.as_str()),
        });
    }
    Ok(found)
}
