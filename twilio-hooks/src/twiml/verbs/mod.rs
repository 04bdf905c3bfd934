//! One file per element.
//!
//! A new one needs its file and three lines here: `mod`, `pub use`, and its place in [`Node`], in a
//! box if it has more than a few attributes. Those of SSML stand in [`ssml`].

mod ai_session;
mod application;
mod application_sid;
mod autopilot;
mod body;
mod client;
mod conference;
mod config;
mod connect;
mod conversation;
mod conversation_relay;
mod conversation_relay_session;
mod dial;
mod echo;
mod enqueue;
mod gather;
mod hangup;
mod header;
mod headers;
mod identity;
mod language;
mod leave;
mod media;
mod message;
mod number;
mod parameter;
mod pause;
mod pay;
mod play;
mod prompt;
mod queue;
mod receive;
mod record;
mod recording;
mod redirect;
mod refer;
mod refer_sip;
mod reject;
mod room;
mod say;
mod sim;
mod sip;
mod siprec;
mod sms;
pub mod ssml;
mod start;
mod stop;
mod stream;
mod task;
mod transcription;
mod uri;
mod virtual_agent;
mod whats_app;

use std::fmt;

pub use ai_session::AiSession;
pub use application::Application;
pub use application_sid::ApplicationSid;
pub use autopilot::Autopilot;
pub use body::Body;
pub use client::Client;
pub use conference::{
    Conference, ConferenceBeep, ConferenceEvent, ConferenceRecord, ConferenceRegion,
    JitterBufferSize,
};
pub use config::Config;
pub use connect::Connect;
pub use conversation::{Conversation, ConversationEvent};
pub use conversation_relay::{
    CallerInput, ConversationRelay, ConversationRelayDebug, ConversationRelayEvent,
    ConversationRelayPromptField, ConversationRelaySpeechTimeout, InterruptSensitivity,
};
pub use conversation_relay_session::ConversationRelaySession;
pub use dial::{Dial, DialEvents, RingTone};
pub use echo::Echo;
pub use enqueue::Enqueue;
pub use gather::{Gather, GatherInput, SpeechTimeout};
pub use hangup::Hangup;
pub use header::Header;
pub use headers::Headers;
pub use identity::Identity;
pub use language::Language;
pub use leave::Leave;
pub use media::Media;
pub use message::Message;
pub use number::Number;
pub use parameter::Parameter;
pub use pause::Pause;
pub use pay::{BankAccountType, Pay, PayInput, PaymentMethod, PostalCode, TokenType};
pub use play::Play;
pub use prompt::{PaymentError, PaymentStep, Prompt};
pub use queue::Queue;
pub use receive::{FaxMediaType, FaxPageSize, Receive};
pub use record::Record;
pub use recording::{Recording, RecordingChannels};
pub use redirect::Redirect;
pub use refer::Refer;
pub use refer_sip::ReferSip;
pub use reject::{Reject, RejectReason};
pub use room::Room;
pub use say::Say;
pub use sim::Sim;
pub use sip::Sip;
pub use siprec::Siprec;
pub use sms::Sms;
pub use start::Start;
pub use stop::Stop;
pub use stream::Stream;
pub use task::Task;
pub use transcription::Transcription;
pub use uri::Uri;
pub use virtual_agent::VirtualAgent;
pub use whats_app::WhatsApp;

// For `element!`, which looks for parents in `twiml`; for users they are in `twiml::ssml`.
pub(super) use ssml::{Break, Emphasis, Lang, P, Phoneme, Prosody, S, SayAs, Sub, W};

use super::Text;
use super::comment::Comment;
use super::element::{ChildOf, Known, Sealed};
use super::raw::RawElement;
use super::schema::ElementSchema;
use super::source;
use super::xml::{WriteXml, XmlWriter};

/// Defines [`Node`], and what follows from being one of its variants.
macro_rules! nodes {
    ($($Element:ident($Stored:ty),)*) => {
        /// Anything that stands inside a response or another element.
        ///
        /// Made by `From` when an element is added; there to be matched on when TwiML is inspected.
        /// Elements with many attributes are boxed, so that the others stay small.
        ///
        /// # Examples
        ///
        /// ```
        /// use twilio_hooks::twiml::{Node, Say, VoiceResponse};
        ///
        /// let reply = VoiceResponse::new().with(Say::new("Hello").voice("Polly.Joanna"));
        /// let [Node::Say(say)] = reply.children() else { panic!("not one Say") };
        /// assert_eq!(say.voice.as_deref(), Some("Polly.Joanna"));
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Node {
            /// Text between elements.
            Text(Text),
            $(
                #[doc = concat!("A [`", stringify!($Element), "`].")]
                $Element($Stored),
            )*
            /// A [`RawElement`].
            RawElement(RawElement),
            /// A [`Comment`].
            Comment(Comment),
        }

        /// The elements that have a type, without the roots.
        pub(super) static KNOWN_ELEMENTS: &[KnownElement] = &[$(
            KnownElement {
                schema: $Element::SCHEMA,
                read: |source| $Element::from_source(source).into(),
            },
        )*];

        impl WriteXml for Node {
            fn write_xml(&self, xml: &mut XmlWriter) {
                match self {
                    Self::Text(text) => xml.text(text),
                    $(Self::$Element(element) => element.write_xml(xml),)*
                    Self::RawElement(element) => element.write_xml(xml),
                    Self::Comment(comment) => comment.write_xml(xml),
                }
            }
        }

        node! { $($Element)* RawElement Comment }
    };
}

