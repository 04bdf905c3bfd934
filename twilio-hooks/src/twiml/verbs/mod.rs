//! One file per element.
//!
//! A new one needs its file and three lines here: `mod`, `pub use`, and its place in [`Node`].

mod body;
mod dial;
mod gather;
mod hangup;
mod media;
mod message;
mod number;
mod pause;
mod play;
mod record;
mod redirect;
mod reject;
mod say;

use std::fmt;

pub use body::Body;
pub use dial::{Dial, DialRecord, RecordingTrack};
pub use gather::{Gather, GatherInput, SpeechTimeout};
pub use hangup::Hangup;
pub use media::Media;
pub use message::Message;
pub use number::Number;
pub use pause::Pause;
pub use play::Play;
pub use record::Record;
pub use redirect::Redirect;
pub use reject::{Reject, RejectReason};
pub use say::Say;

use super::Text;
use super::element::Sealed;
use super::raw::RawElement;
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
        }

        impl WriteXml for Node {
            fn write_xml(&self, xml: &mut XmlWriter) {
                match self {
                    Self::Text(text) => xml.text(text),
                    $(Self::$Element(element) => element.write_xml(xml),)*
                }
            }
        }

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
    Body(Body),
    Dial(Box<Dial>),
    Gather(Box<Gather>),
    Hangup(Hangup),
    Media(Media),
    Message(Box<Message>),
    Number(Box<Number>),
    Pause(Pause),
    Play(Play),
    RawElement(RawElement),
    Record(Box<Record>),
    Redirect(Redirect),
    Reject(Reject),
    Say(Say),
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
