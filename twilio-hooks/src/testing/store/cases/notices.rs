//! Clause 11: what the application itself tells.

use super::*;

fn notice(key: &str) -> Notice {
    Notice::new(company(), Topic::MissedCall, key, "Missed call", at(50))
}

async fn put(store: &dyn TestedStore, notice: &Notice) -> bool {
    let put = store.put_notice(notice).await.expect("a notice is put");
    put.is_some()
}

/// Numbered with all others, claimed, read and settled.
pub async fn a_notice_is_told_like_any_other(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let message = record(&*store, &incoming(1, SENDER)).await;
    let call = record(&*store, &call(2, "ringing")).await;
    let (InteractionId::Message(sms_id), InteractionId::Call(call_id)) = (message.id, call.id)
    else {
        panic!("ids of a message and a call")
    };
    let contact_id = call.contact.map(|contact| contact.id);
    let notice = notice("CA2")
        .with_message("It rang for 30 seconds; '{contact}'")
        .with_contact(contact_id)
        .with_sms(sms_id)
        .with_call(call_id);
    let put = store.put_notice(&notice).await.expect("a notice is put");
    assert!(
        claim(&*store, 10, 49)
            .await
            .iter()
            .all(|it| Some(it.notification.id) != put)
    );

    let told = claim(&*store, 10, 50).await;
    assert_eq!(told.len(), 1);
    let told = &told[0].notification;
    assert_eq!(
        (Some(told.id), told.company_id, told.seq),
        (put, company(), 3)
    );
    assert_eq!(
        (&told.topic, &told.title, &told.message),
        (&notice.topic, &notice.title, &notice.message)
    );
    assert_eq!(
        (told.contact_id, told.sms_id, told.call_id),
        (contact_id, Some(sms_id), Some(call_id))
    );
    assert_eq!(told.created_at, at(50));
    let since = store
        .notifications_since(company(), 2, 10)
        .await
        .expect("notifications are read");
    assert_eq!(since, std::slice::from_ref(told));
    store
        .settle(told.id, 1, Settlement::Delivered)
        .await
        .expect("settled");
    assert!(
        claim(&*store, 10, 1000)
            .await
            .iter()
            .all(|it| it.notification.id != told.id)
    );
}

/// Once for company, topic and key; any of them makes another one.
pub async fn a_notice_is_told_once(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    assert!(put(&*store, &notice("1")).await);
    let mut again = notice("1").with_message("other words");
    again.created_at = at(60);
    assert!(!put(&*store, &again).await);
    assert!(put(&*store, &notice("2")).await);
    assert!(put(&*store, &notice("")).await);
    let mut other = notice("1");
    other.topic = Topic::VoicemailReceived;
    assert!(put(&*store, &other).await);
    other.topic = Topic::from("of_our_own");
    assert!(put(&*store, &other).await);
    assert!(!put(&*store, &other).await);
    let mut theirs = notice("1");
    theirs.company_id = other_company();
    assert!(put(&*store, &theirs).await);

    let told = claim(&*store, 10, 100).await;
    assert_eq!(told.len(), 6);
    assert!(told.iter().all(|it| it.notification.message.is_empty()));
    let ours = store
        .notifications_since(company(), 0, 10)
        .await
        .expect("notifications are read");
    assert_eq!(
        ours.iter().map(|it| it.seq).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5]
    );
    // Also after it was delivered.
    for claimed in &told {
        let id = claimed.notification.id;
        let settled = store.settle(id, 1, Settlement::Delivered).await;
        settled.expect("settled");
    }
    assert!(!put(&*store, &notice("1")).await);
    assert!(claim(&*store, 10, 1000).await.is_empty());
}

/// Twenty times at the same moment.
pub async fn a_notice_many_times_at_once_is_told_once(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { put(&*store, &notice("1")).await })
        })
        .collect();
    let mut written = 0;
    for task in tasks {
        written += usize::from(task.await.expect("a putting task ends"));
    }
    assert_eq!(written, 1);
    assert_eq!(claim(&*store, 100, 100).await.len(), 1);
}

