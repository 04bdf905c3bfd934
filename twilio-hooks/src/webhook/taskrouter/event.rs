//! [`TaskRouterEvent`]: something happened in a workspace.

use jiff::Timestamp;

use super::rows::task_webhook;
use crate::{
    ActivitySid, EventSid, ReservationSid, TaskRouterResourceSid, TaskSid, WorkspaceSid,
    string_enum::string_enum,
    webhook::values::{EpochMilliseconds, EpochSeconds},
};

task_webhook! {
    /// Something happened in a workspace of TaskRouter.
    ///
    /// The workspace as it was right then comes along, so that no REST request is needed: each event
    /// carries the fields of what it is about, and of what that hangs on. See
    /// [Twilio's list](https://www.twilio.com/docs/taskrouter/api/event/reference).
    ///
    /// Events overtake each other; sort by [`time`](Self::time). Answer with status 204.
    ///
    /// Refused without `AccountSid` and `EventType`.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::{
    ///     Params,
    ///     webhook::{
    ///         Webhook,
    ///         taskrouter::{TaskRouterEvent, TaskRouterEventType},
    ///     },
    /// };
    ///
    /// let params = Params::from_form(
    ///     b"AccountSid=AC00000000000000000000000000000001&EventType=task.canceled\
    ///       &TaskSid=WT00000000000000000000000000000001&TaskCanceledReason=caller+hung+up\
    ///       &Timestamp=1767225600&TimestampMs=1767225600123",
    /// );
    /// let event = TaskRouterEvent::from_params(&params)?;
    /// assert_eq!(event.event_type, TaskRouterEventType::TaskCanceled);
    /// assert_eq!(event.time().unwrap().to_string(), "2026-01-01T00:00:00.123Z");
    /// # Ok::<_, twilio_hooks::ParamError>(())
    /// ```
    pub struct TaskRouterEvent: "taskrouter-event" {
        /// What happened.
        event_type: TaskRouterEventType = required "EventType",
        /// What happened, in English words that name workers. Nearly always there.
        event_description: Option<String> = "EventDescription",
        /// The workspace. Nearly always there.
        workspace_sid: Option<WorkspaceSid> = "WorkspaceSid",
        /// The workspace's name. Nearly always there.
        workspace_name: Option<String> = "WorkspaceName",
        /// What kind of thing the event is about. Nearly always there.
        resource_type: Option<TaskRouterResource> = "ResourceType",
        /// What the event is about. Nearly always there.
        resource_sid: Option<TaskRouterResourceSid> = "ResourceSid",
        /// The event itself; the same in TaskRouter's log.
        sid: Option<EventSid> = "Sid",
        /// When it happened, to the second. Ask [`time`](Self::time), which is finer.
        timestamp: Option<EpochSeconds> = "Timestamp",
        /// When it happened, to the millisecond. Nearly always there.
        timestamp_ms: Option<EpochMilliseconds> = "TimestampMs",
        /// The activity; on events of activities, as the next two.
        activity_sid: Option<ActivitySid> = "ActivitySid",
        /// The activity's name.
        activity_name: Option<String> = "ActivityName",
        /// Whether workers in this activity get tasks.
        activity_available: Option<bool> = "ActivityAvailable",
        /// The task; on events of tasks and reservations, and of tasks in queues and workflows.
        task_sid: Option<TaskSid> = "TaskSid",
        /// The reservation; on its events.
        reservation_sid: Option<ReservationSid> = "ReservationSid",
    }
}

impl TaskRouterEvent {
    /// When it happened, as exactly as Twilio told.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        let exact = self.timestamp_ms.map(Timestamp::from);
        exact.or(self.timestamp.map(Timestamp::from))
    }
}

