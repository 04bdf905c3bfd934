//! [`AddOnRecordingResult`]: an add-on has worked on a recording.

use serde::de::DeserializeOwned;

use crate::webhook::{field, macros::webhook};

webhook! {
    /// An installed [add-on](https://www.twilio.com/docs/add-ons) has worked on a recording.
    ///
    /// It comes to the URL that was given when the add-on was installed. Twilio documents this
    /// poorly; fields may differ. There is no `AccountSid`, so an endpoint for several accounts must
    /// tell them apart by its URL.
    ///
    /// Refused without `AddOns`.
    pub struct AddOnRecordingResult: "addon-recording-result" {
        /// What the add-ons found out, as JSON text. See [`json`](Self::json).
        add_ons: String = required "AddOns",
    }
    families {}
}

impl AddOnRecordingResult {
    /// Reads [`add_ons`](Self::add_ons) as JSON; `None` if it is not what `T` expects.
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        field::json(Some(&self.add_ons))
    }
}
