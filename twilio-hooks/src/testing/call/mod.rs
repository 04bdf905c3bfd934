//! A caller for tests of voice applications.
//!
//! [`Caller`] rings an application as Twilio does, in the same process and without a socket: it asks
//! the voice URL with a signed request, carries out the TwiML of the answer, follows `action` URLs
//! and redirects, and sends the reports that the TwiML asks for. A test says what the people do:
//!
//! ```
//! use std::{convert::Infallible, time::Duration};
//!
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::{BodyExt, Full};
//! use tower::service_fn;
//! use twilio_hooks::{
//!     Params,
//!     testing::call::Caller,
//!     twiml::{Dial, Gather, Hangup, Record, Redirect, Say, VoiceResponse},
//! };
//!
//! // The application: any tower service, such as an axum `Router` with its signature layer.
//! async fn app(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     let path = request.uri().path().to_owned();
//!     let body = request.into_body().collect().await?.to_bytes();
//!     let params = Params::from_form(&body);
//!     let reply = VoiceResponse::new();
//!     let reply = match (&*path, params.get("Digits"), params.get("DialCallStatus")) {
//!         ("/voice", ..) => reply
//!             .with(
//!                 Gather::new()
//!                     .num_digits(1)
//!                     .action("/voice/menu")
//!                     .with(Say::new("Welcome! For sales, press 1.")),
//!             )
//!             .with(Redirect::new("/voice")),
//!         ("/voice/menu", Some("1"), _) => {
//!             reply.with(Dial::new("+12025550102").timeout(20).action("/voice/dialled"))
//!         }
//!         ("/voice/menu", ..) => reply.with(Say::new("Wrong key.")).with(Redirect::new("/voice")),
//!         ("/voice/dialled", _, Some("completed")) => reply.with(Hangup::new()),
//!         ("/voice/dialled", ..) => reply
//!             .with(Say::new("Please leave a message."))
//!             .with(Record::new().action("/voice/recorded")),
//!         _ => reply.with(Say::new("Thank you.")),
//!     };
//!     let response = Response::builder().header("content-type", "text/xml");
//!     Ok(response.body(reply.to_bytes().into()).expect("a good header"))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), twilio_hooks::testing::Failure> {
//! let mut call = Caller::new(service_fn(app), "https://hooks.example.com/voice")
//!     .account("AC00000000000000000000000000000001", "the auth token")
//!     .from("+12025550143")
//!     .to("+12025550101")
//!     .call()
//!     .await?;
//!
//! call.hears("Welcome").await?;
//! call.presses("7").await?;
//! call.hears("Wrong key").await?;
//! call.stays_silent().await?;
//! call.presses("1").await?;
//! call.is_connected_to("+12025550102").await?;
//! call.nobody_answers().await?;
//! call.hears("leave a message").await?;
//! call.leaves_voicemail(Duration::from_secs(12)).await?;
//! call.hears("Thank you").await?;
//! call.is_over().await?;
//! # let transcript = call.transcript().to_string();
//! # assert!(transcript.contains("POST /voice/dialled DialCallStatus=no-answer"), "{transcript}");
//! # Ok(())
//! # }
//! ```
//!
//! The example `voice-menu` is tested in this way. A test that ends by `?` shows what is wrong and the [`Transcript`](super::Transcript) so far:
//!
//! ```text
//! the caller never hears "Goodbye": the caller is asked for input by a <Gather>
//!
//!   0:00  POST /voice CallStatus=ringing -> 200
//!   0:00      “Welcome! For sales, press 1.”
//! ```
//!
//! # Calls that the application makes
//!
//! With the feature `client`, `FakeTwilio` takes calls that an application makes by Twilio's API.
//! `FakeTwilio::callee` gives whoever is called: `Callee::answers` makes a [`Call`] in which that
//! person has the part of the caller, and the calls of the API tell the same as the transcript.
//! `Callee` has an example. `FakeTwilio::caller` makes a [`Caller`] whose calls are in the API too.
//!
//! # How a call goes on
//!
//! The call goes no further than the test asks for. A step carries out verbs until it has what it
//! wants or until the TwiML waits for somebody; [`Call::hangs_up`] hangs up where the last step has
//! ended. What has to be decided is decided by steps:
//!
//! | The TwiML | The steps |
//! |---|---|
//! | `<Say>`, `<Play>`, `<Pause>` | [`hears`](Call::hears) |
//! | `<Gather>` | [`presses`](Call::presses), [`says`](Call::says), [`stays_silent`](Call::stays_silent) |
//! | `<Record>` | [`leaves_voicemail`](Call::leaves_voicemail), or [`speaks_for`](Call::speaks_for) and `presses`, `stays_silent` or `hangs_up` |
//! | `<Dial>` | [`is_connected_to`](Call::is_connected_to), [`somebody_answers`](Call::somebody_answers), [`answers`](Call::answers), [`nobody_answers`](Call::nobody_answers), [`is_busy`](Call::is_busy), [`fails`](Call::fails); then [`they_hang_up`](Call::they_hang_up) |
//! | `url` of `<Number>`, `<Client>`, `<Sip>` | [`they_hear`](Call::they_hear), [`they_press`](Call::they_press), [`they_say`](Call::they_say), [`they_stay_silent`](Call::they_stay_silent), `they_hang_up` |
//! | `<Enqueue>` | `hears`, `stays_silent` to wait on, `somebody_answers`, `they_hang_up` |
//! | `<Connect>` | `they_hang_up`, when the service is done |
//! | any | [`goes_on_by_itself`](Call::goes_on_by_itself), for demonstrations |
//!
//! Time is virtual: nothing sleeps, and [`Call::talks_for`] and timeouts move a clock from which
//! durations and timestamps are made. Twilio gives an application 15 seconds; a test waits for its
//! answer as long as it takes.
//!
//! # What is a failure
//!
//! - The call is somewhere else than the step needs it to be.
//! - The application answers with no success, no TwiML, or broken TwiML, and there is no
//!   [fallback URL](Caller::fallback); [`Failure::code`](super::Failure::code) has Twilio's code.
//! - The [linter](mod@crate::twiml::lint) finds an error in the TwiML; [`Caller::allow`] lets one pass.
//! - A report is not taken with a 2xx. Twilio only warns of that.
//! - A hundred documents follow each other while nobody does anything.
//!
//! # What is not played
//!
//! `<Pay>`, `<Refer>` and `<Echo>` are failures; `<Start>`, `<Stop>`, `<Sms>`, transcription and machine
//! detection have no effect; sockets are not opened, and the TwiML for the wait in a conference
//! isn't asked for. URLs of other hosts than the application's are not asked: TwiML there is a
//! failure, and a report to there is left out.

mod by_itself;
mod called;
#[cfg(feature = "client")]
mod callee;
mod caller;
mod calling;
mod child;
mod conference;
mod course;
mod dial;
mod facts;
mod fate;
mod gather;
mod leg;
mod queue;
mod record;
mod reports;
#[cfg(feature = "client")]
mod ringing;
mod service;
mod spoken;
mod whereabouts;

#[cfg(feature = "client")]
pub use self::callee::Callee;
pub use self::{caller::Caller, calling::Call, fate::CallFate};

/// Twilio's warning for a report on a call that isn't taken.
const REPORT_REFUSED: u32 = 15003;
