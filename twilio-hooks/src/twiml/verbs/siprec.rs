use crate::twiml::element::element;
use crate::twiml::{HttpMethod, Text, Track};

element! {
    /// Sends the audio of the call to a recorder by SIPREC, in the background; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/siprec).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Siprec, Start, Track};
    ///
    /// let start = Start::new().with(Siprec::new().connector_name("archive").track(Track::InboundTrack));
    /// assert_eq!(
    ///     start.to_string(),
    ///     r#"<Start><Siprec connectorName="archive" track="inbound_track"/></Start>"#,
    /// );
    /// ```
    pub struct Siprec = "Siprec" inside [Start, Stop] {
        /// The connector that is configured with Twilio, `Default` by default.
        connector_name: Text = "connectorName",
        /// The name by which [`Stop`](crate::twiml::Stop) ends it.
        name: Text = "name",
        /// The URL that is told when it starts, ends or fails.
        status_callback: Text = "statusCallback",
        /// The HTTP method for `statusCallback`, POST by default.
        status_callback_method: HttpMethod = "statusCallbackMethod",
        /// Whose voice is sent, [`Track::BothTracks`] by default.
        track: Track = "track",
    }
}
