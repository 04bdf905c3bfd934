//! Business hours: when a company is open.
//!
//! [`Plan`] is what somebody writes (and what is kept, as JSON), [`Schedule`] what was checked and can
//! be asked. A shift belongs to the day on which it begins, so Friday from 22:00 to 06:00 ends on
//! Saturday morning, also if Saturday is a holiday. A company without hours is always open.
//!
//! Times are those of the clock on the wall in the time zone of the hours, or of the company if they
//! have none. When the clock jumps over an opening or closing time, the jump is the time; when the hour
//! comes twice, a shift lasts from the first to the second.

mod plan;
mod schedule;
mod table;
#[cfg(test)]
mod tests;

pub use self::{
    plan::{HolidayPlan, IntervalPlan, Plan, PlanError, WeekPlan},
    schedule::{ClosedPeriod, Reason, Schedule, Status},
    table::{SaveError, load, need_home, of_company, save, stored},
};
