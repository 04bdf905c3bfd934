//! [`PortingEvent`]: an order to port numbers has got further.

use crate::{AccountSid, PortInRequestSid, json::json_object, string_enum::string_enum};

json_object! {
    /// An order to port numbers to Twilio, or away from it, has got further.
    ///
    /// The parent account is told of its subaccounts' orders too. See
    /// [Twilio's description](https://www.twilio.com/docs/phone-numbers/port-in/porting-webhooks). Its
    /// exact form rests on few sources: expect members without a field.
    ///
    /// Refused only if it is no object.
    pub struct PortingEvent: "porting-event" {
        /// Where the order stands, in Twilio's words.
        status: Option<String> = shown "status",
        /// The order; absent where numbers leave.
        port_in_request_sid: Option<PortInRequestSid> = "port_in_request_sid",
        /// The account of the order.
        account_sid: Option<AccountSid> = "account_sid",
        /// Which way the numbers go.
        webhook_type: Option<PortingType> = "webhook_type",
    }
}

string_enum! {
    /// Which way numbers are ported.
    pub enum PortingType {
        /// To Twilio.
        PortIn => "PORT_IN",
        /// Away from Twilio.
        PortOut => "PORT_OUT",
    }
}
