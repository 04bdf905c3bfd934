//! Clause 2: who is on the other side.

use super::*;

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
