//! The cases, in the order of the promises.

use std::{collections::HashSet, sync::Arc};

use super::{
    ACCOUNT, LINE, OTHER_ACCOUNT, OTHER_LINE, SENDER, TestedStore, UNOWNED, assert_sorted, at,
    call, call_of, call_sid, claim, company, contacts, incoming, incoming_at, line, message_of,
    message_sid, messages, other_company, record, record_at_once, recording, report, status, user,
    with_lines,
};
use crate::{
    Address, CallStatus, MessageStatus, MessagingServiceSid, Params,
    ids::LineId,
    notify::Topic,
    store::{
        CallChange, Change, Direction, Interaction, InteractionId, Line, MessageChange, Outcome,
        PageRequest, Settlement, TimelineEntry,
    },
    webhook::Media,
};

/// Company and person of the line are those of the message.
pub async fn the_line_names_the_owner(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let recorded = record(&*store, &incoming(1, SENDER)).await;
    assert_eq!(recorded.outcome, Outcome::Created);
    assert_eq!(recorded.line, Some(line()));
    assert_eq!(recorded.company_id, Some(company()));
    let message = message_of(&*store, &recorded).await;
    assert_eq!(message.company_id, Some(company()));
    assert_eq!(message.user_id, Some(user()));
    assert_eq!(
        message.contact_id,
        recorded.contact.map(|contact| contact.id)
    );
    assert_eq!(message.from_address, Address::from(SENDER));
    assert_eq!(message.to_address, Address::from(LINE));
    assert_eq!(message.created_at, at(1));
}

/// A line may be a whole messaging service; a line for the number itself goes first.
pub async fn a_messaging_service_names_the_owner_when_no_number_does(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let service = "MG00000000000000000000000000000001";
    let service_line = Line::new(LineId::at(at(0)), ACCOUNT, service, other_company());
    store.put_line(&service_line).await.expect("a line is put");

    let mut change = incoming_at(ACCOUNT, UNOWNED, 1, SENDER);
    change.messaging_service_sid = Some(MessagingServiceSid::from(service));
    assert_eq!(record(&*store, &change).await.line, Some(service_line));

    let mut change = incoming_at(ACCOUNT, LINE, 2, SENDER);
    change.messaging_service_sid = Some(MessagingServiceSid::from(service));
    assert_eq!(record(&*store, &change).await.line, Some(line()));
}

/// A number owns its WhatsApp traffic too, and the sender is the same contact there.
pub async fn a_line_is_the_same_on_every_channel(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let sms = record(&*store, &incoming(1, SENDER)).await;
    let whatsapp = incoming_at(
        ACCOUNT,
        &format!("whatsapp:{LINE}"),
        2,
        &format!("whatsapp:{SENDER}"),
    );
    let whatsapp = record(&*store, &whatsapp).await;
    assert_eq!(whatsapp.line, sms.line);
    assert_eq!(whatsapp.contact, sms.contact);
    assert!(!whatsapp.new_contact);
    let message = message_of(&*store, &whatsapp).await;
    assert_eq!(message.from_address.as_str(), format!("whatsapp:{SENDER}"));
}

/// A webhook for a line nobody owns is stored, visible, and belongs to nobody.
pub async fn unowned_webhooks_are_kept(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let change = incoming_at(ACCOUNT, UNOWNED, 1, SENDER);
    let recorded = record(&*store, &change).await;
    assert_eq!(
        (recorded.outcome, recorded.line, recorded.contact),
        (Outcome::Created, None, None)
    );
    assert!(contacts(&*store, company()).await.is_empty());
    assert!(messages(&*store, company()).await.is_empty());

    let unrouted = store
        .unrouted(PageRequest::newest(10))
        .await
        .expect("unrouted are listed")
        .items;
    assert_eq!(unrouted.len(), 1);
    assert_eq!(unrouted[0].sid, message_sid(1));
    assert_eq!(unrouted[0].params, change.params);
    assert_eq!(unrouted[0].kind, change.kind);
    assert_eq!(unrouted[0].company_id, None);

    assert_eq!(record(&*store, &change).await.outcome, Outcome::Unchanged);
}

/// Once somebody owns the line, recording the same change again routes it, and tells of it.
pub async fn unowned_webhooks_are_routed_when_recorded_again(store: Arc<impl TestedStore>) {
    let change = incoming(1, SENDER);
    let before = record(&*store, &change).await;
    with_lines(&*store).await;
    let after = record(&*store, &change).await;
    assert_eq!(after.id, before.id);
    assert_eq!(after.outcome, Outcome::Updated);
    assert_eq!(after.line, Some(line()));
    let message = message_of(&*store, &after).await;
    assert_eq!(message.user_id, Some(user()));
    assert_eq!(message.contact_id, after.contact.map(|contact| contact.id));
    assert_eq!(claim(&*store, 10, 100).await.len(), 1);
    let unrouted = store
        .unrouted(PageRequest::newest(10))
        .await
        .expect("unrouted are listed");
    assert!(unrouted.items.is_empty());
    assert_eq!(record(&*store, &change).await.outcome, Outcome::Unchanged);
}

/// Lines are the application's to manage; a change counts from the next webhook on.
pub async fn lines_can_be_listed_given_away_and_removed(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    assert_eq!(
        store.lines(company()).await.expect("lines are listed"),
        [line()]
    );

    let given_away = Line::new(LineId::at(at(0)), ACCOUNT, LINE, other_company());
    store.put_line(&given_away).await.expect("a line is put");
    assert!(
        store
            .lines(company())
            .await
            .expect("lines are listed")
            .is_empty()
    );
    let owner = record(&*store, &incoming(1, SENDER))
        .await
        .line
        .expect("an owner");
    assert_eq!((owner.company_id, owner.user_id), (other_company(), None));

    let id = owner.id;
    assert!(
        !store
            .remove_line(company(), id)
            .await
            .expect("a line is removed")
    );
    assert!(
        store
            .remove_line(other_company(), id)
            .await
            .expect("a line is removed")
    );
    assert_eq!(record(&*store, &incoming(2, SENDER)).await.line, None);
}

/// Two messages of one sender have one contact.
pub async fn one_sender_is_one_contact(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let first = record(&*store, &incoming(1, SENDER)).await;
    let second = record(&*store, &incoming(2, SENDER)).await;
    assert!(first.new_contact && !second.new_contact);
    assert_eq!(first.contact, second.contact);
    let contacts = contacts(&*store, company()).await;
    assert_eq!(contacts.len(), 1);
    assert_eq!(contacts[0].address, SENDER);
    assert_eq!(contacts[0].display_name(), SENDER);
}

