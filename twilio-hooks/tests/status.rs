//! Statuses against the catalogue's state machines, and the outcome of reports in any order.
#![allow(clippy::unwrap_used, reason = "this is a test, its helpers too")]

use std::{collections::HashSet, fmt::Debug, fs, sync::LazyLock};

use proptest::prelude::*;
use serde_json::Value;
use twilio_hooks::{
    CallStatus, ConferenceEvent, ConferenceStatus, MessageStatus, RecordingStatus,
    status::{Order, Progress, Sequence, Status},
};

static CATALOGUE: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/payloads/webhooks.json"
    );
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
});

fn texts(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap();
    list.iter().map(|text| text.as_str().unwrap()).collect()
}

fn machine(name: &str) -> &'static Value {
    &CATALOGUE["state_machines"][name]
}

fn values(kind: &str, parameter: &str) -> Vec<&'static str> {
    texts(&CATALOGUE["kinds"][kind]["params"][parameter]["values"])
}

/// The usual way goes up in rank, and exactly the catalogue's final states are final.
fn assert_follows<S>(machine: &'static Value, rest_only: &[&str], all: &[S])
where
    S: Status + Debug + From<&'static str> + ToString,
{
    for step in texts(&machine["usual"]).windows(2) {
        assert!(
            S::from(step[0]).rank() < S::from(step[1]).rank(),
            "{step:?}"
        );
    }
    let terminal = texts(&machine["terminal"]);
    for name in &terminal {
        assert!(S::from(name).is_terminal(), "{name}");
    }
    for status in all {
        let name = status.to_string();
        if status.is_terminal() && !rest_only.contains(&name.as_str()) {
            assert!(terminal.contains(&name.as_str()), "{name} is not final");
        }
    }
}

fn assert_ranked_alike<S>(machine: &'static Value)
where
    S: Status + Debug + From<&'static str>,
{
    let ranks = machine["rank"].as_object().unwrap();
    for (name, rank) in ranks {
        assert!(S::from(name).rank() > 0, "{name} is not known");
        for (other, other_rank) in ranks {
            if rank.as_i64() < other_rank.as_i64() {
                assert!(
                    S::from(name).rank() < S::from(other).rank(),
                    "{name} {other}"
                );
            }
            if rank == other_rank && S::from(name).is_terminal() {
                assert_eq!(
                    S::from(name).rank(),
                    S::from(other).rank(),
                    "{name} {other}"
                );
            }
        }
    }
}

#[test]
fn messages_go_the_catalogues_way() {
    assert_ranked_alike::<MessageStatus>(machine("message_outbound"));
    assert_follows(
        machine("message_outbound"),
        &["received"],
        MessageStatus::KNOWN,
    );
    assert_follows::<MessageStatus>(machine("message_inbound"), &[], &[]);
}

#[test]
fn calls_go_the_catalogues_way() {
    assert_ranked_alike::<CallStatus>(machine("call"));
    assert_follows(machine("call"), &[], CallStatus::KNOWN);
}

#[test]
fn recordings_go_the_catalogues_way() {
    let rest_only = texts(&machine("recording")["rest_only"]);
    assert_follows(machine("recording"), &rest_only, RecordingStatus::KNOWN);
    for name in rest_only {
        assert_ne!(RecordingStatus::from(name).rank(), 0, "{name}");
    }
}

#[test]
fn conferences_go_the_catalogues_way() {
    assert_follows(machine("conference"), &[], ConferenceStatus::KNOWN);
    let known: Vec<_> = ConferenceEvent::KNOWN
        .iter()
        .map(ConferenceEvent::as_str)
        .collect();
    assert_eq!(known, values("conference-status", "StatusCallbackEvent"));
}

#[test]
fn every_status_of_the_catalogue_is_known() {
    let enums = &CATALOGUE["enums"];
    for name in texts(&enums["message_status_rest"]) {
        assert_ne!(MessageStatus::from(name).rank(), 0, "{name}");
    }
    for list in [
        &enums["call_status_rest"],
        &enums["callback_only"]["call_status"],
    ] {
        for name in texts(list) {
            assert_ne!(CallStatus::from(name).rank(), 0, "{name}");
        }
    }
    for list in [
        &enums["recording_status_rest"],
        &enums["callback_only"]["recording_status"],
    ] {
        for name in texts(list) {
            assert_ne!(RecordingStatus::from(name).rank(), 0, "{name}");
        }
    }
    for name in texts(&enums["conference_status_rest"]) {
        assert_ne!(ConferenceStatus::from(name).rank(), 0, "{name}");
    }
}

/// A way through a state machine: some of its usual states, then one of the final ones.
fn story<S>(usual: &'static [&str], ends: &'static [&str]) -> BoxedStrategy<Vec<S>>
where
    S: Status + Debug + From<&'static str> + 'static,
{
    let length = 0..=usual.len();
    let middle = proptest::sample::subsequence(usual, length);
    let end = proptest::sample::select(ends);
    (middle, end)
        .prop_map(|(mut names, end)| {
            names.push(end);
            names.into_iter().map(S::from).collect()
        })
        .boxed()
}

fn messages() -> BoxedStrategy<Vec<MessageStatus>> {
    let usual = &["scheduled", "accepted", "queued", "sending", "sent"];
    let ends = &["sent", "delivered", "undelivered", "failed", "canceled"];
    let read = story(&["queued", "sending", "sent", "delivered"], &["read"]);
    prop_oneof![story(usual, ends), read].boxed()
}

fn calls() -> BoxedStrategy<Vec<CallStatus>> {
    story(
        &["queued", "initiated", "ringing", "in-progress"],
        &["completed", "busy", "failed", "no-answer", "canceled"],
    )
}

/// The reports of a story in any order, some of them twice.
fn shuffled<S>(story: BoxedStrategy<Vec<S>>) -> impl Strategy<Value = (S, Vec<(S, u32)>)>
where
    S: Status + Debug + 'static,
{
    story.prop_flat_map(|story| {
        let last = story.last().unwrap().clone();
        let reports: Vec<_> = story.into_iter().zip(0..).collect();
        let repeated = proptest::sample::subsequence(reports.clone(), 0..=reports.len());
        (Just(last), Just(reports), repeated).prop_flat_map(|(last, mut reports, repeated)| {
            reports.extend(repeated);
            (Just(last), Just(reports).prop_shuffle())
        })
    })
}

/// Takes the reports and sends each a second time: that never changes anything.
fn outcome<S: Status + Debug>(reports: &[(S, Option<u32>)]) -> Progress<S> {
    let mut progress = Progress::new();
    for (status, number) in reports {
        let order = progress.report(status.clone(), *number);
        let before = progress.clone();
        let again = progress.report(status.clone(), *number);
        assert_eq!(progress, before);
        if order == Order::Advanced {
            assert_eq!(again, Order::Repeated);
        } else {
            assert_eq!(again, order);
        }
    }
    progress
}

proptest! {
    #[test]
    fn messages_end_alike_in_any_order((last, reports) in shuffled(messages())) {
        let reports: Vec<_> = reports.into_iter().map(|(status, _)| (status, None)).collect();
        prop_assert_eq!(outcome(&reports).status().cloned(), Some(last.clone()));
    }

    #[test]
    fn calls_end_alike_in_any_order_with_numbers_and_without((last, reports) in shuffled(calls())) {
        let numbered: Vec<_> = reports.iter().map(|(status, number)| (status.clone(), Some(*number))).collect();
        prop_assert_eq!(outcome(&numbered).status().cloned(), Some(last.clone()));
        let plain: Vec<_> = reports.into_iter().map(|(status, _)| (status, None)).collect();
        prop_assert_eq!(outcome(&plain).status().cloned(), Some(last.clone()));
    }

    #[test]
    fn any_numbered_reports_end_alike_in_any_order(
        statuses in proptest::collection::vec(proptest::sample::select(CallStatus::KNOWN), 1..8),
        seed in any::<u64>(),
    ) {
        let mut reports: Vec<_> = statuses.into_iter().zip(0..).map(|(status, number)| (status, Some(number))).collect();
        let expected = outcome(&reports);
        let turns = seed as usize % reports.len();
        reports.rotate_left(turns);
        prop_assert_eq!(&outcome(&reports), &expected);
        reports.reverse();
        prop_assert_eq!(&outcome(&reports), &expected);
    }

    #[test]
    fn a_final_status_never_gives_way_to_a_lower_rank(
        end in proptest::sample::select(MessageStatus::KNOWN),
        next in proptest::sample::select(MessageStatus::KNOWN),
        numbers in any::<(Option<u32>, Option<u32>)>(),
    ) {
        let mut progress = Progress::resume(end.clone(), numbers.0);
        progress.report(next, numbers.1);
        if end.is_terminal() {
            prop_assert!(progress.status().unwrap().rank() >= end.rank());
        }
    }

    #[test]
    fn a_sequence_knows_what_has_come(first in 0_u32..2, numbers in proptest::collection::vec(0_u32..40, 0..60)) {
        let mut sequence = Sequence::starting_at(first);
        let mut seen = HashSet::new();
        for number in numbers {
            let highest = seen.iter().max().copied();
            let expected = if seen.contains(&number) {
                Order::Repeated
            } else if highest.is_none_or(|highest| number > highest) {
                Order::Advanced
            } else {
                Order::Late
            };
            prop_assert_eq!(sequence.report(number), expected);
            seen.insert(number);
            prop_assert_eq!(sequence.last(), seen.iter().max().copied());
        }
        let missing: Vec<u32> = sequence.missing().flatten().collect();
        let highest = seen.iter().max().copied().unwrap_or(0);
        let expected: Vec<u32> = (first..highest).filter(|number| !seen.contains(number)).collect();
        prop_assert_eq!(sequence.is_complete(), expected.is_empty());
        prop_assert_eq!(missing, expected);
    }
}

#[test]
fn the_ends_of_the_number_range_are_numbers_like_others() {
    let mut sequence = Sequence::starting_at(0);
    assert_eq!(sequence.report(u32::MAX), Order::Advanced);
    assert_eq!(sequence.report(u32::MAX - 1), Order::Late);
    assert_eq!(sequence.report(0), Order::Late);
    assert_eq!(sequence.report(u32::MAX), Order::Repeated);
    assert_eq!(sequence.missing().collect::<Vec<_>>(), [1..=u32::MAX - 2]);
}

#[test]
fn a_conference_that_ended_before_its_last_leave_is_over_and_complete() {
    let reports = [
        (ConferenceEvent::ParticipantJoin, 1),
        (ConferenceEvent::Start, 2),
        (ConferenceEvent::End, 4),
        (ConferenceEvent::ParticipantLeave, 3),
    ];
    let mut sequence = Sequence::starting_at(1);
    let mut progress = Progress::new();
    for (event, number) in reports {
        sequence.report(number);
        if let Some(status) = event.status() {
            progress.report(status, Some(number));
        }
    }
    assert!(sequence.is_complete());
    assert_eq!(progress.status(), Some(&ConferenceStatus::Completed));
}

#[test]
fn a_repeat_of_the_first_report_is_not_news() {
    let mut call = Progress::new();
    assert_eq!(
        call.report(CallStatus::from("beamed"), None),
        Order::Advanced
    );
    assert_eq!(
        call.report(CallStatus::from("beamed"), None),
        Order::Repeated
    );
    assert_eq!(call.report(CallStatus::Queued, None), Order::Advanced);
}
