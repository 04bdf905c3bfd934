//! [`media_sid`]: which file of Twilio's an address means.

use http::Uri;
use twilio_hooks::{AccountSid, MediaSid, MessageSid};

/// The SID of the file, if the address is one of Twilio's API (or of `api`, which stands for it), and
/// of this message of this account.
///
/// A webhook is signed, so its address is Twilio's; but whoever can write into the database, or has
/// the token of one account, must not be able to choose what this server asks for.
pub(super) fn media_sid(
    address: &str,
    api: Option<&Uri>,
    account: &AccountSid,
    message: &MessageSid,
) -> Option<MediaSid> {
    let uri: Uri = address.parse().ok()?;
    if !is_twilio(&uri) && !api.is_some_and(|api| is_same_place(&uri, api)) {
        return None;
    }
    if uri.query().is_some() {
        return None;
    }
    let rest = uri.path().strip_prefix("/2010-04-01/Accounts/")?;
    let rest = rest.strip_prefix(account.as_str())?;
    let rest = rest.strip_prefix("/Messages/")?;
    let rest = rest.strip_prefix(message.as_str())?;
    let sid = MediaSid::from(rest.strip_prefix("/Media/")?);
    sid.is_well_formed().then_some(sid)
}

/// `https://api.twilio.com`, or that of an edge and a region, such as `api.dublin.ie1.twilio.com`.
fn is_twilio(uri: &Uri) -> bool {
    let Some(authority) = uri.authority() else {
        return false;
    };
    let host = authority.host().to_ascii_lowercase();
    let is_plain = authority.as_str().len() == host.len();
    let is_api = host == "api.twilio.com"
        || host
            .strip_prefix("api.")
            .and_then(|rest| rest.strip_suffix(".twilio.com"))
            .is_some_and(|place| {
                place
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
            });
    uri.scheme_str() == Some("https") && is_plain && is_api
}

fn is_same_place(uri: &Uri, api: &Uri) -> bool {
    uri.scheme() == api.scheme() && uri.authority() == api.authority()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "AC00000000000000000000000000000001";
    const MESSAGE: &str = "MM00000000000000000000000000000002";
    const MEDIA: &str = "ME00000000000000000000000000000003";

    fn read(address: &str, api: Option<&'static str>) -> Option<String> {
        let api = api.map(Uri::from_static);
        media_sid(address, api.as_ref(), &ACCOUNT.into(), &MESSAGE.into())
            .map(|sid| sid.as_str().to_owned())
    }

    fn path() -> String {
        format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/{MESSAGE}/Media/{MEDIA}")
    }

    #[test]
    fn addresses_of_twilio_name_the_file() {
        let path = path();
        for host in [
            "api.twilio.com",
            "API.twilio.com",
            "api.dublin.ie1.twilio.com",
        ] {
            let address = format!("https://{host}{path}");
            assert_eq!(read(&address, None).as_deref(), Some(MEDIA), "{host}");
        }
        let fake = format!("http://127.0.0.1:4010{path}");
        assert_eq!(
            read(&fake, Some("http://127.0.0.1:4010")).as_deref(),
            Some(MEDIA)
        );
    }

    #[test]
    fn others_name_nothing() {
        let path = path();
        for address in [
            format!("http://api.twilio.com{path}"),
            format!("https://api.twilio.com:8443{path}"),
            format!("https://api.twilio.com@evil.example{path}"),
            format!("https://api.twilio.com.evil.example{path}"),
            format!("https://evilapi.twilio.com{path}"),
            format!("https://user@api.twilio.com{path}"),
            format!("http://169.254.169.254{path}"),
            format!("http://127.0.0.1:4010{path}"),
            format!("https://api.twilio.com{path}?x=1"),
            format!("https://api.twilio.com{path}/../../x"),
            format!("https://api.twilio.com{}", path.replace(ACCOUNT, "AC1")),
            format!("https://api.twilio.com{}", path.replace(MESSAGE, "MM1")),
            format!("https://api.twilio.com{}", path.replace(MEDIA, "ME1")),
            "https://api.twilio.com/2010-04-01/Accounts".to_owned(),
            path.clone(),
            String::new(),
        ] {
            assert_eq!(read(&address, None), None, "{address}");
            assert_eq!(
                read(&address, Some("https://proxy.example")),
                None,
                "{address}"
            );
        }
    }
}
