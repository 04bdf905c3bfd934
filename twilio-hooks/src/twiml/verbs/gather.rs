use crate::twiml::element::element;
use crate::twiml::values::{attribute_enum, auto_or_number};
use crate::twiml::{HttpMethod, LanguageTag, Text};

element! {
    /// Collects keys that the caller presses, or speech; see
    /// [Twilio's page](https://www.twilio.com/docs/voice/twiml/gather).
    ///
    /// The prompts inside are played while Twilio listens. With input Twilio asks `action` for more
    /// TwiML, and the verbs after the `<Gather>` are never reached; without input they follow.
    /// Without `action` Twilio asks the current URL, which answers with the same `<Gather>` unless
    /// it is prepared.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Gather, GatherInput, Say};
    ///
    /// let menu = Gather::new()
    ///     .input([GatherInput::Dtmf, GatherInput::Speech])
    ///     .hints(["sales", "support"])
    ///     .num_digits(1)
    ///     .speech_timeout(2)
    ///     .action("/voice/menu")
    ///     .with(Say::new("Sales or support?"));
    /// assert_eq!(
    ///     menu.to_string(),
    ///     concat!(
    ///         r#"<Gather action="/voice/menu" hints="sales,support" input="dtmf speech" numDigits="1" speechTimeout="2">"#,
    ///         "<Say>Sales or support?</Say></Gather>",
    ///     ),
    /// );
    /// ```
    pub struct Gather = "Gather" inside [VoiceResponse] {
        /// The URL that is given the input and asked for TwiML, by default the current one.
        action: Text = "action",
        /// Whether `action` is asked even if the caller entered nothing, `false` by default.
        action_on_empty_result: bool = "actionOnEmptyResult",
        /// Whether speech interrupts the prompt, `true` by default.
        barge_in: bool = "bargeIn",
        /// Twilio's switch for debugging.
        debug: bool = "debug",
        /// Whether the enhanced model for phone calls recognises the speech, `false` by default. It
        /// costs extra.
        enhanced: bool = "enhanced",
        /// The keys that end the input, `#` by default; empty for none.
        finish_on_key: Text = "finishOnKey",
        /// Words and phrases that the caller is likely to say; a comma inside one separates two.
        hints: [Text] = "hints",
        /// What to listen for, [`GatherInput::Dtmf`] by default.
        input: [GatherInput] = "input",
        /// The language that is spoken, `en-US` by default.
        language: LanguageTag = "language",
        /// The greatest length of the speech in seconds.
        max_speech_time: u32 = "maxSpeechTime",
        /// The HTTP method for `action`, POST by default.
        method: HttpMethod = "method",
        /// The number of keys that end the input; by default any number.
        num_digits: u32 = "numDigits",
        /// The URL that is given what was understood while the caller is still speaking.
        partial_result_callback: Text = "partialResultCallback",
        /// The HTTP method for `partialResultCallback`, POST by default.
        partial_result_callback_method: HttpMethod = "partialResultCallbackMethod",
        /// Whether swear words are masked with asterisks, `true` by default.
        profanity_filter: bool = "profanityFilter",
        /// The model that recognises speech, such as `phone_call`; which there are depends on the
        /// language.
        speech_model: Text = "speechModel",
        /// The silence that ends speech, by default as long as `timeout`.
        speech_timeout: SpeechTimeout = "speechTimeout",
        /// Seconds without input after which to give up, 5 by default.
        timeout: u32 = "timeout",
    }
}

attribute_enum! {
    /// A kind of input to listen for.
    pub enum GatherInput {
        /// Keys.
        Dtmf = "dtmf",
        /// Spoken words.
        Speech = "speech",
    }
}

auto_or_number! {
    /// The silence that ends speech.
    pub enum SpeechTimeout {
        /// The recognition decides.
        Auto,
        /// So many seconds.
        Seconds(u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twiml::{Pause, Play, Say};

    #[test]
    fn gather_has_its_attributes() {
        let gather = Gather::new()
            .action("/gathered?a=1&b=2")
            .action_on_empty_result(true)
            .barge_in(false)
            .debug(true)
            .enhanced(true)
            .finish_on_key("*0")
            .hints(["yes", "maybe later"])
            .input(["dtmf", "speech"])
            .language("de-DE")
            .max_speech_time(60)
            .method(HttpMethod::Get)
            .num_digits(16)
            .partial_result_callback("/partial")
            .partial_result_callback_method(HttpMethod::Post)
            .profanity_filter(false)
            .speech_model("phone_call")
            .speech_timeout(SpeechTimeout::Auto)
            .timeout(10);
        assert_eq!(
            gather.to_string(),
            concat!(
                r#"<Gather action="/gathered?a=1&amp;b=2" actionOnEmptyResult="true" bargeIn="false" debug="true" "#,
                r#"enhanced="true" finishOnKey="*0" hints="yes,maybe later" input="dtmf speech" language="de-DE" "#,
                r#"maxSpeechTime="60" method="GET" numDigits="16" partialResultCallback="/partial" "#,
                r#"partialResultCallbackMethod="POST" profanityFilter="false" speechModel="phone_call" "#,
                r#"speechTimeout="auto" timeout="10"/>"#,
            ),
        );
    }

    #[test]
    fn prompts_stand_inside_in_order() {
        let gather = Gather::new()
            .with(Say::new("a"))
            .with(Pause::new())
            .with(Play::new("/b.mp3"));
        assert_eq!(
            gather.to_string(),
            "<Gather><Say>a</Say><Pause/><Play>/b.mp3</Play></Gather>"
        );
    }

    #[test]
    fn an_empty_list_is_an_empty_value() {
        assert_eq!(
            Gather::new().input([] as [GatherInput; 0]).to_string(),
            r#"<Gather input=""/>"#
        );
    }
}