string_enum! {
    /// What happened in a workspace.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/taskrouter/api/event/reference).
    pub enum TaskRouterEventType {
        /// An activity was made.
        ActivityCreated => "activity.created",
        /// An activity was changed.
        ActivityUpdated => "activity.updated",
        /// An activity was deleted.
        ActivityDeleted => "activity.deleted",
        /// A task was offered to a worker.
        ReservationCreated => "reservation.created",
        /// The worker took the task.
        ReservationAccepted => "reservation.accepted",
        /// The worker refused the task.
        ReservationRejected => "reservation.rejected",
        /// The worker did not answer in time.
        ReservationTimeout => "reservation.timeout",
        /// The task was cancelled while offered or held.
        ReservationCanceled => "reservation.canceled",
        /// Another worker took the task.
        ReservationRescinded => "reservation.rescinded",
        /// The worker is done with the task.
        ReservationCompleted => "reservation.completed",
        /// The instruction for the reservation could not be carried out.
        ReservationFailed => "reservation.failed",
        /// The worker finishes up after the task.
        ReservationWrapUp => "reservation.wrapup",
        /// A task was made.
        TaskCreated => "task.created",
        /// A task's attributes, priority or the like were changed.
        TaskUpdated => "task.updated",
        /// A task was cancelled.
        TaskCanceled => "task.canceled",
        /// A task is being finished up.
        TaskWrapUp => "task.wrapup",
        /// A task is done.
        TaskCompleted => "task.completed",
        /// A task was deleted by REST.
        TaskDeleted => "task.deleted",
        /// A task was deleted by TaskRouter, as for its age.
        TaskSystemDeleted => "task.system-deleted",
        /// A task is to be handed to another worker or queue.
        TaskTransferInitiated => "task.transfer-initiated",
        /// One try to hand a task over failed.
        TaskTransferAttemptFailed => "task.transfer-attempt-failed",
        /// A task could not be handed over.
        TaskTransferFailed => "task.transfer-failed",
        /// Handing a task over was called off.
        TaskTransferCanceled => "task.transfer-canceled",
        /// A task was handed over.
        TaskTransferCompleted => "task.transfer-completed",
        /// A task channel was made.
        TaskChannelCreated => "task-channel.created",
        /// A task channel was changed.
        TaskChannelUpdated => "task-channel.updated",
        /// A task channel was deleted.
        TaskChannelDeleted => "task-channel.deleted",
        /// A queue was made.
        TaskQueueCreated => "task-queue.created",
        /// A queue was deleted.
        TaskQueueDeleted => "task-queue.deleted",
        /// A task came into a queue.
        TaskQueueEntered => "task-queue.entered",
        /// A task waited too long in a queue.
        TaskQueueTimeout => "task-queue.timeout",
        /// A task went to another queue.
        TaskQueueMoved => "task-queue.moved",
        /// A queue's rule for workers was changed.
        TaskQueueExpressionUpdated => "task-queue.expression.updated",
        /// A worker was made.
        WorkerCreated => "worker.created",
        /// A worker does something else.
        WorkerActivityUpdate => "worker.activity.update",
        /// A worker's attributes were changed.
        WorkerAttributesUpdate => "worker.attributes.update",
        /// A worker can take more or fewer tasks of a channel.
        WorkerCapacityUpdate => "worker.capacity.update",
        /// A worker takes, or no longer takes, tasks of a channel.
        WorkerChannelAvailabilityUpdate => "worker.channel.availability.update",
        /// A worker was deleted.
        WorkerDeleted => "worker.deleted",
        /// A task fits a rule of its workflow.
        WorkflowTargetMatched => "workflow.target-matched",
        /// A task came into its workflow.
        WorkflowEntered => "workflow.entered",
        /// A task went through its workflow without a worker.
        WorkflowTimeout => "workflow.timeout",
        /// A rule of the workflow was passed over.
        WorkflowSkipped => "workflow.skipped",
        /// A workspace was made.
        WorkspaceCreated => "workspace.created",
        /// A workspace was changed.
        WorkspaceUpdated => "workspace.updated",
        /// A workspace was deleted.
        WorkspaceDeleted => "workspace.deleted",
    }
}

string_enum! {
    /// What kind of thing an event is about.
    pub enum TaskRouterResource {
        /// A task.
        Task => "task",
        /// A reservation.
        Reservation => "reservation",
        /// A worker.
        Worker => "worker",
        /// An activity.
        Activity => "activity",
        /// A workflow.
        Workflow => "workflow",
        /// A workspace.
        Workspace => "workspace",
        /// A queue.
        TaskQueue => "task-queue",
        /// A task channel.
        TaskChannel => "task-channel",
    }
}
