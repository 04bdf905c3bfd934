//! People: who works in a company, what they may do, and what they did.
//!
//! - [`People`] is the door: `users.rs` has the members of a company, `entry.rs` how they come in (an
//!   invitation, a password), `sessions.rs` who is signed in, `api_tokens.rs` their programs;
//! - [`Role`] and [`Permission`] are the table of who may do what;
//! - [`audit`] puts what they do on the audit log;
//! - [`Revocations`] ends open connections of those who may not listen any more.
//!
//! Whoever changes several rows locks them in this order: the company, the person, their token, their
//! sessions.

mod api_tokens;
mod audit;
mod cleanup;
mod entry;
mod error;
mod fields;
mod first_run;
mod limit;
mod password;
mod profile;
mod random;
mod revocations;
mod role;
mod sessions;
mod users;

use std::time::Duration;

use crate::{clock::Clock, database::Db};

pub use self::{
    api_tokens::ApiToken,
    audit::{AuditEntry, AuditTarget, audit, audit_log},
    cleanup::ForgetExpired,
    entry::{OneTimeToken, SignIn, create_owner},
    error::PeopleError,
    first_run::{FirstOwner, FirstRun},
    password::Password,
    revocations::Revocations,
    role::{Permission, Role, UnknownRole},
    sessions::{SESSION_LASTS, Session},
    users::{NewUser, User, UserPatch},
};
use self::{limit::LoginLimits, password::Passwords};

/// How often a connection looks for itself, because another process may have ended it.
const RECHECK: Duration = Duration::from_secs(30);

/// The people of all companies. Clones are cheap.
#[derive(Debug, Clone)]
pub struct People {
    db: Db,
    clock: Clock,
    passwords: Passwords,
    limits: LoginLimits,
    recheck: Duration,
    /// Whom to tell when somebody may not go on.
    pub revocations: Revocations,
}

impl People {
    /// The people in this database.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self {
            db,
            passwords: Passwords::default(),
            limits: LoginLimits::new(&clock),
            clock,
            recheck: RECHECK,
            revocations: Revocations::default(),
        }
    }

    /// Sets how soon an open connection sees what another process has ended; 30 seconds by default.
    #[must_use]
    pub fn with_recheck(mut self, recheck: Duration) -> Self {
        self.recheck = recheck;
        self
    }
}
