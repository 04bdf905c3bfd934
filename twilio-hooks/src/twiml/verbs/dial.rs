use crate::twiml::element::element;
use crate::twiml::values::attribute_enum;
use crate::twiml::{DialRecord, HttpMethod, RecordingEvent, RecordingTrack, Text, Trim};

element! {
    /// Connects the caller with someone else, see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/dial).
    ///
    /// `Dial::new` takes one number; `Dial::default` is filled with what to dial, for more than one,
    /// with options, or for something else than a number, such as a [`Client`](crate::twiml::Client),
    /// a [`Conference`](crate::twiml::Conference) or a [`Queue`](crate::twiml::Queue). With `action` Twilio asks for more TwiML afterwards and ignores the verbs
    /// after the `<Dial>`; without, they follow.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Dial, Number};
    ///
    /// let forward = Dial::new("+15005550100").timeout(20);
    /// assert_eq!(forward.to_string(), r#"<Dial timeout="20">+15005550100</Dial>"#);
    ///
    /// let team = Dial::default()
    ///     .action("/voice/dial")
    ///     .with(Number::new("+15005550101"))
    ///     .with(Number::new("+15005550102").send_digits("wwww12"));
    /// assert_eq!(
    ///     team.to_string(),
    ///     concat!(
    ///         r#"<Dial action="/voice/dial"><Number>+15005550101</Number>"#,
    ///         r#"<Number sendDigits="wwww12">+15005550102</Number></Dial>"#,
    ///     ),
    /// );
    /// ```
    pub struct Dial = "Dial" inside [VoiceResponse] {
        /// The only number to dial, in E.164 form.
        optional text number,
        /// The URL that is told how the dialled call went and asked for TwiML.
        action: Text = "action",
        /// Whether the caller hears ringing until someone answers, instead of being connected to
        /// Twilio at once; `false` by default.
        answer_on_bridge: bool = "answerOnBridge",
        /// The reason for the call that is shown with a branded call, in up to 50 characters. Only in
        /// Twilio's documentation, not in its libraries.
        call_reason: Text = "callReason",
        /// The number that is shown to the called person, by default the caller's.
        caller_id: Text = "callerId",
        /// The call events to subscribe to.
        events: DialEvents = "events",
        /// Whether the caller can leave with the star key, `false` by default.
        hangup_on_star: bool = "hangupOnStar",
        /// The HTTP method for `action`, POST by default.
        method: HttpMethod = "method",
        /// Signed proofs of the caller's identity (SHAKEN/STIR passports).
        passports: [Text] = "passports",
        /// Whether and from when the call is recorded, [`DialRecord::DoNotRecord`] by default.
        record: DialRecord = "record",
        /// The id of a recording configuration stored with Twilio.
        recording_configuration_id: Text = "recordingConfigurationId",
        /// The URL that is told about the recording, also when it can be downloaded.
        recording_status_callback: Text = "recordingStatusCallback",
        /// What to tell `recordingStatusCallback`, by default [`RecordingEvent::Completed`].
        recording_status_callback_event: [RecordingEvent] = "recordingStatusCallbackEvent",
        /// The HTTP method for `recordingStatusCallback`, POST by default.
        recording_status_callback_method: HttpMethod = "recordingStatusCallbackMethod",
        /// Whose voice is recorded, [`RecordingTrack::Both`] by default.
        recording_track: RecordingTrack = "recordingTrack",
        /// The HTTP method for `referUrl`, POST by default.
        refer_method: HttpMethod = "referMethod",
        /// The URL that is asked for TwiML when the called SIP phone transfers the call.
        refer_url: Text = "referUrl",
        /// The country whose ringing tone the caller hears; by default that of the called number.
        ring_tone: RingTone = "ringTone",
        /// Whether to dial one after another instead of all at once, `false` by default.
        sequential: bool = "sequential",
        /// The greatest length of the call in seconds, 14400 (four hours) by default.
        time_limit: u32 = "timeLimit",
        /// Seconds to wait for an answer, 30 by default.
        timeout: u32 = "timeout",
        /// Whether silence is cut from both ends of the recording.
        trim: Trim = "trim",
    }
}

attribute_enum! {
    /// Events of a dialled call that can be subscribed to.
    pub enum DialEvents {
        /// How the call goes on.
        CallProgressEvent = "call-progress-event",
    } and others
}

