//! Products other than messages and calls.

use jiff::Timestamp;
use twilio_hooks::{
    ActivitySid, Address, CallSid, CallStatus, Params,
    twiml::{Reply, ReplyBody},
    webhook::{
        Event, EventKind, Webhook,
        conversations::{
            ConversationChange, ConversationState, MessageChange, MessagingBindingType, PostAction,
            PostActionType, PreAction, PreActionReply, PreActionType, ReceiptStatus, Source,
            StateReason,
        },
        debugger::{DebuggerEvent, DebuggerLevel},
        fax::{FaxStatus, FaxStatusUpdate},
        proxy::{Interaction, InterceptReply, OutOfSession, ProxyResourceType},
        regulatory::{BundleStatus, BundleStatusUpdate},
        sync::{SyncEvent, SyncEventType},
        taskrouter::{
            AssignmentInstruction, CallWorker, Conference, Dequeue, RecordCall, Redirect, Reject,
            TaskAssignmentStatus, TaskRouterAssignment, TaskRouterEvent, TaskRouterEventType,
            TaskRouterResource,
        },
        usage::{UsageTriggerFired, UsageTriggerPeriod},
        video::{CompositionStatusUpdate, RoomEvent, RoomStatusUpdate, TrackCodec},
    },
};

use super::{ACCOUNT, json, params, read};

/// What must never be in a log, by the name of the parameter.
const PERSONAL: &[&str] = &[
    "Attributes",
    "Author",
    "Body",
    "ClientIdentity",
    "DocumentData",
    "EventDescription",
    "FriendlyName",
    "From",
    "Identity",
    "Media",
    "MessageBody",
    "MessagingBinding.Address",
    "MessagingBinding.ProxyAddress",
    "ParticipantIdentity",
    "Payload",
    "RemoteStationId",
    "RoomName",
    "TaskAttributes",
    "To",
    "WorkerAttributes",
    "WorkerName",
    "inboundResourceUrl",
    "interactionData",
];

#[test]
fn no_body_of_a_product_shows_personal_data_in_debug() {
    let mut hidden = 0;
    for file in json("index.json").as_object().unwrap().keys() {
        let Some(name) = file.strip_suffix(".form") else {
            continue;
        };
        let params = params(name);
        let pairs = params.iter().map(|(name, value)| {
            let personal = PERSONAL.contains(&&*name);
            hidden += usize::from(personal);
            (name, if personal { "top secret".into() } else { value })
        });
        let params =
            Params::from_pairs(pairs.map(|(name, value)| (name.to_string(), value.to_string())));
        if let Some(Ok(event)) = Event::from_params(&params) {
            let debug = format!("{event:?}");
            assert!(!debug.contains("top secret"), "{file}: {debug}");
        }
    }
    assert!(hidden > 50, "{hidden}");
}

fn time(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}

