//! [`Role`] and [`Permission`]: the table of who may do what.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody is in their company. Each may do all that the ones below may.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks, and changes nothing.
    ReadOnly,
    /// Works with contacts, messages and calls.
    Agent,
    /// Sets the company up.
    Admin,
    /// Does everything. A company always has one.
    Owner,
}

impl Role {
    /// Every role, from least to most.
    pub const ALL: [Self; 4] = [Self::ReadOnly, Self::Agent, Self::Admin, Self::Owner];

    /// How it is written in the database and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnly => "read_only",
            Self::Agent => "agent",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// Whether somebody in this role may do this.
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        self >= permission.least()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(UnknownRole)
    }
}

/// A text that names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a role: it can be owner, admin, agent or read_only")]
pub struct UnknownRole;

/// What may be allowed or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See contacts, messages, calls, notifications, lines and templates.
    Read,
    /// Listen to recordings and voicemails.
    PlayRecordings,
    /// Send messages and start calls.
    Send,
    /// Edit, merge and block contacts; write templates.
    EditContacts,
    /// Export the company's data.
    Export,
    /// Erase contacts with everything of theirs, and delete recordings.
    Erase,
    /// Change lines, call rules, menus, automatic replies, hours, retention.
    Configure,
    /// See the members, invite and change them, below the owner.
    ManageMembers,
    /// Read the audit log.
    Audit,
    /// Read what Twilio has sent, word for word.
    ReadWebhooks,
    /// Set Twilio accounts and their secrets, and tokens for programs.
    ManageCredentials,
    /// Record webhooks again, and make or unmake owners.
    Own,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 12] = [
        Self::Read,
        Self::PlayRecordings,
        Self::Send,
        Self::EditContacts,
        Self::Export,
        Self::Erase,
        Self::Configure,
        Self::ManageMembers,
        Self::Audit,
        Self::ReadWebhooks,
        Self::ManageCredentials,
        Self::Own,
    ];

    fn least(self) -> Role {
        match self {
            Self::Read => Role::ReadOnly,
            Self::PlayRecordings | Self::Send | Self::EditContacts => Role::Agent,
            Self::Export
            | Self::Erase
            | Self::Configure
            | Self::ManageMembers
            | Self::Audit
            | Self::ReadWebhooks
            | Self::ManageCredentials => Role::Admin,
            Self::Own => Role::Owner,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_what_the_lower_ones_may() {
        for permission in Permission::ALL {
            let may: Vec<_> = Role::ALL.iter().map(|role| role.may(permission)).collect();
            assert!(may.is_sorted(), "{permission:?}");
            assert!(may[3], "an owner may do everything: {permission:?}");
        }
    }

    #[test]
    fn who_only_reads_changes_nothing() {
        let may: Vec<_> = Permission::ALL
            .into_iter()
            .filter(|permission| Role::ReadOnly.may(*permission))
            .collect();
        assert_eq!(may, [Permission::Read]);
    }

    #[test]
    fn roles_are_read_as_they_are_written() {
        for role in Role::ALL {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        assert_eq!("boss".parse::<Role>(), Err(UnknownRole));
    }
}
