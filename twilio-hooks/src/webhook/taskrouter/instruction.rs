//! [`AssignmentInstruction`]: what TaskRouter is to do with a reservation.

use std::fmt::Debug;

use serde::Serialize;

use crate::{
    ActivitySid, Address, CallSid,
    redacted::redacted_debug,
    string_enum::string_enum,
    twiml::{Reply, ReplyBody, SealedReply},
};

/// The answer to a [`TaskRouterAssignment`](super::TaskRouterAssignment).
///
/// Mistakes in it are shown in Twilio's debugger as errors 40001 to 40155. See
/// [Twilio's description](https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "instruction", rename_all = "lowercase")]
#[non_exhaustive]
pub enum AssignmentInstruction {
    /// The worker has the task, and TaskRouter does nothing more for it.
    Accept,
    /// The task goes back into its queue.
    Reject(Reject),
    /// Call the worker, and connect the call that `<Enqueue>` put into the queue.
    Dequeue(Dequeue),
    /// Call the worker, and let TwiML go on from there.
    Call(CallWorker),
    /// Let the waiting call go on at another URL.
    Redirect(Redirect),
    /// Call the worker, and bring both into a conference named after the task.
    Conference(Conference),
}

impl SealedReply for AssignmentInstruction {}

impl Reply for AssignmentInstruction {
    fn into_reply(self) -> ReplyBody {
        ReplyBody::json(&self)
    }
}

string_enum! {
    /// Whether a call between a worker and a customer is recorded.
    pub enum RecordCall {
        /// It is not, as by default.
        DoNotRecord => "do-not-record",
        /// Both sides are, from the worker's answer.
        FromAnswer => "record-from-answer",
    }
}

/// One struct of an instruction: the fields that must be given are arguments of `new`, the others
/// have setters, and are left out of the JSON if they are not set.
macro_rules! instruction {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            $( $(#[$must_meta:meta])* $must:ident: $Must:ty, )*
        }
        optional {
            $( $(#[$field_meta:meta])* $field:ident: $Field:ty, )*
        }
        shown { $($shown:ident),+ }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Serialize)]
        #[non_exhaustive]
        pub struct $Name {
            $( $(#[$must_meta])* pub $must: $Must, )*
            $(
                $(#[$field_meta])*
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $field: Option<$Field>,
            )*
        }

        impl $Name {
            /// An instruction with nothing but what it can't do without.
            #[allow(clippy::new_without_default, reason = "only some take no argument")]
            #[must_use]
            pub fn new($( $must: impl Into<$Must> ),*) -> Self {
                Self {
                    $( $must: $must.into(), )*
                    $( $field: None, )*
                }
            }

            $(
                $(#[$field_meta])*
                #[must_use]
                pub fn $field(mut self, $field: impl Into<$Field>) -> Self {
                    self.$field = Some($field.into());
                    self
                }
            )*
        }

        redacted_debug!($Name { $($shown),+ });
    };
}

instruction! {
    /// Refuse the task for the worker.
    pub struct Reject {}
    optional {
        /// What the worker does from now on. Choose an activity that gets no tasks, or the worker may
        /// be offered the same one again.
        activity_sid: ActivitySid,
    }
    shown { activity_sid }
}

instruction! {
    /// Call the worker, and connect the call that `<Enqueue>` put into the queue.
    pub struct Dequeue {}
    optional {
        /// Where to reach the worker, if not at the `contact_uri` of the worker's attributes.
        to: Address,
        /// The caller id the worker sees: a number of ours, or the number that was called if it is
        /// not set.
        from: Address,
        /// What the worker does after the call.
        post_work_activity_sid: ActivitySid,
        /// Whether the call is recorded.
        record: RecordCall,
        /// How long to let it ring, in seconds: 60 if it is not set, at most 999, by SIP 600.
        timeout: u32,
        /// Where Twilio reports on the worker's leg, by GET.
        status_callback_url: String,
        /// What it reports: some of `initiated`, `ringing`, `answered` and `completed`, separated by
        /// commas; `completed` if it is not set.
        status_callback_events: String,
    }
    shown { to, from, post_work_activity_sid, record, timeout }
}

instruction! {
    /// Call the worker, and let TwiML go on from there.
    pub struct CallWorker {
        /// The caller id the worker sees.
        from: Address,
        /// The TwiML for the worker's leg.
        url: String,
    }
    optional {
        /// Where to reach the worker, if not at the `contact_uri` of the worker's attributes.
        to: Address,
        /// Whether the reservation is accepted at once; if not, it is pending until it is accepted
        /// by REST.
        accept: bool,
        /// Whether the call is recorded.
        record: RecordCall,
        /// How long to let it ring, in seconds: 60 if it is not set, at most 999.
        timeout: u32,
        /// Where Twilio reports on the worker's leg.
        status_callback_url: String,
    }
    shown { from, to, accept, record, timeout }
}

instruction! {
    /// Let the waiting call go on at another URL.
    pub struct Redirect {
        /// The call, as its task's attributes name it.
        call_sid: CallSid,
        /// The TwiML for it.
        url: String,
    }
    optional {
        /// Whether the reservation is accepted at once; if not, it is pending until it is accepted
        /// by REST.
        accept: bool,
    }
    shown { call_sid, accept }
}

instruction! {
    /// Call the worker, and bring both into a conference named after the task.
    ///
    /// The task must come from `<Enqueue>`, or say in its attribute `outbound_to` whom to call.
    /// Twilio documents the names of the first three fields; the others are those of [its REST
    /// instruction](https://www.twilio.com/docs/taskrouter/api/reservations) in snake case.
    pub struct Conference {}
    optional {
        /// Where to reach the worker, if not at the `contact_uri` of the worker's attributes.
        to: Address,
        /// The caller id the worker sees.
        from: Address,
        /// What the worker does after the call.
        post_work_activity_sid: ActivitySid,
        /// How long to let it ring, in seconds: 60 if it is not set.
        timeout: u32,
        /// Whether the conference ends when the worker leaves.
        end_conference_on_exit: bool,
        /// Whether the conference ends when the customer leaves.
        end_conference_on_customer_exit: bool,
        /// What the customer hears while alone.
        wait_url: String,
        /// `record-from-start` records the conference.
        conference_record: String,
        /// Where Twilio reports on the conference.
        conference_status_callback: String,
        /// What it reports: some of `start`, `end`, `join`, `leave`, `mute` and `hold`, separated by
        /// commas.
        conference_status_callback_event: String,
    }
    shown { to, from, post_work_activity_sid, timeout }
}