/// The same sender is another contact in another company.
pub async fn contacts_are_unique_in_their_company_only(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let ours = record(&*store, &incoming(1, SENDER))
        .await
        .contact
        .expect("a contact");
    let theirs = record(&*store, &incoming_at(OTHER_ACCOUNT, OTHER_LINE, 2, SENDER)).await;
    let theirs = theirs.contact.expect("a contact");
    assert_ne!(ours.id, theirs.id);
    assert_eq!(
        (ours.company_id, theirs.company_id),
        (company(), other_company())
    );
}

/// Fifty first messages of one sender, all at once.
pub async fn many_first_messages_at_once_make_one_contact(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let changes = (1..=50).map(|number| incoming(number, SENDER)).collect();
    let recorded = record_at_once(&store, changes).await;
    assert!(
        recorded
            .iter()
            .all(|recorded| recorded.outcome == Outcome::Created)
    );
    assert_eq!(
        recorded
            .iter()
            .filter(|recorded| recorded.new_contact)
            .count(),
        1
    );
    assert_eq!(contacts(&*store, company()).await.len(), 1);
    assert_eq!(messages(&*store, company()).await.len(), 50);
}

/// What Twilio tells of a contact later is added; what is known stays.
pub async fn contact_details_are_filled_in_and_never_overwritten(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let detailed = |number, name: Option<&str>, city: Option<&str>| {
        let mut change = incoming(number, SENDER);
        let details = change.contact.as_mut().expect("a contact");
        details.name = name.map(str::to_owned);
        details.city = city.map(str::to_owned);
        details.state = city.map(|city| format!("state of {city}"));
        details.zip = city.map(|city| format!("0{city}"));
        details.country = city.map(|city| city[..2].to_uppercase());
        change
    };
    record(&*store, &detailed(4, None, None)).await;
    let first = record(&*store, &detailed(1, None, Some("Oakland")))
        .await
        .contact
        .expect("a contact");
    assert_eq!((first.name, first.city.as_deref()), (None, Some("Oakland")));
    let second = record(&*store, &detailed(2, Some("Ann"), Some("Paris"))).await;
    let third = record(&*store, &detailed(3, Some("Bob"), None)).await;
    for contact in [second.contact, third.contact].into_iter().flatten() {
        assert_eq!(contact.name.as_deref(), Some("Ann"));
        assert_eq!(contact.city.as_deref(), Some("Oakland"));
        assert_eq!(contact.state.as_deref(), Some("state of Oakland"));
        assert_eq!(contact.zip.as_deref(), Some("0Oakland"));
        assert_eq!(contact.country.as_deref(), Some("OA"));
        assert_eq!(contact.display_name(), "Ann");
    }
    assert_eq!(
        contacts(&*store, company()).await[0].name.as_deref(),
        Some("Ann")
    );
}

/// Callers who hide share a number: they are nobody's contact, and the call is kept.
pub async fn hidden_callers_are_no_contact(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    for (number, caller) in (1..).zip(["anonymous", "+266696687", "+7378742833", ""]) {
        let mut change = call(number, "ringing");
        let Interaction::Call(call) = &mut change.interaction else {
            unreachable!()
        };
        call.from = caller.into();
        change.contact = crate::store::ContactDetails::from_address(&caller.into());
        let recorded = record(&*store, &change).await;
        assert_eq!(
            (recorded.line, recorded.contact),
            (Some(line()), None),
            "{caller}"
        );
    }
    assert!(contacts(&*store, company()).await.is_empty());
    let titles: HashSet<_> = claim(&*store, 10, 100)
        .await
        .into_iter()
        .map(|it| it.notification.title)
        .collect();
    assert_eq!(
        titles,
        HashSet::from(["Incoming call from hidden number".to_owned()])
    );
}

/// The second time is `Unchanged`, with the same ids, and adds nothing.
pub async fn a_repeated_message_changes_nothing(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let first = record(&*store, &incoming(1, SENDER)).await;
    let mut again = incoming(1, SENDER);
    again.received_at = at(500);
    let second = record(&*store, &again).await;
    assert_eq!(second.outcome, Outcome::Unchanged);
    assert_eq!(second.id, first.id);
    assert_eq!(second.contact, first.contact);
    assert_eq!(second.line, first.line);
    assert!(!second.new_contact);
    assert_eq!(message_of(&*store, &second).await.updated_at, at(1));
    assert_eq!(messages(&*store, company()).await.len(), 1);
    assert_eq!(claim(&*store, 10, 1000).await.len(), 1);
}

/// Forty deliveries of one message at once: one is `Created`, all others `Unchanged`.
pub async fn one_message_many_times_at_once_is_stored_once(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let recorded = record_at_once(&store, vec![incoming(1, SENDER); 40]).await;
    let ids: HashSet<_> = recorded.iter().map(|recorded| recorded.id).collect();
    assert_eq!(ids.len(), 1);
    let created = recorded
        .iter()
        .filter(|it| it.outcome == Outcome::Created)
        .count();
    let unchanged = recorded
        .iter()
        .filter(|it| it.outcome == Outcome::Unchanged)
        .count();
    assert_eq!((created, unchanged), (1, 39));
    assert_eq!(messages(&*store, company()).await.len(), 1);
    assert_eq!(contacts(&*store, company()).await.len(), 1);
    assert_eq!(claim(&*store, 100, 100).await.len(), 1);
    let history = store
        .history(&ACCOUNT.into(), &message_sid(1))
        .await
        .expect("history is read");
    assert_eq!(history.len(), 1);
}

/// An account that sends another account's SIDs makes rows of its own and touches nothing else.
pub async fn accounts_are_separate(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let ours = record(&*store, &incoming(1, SENDER)).await;
    let mut forged = status(1, "failed");
    forged.account_sid = OTHER_ACCOUNT.into();
    forged.line = OTHER_LINE.into();
    let theirs = record(&*store, &forged).await;
    assert_eq!(theirs.outcome, Outcome::Created);
    assert_ne!(theirs.id, ours.id);
    assert_eq!(
        message_of(&*store, &ours).await.status,
        MessageStatus::Received
    );

    // Nor does a recording find a call of another account.
    let our_call = record(&*store, &call(1, "in-progress")).await;
    let mut forged = recording(1);
    forged.account_sid = OTHER_ACCOUNT.into();
    record(&*store, &forged).await;
    assert_eq!(call_of(&*store, &our_call).await.recording_url, None);
}

