//! What `<Gather>` asks and tells: [`GatherAction`] and [`GatherPartialResult`].

use crate::{
    CallStatus,
    webhook::macros::{call_question, call_webhook},
};

call_question! {
    /// A `<Gather>` has collected keys or speech; what next?
    ///
    /// It comes to the `action` of the `<Gather>`; without input only if `actionOnEmptyResult` is
    /// set. See [Twilio's description](https://www.twilio.com/docs/voice/twiml/gather#action).
    ///
    /// Refused without `AccountSid` and `CallSid`.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::{
    ///     Params,
    ///     webhook::{GatherAction, Webhook},
    /// };
    ///
    /// let params = Params::from_form(
    ///     b"AccountSid=AC00000000000000000000000000000001\
    ///       &CallSid=CA00000000000000000000000000000001&Digits=007&FinishedOnKey=",
    /// );
    /// let gather = GatherAction::from_params(&params)?;
    /// assert_eq!(gather.digits.as_deref(), Some("007"));
    /// assert!(!gather.is_empty());
    /// # Ok::<_, twilio_hooks::ParamError>(())
    /// ```
    pub struct GatherAction: "gather-action" {
        /// The keys, without the one that ended the input: text of digits, `*`, `#` and `w`, in
        /// which leading zeros count. Absent without keys. `Debug` leaves it out: it may be a PIN.
        digits: Option<String> = "Digits",
        /// The key that ended the input; absent if it ended by time or by its length, and for
        /// speech.
        finished_on_key: Option<String> = "FinishedOnKey",
        /// What was said, in the spelling and punctuation of the recogniser; absent without speech.
        speech_result: Option<String> = "SpeechResult",
        /// How sure the recogniser is, from 0 to 1; left out at times, and 0 if it does not know:
        /// ask [`known_confidence`](Self::known_confidence).
        confidence: Option<f64> = "Confidence",
        /// The language that was recognised, as a BCP 47 tag; on some results of speech.
        language: Option<String> = "Language",
        /// The fixed text `Gather End`; seen on some results of keys.
        message: Option<String> = "msg",
    }
}

impl GatherAction {
    /// Whether the caller entered nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.digits.is_none() && self.speech_result.is_none()
    }

    /// How sure the recogniser is, above 0 to 1; `None` if it does not say, which some write as 0.
    #[must_use]
    pub fn known_confidence(&self) -> Option<f64> {
        self.confidence.filter(|&confidence| confidence > 0.0)
    }
}

call_webhook! {
    /// What a `<Gather>` has understood while the caller still speaks.
    ///
    /// It comes to the `partialResultCallback` of the `<Gather>`, and the answer is ignored. Reports
    /// overtake each other; sort them by [`sequence_number`](Self::sequence_number). See
    /// [Twilio's description](https://www.twilio.com/docs/voice/twiml/gather#partialresultcallback).
    ///
    /// Refused without `AccountSid` and `CallSid`.
    pub struct GatherPartialResult: "gather-partial" {
        /// Where this leg stood when the report was made.
        call_status: Option<CallStatus> = "CallStatus",
        /// The words that may still change; absent if there are none.
        unstable_speech_result: Option<String> = "UnstableSpeechResult",
        /// The words that will hardly change; absent if there are none.
        stable_speech_result: Option<String> = "StableSpeechResult",
        /// How little the unstable words will change, from 0 to 1; left out by some recognisers.
        stability: Option<f64> = "Stability",
        /// The place of this report among those of the `<Gather>`, from 0. Nearly always there.
        sequence_number: Option<u32> = "SequenceNumber",
        /// How sure the recogniser is, from 0 to 1; left out often.
        confidence: Option<f64> = "Confidence",
        /// The language that is recognised, as a BCP 47 tag; on some reports.
        language: Option<String> = "Language",
        /// A hint that somebody speaks; Twilio documents it poorly, and the values are unknown.
        speech_activity: Option<String> = "SpeechActivity",
    }
}
