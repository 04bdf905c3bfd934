//! Clause 3: the ids that an application chooses.

use super::*;

/// Message `number` as the application records it after Twilio's answer.
fn sent(number: u32, id: MessageId) -> Change {
    let message = MessageChange::new(message_sid(number), Direction::Outbound)
        .with_id(id)
        .with_parties(LINE, SENDER)
        .with_body(format!("message {number}"));
    Change::new(ACCOUNT, Interaction::Message(message), at(number.into()))
}

/// A report of message `number` to a URL that has the id.
fn reported(number: u32, text: &str, id: MessageId) -> Change {
    let mut change = status(number, text);
    let Interaction::Message(message) = &mut change.interaction else {
        unreachable!()
    };
    message.id = Some(id);
    change
}

/// A report of call `number` to a URL that has the id.
fn called(number: u32, text: &str, id: CallId) -> Change {
    let mut change = call(number, text);
    let Interaction::Call(call) = &mut change.interaction else {
        unreachable!()
    };
    call.id = Some(id);
    change
}

/// The application's own change and Twilio's first report, in both orders.
pub async fn whoever_comes_first_stores_under_the_chosen_id(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let (first, second) = (MessageId::at(at(1)), MessageId::at(at(2)));
    for (id, changes) in [
        (first, [sent(1, first), reported(1, "delivered", first)]),
        (second, [reported(2, "delivered", second), sent(2, second)]),
    ] {
        let created = record(&*store, &changes[0]).await;
        assert_eq!(
            (created.outcome, created.id),
            (Outcome::Created, InteractionId::Message(id))
        );
        let updated = record(&*store, &changes[1]).await;
        assert_eq!(
            (updated.outcome, updated.id),
            (Outcome::Updated, InteractionId::Message(id))
        );
        for change in &changes {
            let again = record(&*store, change).await;
            assert_eq!(
                (again.outcome, again.id),
                (Outcome::Unchanged, InteractionId::Message(id))
            );
        }
        let stored = message_of(&*store, &updated).await;
        assert_eq!(stored.id, id);
        assert_eq!(stored.status, MessageStatus::Delivered);
        assert!(stored.body.is_some());
    }
    assert_eq!(messages(&*store, company()).await.len(), 2);
    let told = claim(&*store, 10, 100).await;
    let about: HashSet<_> = told.iter().map(|it| it.notification.sms_id).collect();
    assert_eq!(about, HashSet::from([Some(first), Some(second)]));

    let id = CallId::at(at(3));
    for (text, outcome) in [
        ("ringing", Outcome::Created),
        ("completed", Outcome::Updated),
        ("ringing", Outcome::Unchanged),
    ] {
        let recorded = record(&*store, &called(3, text, id)).await;
        assert_eq!(
            (recorded.outcome, recorded.id),
            (outcome, InteractionId::Call(id))
        );
    }
    let stored = store.call(company(), id).await.expect("a call is read");
    assert_eq!(stored.map(|call| call.status), Some(CallStatus::Completed));
}

/// Neither another choice nor none changes the id of what is there.
pub async fn what_is_stored_keeps_its_id(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let message = record(&*store, &status(1, "queued")).await;
    let call = record(&*store, &call(1, "ringing")).await;
    let later = record(&*store, &reported(1, "sent", MessageId::at(at(5)))).await;
    assert_eq!((later.outcome, later.id), (Outcome::Updated, message.id));
    let later = record(&*store, &called(1, "completed", CallId::at(at(5)))).await;
    assert_eq!((later.outcome, later.id), (Outcome::Updated, call.id));

    let id = MessageId::at(at(2));
    record(&*store, &sent(2, id)).await;
    let bare = record(&*store, &status(2, "sent")).await;
    assert_eq!(
        (bare.outcome, bare.id),
        (Outcome::Updated, InteractionId::Message(id))
    );
    assert_eq!(messages(&*store, company()).await.len(), 2);
}

