//! Scenarios of messages.

use jiff::Timestamp;

use super::{
    Origin, Scenario, Step,
    numbers::{area, plain},
    people,
    scenario::{Form, SMS_INCOMING, SMS_STATUS},
};

/// How a sent message ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageOutcome {
    /// The carrier or handset confirmed it.
    Delivered,
    /// The carrier took it and could not deliver it, with one of Twilio's error codes.
    Undelivered(u32),
    /// Twilio never handed it over, with one of Twilio's error codes.
    Failed(u32),
}

const API_VERSION: (&str, &str) = ("ApiVersion", "2010-04-01");
const MESSAGING_SERVICE: &str = "MG00000000000000000000000000000001";
const CHANNEL_INSTALL: &str = "XE00000000000000000000000000000001";

impl Scenario {
    /// Somebody writes to one of our numbers.
    ///
    /// If `from` starts with `whatsapp:`, it is a WhatsApp message, with the name and id that
    /// WhatsApp adds.
    #[must_use]
    pub fn incoming_sms(origin: &mut Origin, from: &str, to: &str, body: &str) -> Self {
        Self::incoming_mms(origin, from, to, body, 0)
    }

    /// Somebody sends `media` pictures, with a text that may be empty.
    #[must_use]
    pub fn incoming_mms(
        origin: &mut Origin,
        from: &str,
        to: &str,
        body: &str,
        media: usize,
    ) -> Self {
        let whatsapp = is_whatsapp(from);
        // WhatsApp messages are `SM…` whatever they carry.
        let prefix = if media > 0 && !whatsapp { "MM" } else { "SM" };
        let sid = origin.random.sid(prefix);
        let files: Vec<String> = (0..media)
            .map(|_| media_url(origin.account_sid.as_str(), &sid, &origin.random.sid("ME")))
            .collect();
        let account = origin.account_sid.as_str();
        let (count, segments) = (media.to_string(), segments(body, whatsapp).to_string());

        let mut form = Form::default();
        for index in 0..media {
            form.add(format!("MediaContentType{index}"), "image/jpeg");
        }
        if whatsapp {
            let name = people::name(from).unwrap_or_default();
            let wa_id = plain(from).trim_start_matches('+');
            let metadata = serde_json::json!({
                "type": "whatsapp",
                "data": { "context": { "ProfileName": name, "WaId": wa_id } },
            });
            form.add_all([("SmsMessageSid", &*sid), ("NumMedia", &count)]);
            form.add_all([("ProfileName", &*name)]);
            form.add("MessageType", if media > 0 { "image" } else { "text" });
            form.add_all([("SmsSid", &*sid), ("WaId", wa_id)]);
            form.add_all([("SmsStatus", "received"), ("Body", body), ("To", to)]);
            form.add_all([("NumSegments", &*segments), ("ReferralNumMedia", "0")]);
            form.add_all([("MessageSid", &*sid), ("AccountSid", account)]);
            form.add("ChannelMetadata", &metadata);
        } else {
            let (there, here) = (area(from), area(to));
            form.add_all([("ToCountry", here.country), ("ToState", here.state)]);
            form.add_all([("SmsMessageSid", &*sid), ("NumMedia", &count)]);
            form.add_all([("ToCity", here.city), ("FromZip", there.zip)]);
            form.add_all([("SmsSid", &*sid), ("FromState", there.state)]);
            form.add_all([("SmsStatus", "received"), ("FromCity", there.city)]);
            form.add_all([("Body", body), ("FromCountry", there.country), ("To", to)]);
            form.add_all([("ToZip", here.zip), ("NumSegments", &*segments)]);
            form.add_all([("ReferralNumMedia", "0"), ("MessageSid", &*sid)]);
            form.add("AccountSid", account);
        }
        form.add("From", from);
        for (index, url) in files.iter().enumerate() {
            form.add(format!("MediaUrl{index}"), url);
        }
        form.add_all([API_VERSION]);
        let step = Step::new(SMS_INCOMING, &sid, form, &mut origin.random);
        Self { steps: vec![step] }
    }

