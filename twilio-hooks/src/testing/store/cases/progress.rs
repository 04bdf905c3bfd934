//! Clauses 4, 6 and 9: what reports make of a row, in whatever order they come.

use super::*;

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