/// Whoever has an id keeps it, row and all; what comes later under the same one is stored under an id
/// of the store's, also in another account.
pub async fn a_taken_id_is_left_alone(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let id = MessageId::at(at(1));
    let first = record(&*store, &sent(1, id)).await;
    let untouched = message_of(&*store, &first).await;

    let second = record(&*store, &sent(2, id)).await;
    assert_eq!(second.outcome, Outcome::Created);
    assert_ne!(second.id, first.id);
    assert_eq!(
        message_of(&*store, &second).await.body.as_deref(),
        Some("message 2")
    );
    let mut theirs = incoming_at(OTHER_ACCOUNT, OTHER_LINE, 3, SENDER);
    let Interaction::Message(message) = &mut theirs.interaction else {
        unreachable!()
    };
    message.id = Some(id);
    let theirs = record(&*store, &theirs).await;
    assert_eq!(
        (theirs.outcome, theirs.company_id),
        (Outcome::Created, Some(other_company()))
    );
    assert_ne!(theirs.id, first.id);
    assert_eq!(messages(&*store, other_company()).await.len(), 1);
    assert_eq!(message_of(&*store, &first).await, untouched);
    // The second one is found by its SID, whatever it asks for.
    let again = record(&*store, &reported(2, "delivered", id)).await;
    assert_eq!((again.outcome, again.id), (Outcome::Updated, second.id));
    assert_eq!(message_of(&*store, &first).await, untouched);

    let id = CallId::at(at(1));
    let first = record(&*store, &called(1, "ringing", id)).await;
    let second = record(&*store, &called(2, "ringing", id)).await;
    assert_eq!(second.outcome, Outcome::Created);
    assert_ne!(second.id, first.id);
    assert_eq!(
        call_of(&*store, &first).await.call_sid.as_str(),
        call_sid(1)
    );
    assert_eq!(
        call_of(&*store, &second).await.call_sid.as_str(),
        call_sid(2)
    );
}

/// The application and Twilio at the same moment, twenty times over.
pub async fn one_chosen_id_at_once_is_one_row(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let ids: Vec<_> = (1..=20).map(|number| MessageId::at(at(number))).collect();
    let changes = (1..)
        .zip(&ids)
        .flat_map(|(number, &id)| [sent(number, id), reported(number, "sent", id)])
        .collect();
    let recorded = record_at_once(&store, changes).await;
    let created = recorded
        .iter()
        .filter(|it| it.outcome == Outcome::Created)
        .count();
    assert_eq!(created, 20);
    let mut stored: Vec<_> = messages(&*store, company())
        .await
        .iter()
        .map(|message| message.id)
        .collect();
    stored.reverse();
    assert_eq!(stored, ids);

    let id = CallId::at(at(1));
    let recorded = record_at_once(
        &store,
        ["initiated", "ringing", "in-progress", "completed"]
            .map(|text| called(1, text, id))
            .to_vec(),
    )
    .await;
    assert!(recorded.iter().all(|it| it.id == InteractionId::Call(id)));
}

/// Ten messages and ten calls that choose the same id at once: all are stored, one of each under it.
pub async fn one_chosen_id_for_many_is_given_once(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let (message_id, call_id) = (MessageId::at(at(1)), CallId::at(at(1)));
    let changes = (1..=10)
        .flat_map(|number| [sent(number, message_id), called(number, "ringing", call_id)])
        .collect();
    let recorded = record_at_once(&store, changes).await;
    assert!(recorded.iter().all(|it| it.outcome == Outcome::Created));
    let ids: HashSet<_> = recorded.iter().map(|it| it.id).collect();
    assert_eq!(ids.len(), 20);
    assert!(ids.contains(&InteractionId::Message(message_id)));
    assert!(ids.contains(&InteractionId::Call(call_id)));
    assert_eq!(messages(&*store, company()).await.len(), 10);
}