/// `delivered`, then a late `sent`: it stays `delivered`, and the late report is `Unchanged`.
pub async fn statuses_only_go_forward(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    assert_eq!(
        record(&*store, &status(1, "queued")).await.outcome,
        Outcome::Created
    );
    assert_eq!(
        record(&*store, &status(1, "delivered")).await.outcome,
        Outcome::Updated
    );
    let late = record(&*store, &status(1, "sent")).await;
    assert_eq!(late.outcome, Outcome::Unchanged);
    assert_eq!(
        message_of(&*store, &late).await.status,
        MessageStatus::Delivered
    );
    let read = record(&*store, &status(1, "read")).await;
    assert_eq!(message_of(&*store, &read).await.status, MessageStatus::Read);

    record(&*store, &call(1, "completed")).await;
    let late = record(&*store, &call(1, "ringing")).await;
    assert_eq!(late.outcome, Outcome::Unchanged);
    assert_eq!(call_of(&*store, &late).await.status, CallStatus::Completed);
}

/// All statuses of twenty messages at once, each twice.
pub async fn statuses_at_once_end_at_the_furthest(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let statuses = [
        "delivered",
        "queued",
        "sent",
        "sending",
        "sent",
        "delivered",
        "queued",
        "sending",
    ];
    let changes = (1..=20)
        .flat_map(|number| statuses.map(|text| status(number, text)))
        .collect();
    let recorded = record_at_once(&store, changes).await;
    let created = recorded
        .iter()
        .filter(|it| it.outcome == Outcome::Created)
        .count();
    assert_eq!(created, 20);
    let messages = messages(&*store, company()).await;
    assert_eq!(messages.len(), 20);
    assert!(
        messages
            .iter()
            .all(|message| message.status == MessageStatus::Delivered)
    );
    for number in 1..=20 {
        let history = store.history(&ACCOUNT.into(), &message_sid(number)).await;
        assert_eq!(history.expect("history is read").len(), 4);
    }
    // One for each status that took effect; the last one always does.
    let told = claim(&*store, 1000, 1000).await;
    let last = told
        .iter()
        .filter(|it| it.notification.message == "delivered")
        .count();
    assert_eq!(last, 20);
    let unique: HashSet<_> = told
        .iter()
        .map(|it| (it.notification.sms_id, it.notification.message.clone()))
        .collect();
    assert_eq!(unique.len(), told.len());
}

/// An error code is neither erased nor replaced by a later report.
pub async fn an_error_code_stays(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let with_code = |text, code| {
        let mut change = status(1, text);
        let Interaction::Message(message) = &mut change.interaction else {
            unreachable!()
        };
        message.error_code = code;
        change
    };
    record(&*store, &with_code("sent", None)).await;
    record(&*store, &with_code("undelivered", Some(30003))).await;
    record(&*store, &with_code("delivered", None)).await;
    let recorded = record(&*store, &with_code("failed", Some(30005))).await;
    let message = message_of(&*store, &recorded).await;
    assert_eq!(message.error_code, Some(30003));
    assert_eq!(message.status, MessageStatus::Undelivered);
}

/// A report that overtakes its message makes the row; the message adds what the report lacked.
pub async fn a_status_before_its_message_is_completed_by_it(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let early = record(&*store, &status(1, "delivered")).await;
    let message = message_of(&*store, &early).await;
    assert_eq!(
        (message.body, message.status),
        (None, MessageStatus::Delivered)
    );

    let mut sent = MessageChange::new(message_sid(1), Direction::Outbound)
        .with_parties(LINE, SENDER)
        .with_body("Hello");
    sent.media = vec![Media::new("https://example.com/1.png", Some("image/png"))];
    let media = sent.media.clone();
    let sent = Change::new(ACCOUNT, Interaction::Message(sent), at(2));
    let completed = record(&*store, &sent).await;
    assert_eq!(
        (completed.outcome, completed.id),
        (Outcome::Updated, early.id)
    );
    let message = message_of(&*store, &completed).await;
    assert_eq!(message.body.as_deref(), Some("Hello"));
    assert_eq!(message.media, media);
    assert_eq!(message.status, MessageStatus::Delivered);
    assert_eq!((message.created_at, message.updated_at), (at(1), at(2)));
    assert_eq!(record(&*store, &sent).await.outcome, Outcome::Unchanged);
}

/// The same for a call: the last report comes first, without the parties.
pub async fn a_status_before_its_call_is_completed_by_it(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let bare = CallChange::new(call_sid(1), Direction::Inbound, CallStatus::Completed);
    let early = record(&*store, &report(ACCOUNT, Interaction::Call(bare), 1)).await;
    assert_eq!(early.line, None);

    let completed = record(&*store, &call(1, "ringing")).await;
    assert_eq!(
        (completed.outcome, completed.id),
        (Outcome::Updated, early.id)
    );
    let call = call_of(&*store, &completed).await;
    assert_eq!(call.status, CallStatus::Completed);
    assert_eq!(call.from_number, Address::from(SENDER));
    assert_eq!(
        (call.company_id, call.user_id),
        (Some(company()), Some(user()))
    );
    assert_eq!(call.contact_id, completed.contact.map(|contact| contact.id));
}

/// A status this version does not know is stored as it came, and gives way to any known one.
pub async fn unknown_statuses_are_kept(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let recorded = record(&*store, &status(1, "beamed-up_twice")).await;
    let message = message_of(&*store, &recorded).await;
    assert_eq!(message.status.as_str(), "beamed-up_twice");
    record(&*store, &status(1, "sent")).await;
    assert_eq!(
        record(&*store, &status(1, "beamed-down")).await.outcome,
        Outcome::Unchanged
    );
    assert_eq!(
        message_of(&*store, &recorded).await.status,
        MessageStatus::Sent
    );
    for known in MessageStatus::KNOWN {
        let number = 100 + u32::try_from(known.rank()).expect("ranks are positive");
        let recorded = record(&*store, &status(number, known.as_str())).await;
        let stored = message_of(&*store, &recorded).await.status;
        assert_eq!(stored.rank(), known.rank());
    }
}