    /// A message we sent through a messaging service gets further, up to its outcome.
    ///
    /// The reports carry the text, as those of some channels do; without one (an empty `body`),
    /// they look like most of them.
    #[must_use]
    pub fn outgoing_sms(
        origin: &mut Origin,
        from: &str,
        to: &str,
        body: &str,
        outcome: MessageOutcome,
    ) -> Self {
        let sid = origin.random.sid("SM");
        let (statuses, error_code): (&[&str], _) = match outcome {
            MessageOutcome::Delivered => (&["queued", "sending", "sent", "delivered"], None),
            MessageOutcome::Undelivered(code) => {
                (&["queued", "sending", "sent", "undelivered"], Some(code))
            }
            MessageOutcome::Failed(code) => (&["queued", "failed"], Some(code)),
        };
        let last = statuses.len() - 1;
        let steps = statuses.iter().enumerate().map(|(index, &status)| {
            let report = Report {
                sid: &sid,
                from,
                to,
                body,
                status,
            };
            let error_code = error_code.filter(|_| index == last);
            let form = report.form(origin, error_code);
            Step::new(SMS_STATUS, &sid, form, &mut origin.random)
        });
        Self {
            steps: steps.collect(),
        }
    }
}

/// One status of a sent message.
struct Report<'a> {
    sid: &'a str,
    from: &'a str,
    to: &'a str,
    body: &'a str,
    status: &'a str,
}

impl Report<'_> {
    fn form(&self, origin: &Origin, error_code: Option<u32>) -> Form {
        let (sid, status) = (self.sid, self.status);
        // What a channel tells comes from the channel, so not before it has the message.
        let channel = is_whatsapp(self.to) && !matches!(status, "queued" | "sending");
        let mut form = Form::default();
        if channel {
            form.add("EventType", &status.to_uppercase());
        }
        form.add_all([("SmsSid", sid), ("SmsStatus", status)]);
        form.add_all([("MessageStatus", status)]);
        form.add_some("Body", (!self.body.is_empty()).then_some(self.body));
        if channel {
            form.add("ChannelToAddress", &masked(plain(self.to)));
        }
        form.add("To", self.to);
        if channel {
            form.add("ChannelPrefix", "whatsapp");
        }
        form.add_all([("MessageSid", sid)]);
        form.add("AccountSid", &origin.account_sid);
        if channel {
            form.add("StructuredMessage", "false");
        }
        form.add("From", self.from);
        form.add_all([API_VERSION]);
        if channel {
            form.add("ChannelInstallSid", CHANNEL_INSTALL);
        }
        form.add_some("ErrorCode", error_code);
        form.add("MessagingServiceSid", MESSAGING_SERVICE);
        let by_carrier = matches!(status, "delivered" | "undelivered") && !channel;
        form.add_some("RawDlrDoneDate", by_carrier.then(|| dlr_date(origin.now)));
        form
    }
}

fn is_whatsapp(address: &str) -> bool {
    address.starts_with("whatsapp:")
}

fn media_url(account: &str, message: &str, media: &str) -> String {
    let api = "https://api.twilio.com/2010-04-01";
    format!("{api}/Accounts/{account}/Messages/{message}/Media/{media}")
}

/// How the carrier writes the time of its receipt: ten digits, no zone.
fn dlr_date(now: Timestamp) -> String {
    now.strftime("%y%m%d%H%M").to_string()
}

fn masked(number: &str) -> String {
    let kept = number.chars().count().saturating_sub(4);
    number.chars().take(kept).chain("XXXX".chars()).collect()
}

/// How many SMS segments a text takes: 160 characters of the GSM alphabet or 70 UTF-16 units in
/// one, 153 or 67 in each of several.
fn segments(body: &str, whatsapp: bool) -> usize {
    const GSM: &str = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
    let plain = |c: char| (c.is_ascii() && c != '`') || c == '€' || GSM.contains(c);
    let (length, one, many) = if body.chars().all(plain) {
        let escaped = |c: &char| "^{}\\[~]|€".contains(*c);
        let length = body.chars().count() + body.chars().filter(escaped).count();
        (length, 160, 153)
    } else {
        (body.encode_utf16().count(), 70, 67)
    };
    if whatsapp || length <= one {
        1
    } else {
        length.div_ceil(many)
    }
}
