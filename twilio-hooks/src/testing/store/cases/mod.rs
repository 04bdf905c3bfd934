//! The cases, by promise.

mod contacts;
mod history;
mod ids;
mod notices;
mod notifications;
mod owner;
mod progress;
mod reads;
mod recordings;

use std::{collections::HashSet, sync::Arc};

use super::{
    ACCOUNT, LINE, OTHER_ACCOUNT, OTHER_LINE, SENDER, TestedStore, UNOWNED, assert_sorted, at,
    call, call_of, call_sid, claim, company, contacts, incoming, incoming_at, line, message_of,
    message_sid, messages, other_company, record, record_at_once, recording, report, status, user,
    with_lines,
};
use crate::{
    Address, CallStatus, MessageStatus, MessagingServiceSid, Params,
    ids::{CallId, CompanyId, ContactId, LineId, MessageId},
    notify::Topic,
    store::{
        CallChange, Change, Direction, Interaction, InteractionId, Line, MessageChange, Notice,
        NotificationDraft, Outcome, PageRequest, Settlement, StoreError, TimelineEntry,
    },
    webhook::Media,
};

pub use self::{
    contacts::*, history::*, ids::*, notices::*, notifications::*, owner::*, progress::*, reads::*,
    recordings::*,
};
