//! SSML: how the text of a [`Say`](super::Say) is spoken.
//!
//! The names are those of the [Speech Synthesis Markup
//! Language](https://www.w3.org/TR/speech-synthesis11/), so they stand in a module of their own.
//! Which elements work depends on the voice; Twilio's page has [a list of
//! them](https://www.twilio.com/docs/voice/twiml/say/text-speech).
//!
//! ```
//! use std::time::Duration;
//! use twilio_hooks::twiml::{Say, ssml::{Break, InterpretAs, SayAs}};
//!
//! let say = Say::new("Your code is ")
//!     .with(SayAs::new("4721").interpret_as(InterpretAs::Digits))
//!     .with(Break::new().time(Duration::from_millis(500)))
//!     .with("Please enter it now.");
//! assert_eq!(
//!     say.to_string(),
//!     concat!(
//!         r#"<Say>Your code is <say-as interpret-as="digits">4721</say-as>"#,
//!         r#"<break time="500ms"/>Please enter it now.</Say>"#,
//!     ),
//! );
//! ```
//!
//! As everywhere, what may not stand inside doesn't compile, such as a paragraph in a sentence:
//!
//! ```compile_fail,E0277
//! use twilio_hooks::twiml::ssml::{P, S};
//!
//! let sentence = S::default().with(P::new("One."));
//! ```
//!
//! or speech outside of `<Say>`:
//!
//! ```compile_fail,E0277
//! use twilio_hooks::twiml::{VoiceResponse, ssml::Break};
//!
//! let reply = VoiceResponse::new().with(Break::new());
//! ```

mod break_;
mod emphasis;
mod lang;
mod p;
mod phoneme;
mod prosody;
mod s;
mod say_as;
mod speech_time;
mod sub;
mod w;

pub use break_::{Break, BreakStrength};
pub use emphasis::{Emphasis, EmphasisLevel};
pub use lang::Lang;
pub use p::P;
pub use phoneme::{Phoneme, PhoneticAlphabet};
pub use prosody::{Pitch, Prosody, Rate, Volume};
pub use s::S;
pub use say_as::{DateFormat, InterpretAs, SayAs};
pub use speech_time::SpeechTime;
pub use sub::Sub;
pub use w::W;