attribute_enum! {
    /// The country whose ringing tone is played.
    pub enum RingTone {
        /// Austria.
        At = "at",
        /// Australia.
        Au = "au",
        /// Bulgaria.
        Bg = "bg",
        /// Brazil.
        Br = "br",
        /// Belgium.
        Be = "be",
        /// Switzerland.
        Ch = "ch",
        /// Chile.
        Cl = "cl",
        /// China.
        Cn = "cn",
        /// Czechia.
        Cz = "cz",
        /// Germany.
        De = "de",
        /// Denmark.
        Dk = "dk",
        /// Estonia.
        Ee = "ee",
        /// Spain.
        Es = "es",
        /// Finland.
        Fi = "fi",
        /// France.
        Fr = "fr",
        /// Greece.
        Gr = "gr",
        /// Hungary.
        Hu = "hu",
        /// Israel.
        Il = "il",
        /// India.
        In = "in",
        /// Italy.
        It = "it",
        /// Lithuania.
        Lt = "lt",
        /// Japan.
        Jp = "jp",
        /// Mexico.
        Mx = "mx",
        /// Malaysia.
        My = "my",
        /// The Netherlands.
        Nl = "nl",
        /// Norway.
        No = "no",
        /// New Zealand.
        Nz = "nz",
        /// The Philippines.
        Ph = "ph",
        /// Poland.
        Pl = "pl",
        /// Portugal.
        Pt = "pt",
        /// Russia.
        Ru = "ru",
        /// Sweden.
        Se = "se",
        /// Singapore.
        Sg = "sg",
        /// Thailand.
        Th = "th",
        /// The United Kingdom.
        Uk = "uk",
        /// The United States.
        Us = "us",
        /// The United States, in former times.
        UsOld = "us-old",
        /// Taiwan.
        Tw = "tw",
        /// Venezuela.
        Ve = "ve",
        /// South Africa.
        Za = "za",
    } and others
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twiml::Number;

    #[test]
    fn dial_has_its_number_and_attributes() {
        let dial = Dial::new("+15005550100")
            .action("/dialled")
            .answer_on_bridge(true)
            .call_reason("Delivery")
            .caller_id("client:joey")
            .events("call-progress-event")
            .hangup_on_star(true)
            .method(HttpMethod::Get)
            .passports(["eyJhIjoxfQ", "eyJiIjoyfQ"])
            .record(DialRecord::RecordFromAnswerDual)
            .recording_configuration_id("rc_main")
            .recording_status_callback("/recording")
            .recording_status_callback_event([
                RecordingEvent::InProgress,
                RecordingEvent::Completed,
            ])
            .recording_status_callback_method(HttpMethod::Post)
            .recording_track(RecordingTrack::Inbound)
            .refer_method(HttpMethod::Get)
            .refer_url("/refer")
            .ring_tone("us-old")
            .sequential(false)
            .time_limit(600)
            .timeout(20)
            .trim(Trim::TrimSilence);
        assert_eq!(
            dial.to_string(),
            concat!(
                r#"<Dial action="/dialled" answerOnBridge="true" callReason="Delivery" "#,
                r#"callerId="client:joey" events="call-progress-event" hangupOnStar="true" method="GET" passports="eyJhIjoxfQ,eyJiIjoyfQ" record="record-from-answer-dual" "#,
                r#"recordingConfigurationId="rc_main" recordingStatusCallback="/recording" "#,
                r#"recordingStatusCallbackEvent="in-progress completed" recordingStatusCallbackMethod="POST" "#,
                r#"recordingTrack="inbound" referMethod="GET" referUrl="/refer" ringTone="us-old" sequential="false" "#,
                r#"timeLimit="600" timeout="20" trim="trim-silence">+15005550100</Dial>"#,
            ),
        );
    }

    #[test]
    fn numbers_stand_inside_in_order() {
        let dial = Dial::default()
            .with(Number::new("+15005550101"))
            .with(Number::new("+15005550102"));
        assert_eq!(
            dial.to_string(),
            "<Dial><Number>+15005550101</Number><Number>+15005550102</Number></Dial>",
        );
    }

    #[test]
    fn unknown_values_are_written() {
        assert_eq!(
            Dial::new("1").record("sometimes").to_string(),
            r#"<Dial record="sometimes">1</Dial>"#
        );
    }
}
