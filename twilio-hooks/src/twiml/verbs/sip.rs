use crate::twiml::element::element;
use crate::twiml::{CallEvent, HttpMethod, MachineDetection, Password, Text};

element! {
    /// A SIP address to dial; see [Twilio's page](https://www.twilio.com/docs/voice/twiml/sip).
    ///
    /// [`Uri`](crate::twiml::Uri) elements inside name more than one, to be tried in order.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Sip, Uri};
    ///
    /// let phone = Sip::new("sip:jane@example.com").username("crm").password("secret");
    /// assert_eq!(
    ///     phone.to_string(),
    ///     r#"<Sip password="secret" username="crm">sip:jane@example.com</Sip>"#,
    /// );
    ///
    /// let either = Sip::default()
    ///     .with(Uri::new("sip:jane@one.example.com").priority(1))
    ///     .with(Uri::new("sip:jane@two.example.com").priority(2));
    /// assert_eq!(
    ///     either.to_string(),
    ///     concat!(
    ///         r#"<Sip><Uri priority="1">sip:jane@one.example.com</Uri>"#,
    ///         r#"<Uri priority="2">sip:jane@two.example.com</Uri></Sip>"#,
    ///     ),
    /// );
    /// ```
    pub struct Sip = "Sip" inside [Dial] {
        /// The address, which may carry headers as parameters; left out if
        /// [`Uri`](crate::twiml::Uri) elements stand inside.
        optional text uri,
        /// The URL that is told who answered, a person or a machine.
        amd_status_callback: Text = "amdStatusCallback",
        /// The HTTP method for `amdStatusCallback`, POST by default.
        amd_status_callback_method: HttpMethod = "amdStatusCallbackMethod",
        /// Whether to find out if a machine answers; by default not.
        machine_detection: MachineDetection = "machineDetection",
        /// Milliseconds of silence at the start after which the answer is unknown: 2000 to 10000,
        /// 5000 by default.
        machine_detection_silence_timeout: u32 = "machineDetectionSilenceTimeout" in 2000..=10000,
        /// Milliseconds of silence that end a spoken phrase: 500 to 5000, 1200 by default.
        machine_detection_speech_end_threshold: u32 = "machineDetectionSpeechEndThreshold" in 500..=5000,
        /// Milliseconds of speech that mean a machine: 1000 to 6000, 2400 by default.
        machine_detection_speech_threshold: u32 = "machineDetectionSpeechThreshold" in 1000..=6000,
        /// Seconds after which detection is given up: 3 to 60, 30 by default.
        machine_detection_timeout: u32 = "machineDetectionTimeout" in 3..=60,
        /// The HTTP method for `url`, POST by default.
        method: HttpMethod = "method",
        /// The password for SIP authentication.
        password: Password = "password",
        /// The URL that is told how the dialled call goes.
        status_callback: Text = "statusCallback",
        /// What to tell `statusCallback`, by default [`CallEvent::Completed`].
        status_callback_event: [CallEvent] = "statusCallbackEvent",
        /// The HTTP method for `statusCallback`, POST by default.
        status_callback_method: HttpMethod = "statusCallbackMethod",
        /// Where to get TwiML that the called side hears before being connected.
        url: Text = "url",
        /// The user name for SIP authentication.
        username: Text = "username",
    }
}
