//! [`TaskRouterAssignment`]: a task was offered to a worker.

use super::rows::task_webhook;
use crate::{ReservationSid, TaskSid, WorkspaceSid};

task_webhook! {
    /// A task was offered to a worker; TaskRouter wants an instruction.
    ///
    /// Answer with an [`AssignmentInstruction`](super::AssignmentInstruction) within five seconds;
    /// afterwards, Twilio asks the fallback URL of the workflow. See
    /// [its description](https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks).
    ///
    /// Refused without `AccountSid`, `TaskSid` and `ReservationSid`.
    pub struct TaskRouterAssignment: "taskrouter-assignment" {
        /// The task.
        task_sid: TaskSid = required "TaskSid",
        /// The offer of the task to the worker.
        reservation_sid: ReservationSid = required "ReservationSid",
        /// The workspace. Nearly always there.
        workspace_sid: Option<WorkspaceSid> = "WorkspaceSid",
    }
}
