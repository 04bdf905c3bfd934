//! All elements with their setters and what may stand inside, as a table that the compiler checks
//! against the types; and what builds any of them through its setters from a tree in JSON.

use std::marker::PhantomData;

use serde_json::Value;
use twilio_hooks::twiml::schema::{self, ElementSchema};
use twilio_hooks::twiml::{InvalidComment, InvalidXmlName, ssml::*, *};

/// Gives the table to a macro.
///
/// A row: the type, whether its constructor takes text, its setters, what may stand inside, and
/// `mixed` if text may stand there too.
macro_rules! elements {
    ($use:ident) => {
        $use! {
            VoiceResponse: none {} [
                Connect Dial Echo Enqueue Gather Hangup Leave Pause Pay Play Prompt
                Queue Record Redirect Refer Reject Say Sms Start Stop
            ];
            MessagingResponse: none {} [Message Redirect];
            FaxResponse: none {} [Receive];
            AiSession: none { ai_connector ai_session_configuration } [];
            Application: optional {
                copy_parent_to customer_id method status_callback status_callback_event
                status_callback_method url
            } [
                ApplicationSid Parameter
            ] mixed;
            ApplicationSid: required {} [];
            Autopilot: required {} [];
            Body: required {} [];
            Client: optional {
                method status_callback status_callback_event status_callback_method url
            } [
                Identity Parameter
            ] mixed;
            Conference: required {
                beep coach end_conference_on_exit event_callback_url jitter_buffer_size
                max_participants muted participant_label record
                recording_configuration_id recording_status_callback
                recording_status_callback_event recording_status_callback_method region
                start_conference_on_enter status_callback status_callback_event
                status_callback_method trim wait_method wait_url
            } [];
            Config: none { name value } [];
            Connect: none {
                action method
            } [
                AiSession Autopilot Conversation ConversationRelay
                ConversationRelaySession Room Stream VirtualAgent
            ];
            Conversation: none {
                inbound_autocreation inbound_timeout method record
                recording_status_callback recording_status_callback_event
                recording_status_callback_method routing_assignment_timeout
                service_instance_sid status_callback status_callback_event
                status_callback_method trim url
            } [];
            ConversationRelay: none {
                application_reconnect asr_smart_format background_noise_reduction
                customer_name debug deepgram_smart_format dtmf_detection
                eager_eot_threshold echo_prompt_filtering
                elevenlabs_language_text_normalization elevenlabs_text_normalization
                eot_threshold events hints ignore_backchannel include_in_prompt
                intelligence_service interrupt_sensitivity interruptible language
                partial_prompt_on_hangup partial_prompts preemptible profanity_filter
                report_input_during_agent_speech speech_model speech_timeout
                transcription_language transcription_provider tts_language
                tts_language_text_normalization tts_provider tts_text_normalization
                turn_detection url voice welcome_greeting welcome_greeting_interruptible
            } [
                Language Parameter
            ];
            ConversationRelaySession: none { connector session_configuration } [];
            Dial: optional {
                action answer_on_bridge call_reason caller_id events hangup_on_star
                method passports record recording_configuration_id
                recording_status_callback recording_status_callback_event
                recording_status_callback_method recording_track refer_method refer_url
                ring_tone sequential time_limit timeout trim
            } [
                Application Client Conference Number Queue Sim Sip WhatsApp
            ] mixed;
            Echo: none {} [];
            Enqueue: optional {
                action max_queue_size method wait_url wait_url_method workflow_sid
            } [
                Task
            ] mixed;
            Gather: none {
                action action_on_empty_result barge_in debug enhanced finish_on_key
                hints input language max_speech_time method num_digits
                partial_result_callback partial_result_callback_method profanity_filter
                speech_model speech_timeout timeout
            } [
                Pause Play Say
            ];
            Hangup: none {} [Parameter];
            Header: none { name value } [];
            Headers: none {} [Header];
            Identity: required {} [];
            Language: none {
                asr_smart_format code hints speech_model transcription_provider
                tts_language_text_normalization tts_provider tts_text_normalization
                voice
            } [];
            Leave: none {} [];
            Media: required {} [];
            Message: optional { action from method status_callback to } [Body Media] mixed;
            Number: required {
                amd_status_callback amd_status_callback_method byoc machine_detection
                machine_detection_silence_timeout machine_detection_speech_end_threshold
                machine_detection_speech_threshold machine_detection_timeout method
                send_digits status_callback status_callback_event status_callback_method
                url
            } [];
            Parameter: none { name value } [];
            Pause: none { length } [];
            Pay: none {
                action bank_account_type charge_amount currency description input
                language max_attempts min_postal_code_length payment_connector
                payment_method postal_code security_code status_callback
                status_callback_method timeout token_type valid_card_types
            } [
                Parameter Prompt
            ];
            Play: optional { digits loop_ } [];
            Prompt: none { attempt card_type error_type for_ require_matching_inputs } [Pause Play Say];
            Queue: required { method post_work_activity_sid reservation_sid url } [];
            Receive: none { action media_type method page_size store_media } [];
            Record: none {
                action finish_on_key max_length method play_beep
                recording_configuration_id recording_status_callback
                recording_status_callback_event recording_status_callback_method timeout
                transcribe transcribe_callback trim
            } [];
            Recording: none {
                channels name recording_configuration_id recording_status_callback
                recording_status_callback_event recording_status_callback_method track
                trim
            } [];
            Redirect: required { method } [];
            Refer: none { action method } [ReferSip];
            ReferSip: required {} [];
            Reject: none { reason } [Parameter];
            Room: required { participant_identity } [];
            Say: optional {
                language loop_ voice
            } [
                Break Emphasis Lang P Phoneme Prosody S SayAs Sub W
            ] mixed;
            Sim: required {} [];
            Sip: optional {
                amd_status_callback amd_status_callback_method machine_detection
                machine_detection_silence_timeout machine_detection_speech_end_threshold
                machine_detection_speech_threshold machine_detection_timeout method
                password status_callback status_callback_event status_callback_method
                url username
            } [
                Headers Uri
            ] mixed;
            Siprec: none { connector_name name status_callback status_callback_method track } [Parameter];
            Sms: required { action from method status_callback to } [];
            Start: none { action method } [Recording Siprec Stream Transcription];
            Stop: none {} [Recording Siprec Stream Transcription];
            Stream: none {
                audio_format connector_name name sample_rate status_callback
                status_callback_method track url
            } [
                Parameter
            ];
            Task: required { priority timeout } [];
            Transcription: none {
                conversation_configuration conversation_id enable_automatic_punctuation
                enable_provider_data hints inbound_track_label intelligence_service
                language_code name outbound_track_label partial_results profanity_filter
                speech_model status_callback_method status_callback_url track
                transcription_engine
            } [
                Config Parameter
            ];
            Uri: optional { password priority username weight } [];
            VirtualAgent: none {
                connector_name language sentiment_analysis status_callback
                status_callback_method
            } [
                Config Parameter
            ];
            WhatsApp: required {
                method status_callback status_callback_event status_callback_method url
            } [];
            Break: none { strength time } [];
            Emphasis: optional { level } [Break Emphasis Lang Phoneme Prosody SayAs Sub W] mixed;
            Lang: optional { xml_lang } [Break Emphasis Lang P Phoneme Prosody S SayAs Sub W] mixed;
            P: optional {} [Break Emphasis Lang Phoneme Prosody S SayAs Sub W] mixed;
            Phoneme: required { alphabet ph } [];
            Prosody: optional {
                pitch rate volume
            } [
                Break Emphasis Lang P Phoneme Prosody S SayAs Sub W
            ] mixed;
            S: optional {} [Break Emphasis Lang Phoneme Prosody SayAs Sub W] mixed;
            SayAs: required { format interpret_as } [];
            Sub: required { alias } [];
            W: optional { role } [Break Emphasis Phoneme Prosody SayAs Sub] mixed;
        }
    };
}

