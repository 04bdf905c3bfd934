//! Which hosts are called, and which are trusted with what.

use std::net::IpAddr;

use http::{Uri, uri::Authority};

use super::ConfigError;

/// The part of Twilio's API a resource belongs to; each has a host of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Product {
    Api,
    Messaging,
}

impl Product {
    fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Messaging => "messaging",
        }
    }
}

/// Where Twilio keeps the files that its API redirects to; hosts below these too.
const STORAGE: [&str; 3] = ["twilio.com", "twiliocdn.com", "amazonaws.com"];

#[derive(Debug, Clone)]
pub(super) struct Hosts {
    place: Place,
    storage: Vec<Box<str>>,
}

#[derive(Debug, Clone)]
enum Place {
    Twilio {
        edge: Option<Box<str>>,
        region: Option<Box<str>>,
    },
    /// Everything at one address, such as a fake.
    At { https: bool, authority: Authority },
}

impl Default for Hosts {
    /// Twilio in its default region.
    fn default() -> Self {
        Self {
            place: Place::Twilio {
                edge: None,
                region: None,
            },
            storage: Vec::new(),
        }
    }
}

impl Hosts {
    pub(super) fn twilio(
        edge: Option<Box<str>>,
        region: Option<Box<str>>,
    ) -> Result<Self, ConfigError> {
        for name in edge.iter().chain(&region) {
            let plain =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            if name.is_empty() || name.len() > 63 || !name.bytes().all(plain) {
                return Err(ConfigError::InvalidRegion);
            }
        }
        // An edge alone means the default region, as in Twilio's own libraries.
        let region = region.or_else(|| edge.is_some().then(|| "us1".into()));
        Ok(Self {
            place: Place::Twilio { edge, region },
            storage: Vec::new(),
        })
    }

    pub(super) fn at(base_url: &str) -> Result<Self, ConfigError> {
        let uri: Uri = base_url.parse().map_err(|_| ConfigError::InvalidBaseUrl)?;
        let authority = uri.authority().ok_or(ConfigError::InvalidBaseUrl)?;
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || has_user(authority) {
            return Err(ConfigError::InvalidBaseUrl);
        }
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if is_loopback(authority.host()) => false,
            Some("http") => return Err(ConfigError::InsecureBaseUrl),
            _ => return Err(ConfigError::InvalidBaseUrl),
        };
        Ok(Self {
            place: Place::At {
                https,
                authority: authority.clone(),
            },
            storage: Vec::new(),
        })
    }

    pub(super) fn with_storage(mut self, hosts: Vec<Box<str>>) -> Self {
        self.storage = hosts;
        self
    }

    /// Whether plain HTTP is spoken, which is only so with a base URL on this machine.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.place, Place::At { https: false, .. })
    }

    /// The URL of a path with its query; `None` if that is no URL.
    pub(super) fn url(&self, product: Product, path_and_query: &str) -> Option<Uri> {
        Uri::builder()
            .scheme(if self.is_plain() { "http" } else { "https" })
            .authority(self.authority(product))
            .path_and_query(path_and_query)
            .build()
            .ok()
    }

    fn authority(&self, product: Product) -> String {
        match &self.place {
            Place::At { authority, .. } => authority.to_string(),
            Place::Twilio { edge, region } => {
                let mut host = product.name().to_owned();
                for part in edge.iter().chain(region) {
                    host.push('.');
                    host.push_str(part);
                }
                host + ".twilio.com"
            }
        }
    }

    /// Whether a link that Twilio gave, such as that of the next page, leads to the host it came
    /// from. Twilio names the default host in links of its regions, so this is accepted as well.
    pub(super) fn is_own(&self, product: Product, link: &Uri) -> bool {
        let Some(authority) = link.authority() else {
            return link.path().starts_with('/');
        };
        let scheme = if self.is_plain() { "http" } else { "https" };
        link.scheme_str() == Some(scheme)
            && (authority
                .as_str()
                .eq_ignore_ascii_case(&self.authority(product))
                || matches!(self.place, Place::Twilio { .. })
                    && authority
                        .as_str()
                        .eq_ignore_ascii_case(&format!("{}.twilio.com", product.name())))
    }

    /// Whether credentials may be sent there: to the API's own host only.
    pub(super) fn may_have_credentials(&self, url: &Uri) -> bool {
        let scheme = if self.is_plain() { "http" } else { "https" };
        url.scheme_str() == Some(scheme)
            && url.authority().is_some_and(|authority| {
                authority
                    .as_str()
                    .eq_ignore_ascii_case(&self.authority(Product::Api))
            })
    }

    /// Whether a redirect to `url` is followed.
    pub(super) fn is_storage(&self, url: &Uri) -> bool {
        let Some(authority) = url.authority() else {
            return false;
        };
        let host = authority.host().to_ascii_lowercase();
        if has_user(authority) {
            return false;
        }
        match url.scheme_str() {
            Some("http") => self.is_plain() && is_loopback(&host),
            Some("https") => {
                matches!(authority.port_u16(), None | Some(443))
                    && STORAGE
                        .into_iter()
                        .chain(self.storage.iter().map(|host| &**host))
                        .any(|known| is_below(&host, known))
                    || self.may_have_credentials(url)
            }
            _ => false,
        }
    }
}

