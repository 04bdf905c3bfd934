//! The lists of calls that pages show: narrowed down, and with their recordings.

use std::time::Duration;

use crm::calls::{self, CallFilter};
use jiff::Timestamp;
use serde_json::json;
use twilio_hooks::{LineId, UserId, store::PageRequest};
use uuid::Uuid;

use crate::{
    calls::leaves_a_message,
    support::{ALPHA, BETA, Crm, on_both_databases},
};

/// The calls of a company that are like this, by their SIDs.
async fn list(crm: &Crm, company: &str, filter: CallFilter) -> Vec<String> {
    let company = crm.company(company).await;
    let page = PageRequest::newest(10);
    let page = calls::calls(&crm.state.database.db, company, filter, page).await;
    let items = page.unwrap().items;
    items
        .iter()
        .map(|it| it.call.call_sid.to_string())
        .collect()
}

/// When a call began, as its id says; 0 is the newest.
async fn began(crm: &Crm, index: usize) -> Timestamp {
    let calls = crm.get(ALPHA, "/api/calls").await.items();
    let id: Uuid = calls[index]["id"].as_str().unwrap().parse().unwrap();
    let milliseconds = i64::try_from(id.as_u128() >> 80).unwrap();
    Timestamp::from_millisecond(milliseconds).unwrap()
}

async fn line(crm: &Crm, token: &str) -> LineId {
    let lines = crm.get(token, "/api/lines").await.items();
    lines[0]["id"].as_str().unwrap().parse().unwrap()
}

on_both_databases! {
    async fn calls_are_narrowed_by_line_person_length_and_time(crm: Crm) {
        let ana = crm.ana(&json!({"mode": "office"})).await;
        let mut talked = crm.caller().call().await.unwrap();
        talked.somebody_answers().await.unwrap();
        talked.talks_for(Duration::from_secs(90)).await.unwrap();
        talked.they_hang_up().await.unwrap();
        talked.is_over().await.unwrap();
        let mut missed = crm.caller().call().await.unwrap();
        missed.is_busy().await.unwrap();
        missed.hangs_up().await.unwrap();
        crm.work().await;

        let (talked, missed) = (talked.sid().to_string(), missed.sid().to_string());
        let between = began(&crm, 0).await;
        assert!(began(&crm, 1).await < between);
        let (both, none) = (vec![missed.clone(), talked.clone()], Vec::<String>::new());
        let all = CallFilter::default();
        let ours = Some(line(&crm, ALPHA).await);
        let theirs = Some(line(&crm, BETA).await);
        for (filter, expected) in [
            (all, &both),
            (CallFilter { line: ours, ..all }, &both),
            (CallFilter { line: theirs, ..all }, &none),
            (CallFilter { handled_by: Some(ana), ..all }, &vec![talked.clone()]),
            (CallFilter { handled_by: Some(UserId::at(between)), ..all }, &none),
            (CallFilter { min_seconds: 60, ..all }, &vec![talked.clone()]),
            (CallFilter { min_seconds: 600, ..all }, &none),
            (CallFilter { since: Some(between), ..all }, &vec![missed.clone()]),
            (CallFilter { until: Some(between), ..all }, &vec![talked.clone()]),
            (CallFilter { since: Some(between), until: Some(between), ..all }, &none),
            (CallFilter { missed: Some(true), since: Some(between), ..all }, &vec![missed]),
            (CallFilter { missed: Some(true), until: Some(between), ..all }, &none),
        ] {
            assert_eq!(&list(&crm, "Alpha", filter).await, expected, "{filter:?}");
            assert_eq!(list(&crm, "Beta", filter).await, none, "{filter:?}");
        }
    }

    async fn a_call_is_among_the_recorded_ones_once_and_as_long_as_something_is_there(crm: Crm) {
        crm.ana(&json!({"mode": "office"})).await;
        let mut plain = crm.caller().call().await.unwrap();
        plain.is_busy().await.unwrap();
        plain.hangs_up().await.unwrap();
        let mut message = crm.caller().call().await.unwrap();
        message.is_busy().await.unwrap();
        leaves_a_message(&mut message).await;
        let sid = message.sid();
        let second = [
            ("CallSid", sid.as_str()),
            ("RecordingSid", "REffffffffffffffffffffffffffffffff"),
            ("RecordingUrl", "https://api.twilio.com/not-to-be-called"),
            ("RecordingStatus", "completed"),
            ("RecordingDuration", "5"),
        ];
        assert_eq!(crm.twilio("voice/recording", &second).await.status / 100, 2);

        let recorded = CallFilter { recorded: true, ..CallFilter::default() };
        let recordings = crm.get(ALPHA, "/api/recordings").await.items();
        assert_eq!(recordings.len(), 2);
        for recording in recordings {
            assert_eq!(list(&crm, "Alpha", recorded).await, [sid.to_string()]);
            assert!(list(&crm, "Beta", recorded).await.is_empty());
            let path = format!("/api/recordings/{}", recording["id"].as_str().unwrap());
            crm.delete(ALPHA, &path).await;
        }
        assert!(list(&crm, "Alpha", recorded).await.is_empty());
    }
}