/// Texts come back as they went in, whatever script, length or quoting.
pub async fn every_text_survives(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let texts = [
        String::new(),
        "  blanks stay  ".to_owned(),
        "line\nbreak\r\ntab\t".to_owned(),
        "'; drop table sms; -- \" \\ % _ {contact} $1 ?".to_owned(),
        "👩‍👩‍👧‍👦 שלום 你好 e\u{301}".to_owned(),
        "😀".repeat(800),
        "{\"json\": [1, 2]}".to_owned(),
    ];
    for (number, text) in (1..).zip(texts) {
        let mut change = incoming(number, SENDER);
        let Interaction::Message(message) = &mut change.interaction else {
            unreachable!()
        };
        message.body = Some(text.clone());
        message.num_segments = Some(3);
        message.media = vec![
            Media::new("https://api.twilio.com/media/1?a='b'", Some("image/jpeg")),
            Media::new("https://api.twilio.com/media/2", None),
        ];
        let media = message.media.clone();
        change.notification.as_mut().expect("a draft").message = text.clone();
        let recorded = record(&*store, &change).await;
        let stored = message_of(&*store, &recorded).await;
        assert_eq!(stored.body.as_deref(), Some(text.as_str()));
        assert_eq!((stored.media, stored.num_segments), (media, Some(3)));
        let told = claim(&*store, 10, 1000).await;
        assert_eq!(told[0].notification.message, text);
    }
    let mut change = incoming(100, "client:O'Brien");
    change.contact.as_mut().expect("a contact").name = Some("{contact} $& \\1".to_owned());
    record(&*store, &change).await;
    assert_eq!(
        claim(&*store, 10, 1000).await[0].notification.title,
        "New SMS from {contact} $& \\1"
    );
}

/// A value the backend can't hold is stored in some form or refused with everything else; there is
/// no contact without its message.
pub async fn what_cannot_be_stored_is_refused_whole(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let mut change = incoming(1, SENDER);
    let Interaction::Message(message) = &mut change.interaction else {
        unreachable!()
    };
    message.body = Some("a\0b".to_owned());
    change.params = Params::from_form(b"Body=a%00b");
    let expected = match store.record(&change).await {
        Ok(_) => 1,
        Err(_) => 0,
    };
    assert_eq!(messages(&*store, company()).await.len(), expected);
    assert_eq!(contacts(&*store, company()).await.len(), expected);
    assert_eq!(claim(&*store, 10, 100).await.len(), expected);
    let history = store
        .history(&ACCOUNT.into(), &message_sid(1))
        .await
        .expect("history is read");
    assert_eq!(history.len(), expected);
    // And the store goes on.
    assert_eq!(
        record(&*store, &incoming(2, SENDER)).await.outcome,
        Outcome::Created
    );
}

/// Byte for byte, also for reports that came late, once for each status.
pub async fn history_keeps_the_raw_parameters_once(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let forms: [&[u8]; 3] = [b"b=%FF&a=+1&a=2&=&c", b"sent=%00", b"New=1"];
    for (text, form) in ["delivered", "sent", "sent"].into_iter().zip(forms) {
        let mut change = status(1, text);
        change.params = Params::from_form(form);
        record(&*store, &change).await;
    }
    let history = store
        .history(&ACCOUNT.into(), &message_sid(1))
        .await
        .expect("history is read");
    let kept: Vec<_> = history
        .iter()
        .map(|it| (it.status.as_str(), it.params.clone()))
        .collect();
    assert_eq!(
        kept,
        [
            ("delivered", Params::from_form(forms[0])),
            ("sent", Params::from_form(forms[1])),
        ]
    );
    assert_eq!(history[0].company_id, Some(company()));
    assert_eq!(
        (history[0].received_at, history[0].kind.as_str()),
        (at(1), "conformance")
    );
    let other = store.history(&OTHER_ACCOUNT.into(), &message_sid(1)).await;
    assert!(other.expect("history is read").is_empty());
}

/// What the application did itself is no webhook.
pub async fn own_changes_leave_no_history(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let mut change = status(1, "queued");
    change.params = Params::default();
    assert_eq!(record(&*store, &change).await.outcome, Outcome::Created);
    let history = store
        .history(&ACCOUNT.into(), &message_sid(1))
        .await
        .expect("history is read");
    assert!(history.is_empty());
}

/// Company, contact and URL follow from the call, although a recording names neither side.
pub async fn a_recording_belongs_to_its_call(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let call = record(&*store, &call(1, "in-progress")).await;
    claim(&*store, 10, 100).await;
    let recorded = record(&*store, &recording(1)).await;
    assert_eq!(recorded.outcome, Outcome::Created);
    assert_eq!(recorded.contact, call.contact);
    assert_eq!(
        (recorded.company_id, recorded.line),
        (Some(company()), None)
    );

    let stored = call_of(&*store, &call).await;
    assert_eq!(
        stored.recording_url.as_deref(),
        Some("https://api.twilio.com/recordings/1")
    );
    let recordings = store
        .recordings(company(), stored.id)
        .await
        .expect("recordings are listed");
    assert_eq!(recordings.len(), 1);
    assert_eq!(recorded.id, InteractionId::Recording(recordings[0].id));
    let stored_recording = &recordings[0];
    assert_eq!(
        (stored_recording.company_id, stored_recording.duration),
        (Some(company()), Some(7))
    );
    assert_eq!(
        (
            stored_recording.channels,
            stored_recording.source.as_deref(),
            stored_recording.started_at
        ),
        (Some(2), Some("RecordVerb"), Some(at(0)))
    );

    let told = claim(&*store, 10, 100).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].notification.topic, Topic::RecordingAvailable);
    assert_eq!(told[0].notification.title, format!("Recording of {SENDER}"));
    assert_eq!(told[0].notification.call_id, Some(stored.id));
    assert_eq!(
        told[0].notification.contact_id,
        call.contact.as_ref().map(|contact| contact.id)
    );

    let mut again = recording(1);
    again.received_at = at(500);
    let again = record(&*store, &again).await;
    assert_eq!((again.outcome, again.id), (Outcome::Unchanged, recorded.id));
    assert_eq!(call_of(&*store, &call).await.updated_at, stored.updated_at);
    assert!(claim(&*store, 10, 100).await.is_empty());
}

