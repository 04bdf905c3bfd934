//! Clauses 1 and 8: what belongs to a call.

use super::*;

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

/// A recording whose first report does not name its call is told of once a later one does.
pub async fn a_recording_may_name_its_call_later(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let call = record(&*store, &call(1, "in-progress")).await;
    claim(&*store, 10, 100).await;
    let mut nameless = recording(1);
    let Interaction::Recording(report) = &mut nameless.interaction else {
        unreachable!()
    };
    report.call_sid = None;
    let early = record(&*store, &nameless).await;
    assert_eq!((early.outcome, early.company_id), (Outcome::Created, None));
    assert!(claim(&*store, 10, 100).await.is_empty());

    let mut named = recording(1);
    named.notification = None;
    let later = record(&*store, &named).await;
    assert_eq!(
        (later.outcome, later.company_id),
        (Outcome::Updated, Some(company()))
    );
    let told = claim(&*store, 10, 100).await;
    assert_eq!(told.len(), 1);
    let stored = call_of(&*store, &call).await;
    assert_eq!(told[0].notification.call_id, Some(stored.id));
    assert!(stored.recording_url.is_some());
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
