//! [`Layout`]: what is around every page.

use super::{PageError, Visitor, assets, visitor::Theme};
use crate::{
    app::AppState,
    notices::personal::{self, Person},
    people::{Permission, Role},
    threads::{list, reads},
};

/// The parts of the server, as the navigation has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// Conversations.
    Messages,
    /// Calls, and what was recorded of them.
    Calls,
    /// Who has written or called.
    Contacts,
    /// Texts with blanks.
    Templates,
    /// What the company has set.
    Settings,
}

impl Section {
    /// The navigation, from top to bottom.
    const ALL: [Self; 5] = [
        Self::Messages,
        Self::Calls,
        Self::Contacts,
        Self::Templates,
        Self::Settings,
    ];

    /// Where it begins, what it is called, and its picture in `icons.svg`.
    fn entry(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Messages => ("/messages", "Messages", "message"),
            Self::Calls => ("/calls", "Calls", "phone"),
            Self::Contacts => ("/contacts", "Contacts", "people"),
            Self::Templates => ("/templates", "Templates", "template"),
            Self::Settings => ("/settings", "Settings", "settings"),
        }
    }
}

/// An entry of the navigation.
#[derive(Debug, Clone)]
pub(crate) struct NavigationItem {
    pub(crate) path: &'static str,
    pub(crate) name: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) is_here: bool,
    /// How much is unread there, if that is counted.
    pub(crate) pill: Option<String>,
}

/// What `base.html` needs.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// Where the assets are.
    pub(crate) assets: &'static str,
    /// Light or dark.
    pub(crate) theme: Theme,
    /// Where in the navigation the page is; pages of one's own are nowhere.
    pub(crate) section: Option<Section>,
    /// Who looks.
    pub(crate) name: String,
    /// Their email address.
    pub(crate) email: String,
    /// What they may do, in words.
    pub(crate) role: &'static str,
    /// Whether they see the settings.
    pub(crate) may_configure: bool,
    /// For where a picture would be.
    pub(crate) initials: String,
    /// The name of the zone in which times are shown.
    pub(crate) zone: String,
    /// The last notification of the company when the page was made: what is newer comes live.
    pub(crate) since: i64,
    /// Threads with something unread.
    pub(crate) unread_threads: i64,
    /// Notifications that are not read.
    pub(crate) unread_notifications: i64,
    /// Messages of callers that were not listened to.
    pub(crate) unheard: i64,
}

impl Layout {
    /// For a page of this part of the server.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) async fn new(
        state: &AppState,
        visitor: &Visitor,
        section: impl Into<Option<Section>>,
    ) -> Result<Self, PageError> {
        let (db, caller) = (&state.database.db, &visitor.caller);
        let user = &visitor.user;
        let person = Person {
            company: caller.company,
            user: user.id,
            role: caller.role,
        };
        let since = personal::last_seq(db, caller.company).await?;
        let unread_threads = match reads::reader(db, caller.company, user.id).await? {
            Some(reader) => list::unread_threads(db, caller.company, reader).await?,
            None => 0,
        };
        Ok(Self {
            assets: assets::root(),
            theme: visitor.theme,
            section: section.into(),
            name: user.name.clone(),
            email: user.email.clone(),
            role: role_name(caller.role),
            may_configure: caller.role.may(Permission::Configure),
            initials: initials(&user.name),
            zone: visitor.zone.0.clone(),
            since,
            unread_threads,
            unread_notifications: personal::unread(db, person).await?,
            unheard: personal::unheard(db, person).await?,
        })
    }

    /// How much is not read, for the bell.
    pub(crate) fn notifications_pill(&self) -> String {
        pill(self.unread_notifications)
    }

    /// The navigation, from top to bottom.
    pub(crate) fn navigation(&self) -> Vec<NavigationItem> {
        let item = |section: Section| {
            let (path, name, icon) = section.entry();
            NavigationItem {
                path,
                name,
                icon,
                is_here: self.section == Some(section),
                pill: (section == Section::Messages).then(|| pill(self.unread_threads)),
            }
        };
        let sections = Section::ALL.into_iter();
        sections
            .filter(|section| *section != Section::Settings || self.may_configure)
            .map(item)
            .collect()
    }
}

/// A number in a small round field.
pub(crate) fn pill(count: i64) -> String {
    match count {
        100.. => "99+".to_owned(),
        count => count.to_string(),
    }
}

/// The first letters of the first and the last word; a number has none.
pub(crate) fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let letter = |word: &str| word.chars().find(|letter| letter.is_alphabetic());
    let (first, last) = (words.next().and_then(letter), words.last().and_then(letter));
    let letters = first.into_iter().chain(last);
    letters.flat_map(char::to_uppercase).collect()
}

/// What people call a role.
pub(crate) fn role_name(role: Role) -> &'static str {
    match role {
        Role::ReadOnly => "Read only",
        Role::Agent => "Agent",
        Role::Admin => "Administrator",
        Role::Owner => "Owner",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_name() {
        for (name, letters) in [
            ("Ana Maria Lopez", "AL"),
            ("maya", "M"),
            ("(202) 555-0143", ""),
            ("", ""),
            ("Ünal Öz", "ÜÖ"),
        ] {
            assert_eq!(initials(name), letters);
        }
    }
}
