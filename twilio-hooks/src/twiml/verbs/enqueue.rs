use crate::twiml::element::element;
use crate::twiml::{HttpMethod, Text};

element! {
    /// Puts the caller into a queue, or hands the call to a workflow of TaskRouter; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/enqueue).
    ///
    /// The caller waits until someone dials the [`Queue`](crate::twiml::Queue), TaskRouter finds a
    /// worker, or [`Leave`](crate::twiml::Leave) is carried out.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Enqueue, Task};
    ///
    /// let queue = Enqueue::new("support").wait_url("/voice/wait");
    /// assert_eq!(queue.to_string(), r#"<Enqueue waitUrl="/voice/wait">support</Enqueue>"#);
    ///
    /// let workflow = Enqueue::default()
    ///     .workflow_sid("WW0123456789abcdef0123456789abcdef")
    ///     .with(Task::new(r#"{"language":"fi"}"#));
    /// assert_eq!(
    ///     workflow.to_string(),
    ///     concat!(
    ///         r#"<Enqueue workflowSid="WW0123456789abcdef0123456789abcdef">"#,
    ///         r#"<Task>{"language":"fi"}</Task></Enqueue>"#,
    ///     ),
    /// );
    /// ```
    pub struct Enqueue = "Enqueue" inside [VoiceResponse] {
        /// The name of the queue, which is made if there is none; left out if `workflowSid` is set.
        optional text queue,
        /// The URL that is told how the waiting ended, and asked for TwiML.
        action: Text = "action",
        /// The size of the queue from which on callers are turned away.
        max_queue_size: u32 = "maxQueueSize",
        /// The HTTP method for `action`, POST by default.
        method: HttpMethod = "method",
        /// Where to get the music or TwiML for the wait, by default Twilio's music; empty for
        /// silence.
        wait_url: Text = "waitUrl",
        /// The HTTP method for `waitUrl`, POST by default.
        wait_url_method: HttpMethod = "waitUrlMethod",
        /// The SID (`WW…`) of the TaskRouter workflow.
        workflow_sid: Text = "workflowSid",
    }
}
