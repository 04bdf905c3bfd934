//! A line of the table.

use std::fmt;

use crate::tally::Tally;

pub(crate) struct Line {
    pub(crate) what: &'static str,
    pub(crate) tally: Tally,
    /// What the numbers don't say.
    remark: String,
}

impl Line {
    pub(crate) fn new(what: &'static str, tally: Tally) -> Self {
        Self {
            what,
            tally,
            remark: String::new(),
        }
    }

    pub(crate) fn remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = remark.into();
        self
    }

    /// Whether it is n of n, and there is something to count.
    pub(crate) fn is_complete(&self) -> bool {
        let Tally { held, of, amiss } = &self.tally;
        held == of && *of > 0 && amiss.is_empty()
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { held, of, .. } = self.tally;
        let mark = if self.is_complete() {
            ""
        } else {
            "INCOMPLETE "
        };
        let line = format!(
            "{:<48}{held:>5} of {of:<5} {mark}{}",
            self.what, self.remark
        );
        f.write_str(line.trim_end())
    }
}