fn is_below(host: &str, known: &str) -> bool {
    host.strip_suffix(known)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn has_user(authority: &Authority) -> bool {
    authority.as_str().contains('@')
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri {
        text.parse().unwrap()
    }

    fn host(edge: Option<&str>, region: Option<&str>) -> String {
        Hosts::twilio(edge.map(Into::into), region.map(Into::into))
            .unwrap()
            .authority(Product::Api)
    }

    #[test]
    fn regions_and_edges_are_parts_of_the_host() {
        assert_eq!(host(None, None), "api.twilio.com");
        assert_eq!(host(None, Some("ie1")), "api.ie1.twilio.com");
        assert_eq!(
            host(Some("dublin"), Some("ie1")),
            "api.dublin.ie1.twilio.com"
        );
        assert_eq!(host(Some("sydney"), None), "api.sydney.us1.twilio.com");
        for odd in ["", "evil.com/", "a b", "x@y"] {
            assert!(Hosts::twilio(None, Some(odd.into())).is_err(), "{odd}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        assert!(Hosts::at("http://127.0.0.1:8080").is_ok());
        assert!(Hosts::at("http://[::1]:8080/").is_ok());
        assert!(Hosts::at("https://proxy.example.com").is_ok());
        assert_eq!(
            Hosts::at("http://proxy.example.com").unwrap_err(),
            ConfigError::InsecureBaseUrl
        );
        for odd in ["", "proxy", "ftp://x", "https://u:p@x", "https://x/path"] {
            assert_eq!(
                Hosts::at(odd).unwrap_err(),
                ConfigError::InvalidBaseUrl,
                "{odd}"
            );
        }
    }

    #[test]
    fn redirects_lead_to_storage_over_https_only() {
        let hosts = Hosts::twilio(None, None)
            .unwrap()
            .with_storage(vec!["files.example.com".into()]);
        for good in [
            "https://mms.twiliocdn.com/a?Signature=b",
            "https://s3-external-1.amazonaws.com/media.twiliocdn.com/a",
            "https://api.twilio.com/a",
            "https://files.example.com/a",
        ] {
            assert!(hosts.is_storage(&uri(good)), "{good}");
        }
        for bad in [
            "http://mms.twiliocdn.com/a",
            "https://eviltwilio.com/a",
            "https://twilio.com.example.com/a",
            "https://twilio.com@example.com/a",
            "https://user@mms.twiliocdn.com/a",
            "https://mms.twiliocdn.com:8443/a",
            "https://169.254.169.254/latest",
            "http://127.0.0.1/a",
            "/a",
        ] {
            assert!(!hosts.is_storage(&uri(bad)), "{bad}");
        }
    }

    #[test]
    fn credentials_go_to_the_api_only() {
        let hosts = Hosts::twilio(None, Some("ie1".into())).unwrap();
        assert!(hosts.may_have_credentials(&uri("https://api.ie1.twilio.com/a")));
        for other in [
            "http://api.ie1.twilio.com/a",
            "https://api.ie1.twilio.com:444/a",
            "https://media.twilio.com/a",
            "https://mms.twiliocdn.com/a",
        ] {
            assert!(!hosts.may_have_credentials(&uri(other)), "{other}");
        }
    }

    #[test]
    fn the_next_page_is_on_the_same_host() {
        let hosts = Hosts::twilio(None, None).unwrap();
        assert!(hosts.is_own(Product::Api, &uri("/2010-04-01/x?Page=1")));
        assert!(hosts.is_own(
            Product::Messaging,
            &uri("https://messaging.twilio.com/v1/x")
        ));
        assert!(!hosts.is_own(Product::Messaging, &uri("http://messaging.twilio.com/v1/x")));
        assert!(!hosts.is_own(Product::Messaging, &uri("https://example.com/v1/x")));
        let region = Hosts::twilio(None, Some("ie1".into())).unwrap();
        assert!(region.is_own(
            Product::Messaging,
            &uri("https://messaging.twilio.com/v1/x")
        ));
    }
}
