//! TwiML: what a webhook is answered with.
//!
//! A [`VoiceResponse`] or [`MessagingResponse`] owns a list of verbs, which Twilio carries out in
//! order. Verbs are built with `new`, refined by setters named like Twilio's attributes, and added
//! by `with`:
//!
//! ```
//! use twilio_hooks::twiml::{Gather, Hangup, Play, Say, VoiceResponse};
//!
//! let reply = VoiceResponse::new()
//!     .with(Say::new("Welcome to Fish & Chips.").voice("Polly.Amy").language("en-GB"))
//!     .with(
//!         Gather::new()
//!             .action("/voice/menu")
//!             .num_digits(1)
//!             .with(Say::new("To order, press 1.")),
//!     )
//!     .with(Play::new("https://example.com/goodbye.mp3"))
//!     .with(Hangup::new());
//!
//! assert_eq!(
//!     reply.to_string(),
//!     concat!(
//!         r#"<?xml version="1.0" encoding="UTF-8"?><Response>"#,
//!         r#"<Say language="en-GB" voice="Polly.Amy">Welcome to Fish &amp; Chips.</Say>"#,
//!         r#"<Gather action="/voice/menu" numDigits="1"><Say>To order, press 1.</Say></Gather>"#,
//!         r#"<Play>https://example.com/goodbye.mp3</Play><Hangup/></Response>"#,
//!     ),
//! );
//! ```
//!
//! Loops and conditions use `push`:
//!
//! ```
//! use twilio_hooks::twiml::{Body, Media, Message, MessagingResponse};
//!
//! let pictures = ["https://example.com/1.jpg", "https://example.com/2.jpg"];
//! let mut message = Message::default().with(Body::new("Our menu"));
//! for picture in pictures {
//!     message.push(Media::new(picture));
//! }
//! let reply = MessagingResponse::new().with(message);
//! # assert_eq!(reply.to_xml().matches("<Media>").count(), 2);
//! ```
//!
//! # What there is
//!
//! Every element and attribute of Twilio's own libraries, under Twilio's names in Rust case; words
//! that Rust keeps for itself end with an underscore: `loop_`, `for_`.
//!
//! - To the caller: [`Say`] with [`ssml`] inside, [`Play`], [`Pause`]. From the caller: [`Gather`],
//!   [`Record`], [`Pay`] with [`Prompt`].
//! - The way of the call: [`Redirect`], [`Hangup`], [`Reject`], [`Leave`], [`Enqueue`] with [`Task`],
//!   [`Refer`] with [`ReferSip`].
//! - To other people: [`Dial`] with [`Number`], [`Client`], [`Sip`], [`Conference`], [`Queue`],
//!   [`Application`], [`Sim`] or [`WhatsApp`].
//! - To other services: [`Connect`] with [`Stream`], [`ConversationRelay`], [`VirtualAgent`],
//!   [`Conversation`], [`Room`] and others. In the background: [`Start`] and [`Stop`] with
//!   [`Stream`], [`Recording`], [`Transcription`] or [`Siprec`].
//! - Messages: [`Message`] with [`Body`] and [`Media`]; [`Sms`] during a call.
//! - Fax, which Twilio has shut down: [`FaxResponse`], [`Receive`].
//! - Whatever else: [`RawElement`], [`Comment`], and [`Document`] for what stands around the root.
//!
//! [`schema`] has all of it as data.
//!
//! # What is guaranteed
//!
//! - **Nesting**: an element only takes what TwiML allows inside it, see [`ChildOf`]. Anything else
//!   doesn't compile. Text goes where TwiML has text:
//!
//!   ```compile_fail,E0277
//!   use twilio_hooks::twiml::Gather;
//!
//!   let menu = Gather::new().with("Press 1 for sales.");
//!   ```
//! - **XML**: what is written is well-formed whatever the texts contain, and a parser reads the
//!   same texts back. The one exception are characters that XML 1.0 has no way to express (control
//!   characters, U+FFFE, U+FFFF): they become U+FFFD.
//! - **Values**: unknown ones are not refused. Enumerations take any string, [`XmlName`] and
//!   `attribute` any attribute, [`RawElement`] any element, because Twilio adds to TwiML all the
//!   time. Ranges are told in the docs and not checked. Twilio's defaults are never written.
//!
//! Twilio refuses documents of more than 64 kB. Texts are [`Text`]: literals and owned strings are
//! taken without a copy.
//!
//! # Reading TwiML
//!
//! `parse` turns a document into the same tree, for tools and for tests of one's own answers:
//!
//! ```
//! use twilio_hooks::twiml::{Node, VoiceResponse};
//!
//! let reply = VoiceResponse::parse(
//!     r#"<Response>
//!         <Gather action="/voice/menu" numDigits="1"><Say>Press a key.</Say></Gather>
//!         <Sparkle level="9"/>
//!     </Response>"#,
//! )?;
//! let [Node::Gather(gather), Node::RawElement(sparkle)] = reply.children() else { panic!() };
//! assert_eq!((gather.action.as_deref(), gather.num_digits), (Some("/voice/menu"), Some(1)));
//! assert_eq!(sparkle.name().as_str(), "Sparkle");
//! assert!(sparkle.attributes().any(|(name, value)| name.as_str() == "level" && value == "9"));
//! # Ok::<(), twilio_hooks::twiml::ParseError>(())
//! ```
//!
//! Nothing that means something is lost, so that what is read and written again says the same:
//!
//! - Elements become their types where TwiML allows them. Unknown ones, those in a wrong place, and
//!   all that is inside these become a [`RawElement`].
//! - Attributes fill their fields if their values are written in the way this crate writes them;
//!   others (`length="007"`, `method="get"`, unknown names) are kept as `attribute` sets them, and
//!   given by `raw_attributes`.
//! - Text keeps its order among the elements, and its blanks. Only where all text in an element is
//!   blank and merely sets its children apart it is dropped; inside [`Say`] and its
//!   [`ssml`] never, because blanks divide words there.
//! - CDATA sections and references become the text they stand for. [`Comment`]s are kept; those in
//!   the text that an element begins with come after it, and those around the root, processing
//!   instructions and the XML declaration are dropped.
//!
//! Refused are texts that aren't well-formed, with the place in [`ParseError`], and what TwiML has
//! no use for: document types, with which documents explode, and more than 64 elements inside each
//! other. The time grows with the length of the text and no faster; how long it may be is up to the
//! caller.
//!
//! # Checking TwiML
//!
//! [`lint()`] tells what Twilio would refuse, skip or do otherwise than it looks, and
//! [`VoiceResponse::lint`] does so for what was built:
//!
//! ```
//! use twilio_hooks::twiml::lint::{Product, lint};
//!
//! let findings = lint("<Response><Say voice='Polly.Amy'>Hi</Say><Puase/></Response>", Product::Voice);
//! assert_eq!(
//!     findings[0].to_string(),
//!     "1:42: error[unknown-element]: Twilio skips `<Puase>`, because TwiML has no such element. \
//!      Did you mean `<Pause>`?",
//! );
//! ```
//!
//! [`schema`] has what is known about the elements as data.
//!
//! # How it is made
//!
//! Elements are plain structs with public, typed fields, so that TwiML can be inspected as well as
//! written: the same tree serves builders, tests and tools. One macro, `element!`, writes the
//! struct, its setters and its XML from one line per attribute, because hundreds of attributes
//! written by hand would differ in small ways. A child is a variant of [`Node`] and nesting is a
//! trait with one implementation per pair, declared by the child: a new element is one new file.
//! The lines also make the [`schema`], and with it the parser and the linter. Leading text is kept
//! apart from the children, as most elements have only that and then need no list.

mod comment;
mod document;
mod element;
mod enums;
mod fax;
pub mod lint;
mod messaging;
mod name;
mod parse;
mod raw;
mod reply;
mod response;
pub mod schema;
mod source;
mod texts;
mod values;
mod verbs;
mod voice;
mod xml;

use std::borrow::Cow;

pub use comment::{Comment, InvalidComment};
pub use document::Document;
pub use element::ChildOf;
pub(crate) use element::Sealed as SealedReply;
pub use enums::{
    CallEvent, CardType, DialRecord, HttpMethod, MachineDetection, RecordingEvent, RecordingTrack,
    TextNormalization, Track, Trim,
};
pub use fax::FaxResponse;
pub use lint::lint;
pub use messaging::MessagingResponse;
pub use name::{InvalidXmlName, XmlName};
pub use parse::{ParseError, ParseErrorKind, Position};
pub use raw::RawElement;
pub use reply::{Reply, ReplyBody};
pub use texts::{Decimal, LanguageTag, Password};
pub use verbs::*;
pub use voice::VoiceResponse;

/// A text or attribute value: a literal, or a `String` that is moved in.
///
/// A borrowed `&str` that isn't `'static` is given as `text.to_owned()`.
pub type Text = Cow<'static, str>;