pub(crate) use elements;

/// Why a tree can't be built from typed elements.
#[derive(Debug)]
pub(crate) enum Refused {
    /// A name that isn't XML.
    Name,
    /// A comment that can't be written.
    Comment,
    /// Text in an element that takes none.
    Text,
    /// An attribute that should have a setter and has none.
    Setter(#[allow(dead_code, reason = "`Debug` shows it")] String),
}

impl From<InvalidXmlName> for Refused {
    fn from(_: InvalidXmlName) -> Self {
        Self::Name
    }
}

impl From<InvalidComment> for Refused {
    fn from(_: InvalidComment) -> Self {
        Self::Comment
    }
}

/// An element with a type.
pub(crate) trait Typed: Sized {
    /// The name of the type.
    const NAME: &str;

    /// Builds it with its constructor, setters and `push`. Attributes without a setter, or with a
    /// value that the setter has no type for, are given by name.
    fn build(tree: &Value) -> Result<Self, Refused>;
}

macro_rules! typed {
    ($($Element:ident: $text:tt { $($field:ident)* } [$($Child:ident)*] $($mixed:ident)?;)*) => {$(
        impl Typed for $Element {
            const NAME: &str = stringify!($Element);

            fn build(tree: &Value) -> Result<Self, Refused> {
                let mut element: Self = start!($text tree)?;
                for (name, value) in tree["attrs"].as_object().unwrap() {
                    if value.is_null() {
                        continue;
                    }
                    let field = known::<Self>().attribute(name).map(|attribute| attribute.field);
                    let typed: Option<Self> = match field {
                        $(Some(stringify!($field)) => {
                            slot(&element.$field).read(value).map(|value| {
                                let element = element.clone().$field(value);
                                assert!(element.$field.is_some(), "{field:?} sets another field");
                                element
                            })
                        })*
                        _ => None,
                    };
                    element = match typed {
                        Some(element) => element,
                        None => element.attribute(XmlName::new(name.clone())?, by_name(name, value)?),
                    };
                }
                for child in tree["children"].as_array().unwrap() {
                    match child["tag"].as_str() {
                        $(Some(tag) if tag == known::<$Child>().tag => {
                            element.push($Child::build(child)?);
                        })*
                        Some(_) => element.push(raw(child)?),
                        None => match text_or_comment(child)? {
                            Node::Comment(comment) => element.push(comment),
                            $(Node::Text(text) => push!($mixed text into element),)?
                            _ => return Err(Refused::Text),
                        },
                    }
                }
                Ok(element)
            }
        }
    )*};
}

macro_rules! start {
    (none $tree:ident) => {
        match text($tree) {
            None => Ok(Self::new()),
            Some(_) => Err(Refused::Text),
        }
    };
    (optional $tree:ident) => {
        Ok::<Self, Refused>(text($tree).map_or_else(Self::default, Self::new))
    };
    (required $tree:ident) => {
        text($tree).map(Self::new).ok_or(Refused::Text)
    };
}

macro_rules! push {
    (mixed $text:ident into $element:ident) => {
        $element.push($text)
    };
}

elements!(typed);

/// What the crate says about a type.
pub(crate) fn known<T: Typed>() -> &'static ElementSchema {
    schema::element(T::NAME).unwrap()
}

