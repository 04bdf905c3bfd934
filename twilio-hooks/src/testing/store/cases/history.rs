//! Clause 5: the raw parameters.

use super::*;

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
