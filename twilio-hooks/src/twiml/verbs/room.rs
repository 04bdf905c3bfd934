use crate::twiml::Text;
use crate::twiml::element::element;

element! {
    /// Connects the call with a room of Programmable Video; see [Twilio's
    /// page](https://www.twilio.com/docs/voice/twiml/connect/room).
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::Room;
    ///
    /// let room = Room::new("DailyStandup").participant_identity("alice");
    /// assert_eq!(room.to_string(), r#"<Room participantIdentity="alice">DailyStandup</Room>"#);
    /// ```
    pub struct Room = "Room" inside [Connect] {
        /// The name of the room.
        text name,
        /// Who the caller is in the room; by default Twilio makes a name up.
        participant_identity: Text = "participantIdentity",
    }
}