/// The whole tree without types.
pub(crate) fn raw(tree: &Value) -> Result<RawElement, Refused> {
    let mut element = RawElement::new(XmlName::new(tree["tag"].as_str().unwrap().to_owned())?);
    for (name, value) in tree["attrs"].as_object().unwrap() {
        element = element.attribute(XmlName::new(name.clone())?, plain(value));
    }
    if let Some(text) = text(tree) {
        element = element.with(text);
    }
    for child in tree["children"].as_array().unwrap() {
        element = match child["tag"].as_str() {
            Some(_) => element.with(raw(child)?),
            None => element.with(text_or_comment(child)?),
        };
    }
    Ok(element)
}

fn text(tree: &Value) -> Option<String> {
    tree["text"].as_str().map(ToOwned::to_owned)
}

fn text_or_comment(tree: &Value) -> Result<Node, InvalidComment> {
    Ok(match tree["comment"].as_str() {
        Some(text) => comment(text)?.into(),
        None => tree.as_str().unwrap().to_owned().into(),
    })
}

/// A comment with a space at both ends, as Twilio's library for Node writes it.
pub(crate) fn comment(text: &str) -> Result<Comment, InvalidComment> {
    Comment::new(format!(" {text} "))
}

/// The vectors have lengths that aren't an `u32`, and attributes that the libraries don't know
/// either.
fn by_name(name: &str, value: &Value) -> Result<String, Refused> {
    let expected = ["_x", "custom", "data-x", "length", "my_attr", "newAttr"];
    match expected.contains(&name) {
        true => Ok(plain(value)),
        false => Err(Refused::Setter(format!("{name}={value} has no setter"))),
    }
}