/// What everything is that stands inside elements.
macro_rules! node {
    ($($Element:ident)*) => {
        $(
            impl Sealed for $Element {}

            impl From<$Element> for Node {
                #[inline]
                fn from(element: $Element) -> Self {
                    Self::$Element(element.into())
                }
            }

            impl fmt::Display for $Element {
                /// Writes the element alone, without an XML declaration.
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(&XmlWriter::fragment(self))
                }
            }
        )*
    };
}

nodes! {
    AiSession(AiSession),
    Application(Box<Application>),
    ApplicationSid(ApplicationSid),
    Autopilot(Autopilot),
    Body(Body),
    Break(Break),
    Client(Box<Client>),
    Conference(Box<Conference>),
    Config(Config),
    Connect(Connect),
    Conversation(Box<Conversation>),
    ConversationRelay(Box<ConversationRelay>),
    ConversationRelaySession(ConversationRelaySession),
    Dial(Box<Dial>),
    Echo(Echo),
    Emphasis(Emphasis),
    Enqueue(Box<Enqueue>),
    Gather(Box<Gather>),
    Hangup(Hangup),
    Header(Header),
    Headers(Headers),
    Identity(Identity),
    Lang(Lang),
    Language(Box<Language>),
    Leave(Leave),
    Media(Media),
    Message(Box<Message>),
    Number(Box<Number>),
    P(P),
    Parameter(Parameter),
    Pause(Pause),
    Pay(Box<Pay>),
    Phoneme(Box<Phoneme>),
    Play(Play),
    Prompt(Box<Prompt>),
    Prosody(Box<Prosody>),
    Queue(Box<Queue>),
    Receive(Box<Receive>),
    Record(Box<Record>),
    Recording(Box<Recording>),
    Redirect(Redirect),
    Refer(Refer),
    ReferSip(ReferSip),
    Reject(Reject),
    Room(Room),
    S(S),
    Say(Say),
    SayAs(Box<SayAs>),
    Sim(Sim),
    Sip(Box<Sip>),
    Siprec(Box<Siprec>),
    Sms(Box<Sms>),
    Start(Start),
    Stop(Stop),
    Stream(Box<Stream>),
    Sub(Sub),
    Task(Task),
    Transcription(Box<Transcription>),
    Uri(Box<Uri>),
    VirtualAgent(Box<VirtualAgent>),
    W(W),
    WhatsApp(Box<WhatsApp>),
}

/// Text may stand between the children of these.
macro_rules! text_inside {
    ($($Parent:ident)*) => {$(
        impl ChildOf<$Parent> for Text {}
        impl ChildOf<$Parent> for String {}
        impl ChildOf<$Parent> for &'static str {}
    )*};
}

text_inside! {
    Application Client Dial Emphasis Enqueue Lang Message P Prosody S Say Sip W
}

/// An element with a type, and how it is read.
#[derive(Debug)]
pub(super) struct KnownElement {
    pub(super) schema: &'static ElementSchema,
    read: fn(&source::Element<'_>) -> Node,
}

impl Node {
    /// Reads an element inside `parent` as the type that stands there, and as a [`RawElement`] if
    /// TwiML knows none.
    pub(super) fn from_source(parent: &ElementSchema, source: &source::Element<'_>) -> Self {
        let known = KNOWN_ELEMENTS.iter().find(|known| {
            known.schema.tag == source.name && known.schema.parents.contains(&parent.name)
        });
        known.map_or_else(
            || RawElement::from_source(source).into(),
            |known| (known.read)(source),
        )
    }
}

impl From<Text> for Node {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<&'static str> for Node {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl fmt::Display for Node {
    /// Writes the node alone, without an XML declaration.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&XmlWriter::fragment(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_no_larger_than_the_verb_that_is_used_most() {
        assert_eq!(size_of::<Node>(), size_of::<Say>());
    }
}