/// A recording that overtakes its call is given to it, and told of, when the call comes.
pub async fn a_recording_before_its_call_waits_for_it(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let mut begun = recording(1);
    let Interaction::Recording(report) = &mut begun.interaction else {
        unreachable!()
    };
    report.status = "in-progress".into();
    report.url = None;
    begun.notification.as_mut().expect("a draft").message = "begun".to_owned();
    record(&*store, &begun).await;
    let early = record(&*store, &recording(1)).await;
    assert_eq!((early.outcome, &early.contact), (Outcome::Updated, &None));
    assert!(claim(&*store, 10, 100).await.is_empty());
    assert_eq!(
        record(&*store, &recording(1)).await.outcome,
        Outcome::Unchanged
    );

    let recorded = record(&*store, &call(1, "in-progress")).await;
    let call = call_of(&*store, &recorded).await;
    assert_eq!(
        call.recording_url.as_deref(),
        Some("https://api.twilio.com/recordings/1")
    );
    let recordings = store
        .recordings(company(), call.id)
        .await
        .expect("recordings are listed");
    assert_eq!(recordings.len(), 1);
    assert_eq!(early.id, InteractionId::Recording(recordings[0].id));

    let told = claim(&*store, 10, 100).await;
    let of_the_recording: Vec<_> = told
        .iter()
        .map(|it| &it.notification)
        .filter(|it| it.topic == Topic::RecordingAvailable)
        .collect();
    let messages: HashSet<_> = of_the_recording
        .iter()
        .map(|it| it.message.as_str())
        .collect();
    assert_eq!(messages, HashSet::from(["begun", "0:07"]));
    for about in of_the_recording {
        assert_eq!(about.title, format!("Recording of {SENDER}"));
        assert_eq!(about.call_id, Some(call.id));
        assert_eq!(about.contact_id, call.contact_id);
    }
    assert_eq!(told.len(), 3);
    let unrouted = store
        .unrouted(PageRequest::newest(10))
        .await
        .expect("unrouted are listed");
    assert!(unrouted.items.is_empty());
}

/// The leg to a forwarding number is the company's, makes no contact, and is not in the lists.
pub async fn a_child_leg_belongs_to_its_parent(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let parent = record(&*store, &call(1, "in-progress")).await;
    let mut leg = CallChange::new(call_sid(2), Direction::Outbound, CallStatus::Ringing)
        .with_parties(SENDER, UNOWNED);
    leg.parent_call_sid = Some(call_sid(1).into());
    let child = record(&*store, &report(ACCOUNT, Interaction::Call(leg), 2)).await;
    assert_eq!((child.outcome, &child.contact), (Outcome::Created, &None));
    assert_eq!((child.company_id, &child.line), (Some(company()), &None));
    let leg = call_of(&*store, &child).await;
    assert_eq!(
        (leg.company_id, leg.user_id),
        (Some(company()), Some(user()))
    );
    assert_eq!(leg.contact_id, None);

    let page = store
        .calls(company(), PageRequest::newest(10))
        .await
        .expect("calls are listed");
    assert_eq!(
        page.items
            .iter()
            .map(|call| InteractionId::Call(call.id))
            .collect::<Vec<_>>(),
        [parent.id]
    );
    assert_eq!(contacts(&*store, company()).await.len(), 1);
}

/// The notification is there as soon as the message is, with the contact's name.
pub async fn notifications_are_written_with_their_cause(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let mut change = incoming(1, SENDER);
    change.contact.as_mut().expect("a contact").name = Some("John Doe".to_owned());
    let recorded = record(&*store, &change).await;
    let told = claim(&*store, 10, 1).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].attempt, 1);
    let notification = &told[0].notification;
    assert_eq!(notification.company_id, company());
    assert_eq!(notification.topic, Topic::SmsReceived);
    assert_eq!(notification.title, "New SMS from John Doe");
    assert_eq!(notification.message, "message 1");
    assert_eq!(
        notification.contact_id,
        recorded.contact.map(|contact| contact.id)
    );
    assert_eq!(
        notification.sms_id.map(InteractionId::Message),
        Some(recorded.id)
    );
    assert_eq!(
        (notification.call_id, notification.created_at),
        (None, at(1))
    );
    assert_eq!(notification.seq, 1);
    let since = store
        .notifications_since(company(), 0, 10)
        .await
        .expect("notifications are read");
    assert_eq!(since, std::slice::from_ref(notification));
}

/// What took no effect is not told of.
pub async fn late_and_repeated_reports_notify_nobody(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    for text in ["sent", "delivered", "delivered", "sent", "queued"] {
        record(&*store, &status(1, text)).await;
    }
    let told = claim(&*store, 10, 100).await;
    let messages: Vec<_> = told
        .iter()
        .map(|it| it.notification.message.as_str())
        .collect();
    assert_eq!(messages, ["sent", "delivered"]);
}

/// A webhook nobody owns concerns nobody.
pub async fn nobody_is_notified_of_unowned_webhooks(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    record(&*store, &incoming_at(ACCOUNT, UNOWNED, 1, SENDER)).await;
    assert!(claim(&*store, 10, 100).await.is_empty());
}

/// While the lease lasts, a second claim gets nothing.
pub async fn a_claimed_notification_is_nobody_elses(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    record(&*store, &incoming(1, SENDER)).await;
    assert_eq!(claim(&*store, 10, 100).await.len(), 1);
    assert!(claim(&*store, 10, 100).await.is_empty());
    assert!(claim(&*store, 10, 129).await.is_empty());
}

/// Eight dispatchers at once: each notification goes to one of them.
pub async fn many_claims_at_once_share_the_work(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    record_at_once(
        &store,
        (1..=60).map(|number| incoming(number, SENDER)).collect(),
    )
    .await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut claimed = Vec::new();
                for _ in 0..4 {
                    claimed.extend(claim(&*store, 10, 1000).await);
                }
                claimed
            })
        })
        .collect();
    let mut claimed = Vec::new();
    for task in tasks {
        claimed.extend(task.await.expect("a claiming task ends"));
    }
    // Claims that collide may come back with less; what they left is there for the next one.
    loop {
        let rest = claim(&*store, 10, 1000).await;
        if rest.is_empty() {
            break;
        }
        claimed.extend(rest);
    }
    let ids: HashSet<_> = claimed.iter().map(|it| it.notification.id).collect();
    assert_eq!((claimed.len(), ids.len()), (60, 60));
}

