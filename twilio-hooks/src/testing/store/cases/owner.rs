//! Clauses 1 and 3: whose something is, and that keys hold.

use super::*;

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
