//! What the fake knows, and its clock.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{
    Fault, RecordedRequest,
    callback::{Callback, CallbackPlan, Delivery, Fates},
    delivery::Route,
    messages::MessageFate,
    placed::Placed,
    table::{Table, rfc2822_date},
};
use crate::testing::{CallFate, Failure, simulation::Order};

pub(super) struct State {
    pub(super) base_url: String,
    /// Where files are redirected to.
    pub(super) storage_url: String,
    pub(super) account_sid: String,
    pub(super) accounts: Table,
    pub(super) messages: Table,
    pub(super) media: Table,
    pub(super) calls: Table,
    pub(super) recordings: Table,
    pub(super) numbers: Table,
    pub(super) services: Table,
    /// The numbers in messaging services; a number is in one at most.
    pub(super) service_numbers: Table,
    pub(super) applications: Table,
    pub(super) files: HashMap<String, File>,
    pub(super) opted_out: HashSet<String>,
    /// The numbers that a trial account may reach; `None` for a paid one.
    pub(super) verified: Option<HashSet<String>>,
    pub(super) message_fates: HashMap<String, MessageFate>,
    pub(super) call_fates: HashMap<String, CallFate>,
    /// What the API was asked with for the calls that the account has made.
    pub(super) placed: HashMap<String, Placed>,
    /// The calls that are played by a simulation, with what it is to do next.
    pub(super) played: HashMap<String, Option<Order>>,
    /// Who is told of a message, call or recording.
    pub(super) listeners: HashMap<String, Listener>,
    pub(super) fates: Fates,
    pub(super) now: Timestamp,
    /// Whether the time goes on by itself.
    pub(super) is_live: bool,
    /// Told when there is something new on the agenda.
    pub(super) changed: Arc<Notify>,
    /// How many deliveries and calls are under way.
    pub(super) busy: usize,
    /// What went wrong in calls that went on by themselves.
    pub(super) failures: Vec<Failure>,
    pub(super) agenda: BTreeMap<(Timestamp, u64), Due>,
    /// With a part of the path that each is for.
    pub(super) faults: VecDeque<(String, Fault)>,
    pub(super) requests: Vec<RecordedRequest>,
    pub(super) storage_requests: Vec<RecordedRequest>,
    pub(super) deliveries: Vec<Delivery>,
    /// What the `Date` header of answers says, if not the real time.
    pub(super) said_date: Option<Timestamp>,
    pub(super) routes: HashMap<String, Route>,
    counter: u64,
}

/// Something that will happen.
pub(super) enum Due {
    Message {
        sid: String,
        step: &'static str,
        error_code: Option<u32>,
    },
    Call {
        sid: String,
        step: &'static str,
    },
    Deliver(Callback),
}

/// What is left to do of something that is due.
pub(super) enum Step {
    Done,
    Deliver(Callback),
    /// Somebody answers this call, and does what people do.
    Play(String),
}

#[derive(Clone)]
pub(super) struct File {
    pub(super) content_type: String,
    pub(super) bytes: Bytes,
}

/// A URL that is told of statuses.
#[derive(Clone, Default)]
pub(super) struct Listener {
    pub(super) url: String,
    pub(super) get: bool,
    /// Which statuses it wants to hear of.
    pub(super) events: Vec<String>,
    pub(super) told: u32,
}

impl State {
    pub(super) fn new(base_url: String, storage_url: String, account_sid: &str) -> Self {
        let mut state = Self {
            base_url,
            storage_url,
            account_sid: account_sid.to_owned(),
            accounts: Table::default(),
            messages: Table::default(),
            media: Table::default(),
            calls: Table::default(),
            recordings: Table::default(),
            numbers: Table::default(),
            services: Table::default(),
            service_numbers: Table::default(),
            applications: Table::default(),
            files: HashMap::new(),
            opted_out: HashSet::new(),
            verified: None,
            message_fates: HashMap::new(),
            call_fates: HashMap::new(),
            placed: HashMap::new(),
            played: HashMap::new(),
            listeners: HashMap::new(),
            fates: Fates::new(CallbackPlan::reliable()),
            // Any fixed time: nothing here looks at a clock.
            now: Timestamp::constant(1_772_366_400, 0),
            is_live: false,
            changed: Arc::default(),
            busy: 0,
            failures: Vec::new(),
            agenda: BTreeMap::new(),
            faults: VecDeque::new(),
            requests: Vec::new(),
            storage_requests: Vec::new(),
            deliveries: Vec::new(),
            said_date: None,
            routes: HashMap::new(),
            counter: 0,
        };
        state.add_account(account_sid);
        state
    }

    pub(super) fn add_account(&mut self, sid: &str) {
        let date = self.date();
        let account = json!({
            "sid": sid,
            "friendly_name": "A made-up account",
            "status": "active",
            "type": "Full",
            "owner_account_sid": self.account_sid,
            "auth_token": "an auth token that must not be kept",
            "date_created": date,
            "date_updated": date,
            "subresource_uris": {"messages": format!("/2010-04-01/Accounts/{sid}/Messages.json")},
            "uri": format!("/2010-04-01/Accounts/{sid}.json"),
        });
        self.accounts.insert(account);
    }

    /// A SID that is not in use.
    pub(super) fn new_sid(&mut self, prefix: &str) -> String {
        self.counter += 1;
        format!("{prefix}{:032x}", self.counter)
    }

    pub(super) fn date(&self) -> String {
        rfc2822_date(self.now)
    }

    /// Puts something on the agenda, so long from now.
    pub(super) fn schedule(&mut self, after: Duration, due: Due) {
        let at = self.now.checked_add(after).unwrap_or(Timestamp::MAX);
        self.counter += 1;
        self.agenda.insert((at, self.counter), due);
        self.changed.notify_one();
    }

    /// Takes what is due next until then, and sets the clock to its time.
    pub(super) fn take_due(&mut self, until: Timestamp) -> Option<Due> {
        let next = self.agenda.first_entry()?;
        let (at, _) = *next.key();
        if at > until {
            return None;
        }
        self.now = self.now.max(at);
        Some(next.remove())
    }

    /// Drops what was to happen to a message or call.
    pub(super) fn forget_steps(&mut self, of: &str) {
        self.agenda.retain(|_, due| match due {
            Due::Message { sid, .. } | Due::Call { sid, .. } => sid != of,
            Due::Deliver(_) => true,
        });
    }

    /// Sends a callback on its way, as its fate has it.
    pub(super) fn tell(&mut self, callback: &Callback) {
        for delay in self.fates.delays() {
            self.schedule(delay, Due::Deliver(callback.clone()));
        }
    }

    /// Does what was on the agenda, but for what takes its time: that is left to the caller.
    pub(super) fn do_due(&mut self, due: Due) -> Step {
        match due {
            Due::Deliver(callback) => return Step::Deliver(callback),
            Due::Call {
                sid,
                step: "in-progress",
            } if self.is_live => return Step::Play(sid),
            Due::Message {
                sid,
                step,
                error_code,
            } => self.message_goes_on(&sid, step, error_code),
            Due::Call { sid, step } => self.call_goes_on(&sid, step),
        }
        Step::Done
    }

    /// Whether a number belongs to the account.
    pub(super) fn owns(&self, number: &str) -> bool {
        self.numbers
            .rows()
            .any(|row| row.get("phone_number").and_then(Value::as_str) == Some(number))
    }
}