/// First come, first told, and not more at a time than asked for.
pub async fn claims_come_oldest_first_and_honour_the_limit(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    for number in [3, 1, 2] {
        record(&*store, &incoming(number, SENDER)).await;
    }
    let told = |claimed: Vec<crate::store::Claimed>| {
        claimed
            .into_iter()
            .map(|it| it.notification.message)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        told(claim(&*store, 2, 100).await),
        ["message 1", "message 2"]
    );
    assert_eq!(told(claim(&*store, 2, 100).await), ["message 3"]);
    assert!(claim(&*store, 0, 1000).await.is_empty());
}

/// After the lease another attempt begins; the end of the old one changes nothing.
pub async fn an_expired_lease_is_claimed_again(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    record(&*store, &incoming(1, SENDER)).await;
    let first = claim(&*store, 10, 100).await.remove(0);
    let second = claim(&*store, 10, 130).await.remove(0);
    assert_eq!((first.attempt, second.attempt), (1, 2));
    assert_eq!(first.notification, second.notification);
    let id = first.notification.id;
    store
        .settle(id, first.attempt, Settlement::Delivered)
        .await
        .expect("settled");
    let third = claim(&*store, 10, 160).await;
    assert_eq!(
        third.len(),
        1,
        "the late end of the first attempt ended the second"
    );
    store
        .settle(id, 3, Settlement::Delivered)
        .await
        .expect("settled");
    assert!(claim(&*store, 10, 1000).await.is_empty());
}

/// Not before the time, and then with the next attempt.
pub async fn retries_wait_for_their_time(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    record(&*store, &incoming(1, SENDER)).await;
    let first = claim(&*store, 10, 100).await.remove(0);
    let retry = Settlement::RetryAt(at(200));
    store
        .settle(first.notification.id, 1, retry)
        .await
        .expect("settled");
    assert!(claim(&*store, 10, 199).await.is_empty());
    let second = claim(&*store, 10, 200).await.remove(0);
    assert_eq!(second.attempt, 2);
}

/// Delivered or abandoned is for good, also if the same attempt is settled again.
pub async fn settled_notifications_are_never_claimed_again(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    record(&*store, &incoming(1, SENDER)).await;
    record(&*store, &incoming(2, SENDER)).await;
    let claimed = claim(&*store, 10, 100).await;
    let ends = [Settlement::Delivered, Settlement::Abandoned];
    for (claimed, end) in claimed.iter().zip(ends) {
        let id = claimed.notification.id;
        store.settle(id, 1, end).await.expect("settled");
        store
            .settle(id, 1, Settlement::RetryAt(at(0)))
            .await
            .expect("settled");
    }
    assert!(claim(&*store, 10, 100_000).await.is_empty());
    let kept = store
        .notifications_since(company(), 0, 10)
        .await
        .expect("notifications are read");
    assert_eq!(kept.len(), 2);
}

/// 1, 2, 3 … in each company, kept through retries, whoever claims.
pub async fn notifications_are_numbered_without_gaps(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let ours = (1..=30).map(|number| incoming(number, SENDER));
    let theirs = (31..=40).map(|number| incoming_at(OTHER_ACCOUNT, OTHER_LINE, number, SENDER));
    record_at_once(&store, ours.chain(theirs).collect()).await;
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { claim(&*store, 7, 1000).await })
        })
        .collect();
    for task in tasks {
        for claimed in task.await.expect("a claiming task ends") {
            let retry = Settlement::RetryAt(at(1000));
            store
                .settle(claimed.notification.id, 1, retry)
                .await
                .expect("settled");
        }
    }
    while !claim(&*store, 7, 1000).await.is_empty() {}
    for (company, count) in [(company(), 30), (other_company(), 10)] {
        let all = store
            .notifications_since(company, 0, 100)
            .await
            .expect("notifications are read");
        let numbers: Vec<_> = all.iter().map(|it| it.seq).collect();
        assert_eq!(numbers, (1..=count).collect::<Vec<_>>());
        let some = store
            .notifications_since(company, 3, 4)
            .await
            .expect("notifications are read");
        assert_eq!(some, all[3..7]);
    }
}

/// Every entry once, newest first, whatever the size of the page.
pub async fn lists_come_newest_first_in_pages(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    for number in 1..=7 {
        record(&*store, &incoming(number, &format!("+1202555010{number}"))).await;
        record(&*store, &call(number, "ringing")).await;
    }
    let mut page = PageRequest::newest(3);
    let mut bodies = Vec::new();
    let mut sizes = Vec::new();
    // No more pages than there are entries, or a list without an end would never end here.
    for _ in 0..7 {
        let found = store
            .messages(company(), page)
            .await
            .expect("messages are listed");
        sizes.push(found.items.len());
        bodies.extend(found.items.into_iter().filter_map(|message| message.body));
        let Some(next) = found.next else { break };
        page.before = Some(next);
    }
    assert_eq!(sizes, [3, 3, 1]);
    assert_eq!(
        bodies,
        (1..=7)
            .rev()
            .map(|number| format!("message {number}"))
            .collect::<Vec<_>>()
    );

    let calls = store
        .calls(company(), PageRequest::newest(7))
        .await
        .expect("calls are listed");
    assert_eq!((calls.items.len(), calls.next), (7, None));
    let times: Vec<_> = calls
        .items
        .iter()
        .rev()
        .map(|call| call.created_at)
        .collect();
    assert_sorted(&times);
    // Seven texters, and the caller of all seven calls.
    assert_eq!(contacts(&*store, company()).await.len(), 8);
}

/// Messages and calls of one contact, newest first, without other contacts'.
pub async fn timelines_mix_messages_and_calls(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let contact = record(&*store, &incoming(1, SENDER))
        .await
        .contact
        .expect("a contact")
        .id;
    record(&*store, &call(2, "ringing")).await;
    record(&*store, &incoming(3, SENDER)).await;
    record(&*store, &incoming(4, "+12025550100")).await;
    let first = store
        .timeline(company(), contact, PageRequest::newest(2))
        .await
        .expect("a timeline");
    assert!(matches!(
        &first.items[..],
        [TimelineEntry::Message(_), TimelineEntry::Call(_)]
    ));
    let rest = PageRequest {
        limit: 2,
        before: first.next,
    };
    let rest = store
        .timeline(company(), contact, rest)
        .await
        .expect("a timeline");
    assert!(matches!(&rest.items[..], [TimelineEntry::Message(_)]));
    assert_eq!(rest.next, None);
}

