//! Messages and reports on them.

use twilio_hooks::{
    MessageStatus, ParamError, Params,
    webhook::{
        ChannelPrefix, IncomingCall, IncomingMessage, MessageEventType, MessageStatusUpdate,
        MessageType, OptOutType, ReferralSourceType, Webhook,
    },
};

use super::{ACCOUNT, read};

#[test]
fn debug_shows_what_a_log_needs() {
    let params = Params::from_pairs([
        ("MessageSid", "MM1"),
        ("AccountSid", "AC1"),
        ("From", "whatsapp:+12025550143"),
        ("To", "12345"),
        ("Body", "secret"),
        ("OptOutType", "PAUSE"),
        ("Latitude", "51.5"),
        ("MediaUrl0", "https://example.com/secret"),
        ("MediaContentType0", "image/png"),
        ("FromCity", "SECRET"),
        ("FromCountry", "US"),
        ("Mood", "secret"),
    ]);
    let message = IncomingMessage::from_params(&params).unwrap();
    assert_eq!(
        format!("{message:?}"),
        r#"IncomingMessage { message_sid: "MM1", account_sid: "AC1", from: WhatsApp(…43), "#
            .to_owned()
            + r#"to: ShortCode(…45), opt_out_type: Unknown("PAUSE"), "#
            + r#"media: [Media { content_type: Some("image/png"), .. }], "#
            + r#"from_place: Place { country: Some("US"), .. }, extra: ["Mood"], .. }"#
    );
}

#[test]
fn a_message_is_known_by_any_of_its_three_identifiers() {
    for name in ["MessageSid", "SmsMessageSid", "SmsSid"] {
        let params = Params::from_pairs([
            ("AccountSid", ACCOUNT),
            ("To", "+12025550102"),
            ("MessageSid", ""),
            (name, "SM1"),
        ]);
        let message = IncomingMessage::from_params(&params);
        if name == "MessageSid" {
            // The empty one comes first, and the first value counts.
            assert_eq!(message, Err(ParamError::Missing { name: "MessageSid" }));
        } else {
            assert_eq!(message.unwrap().message_sid.as_str(), "SM1");
        }
    }
}

#[test]
fn a_plain_message_is_read_in_full() {
    let message: IncomingMessage = read("msg-sms-basic");
    assert_eq!(
        message.message_sid.as_str(),
        "SM00000000000000000000000000000101"
    );
    assert_eq!(message.sms_sid.as_ref(), Some(&message.message_sid));
    assert_eq!(message.account_sid.as_str(), ACCOUNT);
    assert_eq!(message.from.as_str(), "+12025550101");
    assert_eq!(message.to.as_str(), "+12025550102");
    assert_eq!(message.body, "It's working!!!");
    assert_eq!(message.num_media, Some(0));
    assert_eq!(message.num_segments, Some(1));
    assert_eq!(message.referral_num_media, Some(0));
    assert_eq!(message.sms_status, Some(MessageStatus::Received));
    assert_eq!(message.from_place.city.as_deref(), Some("WASHINGTON"));
    assert_eq!(message.from_place.zip.as_deref(), Some("20005"));
    assert_eq!(message.to_place.state.as_deref(), Some("DC"));
    assert_eq!(message.to_place.country.as_deref(), Some("US"));
    assert_eq!(message.api_version.as_deref(), Some("2010-04-01"));
    assert_eq!(
        (message.error_code, message.error_url.as_deref()),
        (None, None)
    );
    assert!(message.media.is_empty() && message.extra.is_empty());
}

#[test]
fn texts_are_kept_to_the_character() {
    let body = |name| read::<IncomingMessage>(name).body;
    assert_eq!(
        body("msg-newlines"),
        "line one\nline two\r\n\nline four\ttab"
    );
    assert_eq!(body("msg-leading-trailing-space"), "  padded  ");
    assert_eq!(body("msg-1600-emoji"), "😀".repeat(800));
    assert_eq!(body("msg-1600-chars").chars().count(), 1600);
    assert_eq!(body("msg-sms-empty-body"), "");
}

#[test]
fn text_that_is_not_utf8_is_marked_and_the_bytes_stay_in_the_params() {
    let form = format!("AccountSid={ACCOUNT}&MessageSid=SM1&To=x&Body=a%FFb&ErrorCode=%FF");
    let params = Params::from_form(form.as_bytes());
    let message = IncomingMessage::from_params(&params).unwrap();
    assert_eq!(message.body, "a\u{FFFD}b");
    assert_eq!(params.get_bytes("Body"), Some(&b"a\xFFb"[..]));
    assert_eq!(message.error_code, None);
    assert_eq!(message.extra.get_bytes("ErrorCode"), Some(&b"\xFF"[..]));
}

#[test]
fn the_first_of_repeated_values_counts_and_the_rest_are_kept() {
    let message: IncomingMessage = read("msg-duplicate-params");
    assert_eq!(message.body, "first");
    assert_eq!(message.extra.to_form(), "Body=second&Tag=b&Tag=a&Tag=b");
}

