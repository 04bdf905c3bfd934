//! People: who works in a company, what they may do, and what they did.

mod audit;
mod role;

pub use self::{
    audit::{AuditEntry, AuditTarget, audit, audit_log},
    role::{Permission, Role, UnknownRole},
};
