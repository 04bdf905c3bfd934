//! The store conformance suite: one documented function for each thing a store promises.
//! A function panics, as tests do, if the store breaks the promise.
//!
//! [`store_tests!`](crate::store_tests) turns them into tests. The promises themselves are listed
//! in the docs of [`crate::store`]; a bug found in one store becomes a case here, for all of them.

#[allow(
    clippy::missing_panics_doc,
    reason = "every case panics when its promise is broken"
)]
mod cases;

use std::{fmt, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

pub use self::cases::*;
use crate::{
    CallStatus, MessageStatus, Params,
    ids::{CompanyId, LineId, UserId},
    notify::Topic,
    store::{
        CallChange, Change, Claim, Claimed, Contact, Direction, Directory, Interaction,
        InteractionId, Line, Lines, Message, MessageChange, Notices, NotificationDraft,
        PageRequest, Recorded, RecordingChange, Store,
    },
};

/// Everything the suite needs of a store.
pub trait TestedStore: Store + Directory + Lines + Notices {}

impl<T: Store + Directory + Lines + Notices> TestedStore for T {}

/// Runs the conformance suite on a store: one `#[test]` for each case.
///
/// It takes the path of a function `async fn() -> S` that makes an empty store, where `S` is a
/// [`Store`], [`Directory`], [`Lines`] and [`Notices`]. Each test gets a store of its own.
///
/// # Examples
/// ```
/// use twilio_hooks::store::MemoryStore;
///
/// async fn make_store() -> MemoryStore {
///     MemoryStore::new()
/// }
///
/// twilio_hooks::store_tests!(make_store);
/// ```
#[macro_export]
macro_rules! store_tests {
    ($make_store:path) => {
        $crate::store_tests! {
            @cases $make_store:
            the_line_names_the_owner
            a_messaging_service_names_the_owner_when_no_number_does
            a_line_is_the_same_on_every_channel
            unowned_webhooks_are_kept
            unowned_webhooks_are_routed_when_recorded_again
            lines_can_be_listed_given_away_and_removed
            a_row_stays_where_it_is
            a_report_without_parties_belongs_to_its_row
            accounts_are_separate
            keys_do_not_run_together
            whoever_comes_first_stores_under_the_chosen_id
            what_is_stored_keeps_its_id
            a_taken_id_is_left_alone
            one_chosen_id_at_once_is_one_row
            one_chosen_id_for_many_is_given_once
            one_sender_is_one_contact
            contacts_are_unique_in_their_company_only
            many_first_messages_at_once_make_one_contact
            contact_details_are_filled_in_and_never_overwritten
            hidden_callers_are_no_contact
            a_repeated_message_changes_nothing
            one_message_many_times_at_once_is_stored_once
            statuses_only_go_forward
            statuses_at_once_end_at_the_furthest
            an_error_code_stays
            a_status_before_its_message_is_completed_by_it
            a_status_before_its_call_is_completed_by_it
            unknown_statuses_are_kept
            every_text_survives
            what_cannot_be_stored_is_refused_whole
            every_field_is_filled_in_once
            history_keeps_the_raw_parameters_once
            own_changes_leave_no_history
            history_and_notifications_are_kept_by_account
            a_recording_belongs_to_its_call
            a_recording_before_its_call_waits_for_it
            a_recording_may_name_its_call_later
            the_latest_finished_recording_counts
            a_child_leg_belongs_to_its_parent
            calls_of_other_accounts_are_nobodys_parent
            notifications_are_written_with_their_cause
            late_and_repeated_reports_notify_nobody
            nobody_is_notified_of_unowned_webhooks
            a_claimed_notification_is_nobody_elses
            many_claims_at_once_share_the_work
            claims_come_oldest_first_and_honour_the_limit
            an_expired_lease_is_claimed_again
            retries_wait_for_their_time
            settled_notifications_are_never_claimed_again
            notifications_are_numbered_without_gaps
            limits_and_leases_of_any_size
            a_notice_is_told_like_any_other
            a_notice_is_told_once
            a_notice_many_times_at_once_is_told_once
            notices_and_webhooks_do_not_collide
            a_notice_is_about_its_company_only
            lists_come_newest_first_in_pages
            every_list_has_pages
            messages_and_calls_are_found_by_their_sid
            timelines_mix_messages_and_calls
            other_companies_see_nothing
        }
    };
    (@cases $make_store:path: $($case:ident)+) => {
        $(
            #[test]
            fn $case() {
                $crate::testing::block_on(async {
                    let store = ::std::sync::Arc::new($make_store().await);
                    $crate::testing::store::$case(store).await;
                });
            }
        )+
    };
}

/// The account of the first company.
const ACCOUNT: &str = "AC000000000000000000000000000000a1";
/// The account of the second company.
const OTHER_ACCOUNT: &str = "AC000000000000000000000000000000b2";
/// The line of the first company.
const LINE: &str = "+12025550187";
/// The line of the second company, in the other account.
const OTHER_LINE: &str = "+12025550188";
/// A number nobody owns.
const UNOWNED: &str = "+12025550199";
/// A sender.
const SENDER: &str = "+12025550143";

fn company() -> CompanyId {
    CompanyId::from_uuid(Uuid::from_u128(0xc1))
}

fn other_company() -> CompanyId {
    CompanyId::from_uuid(Uuid::from_u128(0xc2))
}

fn user() -> UserId {
    UserId::from_uuid(Uuid::from_u128(0xd1))
}

fn line() -> Line {
    Line::new(
        LineId::from_uuid(Uuid::from_u128(0xe1)),
        ACCOUNT,
        LINE,
        company(),
    )
    .with_user(user())
}

fn other_line() -> Line {
    Line::new(
        LineId::from_uuid(Uuid::from_u128(0xe2)),
        OTHER_ACCOUNT,
        OTHER_LINE,
        other_company(),
    )
}

/// Puts both lines into an empty store.
async fn with_lines(store: &dyn TestedStore) {
    store.put_line(&line()).await.expect("a line is put");
    store.put_line(&other_line()).await.expect("a line is put");
}

/// `seconds` after a fixed time. No case reads a clock.
fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_795_000_000 + seconds)
}

