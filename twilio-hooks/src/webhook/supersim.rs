//! Super SIM: messages to and from devices ([`CommandStatusUpdate`]).

use super::macros::webhook;
use crate::{AccountSid, IpCommandSid, SimSid, SmsCommandSid, string_enum::string_enum};

webhook! {
    /// A command to a device has got further, or one came from a device.
    ///
    /// What is known of it is little and unconfirmed. See
    /// [Twilio's description](https://www.twilio.com/docs/iot/supersim).
    ///
    /// Refused without `AccountSid`, `SimSid` and `Status`.
    pub struct CommandStatusUpdate: "supersim-command-status" {
        /// The SIM of the device.
        sim_sid: SimSid = required "SimSid",
        /// The account or subaccount the SIM belongs to.
        account_sid: AccountSid = required "AccountSid",
        /// Where the command stands.
        status: CommandStatus = required "Status",
        /// The command, if it goes by SMS.
        sms_command_sid: Option<SmsCommandSid> = "SmsCommandSid",
        /// The command, if it goes by IP.
        ip_command_sid: Option<IpCommandSid> = "IpCommandSid",
        /// Which way it goes. Nearly always there.
        direction: Option<CommandDirection> = "Direction",
        /// What it says: text, or base64 for `binary`. Absent on some reports.
        payload: Option<String> = "Payload",
        /// What `payload` is; on commands by IP.
        payload_type: Option<CommandPayloadType> = "PayloadType",
        /// Why it failed, an [error code](https://www.twilio.com/docs/api/errors); absent if it did
        /// not.
        error_code: Option<u32> = "ErrorCode",
    }
    families {}
}

string_enum! {
    /// Where a command stands.
    pub enum CommandStatus {
        /// It waits for its turn.
        Queued => "queued",
        /// It was sent to the device.
        Sent => "sent",
        /// The device has it.
        Delivered => "delivered",
        /// It came from a device.
        Received => "received",
        /// It could not be delivered.
        Failed => "failed",
    }
}

string_enum! {
    /// Which way a command goes.
    pub enum CommandDirection {
        /// To the device.
        ToSim => "to_sim",
        /// From the device.
        FromSim => "from_sim",
    }
}

string_enum! {
    /// What the payload of a command is.
    pub enum CommandPayloadType {
        /// Text.
        Text => "text",
        /// Bytes, in base64.
        Binary => "binary",
    }
}