/// Every read of another company's rows finds nothing.
pub async fn other_companies_see_nothing(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let theirs = other_company();
    let message = record(&*store, &incoming(1, SENDER)).await;
    let call = record(&*store, &call(1, "in-progress")).await;
    record(&*store, &recording(1)).await;
    claim(&*store, 10, 100).await;
    let (InteractionId::Message(message_id), InteractionId::Call(call_id)) = (message.id, call.id)
    else {
        panic!("ids of a message and a call")
    };
    let contact_id = message.contact.expect("a contact").id;
    let newest = PageRequest::newest(10);
    assert_eq!(
        store.contact(theirs, contact_id).await.expect("a read"),
        None
    );
    assert_eq!(
        store.message(theirs, message_id).await.expect("a read"),
        None
    );
    assert_eq!(store.call(theirs, call_id).await.expect("a read"), None);
    assert!(
        store
            .recordings(theirs, call_id)
            .await
            .expect("a read")
            .is_empty()
    );
    assert!(
        store
            .timeline(theirs, contact_id, newest)
            .await
            .expect("a read")
            .items
            .is_empty()
    );
    assert!(
        store
            .contacts(theirs, newest)
            .await
            .expect("a read")
            .items
            .is_empty()
    );
    assert!(
        store
            .messages(theirs, newest)
            .await
            .expect("a read")
            .items
            .is_empty()
    );
    assert!(
        store
            .calls(theirs, newest)
            .await
            .expect("a read")
            .items
            .is_empty()
    );
    assert!(
        store
            .notifications_since(theirs, 0, 10)
            .await
            .expect("a read")
            .is_empty()
    );
    assert!(
        store
            .contact(company(), contact_id)
            .await
            .expect("a read")
            .is_some()
    );
}

/// A row that has a company stays with it: a report that names no line, or a line that is somebody
/// else's by now, changes the row and goes to the company that has it.
pub async fn a_row_stays_where_it_is(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let first = record(&*store, &status(1, "queued")).await;
    let given_away = Line::new(LineId::at(at(0)), ACCOUNT, LINE, other_company());
    store.put_line(&given_away).await.expect("a line is put");
    let later = record(&*store, &status(1, "sent")).await;
    assert_eq!(later.company_id, Some(company()));
    assert_eq!((later.id, &later.contact), (first.id, &first.contact));
    store
        .remove_line(other_company(), given_away.id)
        .await
        .expect("a line is removed");
    let last = record(&*store, &status(1, "delivered")).await;
    assert_eq!(last.company_id, Some(company()));
    assert_eq!(message_of(&*store, &last).await.user_id, Some(user()));

    assert!(contacts(&*store, other_company()).await.is_empty());
    let told = claim(&*store, 10, 100).await;
    let companies: Vec<_> = told.iter().map(|it| it.notification.company_id).collect();
    assert_eq!(companies, [company(); 3]);
    let unrouted = store
        .unrouted(PageRequest::newest(10))
        .await
        .expect("unrouted are listed");
    assert!(unrouted.items.is_empty());
}

/// A call that is reported on without its parties is the company's, contact included.
pub async fn a_report_without_parties_belongs_to_its_row(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let first = record(&*store, &call(1, "ringing")).await;
    let bare = CallChange::new(call_sid(1), Direction::Inbound, CallStatus::Completed);
    let bare = record(&*store, &report(ACCOUNT, Interaction::Call(bare), 2)).await;
    assert_eq!(
        (bare.outcome, bare.company_id, &bare.contact),
        (Outcome::Updated, Some(company()), &first.contact)
    );
    let unrouted = store
        .unrouted(PageRequest::newest(10))
        .await
        .expect("unrouted are listed");
    assert!(unrouted.items.is_empty());
}

/// Neither a leg nor a recording that came early finds a call of another account.
pub async fn calls_of_other_accounts_are_nobodys_parent(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    record(&*store, &call(1, "in-progress")).await;
    let mut leg = CallChange::new(call_sid(2), Direction::Outbound, CallStatus::Ringing)
        .with_parties(SENDER, UNOWNED);
    leg.parent_call_sid = Some(call_sid(1).into());
    let leg = record(&*store, &report(OTHER_ACCOUNT, Interaction::Call(leg), 2)).await;
    assert_eq!(leg.company_id, None);

    let mut forged = recording(3);
    forged.account_sid = OTHER_ACCOUNT.into();
    record(&*store, &forged).await;
    let ours = record(&*store, &call(3, "in-progress")).await;
    assert_eq!(call_of(&*store, &ours).await.recording_url, None);
    let told = claim(&*store, 10, 100).await;
    assert!(
        told.iter()
            .all(|it| it.notification.topic == Topic::CallReceived)
    );
}

/// Identifiers are any text: account and SID are two parts, not one.
pub async fn keys_do_not_run_together(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let sids = [
        ("AC1", "2"),
        ("AC12", ""),
        ("AC", "12"),
        ("AC1\",\"2", "x"),
        ("AC1", "\",\"2x"),
    ];
    for (account, sid) in sids {
        let message = MessageChange::new(sid, Direction::Inbound).with_body("Hello");
        let recorded = record(&*store, &report(account, Interaction::Message(message), 1)).await;
        assert_eq!(recorded.outcome, Outcome::Created, "{account} {sid}");
        let history = store.history(&account.into(), sid).await;
        assert_eq!(
            history.expect("history is read").len(),
            1,
            "{account} {sid}"
        );
    }
}

/// Two accounts with the same SID and status have a history and a notification each, and so have two
/// topics of one status.
pub async fn history_and_notifications_are_kept_by_account(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    record(&*store, &incoming(1, SENDER)).await;
    record(&*store, &incoming_at(OTHER_ACCOUNT, OTHER_LINE, 1, SENDER)).await;
    for (account, company) in [(ACCOUNT, company()), (OTHER_ACCOUNT, other_company())] {
        let history = store.history(&account.into(), &message_sid(1)).await;
        let history = history.expect("history is read");
        assert_eq!(history.len(), 1);
        assert_eq!(history[0].company_id, Some(company));
    }
    assert_eq!(claim(&*store, 10, 100).await.len(), 2);

    record(&*store, &call(1, "completed")).await;
    let mut more = call(1, "completed");
    let Interaction::Call(report) = &mut more.interaction else {
        unreachable!()
    };
    report.duration = Some(5);
    more.notification.as_mut().expect("a draft").topic = Topic::CallStatusUpdate;
    assert_eq!(record(&*store, &more).await.outcome, Outcome::Updated);
    assert_eq!(claim(&*store, 10, 100).await.len(), 2);
}

