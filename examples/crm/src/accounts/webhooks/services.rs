//! [`Services`]: the messaging services of an account. A number does not say which one it is in.

use twilio_hooks::{
    MessagingServiceSid,
    client::{
        Client, ClientError, ListMessagingServices, ListServicePhoneNumbers, MessagingService,
    },
};

use super::Setup;

/// The messaging services of an account and their numbers.
#[derive(Debug, Clone, Default)]
pub struct Services(Vec<(MessagingService, Vec<String>)>);

impl Services {
    /// Asks Twilio about all of them.
    ///
    /// # Errors
    /// If Twilio can't be asked.
    pub async fn all(client: &Client) -> Result<Self, ClientError> {
        let how = ListMessagingServices::new().page_size(100_u32);
        let mut services = Vec::new();
        for service in client.messaging_services().list(how).all().await? {
            let numbers = numbers_of(client, &service.sid).await?;
            services.push((service, numbers));
        }
        Ok(Self(services))
    }

    /// The SIDs and names of the services.
    pub fn names(&self) -> impl Iterator<Item = (&MessagingServiceSid, Option<&str>)> {
        let services = self.0.iter();
        services.map(|(service, _)| (&service.sid, service.friendly_name.as_deref()))
    }

    /// The service that is this address or has it among its numbers.
    pub(super) fn setup_of(&self, address: &str) -> Setup {
        let service = self.0.iter().find(|(service, numbers)| {
            service.sid.as_str() == address || numbers.iter().any(|number| number == address)
        });
        let mut setup = Setup::default();
        if let Some((service, numbers)) = service {
            setup.service = Some(service.clone());
            setup.service_numbers.clone_from(numbers);
        }
        setup
    }

    pub(super) async fn one(
        client: &Client,
        sid: &MessagingServiceSid,
    ) -> Result<Self, ClientError> {
        let service = client.messaging_services().fetch(sid).await?;
        let numbers = numbers_of(client, sid).await?;
        Ok(Self(vec![(service, numbers)]))
    }
}

async fn numbers_of(
    client: &Client,
    service: &MessagingServiceSid,
) -> Result<Vec<String>, ClientError> {
    let how = ListServicePhoneNumbers::new().page_size(1000_u32);
    let numbers = client.messaging_services().phone_numbers(service, how);
    let numbers = numbers.all().await?.into_iter();
    Ok(numbers
        .filter_map(|number| Some(number.phone_number?.as_str().to_owned()))
        .collect())
}