#[test]
fn names_in_another_letter_case_are_unknown() {
    let message: IncomingMessage = read("msg-30-lowercase-keys");
    assert_eq!(message.extra.len(), 1);
    assert_eq!(
        message.extra.get("messagesid"),
        Some(message.message_sid.as_str())
    );
}

#[test]
fn media_are_those_that_are_there() {
    let message: IncomingMessage = read("msg-mms-10-media");
    assert_eq!(message.media.len(), 10);
    for (number, media) in message.media.iter().enumerate() {
        assert!(media.url.ends_with(&format!("1{number}")), "{}", media.url);
        assert!(media.content_type.is_some());
    }

    let message: IncomingMessage = read("msg-mms-no-body-key");
    assert_eq!(message.body, "");
    let types: Vec<_> = message
        .media
        .iter()
        .map(|media| media.content_type.as_deref())
        .collect();
    assert_eq!(types, [Some("image/jpeg"), Some("image/png")]);

    let params = Params::from_pairs([
        ("AccountSid", ACCOUNT),
        ("MessageSid", "MM1"),
        ("To", "+12025550102"),
        ("NumMedia", "10"),
        ("MediaUrl4294967295", "https://example.com/z"),
        ("MediaUrl3", "https://example.com/d"),
        ("MediaContentType3", "audio/ogg"),
        ("MediaUrl99999999999999999999", "https://example.com/far"),
    ]);
    let message = IncomingMessage::from_params(&params).unwrap();
    let urls: Vec<_> = message.media.iter().map(|media| &*media.url).collect();
    assert_eq!(urls, ["https://example.com/d", "https://example.com/z"]);
    assert_eq!(message.num_media, Some(10));
    assert_eq!(message.extra.len(), 1);
}

#[test]
fn whatsapp_messages_have_their_fields() {
    let place: IncomingMessage = read("msg-whatsapp-location");
    assert_eq!(place.message_type, Some(MessageType::Location));
    assert_eq!(place.latitude, Some(51.513_229_773_996_44));
    assert_eq!(place.longitude, Some(-0.219_797_637_303_656_7));
    assert_eq!(place.label.as_deref(), Some("The Sample Club"));
    assert_eq!(place.address.as_deref(), Some("1 Example Road, Testville"));
    assert_eq!(place.wa_id.as_deref(), Some("12025550101"));
    assert_eq!(place.from.e164(), Some("+12025550101"));

    let referred: IncomingMessage = read("msg-whatsapp-referral");
    assert_eq!(referred.referral_source_type, Some(ReferralSourceType::Ad));
    assert_eq!(
        referred.referral_source_id.as_deref(),
        Some("120210000000000001")
    );

    let hidden: IncomingMessage = read("msg-whatsapp-bsuid-from");
    assert_eq!(hidden.external_user_id.as_ref(), Some(&hidden.from));
    assert_eq!(hidden.from.e164(), None);
}

#[test]
fn opt_out_is_told_by_its_type() {
    let message: IncomingMessage = read("msg-optout-stop");
    assert_eq!(message.opt_out_type, Some(OptOutType::Stop));
    let message: IncomingMessage = read("msg-stop-without-optouttype");
    assert_eq!(message.opt_out_type, None);
}

#[test]
fn fallback_requests_say_what_failed() {
    let message: IncomingMessage = read("msg-fallback");
    assert_eq!(message.error_code, Some(11200));
    assert_eq!(
        message.error_url.as_deref(),
        Some("https://app.example.com/twilio/sms?tenant=7&x=a+b")
    );
    let call: IncomingCall = read("voice-fallback");
    assert_eq!(call.error_code, Some(11200));
    assert_eq!(
        call.error_url.as_deref(),
        Some("https://app.example.com/twilio/voice")
    );
}

#[test]
fn message_reports_have_status_and_error() {
    let update: MessageStatusUpdate = read("status-undelivered-30003");
    assert_eq!(update.message_status, MessageStatus::Undelivered);
    assert_eq!(
        (update.error_code, update.error()),
        (Some(30003), Some(30003))
    );

    let update: MessageStatusUpdate = read("status-errorcode-empty");
    assert_eq!(update.error_code, None);
    assert!(update.extra.is_empty());

    let update: MessageStatusUpdate = read("status-whatsapp-undelivered");
    assert_eq!(update.channel_prefix, Some(ChannelPrefix::WhatsApp));
    assert_eq!(update.event_type, Some(MessageEventType::Undelivered));

    let update: MessageStatusUpdate = read("status-with-body");
    assert_eq!(update.body.as_deref(), Some("Activity recorded right?"));
}

#[test]
fn a_report_may_name_no_account() {
    let update: MessageStatusUpdate = read("status-minimal");
    assert_eq!(update.message_status, MessageStatus::Delivered);
    assert_eq!(update.account_sid, None);
}

#[test]
fn an_unknown_status_is_kept() {
    let update: MessageStatusUpdate = read("status-unknown-value");
    assert_eq!(update.message_status.as_str(), "teleported");
    assert!(matches!(update.message_status, MessageStatus::Unknown(_)));
}
