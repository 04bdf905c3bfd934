//! The server from outside: requests in, answers out. Stories run on SQLite and on Postgres, beside a
//! fake of Twilio.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod accounts;
mod api;
#[cfg(unix)]
mod beginning;
mod binary;
mod browser;
mod call_lists;
mod calls;
mod click_to_call;
mod config;
mod consent;
mod contacts;
mod desk;
mod document;
mod dump;
mod erasing;
mod found_late;
mod guard;
mod idempotency;
mod isolation;
mod lines;
mod live;
mod logs;
mod media;
mod menus;
mod metrics;
mod nothing_left;
mod notifications;
mod openapi;
mod operate;
mod operator;
mod outgoing;
mod pending;
mod people;
mod readiness;
mod reconcile;
mod recordings;
mod replies;
mod roles;
mod settings;
mod stories;
mod stories_calls;
mod stories_texts;
mod support;
mod templates;
mod text_back;
mod threads;
mod tls;
mod twilios;
mod webhook_log;
mod webhooks;