fn message_sid(number: u32) -> String {
    format!("SM{number:032x}")
}

fn call_sid(number: u32) -> String {
    format!("CA{number:032x}")
}

/// Message `number` from `from` to the first company's line, with parameters and a notification.
fn incoming(number: u32, from: &str) -> Change {
    incoming_at(ACCOUNT, LINE, number, from)
}

fn incoming_at(account: &str, line: &str, number: u32, from: &str) -> Change {
    let message = MessageChange::new(message_sid(number), Direction::Inbound)
        .with_parties(from, line)
        .with_body(format!("message {number}"));
    report(account, Interaction::Message(message), i64::from(number)).with_notification(
        NotificationDraft::new(
            Topic::SmsReceived,
            "New SMS from {contact}",
            format!("message {number}"),
        ),
    )
}

/// A status report of message `number`, sent from the first company's line to `SENDER`.
fn status(number: u32, status: &str) -> Change {
    let message = MessageChange::new(message_sid(number), Direction::Outbound)
        .with_status(MessageStatus::from(status))
        .with_parties(LINE, SENDER);
    report(ACCOUNT, Interaction::Message(message), i64::from(number)).with_notification(
        NotificationDraft::new(Topic::SmsStatusUpdate, "SMS to {contact}", status),
    )
}

/// A report of call `number` from `SENDER` to the first company's line.
fn call(number: u32, status: &str) -> Change {
    let call = CallChange::new(
        call_sid(number),
        Direction::Inbound,
        CallStatus::from(status),
    )
    .with_parties(SENDER, LINE);
    report(ACCOUNT, Interaction::Call(call), i64::from(number)).with_notification(
        NotificationDraft::new(Topic::CallReceived, "Incoming call from {contact}", status),
    )
}

/// A finished recording of call `number`, with everything that can be known of it.
fn recording(number: u32) -> Change {
    let mut recording = RecordingChange::new(format!("RE{number:032x}"), "completed".into());
    recording.call_sid = Some(call_sid(number).into());
    recording.url = Some(format!("https://api.twilio.com/recordings/{number}"));
    recording.duration = Some(7);
    recording.channels = Some(2);
    recording.source = Some("RecordVerb".to_owned());
    recording.started_at = Some(at(0));
    report(
        ACCOUNT,
        Interaction::Recording(recording),
        i64::from(number),
    )
    .with_notification(NotificationDraft::new(
        Topic::RecordingAvailable,
        "Recording of {contact}",
        "0:07",
    ))
}

/// A change with parameters of its own.
fn report(account: &str, interaction: Interaction, seconds: i64) -> Change {
    let params = Params::from_pairs([("Sid", interaction.sid()), ("Status", interaction.status())]);
    let mut change = Change::new(account, interaction, at(seconds));
    change.kind = "conformance".to_owned();
    change.params = params;
    change
}

async fn record(store: &dyn TestedStore, change: &Change) -> Recorded {
    store.record(change).await.expect("a change is recorded")
}

/// Records all changes at the same time, each in a task of its own.
async fn record_at_once(store: &Arc<impl TestedStore>, changes: Vec<Change>) -> Vec<Recorded> {
    let tasks: Vec<_> = changes
        .into_iter()
        .map(|change| {
            let store = Arc::clone(store);
            tokio::spawn(async move { record(&*store, &change).await })
        })
        .collect();
    let mut recorded = Vec::with_capacity(tasks.len());
    for task in tasks {
        recorded.push(task.await.expect("a recording task ends"));
    }
    recorded
}

async fn messages(store: &dyn TestedStore, company: CompanyId) -> Vec<Message> {
    let page = store.messages(company, PageRequest::newest(1000)).await;
    page.expect("messages are listed").items
}

async fn contacts(store: &dyn TestedStore, company: CompanyId) -> Vec<Contact> {
    let page = store.contacts(company, PageRequest::newest(1000)).await;
    page.expect("contacts are listed").items
}

async fn message_of(store: &dyn TestedStore, recorded: &Recorded) -> Message {
    let InteractionId::Message(id) = recorded.id else {
        panic!("not a message: {recorded:?}")
    };
    let message = store
        .message(company(), id)
        .await
        .expect("a message is read");
    message.expect("the recorded message exists")
}

async fn call_of(store: &dyn TestedStore, recorded: &Recorded) -> crate::store::Call {
    let InteractionId::Call(id) = recorded.id else {
        panic!("not a call: {recorded:?}")
    };
    let call = store.call(company(), id).await.expect("a call is read");
    call.expect("the recorded call exists")
}

async fn claim(store: &dyn TestedStore, limit: u32, seconds: i64) -> Vec<Claimed> {
    let lease = std::time::Duration::from_secs(30);
    let claim = Claim {
        limit,
        now: at(seconds),
        lease,
    };
    store.claim(claim).await.expect("notifications are claimed")
}

fn assert_sorted<T: PartialOrd + fmt::Debug>(values: &[T]) {
    assert!(values.is_sorted(), "not in order: {values:?}");
}
