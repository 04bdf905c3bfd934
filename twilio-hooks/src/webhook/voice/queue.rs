//! What queues ask: [`EnqueueWait`], [`EnqueueAction`] and [`QueueScreen`].

use crate::{CallSid, QueueSid, string_enum::string_enum, webhook::macros::call_question};

call_question! {
    /// A caller waits in a queue; what shall it hear?
    ///
    /// It comes to the `waitUrl` of an `<Enqueue>`, again whenever the TwiML runs out. Not every verb
    /// may be in the answer; `<Leave>` takes the caller out. See
    /// [Twilio's description](https://www.twilio.com/docs/voice/twiml/enqueue).
    ///
    /// Refused without `AccountSid`, `CallSid` and `QueueSid`.
    pub struct EnqueueWait: "enqueue-wait" {
        /// The queue.
        queue_sid: QueueSid = required "QueueSid",
        /// The caller's place in the queue, from 1. Nearly always there.
        queue_position: Option<u32> = "QueuePosition",
        /// How long the caller has waited, in seconds. Nearly always there.
        queue_time: Option<u32> = "QueueTime",
        /// How long those in the queue have waited on average, in seconds. Nearly always there.
        avg_queue_time: Option<u32> = "AvgQueueTime",
        /// How many callers are in the queue. Nearly always there.
        current_queue_size: Option<u32> = "CurrentQueueSize",
        /// How many callers the queue takes; on most requests.
        max_queue_size: Option<u32> = "MaxQueueSize",
    }
}

call_question! {
    /// A caller has left a queue, and the call with whoever took it is over; what next?
    ///
    /// It comes to the `action` of an `<Enqueue>`. See
    /// [Twilio's description](https://www.twilio.com/docs/voice/twiml/enqueue).
    ///
    /// Refused without `AccountSid`, `CallSid` and `QueueResult`.
    pub struct EnqueueAction: "enqueue-action" {
        /// How the caller left the queue.
        queue_result: QueueResult = required "QueueResult",
        /// The queue; absent if the caller never was in it.
        queue_sid: Option<QueueSid> = "QueueSid",
        /// How long the caller waited, in seconds; absent where `queue_sid` is.
        queue_time: Option<u32> = "QueueTime",
    }
}

string_enum! {
    /// How a caller left a queue.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/voice/twiml/enqueue).
    pub enum QueueResult {
        /// It was connected to somebody, and that is over.
        Bridged => "bridged",
        /// It is about to be connected to somebody.
        BridgingInProcess => "bridging-in-process",
        /// The TwiML for waiting was faulty.
        Error => "error",
        /// The caller hung up.
        Hangup => "hangup",
        /// The TwiML for waiting said `<Leave>`.
        Leave => "leave",
        /// The call was moved to other TwiML while it waited.
        Redirected => "redirected",
        /// The call was moved to other TwiML while it was connected.
        RedirectedFromBridged => "redirected-from-bridged",
        /// The queue was full.
        QueueFull => "queue-full",
        /// Twilio failed.
        SystemError => "system-error",
    }
}

call_question! {
    /// A queued caller is about to be connected; what shall it hear before that?
    ///
    /// It comes to the `url` of a `<Queue>` inside a `<Dial>`; `call_sid` is the caller in the queue.
    /// See [Twilio's description](https://www.twilio.com/docs/voice/twiml/queue).
    ///
    /// Refused without `AccountSid`, `CallSid` and `QueueSid`.
    pub struct QueueScreen: "queue-screen" {
        /// The queue.
        queue_sid: QueueSid = required "QueueSid",
        /// How long the caller has waited, in seconds. Nearly always there.
        queue_time: Option<u32> = "QueueTime",
        /// The leg that takes the caller out of the queue, misspelt by Twilio. Nearly always there.
        dequeing_call_sid: Option<CallSid> = "DequeingCallSid",
    }
}
