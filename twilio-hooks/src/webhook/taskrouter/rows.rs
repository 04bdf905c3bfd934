//! What requests about tasks and workers have in common.

use crate::string_enum::string_enum;

/// Defines one payload of TaskRouter: the given fields, and those that tell of a task, its queue and
/// workflow, and a worker.
macro_rules! task_webhook {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident: $kind:literal { $($own:tt)* }
    ) => {
        $crate::webhook::macros::webhook! {
            $(#[$meta])*
            pub struct $Name: $kind {
                /// The account or subaccount the workspace belongs to.
                account_sid: $crate::AccountSid = required "AccountSid",
                $($own)*
                /// The task's attributes, a JSON object of one's own; for a call from `<Enqueue>`
                /// with `call_sid`, `from` and the like. There wherever a task is.
                task_attributes: Option<$crate::webhook::values::JsonText> = "TaskAttributes",
                /// How old the task is, in seconds. There wherever a task is.
                task_age: Option<u32> = "TaskAge",
                /// The task's priority: higher ones come first. There wherever a task is.
                task_priority: Option<u32> = "TaskPriority",
                /// Where the task stands. There on most requests about a task.
                task_assignment_status: Option<$crate::webhook::taskrouter::TaskAssignmentStatus> =
                    "TaskAssignmentStatus",
                /// Why the task was cancelled; on cancelled ones.
                task_canceled_reason: Option<String> = "TaskCanceledReason",
                /// Why the task is done; on those that are, if a reason was given.
                task_completed_reason: Option<String> = "TaskCompletedReason",
                /// Counts the changes of the task, from 0. Left out on some requests, as all below.
                task_version: Option<u32> = "TaskVersion",
                /// When the task was made.
                task_date_created: Option<$crate::webhook::values::EpochSeconds> = "TaskDateCreated",
                /// When the task came into its queue; absent before.
                task_queue_entered_date: Option<$crate::webhook::values::EpochSeconds> =
                    "TaskQueueEnteredDate",
                /// The time that the task's age counts from in the queue, if it was set back.
                task_virtual_start_time: Option<$crate::webhook::values::EpochSeconds> =
                    "TaskVirtualStartTime",
                /// Whether the task goes to its worker even if that one has too much to do.
                task_ignore_capacity: Option<bool> = "TaskIgnoreCapacity",
                /// The one worker or queue that the task is for; absent if it is for any. Little is
                /// known of it.
                task_routing_target: Option<String> = "TaskRoutingTarget",
                /// Why the task went through its workflow again; absent if it did not. Little is
                /// known of it.
                task_re_evaluated_reason: Option<String> = "TaskReEvaluatedReason",
                /// The task's channel.
                task_channel_sid: Option<$crate::TaskChannelSid> = "TaskChannelSid",
                /// The channel's display name.
                task_channel_name: Option<String> = "TaskChannelName",
                /// The channel's name, such as `voice`, `sms` or `default`.
                task_channel_unique_name: Option<String> = "TaskChannelUniqueName",
                /// Whether the channel prefers workers with much to spare.
                task_channel_optimized_routing: Option<bool> = "TaskChannelOptimizedRouting",
                /// The queue the task is or was in; absent before it came into one.
                task_queue_sid: Option<$crate::TaskQueueSid> = "TaskQueueSid",
                /// The queue's name.
                task_queue_name: Option<String> = "TaskQueueName",
                /// Which workers the queue takes, in TaskRouter's query language.
                task_queue_target_expression: Option<String> = "TaskQueueTargetExpression",
                /// The workflow that finds the task's queue; absent if the task has none.
                workflow_sid: Option<$crate::WorkflowSid> = "WorkflowSid",
                /// The workflow's name.
                workflow_name: Option<String> = "WorkflowName",
                /// The rule of the workflow that the task fits. Little is known of it.
                workflow_filter_name: Option<String> = "WorkflowFilterName",
                /// Counts the changes of the reservation, from 0; with reservations.
                reservation_version: Option<u32> = "ReservationVersion",
                /// Why the reservation ended as it did, a code of TaskRouter's. Little is known of
                /// it.
                reservation_reason_code: Option<u32> = "ReservationReasonCode",
                /// The worker; on requests about workers and reservations, as all `worker_` fields.
                worker_sid: Option<$crate::WorkerSid> = "WorkerSid",
                /// The worker's name.
                worker_name: Option<String> = "WorkerName",
                /// The worker's attributes, a JSON object of one's own. There wherever a worker is.
                worker_attributes: Option<$crate::webhook::values::JsonText> = "WorkerAttributes",
                /// What the worker does.
                worker_activity_sid: Option<$crate::ActivitySid> = "WorkerActivitySid",
                /// The name of what the worker does, such as `Available`.
                worker_activity_name: Option<String> = "WorkerActivityName",
                /// What the worker did before; on `worker.activity.update`, as the next three.
                worker_previous_activity_sid: Option<$crate::ActivitySid> =
                    "WorkerPreviousActivitySid",
                /// The name of what the worker did before.
                worker_previous_activity_name: Option<String> = "WorkerPreviousActivityName",
                /// How long the worker did that, in seconds.
                worker_time_in_previous_activity: Option<u32> = "WorkerTimeInPreviousActivity",
                /// How long the worker did that, in milliseconds.
                worker_time_in_previous_activity_ms: Option<u64> = "WorkerTimeInPreviousActivityMs",
                /// Counts the changes of the worker, from 0.
                worker_version: Option<u32> = "WorkerVersion",
                /// Whether the worker takes tasks of the channel; on changes of a worker's channel,
                /// as the other `worker_channel_` fields.
                worker_channel_available: Option<bool> = "WorkerChannelAvailable",
                /// How much more the worker can take, in per cent.
                worker_channel_available_capacity: Option<u32> = "WorkerChannelAvailableCapacity",
                /// How many tasks the worker could take before.
                worker_channel_previous_capacity: Option<u32> = "WorkerChannelPreviousCapacity",
                /// How many tasks the worker can take.
                worker_channel_capacity: Option<u32> = "WorkerChannelCapacity",
                /// How much of that is in use.
                worker_channel_consumed_capacity: Option<u32> = "WorkerChannelConsumedCapacity",
                /// How many tasks the worker has.
                worker_channel_task_count: Option<u32> = "WorkerChannelTaskCount",
                /// The operating unit of the workspace or worker, if it is in one.
                operating_unit_sid: Option<$crate::OperatingUnitSid> = "OperatingUnitSid",
            }
            families {}
        }
    };
}
pub(super) use task_webhook;

string_enum! {
    /// Where a task stands.
    ///
    /// [Twilio's description](https://www.twilio.com/docs/taskrouter/lifecycle-task-state).
    pub enum TaskAssignmentStatus {
        /// Waiting for a worker.
        Pending => "pending",
        /// Offered to a worker.
        Reserved => "reserved",
        /// Taken by a worker.
        Assigned => "assigned",
        /// Being finished up.
        Wrapping => "wrapping",
        /// Done.
        Completed => "completed",
        /// Cancelled.
        Canceled => "canceled",
    }
}
