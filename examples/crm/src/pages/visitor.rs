//! [`Visitor`]: the person who looks at a page.

use axum::extract::FromRequestParts;
use http::{HeaderMap, Uri, header, request::Parts};
use jiff::tz::TimeZone;

use super::{PageError, time::When};
use crate::{
    api::Caller,
    app::AppState,
    contacts::{company, phone::Country},
    people::{Permission, User},
};

/// Somebody who is signed in, and how they see things.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// Who asks, and for which company.
    pub(crate) caller: Caller,
    /// The person.
    pub(crate) user: User,
    /// Where numbers are written as at home.
    pub(crate) country: Country,
    /// Their own time zone, else the company's, else UTC; and its name.
    pub(crate) zone: (String, TimeZone),
    /// Light or dark.
    pub(crate) theme: Theme,
}

impl Visitor {
    /// Goes on only if the visitor may do this.
    ///
    /// # Errors
    /// If not.
    pub(crate) fn require(&self, permission: Permission) -> Result<(), PageError> {
        Ok(self.caller.require(permission)?)
    }

    /// A time as the visitor reads it.
    pub(crate) fn when(&self, at: jiff::Timestamp) -> When {
        When::new(at, &self.zone.1, self.caller.at)
    }
}

/// A person with a cookie; the token of a program opens no page.
impl FromRequestParts<AppState> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        // Who comes for the first time is no reason for a warning in the log.
        if !state.access.has_session_cookie(&parts.headers) {
            return Err(PageError::SignIn);
        }
        let caller = Caller::from_request_parts(parts, state).await?;
        let id = caller.user().ok_or(PageError::SignIn)?;
        let user = state.people.user(caller.company, id).await?;
        let settings = company::settings(&state.database.db, caller.company).await?;
        let own_zone = user.time_zone.clone().or(settings.time_zone);
        let name = own_zone.unwrap_or_else(|| "UTC".to_owned());
        let zone = TimeZone::get(&name).unwrap_or(TimeZone::UTC);
        Ok(Self {
            caller,
            user,
            country: settings.country,
            zone: (name, zone),
            theme: Theme::of(&parts.headers),
        })
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Theme {
    /// As the rest of the person's computer.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The choice is a cookie, so that the page comes in its colours and does not flash.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let cookies = headers.get_all(header::COOKIE).iter();
        let mut pairs = cookies
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        match pairs.find(|(name, _)| *name == "crm-theme") {
            Some((_, "light")) => Self::Light,
            Some((_, "dark")) => Self::Dark,
            _ => Self::System,
        }
    }

    /// How it is written in the cookie and in the page.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Where somebody signs in who wanted to see this page.
pub(super) fn sign_in_path(wanted: &Uri) -> String {
    let wanted = wanted.path_and_query().map_or("/", |path| path.as_str());
    if wanted == "/" || wanted == "/messages" {
        return "/sign-in".to_owned();
    }
    let query = serde_urlencoded::to_string([("next", wanted)]).unwrap_or_default();
    format!("/sign-in?{query}")
}

/// A path of our own, as far as a browser is concerned: it takes a backslash for a slash, leaves tabs
/// and line breaks out, and then `//` begins the name of another host.
pub(super) fn own_path(next: &str) -> Option<&str> {
    let is_plain = next
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (is_plain && next.starts_with('/') && !next.starts_with("//")).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_own_pages_only() {
        for own in ["/", "/messages/1?q=a%20b", "/calls"] {
            assert_eq!(own_path(own), Some(own));
        }
        for foreign in [
            "",
            "messages",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            " /",
        ] {
            assert_eq!(own_path(foreign), None, "{foreign:?}");
        }
    }

    #[test]
    fn the_page_that_was_wanted_comes_after_signing_in() {
        let path = |uri: &'static str| sign_in_path(&Uri::from_static(uri));
        assert_eq!(path("/"), "/sign-in");
        assert_eq!(
            path("/messages?q=a&b=c"),
            "/sign-in?next=%2Fmessages%3Fq%3Da%26b%3Dc"
        );
    }
}
