//! What Twilio refuses to send, and with which code.

use super::{
    answer::{Refusal, bad_request},
    routes::ApiCall,
    state::State,
    table::text,
};
use crate::{Address, AddressKind};

impl State {
    /// Who sends: the number that was given, or one of the messaging service.
    pub(super) fn message_sender(
        &self,
        from: Option<&str>,
        service: Option<&str>,
    ) -> Result<String, Refusal> {
        let Some(service) = service else {
            let from = from.ok_or_else(|| bad_request(21603, "There is no sender."))?;
            return match Address::from(from).kind() {
                AddressKind::PhoneNumber if self.owns(from) => Ok(from.to_owned()),
                AddressKind::PhoneNumber => Err(bad_request(
                    21606,
                    &format!("{from} cannot send messages to this recipient."),
                )),
                AddressKind::Empty
                | AddressKind::Other
                | AddressKind::Client
                | AddressKind::Sip => Err(bad_request(
                    21212,
                    &format!("{from} is not a valid sender."),
                )),
                _ => Ok(from.to_owned()),
            };
        };
        if self.services.get(service).is_none() {
            return Err(bad_request(21701, "There is no such messaging service."));
        }
        self.service_numbers
            .rows()
            .find(|row| text(row, "service_sid") == service)
            .map(|row| text(row, "phone_number").to_owned())
            .ok_or_else(|| bad_request(21703, "The messaging service has no sender."))
    }

    pub(super) fn check_message(
        &self,
        call: &ApiCall,
        to: &str,
        media: &[String],
    ) -> Result<(), Refusal> {
        let address = Address::from(to);
        match address.kind() {
            AddressKind::PhoneNumber
            | AddressKind::ShortCode
            | AddressKind::WhatsApp
            | AddressKind::Rcs
            | AddressKind::Messenger => {}
            _ => {
                let message = format!("{to} is not a valid recipient.");
                return Err(bad_request(21211, &message));
            }
        }
        let number = address.e164().unwrap_or(to);
        if self
            .verified
            .as_ref()
            .is_some_and(|verified| !verified.contains(number))
        {
            let message = format!("{to} is not among the verified numbers of this trial account.");
            return Err(bad_request(21608, &message));
        }
        if self.opted_out.contains(number) {
            return Err(bad_request(21610, "This recipient has opted out."));
        }
        let body = call.form.get("Body").unwrap_or_default();
        let template = call.form.get("ContentSid").unwrap_or_default();
        if body.is_empty() && template.is_empty() && media.is_empty() {
            return Err(bad_request(
                21602,
                "There is neither text nor media nor a template.",
            ));
        }
        if body.encode_utf16().count() > 1600 {
            return Err(bad_request(
                21617,
                "The body is longer than 1600 characters.",
            ));
        }
        if media.len() > 10 {
            return Err(bad_request(21623, "There are more than ten media files."));
        }
        Ok(())
    }
}
