//! `twilio-hooks` beside other libraries for Twilio: the same work, in turns, in one run.
//!
//! ```sh
//! cargo run --release --manifest-path tests/peers/Cargo.toml
//! ```
//!
//! - [`inputs`] has what all of them are given;
//! - [`signature`], [`payload`] and [`twiml`] have the contestants that are written in Rust;
//! - [`script`] drives those written in Python and JavaScript, which [`official`] installs;
//! - [`rounds`] lets them take turns, [`table`] prints what came out.

// These two are modules of the tests' library. That stands on databases, which have no place here.
#[path = "../../src/apt.rs"]
mod apt;
#[path = "../../src/official.rs"]
pub mod official;

pub mod inputs;
pub mod payload;
pub mod rounds;
pub mod script;
pub mod signature;
pub mod table;
pub mod twiml;

use std::hint::black_box;

/// What the contestants have to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Say whether a request is signed, starting from its raw body.
    Signature,
    /// Read the raw body of a text message into a typed value.
    Payload,
    /// Build and write a voice response of five verbs.
    Twiml,
}

impl Task {
    /// In the order of the table.
    pub const ALL: [Self; 3] = [Self::Signature, Self::Payload, Self::Twiml];

    /// A word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Payload => "payload",
            Self::Twiml => "twiml",
        }
    }
}

/// What a contestant is in its comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The least that the work can cost.
    Yardstick,
    /// `twilio-hooks`.
    Ours,
    /// Another library.
    Peer,
}

/// Somebody who does a task.
pub struct Contestant {
    /// What it has to do.
    pub task: Task,
    /// What it is here for.
    pub role: Role,
    /// Crate or package with its version.
    pub name: String,
    /// What is to be known about the comparison.
    pub note: &'static str,
    /// Does the work so many times; what has to be prepared comes before the meter starts.
    pub work: Work,
}

/// Work that can be repeated: how often, and the meter that goes around it.
pub type Work = Box<dyn FnMut(u64, &mut dyn Meter)>;

/// Measures work while it is done.
pub trait Meter {
    /// Does `work` once.
    fn measure(&mut self, work: &mut dyn FnMut());

    /// Takes what somebody else has measured, in nanoseconds.
    fn report(&mut self, nanoseconds: u64);
}

/// The usual work: the same closure again and again, with nothing to prepare.
pub fn repeat<T>(mut once: impl FnMut() -> T + 'static) -> Work {
    Box::new(move |times, meter| {
        meter.measure(&mut || {
            for _ in 0..times {
                black_box(once());
            }
        });
    })
}

/// Everybody who is written in Rust.
#[must_use]
pub fn in_rust() -> Vec<Contestant> {
    let mut all = signature::contestants();
    all.extend(payload::contestants());
    all.extend(twiml::contestants());
    all
}