/// A webhook that looks like the key of a notice is told of all the same, and the other way round.
pub async fn notices_and_webhooks_do_not_collide(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let company_text = company().to_string();
    for account in [ACCOUNT, "", "notice"] {
        let odd = Line::new(LineId::at(at(0)), account, UNOWNED, company());
        store.put_line(&odd).await.expect("a line is put");
        for (number, sid) in (1..).zip([company_text.as_str(), "key", "", "notice"]) {
            for status in ["key", "", "missed_call"] {
                let message = MessageChange::new(sid, Direction::Outbound)
                    .with_status(MessageStatus::from(status))
                    .with_parties(UNOWNED, format!("+1202555010{number}"));
                let draft = NotificationDraft::new(Topic::MissedCall, "webhook", "webhook");
                let change = report(account, Interaction::Message(message), 1);
                record(&*store, &change.with_notification(draft)).await;
            }
        }
    }
    let by_webhooks = claim(&*store, 100, 100).await.len();
    for key in ["key", "", "missed_call", &company_text] {
        assert!(put(&*store, &notice(key)).await, "{key}");
    }
    assert_eq!(claim(&*store, 100, 100).await.len(), 4);

    // The same after the notices.
    for (number, key) in (1..).zip(["key", "", "missed_call"]) {
        let mut change = incoming(100 + number, SENDER);
        let Interaction::Message(message) = &mut change.interaction else {
            unreachable!()
        };
        message.status = MessageStatus::from(key);
        change.notification.as_mut().expect("a draft").topic = Topic::MissedCall;
        record(&*store, &change).await;
    }
    // Before the leases run out.
    assert_eq!(claim(&*store, 100, 110).await.len(), 3);
    let all = store
        .notifications_since(company(), 0, 1000)
        .await
        .expect("notifications are read");
    assert_eq!(all.len(), by_webhooks + 7);
}

/// Another company's rows, and rows that are not there, are refused by name, and nothing is written.
pub async fn a_notice_is_about_its_company_only(store: Arc<impl TestedStore>) {
    with_lines(&*store).await;
    let message = record(&*store, &incoming(1, SENDER)).await;
    let call = record(&*store, &call(1, "ringing")).await;
    let contact = message.contact.as_ref().expect("a contact").id;
    claim(&*store, 10, 10).await;
    let (InteractionId::Message(message), InteractionId::Call(call)) = (message.id, call.id) else {
        panic!("ids of a message and a call")
    };
    let theirs = |key: &str| Notice {
        company_id: other_company(),
        ..notice(key)
    };
    let nobody = CompanyId::at(at(0));
    let refused = [
        (theirs("1").with_contact(contact), "contact"),
        (theirs("1").with_sms(message), "message"),
        (theirs("1").with_call(call), "call"),
        (
            Notice {
                company_id: nobody,
                ..notice("1")
            }
            .with_call(call),
            "call",
        ),
        (notice("1").with_contact(ContactId::at(at(1))), "contact"),
        (notice("1").with_sms(MessageId::at(at(1))), "message"),
        (notice("1").with_call(CallId::at(at(1))), "call"),
    ];
    for (notice, what) in refused {
        match store.put_notice(&notice).await {
            Err(StoreError::NotFound { what: missing }) => assert_eq!(missing, what),
            other => panic!("{what}: {other:?}"),
        }
    }
    let told = claim(&*store, 10, 100).await;
    assert!(
        told.iter()
            .all(|it| it.notification.topic != Topic::MissedCall)
    );
    // What was refused was not put.
    assert!(put(&*store, &notice("1").with_call(call)).await);
    assert!(put(&*store, &theirs("1")).await);

    // What nobody owns is nobody's to tell of.
    let unowned = record(&*store, &incoming_at(ACCOUNT, UNOWNED, 9, SENDER)).await;
    let InteractionId::Message(unowned) = unowned.id else {
        panic!("the id of a message")
    };
    let put = store.put_notice(&notice("2").with_sms(unowned)).await;
    assert!(matches!(put, Err(StoreError::NotFound { what: "message" })));
}
