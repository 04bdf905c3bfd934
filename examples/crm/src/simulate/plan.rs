//! [`plan`]: in what order the requests of a scenario are sent, and which of them twice.

use super::{Random, Scenario, Step};

/// One request to send, once or twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The request.
    pub step: Step,
    /// Whether and when it is sent again.
    pub repeat: Repeat,
}

/// Whether and when a request is sent a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It is sent once.
    Never,
    /// While the first one is under way.
    Meanwhile,
    /// After the first one was answered, or failed.
    Afterwards,
}

/// Decides how a scenario is sent.
///
/// Each request is sent again with a chance of `duplicates` in 100, half of these at the same time.
/// With `shuffle`, reports overtake each other.
#[must_use]
pub fn plan(
    scenario: Scenario,
    duplicates: u8,
    shuffle: bool,
    random: &mut Random,
) -> Vec<Delivery> {
    let mut steps = scenario.steps;
    if shuffle {
        random.shuffle(&mut steps);
    }
    let mut delivery = |step| {
        let repeat = match (random.chance(duplicates), random.chance(50)) {
            (false, _) => Repeat::Never,
            (true, true) => Repeat::Meanwhile,
            (true, false) => Repeat::Afterwards,
        };
        Delivery { step, repeat }
    };
    steps.into_iter().map(&mut delivery).collect()
}
