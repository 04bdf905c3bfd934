use crate::twiml::element::element;
use crate::twiml::values::attribute_enum;

element! {
    /// Refuses an incoming call without answering it, so that it costs nothing; see
    /// [Twilio's page](https://www.twilio.com/docs/voice/twiml/reject).
    ///
    /// It has to be the first verb.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Reject, RejectReason};
    ///
    /// assert_eq!(Reject::new().reason(RejectReason::Busy).to_string(), r#"<Reject reason="busy"/>"#);
    /// ```
    pub struct Reject = "Reject" inside [VoiceResponse] {
        /// What the caller hears, [`RejectReason::Rejected`] by default.
        reason: RejectReason = "reason",
    }
}

attribute_enum! {
    /// What a rejected caller hears.
    pub enum RejectReason {
        /// The message that the number is not in service.
        Rejected = "rejected",
        /// The busy signal.
        Busy = "busy",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reject_has_its_reason() {
        assert_eq!(Reject::new().to_string(), "<Reject/>");
        assert_eq!(
            Reject::new().reason("busy").to_string(),
            r#"<Reject reason="busy"/>"#
        );
    }
}
