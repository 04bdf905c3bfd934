//! How many requests one caller may send.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use http::{header, request::Parts};
use sha2::{Digest as _, Sha256};

use super::{Problem, client_ip::client_ip};
use crate::{
    app::AppState,
    clock::Clock,
    limit::{Limit, network},
};

/// How many requests a minute a caller may send to pages and API together: 3000 with one token or
/// session, 12,000 from one address, behind which there may be many people. Whoever shows neither
/// counts by the address alone. Each server process counts for itself. Clones count together.
#[derive(Debug, Clone)]
pub struct RequestLimits {
    callers: Arc<Limit<Caller>>,
    addresses: Arc<Limit<IpAddr>>,
}

/// Who asks, before anybody has looked whether it is true.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Caller {
    /// A digest of the token or of the cookies.
    Secret([u8; 32]),
    Address(IpAddr),
}

const MINUTE: Duration = Duration::from_secs(60);
const BY_CALLER: NonZeroU32 = NonZeroU32::new(3000).expect("it is above zero");
const BY_ADDRESS: NonZeroU32 = NonZeroU32::new(12_000).expect("it is above zero");

impl RequestLimits {
    /// Nobody has asked yet.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        Self {
            callers: Arc::new(Limit::new(BY_CALLER, MINUTE, clock)),
            addresses: Arc::new(Limit::new(BY_ADDRESS, MINUTE, clock)),
        }
    }

    /// Counts a request.
    pub(crate) fn check(&self, parts: &Parts, state: &AppState) -> Result<(), Problem> {
        let address = client_ip(parts, state.proxies.as_ref()).map(network);
        let by_address = address.map_or(Ok(()), |address| self.addresses.check(address));
        let caller = secret(parts).or(address.map(Caller::Address));
        let by_caller = caller.map_or(Ok(()), |caller| self.callers.check(caller));
        by_address.and(by_caller).map_err(|wait| {
            tracing::warn!(reason = "too-many", "request refused");
            Problem::too_many("too many requests; wait before the next one").with_retry_after(wait)
        })
    }
}

/// The token, wherever it may be; never kept as it is.
fn secret(parts: &Parts) -> Option<Caller> {
    let names = [
        header::AUTHORIZATION,
        header::COOKIE,
        header::SEC_WEBSOCKET_PROTOCOL,
    ];
    let mut values = names
        .iter()
        .flat_map(|name| parts.headers.get_all(name))
        .peekable();
    values.peek()?;
    let digest = values.fold(Sha256::new(), Sha256::chain_update);
    Some(Caller::Secret(digest.finalize().into()))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn callers_differ_by_what_they_show() {
        let caller = |headers: &[(&str, &str)]| {
            let request = headers
                .iter()
                .fold(Request::builder(), |request, (name, value)| {
                    request.header(*name, *value)
                });
            secret(&request.body(()).unwrap().into_parts().0)
        };
        let token = caller(&[("authorization", "Bearer one")]);
        assert_eq!(token, caller(&[("authorization", "Bearer one")]));
        assert_ne!(token, caller(&[("authorization", "Bearer two")]));
        assert_ne!(token, caller(&[("cookie", "crm=one")]));
        assert_eq!(caller(&[("accept", "*/*")]), None);
    }

    #[test]
    fn a_network_of_ipv6_is_one_customer() {
        let of = |ip: &str| network(ip.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
