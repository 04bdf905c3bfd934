//! How many of how many, and what is amiss.

/// A count of what holds among what should.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) held: usize,
    pub(crate) of: usize,
    /// What does not hold, and what there is beyond what should be.
    pub(crate) amiss: Vec<String>,
}

impl Tally {
    /// Counts one that should hold.
    pub(crate) fn note(&mut self, holds: bool, amiss: impl FnOnce() -> String) {
        self.of += 1;
        match holds {
            true => self.held += 1,
            false => self.amiss.push(amiss()),
        }
    }
}
