//! The reads of a directory.

use super::*;

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

/// By account and SID, and in their own company only.
pub async fn messages_and_calls_are_found_by_their_sid(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let message = record(&*store, &incoming(1, SENDER)).await;
    let call = record(&*store, &call(1, "ringing")).await;
    record(&*store, &incoming_at(ACCOUNT, UNOWNED, 2, SENDER)).await;
    let (message_sid, call_sid) = (message_sid(1).into(), call_sid(1).into());
    for (company, account, is_found) in [
        (company(), ACCOUNT, true),
        (company(), OTHER_ACCOUNT, false),
        (other_company(), ACCOUNT, false),
    ] {
        let account = account.into();
        let found = store.message_by_sid(company, &account, &message_sid).await;
        let found = found
            .expect("a read")
            .map(|row| InteractionId::Message(row.id));
        assert_eq!(found, is_found.then_some(message.id));
        let found = store.call_by_sid(company, &account, &call_sid).await;
        let found = found
            .expect("a read")
            .map(|row| InteractionId::Call(row.id));
        assert_eq!(found, is_found.then_some(call.id));
    }
    let unowned = super::message_sid(2).into();
    let found = store
        .message_by_sid(company(), &ACCOUNT.into(), &unowned)
        .await;
    assert_eq!(found.expect("a read"), None);
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
