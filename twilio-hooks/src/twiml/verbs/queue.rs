use crate::twiml::element::element;
use crate::twiml::{HttpMethod, Text};

element! {
    /// Connects with the first caller who waits in a queue; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/queue).
    ///
    /// Twilio documents it inside [`Dial`](crate::twiml::Dial) only; its libraries allow it as a
    /// verb too.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{Dial, Queue};
    ///
    /// let next = Dial::default().with(Queue::new("support").url("/voice/about-to-connect"));
    /// assert_eq!(
    ///     next.to_string(),
    ///     r#"<Dial><Queue url="/voice/about-to-connect">support</Queue></Dial>"#,
    /// );
    /// ```
    pub struct Queue = "Queue" inside [VoiceResponse, Dial] {
        /// The name of the queue.
        text name,
        /// The HTTP method for `url`, POST by default.
        method: HttpMethod = "method",
        /// The SID (`WA…`) of the activity that the TaskRouter worker goes to after the call.
        post_work_activity_sid: Text = "postWorkActivitySid",
        /// The SID (`WR…`) of the TaskRouter reservation whose caller to connect with.
        reservation_sid: Text = "reservationSid",
        /// Where to get TwiML that the waiting caller hears before being connected.
        url: Text = "url",
    }
}
