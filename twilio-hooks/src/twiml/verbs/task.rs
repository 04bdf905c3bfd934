use crate::twiml::element::element;

element! {
    /// What TaskRouter is told about a caller whom [`Enqueue`](crate::twiml::Enqueue) hands over;
    /// see [Twilio's page](https://www.twilio.com/docs/voice/twiml/enqueue).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Task;
    ///
    /// let task = Task::new(r#"{"language":"fi","vip":true}"#).priority(5).timeout(300);
    /// assert_eq!(
    ///     task.to_string(),
    ///     r#"<Task priority="5" timeout="300">{"language":"fi","vip":true}</Task>"#,
    /// );
    /// ```
    pub struct Task = "Task" inside [Enqueue] {
        /// The attributes of the task: a JSON object as text.
        text attributes,
        /// How urgent the task is; greater is sooner.
        priority: u32 = "priority",
        /// Seconds after which the task is given up.
        timeout: u32 = "timeout",
    }
}
