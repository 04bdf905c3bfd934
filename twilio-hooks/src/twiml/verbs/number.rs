use crate::twiml::element::element;
use crate::twiml::{CallEvent, HttpMethod, MachineDetection, Text};

element! {
    /// A phone number to dial, see [Twilio's page](https://www.twilio.com/docs/voice/twiml/number).
    ///
    /// Up to ten in one [`Dial`](crate::twiml::Dial) ring at the same time, and who answers first
    /// gets the call.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{CallEvent, Number};
    ///
    /// let number = Number::new("+15005550101")
    ///     .status_callback("/voice/dial")
    ///     .status_callback_event([CallEvent::Answered, CallEvent::Completed]);
    /// assert_eq!(
    ///     number.to_string(),
    ///     r#"<Number statusCallback="/voice/dial" statusCallbackEvent="answered completed">+15005550101</Number>"#,
    /// );
    /// ```
    pub struct Number = "Number" inside [Dial] {
        /// The number to dial, in E.164 form.
        text number,
        /// The URL that is told who answered, a person or a machine.
        amd_status_callback: Text = "amdStatusCallback",
        /// The HTTP method for `amdStatusCallback`, POST by default.
        amd_status_callback_method: HttpMethod = "amdStatusCallbackMethod",
        /// The SID (`BY…`) of the trunk to call over, for accounts that bring their own carrier.
        byoc: Text = "byoc",
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
        /// Tones to send when the call is answered, such as an extension; `w` waits half a second.
        send_digits: Text = "sendDigits",
        /// The URL that is told how the call goes.
        status_callback: Text = "statusCallback",
        /// What to tell `statusCallback`, by default [`CallEvent::Completed`].
        status_callback_event: [CallEvent] = "statusCallbackEvent",
        /// The HTTP method for `statusCallback`, POST by default.
        status_callback_method: HttpMethod = "statusCallbackMethod",
        /// Where to get TwiML that the called person hears before being connected.
        url: Text = "url",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_has_its_attributes() {
        let number = Number::new("+15005550101")
            .amd_status_callback("/amd")
            .amd_status_callback_method(HttpMethod::Get)
            .byoc("BY0123456789abcdef0123456789abcdef")
            .machine_detection(MachineDetection::DetectMessageEnd)
            .machine_detection_silence_timeout(2000)
            .machine_detection_speech_end_threshold(500)
            .machine_detection_speech_threshold(1000)
            .machine_detection_timeout(3)
            .method(HttpMethod::Post)
            .send_digits("ww12")
            .status_callback("/status")
            .status_callback_event(["initiated", "ringing", "answered", "completed"])
            .status_callback_method(HttpMethod::Get)
            .url("/whisper");
        assert_eq!(
            number.to_string(),
            concat!(
                r#"<Number amdStatusCallback="/amd" amdStatusCallbackMethod="GET" byoc="BY0123456789abcdef0123456789abcdef" "#,
                r#"machineDetection="DetectMessageEnd" machineDetectionSilenceTimeout="2000" "#,
                r#"machineDetectionSpeechEndThreshold="500" machineDetectionSpeechThreshold="1000" "#,
                r#"machineDetectionTimeout="3" method="POST" sendDigits="ww12" statusCallback="/status" "#,
                r#"statusCallbackEvent="initiated ringing answered completed" statusCallbackMethod="GET" "#,
                r#"url="/whisper">+15005550101</Number>"#,
            ),
        );
    }
}
