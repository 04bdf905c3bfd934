//! TaskRouter: tasks, and the workers they are offered to.
//!
//! | type | Twilio asks or tells |
//! |---|---|
//! | [`TaskRouterAssignment`] | a task was offered to a worker; what next? |
//! | [`TaskRouterEvent`] | something happened in the workspace |
//!
//! An assignment is answered with an [`AssignmentInstruction`] within five seconds, or with `()`,
//! which leaves the reservation pending until it is accepted or rejected by REST.
//!
//! # Examples
//! ```
//! use twilio_hooks::{
//!     ActivitySid, Address,
//!     twiml::Reply,
//!     webhook::taskrouter::{AssignmentInstruction, Dequeue},
//! };
//!
//! let instruction = AssignmentInstruction::Dequeue(
//!     Dequeue::new()
//!         .from(Address::from("+12025550102"))
//!         .post_work_activity_sid(ActivitySid::from("WA00000000000000000000000000000001")),
//! );
//! let http = instruction.into_reply();
//! assert_eq!(http.content_type(), Some("application/json"));
//! assert_eq!(
//!     http.into_bytes(),
//!     r#"{"instruction":"dequeue","from":"+12025550102","post_work_activity_sid":"WA00000000000000000000000000000001"}"#
//! );
//! ```

mod assignment;
mod event;
mod instruction;
mod rows;

pub use self::{
    assignment::TaskRouterAssignment,
    event::{TaskRouterEvent, TaskRouterEventType, TaskRouterResource},
    instruction::{
        AssignmentInstruction, CallWorker, Conference, Dequeue, RecordCall, Redirect, Reject,
    },
    rows::TaskAssignmentStatus,
};