#[test]
fn a_conversations_message_is_read() {
    let action: PostAction = read("conv-message-added");
    assert_eq!(action.event_type, PostActionType::MessageAdded);
    assert_eq!(action.account_sid.as_str(), ACCOUNT);
    assert_eq!(action.body.as_deref(), Some("Hi & hello"));
    assert_eq!(action.author.as_deref(), Some("+12025550101"));
    assert_eq!(action.source, Some(Source::Sms));
    assert_eq!((action.index, action.retry_count), (Some(0), Some(0)));
    assert_eq!(action.date_created, time("2026-01-01T12:00:00.123Z"));
    assert_eq!(action.media_files(), Ok(vec![]));
    assert!(action.message_sid.unwrap().is_well_formed());
    assert!(action.extra.is_empty());

    let action: PostAction = read("conv-message-added-media");
    assert_eq!(action.body, None);
    let [file] = &action.media_files().unwrap()[..] else {
        panic!("one file")
    };
    assert_eq!(file.filename.as_deref(), Some("a b.jpg"));
    assert_eq!(file.content_type.as_deref(), Some("image/jpeg"));
    assert_eq!(file.size, Some(45678));
    assert!(!format!("{file:?}").contains("a b.jpg"));

    let action: PreAction = read("conv-message-add-pre");
    assert_eq!(action.event_type, PreActionType::MessageAdd);
    assert_eq!(action.message_sid, None);
    assert_eq!(action.attributes.unwrap().as_str(), r#"{"k":"v"}"#);
}

#[test]
fn events_of_conversations_have_their_fields() {
    let action: PostAction = read("conv-participant-added");
    assert_eq!(
        action.messaging_binding_type,
        Some(MessagingBindingType::Sms)
    );
    let address = action.messaging_binding_address.unwrap();
    assert_eq!(address.e164(), Some("+12025550101"));

    let action: PostAction = read("conv-delivery-updated");
    assert_eq!(action.status, Some(ReceiptStatus::Undelivered));
    assert_eq!(action.error(), Some(30003));
    assert!(action.channel_message_sid.unwrap().is_well_formed());

    let action: PostAction = read("conv-state-updated");
    assert_eq!(
        (action.state_from, action.state_to, action.reason),
        (
            Some(ConversationState::Active),
            Some(ConversationState::Inactive),
            Some(StateReason::Timer)
        )
    );

    let action: PostAction = read("conv-user-updated");
    assert_eq!(
        (action.is_online, action.is_notifiable),
        (Some(true), Some(false))
    );

    let action: PreAction = read("conv-conversation-add-pre");
    assert_eq!(action.message_body.as_deref(), Some("first words"));
    assert_eq!(action.conversation_sid, None);
}

#[test]
fn what_the_catalogue_says_of_an_event_is_in_its_docs() {
    let catalogue = json("webhooks.json");
    for (kind, source) in [
        (
            "conversations-pre-action",
            include_str!("../../src/webhook/conversations/pre_action.rs"),
        ),
        (
            "conversations-post-action",
            include_str!("../../src/webhook/conversations/post_action.rs"),
        ),
    ] {
        for (event, fields) in catalogue["kinds"][kind]["variants"].as_object().unwrap() {
            let end = source.find(&format!("=> \"{event}\"")).unwrap();
            let start = source[..end].rfind("Fields:").unwrap();
            for field in fields.as_array().unwrap() {
                let name = snake_case(field.as_str().unwrap());
                let listed = source[start..end].contains(&format!("`{name}`"));
                assert!(listed || name == "account_sid", "{event}: {name}");
            }
        }
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars().filter(|letter| *letter != '.') {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn answer(reply: impl Reply) -> (u16, Option<&'static str>, String) {
    let reply = reply.into_reply();
    let (status, content_type) = (reply.status(), reply.content_type());
    let body = String::from_utf8(reply.into_bytes().to_vec()).unwrap();
    (status, content_type, body)
}

fn json_answer(reply: impl Reply) -> String {
    let (status, content_type, body) = answer(reply);
    assert_eq!((status, content_type), (200, Some("application/json")));
    body
}

#[test]
fn a_pre_action_is_accepted_changed_or_refused() {
    assert_eq!(json_answer(PreActionReply::Accept), "{}");
    let change = MessageChange::new()
        .body("\"hi\"")
        .author("bob")
        .attributes("{}");
    assert_eq!(
        format!("{change:?}"),
        "MessageChange { body: true, author: true, attributes: true }"
    );
    assert_eq!(
        json_answer(PreActionReply::ChangeMessage(change)),
        r#"{"body":"\"hi\"","author":"bob","attributes":"{}"}"#
    );
    let change = ConversationChange::new().friendly_name("Order 7");
    assert_eq!(
        json_answer(PreActionReply::ChangeConversation(change)),
        r#"{"friendly_name":"Order 7"}"#
    );
    assert_eq!(answer(PreActionReply::Refuse), (403, None, String::new()));
    assert_eq!(PreActionReply::Refuse.into_reply(), ReplyBody::Forbidden);
}

#[test]
fn a_proxy_interaction_passes_or_is_stopped() {
    assert_eq!(answer(InterceptReply::Pass), (204, None, String::new()));
    assert_eq!(answer(InterceptReply::Stop), (403, None, String::new()));
}

#[test]
fn instructions_are_written_as_taskrouter_reads_them() {
    use AssignmentInstruction as Instruction;

    let activity = "WA00000000000000000000000000000001";
    assert_eq!(
        json_answer(Instruction::Accept),
        r#"{"instruction":"accept"}"#
    );
    assert_eq!(
        json_answer(Instruction::Reject(
            Reject::new().activity_sid(ActivitySid::from(activity))
        )),
        format!(r#"{{"instruction":"reject","activity_sid":"{activity}"}}"#)
    );
    assert_eq!(
        json_answer(Instruction::Reject(Reject::new())),
        r#"{"instruction":"reject"}"#
    );
    assert_eq!(
        json_answer(Instruction::Dequeue(
            Dequeue::new()
                .to(Address::from("client:alice"))
                .from(Address::from("+12025550102"))
                .post_work_activity_sid(activity)
                .record(RecordCall::FromAnswer)
                .timeout(15_u32)
                .status_callback_url("https://example.com/worker")
                .status_callback_events("answered,completed")
        )),
        format!(
            concat!(
                r#"{{"instruction":"dequeue","to":"client:alice","from":"+12025550102","#,
                r#""post_work_activity_sid":"{}","record":"record-from-answer","timeout":15,"#,
                r#""status_callback_url":"https://example.com/worker","#,
                r#""status_callback_events":"answered,completed"}}"#
            ),
            activity
        )
    );
    assert_eq!(
        json_answer(Instruction::Call(
            CallWorker::new(
                Address::from("+12025550102"),
                "https://example.com/answer?a=1&b=2"
            )
            .accept(true)
        )),
        concat!(
            r#"{"instruction":"call","from":"+12025550102","#,
            r#""url":"https://example.com/answer?a=1&b=2","accept":true}"#
        )
    );
    assert_eq!(
        json_answer(Instruction::Redirect(Redirect::new(
            CallSid::from("CA00000000000000000000000000000300"),
            "https://example.com/voicemail"
        ))),
        concat!(
            r#"{"instruction":"redirect","call_sid":"CA00000000000000000000000000000300","#,
            r#""url":"https://example.com/voicemail"}"#
        )
    );
    assert_eq!(
        json_answer(Instruction::Conference(
            Conference::new()
                .from(Address::from("+12025550102"))
                .end_conference_on_exit(true)
                .conference_status_callback_event("start,end")
        )),
        concat!(
            r#"{"instruction":"conference","from":"+12025550102","end_conference_on_exit":true,"#,
            r#""conference_status_callback_event":"start,end"}"#
        )
    );
}

#[test]
fn instructions_show_no_number_and_no_url() {
    let call = CallWorker::new(Address::from("+12025550102"), "https://example.com/secret");
    let debug = format!("{:?}", AssignmentInstruction::Call(call));
    assert!(debug.contains("…02"), "{debug}");
    assert!(
        !debug.contains("2025550102") && !debug.contains("secret"),
        "{debug}"
    );
}

#[test]
fn a_taskrouter_assignment_is_read() {
    let assignment: TaskRouterAssignment = read("tr-assignment");
    assert!(assignment.reservation_sid.is_well_formed() && assignment.task_sid.is_well_formed());
    assert_eq!(assignment.task_age, Some(23));
    assert_eq!(
        assignment.task_channel_unique_name.as_deref(),
        Some("voice")
    );
    let attributes: serde_json::Value = assignment.task_attributes.unwrap().parse().unwrap();
    assert_eq!(attributes["call_sid"], "CA00000000000000000000000000000300");
    assert!(assignment.extra.is_empty());
}

#[test]
fn taskrouter_events_have_their_times_and_fields() {
    let event: TaskRouterEvent = read("tr-task-created");
    assert_eq!(event.event_type, TaskRouterEventType::TaskCreated);
    assert_eq!(event.time(), time("2026-01-01T00:00:00.123Z"));
    assert_eq!(
        event.task_date_created.map(Timestamp::from),
        time("2026-01-01T00:00:00Z")
    );
    assert_eq!(
        event.task_assignment_status,
        Some(TaskAssignmentStatus::Pending)
    );

    let event: TaskRouterEvent = read("tr-worker-activity");
    assert_eq!(event.event_type, TaskRouterEventType::WorkerActivityUpdate);
    assert_eq!(event.resource_type, Some(TaskRouterResource::Worker));
    assert_eq!(event.worker_activity_name.as_deref(), Some("Available"));
    assert_eq!(event.worker_time_in_previous_activity_ms, Some(3_600_123));

    let event: TaskRouterEvent = read("tr-reservation-wrapup");
    assert_eq!(event.task_ignore_capacity, Some(false));
    assert_eq!(event.reservation_version, Some(2));

    let seconds = Params::from_pairs([
        ("AccountSid", ACCOUNT),
        ("EventType", "task.created"),
        ("Timestamp", "1767225600"),
        ("TimestampMs", "soon"),
    ]);
    let event = TaskRouterEvent::from_params(&seconds).unwrap();
    assert_eq!(event.time(), time("2026-01-01T00:00:00Z"));
    assert_eq!(event.extra.get("TimestampMs"), Some("soon"));
}

#[test]
fn proxy_interactions_have_both_sides() {
    let interaction: Interaction = read("proxy-interaction");
    assert_eq!(interaction.interaction_account_sid.as_str(), ACCOUNT);
    assert_eq!(
        interaction.inbound_resource_type,
        Some(ProxyResourceType::Message)
    );
    assert!(interaction.outbound_resource_sid.unwrap().is_well_formed());
    let data: serde_json::Value = interaction.interaction_data.unwrap().parse().unwrap();
    assert_eq!(data["body"], "see you at 5");
}

#[test]
fn traffic_outside_of_a_session_is_a_message_or_a_call() {
    let mut pairs = vec![
        ("AccountSid", ACCOUNT),
        ("sessionSid", "KC00000000000000000000000000000001"),
        ("sessionStatus", "closed"),
        ("From", "+12025550143"),
        ("To", "+12025550102"),
        ("Mood", "secret"),
    ];
    let neither = OutOfSession::from_params(&Params::from_pairs(pairs.clone())).unwrap();
    assert!(neither.message.is_none() && neither.call.is_none());
    assert_eq!(neither.session_status.as_deref(), Some("closed"));
    assert_eq!(neither.extra.len(), 3);

    pairs.extend([("CallSid", "CA1"), ("CallStatus", "ringing")]);
    let call = OutOfSession::from_params(&Params::from_pairs(pairs.clone())).unwrap();
    assert_eq!(call.extra.to_form(), "Mood=secret");
    assert!(call.message.is_none());
    let debug = format!("{call:?}");
    assert!(
        !debug.contains("secret") && !debug.contains("+1202"),
        "{debug}"
    );
    assert_eq!(call.call.unwrap().call_status, Some(CallStatus::Ringing));

    pairs.truncate(6);
    pairs.extend([("SmsSid", "SM1"), ("Body", "one"), ("Body", "two")]);
    let message = OutOfSession::from_params(&Params::from_pairs(pairs.clone())).unwrap();
    assert_eq!(message.extra.to_form(), "Mood=secret&Body=two");
    assert_eq!(message.message.unwrap().body, "one");

    pairs.push(("CallSid", "CA1"));
    let both = OutOfSession::from_params(&Params::from_pairs(pairs)).unwrap();
    assert_eq!(both.extra.to_form(), "Mood=secret&Body=two");
}

#[test]
fn debugger_events_say_what_went_wrong() {
    let event: DebuggerEvent = read("debugger-error");
    assert_eq!(event.level, Some(DebuggerLevel::Error));
    assert_eq!(event.parent_account_sid, None);
    let details = event.details().unwrap();
    assert_eq!(details.error_code, Some(11200));
    assert_eq!(
        details.resource_sid.as_deref(),
        Some("CA00000000000000000000000000000300")
    );
    assert_eq!(details.service_sid, None);
    assert_eq!(details.more_info.get("httpResponse"), Some("500"));
    assert!(
        details
            .message
            .as_deref()
            .unwrap()
            .starts_with("Got HTTP 500")
    );
    let request = details.request.as_ref().unwrap();
    assert_eq!(
        request.url.as_deref(),
        Some("https://app.example.com/twilio/voice")
    );
    assert_eq!(request.method.as_deref(), Some("POST"));
    assert_eq!(
        request.parameters.get("CallSid"),
        details.resource_sid.as_deref()
    );
    let response = details.response.as_ref().unwrap();
    assert_eq!(response.status_code, Some(500));
    assert_eq!(response.body.as_deref(), Some("oops"));
    let debug = format!("{details:?}");
    assert!(
        !debug.contains("oops") && !debug.contains("example.com"),
        "{debug}"
    );

    let event: DebuggerEvent = read("debugger-warning");
    assert_eq!(event.level, Some(DebuggerLevel::Warning));
    let details = event.details().unwrap();
    assert_eq!(details.error_code, Some(12200));
    assert_eq!((details.request, details.response), (None, None));
}

#[test]
fn amounts_keep_their_digits() {
    let fired: UsageTriggerFired = read("usage-trigger");
    assert_eq!(fired.trigger_value.unwrap().as_str(), "50.000000");
    assert_eq!(fired.current_value.unwrap().as_str(), "51.200000");
    assert_eq!(fired.recurring, Some(UsageTriggerPeriod::Monthly));
    assert_eq!(fired.date_fired, time("2026-01-04T12:00:00Z"));
}

#[test]
fn rooms_and_compositions_have_their_fields() {
    let update: RoomStatusUpdate = read("video-participant-connected");
    assert_eq!(
        update.status_callback_event,
        RoomEvent::ParticipantConnected
    );
    assert_eq!(update.participant_identity.as_deref(), Some("Test User"));
    assert_eq!(update.sequence_number, Some(1));
    assert_eq!(update.timestamp, time("2026-01-01T18:16:01.876Z"));

    let update: RoomStatusUpdate = read("video-recording-completed");
    assert_eq!(update.codec, Some(TrackCodec::Vp8));
    assert_eq!(
        (update.duration, update.size, update.sequence_number),
        (Some(62), Some(123_456), None)
    );

    let update: CompositionStatusUpdate = read("video-composition-progress");
    assert_eq!(
        (update.percentage_done, update.seconds_remaining),
        (Some(42), Some(77))
    );
    let large = Params::from_pairs([
        ("AccountSid", ACCOUNT),
        ("StatusCallbackEvent", "composition-available"),
        ("Size", "5000000000"),
    ]);
    let update = CompositionStatusUpdate::from_params(&large).unwrap();
    assert_eq!(update.size, Some(5_000_000_000));
}

#[test]
fn sync_faxes_and_bundles_have_their_fields() {
    let event: SyncEvent = read("sync-document-updated");
    assert_eq!(event.event_type, SyncEventType::DocumentUpdated);
    assert_eq!(event.document_revision.as_deref(), Some("1a"));

    let fax: FaxStatusUpdate = read("fax-received");
    assert_eq!(fax.fax_status, Some(FaxStatus::Received));
    assert_eq!((fax.num_pages, fax.error_code), (Some(2), None));

    let bundle: BundleStatusUpdate = read("bundle-rejected");
    assert_eq!(bundle.status, BundleStatus::TwilioRejected);
    assert!(bundle.failure_reason.unwrap().contains("not legible"));
}

/// Requests as the catalogue describes them, of kinds and forms of which there is no body.
const WITHOUT_BODY: &[(EventKind, &str)] = &[
    (
        EventKind::LegacyChat,
        "EventType=onMessageSend&InstanceSid=IS1&ChannelSid=CH1&Body=x&From=alice",
    ),
    (EventKind::ConversationPreAction, "EventType=onStarGaze"),
    (EventKind::ConversationPostAction, "EventType=onStarGazed"),
    (
        EventKind::ProxyOutOfSession,
        "sessionSid=KC1&MessageSid=SM1&NumMedia=0",
    ),
    (
        EventKind::CompositionStatus,
        "StatusCallbackEvent=composition-hook-failed&RoomSid=RM1&HookSid=HK1",
    ),
    (EventKind::IncomingFax, "FaxSid=FX1&FaxStatus=receiving"),
    (EventKind::IncomingFax, "FaxSid=FX1"),
    (EventKind::FaxStatus, "FaxSid=FX1&FaxStatus=no-answer"),
    (EventKind::ConnectAppDeauthorized, "ConnectAppSid=CN1"),
    (
        EventKind::HostedNumberStatus,
        "SigningDocumentSid=PX1&Status=received",
    ),
    (
        EventKind::CommandStatus,
        "SimSid=HS1&Status=sent&Payload=x&PayloadType=text",
    ),
    // What can't be told apart goes by the name of another kind.
    (EventKind::BundleStatus, "BundleSid=BU1&Status=draft"),
    (EventKind::ProxyCallback, "interactionSid=KI1"),
    (
        EventKind::IncomingCall,
        "sessionSid=KC1&CallSid=CA1&CallStatus=ringing",
    ),
];

#[test]
fn kinds_without_a_body_are_told_apart_by_their_signs() {
    for (kind, form) in WITHOUT_BODY {
        let form = format!("AccountSid={ACCOUNT}&{form}");
        let params = Params::from_form(form.as_bytes());
        assert_eq!(Event::detect(&params), Some(*kind), "{form}");
    }
    let free = Params::from_form(b"AccountSid=AC1&order=4711&caller=%2B12025550143");
    assert_eq!(Event::detect(&free), None);
}
