//! A CRM server for Twilio, as a library: the binary `crm` is a thin shell around it.
//!
//! [`app::app`] is every route, [`app::AppState::new`] puts it together from a [`config::Config`]
//! and a [`database::Database`], and [`server::serve`] runs it until it is told to stop.

pub mod accounts;
pub mod api;
pub mod app;
mod around;
pub mod calls;
pub mod cli;
pub mod clock;
pub mod closable;
pub mod config;
pub mod consent;
pub mod contacts;
pub mod database;
pub mod demo;
pub mod hours;
pub mod jobs;
pub mod limit;
pub mod logs;
pub mod marker;
pub mod media_in;
pub mod messaging;
pub mod metrics;
pub mod notices;
pub mod operate;
mod pages;
pub mod people;
pub mod readiness;
pub mod reconcile;
pub mod recordings;
pub mod refusals;
pub mod replies;
pub mod reroute;
pub mod sealed;
pub mod secret;
pub mod server;
pub mod simulate;
pub mod templates;
pub mod threads;
pub mod webhook_log;