/// What a first report lacks, a later one adds; what it has, stays.
pub async fn every_field_is_filled_in_once(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let a_call = |text, number: Option<u32>, parent: Option<u32>| {
        let mut change = call(1, text);
        let Interaction::Call(call) = &mut change.interaction else {
            unreachable!()
        };
        call.duration = number;
        call.error_code = number;
        call.recording_url = number.map(|number| number.to_string());
        call.parent_call_sid = parent.map(|number| call_sid(number).into());
        change
    };
    record(&*store, &a_call("ringing", None, None)).await;
    record(&*store, &a_call("completed", Some(1), Some(9))).await;
    let recorded = record(&*store, &a_call("completed", Some(2), Some(8))).await;
    assert_eq!(recorded.outcome, Outcome::Unchanged);
    let stored = call_of(&*store, &recorded).await;
    assert_eq!((stored.duration, stored.error_code), (Some(1), Some(1)));
    assert_eq!(stored.recording_url.as_deref(), Some("1"));
    assert_eq!(stored.parent_call_sid, Some(call_sid(9).into()));
    // It is a leg now, and legs are not in the lists.
    let contact = recorded.contact.expect("a contact").id;
    let calls = store.calls(company(), PageRequest::newest(10)).await;
    assert!(calls.expect("calls are listed").items.is_empty());
    let timeline = store
        .timeline(company(), contact, PageRequest::newest(10))
        .await;
    assert!(timeline.expect("a timeline").items.is_empty());

    let call = record(&*store, &call(2, "in-progress")).await;
    let a_recording = |text: &str, number: Option<u32>| {
        let mut change = recording(2);
        let Interaction::Recording(recording) = &mut change.interaction else {
            unreachable!()
        };
        recording.status = text.into();
        recording.url = number.map(|number| number.to_string());
        recording.duration = number;
        recording.channels = number;
        recording.source = number.map(|number| number.to_string());
        recording.started_at = number.map(|number| at(number.into()));
        recording.error_code = number;
        change
    };
    record(&*store, &a_recording("completed", None)).await;
    record(&*store, &a_recording("in-progress", Some(1))).await;
    let again = record(&*store, &a_recording("stopped", Some(2))).await;
    assert_eq!(again.outcome, Outcome::Unchanged);
    let id = call_of(&*store, &call).await.id;
    let recordings = store.recordings(company(), id).await;
    let stored = recordings.expect("recordings are listed").remove(0);
    assert_eq!(stored.status.as_str(), "completed");
    assert_eq!(
        (stored.url.as_deref(), stored.source.as_deref()),
        (Some("1"), Some("1"))
    );
    assert_eq!(
        (stored.duration, stored.channels, stored.error_code),
        (Some(1), Some(1), Some(1))
    );
    assert_eq!(stored.started_at, Some(at(1)));
}

/// The largest limits and the longest lease are ordinary requests.
pub async fn limits_and_leases_of_any_size(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    record(&*store, &incoming(1, SENDER)).await;
    let page = store
        .messages(company(), PageRequest::newest(u32::MAX))
        .await
        .expect("messages are listed");
    assert_eq!((page.items.len(), page.next), (1, None));
    let claimed = store
        .claim(crate::store::Claim {
            limit: u32::MAX,
            now: at(100),
            lease: std::time::Duration::MAX,
        })
        .await
        .expect("notifications are claimed");
    assert_eq!(claimed.len(), 1);
    assert!(claim(&*store, 10, 1_000_000).await.is_empty());
}

/// Every list goes on where the page before ended.
pub async fn every_list_has_pages(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    for number in 1..=3 {
        record(&*store, &incoming_at(ACCOUNT, UNOWNED, number, SENDER)).await;
        let mut change = call(number, "ringing");
        let Interaction::Call(call) = &mut change.interaction else {
            unreachable!()
        };
        call.from = format!("+1202555010{number}").as_str().into();
        change.contact = crate::store::ContactDetails::from_address(&call.from);
        record(&*store, &change).await;
    }
    macro_rules! times {
        ($list:ident($($company:expr)?), $time:ident) => {{
            let mut page = PageRequest::newest(2);
            let mut times = Vec::new();
            // Two pages of three entries; no more, or a list without an end would never end here.
            for _ in 0..3 {
                let found = store.$list($($company,)? page).await.expect("a page");
                times.extend(found.items.iter().map(|item| item.$time));
                let Some(next) = found.next else { break };
                page.before = Some(next);
            }
            times
        }};
    }
    let newest_first = [at(3), at(2), at(1)];
    assert_eq!(times!(calls(company()), created_at), newest_first);
    assert_eq!(times!(contacts(company()), created_at), newest_first);
    assert_eq!(times!(unrouted(), received_at), newest_first);
}

/// Of several recordings the one that was finished last counts, whether the call came before or after
/// them; a late report of another changes nothing.
pub async fn the_latest_finished_recording_counts(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let nth = |number: u32, text: &str| {
        let mut change = recording(1);
        let Interaction::Recording(recording) = &mut change.interaction else {
            unreachable!()
        };
        recording.recording_sid = format!("RE{number:032x}").into();
        recording.status = text.into();
        recording.url = Some(number.to_string());
        recording.source = (text != "completed").then(|| "DialVerb".to_owned());
        change.received_at = at(number.into());
        change
    };
    record(&*store, &nth(1, "completed")).await;
    record(&*store, &nth(2, "completed")).await;
    let call = record(&*store, &call(1, "in-progress")).await;
    assert_eq!(
        call_of(&*store, &call).await.recording_url.as_deref(),
        Some("2")
    );
    record(&*store, &nth(3, "in-progress")).await;
    assert_eq!(
        call_of(&*store, &call).await.recording_url.as_deref(),
        Some("2")
    );
    record(&*store, &nth(3, "completed")).await;
    record(&*store, &nth(1, "in-progress")).await;
    assert_eq!(
        call_of(&*store, &call).await.recording_url.as_deref(),
        Some("3")
    );
}
