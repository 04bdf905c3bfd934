//! [`CopilotNote`]: a note of Flex's Agent Copilot was written.

use jiff::Timestamp;

use crate::{
    FlexInstanceSid, InteractionChannelSid, InteractionParticipantSid, InteractionSid,
    ProfileConnectSid, TaskSid, json::json_object, string_enum::string_enum,
};

json_object! {
    /// Flex's Agent Copilot has written a note about a conversation, or an agent has changed it.
    ///
    /// `generated_` fields are the machine's, their twins without it the agent's. See
    /// [Twilio's description](https://www.twilio.com/docs/flex/agent-copilot).
    ///
    /// Refused without `sid`, `instance_sid` and `event_type`. It names no account.
    pub struct CopilotNote: "flex-copilot-note" {
        /// The note.
        sid: String = required shown "sid",
        /// What has happened to the note.
        event_type: CopilotEventType = required "event_type",
        /// The instance of Flex.
        instance_sid: FlexInstanceSid = required "instance_sid",
        /// The interaction the note is about.
        interaction_sid: Option<InteractionSid> = "interaction_sid",
        /// The channel of the interaction.
        channel_sid: Option<InteractionChannelSid> = "channel_sid",
        /// The agent.
        participant_sid: Option<InteractionParticipantSid> = "participant_sid",
        /// The connected profile of the customer.
        profile_connect_sid: Option<ProfileConnectSid> = "profile_connect_sid",
        /// The summary; absent as long as there is none.
        summary: Option<String> = "summary",
        /// The customer's mood, in upper or lower case.
        sentiment: Option<String> = "sentiment",
        /// The code the agent has closed the conversation with.
        disposition_code_sid: Option<String> = shown "disposition_code_sid",
        /// The machine's summary.
        generated_summary: Option<String> = "generated_summary",
        /// The language of the conversation, such as `en-US`.
        detected_language: Option<String> = shown "detected_language",
        /// The mood as the machine sees it.
        generated_sentiment: Option<String> = "generated_sentiment",
        /// The code the machine suggests.
        generated_disposition_code_sid: Option<String> = shown "generated_disposition_code_sid",
        /// Codes by their names, suggested and chosen.
        codes: Option<CopilotCodes> = "codes",
        /// What kind of note it is.
        note_type: Option<CopilotNoteType> = "type",
        /// When it was written.
        date_created: Option<Timestamp> = "date_created",
        /// When it was changed last.
        date_updated: Option<Timestamp> = "date_updated",
        /// How often it was written, from 1: the note with the highest version counts.
        version: Option<u32> = "version",
        /// What the note belongs to.
        context: Option<CopilotContext> = "context",
    }
}

json_object! {
    /// Codes a conversation may be closed with.
    pub struct CopilotCodes {
        /// What the machine suggests.
        generated: Vec<CopilotCode> = "generated",
        /// What the agent has chosen.
        selected: Vec<CopilotCode> = "selected",
    }
}

json_object! {
    /// A code a conversation may be closed with.
    pub struct CopilotCode {
        /// The code.
        disposition_code: Option<String> = shown "disposition_code",
        /// The topics it is found under, parted by `|`.
        topic_path: Option<String> = shown "topic_path",
    }
}

json_object! {
    /// What a note belongs to.
    pub struct CopilotContext {
        /// The task of TaskRouter.
        task_sid: Option<TaskSid> = "task_sid",
    }
}

string_enum! {
    /// What has happened to a note.
    pub enum CopilotEventType {
        /// It was written.
        Created => "note_created",
        /// It was changed.
        Updated => "note_updated",
    }
}

string_enum! {
    /// A kind of note.
    pub enum CopilotNoteType {
        /// At the end of a conversation.
        Wrapup => "wrapup",
    }
}
