//! Clauses 7 and 10: what is told, and to whom.

use super::*;

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
