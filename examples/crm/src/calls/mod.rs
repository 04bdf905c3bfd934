//! Calls: where they go, and what comes of them.
//!
//! What is set ([`Rule`], [`Menu`], [`CallSettings`]) becomes the plan of a call when it begins
//! (`plan`, `planner`), and the call walks through its plan (`flow`), as Twilio asks for one
//! step after the other (`webhooks`). `document` says what is heard on the way. When it is over,
//! our people are told (`settle`).

mod answer;
mod document;
mod explain;
mod facts;
mod flow;
mod flows;
mod graph;
mod happened;
mod legs;
mod list;
mod menu;
mod menus;
mod number;
mod outgoing;
mod plan;
mod planner;
mod rule;
mod settings;
mod settle;
mod speech;
mod sweep;
mod webhooks;

use axum::Router;
use twilio_hooks_axum::Protect;

pub use self::{
    answer::Calls,
    document::{CALL_FALLBACK, DEFAULT_GREETING},
    explain::{KeySteps, RingingPhone, Step},
    legs::Leg,
    list::{CallEvent, CallFilter, CallOutcome, CallWithOutcome, calls, events, legs, outcome},
    menu::{Action, Menu},
    menus::{KeptMenu, Menus},
    number::check_number,
    outgoing::{LookUp, Outgoing, OutgoingCall, OutgoingState, StartCall, StartError},
    rule::{AcceptKey, CallerId, Mode, Phone, RingSeconds, Rule},
    settings::{CallSettings, LineCallRule, Recording, Rules, SetError},
    settle::Settle,
    speech::{Invalid, Speech},
    sweep::Sweep,
};
use crate::app::AppState;

/// The steps of calls that Twilio asks for, below the prefix of all webhooks.
pub(crate) fn router(protect: &Protect) -> Router<AppState> {
    webhooks::router(protect).merge(outgoing::router(protect))
}