/// A value as the libraries write it.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(" "),
        // The only number with an exponent, as Python spells it.
        Value::Number(number) if number.as_f64() == Some(1e-7) => "1e-07".to_owned(),
        value => value.to_string(),
    }
}

/// An attribute that is to be read; its type says how. Where more than one `read` fits the type,
/// the inherent one is taken.
struct Slot<T>(PhantomData<T>);

fn slot<T>(_: &Option<T>) -> Slot<T> {
    Slot(PhantomData)
}

/// Texts, enumerations, and whatever else is made from any text.
trait ReadText<T> {
    fn read(&self, value: &Value) -> Option<T>;
}

impl<T: From<String>> ReadText<T> for Slot<T> {
    fn read(&self, value: &Value) -> Option<T> {
        match value {
            Value::String(_) | Value::Bool(_) => Some(plain(value).into()),
            _ => None,
        }
    }
}

/// Lists of those: an array, or one text with commas.
trait ReadItems<T> {
    fn read(&self, value: &Value) -> Option<Vec<T>>;
}

impl<T: From<String>> ReadItems<T> for Slot<Vec<T>> {
    fn read(&self, value: &Value) -> Option<Vec<T>> {
        if let Some(text) = value.as_str() {
            return Some(text.split(',').map(|item| item.to_owned().into()).collect());
        }
        let items = value.as_array()?.iter();
        items
            .map(|item| Some(item.as_str()?.to_owned().into()))
            .collect()
    }
}

impl Slot<Vec<u32>> {
    fn read(&self, value: &Value) -> Option<Vec<u32>> {
        value.as_array()?.iter().map(integer).collect()
    }
}

impl Slot<u32> {
    fn read(&self, value: &Value) -> Option<u32> {
        integer(value)
    }
}

impl Slot<bool> {
    fn read(&self, value: &Value) -> Option<bool> {
        plain(value).parse().ok()
    }
}

impl Slot<HttpMethod> {
    fn read(&self, value: &Value) -> Option<HttpMethod> {
        [HttpMethod::Get, HttpMethod::Post]
            .into_iter()
            .find(|method| method.as_str() == value)
    }
}

impl Slot<SpeechTimeout> {
    fn read(&self, value: &Value) -> Option<SpeechTimeout> {
        match value.as_str() {
            Some("auto") => Some(SpeechTimeout::Auto),
            _ => integer(value).map(Into::into),
        }
    }
}

impl Slot<ConversationRelaySpeechTimeout> {
    fn read(&self, value: &Value) -> Option<ConversationRelaySpeechTimeout> {
        match value.as_str() {
            Some("auto") => Some(ConversationRelaySpeechTimeout::Auto),
            _ => integer(value).map(Into::into),
        }
    }
}

/// A whole number, also if JSON has it as `7.0`.
fn integer(value: &Value) -> Option<u32> {
    let number = value.as_f64()?;
    let whole = number as u32;
    (f64::from(whole) == number).then_some(whole)
}
